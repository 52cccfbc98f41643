"""Five rows in each office's own layout, through every source, to figures that were computed by hand.

The world of this test, comuna 02201, year 2024. Active, 18:

    A  Alfa      formal: listed by the SII, definitive patente, sanitary resolution; 4 people (the survey counted them)
    B  Beta      formal; 40 people by its patente
    C  Gama      formal: head office in Santiago, provisional patente here; 100 people by its patente, not its 5,000 nor
                 those of its works, which lie elsewhere
    P  Zeta      formal: not in the SII's list, but a definitive patente implies the start of activities; 7 people
    H  Eta       undecided: works that its own list names; 800 people
    N  a person  undecided: patente overdue, nothing known of the SII; 2 people
    E  Epsilon   undecided: listed, no patente known; its 12 people are all at its one branch, which moved
    X  a cart    informal: the survey saw it, neither SII nor patente; 2 people
    Y  a shop    in process: SII but no patente; 3 people
    Q, R, S      undecided: known to the gremio only (R and S share a cell)
    three health posts and three schools: undecided

Not active: D (ended in June), Z (the survey found it closed), a closed health post, a school in recess.
Not here: W (Sierra Gorda), works of C and H, a health post and a school in Antofagasta.
No premises: RES, GORE, Sercotec, fiscal parcels, doors of the address layer, suppliers.

Where they are: X and Y by GPS, H and the public ones that say so at their point; A, B, C and E in their fiscal parcel,
which goes before any address; P, Q, R and S at their door in the address layer. Of N the layer knows a door of the same
name in another comuna, and of Z's street one line: they are nowhere, and so are D and who states no place.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest
import xlsxwriter
from shapely.geometry import box
from sqlalchemy import Engine, text

from archivos_de_oficinas import CUT, FUENTES
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.zonas import asignar_zonas, preparar_niveles
from observatorio.db.engine import crear_engine
from observatorio.db.queries import cargas
from observatorio.db.queries.catastro import procedencia
from observatorio.indicadores import definitions
from observatorio.indicadores.compute import calcular
from observatorio.indicadores.contract import Indicador
from observatorio.settings import Settings

INDICADORES = catalogo.discover(definitions, Indicador)
ANIO = 2024


A, B, C, P, G = 76_500_001, 76_500_002, 76_500_003, 76_500_006, 76_500_008


MUNDO = Path(__file__).parent / "mundo_de_cinco"


@dataclass(frozen=True)
class Texto:
    """A delimited text, as an office writes it."""

    archivo: str
    separador: str = ";"
    codificacion: str = "utf-8"


@dataclass(frozen=True)
class Libro:
    """A workbook with one sheet."""

    archivo: str
    hoja: str


@dataclass(frozen=True)
class Tal:
    """A file that is sent as it stands."""

    archivo: str


FORMAS: Mapping[str, Texto | Libro | Tal] = {
    "sii_nomina": Texto("nomina.csv", "\t"),
    "sii_direcciones": Texto("direcciones.csv", "\t"),
    "sii_actecos": Texto("actecos.csv", "\t"),
    "patentes": Libro("patentes.csv", "Rol 2024"),
    "gremio": Libro("gremio.csv", "Socios"),
    "gore": Texto("gore.csv", ";", "latin-1"),
    "resolucion_sanitaria": Libro("sanitaria.csv", "Hoja1"),
    "impuestos_convenio": Texto("impuestos.csv"),
    "proveedores_tractora": Texto("proveedores.csv", ";", "utf-8-sig"),
    "faenas_tractora": Texto("faenas.csv", ";", "utf-8-sig"),
    "callejero": Tal("callejero.geojson"),
    "encuesta_establecimientos": Libro("encuesta.csv", "Encuesta"),
    "res": Texto("res.csv", ";", "utf-8-sig"),
    "salud": Tal("salud.json"),
    "educacion": Tal("escuelas.json"),
    "sercotec": Libro("sercotec.csv", "Sheet"),
    "sii_estadisticas": Texto("serie.csv", ","),
}


def enviar(carpeta: Path, forma: Texto | Libro | Tal) -> Path:
    """Write a file of the world as its office would send it."""
    origen = MUNDO / forma.archivo
    if isinstance(forma, Tal):
        return origen
    with origen.open(encoding="utf-8", newline="") as abierto:
        filas = list(csv.reader(abierto, delimiter=";"))
    if isinstance(forma, Texto):
        ruta = carpeta / origen.with_suffix(".txt").name
        with ruta.open("w", encoding=forma.codificacion, newline="") as salida:
            csv.writer(salida, delimiter=forma.separador).writerows(filas)
        return ruta
    ruta = carpeta / origen.with_suffix(".xlsx").name
    with xlsxwriter.Workbook(ruta, {"strings_to_numbers": True}) as libro:
        hoja = libro.add_worksheet(forma.hoja)
        for i, fila in enumerate(filas):
            hoja.write_row(i, 0, fila)
    return ruta


def predios(carpeta: Path) -> Path:
    """Five fiscal parcels as a zipped Shapefile in UTM 19S."""
    marco = gpd.GeoDataFrame(
        {
            "EXPEDIENTE": [f"EXP-{i}" for i in range(5)],
            "RUT": ["76.500.001-7", "76.500.002-5", "76.500.003-3", "76.500.005-K", "76.500.008-4"],
            "TITULAR": ["ALFA", "BETA", "GAMA", "EPSILON", "OTRA"],
            "TIPO_ACTO": ["CONCESION"] * 5,
            "USO": ["INDUSTRIAL"] * 5,
            "COMUNA": ["CALAMA"] * 5,
            "FECHA_ACTO": ["2019-01-01"] * 5,
            "FECHA_TERM": ["2030-01-01"] * 5,
            "SUP_M2": [10_000.0] * 5,
        },
        geometry=[box(507_000 + 200 * i, 7_515_000, 507_100 + 200 * i, 7_515_100) for i in range(5)],
        crs=32719,
    )
    marco.to_file(carpeta / "predios.shp.zip", driver="ESRI Shapefile")
    return carpeta / "predios.shp.zip"


@pytest.fixture(scope="module")
def catastro(base_modulo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The world, loaded through every source and consolidated."""
    engine = crear_engine(base_modulo, "ingesta")
    tmp_path = tmp_path_factory.mktemp("mundo")
    enviados = {fuente: enviar(tmp_path, forma) for fuente, forma in FORMAS.items()}
    enviados["bienes_nacionales"] = predios(tmp_path)
    assert set(enviados) == set(FUENTES)
    for fuente, ruta in enviados.items():
        for resultado in cargar(engine, FUENTES[fuente], [ruta], cut=CUT, anio=ANIO):
            assert (resultado.leidas, resultado.rechazadas) == (5, 0), (fuente, resultado.rechazos.rows())
    with engine.begin() as conn:
        preparar_niveles(conn, CUT)
        consolidar(conn, CUT, ANIO)
        asignar_zonas(conn, CUT, ANIO)
    yield engine
    engine.dispose()


