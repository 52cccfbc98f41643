-- Views and functions. Applied whenever this file changes, in one transaction with permisos.sql: no table is altered here.

-- A planner sees who a legal person is, and what is public by law. Of anybody else, or where it is not known what they
-- are, neither name nor RUT.
-- The restricted columns (sales, taxes, patente, capital, telephone, e-mail) are not in it at all, and where a field came
-- from is told of those that can be read alone: that there is something to hide would be told too. Where the size by
-- sales came from goes under its own name, which can be read.
DROP VIEW IF EXISTS catastro.v_establecimiento;
CREATE VIEW catastro.v_establecimiento AS
SELECT
    cut, anio, id,
    rut_visible AS rut,
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
    acteco_puntaje, publica,
    (procedencia || jsonb_strip_nulls(jsonb_build_object(
        'tamano_ventas', CASE WHEN tamano_ventas <> 'sin_dato' THEN procedencia -> 'tramo_ventas' END
    )))
    - ARRAY['tramo_ventas', 'impuestos_clp', 'patente_clp', 'capital_clp', 'telefono', 'correo']
    - CASE
        WHEN publica OR tipo_persona = 'juridica' THEN ARRAY[]::text []
        ELSE ARRAY['nombre', 'razon_social', 'nombre_fantasia', 'rut']
    END AS procedencia,
    busqueda
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
    acteco_puntaje, publica, procedencia, rut_visible, busqueda, busqueda_reservada
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

-- Which registers, never samples, prove each establishment: what tells an absence from a silence, for who may not read
-- the records. `desde` is the earliest start that an office states: what the health authority or a list of members calls
-- a start is that of a paper, not of the business.
DROP VIEW IF EXISTS catastro.v_voz;
CREATE VIEW catastro.v_voz AS
SELECT i.cut, i.id, f.fuente, min(r.desde) FILTER (WHERE f.actor IN ('sii', 'municipalidad')) AS desde
FROM catastro.identidad AS i
INNER JOIN observacion.registro AS r USING (anio, carga, fila, parte)
INNER JOIN ingreso.v_viva AS v ON v.carga = r.carga AND v.anio = r.anio
INNER JOIN ingreso.fuente AS f ON f.fuente = v.fuente
WHERE
    NOT r.suprimida AND f.cobertura = 'censo' AND f.describe IN ('empresa', 'establecimiento')
    AND r.tipo_sitio IS DISTINCT FROM 'domicilio'
GROUP BY i.cut, i.id, f.fuente;

-- How many suppliers each tractora has at each step, and how many of them are local in each sense, for who may not read
-- who they are. Over all of them together (tractora is NULL) a firm counts once, at its shortest step.
DROP VIEW IF EXISTS catastro.v_tractora;
CREATE VIEW catastro.v_tractora AS
WITH tractora AS (
    SELECT DISTINCT c.cut, r.anio, r.rut
    FROM observacion.registro AS r
    INNER JOIN ingreso.v_viva AS v ON v.carga = r.carga AND v.anio = r.anio
    INNER JOIN ingreso.fuente AS f ON f.fuente = v.fuente
    INNER JOIN catastro.version AS c ON c.anio = r.anio
    WHERE f.actor = 'tractora' AND f.describe = 'establecimiento' AND r.rut IS NOT NULL AND NOT r.suprimida
),

juntas AS (
    SELECT cut, anio, rut, min(nivel) AS nivel, bool_or(n1) AS n1, bool_or(n2) AS n2, bool_or(n3) AS n3, bool_or(n4) AS n4
    FROM catastro.nivel_proveedor
    GROUP BY cut, anio, rut
)

SELECT
    t.cut, t.anio, t.rut AS tractora, CASE WHEN e.tipo_persona = 'juridica' THEN e.razon_social END AS tractora_nombre,
    n.nivel, count(n.rut) AS proveedores, count(*) FILTER (WHERE n.n1) AS n1, count(*) FILTER (WHERE n.n2) AS n2,
    count(*) FILTER (WHERE n.n3) AS n3, count(*) FILTER (WHERE n.n4) AS n4
FROM tractora AS t
LEFT JOIN catastro.empresa AS e USING (rut)
LEFT JOIN catastro.nivel_proveedor AS n ON n.cut = t.cut AND n.anio = t.anio AND n.tractora = t.rut
GROUP BY t.cut, t.anio, t.rut, e.tipo_persona, e.razon_social, n.nivel
UNION ALL
SELECT
    cut, anio, NULL, NULL, nivel, count(*), count(*) FILTER (WHERE n1), count(*) FILTER (WHERE n2),
    count(*) FILTER (WHERE n3), count(*) FILTER (WHERE n4)
