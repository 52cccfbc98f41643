-- Views and functions. Applied whenever this file changes, in one transaction with permisos.sql: no table is altered here.

-- A planner sees who a legal person is, and what is public by law. Of anybody else, or where it is not known what they
-- are, neither name nor RUT.
-- The restricted columns (sales, taxes, patente, capital, telephone, e-mail) are not in it at all.
DROP VIEW IF EXISTS catastro.v_establecimiento;
CREATE VIEW catastro.v_establecimiento AS
SELECT
    cut, anio, id,
    CASE WHEN publica OR tipo_persona = 'juridica' THEN rut END AS rut,
    CASE WHEN publica OR tipo_persona = 'juridica' THEN nombre END AS nombre,
    CASE WHEN publica OR tipo_persona = 'juridica' THEN razon_social END AS razon_social,
    CASE WHEN publica OR tipo_persona = 'juridica' THEN nombre_fantasia END AS nombre_fantasia,
    tipo_persona, tipo_sitio, direccion, geom, precision, acteco, giro_texto, division, seccion,
    tamano_ventas, tamano_trabajadores, tamano, tamano_criterio,
    trabajadores, empleo_total, empleo_local, empleo_conmutante, empleo_sin_dato,
    conmutante_intrarregional, conmutante_interregional, empleo_cuadra,
    trabajadores_extranjeros, trabajadores_con_contrato, turno,
    senal_sii, senal_patente, senal_sanitaria, senal_sii_fecha, senal_patente_fecha, senal_sanitaria_fecha,
    encuesta_sii, encuesta_patente, encuesta_sanitaria, sanitaria_exigida, formalidad, indeterminado_por,
    acteco_puntaje, publica, procedencia
FROM catastro.establecimiento_anio;

-- The municipality sees all that its law allows.
DROP VIEW IF EXISTS catastro.v_establecimiento_municipal;
CREATE VIEW catastro.v_establecimiento_municipal AS
SELECT
    cut, anio, id, rut, nombre, razon_social, nombre_fantasia,
    tipo_persona, tipo_sitio, direccion, geom, precision, acteco, giro_texto, division, seccion,
    tramo_ventas, tamano_ventas, tamano_trabajadores, tamano, tamano_criterio,
    trabajadores, empleo_total, empleo_local, empleo_conmutante, empleo_sin_dato,
    trabajadores_extranjeros, trabajadores_con_contrato, turno,
    conmutante_intrarregional, conmutante_interregional, empleo_cuadra,
    impuestos_clp, patente_clp, capital_clp, telefono, correo,
    senal_sii, senal_patente, senal_sanitaria, senal_sii_fecha, senal_patente_fecha, senal_sanitaria_fecha,
    encuesta_sii, encuesta_patente, encuesta_sanitaria, sanitaria_exigida, formalidad, indeterminado_por,
    acteco_puntaje, publica, procedencia
FROM catastro.establecimiento_anio;

-- Points of sources whose records are public by law: schools, health posts. The source is that of the load which gave
-- the name, or else the place.
DROP VIEW IF EXISTS publicacion.v_punto_publico;
CREATE VIEW publicacion.v_punto_publico AS
SELECT
    e.cut, e.anio, e.id, e.nombre, e.seccion, e.division, e.tipo_sitio, e.precision,
    f.fuente, f.nombre AS fuente_nombre, f.actor AS fuente_actor, f.licencia AS fuente_licencia,
    e.geom
FROM catastro.establecimiento_anio AS e
LEFT JOIN ingreso.carga AS c
    ON c.carga = coalesce(e.procedencia -> 'nombre_fantasia' ->> 0, e.procedencia -> 'punto' ->> 0)::bigint
LEFT JOIN ingreso.fuente AS f ON f.fuente = c.fuente
WHERE e.publica AND e.formalidad <> 'inactivo';

-- Which load speaks for which year: confirmed, and not replaced in that year by a newer set of files.
DROP VIEW IF EXISTS ingreso.v_viva CASCADE;
CREATE VIEW ingreso.v_viva AS
SELECT c.carga, c.fuente, c.sha256, c.conjunto, v.anio
FROM ingreso.carga AS c
INNER JOIN ingreso.vigencia AS v USING (conjunto)
WHERE c.estado = 'confirmada' AND v.reemplazada_por IS NULL AND v.anio = ANY (c.anios);

-- Freshness of each source: its latest load that counts, or NULL where there is none.
DROP VIEW IF EXISTS publicacion.v_fuente_estado;
CREATE VIEW publicacion.v_fuente_estado AS
SELECT
    f.fuente, f.nombre, f.actor, f.cobertura, f.licencia, f.periodicidad, f.publica,
    c.carga, c.anio, c.anios, c.fin, c.filas_aceptadas
FROM ingreso.fuente AS f
LEFT JOIN LATERAL (
    SELECT carga, anio, anios, fin, filas_aceptadas
    FROM ingreso.carga
    WHERE carga.fuente = f.fuente AND estado = 'confirmada'
    ORDER BY carga DESC
    LIMIT 1
) AS c ON true;

-- Whether anything that counts today came from the synthetic city: every page must say so.
DROP VIEW IF EXISTS publicacion.v_origen;
CREATE VIEW publicacion.v_origen AS
SELECT EXISTS (SELECT FROM ingreso.carga WHERE estado = 'confirmada' AND sintetica) AS sintetico;

-- The API checks a key before it has any role but its own: it may ask about one prefix, and never read the table.
CREATE OR REPLACE FUNCTION auditoria.clave_vigente(prefijo text)
RETURNS TABLE (clave bigint, rol text, resumen bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.clave, k.rol, k.resumen
    FROM auditoria.clave AS k
    WHERE k.prefijo = clave_vigente.prefijo
      AND k.revocada IS NULL
      AND (k.expira IS NULL OR k.expira > clock_timestamp())
$$;

-- Only a table's owner may gather its statistics, and whoever fills a table must have them gathered.
CREATE OR REPLACE FUNCTION ingreso.analizar(esquema text, tabla text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF esquema NOT IN ('observacion', 'catastro', 'territorio', 'publicacion') THEN
        RAISE EXCEPTION 'not a table to analyse: %.%', esquema, tabla;
    END IF;
    EXECUTE format('ANALYZE %I.%I', esquema, tabla);
END $$;
