"""Indicators made from others, on a real PostGIS: against hand-made numbers, and what they say without a part."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from archivos_de_oficinas import FUENTES, texto
from ingest.pipeline import cargar
from observatorio.db import tablas as t
from observatorio.db.claves import crear_clave
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries.cargas import revertir
from observatorio.indicadores.compute import ErrorRestringido, calcular, calcular_varios
from observatorio.indicadores.cuadro import Cuadro
from observatorio.indicadores.dimensiones import ErrorPregunta
from observatorio.indicadores.lista import agregados, definiciones
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from orden_observatorio import observatorio

CUT = "02201"
TODOS = definiciones()
_CUADRADO = "SRID=4326;MULTIPOLYGON(((-68.95 -22.47,-68.94 -22.47,-68.94 -22.46,-68.95 -22.46,-68.95 -22.47)))"

# year, section, size, employment of each, how many, zone, RUT (all of the group are of one firm) or none
GRUPOS: tuple[tuple[int, str | None, str, int | None, int, str | None, int | None], ...] = (
    (2023, "B", "grande", 50, 2, "z1", 76_000_001),
    (2023, "G", "micro", 10, 5, "z2", None),
    (2024, "B", "grande", 65, 2, "z1", 76_000_001),
    (2024, "G", "micro", 9, 5, "z2", None),
    (2024, "I", "micro", 5, 1, "z2", 9_000_001),
    (2024, "P", "sin_dato", None, 1, "z3", None),
    (2024, None, "micro", 10, 1, None, None),
)
REGION = (
    ("2023", "Región de Antofagasta", "B - Explotación de minas y canteras", "10", "500"),
    ("2023", "Región de Antofagasta", "G - Comercio al por mayor y al por menor", "300", "500"),
    ("2024", "Región de Antofagasta", "B - Explotación de minas y canteras", "20", "600"),
    ("2024", "Región de Antofagasta", "G - Comercio al por mayor y al por menor", "280", "500"),
    ("2024", "Región de Antofagasta", "I - Actividades de alojamiento", "100", "*"),
    ("2024", "Región de Atacama", "B - Explotación de minas y canteras", "7", "9999"),
    ("2024", "Sin Información", "G - Comercio al por mayor y al por menor", "7", "9999"),
)
ENCABEZADO = (
    *("Año Comercial", "Región del domicilio o casa matriz", "Rubro económico", "Número de empresas"),
    "Número de trabajadores dependientes informados",
)


def poblar(conn: Connection) -> None:
    """The establishments of `GRUPOS` as the consolidation would leave them, in a level of three zones."""
    numero = count(1)
    conn.execute(insert(t.nivel).values(nivel="barrio", nombre="Barrio", origen="prueba"))
    conn.execute(
        insert(t.zona),
        [
            {
                "nivel": "barrio",
                "zona": z,
                "nombre": z,
                "poblacion": p,
                "poblacion_anio": 2024,
                "area_km2": a,
                "geom": g,
            }
            for z, p, a, g in (("z1", 500, 2.0, _CUADRADO), ("z2", 2000, 0.5, _CUADRADO), ("z3", None, None, None))
        ],
    )
    for anio, seccion, tamano, empleo, cuantos, zona, rut in GRUPOS:
        conn.execute(select(func.catastro.asegurar_anio(anio)))
        for _ in range(cuantos):
            llave = {"cut": CUT, "anio": anio, "id": f"e{next(numero):03d}"}
            fila: dict[str, Any] = llave | dict.fromkeys(("tamano_ventas", "tamano_trabajadores", "tamano"), tamano)
            fila |= {
                "seccion": seccion,
                "formalidad": "informal" if seccion == "I" else "formal",
                "empleo_total": empleo,
                "precision": "puerta",
            }
            fila |= {"procedencia": {}, "rut": rut, "turno": "7x7" if seccion == "B" else None}
            fila |= {"impuestos_clp": 1000, "geom": "SRID=4326;POINT(-68.93 -22.46)" if zona else None}
            conn.execute(insert(t.establecimiento_anio).values(fila))
            if zona:
                conn.execute(insert(t.establecimiento_zona).values(llave | {"nivel": "barrio", "zona": zona}))
    for anio in (2023, 2024):
        conn.execute(insert(t.version).values(cut=CUT, anio=anio, version=anio, huella="", establecimientos=1))


@pytest.fixture
def poblado(base: Settings) -> Iterator[Engine]:
    """The database of `base` with the establishments and without any reference."""
    engine = crear_engine(base, "propietario")
    with engine.begin() as conn:
        poblar(conn)
    yield engine
    engine.dispose()


@pytest.fixture
def con_region(base: Settings, poblado: Engine, tmp_path: Path) -> Engine:
    """The same, after the SII's table by region and rubro came in as any file does."""
    ingesta = crear_engine(base, "ingesta")
    archivo = texto(tmp_path / "PUB_REG_RUBR.txt", ENCABEZADO, *REGION)
    (hecha,) = cargar(ingesta, FUENTES["sii_estadisticas"], [archivo], cut=CUT)
    ingesta.dispose()
    assert hecha.rechazadas == 0
    return poblado


