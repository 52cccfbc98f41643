"""The gazetteer: what it learns of doors, streets and quarters, and what it refuses to guess."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.canonizar import Canonizador
from ingest.fuentes.callejero import FUENTE
from ingest.lectores import abrir
from ingest.pareo import emparejar
from observaciones_hechas import observaciones
from observatorio.catastro.lectura import COLUMNAS
from observatorio.catastro.lugares.callejero import Callejero, construir
from observatorio.catastro.lugares.callejero_claves import CLAVES, PARTES, desarmar
from observatorio.catastro.lugares.parecido import firmes, mas_parecidas
from observatorio.normalizar.direccion import normalizar_direccion
from observatorio.normalizar.zonas_comuna import zonas_de_referencia

LON, LAT = -68.93, -22.46
M_LAT = 1 / 111_320
M_LON = M_LAT / math.cos(math.radians(LAT))


def punto(este: float, norte: float) -> tuple[float, float]:
    """Degrees of a place so many metres from the centre."""
    return LON + este * M_LON, LAT + norte * M_LAT


def con_direcciones(filas: list[tuple[str, tuple[float, float] | None]], **constantes: object) -> pl.DataFrame:
    """Records with these addresses, as a source would bring them, and their points."""
    hechas = (
        {
            "rut": 76_000_000 + i,
            "direccion_texto": escrita,
            "lon": lugar[0] if lugar else None,
            "lat": lugar[1] if lugar else None,
            "precision": "puerta" if lugar else "sin_ubicacion",
        }
        for i, (escrita, lugar) in enumerate(filas)
    )
    marco = observaciones(*hechas, **{"fuente": "patentes", **constantes})
    return marco.with_columns(**normalizar_direccion(marco["direccion_texto"]).valores)


def calle(nombre: str, numeros: range, norte: float = 0.0) -> list[tuple[str, tuple[float, float] | None]]:
    """A street that runs east, a metre a number, even and odd doors ten metres to each side."""
    return [(f"{nombre} {k}", punto(k, norte + (10 if k % 2 else -10))) for k in numeros]


def lejos_m(fila: dict[str, object], donde: tuple[float, float]) -> float:
    return math.hypot((float(fila["lon"]) - donde[0]) / M_LON, (float(fila["lat"]) - donde[1]) / M_LAT)  # type: ignore[arg-type]


def ubicar(callejero: Callejero, *direcciones: str) -> list[dict[str, object]]:
    return callejero.ubicar(con_direcciones([(d, None) for d in direcciones])).to_dicts()


@pytest.fixture(scope="module")
def ciudad() -> Callejero:
    """Two long streets, a mall, a road, two districts, a village, a lane, and quarters named by half of the records."""
    filas = calle("RAMIREZ", range(1000, 3000, 37)) + calle("AVENIDA GRANADEROS", range(1000, 3000, 41), 900)
    filas += [(f"RAMIREZ 2950, LOCAL {k}", punto(2950 + k % 7 * 8, 30 + k % 5 * 6)) for k in range(30)]
    filas += [(f"RUTA 25 KM {k},5", punto(3000 + 1000 * k, -4000)) for k in range(3, 12)]
    for distrito, este in (("PUERTO SECO", 6000), ("APIAC", -6000)):
        for manzana in range(1, 4):
            filas += [
                (f"MANZANA {manzana} SITIO {s}, {distrito}", punto(este + 30 * s, manzana * 200)) for s in range(1, 9)
            ]
    filas += [(f"MANZANA 17 SITIO {s}, PUERTO SECO", punto(6000 + 30 * s, 3400)) for s in range(1, 9)]
    vivos = [(56, 100, 40), (3, -90, 130), (41, 20, -120), (12, -140, -60), (77, 60, 90), (30, -20, 10), (8, 120, -90)]
    filas += [(f"CALLE PRINCIPAL {n}, CASPANA", punto(20_000 + e, 10_000 + d)) for n, e, d in vivos]
    filas += [(f"PASAJE INTI {k}", punto(-1500, k)) for k in (12, 48)]
    filas += [(f"RAMIREZ {k} VILLA EL TELAR", None) for k in range(1400, 1700, 33)]
    return construir(con_direcciones(filas), "02201")


def test_la_puerta_conocida(ciudad: Callejero) -> None:
    uno, otro = ubicar(ciudad, "Ramírez 1037", "CALLE RAMIREZ N° 1074, Calama")
    assert (uno["precision"], uno["como"]) == ("puerta", "puerta")
    assert lejos_m(uno, punto(1037, 10)) < 1
    assert lejos_m(otro, punto(1074, -10)) < 1


def test_la_unidad_antes_que_el_edificio(ciudad: Callejero) -> None:
    unidad, edificio = ubicar(ciudad, "RAMIREZ 2950, LOCAL 6", "RAMIREZ 2950, LOCAL 900")
    assert (unidad["como"], edificio["como"]) == ("unidad", "puerta")
    assert lejos_m(unidad, punto(2998, 36)) < 1
    assert lejos_m(edificio, punto(2974, 42)) < 15


def test_entre_dos_puertas_y_apenas_mas_alla(ciudad: Callejero) -> None:
    entre, borde, lejos = ubicar(ciudad, "RAMIREZ 1500", "RAMIREZ 990", "RAMIREZ 400")
    assert (entre["precision"], entre["como"]) == ("tramo", "tramo")
    assert lejos_m(entre, punto(1500, -10)) < 3
    assert borde["precision"] == "tramo"
    assert lejos_m(borde, punto(990, -10)) < 25
    assert lejos["lon"] is None


def test_el_lado_de_la_calle_cuenta(ciudad: Callejero) -> None:
    par, impar = ubicar(ciudad, "RAMIREZ 1300", "RAMIREZ 1301")
    assert float(par["lat"]) < float(impar["lat"])  # type: ignore[arg-type]


def test_una_calle_larga_sin_numero_no_es_un_lugar(ciudad: Callejero) -> None:
    assert (
        ubicar(ciudad, "RAMIREZ S/N", "AVENIDA GRANADEROS")
        == [{"lon": None, "lat": None, "precision": None, "como": None}] * 2
    )


def test_una_calle_corta_si(ciudad: Callejero) -> None:
    (fila,) = ubicar(ciudad, "PASAJE INTI S/N")
    assert (fila["precision"], fila["como"]) == ("calle", "calle")
    assert lejos_m(fila, punto(-1500, 30)) < 5


@pytest.mark.parametrize(
    ("escrita", "buena"),
    [
        ("RAMIRZE 1037", "RAMIREZ 1037"),
        ("RAMIIREZ 1037", "RAMIREZ 1037"),
        ("GRANADEROS 1082", "AVENIDA GRANADEROS 1082"),
        ("AVENIDDA GRANADEROS 1082", "AVENIDA GRANADEROS 1082"),
        ("AV GRANADEROS 1082", "AVENIDA GRANADEROS 1082"),
        ("CLALE RAMIREZ 1037", "RAMIREZ 1037"),
        ("AMNZANA 2 SITIO 5, PUERTO SECO", "MANZANA 2 SITIO 5, PUERTO SECO"),
        ("MANZANA 2 SOTIO 5, PUERTO SECO", "MANZANA 2 SITIO 5, PUERTO SECO"),
        ("MZ 2 ST 5 PUERTO SRCO", "MANZANA 2 SITIO 5, PUERTO SECO"),
        ("RUTA 25 KN 5,5", "RUTA 25 KM 5,5"),
        ("RUT 25 KM 5,5", "RUTA 25 KM 5,5"),
    ],
)
def test_lo_mal_escrito(ciudad: Callejero, escrita: str, buena: str) -> None:
    mala, esperada = ubicar(ciudad, escrita, buena)
    assert esperada["precision"] == "puerta"
    assert mala == esperada


@pytest.mark.parametrize(
    "direccion",
    [
        "RUTA 26 KM 5,5",
        "PASAJE INCA 12",
        "LOS ALAMOS 1037",
        "MANZANA 2 SITIO 5",
        "MANZANA 9 SITIO 1, PUERTO NUEVO",
        ".",
    ],
)
def test_lo_que_no_se_adivina(ciudad: Callejero, direccion: str) -> None:
    """Other figures, a short name that may be another, an unknown street, a block of nowhere."""
    assert ubicar(ciudad, direccion)[0]["lon"] is None


def test_manzana_y_sitio(ciudad: Callejero) -> None:
    seco, apiac, manzana, unica = ubicar(
        ciudad,
        "MANZANA 2 SITIO 5, PUERTO SECO",
        "MANZANA 2, SITIO 5, BODEGA 3, APIAC",
        "MANZANA 2 SITIO 30, APIAC",
        "MANZANA 17 SITIO 4",
    )
    assert lejos_m(seco, punto(6150, 400)) < 1
    assert lejos_m(apiac, punto(-5850, 400)) < 1
    assert (manzana["precision"], manzana["como"]) == ("tramo", "manzana")
    assert lejos_m(manzana, punto(-5865, 400)) < 5
    assert lejos_m(unica, punto(6120, 3400)) < 1


def test_kilometro_en_una_ruta(ciudad: Callejero) -> None:
    exacto, entre, fuera = ubicar(ciudad, "RUTA 25 KM 5,5", "RUTA 25 KM 7", "RUTA 25 KM 40")
    assert (exacto["precision"], entre["precision"], fuera["lon"]) == ("puerta", "tramo", None)
    assert lejos_m(entre, punto(9500, -4000)) < 2


def test_el_barrio_cuando_no_hay_mas(ciudad: Callejero) -> None:
    pueblo, villa, solo = ubicar(ciudad, "CALLE NUEVA 9, CASPANA", "LOS COPIHUES 33 VILLA EL TELAR", "VILLA EL TELAR")
    assert {f["precision"] for f in (pueblo, villa, solo)} == {"sector"}
    assert lejos_m(pueblo, punto(20_000, 10_000)) < 80
    assert lejos_m(villa, punto(1550, 0)) < 50


def test_donde_los_numeros_no_tienen_orden_no_se_interpola(ciudad: Callejero) -> None:
    """In the village house 40 may be anywhere: the street, or the village, and never a stretch."""
    (fila,) = ubicar(ciudad, "CALLE PRINCIPAL 40, CASPANA")
    assert fila["precision"] in ("calle", "sector")


def test_una_puerta_con_dos_lugares_no_se_aprende() -> None:
    base = calle("RAMIREZ", range(1000, 2000, 37))
    partida = [("LOS AROMOS 12", punto(0, 3000)), ("LOS AROMOS 12", punto(900, 3000))]
    mayoria = [("LOS AROMOS 40", punto(0, 3000))] * 4 + [("LOS AROMOS 40", punto(900, 3000))]
    callejero = construir(con_direcciones(base + partida + mayoria), "02201")
    dudosa, clara = ubicar(callejero, "LOS AROMOS 12", "LOS AROMOS 40")
    assert dudosa["precision"] != "puerta"
    assert lejos_m(clara, punto(0, 3000)) < 1


def test_un_numero_errado_no_enmienda_la_calle() -> None:
    """A door that one record puts far from its neighbours is a mistake, and the street places that number."""
    errada = [("RAMIREZ 1500", punto(2700, 10))]
    callejero = construir(con_direcciones(calle("RAMIREZ", range(1000, 3000, 37)) + errada), "02201")
    (fila,) = ubicar(callejero, "RAMIREZ 1500")
    assert fila["precision"] == "tramo"
    assert lejos_m(fila, punto(1500, -10)) < 3


def test_una_calle_parecida_con_puertas_propias_es_otra() -> None:
    """LOS LIRIOS is a letter away from LOS LITIOS, but its doors stand elsewhere."""
    filas = calle("LOS LITIOS", range(100, 2000, 23)) + calle("LOS LIRIOS", range(100, 700, 60), 2500)
    callejero = construir(con_direcciones(filas), "02201")
    uno, otro = ubicar(callejero, "LOS LITIOS 192", "LOS LIRIOS 220")
    assert lejos_m(uno, punto(192, -10)) < 1
    assert lejos_m(otro, punto(220, 2490)) < 1


def test_lapsus_con_puerta_se_suma_a_su_calle() -> None:
    filas = [*calle("LOS LITIOS", range(100, 2000, 46)), ("LOS LITOIS 1503", punto(1503, 10))]
    (fila,) = ubicar(construir(con_direcciones(filas), "02201"), "LOS LITIOS 1503")
    assert fila["precision"] == "puerta"


def test_una_capa_de_direcciones_ensenia() -> None:
    """Points of a layer that names no comuna count where they lie in it; its raw spelling is read."""
    capa = con_direcciones([("", punto(k, 0)) for k in range(100, 400, 20)], describe="direccion", cut=None)
    capa = capa.with_columns(
        calle=pl.lit("Av. O'Higgins"), numero=pl.Series([f"N° {k}" for k in range(100, 400, 20)]), rut=None
    )
    callejero = construir(capa, "02201")
    (fila,) = ubicar(callejero, "AVENIDA OHIGGINS 140")
    assert fila["precision"] == "puerta"
    assert lejos_m(fila, punto(140, 0)) < 1
    lejana = capa.with_columns(lon=pl.col("lon") + 5)
    assert ubicar(construir(lejana, "02201"), "AVENIDA OHIGGINS 140")[0]["lon"] is None


def test_de_un_archivo_de_la_municipalidad_a_una_puerta(tmp_path: Path) -> None:
    """A GeoJSON of points and lines, read by its source: doors are learnt, and a short street without numbers."""
    puntos = [
        {
            "type": "Feature",
            "properties": {"id": k, "calle": "Pje. Ayquina", "numero": str(k), "comuna": "Calama"},
            "geometry": {"type": "Point", "coordinates": punto(k, 0)},
        }
        for k in range(100, 300, 20)
    ]
    lineas = [
        {
            "type": "Feature",
            "properties": {"id": 900 + k, "calle": "Los Molles", "numero": None, "comuna": "Calama"},
            "geometry": {"type": "LineString", "coordinates": [punto(0, k), punto(40, k)]},
        }
        for k in (500, 540, 580)
    ]
    archivo = tmp_path / "callejero.geojson"
    archivo.write_text(json.dumps({"type": "FeatureCollection", "features": puntos + lineas}))
    requeridas = {n: re.compile(c.patron) for n, c in FUENTE.campos_requeridos.items()}
    with abrir(archivo, FUENTE.lector, requeridas) as lectura:
        lotes = list(lectura.lotes())
        pareo = emparejar([c for c in lotes[0].columns if c in lectura.letras], FUENTE, lectura.letras)
        canonizador = Canonizador(FUENTE, pareo, zonas_de_referencia(), anio=2024, cut="02201")
        filas = pl.concat([canonizador.canonizar(lote).filas for lote in lotes])
    # Mixed geometries leave the reader layer by layer; whatever the order, the gazetteer is the same.
    base = con_direcciones([("", None)] * filas.height, describe="direccion")
    capa = base.with_columns(filas[c] for c in ("calle", "numero", "cut", "lon", "lat", "precision"))
    callejero = construir(capa, "02201")
    puerta, calle_corta = ubicar(callejero, "PASAJE AYQUINA 140", "LOS MOLLES 7")
    assert puerta["precision"] == "puerta"
    assert lejos_m(puerta, punto(140, 0)) < 1
    assert calle_corta["precision"] == "calle"
    assert lejos_m(calle_corta, punto(20, 540)) < 25


def test_los_sectores_cargados_van_primero(ciudad: Callejero) -> None:
    filas = con_direcciones([(f"RAMIREZ {k} VILLA EL TELAR", punto(k, 0)) for k in range(1000, 1400, 40)])
    sectores = pl.DataFrame(
        {"nombre": ["Villa El Telar", "Población Ayquina"], "lon": [-68.9, -68.8], "lat": [-22.4] * 2}
    )
    callejero = construir(filas, "02201", sectores)
    dado, nuevo = ubicar(callejero, "LOS COPIHUES 3 VILLA EL TELAR", "POBLACION AYQUINA")
    assert (dado["lon"], dado["precision"]) == (-68.9, "sector")
    assert (nuevo["lon"], nuevo["precision"]) == (-68.8, "sector")


def test_solo_ensenian_los_puntos_medidos() -> None:
    filas = con_direcciones(calle("RAMIREZ", range(1000, 2000, 37)))
    assert ubicar(construir(filas, "02201"), "RAMIREZ 1037")[0]["lon"] is not None
    for precision in ("sector", "tramo", "calle", "centroide", "sin_ubicacion", None):
        sin_medir = filas.with_columns(precision=pl.lit(precision, pl.String))
        assert ubicar(construir(sin_medir, "02201"), "RAMIREZ 1037")[0]["lon"] is None
    assert ubicar(construir(filas.with_columns(cut=pl.lit("02101")), "02201"), "RAMIREZ 1037")[0]["lon"] is None


def test_sin_nada_que_aprender() -> None:
    callejero = construir(pl.DataFrame(schema=COLUMNAS), "02201")
    assert ubicar(callejero, "RAMIREZ 10")[0]["lon"] is None
    assert callejero.ubicar(pl.DataFrame(schema=dict.fromkeys(PARTES, pl.String))).is_empty()


def test_desarmar_da_una_fila_por_direccion() -> None:
    textos = [
        "RAMIREZ 1234-A, OF 3",
        "Ruta 25 Km 12,50",
        "MZ 3 ST 11 PUERTO SECO",
        "PARCELA 12 CHIU CHIU",
        "LASANA S/N",
    ]
    partes = desarmar(con_direcciones([(t, None) for t in textos]))
    assert partes.select("via", "puerta", "clase", "n", "lado", "unidad", "barrio").rows() == [
        ("RAMIREZ", "1234-A", "puerta", 1234.0, 0, "OFICINA 3", ""),
        ("RUTA 25", "KM 12,5", "km", 12_500.0, None, "", ""),
        ("MANZANA 3", "SITIO 11", "sitio", None, None, "", "PUERTO SECO"),
        ("CHIU CHIU", "PARCELA 12", "predio", None, None, "", ""),
        ("LASANA", None, "sin_numero", None, None, "", ""),
    ]
    assert partes.columns == [*PARTES, *CLAVES]


def test_parecidas_entre_dos_iguales_ninguna() -> None:
    """A slip that two streets explain as well is left alone; a much used one is not a slip of a rare one."""
    conocidos = pl.DataFrame({"nombre": ["LOS ANDES", "LOS INDES"], "peso": [100, 100]})
    lapsus = pl.DataFrame({"nombre": ["LOS UNDES", "LOS ANDESS"], "peso": [1, 90]})
    assert mas_parecidas(lapsus, conocidos).is_empty()
    solo = conocidos.head(1)
    assert mas_parecidas(lapsus, solo).select("nombre", "conocido").rows() == [("LOS UNDES", "LOS ANDES")]
    assert firmes(pl.concat([solo, lapsus]))["nombre"].to_list() == ["LOS ANDES", "LOS ANDESS"]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1000, 2990), min_size=1, max_size=20))
def test_el_orden_de_las_filas_no_cuenta(semilla: int, numeros: list[int]) -> None:
    filas = con_direcciones(calle("RAMIREZ", range(1000, 3000, 37)) + calle("RAMIRZE", range(1010, 1400, 90)))
    buscadas = con_direcciones([(f"RAMIREZ {n}", None) for n in numeros])
    uno = construir(filas, "02201").ubicar(buscadas)
    mezcladas = filas.sample(fraction=1, shuffle=True, seed=semilla).with_columns(carga=pl.lit(99, pl.Int64))
    assert construir(mezcladas, "02201").ubicar(buscadas).equals(uno)


@settings(max_examples=15, deadline=None)
@given(st.integers(1000, 2940), st.integers(0, 20))
def test_lo_interpolado_crece_con_el_numero(numero: int, paso: int) -> None:
    """Along a street of one direction a higher number of the same side never lies behind a lower one."""
    callejero = construir(con_direcciones(calle("RAMIREZ", range(1000, 3000, 37))), "02201")
    uno, otro = ubicar(callejero, f"RAMIREZ {numero}", f"RAMIREZ {numero + 2 * paso}")
    assert None not in (uno["lon"], otro["lon"])
    assert float(uno["lon"]) <= float(otro["lon"]) + 1e-9  # type: ignore[arg-type]