FROM juntas
GROUP BY cut, anio, nivel;

-- The aggregates of other offices that count today.
DROP VIEW IF EXISTS observacion.v_serie;
CREATE VIEW observacion.v_serie AS
SELECT s.anio, s.carga, s.territorio, s.categoria, s.medida, s.valor, s.estado
FROM observacion.serie AS s
INNER JOIN ingreso.v_viva AS v ON v.carga = s.carga AND v.anio = s.anio;

-- Which premises of a comuna and year are of one firm, so that firms can be counted by who may not read their RUT: the
-- firm is called by one of its own premises, and one without a RUT stands for itself.
DROP VIEW IF EXISTS catastro.v_firma;
CREATE VIEW catastro.v_firma AS
SELECT
    cut, anio, id,
    CASE WHEN rut IS NULL THEN id ELSE min(id) OVER (PARTITION BY cut, anio, rut) END AS firma
FROM catastro.establecimiento_anio;

-- What people answered on pairs of records, each named as the file that counts today holds it. A record that no live load
-- holds any more goes on as the live one of its source and year that says the very same; equal rows of a list are told
-- apart by their order. A file that was only ever reverted counts where no other load of it does. Erased rows go nowhere.
-- `ultima`: the newest answer on the pair, the one that holds unless it is `retirada`. `viva`: both records are live.
DROP VIEW IF EXISTS catastro.v_decision CASCADE;
CREATE VIEW catastro.v_decision AS
WITH citado AS MATERIALIZED (
    SELECT fuente_a AS fuente, sha256_a AS sha256, fila_a AS fila, parte_a AS parte FROM catastro.decision
    UNION
    SELECT fuente_b, sha256_b, fila_b, parte_b FROM catastro.decision
),

vigente AS MATERIALIZED (
    SELECT DISTINCT k.fuente, k.sha256, k.fila, k.parte
    FROM citado AS k
    INNER JOIN ingreso.v_viva AS v ON v.fuente = k.fuente AND v.sha256 = k.sha256
    INNER JOIN observacion.registro AS r
        ON r.anio = v.anio AND r.carga = v.carga AND r.fila = k.fila AND r.parte = k.parte
),

ido AS MATERIALIZED (
    SELECT
        k.fuente, k.sha256, k.fila, k.parte, c.conjunto, r.anio,
        coalesce(r.rut, 0) AS rut, concat_ws('|', r.razon_social, r.nombre_fantasia, r.direccion_texto) AS senas,
        rank() OVER (PARTITION BY k.fuente, k.sha256, k.fila, k.parte ORDER BY c.estado = 'revertida') AS preferencia
    FROM citado AS k
    INNER JOIN ingreso.carga AS c ON c.fuente = k.fuente AND c.sha256 = k.sha256
    INNER JOIN observacion.registro AS r
        ON r.carga = c.carga AND r.anio = ANY (c.anios) AND r.fila = k.fila AND r.parte = k.parte
    WHERE
        NOT r.suprimida
        AND NOT EXISTS (
            SELECT FROM vigente AS v
            WHERE v.fuente = k.fuente AND v.sha256 = k.sha256 AND v.fila = k.fila AND v.parte = k.parte
        )
),

-- To compare whole rows of a year is dear: only those that share the cheap columns are. The CASE keeps the search a
-- hashed one: nobody has statistics of `ido`, and a loop over it would read the year once for each answer.
parecido AS MATERIALIZED (
    SELECT
        c.conjunto, c.sha256, r.anio, r.fila, r.parte, v.carga IS NOT NULL AS viva,
        to_jsonb(r) - ARRAY['carga', 'fila', 'parte', 'geom', 'extra', 'suprimida'] AS dicho
    FROM (SELECT DISTINCT fuente, anio FROM ido WHERE preferencia = 1) AS i
    INNER JOIN ingreso.carga AS c ON c.fuente = i.fuente AND i.anio = ANY (c.anios)
    INNER JOIN observacion.registro AS r ON r.carga = c.carga AND r.anio = i.anio
    LEFT JOIN ingreso.v_viva AS v ON v.carga = c.carga AND v.anio = i.anio
    WHERE
        NOT r.suprimida
        AND CASE
            WHEN (coalesce(r.rut, 0), concat_ws('|', r.razon_social, r.nombre_fantasia, r.direccion_texto))
                IN (SELECT ido.rut, ido.senas FROM ido) THEN true
        END
),

