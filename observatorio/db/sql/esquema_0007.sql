-- The seventh schema: what the map tiles are made of. Run once, by its migration; never changed after that.

-- Two neighbours on the map get numbers near each other, and every tile of every zoom is one range of numbers.
-- The names of PostGIS stay out of it, since nobody knows in which schema another server keeps them.
CREATE FUNCTION territorio.morton(lon double precision, lat double precision) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    seno double precision := sin(radians(greatest(-85.0511, least(85.0511, lat))));
    x bigint := greatest(0, least(2147483647, floor((lon + 180) / 360 * 2147483648)));
    y bigint := floor((0.5 - ln((1 + seno) / (1 - seno)) / (4 * pi())) * 2147483648);
BEGIN
    x := (x | (x << 16)) & 281470681808895;
    x := (x | (x << 8)) & 71777214294589695;
    x := (x | (x << 4)) & 1085102592571150095;
    x := (x | (x << 2)) & 3689348814741910323;
    x := (x | (x << 1)) & 6148914691236517205;
    y := (y | (y << 16)) & 281470681808895;
    y := (y | (y << 8)) & 71777214294589695;
    y := (y | (y << 4)) & 1085102592571150095;
    y := (y | (y << 2)) & 3689348814741910323;
    y := (y | (y << 1)) & 6148914691236517205;
    RETURN x | (y << 1);
END $$;
COMMENT ON FUNCTION territorio.morton IS
    'The place of a point (EPSG:4326) on the Web Mercator square, 31 bits of x and of y (from the north) interleaved, x lowest';