def preguntar(engine: Engine, id_: str, *por: str, rol: Rol = Rol.PLANIFICADOR, **kw: Any) -> Cuadro:
    """The exact answer for 2024, under a role's rights."""
    with transaccion(engine, rol) as conn:
        return calcular(conn, TODOS[id_], por, **{"cut": CUT, "anio": 2024} | kw)


def figuras(cuadro: Cuadro) -> dict[tuple[str, ...], float | None]:
    return {tuple(f.dimensiones.values()): f.valor for f in cuadro.filas}


def test_cociente_de_localizacion_con_la_region_cargada(con_region: Engine) -> None:
    """Here 130 and 45 of 175; there 600 and 500 of 1,100. What the SII hid, and who is not known, has no quotient."""
    cuadro = preguntar(con_region, "cociente_localizacion", "seccion")
    assert figuras(cuadro) == {
        ("B",): pytest.approx((130 / 175) / (600 / 1100)),
        ("G",): pytest.approx((45 / 175) / (500 / 1100)),
        ("I",): None,
        ("P",): None,
    }
    # Of ten active ones eight have both a section and their employment known: that is what stands behind each share.
    assert [(f.n, f.cobertura, f.estado.value) for f in cuadro.filas] == [
        (2, 0.8, "exacto"),
        (5, 0.8, "exacto"),
        (1, 0.8, "sin_dato"),
        (0, 0.8, "sin_dato"),
    ]
    assert cuadro.avisos == ()
    # One section by itself is a share of the same whole.
    (una,) = preguntar(con_region, "cociente_localizacion", filtros={"seccion": "B"}).filas
    assert una.valor == pytest.approx((130 / 175) / (600 / 1100))
    por_zona = figuras(preguntar(con_region, "cociente_localizacion", "seccion", nivel="barrio"))
    assert por_zona["B", "z1"] == pytest.approx(1100 / 600)
    firmas = figuras(preguntar(con_region, "cociente_localizacion_empresas", "seccion"))
    # One firm of mines, five of commerce without a RUT, one hotel; in the region 20, 280 and 100.
    assert firmas["B",] == pytest.approx((1 / 7) / (20 / 400))
    assert firmas["I",] == pytest.approx((1 / 7) / (100 / 400))


def test_shift_share_suma_el_cambio(con_region: Engine) -> None:
    """The region grew from 1,000 to 1,100: g = 0.1, B 0.2, G 0. Here B went from 100 to 130, G from 50 to 45."""
    total = preguntar(con_region, "shift_share")
    assert total.pregunta.por == ("componente",)
    assert figuras(total) == {("ns",): pytest.approx(15), ("im",): pytest.approx(5), ("rs",): pytest.approx(5)}
    por_seccion = figuras(preguntar(con_region, "shift_share", "seccion"))
    assert por_seccion["B", "ns"] == pytest.approx(10)
    assert por_seccion["G", "rs"] == pytest.approx(-5)
    assert por_seccion["I", "ns"] is None
    empleo = {a: figuras(preguntar(con_region, "empleo", "seccion", anio=a)) for a in (2023, 2024)}
    cambio = sum((empleo[2024][s,] or 0) - (empleo[2023][s,] or 0) for s in "BG")
    assert sum(v for v in figuras(total).values() if v is not None) == pytest.approx(cambio)
    registros = total.con_nombres({}).registros()
    assert registros[0]["componente_nombre"] == "Crecimiento de la región (NS)"
    # Of 2023 there is no year before.
    primero = preguntar(con_region, "shift_share", anio=2023)
    assert {f.estado.value for f in primero.filas} == {"sin_dato"}
    assert len(primero.filas) == 3
    assert "Falta el catastro de 2022" in primero.avisos[0]


