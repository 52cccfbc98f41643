"""Writing a consolidated year, and reading where a field came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text

_VOLCAR = text(
    """
    INSERT INTO catastro.establecimiento_anio (
        cut, anio, id, rut, nombre, razon_social, nombre_fantasia, tipo_persona, tipo_sitio, direccion, geom, precision,
        acteco, giro_texto, division, seccion, tramo_ventas, tamano_ventas, tamano_trabajadores, tamano,
        tamano_criterio, trabajadores, empleo_total, empleo_local, empleo_conmutante, empleo_sin_dato,
        trabajadores_extranjeros, trabajadores_con_contrato, turno, impuestos_clp, patente_clp, capital_clp, telefono,
        correo, senal_sii, senal_patente, senal_sanitaria, sanitaria_exigida, formalidad, publica, procedencia)
    SELECT :cut, :anio, id, rut, nombre, razon_social, nombre_fantasia, tipo_persona, tipo_sitio, direccion,
           ST_SetSRID(ST_MakePoint(lon, lat), 4326), precision, acteco, giro_texto, division, seccion, tramo_ventas,
           tamano_ventas, tamano_trabajadores, tamano, tamano_criterio, trabajadores, empleo_total, empleo_local,
           empleo_conmutante, empleo_sin_dato, trabajadores_extranjeros, trabajadores_con_contrato, turno,
           impuestos_clp, patente_clp, capital_clp, telefono, correo, senal_sii, senal_patente, senal_sanitaria,
           sanitaria_exigida, formalidad, publica, jsonb_strip_nulls(procedencia)
      FROM pg_temp.establecimientos
    """
)

_EXTENDER = text(
    """
    INSERT INTO catastro.establecimiento (cut, id, rut, clave_lugar, primer_anio, ultimo_anio)
    SELECT :cut, id, rut, clave_lugar, :anio, :anio FROM pg_temp.establecimientos
        ON CONFLICT (cut, id) DO UPDATE
       SET primer_anio = least(establecimiento.primer_anio, excluded.primer_anio),
           ultimo_anio = greatest(establecimiento.ultimo_anio, excluded.ultimo_anio)
    """
)

_RECORTAR = text(
    """
    WITH vistos AS (
        SELECT cut, id, min(anio) AS primero, max(anio) AS ultimo
          FROM catastro.establecimiento_anio
         WHERE cut = :cut
         GROUP BY cut, id
    ), idos AS (
        DELETE FROM catastro.establecimiento e
         WHERE e.cut = :cut AND NOT EXISTS (SELECT FROM vistos v WHERE v.id = e.id)
    )
    UPDATE catastro.establecimiento e
       SET primer_anio = v.primero, ultimo_anio = v.ultimo
      FROM vistos v
     WHERE e.cut = v.cut AND e.id = v.id AND (e.primer_anio, e.ultimo_anio) <> (v.primero, v.ultimo)
    """
)


def bloquear(conn: Connection, anio: int) -> None:
    """Let one consolidation run at a time, and make the partitions of its year.

    Years and comunas share the table of firms, which each run writes anew: they wait for each other.
    """
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext("consolidar"))))
    conn.execute(select(func.catastro.asegurar_anio(anio)))


def vaciar_anio(conn: Connection, cut: str, anio: int) -> None:
    """Empty the year of a comuna, which is about to be written again."""
    for orden in (
        text("DELETE FROM catastro.establecimiento_zona WHERE cut = :cut AND anio = :anio"),
        text("DELETE FROM catastro.establecimiento_anio WHERE cut = :cut AND anio = :anio"),
        text("DELETE FROM catastro.identidad WHERE cut = :cut AND anio = :anio"),
    ):
        conn.execute(orden, {"cut": cut, "anio": anio})


def volcar_establecimientos(conn: Connection, cut: str, anio: int) -> None:
    """Move the establishments from staging (`pg_temp.establecimientos`) into their year."""
    for orden in (_VOLCAR, _EXTENDER):
        conn.execute(orden, {"cut": cut, "anio": anio})
    conn.execute(_RECORTAR, {"cut": cut})


def analizar(conn: Connection, anio: int) -> None:
    """Gather the statistics of what was just written for a year, on which the plans of the queries rest."""
    for tabla in (f"establecimiento_anio_{anio}", f"establecimiento_zona_{anio}"):
        conn.execute(select(func.ingreso.analizar("catastro", tabla)))


def rehacer_actividades(conn: Connection, anio: int) -> None:
    """The activity codes of each firm in a year; the one with the earliest start is its principal."""
    conn.execute(text("DELETE FROM catastro.actividad WHERE anio = :anio"), {"anio": anio})
    conn.execute(
        text(
            """
            INSERT INTO catastro.actividad (rut, anio, acteco, principal, carga, fila)
            SELECT rut, :anio, acteco,
                   row_number() OVER (PARTITION BY rut ORDER BY actor <> 'sii', desde NULLS LAST, acteco) = 1,
                   carga, fila
              FROM (SELECT DISTINCT ON (r.rut, r.acteco) r.rut, r.acteco, f.actor, r.desde, r.carga, r.fila
                      FROM observacion.registro r
                      JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio
                      JOIN ingreso.fuente f ON f.fuente = r.fuente
                     WHERE r.rut IS NOT NULL AND r.acteco IS NOT NULL
                       AND ((NOT f.historica AND r.anio = :anio)
                            OR (f.historica AND (r.desde IS NULL OR r.desde <= make_date(:anio, 12, 31))))
                     ORDER BY r.rut, r.acteco, f.actor <> 'sii', r.desde NULLS LAST, f.fuente, r.anio DESC,
                              v.sha256 COLLATE "C", r.fila, r.parte) AS dichas
            """
        ),
        {"anio": anio},
    )


def rehacer_proveedores(conn: Connection, anio: int) -> None:
    """The supplier links that live loads state for a year; repeated lines of one category add their amounts.

    The line that stands for a link is the first one, by its file and row.
    """
    conn.execute(text("DELETE FROM catastro.proveedor WHERE anio = :anio"), {"anio": anio})
    conn.execute(
        text(
            """
            INSERT INTO catastro.proveedor (rut_comprador, rut_proveedor, anio, categoria, desde, hasta, monto_clp,
                                            evidencia, carga, fila)
            SELECT rut_comprador, rut_proveedor, anio, categoria, min(desde), max(hasta), sum(monto_clp),
                   (array_agg(evidencia ORDER BY puesto))[1], (array_agg(carga ORDER BY puesto))[1],
                   (array_agg(fila ORDER BY puesto))[1]
              FROM (SELECT v.rut_comprador, v.rut_proveedor, v.anio, coalesce(v.categoria, '') AS categoria, v.desde,
                           v.hasta, v.monto_clp, v.evidencia, v.carga, v.fila,
                           row_number() OVER (ORDER BY v.fuente, viva.sha256 COLLATE "C", v.fila, v.parte) AS puesto
                      FROM observacion.vinculo v
                      JOIN ingreso.v_viva viva ON viva.carga = v.carga AND viva.anio = v.anio
                     WHERE v.anio = :anio AND v.rut_comprador IS NOT NULL AND v.rut_proveedor IS NOT NULL) AS lineas
             GROUP BY 1, 2, 3, 4
            """
        ),
        {"anio": anio},
    )


def rehacer_empresas(conn: Connection) -> None:
    """The firms of which a live load speaks, each field by the most official and newest record."""
    conn.execute(text("DELETE FROM catastro.empresa"))
    conn.execute(
        text(
            """
            WITH vivas AS MATERIALIZED (
                SELECT v.carga, v.anio, f.actor, f.describe,
                       dense_rank() OVER (ORDER BY v.fuente COLLATE "C", v.sha256 COLLATE "C") AS archivo,
                       array_position(ARRAY['sii', 'notarias', 'municipalidad', 'salud', 'educacion',
                                            'bienes_nacionales', 'gore', 'gremio', 'tractora', 'academia'],
                                      f.actor) AS rango
                  FROM ingreso.v_viva v
                  JOIN ingreso.fuente f ON f.fuente = v.fuente
            )
            INSERT INTO catastro.empresa (rut, dv, razon_social, tipo_persona, grupo_empresarial, cut_casa_matriz,
                                          desde, hasta, procedencia)
            SELECT rut,
                   (array_agg(dv ORDER BY rango, anio DESC, archivo, fila, parte) FILTER (WHERE dv IS NOT NULL))[1],
                   (array_agg(razon_social ORDER BY rango, anio DESC, archivo, fila, parte)
                       FILTER (WHERE razon_social IS NOT NULL))[1],
                   CASE WHEN rut < 50000000 THEN 'natural' ELSE 'juridica' END,
                   (array_agg(grupo_empresarial ORDER BY rango, anio DESC, archivo, fila, parte)
                       FILTER (WHERE grupo_empresarial IS NOT NULL))[1],
                   (array_agg(cut ORDER BY rango, anio DESC, archivo, fila, parte)
                       FILTER (WHERE cut IS NOT NULL AND describe = 'empresa'))[1],
                   min(desde) FILTER (WHERE actor = 'sii' AND describe = 'empresa'),
                   (array_agg(hasta ORDER BY rango, anio DESC, archivo, fila, parte)
                       FILTER (WHERE actor = 'sii' AND describe = 'empresa'))[1],
                   jsonb_build_object('razon_social',
                       (array_agg(jsonb_build_array(carga::text, fila::text, 'empresa:' || actor)
                                  ORDER BY rango, anio DESC, archivo, fila, parte)
                           FILTER (WHERE razon_social IS NOT NULL))[1])
              FROM (SELECT r.rut, r.dv, r.razon_social, r.grupo_empresarial, r.cut, r.desde, r.hasta, r.anio, r.fila,
                           r.parte, r.carga, v.archivo, v.actor, v.describe, v.rango
                      FROM observacion.registro r
                      JOIN vivas v ON v.carga = r.carga AND v.anio = r.anio
                     WHERE r.rut IS NOT NULL) AS voces
             GROUP BY rut
            """
        )
    )


def anotar_version(conn: Connection, anio: int, establecimientos: int) -> int:
    """Write down that a year was consolidated; the number is the version of the data that answers carry."""
    version: int = conn.execute(
        text("INSERT INTO catastro.version (anio, establecimientos) VALUES (:anio, :n) RETURNING version"),
        {"anio": anio, "n": establecimientos},
    ).scalar_one()
    return version


def anios_consolidados(conn: Connection) -> list[int]:
    """The years that were consolidated at least once, ascending."""
    return list(conn.execute(text("SELECT DISTINCT anio FROM catastro.version ORDER BY anio")).scalars())


def procedencia(conn: Connection, identificador: str) -> list[Mapping[str, Any]]:
    """Every field of an establishment, newest year first: anio, campo, valor, fuente, carga, archivo, fila, regla."""
    filas = conn.execute(
        text(
            """
            SELECT e.anio, p.key AS campo,
                   CASE p.key WHEN 'punto' THEN ST_AsText(e.geom, 6) ELSE to_jsonb(e) ->> p.key END AS valor,
                   c.fuente, c.carga, a.nombre AS archivo, (p.value ->> 1)::bigint AS fila, p.value ->> 2 AS regla
              FROM catastro.establecimiento_anio e
             CROSS JOIN jsonb_each(e.procedencia) AS p
              JOIN ingreso.carga c ON c.carga = (p.value ->> 0)::bigint
              JOIN ingreso.archivo a USING (sha256)
             WHERE e.id = :id
             ORDER BY e.anio DESC, p.key
            """
        ),
        {"id": identificador},
    )
    return [dict(f) for f in filas.mappings()]


def olvidar_anio(conn: Connection, anio: int) -> None:
    """Forget that a year was ever consolidated: no load speaks of it any more."""
    conn.execute(text("DELETE FROM catastro.version WHERE anio = :anio"), {"anio": anio})
