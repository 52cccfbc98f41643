-- Roles and grants. Applied whenever this file changes. It first takes everything away, so that a line removed here is
-- a right removed there, and then grants by name: a table or column that nobody thought of is closed.

-- Roles belong to the whole server, so that another database of ours may just be creating the same ones.
DO $$
DECLARE
    rol text;
BEGIN
    FOREACH rol IN ARRAY ARRAY['obs_publico', 'obs_socio', 'obs_planificador', 'obs_municipal', 'obs_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = rol) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', rol);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'obs_ingesta') THEN
        BEGIN
            CREATE ROLE obs_ingesta LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    -- The API's own login inherits nothing: without SET LOCAL ROLE it reads no table at all.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'obs_api') THEN
        BEGIN
            CREATE ROLE obs_api LOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
END $$;

-- What each sees includes what the one before sees; the administrator handles keys and the audit, not records.
-- An owner who is not the server's superuser must be a member, to take these roles on his own connection.
DO $$
DECLARE
    par text[];
    rol text;
BEGIN
    FOREACH par SLICE 1 IN ARRAY ARRAY[
        ['obs_publico', 'obs_socio'], ['obs_publico', 'obs_planificador'], ['obs_planificador', 'obs_municipal'],
        ['obs_publico', 'obs_admin'], ['obs_publico', 'obs_api'], ['obs_socio', 'obs_api'],
        ['obs_planificador', 'obs_api'], ['obs_municipal', 'obs_api'], ['obs_admin', 'obs_api']
    ] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_auth_members AS m
            WHERE m.roleid = par[1]::regrole AND m.member = par[2]::regrole
        ) THEN
            EXECUTE format('GRANT %I TO %I', par[1], par[2]);
        END IF;
    END LOOP;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOREACH rol IN ARRAY ARRAY['obs_publico', 'obs_socio', 'obs_planificador', 'obs_municipal', 'obs_admin',
                                   'obs_ingesta', 'obs_api'] LOOP
            -- Since version 16, who creates a role may grant it but not take it.
            IF NOT pg_has_role(current_user, rol, CASE WHEN current_setting('server_version_num')::int < 160000
                                                       THEN 'MEMBER' ELSE 'SET' END) THEN
                EXECUTE format('GRANT %I TO CURRENT_USER', rol);
            END IF;
        END LOOP;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO obs_ingesta, obs_api', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO obs_ingesta', current_database());
END $$;

REVOKE ALL ON SCHEMA ref, ingreso, observacion, catastro, territorio, indicador, publicacion, auditoria
    FROM PUBLIC, obs_publico, obs_socio, obs_planificador, obs_municipal, obs_admin, obs_ingesta, obs_api;
REVOKE ALL ON ALL TABLES IN SCHEMA ref, ingreso, observacion, catastro, territorio, indicador, publicacion, auditoria
    FROM PUBLIC, obs_publico, obs_socio, obs_planificador, obs_municipal, obs_admin, obs_ingesta, obs_api;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ref, ingreso, observacion, catastro, territorio, indicador, publicacion, auditoria
    FROM PUBLIC, obs_publico, obs_socio, obs_planificador, obs_municipal, obs_admin, obs_ingesta, obs_api;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ref, ingreso, observacion, catastro, territorio, indicador, publicacion, auditoria
    FROM PUBLIC, obs_publico, obs_socio, obs_planificador, obs_municipal, obs_admin, obs_ingesta, obs_api;

-- publico: reference, zones, and what was published. No table that holds a record.
GRANT USAGE ON SCHEMA ref, territorio, publicacion TO obs_publico;
GRANT SELECT ON ref.seccion, ref.division, ref.tramo_ventas, ref.tramo_trabajadores, ref.unidad, ref.poblacion, ref.comuna
    TO obs_publico;
GRANT SELECT ON territorio.nivel, territorio.zona TO obs_publico;
GRANT SELECT ON publicacion.publicacion, publicacion.celda, publicacion.v_punto_publico, publicacion.v_fuente_estado,
    publicacion.v_origen, publicacion.v_version TO obs_publico;
GRANT EXECUTE ON FUNCTION territorio.morton(double precision, double precision), territorio.eje(bigint) TO obs_publico;

-- planificador: premises without the restricted and the identifying columns, and where every field came from.
GRANT USAGE ON SCHEMA catastro, observacion, ingreso, indicador TO obs_planificador;
GRANT SELECT ON catastro.v_establecimiento, catastro.establecimiento_zona, catastro.identidad, catastro.version,
    catastro.suceso, catastro.corrimiento, catastro.mosaico, indicador.estimacion TO obs_planificador;