def test_concentracion_y_diversidad(poblado: Engine) -> None:
    """130, 45 and 5 of the 180 whose section is known: the ten of no section are out, and the coverage says so."""
    partes = [130 / 180, 45 / 180, 5 / 180]
    (indice,) = preguntar(poblado, "hhi").filas
    assert indice.valor == pytest.approx(sum((100 * p) ** 2 for p in partes))
    assert (indice.n, indice.universo) == (8, 10)
    entropia = -sum(p * math.log(p) for p in partes)
    assert preguntar(poblado, "shannon").filas[0].valor == pytest.approx(entropia)
    assert preguntar(poblado, "equidad").filas[0].valor == pytest.approx(entropia / math.log(3))
    assert figuras(preguntar(poblado, "hhi", nivel="barrio")) == {
        ("sin_ubicacion",): None,
        ("z1",): 10_000,
        ("z2",): pytest.approx(90**2 + 10**2),
        ("z3",): None,
    }
    assert figuras(preguntar(poblado, "hhi_establecimientos")) == {
        (): pytest.approx(sum((100 * k / 9) ** 2 for k in (2, 5, 1, 1)))
    }
    con_anterior = preguntar(poblado, "hhi", con_anterior=True).filas[0]
    assert con_anterior.anterior == pytest.approx((100 * 100 / 150) ** 2 + (100 * 50 / 150) ** 2)


def test_por_habitante_y_por_superficie(poblado: Engine) -> None:
    """Two premises of one firm are one firm; a zone of unknown population has no figure, which is not zero."""
    cuadro = preguntar(poblado, "empresas_por_mil", nivel="barrio")
    assert figuras(cuadro) == {("sin_ubicacion",): None, ("z1",): 2.0, ("z2",): 3.0, ("z3",): None}
    assert "zonas load" in cuadro.avisos[0]
    assert "Población de 2024." in cuadro.avisos[0]
    densidad = preguntar(poblado, "densidad", nivel="barrio")
    assert figuras(densidad) == {("sin_ubicacion",): None, ("z1",): 1.0, ("z2",): 12.0, ("z3",): None}
    assert preguntar(poblado, "densidad", nivel="barrio", zona="z1").avisos == ()
    # 9 firms among the 166,334 people of the census of 2024.
    comuna = preguntar(poblado, "empresas_por_mil")
    assert figuras(comuna) == {(): pytest.approx(1000 * 9 / 166_334)}
    assert comuna.avisos == ("Empresas por mil habitantes, 2024: Población de 2024.",)
    (total,) = preguntar(poblado, "densidad").filas
    assert total.valor == pytest.approx(10 / 15_597, rel=0.01)
    (nadie,) = preguntar(poblado, "densidad", filtros={"seccion": "U"}).filas
    assert (nadie.valor, nadie.estado.value) == (0, "exacto")


def test_distribucion_por_tamano(poblado: Engine) -> None:
    """Of nine of known size two are large and seven micro; who has no size is not micro."""
    cuadro = preguntar(poblado, "distribucion_tamano", "tamano")
    assert figuras(cuadro) == {("grande",): pytest.approx(200 / 9), ("micro",): pytest.approx(700 / 9)}
    assert [(f.n, f.cobertura) for f in cuadro.filas] == [(2, 0.9), (7, 0.9)]
    assert figuras(preguntar(poblado, "distribucion_tamano", "tamano", "seccion"))["B", "grande"] == 100
    with pytest.raises(ErrorPregunta) as rechazo:
        preguntar(poblado, "distribucion_tamano")
    assert "por=tamano" in rechazo.value.consejo


def test_empleo_por_turno(poblado: Engine) -> None:
    assert figuras(preguntar(poblado, "empleo", "turno")) == {("7x7",): 130, ("sin_dato",): 60}


def test_sin_la_region_se_dice_que_falta(poblado: Engine) -> None:
    """Every row stands, none has a figure, and the answer says what to load."""
    for id_, por in (("cociente_localizacion", ("seccion",)), ("shift_share", ())):
        cuadro = preguntar(poblado, id_, *por)
        assert cuadro.filas
        assert {f.estado.value for f in cuadro.filas} == {"sin_dato"}
        assert "observatorio ingest sii_estadisticas" in cuadro.avisos[0]


