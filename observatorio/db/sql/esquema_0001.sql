-- The first schema: extensions, schemas and tables. Frozen: later changes are migrations of their own.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE SCHEMA ref;
CREATE SCHEMA ingreso;
CREATE SCHEMA observacion;
CREATE SCHEMA catastro;
CREATE SCHEMA territorio;
CREATE SCHEMA indicador;
CREATE SCHEMA publicacion;
CREATE SCHEMA auditoria;

-- ref ------------------------------------------------------------------------------------------------------------
CREATE TABLE ref.seccion (
    seccion text PRIMARY KEY,
    nombre text NOT NULL
);
CREATE TABLE ref.division (
    division text PRIMARY KEY,
    seccion text NOT NULL REFERENCES ref.seccion,
    nombre text NOT NULL
);
CREATE TABLE ref.tramo_ventas (
    tramo integer PRIMARY KEY,
    tamano text NOT NULL,
    uf_desde numeric,
    uf_hasta numeric,
    fuente text NOT NULL
);
CREATE TABLE ref.tramo_trabajadores (
    tamano text PRIMARY KEY,
    desde integer NOT NULL,
    hasta integer,
    fuente text NOT NULL
);
CREATE TABLE ref.unidad (
    unidad text NOT NULL,
    fecha date NOT NULL,
    pesos numeric,
    fuente text NOT NULL,
    PRIMARY KEY (unidad, fecha)
);
COMMENT ON TABLE ref.unidad IS 'UF and UTM in pesos at a date; pesos is NULL where the figure is not known';
CREATE TABLE ref.poblacion (
    territorio text NOT NULL,
    anio integer NOT NULL,
    personas integer,
    fuente text NOT NULL,
    PRIMARY KEY (territorio, anio)
);
CREATE TABLE ref.comuna (
    cut text PRIMARY KEY,
    nombre text NOT NULL,
    provincia text NOT NULL,
    region text NOT NULL,
    geom geometry(MultiPolygon, 4326) NOT NULL
);
CREATE INDEX comuna_geom ON ref.comuna USING gist (geom);
CREATE TABLE ref.aplicado (
    parte text PRIMARY KEY,
    huella text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ref.aplicado IS
    'Fingerprints of the views, grants and reference data that this database holds: migrating again compares and does nothing';

-- ingreso --------------------------------------------------------------------------------------------------------
CREATE TABLE ingreso.fuente (
    fuente text PRIMARY KEY,
    nombre text NOT NULL,
    actor text NOT NULL,
    describe text NOT NULL,
    destino text NOT NULL,
    cobertura text NOT NULL,
    licencia text NOT NULL,
    periodicidad text NOT NULL,
    publica boolean NOT NULL DEFAULT false,
    historica boolean NOT NULL DEFAULT false,
    visibilidad jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE ingreso.archivo (
    sha256 text PRIMARY KEY,
    nombre text NOT NULL,
    bytes bigint NOT NULL,
    formato text
);
CREATE TABLE ingreso.carga (
    carga bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fuente text NOT NULL REFERENCES ingreso.fuente,
    sha256 text NOT NULL REFERENCES ingreso.archivo,
    anio integer,
    anios integer[] NOT NULL DEFAULT '{}',
    estado text NOT NULL,
    licencia text NOT NULL,
    filas_leidas bigint NOT NULL DEFAULT 0,
    filas_aceptadas bigint NOT NULL DEFAULT 0,
    filas_rechazadas bigint NOT NULL DEFAULT 0,
    valores_rechazados bigint NOT NULL DEFAULT 0,
    veredicto text,
    mapeo jsonb NOT NULL DEFAULT '{}',
    conjunto bigint,
    sintetica boolean NOT NULL DEFAULT false,
    usuario text NOT NULL DEFAULT 'cli',
    inicio timestamptz NOT NULL DEFAULT now(),
    fin timestamptz
);
COMMENT ON COLUMN ingreso.carga.anio IS 'The year given for the whole file; NULL when each row brings its own';
COMMENT ON COLUMN ingreso.carga.conjunto IS 'The first load of the files that were loaded together: they stand and fall as one';
COMMENT ON COLUMN ingreso.carga.sintetica IS 'The file came from the synthetic city: nothing in it is real, and every page must say so';
COMMENT ON COLUMN ingreso.carga.anios IS 'The years that its accepted rows speak of, ascending';
CREATE INDEX carga_archivo ON ingreso.carga (fuente, sha256);
CREATE INDEX carga_fuente ON ingreso.carga (fuente, estado, carga);
CREATE TABLE ingreso.vigencia (
    conjunto bigint NOT NULL,
    anio integer NOT NULL,
    fuente text NOT NULL REFERENCES ingreso.fuente,
    filas bigint NOT NULL,
    reemplazada_por bigint,
    PRIMARY KEY (conjunto, anio)
);
CREATE INDEX vigencia_fuente ON ingreso.vigencia (fuente, anio);
COMMENT ON TABLE ingreso.vigencia IS
    'Which set of files speaks for a year: one replaced another for that year alone, and gives it back when it is reverted';
CREATE TABLE ingreso.rechazo (
    carga bigint NOT NULL REFERENCES ingreso.carga ON DELETE CASCADE,
    fila bigint NOT NULL,
    columna text,
    letra text,
    campo text,
    valor text,
    regla text NOT NULL,
    gravedad text NOT NULL,
    consejo text NOT NULL
);
CREATE INDEX rechazo_carga ON ingreso.rechazo (carga, fila);

-- observacion ----------------------------------------------------------------------------------------------------
CREATE TABLE observacion.registro (
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    parte smallint NOT NULL DEFAULT 0,
    fuente text NOT NULL,
    anio integer NOT NULL,
    id_fuente text,
    rut integer,
    dv text,
    razon_social text,
    nombre_fantasia text,
    tipo_persona text,
    grupo_empresarial text,
    telefono text,
    correo text,
    acteco text,
    acteco_anio integer,
    giro_texto text,
    tipo_sitio text,
    direccion_texto text,
    calle text,
    numero text,
    resto text,
    cut text,
    lon double precision,
    lat double precision,
    geom geometry(Point, 4326),
    precision text,
    desde date,
    hasta date,
    tramo_ventas integer,
    trabajadores integer,
    trabajadores_extranjeros integer,
    trabajadores_con_contrato integer,
    empleo_total integer,
    empleo_local integer,
    empleo_conmutante integer,
    turno text,
    impuestos_clp bigint,
    patente_clp bigint,
    capital_clp bigint,
    senal_sii text,
    senal_patente text,
    senal_sanitaria text,
    estado text,
    ola text,
    factor_expansion double precision,
    extra json,
    PRIMARY KEY (anio, carga, fila, parte)
) PARTITION BY LIST (anio);
COMMENT ON COLUMN observacion.registro.extra IS
    'The cells that no canonical column takes, as they came: json, not jsonb, for it is written a lot and read seldom';
CREATE INDEX registro_geom ON observacion.registro USING gist (geom) WHERE geom IS NOT NULL;

CREATE TABLE observacion.vinculo (
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    parte smallint NOT NULL DEFAULT 0,
    fuente text NOT NULL,
    anio integer NOT NULL,
    rut_comprador integer,
    rut_proveedor integer,
    razon_social_proveedor text,
    cut_proveedor text,
    desde date,
    hasta date,
    categoria text,
    monto_clp bigint,
    evidencia text,
    extra json,
    PRIMARY KEY (anio, carga, fila, parte)
) PARTITION BY LIST (anio);
CREATE INDEX vinculo_proveedor ON observacion.vinculo (rut_proveedor);

CREATE TABLE observacion.serie (
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    parte smallint NOT NULL DEFAULT 0,
    fuente text NOT NULL,
    anio integer NOT NULL,
    territorio text,
    categoria text,
    medida text NOT NULL,
    valor double precision,
    estado text NOT NULL,
    PRIMARY KEY (anio, carga, fila, parte, medida)
) PARTITION BY LIST (anio);
COMMENT ON TABLE observacion.serie IS
    'Aggregates as an office published them; estado is publicado, reservado (never zero) or sin_dato';

-- Partitions appear with the first record of a year. The ingest role may not create tables in the schema, so the
-- function runs with its owner's rights and accepts only the three observation tables.
CREATE FUNCTION observacion.asegurar_anio(tabla text, anio integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF tabla NOT IN ('registro', 'vinculo', 'serie') OR anio NOT BETWEEN 1990 AND 2100 THEN
        RAISE EXCEPTION 'no partition for % %', tabla, anio;
    END IF;
    IF to_regclass(format('observacion.%I', tabla || '_' || anio)) IS NOT NULL THEN
        RETURN;
    END IF;
    -- One lock for all years of a table: two loads that need the same new years in another order never wait in a ring.
    PERFORM pg_advisory_xact_lock(hashtext('observacion.' || tabla));
    IF to_regclass(format('observacion.%I', tabla || '_' || anio)) IS NULL THEN
        EXECUTE format('CREATE TABLE observacion.%I PARTITION OF observacion.%I FOR VALUES IN (%s)',
                       tabla || '_' || anio, tabla, anio);
    END IF;
END $$;

-- territorio -----------------------------------------------------------------------------------------------------
CREATE TABLE territorio.nivel (
    nivel text PRIMARY KEY,
    nombre text NOT NULL,
    origen text NOT NULL,
    incorporado boolean NOT NULL DEFAULT false,
    cargado timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE territorio.zona (
    nivel text NOT NULL REFERENCES territorio.nivel ON DELETE CASCADE,
    zona text NOT NULL,
    nombre text,
    cut text,
    geom geometry(MultiPolygon, 4326),
    poblacion double precision,
    poblacion_anio integer,
    poblacion_estimada boolean NOT NULL DEFAULT false,
    area_km2 double precision,
    PRIMARY KEY (nivel, zona)
);
CREATE INDEX zona_geom ON territorio.zona USING gist (geom);
COMMENT ON COLUMN territorio.zona.area_km2 IS 'Geodesic area; never measured in Web Mercator';

-- catastro -------------------------------------------------------------------------------------------------------
CREATE TABLE catastro.empresa (
    rut integer PRIMARY KEY,
    dv text,
    razon_social text,
    tipo_persona text NOT NULL,
    grupo_empresarial text,
    cut_casa_matriz text,
    desde date,
    hasta date,
    procedencia jsonb NOT NULL
);
CREATE INDEX empresa_nombre ON catastro.empresa USING gin (razon_social gin_trgm_ops);
CREATE TABLE catastro.establecimiento (
    cut text NOT NULL,
    id text NOT NULL,
    rut integer,
    clave_lugar text NOT NULL,
    primer_anio integer NOT NULL,
    ultimo_anio integer NOT NULL,
    PRIMARY KEY (cut, id)
);
CREATE INDEX establecimiento_rut ON catastro.establecimiento (rut);
CREATE TABLE catastro.establecimiento_anio (
    cut text NOT NULL,
    anio integer NOT NULL,
    id text NOT NULL,
    rut integer,
    nombre text,
    razon_social text,
    nombre_fantasia text,
    tipo_persona text,
    tipo_sitio text,
    direccion text,
    geom geometry(Point, 4326),
    precision text NOT NULL,
    acteco text,
    giro_texto text,
    division text,
    seccion text,
    tramo_ventas integer,
    tamano_ventas text NOT NULL,
    tamano_trabajadores text NOT NULL,
    tamano text NOT NULL,
    tamano_criterio text,
    trabajadores integer,
    empleo_total integer,
    empleo_local integer,
    empleo_conmutante integer,
    empleo_sin_dato integer,
    trabajadores_extranjeros integer,
    trabajadores_con_contrato integer,
    turno text,
    impuestos_clp bigint,
    patente_clp bigint,
    capital_clp bigint,
    telefono text,
    correo text,
    senal_sii text,
    senal_patente text,
    senal_sanitaria text,
    sanitaria_exigida boolean NOT NULL DEFAULT false,
    formalidad text NOT NULL,
    publica boolean NOT NULL DEFAULT false,
    procedencia jsonb NOT NULL,
    PRIMARY KEY (cut, anio, id)
) PARTITION BY LIST (anio);
COMMENT ON COLUMN catastro.establecimiento_anio.procedencia IS
    'field -> [load, row, rule] of the observation whose value won; the source is the load''s';
CREATE INDEX ea_geom ON catastro.establecimiento_anio USING gist (geom);
CREATE INDEX ea_nombre ON catastro.establecimiento_anio USING gin (nombre gin_trgm_ops);
CREATE INDEX ea_sector ON catastro.establecimiento_anio (cut, seccion, tamano, formalidad);

CREATE TABLE catastro.establecimiento_zona (
    cut text NOT NULL,
    anio integer NOT NULL,
    nivel text NOT NULL,
    id text NOT NULL,
    zona text NOT NULL,
    PRIMARY KEY (anio, nivel, cut, id)
) PARTITION BY LIST (anio);
CREATE INDEX ez_zona ON catastro.establecimiento_zona (nivel, zona);

CREATE TABLE catastro.actividad (
    rut integer NOT NULL,
    anio integer NOT NULL,
    acteco text NOT NULL,
    principal boolean NOT NULL,
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    PRIMARY KEY (rut, anio, acteco)
);
CREATE TABLE catastro.proveedor (
    rut_comprador integer NOT NULL,
    rut_proveedor integer NOT NULL,
    anio integer NOT NULL,
    categoria text NOT NULL DEFAULT '',
    desde date,
    hasta date,
    monto_clp bigint,
    evidencia text,
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    PRIMARY KEY (rut_comprador, rut_proveedor, anio, categoria)
);
CREATE TABLE catastro.identidad (
    anio integer NOT NULL,
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    parte smallint NOT NULL,
    cut text NOT NULL,
    id text NOT NULL,
    regla text NOT NULL,
    PRIMARY KEY (anio, carga, fila, parte)
);
CREATE INDEX identidad_id ON catastro.identidad (cut, id, anio);
COMMENT ON TABLE catastro.identidad IS 'Which observation speaks of which establishment, and by which rule';
CREATE TABLE catastro.decision (
    decision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    carga_a bigint NOT NULL,
    fila_a bigint NOT NULL,
    parte_a smallint NOT NULL DEFAULT 0,
    carga_b bigint NOT NULL,
    fila_b bigint NOT NULL,
    parte_b smallint NOT NULL DEFAULT 0,
    decision_tomada text,
    peso double precision,
    usuario text,
    momento timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE catastro.version (
    version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    anio integer NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp(),
    establecimientos bigint NOT NULL
);
CREATE FUNCTION catastro.asegurar_anio(anio integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tabla text;
BEGIN
    IF anio NOT BETWEEN 1990 AND 2100 THEN
        RAISE EXCEPTION 'no partition for %', anio;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('catastro' || anio));
    FOREACH tabla IN ARRAY ARRAY['establecimiento_anio', 'establecimiento_zona'] LOOP
        IF to_regclass(format('catastro.%I', tabla || '_' || anio)) IS NULL THEN
            EXECUTE format('CREATE TABLE catastro.%I PARTITION OF catastro.%I FOR VALUES IN (%s)',
                           tabla || '_' || anio, tabla, anio);
        END IF;
    END LOOP;
END $$;

-- publicacion ----------------------------------------------------------------------------------------------------
CREATE TABLE publicacion.publicacion (
    publicacion bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    anio integer NOT NULL,
    version bigint NOT NULL,
    regla text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE publicacion.celda (
    publicacion bigint NOT NULL REFERENCES publicacion.publicacion ON DELETE CASCADE,
    indicador text NOT NULL,
    anio integer NOT NULL,
    por text NOT NULL,
    nivel text NOT NULL DEFAULT '',
    dimensiones jsonb NOT NULL,
    valor double precision,
    n bigint,
    cobertura double precision,
    estado text NOT NULL,
    PRIMARY KEY (indicador, anio, por, nivel, dimensiones)
);
COMMENT ON TABLE publicacion.celda IS
    'The only figures that leave without a key. por: the dimensions asked for, comma-separated; nivel: the zone level or empty';

-- auditoria ------------------------------------------------------------------------------------------------------
CREATE TABLE auditoria.clave (
    clave bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    prefijo text NOT NULL UNIQUE,
    resumen bytea NOT NULL,
    rol text NOT NULL,
    nombre text NOT NULL,
    creada timestamptz NOT NULL DEFAULT now(),
    expira timestamptz,
    revocada timestamptz
);
CREATE TABLE auditoria.registro (
    registro bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    momento timestamptz NOT NULL DEFAULT clock_timestamp(),
    rol text NOT NULL,
    clave bigint,
    accion text NOT NULL,
    detalle jsonb NOT NULL DEFAULT '{}'
);