GRANT SELECT (
    cut, anio, id, tipo_persona, tipo_sitio, direccion, geom, precision, acteco, giro_texto, division, seccion,
    tamano_ventas, tamano_trabajadores, tamano, tamano_criterio,
    trabajadores, empleo_total, empleo_local, empleo_conmutante, empleo_sin_dato,
    conmutante_intrarregional, conmutante_interregional, empleo_cuadra,
    trabajadores_extranjeros, trabajadores_con_contrato, turno,
    senal_sii, senal_patente, senal_sanitaria, senal_sii_fecha, senal_patente_fecha, senal_sanitaria_fecha,
    encuesta_sii, encuesta_patente, encuesta_sanitaria, sanitaria_exigida, formalidad, indeterminado_por,
    acteco_puntaje, publica
) ON catastro.establecimiento_anio TO obs_planificador;
GRANT SELECT (cut, id, primer_anio, ultimo_anio) ON catastro.establecimiento TO obs_planificador;
GRANT SELECT ON catastro.v_firma, catastro.v_voz, catastro.v_tractora, observacion.serie, observacion.v_serie TO obs_planificador;
-- Which load speaks for which year, and neither its file nor its set.
GRANT SELECT (carga, fuente, anio) ON ingreso.v_viva TO obs_planificador;
GRANT SELECT ON ingreso.fuente, ingreso.archivo TO obs_planificador;
GRANT SELECT (cut, id, sucesor) ON auditoria.relevo TO obs_planificador;
GRANT SELECT (
    carga, fuente, sha256, nombre, anio, anios, estado, licencia, filas_leidas, filas_aceptadas, filas_rechazadas,
    valores_rechazados, veredicto, conjunto, inicio, fin
) ON ingreso.carga TO obs_planificador;

-- municipal: all that its law allows.
GRANT SELECT ON catastro.v_establecimiento_municipal, catastro.establecimiento_anio, catastro.establecimiento,
    catastro.empresa, catastro.actividad, catastro.proveedor, catastro.nivel_proveedor, catastro.duda, catastro.decision,
    catastro.duda_giro, catastro.decision_giro, catastro.v_duda, catastro.v_decision TO obs_municipal;
GRANT INSERT ON catastro.decision, catastro.decision_giro TO obs_municipal;
GRANT SELECT ON observacion.registro, observacion.vinculo TO obs_municipal;
GRANT SELECT ON ingreso.carga, ingreso.rechazo TO obs_municipal;

-- admin: keys and the audit.
GRANT USAGE ON SCHEMA auditoria TO obs_admin;
GRANT SELECT, INSERT ON auditoria.clave TO obs_admin;
GRANT UPDATE (expira, revocada) ON auditoria.clave TO obs_admin;
GRANT SELECT ON auditoria.registro, auditoria.sello, auditoria.eslabon TO obs_admin;

-- api: before a request has a role, it may only ask whether a key is good.
GRANT USAGE ON SCHEMA auditoria TO obs_api;
GRANT EXECUTE ON FUNCTION auditoria.clave_vigente(text) TO obs_api;

-- ingesta: what goes in. Observations are append-only: it adds them and never changes or deletes one.
GRANT USAGE ON SCHEMA ref, ingreso, observacion, catastro, territorio, indicador, publicacion, auditoria TO obs_ingesta;
GRANT SELECT ON ALL TABLES IN SCHEMA ref, ingreso, observacion, catastro, territorio, indicador, publicacion TO obs_ingesta;
GRANT INSERT ON ALL TABLES IN SCHEMA ingreso, observacion, catastro, territorio, indicador, publicacion TO obs_ingesta;
GRANT UPDATE, DELETE ON ALL TABLES IN SCHEMA ingreso, catastro, territorio, indicador, publicacion TO obs_ingesta;
-- An erasure is the owner's act, and nobody undoes it.
REVOKE INSERT, UPDATE, DELETE ON ingreso.supresion FROM obs_ingesta;
GRANT EXECUTE ON FUNCTION observacion.asegurar_anio(text, integer), catastro.asegurar_anio(integer),
    ingreso.analizar(text, text), territorio.morton(double precision, double precision),
    catastro.rehacer_mosaico(text, integer), catastro.plegar(text) TO obs_ingesta;
-- Which id follows another is history, but not the audit: an id that comes back alive has no successor any more.
GRANT SELECT, INSERT, UPDATE, DELETE ON auditoria.relevo TO obs_ingesta;

-- The audit only grows, and nobody writes a line's number, moment or transaction.
GRANT USAGE ON SCHEMA auditoria TO obs_socio, obs_planificador, obs_municipal;
GRANT INSERT (rol, clave, accion, detalle) ON auditoria.registro
    TO obs_socio, obs_planificador, obs_municipal, obs_admin, obs_ingesta, obs_api;
-- Seals are the owner's: whoever adds lines may have them sealed, and that is all.
GRANT EXECUTE ON FUNCTION auditoria.sellar() TO obs_admin, obs_ingesta, obs_api;
