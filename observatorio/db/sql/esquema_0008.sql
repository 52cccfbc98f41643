-- What a search reads of an establishment: its names and its address without accents or capitals, each text under an index
-- of its own by who may read it, so that a planner's search by name uses an index and cannot find a natural person. The
-- letters are folded one by one, because neither `unaccent` nor the server's own alphabet is the same everywhere.
DROP INDEX catastro.ea_nombre;
ALTER TABLE catastro.establecimiento_anio
    ADD COLUMN rut_visible integer GENERATED ALWAYS AS (
        CASE WHEN publica OR tipo_persona = 'juridica' THEN rut END
    ) STORED,
    ADD COLUMN busqueda text GENERATED ALWAYS AS (
        lower(translate(
            CASE
                WHEN publica OR tipo_persona = 'juridica'
                    THEN coalesce(nombre, '') || ' ' || coalesce(razon_social, '') || ' ' || coalesce(nombre_fantasia, '')
                ELSE ''
            END || ' ' || coalesce(direccion, ''),
            'ÁÀÂÄÃÅáàâäãåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÖÕóòôöõÚÙÛÜúùûüÑñÇçÝýÿ',
            'aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunnccyyy'
        ))
    ) STORED,
    ADD COLUMN busqueda_reservada text GENERATED ALWAYS AS (
        CASE
            WHEN publica OR tipo_persona = 'juridica' THEN NULL
            ELSE lower(translate(
                coalesce(nombre, '') || ' ' || coalesce(razon_social, '') || ' ' || coalesce(nombre_fantasia, ''),
                'ÁÀÂÄÃÅáàâäãåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÖÕóòôöõÚÙÛÜúùûüÑñÇçÝýÿ',
                'aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunnccyyy'
            ))
        END
    ) STORED;
COMMENT ON COLUMN catastro.establecimiento_anio.rut_visible IS 'The RUT of a legal person, or of who is public by law: a planner may read it';
COMMENT ON COLUMN catastro.establecimiento_anio.busqueda IS 'The address, and the names that a planner may read, folded for searching';
COMMENT ON COLUMN catastro.establecimiento_anio.busqueda_reservada IS 'The names that only the municipality may read, folded for searching';
CREATE INDEX ea_busqueda ON catastro.establecimiento_anio USING gin (busqueda gin_trgm_ops);
CREATE INDEX ea_busqueda_reservada ON catastro.establecimiento_anio USING gin (busqueda_reservada gin_trgm_ops);
CREATE INDEX ea_rut ON catastro.establecimiento_anio (rut);
CREATE INDEX ea_rut_visible ON catastro.establecimiento_anio (rut_visible);