def cifra(engine: Engine, indicador: str) -> tuple[float | None, int | None, float | None]:
    with engine.connect() as conn:
        [fila] = calcular(conn, INDICADORES[indicador], cut=CUT, anio=ANIO).filas
    return fila.valor, fila.n, fila.cobertura


def por(engine: Engine, indicador: str, dimension: str) -> dict[str, float | None]:
    with engine.connect() as conn:
        filas = calcular(conn, INDICADORES[indicador], (dimension,), cut=CUT, anio=ANIO).filas
    return {f.dimensiones[dimension]: f.valor for f in filas}


def test_establecimientos(catastro: Engine) -> None:
    assert cifra(catastro, "establecimientos")[0] == 18
    assert por(catastro, "establecimientos", "formalidad") == {
        "formal": 4,
        "en_proceso": 1,
        "informal": 1,
        "indeterminado": 12,
    }
    assert por(catastro, "establecimientos", "tamano") == {
        "micro": 5,
        "pequena": 1,
        "mediana": 1,
        "grande": 2,
        "sin_dato": 9,
    }


def test_empleo(catastro: Engine) -> None:
    valor, n, cobertura = cifra(catastro, "empleo")
    assert (valor, n) == (4 + 40 + 100 + 7 + 800 + 2 + 12 + 2 + 3, 9)
    assert cobertura == pytest.approx(9 / 18)


def test_informalidad(catastro: Engine) -> None:
    valor, n, _ = cifra(catastro, "tasa_informalidad")
    assert valor == pytest.approx(100 / 6)
    assert n == 6


