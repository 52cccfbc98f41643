"""What each PostgreSQL role can read, column by column and asked of the catalogue as the role itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from observatorio import modelo
from observatorio.vocabulario import Rol

RESTRINGIDAS = {c.nombre for c in (*modelo.REGISTRO, *modelo.VINCULO) if c.restringida}
# Who somebody is, or what one record says: nothing of it leaves without a key, whatever table it may be copied to.
PERSONALES = RESTRINGIDAS | {
    "rut",
    "dv",
    "razon_social",
    "telefono",
    "correo",
    "direccion",
    "calle",
    "numero",
    "giro_texto",
}
# Schemas in which every table holds, or speaks of, single records.
DE_REGISTROS = {"observacion", "catastro", "ingreso", "indicador", "auditoria"}
# The one view of points that the public reads: schools and health posts, which are public by law.
PUNTOS_PUBLICOS = "publicacion.v_punto_publico"

VERSIONES = "catastro.version"

LEGIBLES = text(
    """
    SELECT n.nspname AS esquema, n.nspname || '.' || c.relname AS relacion, a.attname AS columna
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
      AND has_schema_privilege(n.oid, 'USAGE')
      AND has_column_privilege(c.oid, a.attnum, 'SELECT')
    """
)
# What a view shows is read with its owner's rights: the columns behind it are asked of what it depends on.
DETRAS = text(
    """
    WITH RECURSIVE usa (vista, relacion) AS (
        SELECT r.ev_class, d.refobjid
        FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
        UNION
        SELECT u.vista, d.refobjid
        FROM usa AS u JOIN pg_rewrite AS r ON r.ev_class = u.relacion
        JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> u.relacion
    )
    SELECT n.nspname || '.' || c.relname AS detras
    FROM usa AS u JOIN pg_class AS c ON c.oid = u.relacion JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE u.vista = CAST(:vista AS regclass)
    """
)


@pytest.fixture
def como(conexion: Connection) -> Iterator[Connection]:
    """A connection on a database in which every partitioned table has a year; each test takes its role."""
    for tabla in ("registro", "vinculo", "serie"):
        conexion.execute(text("SELECT observacion.asegurar_anio(:tabla, 2024)"), {"tabla": tabla})
    conexion.execute(text("SELECT catastro.asegurar_anio(2024)"))
    yield conexion
    conexion.execute(text("RESET SESSION AUTHORIZATION"))


def _legibles(conn: Connection, rol: str) -> set[tuple[str, str, str]]:
    """Schema, relation and column of all that `rol` may read, as the catalogue answers to that role itself."""
    conn.execute(text(f"SET LOCAL SESSION AUTHORIZATION {rol}"))
    assert conn.scalar(text("SELECT session_user")) == rol
    vistas = {(f.esquema, f.relacion, f.columna) for f in conn.execute(LEGIBLES)}
    conn.execute(text("RESET SESSION AUTHORIZATION"))
    return {v for v in vistas if v[0] != "public"}


@pytest.mark.parametrize("rol", ["obs_publico", "obs_socio"])
def test_el_publico_no_lee_ninguna_tabla_de_registros_ni_columna_restringida(como: Connection, rol: str) -> None:
    """Not in any schema of records, not by any name, and its views of points show public points only."""
    legibles = _legibles(como, rol)
    assert legibles
    assert {relacion for esquema, relacion, _ in legibles if esquema in DE_REGISTROS} == set()
    assert {(r, c) for _, r, c in legibles if c in RESTRINGIDAS} == set()
    assert {(r, c) for _, r, c in legibles if c in PERSONALES and r != PUNTOS_PUBLICOS} == set()


def test_solo_una_vista_del_publico_mira_registros_y_solo_los_publicos(como: Connection) -> None:
    """The views that the public reads: behind them, tables of records only for freshness and for public points.
    The version of a year is a number, and tells of nobody."""
    vistas = {r for _, r, _ in _legibles(como, "obs_publico") if ".v_" in r}
    con_registros = {}
    for vista in vistas:
        detras = set(como.scalars(DETRAS, {"vista": vista}))
        con_registros[vista] = {d for d in detras if d.split(".")[0] in DE_REGISTROS - {"ingreso"}} - {VERSIONES}
    assert {v for v, d in con_registros.items() if d} == {PUNTOS_PUBLICOS}
    definicion = como.scalar(text("SELECT pg_get_viewdef(CAST(:vista AS regclass))"), {"vista": PUNTOS_PUBLICOS})
    assert "publica" in str(definicion)


def test_un_permiso_de_mas_se_ve(como: Connection) -> None:
    """One column of one partition, granted by mistake, is found by its name."""
    como.execute(text("GRANT SELECT (telefono) ON catastro.establecimiento_anio_2024 TO obs_publico"))
    como.execute(text("GRANT USAGE ON SCHEMA catastro TO obs_publico"))
    de_mas = {v for v in _legibles(como, "obs_publico") if v[0] in DE_REGISTROS}
    assert de_mas == {("catastro", "catastro.establecimiento_anio_2024", "telefono")}


def test_el_planificador_no_lee_ninguna_columna_restringida(como: Connection) -> None:
    """Nor one that an expression of a view makes of it under the same name, nor any table of observations of firms."""
    legibles = _legibles(como, "obs_planificador")
    assert {(r, c) for _, r, c in legibles if c in RESTRINGIDAS} == set()
    for vedada in (
        "observacion.registro",
        "observacion.vinculo",
        "catastro.empresa",
        "auditoria.registro",
        "auditoria.clave",
    ):
        particiones = {r for _, r, _ in legibles if r == vedada or r.startswith(f"{vedada}_2")}
        assert particiones == set(), vedada


def test_el_ingreso_de_la_api_no_lee_nada_sin_tomar_un_rol(como: Connection) -> None:
    """No column of any relation; and it inherits nothing of the roles that it may take."""
    assert _legibles(como, "obs_api") == set()
    assert como.scalar(text("SELECT rolinherit FROM pg_roles WHERE rolname = 'obs_api'")) is False
    tomables = como.scalars(
        text(
            "SELECT r.rolname FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid "
            "WHERE m.member = 'obs_api'::regrole"
        )
    )
    assert set(tomables) == {f"obs_{rol.value}" for rol in Rol}


@pytest.mark.parametrize("rol", [f"obs_{rol.value}" for rol in Rol] + ["obs_api", "obs_ingesta"])
def test_ningun_rol_es_mas_de_lo_que_dice(como: Connection, rol: str) -> None:
    """No superuser, no maker of roles or databases, no owner of anything of ours, no way around row security."""
    fila = como.execute(
        text(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS poderoso, oid "
            "FROM pg_roles WHERE rolname = :rol"
        ),
        {"rol": rol},
    ).one()
    assert fila.poderoso is False
    suyas = como.scalars(text("SELECT relname FROM pg_class WHERE relowner = :oid"), {"oid": fila.oid}).all()
    assert suyas == []