-- One expression, which PostgreSQL puts in the place of the call.
CREATE FUNCTION territorio.eje(morton bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT
        (morton & 1) | ((morton >> 1) & 2) | ((morton >> 2) & 4) | ((morton >> 3) & 8) |
        ((morton >> 4) & 16) | ((morton >> 5) & 32) | ((morton >> 6) & 64) | ((morton >> 7) & 128) |
        ((morton >> 8) & 256) | ((morton >> 9) & 512) | ((morton >> 10) & 1024) | ((morton >> 11) & 2048)
$$;
COMMENT ON FUNCTION territorio.eje IS 'Every second bit of the lowest 24 of a number: x of two interleaved ones';

CREATE TABLE catastro.mosaico (
    cut text NOT NULL,
    anio integer NOT NULL,
    zoom smallint NOT NULL,
    celda bigint NOT NULL,
    id text NOT NULL,
    lugar bigint NOT NULL,
    n integer NOT NULL,
    formal integer NOT NULL,
    en_proceso integer NOT NULL,
    informal integer NOT NULL,
    indeterminado integer NOT NULL,
    seccion text NOT NULL,
    tamano text,
    formalidad text
);
CREATE INDEX mosaico_celda ON catastro.mosaico (cut, anio, zoom, celda);
COMMENT ON TABLE catastro.mosaico IS
    'What the map tiles are made of. zoom 25: each located establishment; below: how many active ones each cell holds';
COMMENT ON COLUMN catastro.mosaico.celda IS
    'Cell of the grid of 2^(zoom + 6) by 2^(zoom + 6) over the Web Mercator square: the first bits of territorio.morton';
COMMENT ON COLUMN catastro.mosaico.id IS 'The establishment that is alone in its cell, or empty';
COMMENT ON COLUMN catastro.mosaico.lugar IS 'territorio.morton of the first establishment of the cell';
COMMENT ON COLUMN catastro.mosaico.seccion IS 'The most frequent one, sin_dato where it is not known';
COMMENT ON COLUMN catastro.mosaico.tamano IS 'Of a single establishment (zoom 25), by which tiles are filtered; so is formalidad';

-- Deeper than zoom 14 a tile of a million establishments holds few enough to count them when it is asked for.
CREATE FUNCTION catastro.rehacer_mosaico(cut text, anio integer) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM catastro.mosaico AS m WHERE m.cut = rehacer_mosaico.cut AND m.anio = rehacer_mosaico.anio;

    INSERT INTO catastro.mosaico (
        cut, anio, zoom, celda, id, lugar, n, formal, en_proceso, informal, indeterminado, seccion, tamano, formalidad
    )
    SELECT
        e.cut, e.anio, 25, p.lugar, e.id, p.lugar, 1,
        (e.formalidad = 'formal')::integer, (e.formalidad = 'en_proceso')::integer,
        (e.formalidad = 'informal')::integer, (e.formalidad = 'indeterminado')::integer,
        coalesce(e.seccion, 'sin_dato'), e.tamano, e.formalidad
    FROM catastro.establecimiento_anio AS e
    CROSS JOIN LATERAL (SELECT territorio.morton(ST_X(e.geom), ST_Y(e.geom)) AS lugar) AS p
    WHERE e.cut = rehacer_mosaico.cut AND e.anio = rehacer_mosaico.anio AND e.geom IS NOT NULL
    -- Rows that are drawn together lie together.
    ORDER BY p.lugar, e.id;

    INSERT INTO catastro.mosaico (
        cut, anio, zoom, celda, id, lugar, n, formal, en_proceso, informal, indeterminado, seccion
    )
    WITH fina AS MATERIALIZED (
        SELECT
            m.celda >> 22 AS celda, m.seccion, min(m.id) AS id, min(m.lugar) AS lugar, count(*)::integer AS n,
            sum(m.formal)::integer AS formal, sum(m.en_proceso)::integer AS en_proceso,
            sum(m.informal)::integer AS informal, sum(m.indeterminado)::integer AS indeterminado
        FROM catastro.mosaico AS m
        WHERE
            m.cut = rehacer_mosaico.cut AND m.anio = rehacer_mosaico.anio AND m.zoom = 25
            AND m.formalidad <> 'inactivo'
        GROUP BY 1, 2
    ),

    -- The coarse zooms are counted from a coarse one, which has a tenth of the rows.
    gruesa AS MATERIALIZED (
        SELECT
            celda >> 12 AS celda, seccion, min(id) AS id, min(lugar) AS lugar, sum(n)::integer AS n,
            sum(formal)::integer AS formal, sum(en_proceso)::integer AS en_proceso,
            sum(informal)::integer AS informal, sum(indeterminado)::integer AS indeterminado
        FROM fina
        GROUP BY 1, 2
    ),

    por_seccion AS (
        SELECT
            z.zoom, f.celda >> (2 * (14 - z.zoom)) AS celda, f.seccion, min(f.id) AS id, min(f.lugar) AS lugar,
            sum(f.n)::integer AS n, sum(f.formal)::integer AS formal, sum(f.en_proceso)::integer AS en_proceso,
            sum(f.informal)::integer AS informal, sum(f.indeterminado)::integer AS indeterminado
        FROM fina AS f
        CROSS JOIN generate_series(9, 14) AS z (zoom)
        GROUP BY 1, 2, 3
        UNION ALL
        SELECT
            z.zoom, g.celda >> (2 * (8 - z.zoom)), g.seccion, min(g.id), min(g.lugar),
            sum(g.n)::integer, sum(g.formal)::integer, sum(g.en_proceso)::integer,
            sum(g.informal)::integer, sum(g.indeterminado)::integer
        FROM gruesa AS g
        CROSS JOIN generate_series(0, 8) AS z (zoom)
        GROUP BY 1, 2, 3
    )

    SELECT
        rehacer_mosaico.cut, rehacer_mosaico.anio, zoom, celda, CASE WHEN sum(n) = 1 THEN min(id) ELSE '' END,
        min(lugar), sum(n), sum(formal), sum(en_proceso), sum(informal), sum(indeterminado),
        (array_agg(seccion ORDER BY n DESC, seccion COLLATE "C"))[1]
    FROM por_seccion
    GROUP BY zoom, celda
    ORDER BY zoom, celda;
$$;
COMMENT ON FUNCTION catastro.rehacer_mosaico IS 'Makes the tiles of a comuna and year from its establishments';

SELECT catastro.rehacer_mosaico(v.cut, v.anio) FROM catastro.version AS v;

-- The few that are public by law are looked for among all the others.
CREATE INDEX ea_publica ON catastro.establecimiento_anio (cut, anio, id) WHERE publica;
