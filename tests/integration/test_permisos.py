"""Who may read and write what: asked of the catalogue for every table, column and function, and tried on real rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Connection, Engine, exc, insert, select, text, update

from observatorio import modelo
from observatorio.db import tablas
from observatorio.db.claves import crear_clave, listar_claves, revocar_clave, verificar_clave
from observatorio.db.engine import crear_engine, transaccion
from observatorio.errors import ErrorAcceso
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

RELACIONES = text(
    """
    SELECT n.nspname || '.' || c.relname AS relacion, c.oid
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('ref', 'ingreso', 'observacion', 'catastro', 'territorio', 'indicador', 'publicacion',
                        'auditoria')
      AND c.relkind IN ('r', 'p', 'v', 'm')
    """
)
LEGIBLES = text("SELECT has_any_column_privilege(:rol, CAST(:oid AS oid), :privilegio)")
RESTRINGIDAS = {c.nombre for c in (*modelo.REGISTRO, *modelo.VINCULO) if c.restringida}
IDENTIFICAN = {"rut", "nombre", "razon_social", "nombre_fantasia"}
PUBLICAS = {
    "ref.seccion",
    "ref.division",
    "ref.tramo_ventas",
    "ref.tramo_trabajadores",
    "ref.unidad",
    "ref.poblacion",
    "ref.comuna",
    "territorio.nivel",
    "territorio.zona",
    "publicacion.publicacion",
    "publicacion.celda",
    "publicacion.v_punto_publico",
    "publicacion.v_version",
    "publicacion.v_fuente_estado",
    "publicacion.v_origen",
}


@pytest.fixture
def con_particiones(conexion: Connection) -> Connection:
    """A database in which every partitioned table has a year, so that partitions are looked at too."""
    for tabla in ("registro", "vinculo", "serie"):
        conexion.execute(text("SELECT observacion.asegurar_anio(:tabla, 2024)"), {"tabla": tabla})
    conexion.execute(text("SELECT catastro.asegurar_anio(2024)"))
    return conexion


def _con_privilegio(conn: Connection, rol: str, privilegio: str) -> set[str]:
    return {
        fila.relacion
        for fila in conn.execute(RELACIONES).all()
        if conn.scalar(LEGIBLES, {"rol": rol, "oid": fila.oid, "privilegio": privilegio})
    }


def _columnas_legibles(conn: Connection, rol: str, tabla: str) -> set[str]:
    return set(
        conn.scalars(
            text(
                "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:tabla AS regclass) AND attnum > 0 "
                "AND NOT attisdropped AND has_column_privilege(:rol, attrelid, attnum, 'SELECT')"
            ),
            {"rol": rol, "tabla": tabla},
        )
    )


@pytest.mark.parametrize("rol", ["obs_publico", "obs_socio"])
def test_sin_clave_solo_se_lee_lo_publicado(con_particiones: Connection, rol: str) -> None:
    assert _con_privilegio(con_particiones, rol, "SELECT") == PUBLICAS


def test_la_api_sin_rol_no_lee_nada(con_particiones: Connection) -> None:
    assert _con_privilegio(con_particiones, "obs_api", "SELECT") == set()


@pytest.mark.parametrize(
    "rol", ["obs_publico", "obs_socio", "obs_planificador", "obs_municipal", "obs_admin", "obs_api"]
)
def test_ningun_rol_de_lectura_cambia_ni_borra_registros(con_particiones: Connection, rol: str) -> None:
    permitido = {
        "INSERT": {"auditoria.registro", "catastro.decision", "catastro.decision_giro", "auditoria.clave"},
        "UPDATE": {"auditoria.clave"},
    }
    for privilegio in ("INSERT", "UPDATE"):
        assert _con_privilegio(con_particiones, rol, privilegio) <= permitido[privilegio]
    for fila in con_particiones.execute(RELACIONES):
        for privilegio in ("DELETE", "TRUNCATE"):
            tiene = text("SELECT has_table_privilege(:rol, CAST(:oid AS oid), :privilegio)")
            datos = {"rol": rol, "oid": fila.oid, "privilegio": privilegio}
            assert not con_particiones.scalar(tiene, datos), (rol, fila.relacion, privilegio)


def test_el_planificador_no_lee_columnas_restringidas_ni_identidades(con_particiones: Connection) -> None:
    for tabla in con_particiones.scalars(RELACIONES):
        legibles = _columnas_legibles(con_particiones, "obs_planificador", tabla)
        assert not legibles & RESTRINGIDAS, tabla
        if tabla not in PUBLICAS | {"catastro.v_establecimiento", "ingreso.fuente", "ingreso.archivo", "ingreso.carga"}:
            assert not legibles & IDENTIFICAN, tabla
    legibles = _columnas_legibles(con_particiones, "obs_planificador", "catastro.establecimiento_anio")
    assert {"geom", "seccion", "formalidad", "empleo_total", "tamano"} <= legibles
    assert _columnas_legibles(con_particiones, "obs_planificador", "observacion.registro") == set()
    assert _columnas_legibles(con_particiones, "obs_planificador", "catastro.empresa") == set()


def test_ninguna_columna_del_establecimiento_queda_sin_decidir(con_particiones: Connection) -> None:
    calculadas = {columna.name for columna in tablas.establecimiento_anio.columns if columna.computed}
    todas = {columna.name for columna in tablas.establecimiento_anio.columns} - calculadas
    planificador = _columnas_legibles(con_particiones, "obs_planificador", "catastro.establecimiento_anio")
    # Where a field came from tells that it has a value.
    assert todas - planificador == (RESTRINGIDAS & todas) | IDENTIFICAN | {"procedencia"}
    assert _columnas_legibles(con_particiones, "obs_municipal", "catastro.v_establecimiento_municipal") == (
        todas | calculadas
    )
    vista = _columnas_legibles(con_particiones, "obs_planificador", "catastro.v_establecimiento")
    # The names of natural persons are in none of what is searched with a planner's rights.
    assert vista == (todas - RESTRINGIDAS) | {"busqueda"}


def test_la_auditoria_y_las_observaciones_solo_crecen(con_particiones: Connection) -> None:
    for rol in ("obs_ingesta", "obs_municipal", "obs_admin", "obs_api"):
        assert "auditoria.registro" in _con_privilegio(con_particiones, rol, "INSERT")
        assert "auditoria.registro" not in _con_privilegio(con_particiones, rol, "UPDATE")
    tiene = text("SELECT has_table_privilege('obs_ingesta', 'observacion.registro', 'UPDATE, DELETE, TRUNCATE')")
    assert con_particiones.scalar(tiene) is False
    momento = text("SELECT has_column_privilege('obs_api', 'auditoria.registro', 'momento', 'INSERT')")
    assert con_particiones.scalar(momento) is False


def test_las_funciones_con_derechos_del_dueno_no_son_de_todos(con_particiones: Connection) -> None:
    consulta = text(
        """
        SELECT p.oid::regprocedure::text AS funcion, r.rolname AS rol
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        CROSS JOIN pg_roles AS r
        WHERE p.prosecdef AND n.nspname IN ('observacion', 'catastro', 'ingreso', 'auditoria')
          AND r.rolname LIKE 'obs\\_%' AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
        """
    )
    assert set(con_particiones.execute(consulta)) == {
        ("observacion.asegurar_anio(text,integer)", "obs_ingesta"),
        ("catastro.asegurar_anio(integer)", "obs_ingesta"),
        ("ingreso.analizar(text,text)", "obs_ingesta"),
        ("auditoria.clave_vigente(text)", "obs_api"),
        ("auditoria.sellar()", "obs_api"),
        ("auditoria.sellar()", "obs_ingesta"),
        ("auditoria.sellar()", "obs_admin"),
    }


@pytest.fixture
def con_filas(motor: Engine) -> Engine:
    """A legal person, a natural one, one of unknown kind, and a school, in 2024."""
    with motor.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
        conn.execute(
            insert(tablas.fuente).values(
                fuente="educacion",
                nombre="Mineduc",
                actor="educacion",
                describe="establecimiento",
                destino="registro",
                cobertura="censo",
                licencia="CC-BY",
                periodicidad="anual",
            )
        )
        conn.execute(insert(tablas.archivo).values(sha256="a", nombre="a.csv", bytes=1))
        carga = conn.scalar(
            insert(tablas.carga)
            .values(
                fuente="educacion",
                sha256="a",
                nombre="a.csv",
                estado="confirmada",
                licencia="CC-BY",
                filas_aceptadas=1,
            )
            .returning(tablas.carga.c.carga)
        )
        comunes = {
            "cut": "02201",
            "anio": 2024,
            "precision": "gps",
            "tamano_ventas": "micro",
            "tamano_trabajadores": "micro",
            "tamano": "micro",
            "formalidad": "formal",
            "telefono": "+56912345678",
            "impuestos_clp": 1000,
            "procedencia": {"nombre_fantasia": [str(carga), "1", "r"]},
            "geom": "SRID=4326;POINT(-68.93 -22.46)",
        }
        filas = (
            ("juridica", 76_000_000, "Minera SpA", False),
            ("natural", 12_345_678, "Juana Pérez", False),
            (None, None, "Kiosco de Pedro", False),
            ("juridica", 65_000_000, "Liceo A-1", True),
        )
        for numero, (tipo, rut, nombre, publica) in enumerate(filas):
            conn.execute(
                insert(tablas.establecimiento_anio).values(
                    **comunes,
                    id=f"e{numero}",
                    tipo_persona=tipo,
                    rut=rut,
                    nombre=nombre,
                    razon_social=nombre,
                    publica=publica,
                )
            )
    return motor


def test_la_vista_del_planificador_calla_a_las_personas_naturales(con_filas: Engine) -> None:
    consulta = text("SELECT id, rut, nombre, razon_social FROM catastro.v_establecimiento ORDER BY id")
    with transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        assert [tuple(fila) for fila in conn.execute(consulta)] == [
            ("e0", 76_000_000, "Minera SpA", "Minera SpA"),
            ("e1", None, None, None),
            ("e2", None, None, None),
            ("e3", 65_000_000, "Liceo A-1", "Liceo A-1"),
        ]
    with transaccion(con_filas, Rol.MUNICIPAL) as conn:
        municipal = text("SELECT nombre, telefono FROM catastro.v_establecimiento_municipal WHERE id = 'e1'")
        assert tuple(conn.execute(municipal).one()) == ("Juana Pérez", "+56912345678")


@pytest.mark.parametrize(
    "consulta",
    [
        "SELECT nombre FROM catastro.establecimiento_anio",
        "SELECT impuestos_clp FROM catastro.establecimiento_anio",
        "SELECT 1 FROM catastro.establecimiento_anio WHERE rut = 12345678",
        "SELECT * FROM catastro.establecimiento_anio_2024",
        "SELECT * FROM catastro.v_establecimiento_municipal",
        "SELECT * FROM observacion.registro",
        "SELECT * FROM auditoria.clave",
    ],
)
def test_al_planificador_se_le_niega(con_filas: Engine, consulta: str) -> None:
    with pytest.raises(exc.ProgrammingError) as refused, transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        conn.execute(text(consulta))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_el_publico_ve_los_puntos_publicos_y_ningun_otro(con_filas: Engine) -> None:
    with transaccion(con_filas, Rol.PUBLICO) as conn:
        puntos = conn.execute(text("SELECT id, nombre, fuente, fuente_nombre FROM publicacion.v_punto_publico")).all()
        assert [tuple(punto) for punto in puntos] == [("e3", "Liceo A-1", "educacion", "Mineduc")]
        estado = conn.execute(text("SELECT fuente, carga, filas_aceptadas FROM publicacion.v_fuente_estado")).one()
        assert (estado.fuente, estado.filas_aceptadas) == ("educacion", 1)
    with pytest.raises(exc.ProgrammingError), transaccion(con_filas, Rol.PUBLICO) as conn:
        conn.execute(text("SELECT id FROM catastro.v_establecimiento"))


@pytest.fixture
def api(base: Settings) -> Iterator[Engine]:
    """The engine with which the API logs in."""
    engine = crear_engine(base, "api")
    yield engine
    engine.dispose()


def test_la_api_comprueba_claves_sin_poder_leerlas(motor: Engine, api: Engine) -> None:
    with transaccion(motor, Rol.ADMIN) as conn:
        clave = crear_clave(conn, Rol.PLANIFICADOR, "Plan", dias=1)
        crear_clave(conn, Rol.SOCIO, "Gremio")
    with api.connect() as conn:
        assert conn.scalar(text("SELECT current_user")) == "obs_api"
        numero, rol = verificar_clave(conn, f" {clave}\n") or (0, Rol.PUBLICO)
        assert rol is Rol.PLANIFICADOR
        ultima = "A" if clave[-1] != "A" else "B"
        for mala in (clave[:-1] + ultima, "", "obs_", clave.upper(), clave + "x", "obs_00000000_" + "a" * 43):
            assert verificar_clave(conn, mala) is None
        with pytest.raises(exc.ProgrammingError):
            conn.execute(select(tablas.clave))
    with transaccion(motor, Rol.ADMIN) as conn:
        assert [(k.clave, k.rol, k.nombre, k.estado) for k in listar_claves(conn)] == [
            (numero, Rol.PLANIFICADOR, "Plan", "vigente"),
            (numero + 1, Rol.SOCIO, "Gremio", "vigente"),
        ]
        guardado = conn.execute(select(tablas.clave.c.resumen)).scalars().first()
    assert clave.split("_", 2)[2].encode() not in bytes(guardado or b"")


def test_una_clave_revocada_o_vencida_no_sirve(conexion: Connection) -> None:
    una, otra = (crear_clave(conexion, Rol.MUNICIPAL, nombre, dias=3) for nombre in ("una", "otra"))
    numeros = [(verificar_clave(conexion, clave) or (0,))[0] for clave in (una, otra)]
    revocar_clave(conexion, numeros[0])
    ayer = datetime.now(UTC) - timedelta(days=1)
    conexion.execute(update(tablas.clave).where(tablas.clave.c.clave == numeros[1]).values(expira=ayer))
    assert verificar_clave(conexion, una) is None
    assert verificar_clave(conexion, otra) is None
    assert [k.estado for k in listar_claves(conexion)] == ["revocada", "vencida"]
    with pytest.raises(ErrorAcceso):
        revocar_clave(conexion, numeros[0])


@pytest.mark.parametrize(
    ("rol", "nombre", "dias"), [(Rol.PUBLICO, "x", None), (Rol.SOCIO, " ", None), (Rol.SOCIO, "x", 0)]
)
def test_claves_que_no_se_crean(conexion: Connection, rol: Rol, nombre: str, dias: int | None) -> None:
    with pytest.raises(ErrorAcceso):
        crear_clave(conexion, rol, nombre, dias)
    assert listar_claves(conexion) == []