puesto AS (
    SELECT
        p.*,
        row_number() OVER (PARTITION BY p.conjunto, p.dicho ORDER BY p.sha256 COLLATE "C", p.fila, p.parte) AS orden
    FROM parecido AS p
),

-- One set of files speaks for a source in a year: of its equal rows at most one is live in each place.
relevo AS MATERIALIZED (
    SELECT
        conjunto, anio, sha256, fila, parte,
        max(sha256) FILTER (WHERE viva) OVER equivalente AS sha256_hoy,
        max(fila) FILTER (WHERE viva) OVER equivalente AS fila_hoy,
        max(parte) FILTER (WHERE viva) OVER equivalente AS parte_hoy
    FROM puesto
    WINDOW equivalente AS (PARTITION BY dicho, orden)
),

seguido AS MATERIALIZED (
    SELECT DISTINCT i.fuente, i.sha256, i.fila, i.parte, s.sha256_hoy, s.fila_hoy, s.parte_hoy
    FROM ido AS i
    INNER JOIN relevo AS s
        ON
            s.conjunto = i.conjunto AND s.anio = i.anio AND s.sha256 = i.sha256
            AND s.fila = i.fila AND s.parte = i.parte
    WHERE i.preferencia = 1 AND s.sha256_hoy IS NOT NULL
),

nombrado AS MATERIALIZED (
    SELECT
        k.fuente, k.sha256, k.fila, k.parte,
        coalesce(s.sha256_hoy, k.sha256) AS sha256_hoy, coalesce(s.fila_hoy, k.fila) AS fila_hoy,
        coalesce(s.parte_hoy, k.parte) AS parte_hoy, coalesce(v.fuente, s.fuente) IS NOT NULL AS viva
    FROM citado AS k
    LEFT JOIN vigente AS v USING (fuente, sha256, fila, parte)
    LEFT JOIN seguido AS s USING (fuente, sha256, fila, parte)
),

par AS (
    SELECT
        d.decision, d.tomada, d.usuario, d.momento, a.viva AND b.viva AS viva,
        a.fuente AS fuente_a, a.sha256_hoy AS sha256_a, a.fila_hoy AS fila_a, a.parte_hoy AS parte_a,
        b.fuente AS fuente_b, b.sha256_hoy AS sha256_b, b.fila_hoy AS fila_b, b.parte_hoy AS parte_b
    FROM catastro.decision AS d
    INNER JOIN nombrado AS a
        ON a.fuente = d.fuente_a AND a.sha256 = d.sha256_a AND a.fila = d.fila_a AND a.parte = d.parte_a
    INNER JOIN nombrado AS b
        ON b.fuente = d.fuente_b AND b.sha256 = d.sha256_b AND b.fila = d.fila_b AND b.parte = d.parte_b
),

ordenado AS (
    SELECT
        decision, tomada, usuario, momento, viva, fuente_a, sha256_a, fila_a, parte_a, fuente_b, sha256_b, fila_b, parte_b
    FROM par
    WHERE
        (fuente_a COLLATE "C", sha256_a COLLATE "C", fila_a, parte_a)
        < (fuente_b COLLATE "C", sha256_b COLLATE "C", fila_b, parte_b)
    UNION
    SELECT
        decision, tomada, usuario, momento, viva, fuente_b, sha256_b, fila_b, parte_b, fuente_a, sha256_a, fila_a, parte_a
    FROM par
    WHERE
        (fuente_a COLLATE "C", sha256_a COLLATE "C", fila_a, parte_a)
        > (fuente_b COLLATE "C", sha256_b COLLATE "C", fila_b, parte_b)
)

SELECT
    o.*,
    max(o.decision) OVER (
        PARTITION BY o.fuente_a, o.sha256_a, o.fila_a, o.parte_a, o.fuente_b, o.sha256_b, o.fila_b, o.parte_b
    ) AS ultima
FROM ordenado AS o;

