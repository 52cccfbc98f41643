"""The migrated database is what `tablas.py` says; migrating again costs nothing; what fails leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from observatorio import referencia
from observatorio.db import requisitos, tablas
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.migrar import migrar
from observatorio.errors import ErrorBase
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

ESQUEMAS = (
    "ref",
    "ingreso",
    "observacion",
    "catastro",
    "territorio",
    "indicador",
    "publicacion",
    "auditoria",
)
# What the catalogue says of each column and index; identity and defaults are part of a column.
COLUMNAS = text(
    """
    SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ANY(:esquemas)
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
    """
)
INDICES = text(
    """
    SELECT n.nspname, c.relname, pg_get_indexdef(i.indexrelid)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid AND NOT c.relispartition
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ANY(:esquemas)
    """
)
RESTRICCIONES = text(
    """
    SELECT n.nspname, c.relname, r.contype, pg_get_constraintdef(r.oid)
    FROM pg_constraint AS r
    JOIN pg_class AS c ON c.oid = r.conrelid AND NOT c.relispartition
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ANY(:esquemas)
    """
)
PARTICIONES = text(
    """
    SELECT c.oid::regclass::text, pg_get_partkeydef(c.oid) FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ANY(:esquemas)
    WHERE c.relkind = 'p'
    """
)
# The functions that columns are worked out with, which the declared tables take for granted.
FUNCIONES = text(
    """
    SELECT DISTINCT pg_get_functiondef(p.oid) FROM pg_depend AS d
    JOIN pg_proc AS p ON p.oid = d.refobjid AND d.refclassid = 'pg_proc'::regclass
    JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = ANY(:esquemas)
    WHERE d.classid = 'pg_attrdef'::regclass
    """
)


@pytest.fixture
def gemela(base: Settings) -> Iterator[Engine]:
    """A database next to that of `base`, built from `tablas.metadata` alone."""
    engine = crear_engine(base, "propietario")
    with engine.connect() as conn:
        funciones = conn.scalars(FUNCIONES, {"esquemas": list(ESQUEMAS)}).all()
    nombre = f"{engine.url.database}_gemela"
    admin = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {nombre}")
    otra = create_engine(engine.url.set(database=nombre))
    with otra.begin() as conn:
        for extension in ("postgis", "pg_trgm"):
            conn.exec_driver_sql(f"CREATE EXTENSION {extension}")
        for esquema in ESQUEMAS:
            conn.exec_driver_sql(f"CREATE SCHEMA {esquema}")
        for funcion in funciones:
            conn.exec_driver_sql(funcion)
        tablas.metadata.create_all(conn)
    yield otra
    otra.dispose()
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {nombre}")
    admin.dispose()
    engine.dispose()


@pytest.mark.parametrize("consulta", [COLUMNAS, INDICES, RESTRICCIONES, PARTICIONES])
def test_el_catalogo_de_la_base_migrada_es_el_de_tablas(conexion: Connection, gemela: Engine, consulta: Any) -> None:
    migrada = set(conexion.execute(consulta, {"esquemas": list(ESQUEMAS)}))
    with gemela.connect() as conn:
        declarada = set(conn.execute(consulta, {"esquemas": list(ESQUEMAS)}))
    assert len(migrada) > 4
    assert migrada == declarada


def test_alembic_no_encuentra_nada_que_migrar(conexion: Connection) -> None:
    def nuestra(nombre: str | None, tipo: str, _padres: object) -> bool:
        return tipo != "schema" or nombre in ESQUEMAS

    contexto = MigrationContext.configure(
        conexion, opts={"include_schemas": True, "include_name": nuestra, "compare_server_default": True}
    )
    diferencias = compare_metadata(contexto, tablas.metadata)
    # Comments live in the SQL file only.
    assert [d for d in _planas(diferencias) if "comment" not in d[0]] == []


def _planas(diferencias: list[Any]) -> Iterator[Any]:
    for diferencia in diferencias:
        if isinstance(diferencia, list):
            yield from diferencia
        else:
            yield diferencia


def test_migrar_otra_vez_no_hace_nada(motor: Engine) -> None:
    migrar(motor)
    assert migrar(motor) is False


def test_migrar_repone_lo_que_cambio(motor: Engine) -> None:
    with motor.begin() as conn:
        conn.execute(text("UPDATE ref.aplicado SET huella = 'otra'"))
        conn.execute(text("UPDATE ref.seccion SET nombre = 'cambiado' WHERE seccion = 'A'"))
        conn.execute(text("INSERT INTO ref.seccion VALUES ('ZZ', 'sobra')"))
        conn.execute(text("GRANT SELECT ON observacion.registro TO obs_publico"))
        conn.execute(text("DROP VIEW publicacion.v_fuente_estado"))
    assert migrar(motor) is True
    with motor.connect() as conn:
        assert dict(conn.execute(text("SELECT seccion, nombre FROM ref.seccion")).all()) == {
            s.seccion: s.nombre for s in referencia.secciones()
        }
        assert not conn.scalar(text("SELECT has_table_privilege('obs_publico', 'observacion.registro', 'SELECT')"))
        assert conn.scalar(text("SELECT count(*) FROM publicacion.v_fuente_estado")) == 0


def test_dos_que_migran_a_la_vez(motor: Engine) -> None:
    with motor.begin() as conn:
        conn.execute(text("UPDATE ref.aplicado SET huella = 'otra'"))
    with ThreadPoolExecutor(2) as hilos:
        assert sorted(hilos.map(lambda _: migrar(motor), range(2))) == [False, True]


def test_una_base_ajena_con_esas_tablas_se_rechaza_y_queda_como_estaba(base: Settings) -> None:
    engine = crear_engine(base, "propietario")
    with engine.begin() as conn:
        conn.execute(text("DROP SCHEMA ref CASCADE"))
        conn.execute(text("DELETE FROM public.alembic_version"))
    with pytest.raises(ErrorBase, match="quedó como estaba"):
        migrar(engine)
    with engine.connect() as conn:
        assert conn.scalar(text("SELECT to_regnamespace('ref')")) is None
    engine.dispose()


@pytest.fixture
def dueno(base: Settings) -> Iterator[Engine]:
    """An engine on an empty database with PostGIS, as its owner, who is nobody else on that server."""
    admin = create_engine(crear_engine(base, "propietario").url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    nombre = f"{admin.url.database}_dueno"
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE ROLE {nombre} NOLOGIN")
        conn.exec_driver_sql(f"CREATE DATABASE {nombre} OWNER {nombre}")
    engine = create_engine(admin.url.set(database=nombre), poolclass=NullPool)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE EXTENSION postgis")

    @event.listens_for(engine, "connect")
    def _hacerse_pasar(dbapi: Any, _registro: object) -> None:
        dbapi.execute(f"SET SESSION AUTHORIZATION {nombre}")
        dbapi.commit()

    yield engine
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {nombre} WITH (FORCE)")
        conn.exec_driver_sql(f"DROP OWNED BY {nombre}")
        conn.exec_driver_sql(f"DROP ROLE {nombre}")


def test_en_otro_servidor_basta_ser_dueno_y_poder_crear_roles(motor: Engine, dueno: Engine) -> None:
    nombre = dueno.url.database
    with pytest.raises(ErrorBase, match="no puede crear los roles") as error:
        migrar(dueno)
    assert f"ALTER ROLE {nombre} CREATEROLE" in error.value.consejo
    with motor.begin() as conn:
        conn.exec_driver_sql(f"ALTER ROLE {nombre} CREATEROLE")
    assert migrar(dueno) is True
    assert migrar(dueno) is False
    with transaccion(dueno, Rol.PLANIFICADOR) as conn:
        assert conn.scalar(text("SELECT count(*) FROM catastro.v_establecimiento")) == 0
    with motor.begin() as conn:
        conn.exec_driver_sql(f"ALTER ROLE {nombre} NOCREATEROLE")
    with dueno.begin() as conn:
        conn.execute(text("UPDATE ref.aplicado SET huella = 'otra'"))
    assert migrar(dueno) is True


def test_un_servidor_sin_lo_que_hace_falta_se_explica(dueno: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with dueno.connect() as conn:
        for exigencia, valor, mensaje in (
            ("VERSION_MINIMA", 99, "se necesita la versión 99"),
            ("POSTGIS_MINIMO", (99, 0), "se necesita 3.3"),
        ):
            with monkeypatch.context() as parche:
                parche.setattr(requisitos, exigencia, valor)
                with pytest.raises(ErrorBase, match=mensaje):
                    requisitos.exigir_servidor(conn)


def test_las_comunas_de_referencia_son_poligonos_validos(conexion: Connection) -> None:
    fila = conexion.execute(
        text(
            "SELECT count(*), count(*) FILTER (WHERE ST_IsEmpty(geom)), "
            "max(ST_Area(geom::geography) / 1e6) FILTER (WHERE cut = '02201') FROM ref.comuna"
        )
    ).one()
    assert fila[0] == len(referencia.comunas())
    assert fila[1] == 0
    assert 15_000 < fila[2] < 16_200


def test_las_particiones_nacen_con_su_anio_y_solo_una_vez(motor: Engine) -> None:
    with motor.begin() as conn:
        conn.execute(text("SET LOCAL ROLE obs_ingesta"))
        for _ in range(2):
            conn.execute(text("SELECT observacion.asegurar_anio('registro', 2024), catastro.asegurar_anio(2024)"))
        conn.execute(tablas.registro.insert().values(carga=1, fila=1, fuente="res", anio=2024))
        assert conn.scalar(text("SELECT tableoid::regclass::text FROM observacion.registro")) == (
            "observacion.registro_2024"
        )


def test_quien_llena_una_tabla_puede_pedir_sus_estadisticas(motor: Engine) -> None:
    with motor.begin() as conn:
        conn.execute(text("SET LOCAL ROLE obs_ingesta"))
        conn.execute(text("SELECT ingreso.analizar('territorio', 'zona')"))
    with pytest.raises(Exception, match="not a table to analyse"), motor.begin() as conn:
        conn.execute(text("SELECT ingreso.analizar('auditoria', 'clave')"))


def test_la_transaccion_toma_el_rol_y_el_limite_y_los_devuelve(motor: Engine) -> None:
    consulta = text("SELECT current_user, current_setting('statement_timeout')")
    with transaccion(motor, Rol.PLANIFICADOR, timeout_ms=1234) as conn:
        assert tuple(conn.execute(consulta).one()) == ("obs_planificador", "1234ms")
    with transaccion(motor) as conn:
        usuario, limite = conn.execute(consulta).one()
    assert usuario != "obs_planificador"
    assert limite == "0"


def test_la_transaccion_deshace_lo_hecho_cuando_algo_falla(motor: Engine) -> None:
    with pytest.raises(ZeroDivisionError), transaccion(motor) as conn:  # noqa: PT012
        conn.execute(tablas.seccion.insert().values(seccion="ZZ", nombre="x"))
        raise ZeroDivisionError
    with transaccion(motor) as conn:
        assert conn.scalar(text("SELECT count(*) FROM ref.seccion WHERE seccion = 'ZZ'")) == 0
