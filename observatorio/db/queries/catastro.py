"""Writing a consolidated year, and reading where a field came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    ColumnClause,
    Connection,
    TableClause,
    case,
    cast,
    column,
    func,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from observatorio.db.copia import copiar, crear_etapa
from observatorio.db.tablas import carga as t_carga
from observatorio.vocabulario import Formalidad, Rol

_VOLCAR = text(
    """
    INSERT INTO catastro.establecimiento_anio (
        cut, anio, id, rut, nombre, razon_social, nombre_fantasia, tipo_persona, tipo_sitio, direccion, geom, precision,
        acteco, giro_texto, division, seccion, tramo_ventas, tamano_ventas, tamano_trabajadores, tamano,
        tamano_criterio, trabajadores, empleo_total, empleo_local, empleo_conmutante, empleo_sin_dato,
        conmutante_intrarregional, conmutante_interregional, empleo_cuadra, trabajadores_extranjeros,
        trabajadores_con_contrato, turno, impuestos_clp, patente_clp, capital_clp, telefono,
        correo, senal_sii, senal_patente, senal_sanitaria, senal_sii_fecha, senal_patente_fecha, senal_sanitaria_fecha,
        encuesta_sii, encuesta_patente, encuesta_sanitaria, sanitaria_exigida, formalidad, indeterminado_por,
        acteco_puntaje, publica, procedencia)
    SELECT :cut, :anio, id, rut, nombre, razon_social, nombre_fantasia, tipo_persona, tipo_sitio, direccion,
           ST_SetSRID(ST_MakePoint(lon, lat), 4326), precision, acteco, giro_texto, division, seccion, tramo_ventas,
           tamano_ventas, tamano_trabajadores, tamano, tamano_criterio, trabajadores, empleo_total, empleo_local,
           empleo_conmutante, empleo_sin_dato, conmutante_intrarregional, conmutante_interregional, empleo_cuadra,
           trabajadores_extranjeros, trabajadores_con_contrato, turno, impuestos_clp, patente_clp, capital_clp,
           telefono, correo, senal_sii, senal_patente, senal_sanitaria, senal_sii_fecha, senal_patente_fecha,
           senal_sanitaria_fecha, encuesta_sii, encuesta_patente, encuesta_sanitaria, sanitaria_exigida, formalidad,
           indeterminado_por, acteco_puntaje, publica, jsonb_strip_nulls(procedencia)
      FROM pg_temp.establecimientos
    """
)

_RECORTAR = text(
    """
    DELETE FROM catastro.establecimiento e
     WHERE e.cut = :cut AND NOT EXISTS (
           SELECT FROM catastro.establecimiento_anio a WHERE a.cut = :cut AND a.id = e.id)
    """
)

_EXTENDER = text(
    """
    INSERT INTO catastro.establecimiento AS e (cut, id, rut, clave_lugar, primer_anio, ultimo_anio)
    SELECT :cut, i.id, i.rut, i.clave_lugar, v.primero, v.ultimo
      FROM pg_temp.identificados i
      JOIN (SELECT id, min(anio) AS primero, max(anio) AS ultimo
              FROM catastro.establecimiento_anio
             WHERE cut = :cut
             GROUP BY id) AS v USING (id)
        ON CONFLICT (cut, id) DO UPDATE
       SET rut = excluded.rut, clave_lugar = excluded.clave_lugar, primer_anio = excluded.primer_anio,
           ultimo_anio = excluded.ultimo_anio
     WHERE (e.rut, e.clave_lugar, e.primer_anio, e.ultimo_anio) IS DISTINCT FROM
           (excluded.rut, excluded.clave_lugar, excluded.primer_anio, excluded.ultimo_anio)
    """
)


def bloquear(conn: Connection) -> None:
    """Let one consolidation run at a time: comunas share the table of firms, which each run writes anew."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext("consolidar"))))


def preparar_anio(conn: Connection, anio: int) -> None:
    """Make the partitions of a year, where they are missing."""
    conn.execute(select(func.catastro.asegurar_anio(anio)))


