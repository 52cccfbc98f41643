-- The second schema: one identity over all years, doubts and a person's answers, the signals with their dates, events,
-- tiers of suppliers, estimates of samples, erasures. Run once, by its migration; never changed after that.

-- observacion: commuters by where they come from, and what was erased at a person's request.
ALTER TABLE observacion.registro
    ADD COLUMN conmutante_intrarregional integer,
    ADD COLUMN conmutante_interregional integer,
    ADD COLUMN suprimida boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN observacion.registro.suprimida IS
    'The values of the row were emptied at the request of the person they spoke of; the row itself stays as a tombstone';
ALTER TABLE observacion.vinculo ADD COLUMN suprimida boolean NOT NULL DEFAULT false;

CREATE TABLE ingreso.supresion (
    supresion bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    clase text NOT NULL,
    huella text NOT NULL,
    motivo text NOT NULL,
    usuario text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (clase, huella)
);
COMMENT ON TABLE ingreso.supresion IS
    'What was erased, by a keyed fingerprint: enough to erase it again when the same file comes back, and not to read it';

-- territorio: what an outside geocoder answered, asked for by a command and never by a consolidation.
CREATE TABLE territorio.geocodificado (
    clave text NOT NULL,
    cut text NOT NULL,
    proveedor text NOT NULL,
    lon double precision,
    lat double precision,
    precision text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cut, clave)
);
COMMENT ON TABLE territorio.geocodificado IS
    'Answers of an outside geocoder by the matching key of an address; lon and lat are NULL where it found nothing';

-- catastro: one identity for each observation, whatever the years.
DROP TABLE catastro.identidad;
CREATE TABLE catastro.identidad (
    carga bigint NOT NULL,
    fila bigint NOT NULL,
    parte smallint NOT NULL,
    cut text NOT NULL,
    anio integer NOT NULL,
    id text NOT NULL,
    regla text NOT NULL,
    peso double precision,
    PRIMARY KEY (carga, fila, parte)
);
CREATE INDEX identidad_id ON catastro.identidad (cut, id, anio);
COMMENT ON TABLE catastro.identidad IS 'Which observation speaks of which establishment, and by which rule';
COMMENT ON COLUMN catastro.identidad.anio IS 'The year of the record itself';
COMMENT ON COLUMN catastro.identidad.peso IS 'Match weight in bits where the rule is a probability; NULL where it is exact';