-- The doubts that wait for a person: nobody has answered them, or the answer could not be obeyed.
DROP VIEW IF EXISTS catastro.v_duda;
CREATE VIEW catastro.v_duda AS
WITH respondido AS MATERIALIZED (
    SELECT fuente_a, sha256_a, fila_a, parte_a, fuente_b, sha256_b, fila_b, parte_b
    FROM catastro.v_decision
    WHERE decision = ultima AND tomada <> 'retirada'
)

SELECT d.*
FROM catastro.duda AS d
WHERE
    d.motivo = 'no_se_pudo'
    OR (
        (d.fuente_a, d.sha256_a, d.fila_a, d.parte_a, d.fuente_b, d.sha256_b, d.fila_b, d.parte_b)
        NOT IN (SELECT r.fuente_a, r.sha256_a, r.fila_a, r.parte_a, r.fuente_b, r.sha256_b, r.fila_b, r.parte_b FROM respondido AS r)
        AND (d.fuente_b, d.sha256_b, d.fila_b, d.parte_b, d.fuente_a, d.sha256_a, d.fila_a, d.parte_a)
        NOT IN (SELECT r.fuente_a, r.sha256_a, r.fila_a, r.parte_a, r.fuente_b, r.sha256_b, r.fila_b, r.parte_b FROM respondido AS r)
    );

-- Which years there are and whether anything in one changed, for who reads only what of it is public: the number of a
-- version tells nothing else.
DROP VIEW IF EXISTS publicacion.v_version;
CREATE VIEW publicacion.v_version AS
SELECT cut, anio, version FROM catastro.version;

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

-- Seals the lines of the audit that have no seal yet, and returns the new seal, "number:digest" (NULL when there was nothing to seal, or
-- somebody else is sealing). Whoever may add lines may call it, and can do nothing else to a seal. Lines whose transaction
-- has not ended are not seen: they go under a later seal. `observatorio auditoria verify` reckons all of it again.
CREATE OR REPLACE FUNCTION auditoria.sellar() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    ultimo auditoria.sello;
    aqui text := (SELECT system_identifier::text FROM pg_control_system());
    -- Before the statement below takes its view of the table, so that no line is older than the seal that missed it.
    ahora timestamptz;
    nuevo text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(x'0b5e0006'::int) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO ultimo FROM auditoria.sello ORDER BY sello DESC LIMIT 1;
    ahora := clock_timestamp();
    WITH nuevas AS MATERIALIZED (
        SELECT r.registro, sha256(convert_to(jsonb_build_array(
                   r.registro, (extract(epoch FROM r.momento) * 1000000)::bigint, r.rol, r.clave, r.sujeto, r.accion,
                   r.detalle, r.transaccion
               )::text, 'UTF8')) AS huella
        FROM auditoria.registro AS r
        -- Older ones were seen by the last seal, unless the transactions were another server's.
        WHERE (ultimo.sello IS NULL OR ultimo.sistema <> aqui
               OR r.transaccion >= pg_snapshot_xmin(ultimo.foto::pg_snapshot)::text::bigint)
          AND NOT EXISTS (SELECT FROM auditoria.eslabon AS e WHERE e.registro = r.registro)
    ),
    cabeza AS (
        SELECT coalesce(ultimo.sello, 0) + 1 AS sello, pg_current_snapshot()::text AS foto, count(*) AS lineas,
               greatest(max(n.registro), ultimo.hasta) AS hasta,
               string_agg(int8send(n.registro) || n.huella, ''::bytea ORDER BY n.registro) AS eslabones
        FROM nuevas AS n
    ),
    puesto AS (
        INSERT INTO auditoria.sello (sello, momento, sistema, foto, lineas, hasta, huella)
        SELECT c.sello, ahora, aqui, c.foto, c.lineas, c.hasta,
               sha256(coalesce(ultimo.huella, ''::bytea) || convert_to(jsonb_build_array(
                   c.sello, (extract(epoch FROM ahora) * 1000000)::bigint, aqui, c.foto, c.lineas, c.hasta
               )::text, 'UTF8') || c.eslabones)
        FROM cabeza AS c
        WHERE c.lineas > 0
        RETURNING sello, huella
    ),
    unidos AS (
        INSERT INTO auditoria.eslabon (registro, sello, huella)
        SELECT n.registro, p.sello, n.huella FROM nuevas AS n CROSS JOIN puesto AS p
    )
    SELECT p.sello || ':' || encode(p.huella, 'hex') INTO nuevo FROM puesto AS p;
    RETURN nuevo;
END $$;