def vaciar_anio(conn: Connection, cut: str, anio: int) -> None:
    """Empty the year of a comuna, which is about to be written again."""
    for orden in (
        text("DELETE FROM catastro.mosaico WHERE cut = :cut AND anio = :anio"),
        text("DELETE FROM catastro.establecimiento_zona WHERE cut = :cut AND anio = :anio"),
        text("DELETE FROM catastro.establecimiento_anio WHERE cut = :cut AND anio = :anio"),
    ):
        conn.execute(orden, {"cut": cut, "anio": anio})


def volcar_establecimientos(conn: Connection, cut: str, anio: int) -> None:
    """Move the establishments from staging (`pg_temp.establecimientos`) into their year."""
    conn.execute(_VOLCAR, {"cut": cut, "anio": anio})


def rehacer_mosaico(conn: Connection, cut: str, anio: int) -> None:
    """Make what the map tiles of a year are drawn from, out of the establishments that it holds."""
    conn.execute(select(func.catastro.rehacer_mosaico(cut, anio)))


def reponer_establecimientos(conn: Connection, cut: str, identificados: pl.DataFrame) -> None:
    """Hold of a comuna the establishments that some year has, from their first year to their last.

    `identificados`: `id`, `rut` and `clave_lugar` of each; who is in no year is left out.
    """
    copiar(conn, crear_etapa(conn, "identificados", identificados.schema), identificados)
    for orden in (_RECORTAR, _EXTENDER):
        conn.execute(orden, {"cut": cut})


def analizar(conn: Connection, *tablas: str) -> None:
    """Gather the statistics of tables of the catastro that were just written, on which the plans of queries rest."""
    for tabla in tablas:
        conn.execute(select(func.ingreso.analizar("catastro", tabla)))


def reponer_actividades(conn: Connection, anio: int, actividades: pl.DataFrame) -> None:
    """Write the activity codes of the firms in a year (columns of `catastro.actividad`) in place of those before."""
    conn.execute(text("DELETE FROM catastro.actividad WHERE anio = :anio"), {"anio": anio})
    copiar(conn, sql.SQL("catastro.actividad"), actividades)


def reponer_empresas(conn: Connection, empresas: pl.DataFrame) -> None:
    """Write the firms (columns of `catastro.empresa`, `procedencia` as JSON text) in place of those before."""
    etapa = crear_etapa(conn, "empresas", empresas.schema, tipos={"procedencia": "jsonb"})
    copiar(conn, etapa, empresas, jsonb={"procedencia"})
    conn.execute(text("DELETE FROM catastro.empresa"))
    conn.execute(
        text(
            """
            INSERT INTO catastro.empresa (rut, dv, razon_social, tipo_persona, grupo_empresarial, cut_casa_matriz,
                                          desde, hasta, procedencia)
            SELECT rut, dv, razon_social, tipo_persona, grupo_empresarial, cut_casa_matriz, desde, hasta,
                   jsonb_strip_nulls(procedencia)
              FROM pg_temp.empresas
            """
        )
    )