-- A record is named by its file's content, never by its load: a decision outlives a revert and a new load of the file.
DROP TABLE catastro.decision;
CREATE TABLE catastro.decision (
    decision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fuente_a text NOT NULL,
    sha256_a text NOT NULL,
    fila_a bigint NOT NULL,
    parte_a smallint NOT NULL,
    fuente_b text NOT NULL,
    sha256_b text NOT NULL,
    fila_b bigint NOT NULL,
    parte_b smallint NOT NULL,
    tomada text NOT NULL,
    usuario text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE catastro.decision IS
    'What a person said of two records, misma or distinta: it wins over the model at every run; the newest on a pair holds';
CREATE TABLE catastro.duda (
    cut text NOT NULL,
    duda text NOT NULL,
    fuente_a text NOT NULL,
    sha256_a text NOT NULL,
    fila_a bigint NOT NULL,
    parte_a smallint NOT NULL,
    id_a text NOT NULL,
    fuente_b text NOT NULL,
    sha256_b text NOT NULL,
    fila_b bigint NOT NULL,
    parte_b smallint NOT NULL,
    id_b text NOT NULL,
    peso double precision NOT NULL,
    motivo text NOT NULL,
    detalle text,
    PRIMARY KEY (cut, duda)
);
COMMENT ON TABLE catastro.duda IS
    'Two establishments that may be one, by the records that raise the question; made anew by every run';
CREATE TABLE catastro.decision_giro (
    decision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    giro text NOT NULL,
    acteco text,
    usuario text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE catastro.decision_giro IS
    'The activity code that a person gave to the words of a giro (folded); NULL says that no code fits them; the newest holds';
CREATE TABLE catastro.duda_giro (
    cut text NOT NULL,
    giro text NOT NULL,
    acteco text NOT NULL,
    puntaje double precision NOT NULL,
    establecimientos bigint NOT NULL,
    PRIMARY KEY (cut, giro)
);
COMMENT ON TABLE catastro.duda_giro IS 'Words of a giro whose best code is not sure enough to be given; made anew by every run';

-- Pairs that were scored already: a score depends on the content of both sides and on the model alone.
CREATE TABLE catastro.par (
    cut text NOT NULL,
    huella_a text NOT NULL,
    huella_b text NOT NULL,
    peso double precision NOT NULL,
    detalle text,
    PRIMARY KEY (cut, huella_a, huella_b)
);
CREATE TABLE catastro.perfil (
    cut text NOT NULL,
    huella text NOT NULL,
    modelo text NOT NULL,
    PRIMARY KEY (cut, huella)
);
COMMENT ON TABLE catastro.perfil IS
    'Contents that were compared with each other, by which model: a pair of them that is not in par scored low';

CREATE TABLE catastro.corrimiento (
    cut text NOT NULL,
    carga bigint NOT NULL,
    datum text NOT NULL,
    este_m double precision NOT NULL,
    norte_m double precision NOT NULL,
    pares bigint NOT NULL,
    desviacion_m double precision NOT NULL,
    PRIMARY KEY (cut, carga)
);
COMMENT ON TABLE catastro.corrimiento IS
    'Loads whose points all stand in an old datum, found against places that other loads know; metres of UTM 19S';

ALTER TABLE catastro.establecimiento_anio
    ADD COLUMN conmutante_intrarregional integer,
    ADD COLUMN conmutante_interregional integer,
    ADD COLUMN empleo_cuadra boolean,
    ADD COLUMN acteco_puntaje double precision,
    ADD COLUMN senal_sii_fecha date,
    ADD COLUMN senal_patente_fecha date,
    ADD COLUMN senal_sanitaria_fecha date,
    ADD COLUMN encuesta_sii text,
    ADD COLUMN encuesta_patente text,
    ADD COLUMN encuesta_sanitaria text,
    ADD COLUMN indeterminado_por text;
COMMENT ON COLUMN catastro.establecimiento_anio.empleo_cuadra IS
    'Whether the parts of the employment add up to the total; NULL where there is no total or no part';
COMMENT ON COLUMN catastro.establecimiento_anio.indeterminado_por IS
    'Which unknown signals leave the formality undecided: sii, patente, sanitaria, joined by +';

CREATE TABLE catastro.suceso (
    cut text NOT NULL,
    anio integer NOT NULL,
    id text NOT NULL,
    tipo text NOT NULL,
    provisorio boolean NOT NULL,
    PRIMARY KEY (cut, anio, id, tipo)
);
CREATE INDEX suceso_anio ON catastro.suceso (cut, anio, tipo);
COMMENT ON TABLE catastro.suceso IS 'What happened to an establishment between the year before and this one';

CREATE TABLE catastro.nivel_proveedor (
    cut text NOT NULL,
    anio integer NOT NULL,
    tractora integer NOT NULL,
    rut integer NOT NULL,
    nivel integer NOT NULL,
    n1 boolean NOT NULL,
    n2 boolean NOT NULL,
    n3 boolean NOT NULL,
    n4 boolean NOT NULL,
    PRIMARY KEY (cut, anio, tractora, rut)
);
COMMENT ON TABLE catastro.nivel_proveedor IS
    'Shortest way from a tractora to each firm that supplies it, 1 is direct; and in which of the four senses it is local';

-- A version is a fingerprint of what the year holds: the same content has the same version, whatever was loaded between.
-- Years consolidated before stay visible, with their old numbers, until they are made anew.
ALTER TABLE catastro.version RENAME TO version_anterior;
ALTER TABLE catastro.version_anterior RENAME CONSTRAINT version_pkey TO version_anterior_pkey;
CREATE TABLE catastro.version (
    cut text NOT NULL,
    anio integer NOT NULL,
    version bigint NOT NULL,
    huella text NOT NULL,
    establecimientos bigint NOT NULL,
    PRIMARY KEY (cut, anio)
);
COMMENT ON COLUMN catastro.version.huella IS 'Fingerprint of everything that the year was made from';
INSERT INTO catastro.version (cut, anio, version, huella, establecimientos)
SELECT a.cut, v.anio, max(v.version), '', max(a.n)
FROM catastro.version_anterior AS v
INNER JOIN (
    SELECT cut, anio, count(*) AS n FROM catastro.establecimiento_anio GROUP BY cut, anio
) AS a USING (anio)
GROUP BY a.cut, v.anio;
DROP TABLE catastro.version_anterior;

-- indicador: what a sample says, beside the register and never added to it.
CREATE TABLE indicador.estimacion (
    cut text NOT NULL,
    anio integer NOT NULL,
    fuente text NOT NULL,
    medida text NOT NULL,
    dimension text NOT NULL,
    categoria text NOT NULL,
    estimado double precision,
    error_estandar double precision,
    n bigint NOT NULL,
    PRIMARY KEY (cut, anio, fuente, medida, dimension, categoria)
);
COMMENT ON TABLE indicador.estimacion IS
    'Estimates of a sample with weights, with their standard error; n is the rows that they rest on';