def test_lo_que_dice_de_cada_uno(catastro: Engine) -> None:
    with catastro.connect() as conn:
        filas = conn.execute(
            text("""SELECT coalesce(razon_social, nombre_fantasia) AS quien, formalidad, empleo_total, impuestos_clp,
                           seccion, tamano
                      FROM catastro.establecimiento_anio
                     WHERE coalesce(razon_social, '') NOT LIKE 'Escuela%' AND NOT publica ORDER BY 1, 2""")
        ).all()
    assert [tuple(f) for f in filas] == [
        ("ALFA LTDA", "formal", 4, 3000, "I", "micro"),
        ("BETA SPA", "formal", 40, 500, "C", "mediana"),
        ("Carrito X", "informal", 2, None, None, "micro"),
        ("DELTA LTDA", "inactivo", None, None, "G", "micro"),
        ("EPSILON EIRL", "indeterminado", 12, 70, "H", "pequena"),
        ("GAMA SA", "formal", 100, None, "B", "grande"),
        ("Local Z", "inactivo", None, None, None, "sin_dato"),
        ("MINERA ETA SA", "indeterminado", 800, None, None, "grande"),
        ("PEREZ ANA", "indeterminado", 2, None, None, "micro"),
        ("Q Ltda.", "indeterminado", None, None, None, "sin_dato"),
        ("R Ltda.", "indeterminado", None, None, None, "sin_dato"),
        ("S Ltda.", "indeterminado", None, None, None, "sin_dato"),
        ("Taller Y", "en_proceso", 3, None, None, "micro"),
        ("ZETA LTDA", "formal", 7, None, None, "micro"),
    ]


def test_de_cada_campo_se_sabe_de_que_fila_salio(catastro: Engine) -> None:
    with catastro.connect() as conn:
        alfa = conn.execute(
            text("SELECT id FROM catastro.establecimiento_anio WHERE razon_social = 'ALFA LTDA'")
        ).scalar_one()
        campos = {f["campo"]: (f["fuente"], f["archivo"], f["fila"], f["regla"]) for f in procedencia(conn, alfa)}
    assert campos["razon_social"] == ("sii_nomina", "nomina.txt", 2, "empresa:sii")
    assert campos["direccion"] == ("patentes", "patentes.xlsx", 6, "establecimiento:municipalidad")
    assert campos["empleo_total"] == ("encuesta_establecimientos", "encuesta.xlsx", 4, "establecimiento:academia")
    assert campos["senal_sanitaria"] == ("resolucion_sanitaria", "sanitaria.xlsx", 4, "establecimiento:salud")


def test_de_donde_sale_el_lugar_de_cada_uno(catastro: Engine) -> None:
    with catastro.connect() as conn:
        filas = conn.execute(
            text("""SELECT coalesce(razon_social, nombre_fantasia), precision, procedencia -> 'punto' ->> 2,
                           round(ST_X(geom)::numeric, 3)::float, round(ST_Y(geom)::numeric, 3)::float
                      FROM catastro.establecimiento_anio WHERE NOT publica ORDER BY 1""")
        ).all()
    predio = ("sector", "establecimiento:bienes_nacionales")
    assert {quien: lugar for quien, *lugar in filas if lugar[:2] != list(predio)} == {
        "Carrito X": ["gps", "establecimiento:academia", -68.93, -22.46],
        "DELTA LTDA": ["sin_ubicacion", None, None, None],
        "Local Z": ["sin_ubicacion", None, None, None],
        "MINERA ETA SA": ["puerta", "establecimiento:tractora", -68.9, -22.3],
        "PEREZ ANA": ["sin_ubicacion", None, None, None],
        "Q Ltda.": ["puerta", "establecimiento:gremio:geocodificado:puerta", -68.94, -22.47],
        "R Ltda.": ["puerta", "establecimiento:gremio:geocodificado:puerta", -68.941, -22.471],
        "S Ltda.": ["puerta", "establecimiento:gremio:geocodificado:puerta", -68.941, -22.471],
        "Taller Y": ["gps", "establecimiento:academia", -68.935, -22.465],
        "ZETA LTDA": ["puerta", "establecimiento:salud:geocodificado:puerta", -68.925, -22.455],
    }
    en_su_predio = [quien for quien, *lugar in filas if lugar[:2] == list(predio)]
    assert en_su_predio == ["ALFA LTDA", "BETA SPA", "EPSILON EIRL", "GAMA SA"]