def anios_de_proveedores(conn: Connection) -> list[int]:
    """The years of which a live list of suppliers speaks, and those that an earlier one left behind, ascending."""
    consulta = """
        SELECT v.anio FROM ingreso.v_viva v JOIN ingreso.fuente f USING (fuente) WHERE f.destino = 'vinculo'
         UNION SELECT anio FROM catastro.proveedor
         UNION SELECT anio FROM catastro.nivel_proveedor
         ORDER BY anio
    """
    return list(conn.execute(text(consulta)).scalars())


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
            SELECT rut_comprador, rut_proveedor, anio, categoria,
                   -- A line without dates holds the whole year, whatever another one says.
                   CASE WHEN bool_and(desde IS NOT NULL) THEN min(desde) END,
                   CASE WHEN bool_and(hasta IS NOT NULL) THEN max(hasta) END, sum(monto_clp),
                   (array_agg(evidencia ORDER BY puesto))[1], (array_agg(carga ORDER BY puesto))[1],
                   (array_agg(fila ORDER BY puesto))[1]
              FROM (SELECT v.rut_comprador, v.rut_proveedor, v.anio, coalesce(v.categoria, '') AS categoria, v.desde,
                           v.hasta, v.monto_clp, v.evidencia, v.carga, v.fila,
                           row_number() OVER (ORDER BY v.fuente COLLATE "C", viva.sha256 COLLATE "C", v.fila,
                                              v.parte) AS puesto
                      FROM observacion.vinculo v
                      JOIN ingreso.v_viva viva ON viva.carga = v.carga AND viva.anio = v.anio
                     WHERE v.anio = :anio AND v.rut_comprador IS NOT NULL AND v.rut_proveedor IS NOT NULL
                       AND NOT v.suprimida) AS lineas
             GROUP BY 1, 2, 3, 4
            """
        ),
        {"anio": anio},
    )


def anios_consolidados(conn: Connection) -> list[int]:
    """The years that the catastro holds, ascending."""
    return list(conn.execute(text("SELECT DISTINCT anio FROM catastro.version ORDER BY anio")).scalars())


def procedencia(conn: Connection, identificador: str, rol: Rol | None = None) -> list[Mapping[str, Any]]:
    """Every field of an establishment, newest year first: anio, campo, valor, fuente, carga, archivo, fila, regla,
    momento (when the load ended). `valor` is null where `rol`, if one is given, may not read the field."""
    e = _fila(rol)
    p = func.jsonb_each(e.c.procedencia).table_valued("key", "value", name="p")
    carga = t_carga.c
    valor = case(
        (p.c.key == "punto", func.ST_AsText(e.c.geom, 6)),
        (p.c.key == "estado", case((e.c.formalidad == Formalidad.INACTIVO, "cerrado"), else_="activo")),
        else_=func.to_jsonb(e.table_valued(), type_=JSONB).op("->>")(p.c.key),
    )
    filas = (
        select(
            e.c.anio,
            p.c.key.label("campo"),
            valor.label("valor"),
            carga.fuente,
            carga.carga,
            carga.nombre.label("archivo"),
            cast(p.c.value.op("->>")(1), BigInteger).label("fila"),
            p.c.value.op("->>")(2).label("regla"),
            carga.fin.label("momento"),
        )
        .select_from(e)
        .join(p, true())
        .join(t_carga, carga.carga == cast(p.c.value.op("->>")(0), BigInteger))
        .where(e.c.id == identificador)
        .order_by(e.c.anio.desc(), p.c.key)
    )
    return [dict(f) for f in conn.execute(filas).mappings()]


def valores(conn: Connection, identificador: str, rol: Rol | None = None) -> dict[int, Mapping[str, Any]]:
    """Year -> every field of an establishment that `rol`, if one is given, may read, as text or number."""
    e = _fila(rol)
    lugar = func.jsonb_build_object("lon", func.ST_X(e.c.geom), "lat", func.ST_Y(e.c.geom), type_=JSONB)
    campos = func.to_jsonb(e.table_valued(), type_=JSONB).op("||", return_type=JSONB())(lugar)
    filas = conn.execute(select(e.c.anio, campos.label("campos")).where(e.c.id == identificador))
    return {f.anio: f.campos for f in filas}


def _fila(rol: Rol | None) -> TableClause:
    """The rows of an establishment as the owner has them, or as a role may read them."""
    vistas = {None: "establecimiento_anio", Rol.MUNICIPAL: "v_establecimiento_municipal"}
    propias: list[ColumnClause[Any]] = [column(n) for n in ("id", "anio", "formalidad", "procedencia", "geom")]
    return table(vistas.get(rol, "v_establecimiento"), *propias, schema="catastro")


def registros_de(conn: Connection, identificador: str) -> list[Mapping[str, Any]]:
    """The records that speak of an establishment, newest first: anio, fuente, carga, archivo, fila, regla (why it is of
    this one) and peso, in bits, where the rule is a probability."""
    filas = conn.execute(
        text(
            """
            SELECT i.anio, c.fuente, i.carga, c.nombre AS archivo, i.fila, i.regla, i.peso
              FROM catastro.identidad i
              JOIN ingreso.carga c USING (carga)
             WHERE i.id = :id
             ORDER BY i.anio DESC, c.fuente, i.carga, i.fila, i.parte
            """
        ),
        {"id": identificador},
    )
    return [dict(f) for f in filas.mappings()]