def test_una_tabla_revertida_ya_no_cuenta(con_region: Engine) -> None:
    with con_region.begin() as conn:
        carga = conn.scalar(select(t.carga.c.carga))
        assert carga is not None
        revertir(conn, carga)
    cuadro = preguntar(con_region, "cociente_localizacion", "seccion")
    assert {f.valor for f in cuadro.filas} == {None}


def test_lo_restringido_solo_para_quien_puede_leerlo(poblado: Engine) -> None:
    """The planner is refused in words, before the database refuses; the municipality and the jobs get the sum."""
    with pytest.raises(ErrorRestringido, match="su clave no permite ver"):
        preguntar(poblado, "impuestos")
    with pytest.raises(ErrorRestringido):
        preguntar(poblado, "patente", "seccion")
    assert figuras(preguntar(poblado, "impuestos", "seccion", rol=Rol.MUNICIPAL))["G",] == 5000


@pytest.mark.parametrize("id_", [i for i, d in agregados().items() if not d.restringidas])
def test_varias_agrupaciones_de_una_vez_son_las_de_una_en_una(poblado: Engine, id_: str) -> None:
    """GROUPING SETS give what each grouping gives by itself, the empty one among them, in the same order."""
    propias = agregados()[id_].dimensiones
    pors = [p for p in ((), ("seccion",), ("tamano",), ("tamano", "seccion"), ("seccion",)) if propias.issuperset(p)]
    with transaccion(poblado, Rol.PLANIFICADOR) as conn:
        for nivel, filtros in ((None, {}), ("barrio", {}), (None, {"seccion": "U"})):
            kw: dict[str, Any] = {"cut": CUT, "anio": (2023, 2024), "nivel": nivel, "filtros": filtros}
            juntas = calcular_varios(conn, agregados()[id_], pors, **kw)
            sueltas = [calcular(conn, agregados()[id_], por, **kw) for por in pors]
            assert [c.filas for c in juntas] == [c.filas for c in sueltas]
            assert bool(filtros) or all(c.filas for c in juntas)


def test_la_orden_y_la_api_dan_lo_mismo(
    base: Settings,
    con_region: Engine,
    servidor_de: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    """The same csv, line for line, from the command line and from HTTP; what a planner may not ask is 403."""
    with con_region.begin() as conn:
        claves = {rol: crear_clave(conn, rol, "prueba") for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL)}
    preguntas = [("tasa_informalidad", "seccion"), ("cociente_localizacion", "seccion"), ("shift_share", "seccion")]
    with servidor_de(base) as cliente:
        for id_, por in [*preguntas, ("hhi", ""), ("empresas_por_mil", "")]:
            orden = observatorio(base, "indicadores", id_, "--por", por, "--anio", "2024", "--formato", "csv")
            assert orden.returncode == 0, orden.stderr
            parametros = {"por": por, "anio": "2024", "formato": "csv", "comparar": "anterior"}
            llave = {"X-API-Key": claves[Rol.PLANIFICADOR]}
            respuesta = cliente.get(f"/api/v1/indicadores/{id_}", params=parametros, headers=llave)
            assert respuesta.text.splitlines() == orden.stdout.splitlines()
            assert {"valor", "n", "cobertura", "estado"} <= set(orden.stdout.splitlines()[0].split(","))
            assert "exacto" in orden.stdout
        negada = cliente.get("/api/v1/indicadores/impuestos", headers=llave)
        assert negada.status_code == 403
        assert negada.headers["content-type"] == "application/problem+json"
        municipal = {"X-API-Key": claves[Rol.MUNICIPAL]}
        total = cliente.get("/api/v1/indicadores/impuestos", headers=municipal).json()["datos"]
        assert [(f["valor"], f["estado"]) for f in total] == [(10_000, "exacto")]
        # What a region's table says is part of the answer: after it is reverted no kept copy holds.
        etiqueta = cliente.get("/api/v1/indicadores/cociente_localizacion?por=seccion", headers=llave).headers["ETag"]
        with con_region.begin() as conn:
            carga = conn.scalar(select(t.carga.c.carga))
            assert carga is not None
            revertir(conn, carga)
        otra = cliente.get(
            "/api/v1/indicadores/cociente_localizacion?por=seccion", headers={**llave, "If-None-Match": etiqueta}
        )
        assert otra.status_code == 200
        assert {f["estado"] for f in otra.json()["datos"]} == {"sin_dato"}
        for id_ in TODOS:
            pagina = cliente.get("/indicadores", params={"indicador": id_}, headers=municipal)
            assert pagina.status_code == 200, id_