def test_que_registros_hablan_de_un_local(catastro: Engine) -> None:
    """Counted by hand: one of the SII's list (Delta's, all that is known of it), three addresses (both of Epsilon's
    branch, and the domicile that is Beta's door), and the parcel of a firm that has nothing else here."""
    with catastro.connect() as conn:
        por_fuente = conn.execute(
            text("""SELECT c.fuente, count(*) AS cuantos FROM catastro.identidad i JOIN ingreso.carga c USING (carga)
                     GROUP BY c.fuente""")
        ).all()
        sin_fundamento = conn.execute(
            text("""SELECT c.fuente, i.fila FROM catastro.identidad i JOIN ingreso.carga c USING (carga)
                     WHERE i.id NOT IN (SELECT id FROM catastro.establecimiento_anio)""")
        ).all()
    assert {fila.fuente: fila.cuantos for fila in por_fuente} == {
        "sii_nomina": 1,
        "sii_direcciones": 3,
        "patentes": 5,
        "gremio": 6,
        "resolucion_sanitaria": 5,
        "encuesta_establecimientos": 4,
        "salud": 4,
        "educacion": 4,
        "bienes_nacionales": 5,
        "faenas_tractora": 1,
    }
    assert [tuple(f) for f in sin_fundamento] == [("bienes_nacionales", 5)]


def test_los_proveedores_de_quien_tiene_faenas(catastro: Engine) -> None:
    """Gama buys; Eta, a tractora too, buys of nobody. The notaries know G here, where it has no premises, and nobody
    says where Zeta, which has one, is directed from."""
    with catastro.connect() as conn:
        filas = conn.execute(
            text("SELECT tractora, rut, nivel, n1, n2 FROM catastro.nivel_proveedor WHERE nivel > 0 ORDER BY rut")
        ).all()
    assert [tuple(f) for f in filas] == [
        (C, A, 1, True, True),
        (C, B, 1, True, True),
        (C, P, 1, False, True),
        (C, G, 1, True, False),
    ]


def test_los_proveedores_se_suman_por_categoria(catastro: Engine) -> None:
    with catastro.connect() as conn:
        filas = conn.execute(
            text("SELECT rut_proveedor, monto_clp FROM catastro.proveedor WHERE rut_comprador = :c ORDER BY 1"),
            {"c": C},
        ).all()
    assert [tuple(f) for f in filas] == [(A, 2000), (B, 1000), (P, 1000), (G, 1000)]


def test_lo_de_otras_comunas_queda_guardado_y_no_se_cuenta(catastro: Engine) -> None:
    with catastro.connect() as conn:
        guardadas = conn.execute(
            text("SELECT count(*) FROM observacion.registro WHERE cut <> '02201' AND fuente <> 'sii_nomina'")
        ).scalar_one()
        contadas = conn.execute(
            text("SELECT count(*) FROM catastro.establecimiento_anio WHERE cut <> '02201'")
        ).scalar_one()
    # A survey's row, a health post, a school, a domicile, a door of the layer, and four works of the tractoras.
    assert (guardadas, contadas) == (9, 0)


def test_revertir_una_carga_deja_el_catastro_como_si_nunca_hubiera_entrado(catastro: Engine, tmp_path: Path) -> None:
    antes = volcado(catastro)
    original = enviar(tmp_path, FORMAS["gore"])
    nuevo = tmp_path / "gore_corregido.csv"
    nuevo.write_bytes(original.read_bytes().replace(b"Semilla", b"Crece"))
    [carga] = cargar(catastro, FUENTES["gore"], [nuevo], cut=CUT, anio=ANIO)
    with catastro.begin() as conn:
        consolidar(conn, CUT, ANIO)
        asignar_zonas(conn, CUT, ANIO)
    with catastro.begin() as conn:
        assert cargas.revertir(conn, carga.carga or 0) == [ANIO]
        consolidar(conn, CUT, ANIO)
        asignar_zonas(conn, CUT, ANIO)
    assert volcado(catastro) == antes


def volcado(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [
            tuple(fila.values())
            for consulta in (
                "SELECT * FROM catastro.establecimiento_anio ORDER BY id",
                "SELECT * FROM catastro.establecimiento ORDER BY id",
                "SELECT * FROM catastro.identidad ORDER BY carga, fila, parte",
                "SELECT * FROM catastro.empresa ORDER BY rut",
                "SELECT * FROM catastro.establecimiento_zona ORDER BY nivel, id",
                "SELECT * FROM catastro.actividad ORDER BY rut, acteco",
                "SELECT * FROM catastro.suceso ORDER BY anio, id, tipo",
                "SELECT * FROM catastro.nivel_proveedor ORDER BY tractora, rut",
                "SELECT * FROM catastro.duda ORDER BY duda",
                "SELECT * FROM catastro.par ORDER BY huella_a, huella_b",
                "SELECT * FROM catastro.perfil ORDER BY huella",
                "SELECT * FROM catastro.version ORDER BY anio",
                "SELECT * FROM indicador.estimacion ORDER BY fuente, medida, dimension, categoria",
            )
            for fila in conn.execute(text(consulta)).mappings().all()
        ]
