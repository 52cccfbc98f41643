-- publicacion: releases that are proven safe together. Those before followed a provisional rule, cell by cell: the next
-- consolidation, or `observatorio publish`, makes them anew.
DELETE FROM publicacion.publicacion;
ALTER TABLE publicacion.publicacion
    ADD COLUMN cut text NOT NULL,
    ADD COLUMN vigente boolean NOT NULL DEFAULT true,
    ADD COLUMN huella text NOT NULL,
    ADD COLUMN fuentes jsonb NOT NULL,
    ADD COLUMN informe jsonb NOT NULL;
CREATE UNIQUE INDEX publicacion_vigente ON publicacion.publicacion (cut, anio) WHERE vigente;
COMMENT ON TABLE publicacion.publicacion IS
    'Every release that was made: the one that holds is vigente, and the next of the period inherits what all of them hid';
COMMENT ON COLUMN publicacion.publicacion.huella IS 'SHA-256 of its cells, in their canonical order';
COMMENT ON COLUMN publicacion.publicacion.fuentes IS 'The sources behind it, with the vintage of each';
COMMENT ON COLUMN publicacion.publicacion.informe IS
    'By measure: cells published, hidden and rounded, and the share kept; never which cells are hidden for themselves';

ALTER TABLE publicacion.celda DROP CONSTRAINT celda_pkey;
ALTER TABLE publicacion.celda
    ADD COLUMN redondeo integer,
    ADD PRIMARY KEY (publicacion, indicador, por, nivel, dimensiones);
COMMENT ON COLUMN publicacion.celda.redondeo IS 'The value is a multiple of this, by controlled rounding; NULL where it is exact';

CREATE TABLE publicacion.alternativa (
    publicacion bigint NOT NULL REFERENCES publicacion.publicacion ON DELETE CASCADE,
    medida text NOT NULL,
    alternativa integer NOT NULL,
    celdas text[] NOT NULL,
    diferencias bigint[] NOT NULL,
    PRIMARY KEY (publicacion, medida, alternativa)
);
COMMENT ON TABLE publicacion.alternativa IS
    'The proof: tables that nobody can tell from the true one, by the cells in which they differ. Never public: together '
    'they would tell which cells are hidden for themselves';
