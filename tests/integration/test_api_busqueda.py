"""Searching establishments over HTTP: every filter against a computation of our own, and every page once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import shapely
from pyproj import Geod

from ciudad_buscada import ACTIVAS, ANIO, CENTRO, FILAS, Fila, en_zona
from observatorio.db.queries.busqueda import FUERA_DE_ZONAS
from observatorio.indicadores import dimensiones
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
RUTA, CONTEOS = "/api/v1/establecimientos", "/api/v1/conteos"
EXACTOS = (Rol.PLANIFICADOR, Rol.MUNICIPAL)
pytestmark = pytest.mark.usefixtures("con_lo_buscado")


def _visible(fila: Fila) -> bool:
    return fila["publica"] or fila["tipo_persona"] == "juridica"


def _plegar(texto: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", texto) if not unicodedata.combining(c)).lower()


def _dice(fila: Fila, rol: Rol, *palabras: str) -> bool:
    """Whether what the role may read of names and address holds every word."""
    nombres = [fila[c] or "" for c in ("nombre", "razon_social", "nombre_fantasia")]
    textos = [*(nombres if rol is Rol.MUNICIPAL or _visible(fila) else []), fila["direccion"] or ""]
    return all(any(_plegar(p) in _plegar(x) for x in textos) for p in palabras)


def _ids(filas: list[Fila]) -> set[str]:
    return {f["id"] for f in filas}


def _pedir(lector: httpx.Client, llave: dict[str, str], **params: str) -> dict[str, Any]:
    respuesta = lector.get(RUTA, params={"anio": str(ANIO), "limite": "1000", **params}, headers=llave)
    assert respuesta.status_code == 200, respuesta.text
    cuerpo: dict[str, Any] = respuesta.json()
    assert cuerpo["siguiente"] is None
    return cuerpo


def _hallar(lector: httpx.Client, llave: dict[str, str], **params: str) -> set[str]:
    return _ids(_pedir(lector, llave, **params)["datos"])


@pytest.mark.parametrize("rol", EXACTOS)
@pytest.mark.parametrize(
    "palabras",
    [
        ("nunoa",),
        ("ÑUÑOA", "panaderia"),
        ("cóndor",),
        ("Guiña",),
        ("100%",),
        ("cafe_bar",),
        ("granaderos",),
        ("vicuna", "1"),
    ],
)
def test_un_texto_sin_tildes_ni_mayusculas(
    lector: httpx.Client, llave_comun: Llave, rol: Rol, palabras: tuple[str, ...]
) -> None:
    """Every word, in any order, in the names that the role may read or in the address; signs are letters."""
    esperados = _ids([f for f in ACTIVAS if _dice(f, rol, *palabras)])
    assert esperados
    for orden in (palabras, palabras[::-1]):
        cuerpo = _pedir(lector, llave_comun(rol), q=" ".join(orden))
        assert (_ids(cuerpo["datos"]), cuerpo["coincidencia"]) == (esperados, "literal")


@pytest.mark.parametrize("q", ["Güiña", unicodedata.normalize("NFD", "Güiña"), "guina", "GUIÑA"])
def test_da_lo_mismo_como_se_escriba_la_tilde(lector: httpx.Client, llave_comun: Llave, q: str) -> None:
    """Composed or not, with or without."""
    assert _hallar(lector, llave_comun(Rol.MUNICIPAL), q=q) == _ids(
        [f for f in ACTIVAS if _dice(f, Rol.MUNICIPAL, "guina")]
    )


@pytest.mark.parametrize(
    ("mal", "bien"), [("panaderja nunoa", "panaderia"), ("maestransa", "maestranza"), ("granaderoz", "granaderos")]
)
def test_un_error_de_tipeo_halla_lo_parecido(lector: httpx.Client, llave_comun: Llave, mal: str, bien: str) -> None:
    """What nobody is called finds who is called nearly so, and the answer says that it does."""
    for rol in EXACTOS:
        cuerpo = _pedir(lector, llave_comun(rol), q=mal)
        assert cuerpo["coincidencia"] == "parecida"
        assert _ids([f for f in ACTIVAS if _dice(f, rol, *bien.split(), *mal.split()[1:])]) <= _ids(cuerpo["datos"])
        assert not _ids(cuerpo["datos"]) & _ids([f for f in ACTIVAS if not _dice(f, rol, bien[:3])])


def test_el_planificador_no_halla_a_una_persona_por_su_nombre_ni_por_su_rut(
    lector: httpx.Client, llave_comun: Llave
) -> None:
    """Nor by a word that resembles it; the municipality finds each."""
    persona = next(
        f for f in ACTIVAS if f["tipo_persona"] == "natural" and not f["publica"] and f["rut"] and f["direccion"]
    )
    ajena = next(f for f in ACTIVAS if f["tipo_persona"] is None and not f["publica"] and f["rut"])
    for una in (persona, ajena):
        for q in (una["nombre"], str(una["rut"]), una["nombre"][:-2].replace("a", "e")):
            assert una["id"] not in _hallar(lector, llave_comun(Rol.PLANIFICADOR), q=q)
        assert una["id"] in _hallar(lector, llave_comun(Rol.MUNICIPAL), q=una["nombre"])
        assert _hallar(lector, llave_comun(Rol.MUNICIPAL), q=str(una["rut"])) == {una["id"]}
    # The address is no secret, and finds the premises without saying whose it is.
    cuerpo = _pedir(lector, llave_comun(Rol.PLANIFICADOR), q=persona["direccion"])
    (hallada,) = [f for f in cuerpo["datos"] if f["id"] == persona["id"]]
    assert (hallada["nombre"], hallada["razon_social"], hallada["rut"]) == (None, None, None)


@pytest.mark.parametrize("forma", ["{n}", "{n:,}", "{n}-{dv}", "{n:,}-{dv}"])
def test_un_rut_de_cualquier_manera(lector: httpx.Client, llave_comun: Llave, forma: str) -> None:
    """With dots, with its check digit, or bare."""
    firma = next(f for f in ACTIVAS if f["tipo_persona"] == "juridica" and f["rut"])
    suma = sum(int(d) * p for d, p in zip(reversed(str(firma["rut"])), (2, 3, 4, 5, 6, 7, 2, 3), strict=True))
    dv = "0123456789K0"[11 - suma % 11]
    q = forma.format(n=firma["rut"], dv=dv).replace(",", ".")
    for rol in EXACTOS:
        cuerpo = _pedir(lector, llave_comun(rol), q=q)
        assert (_ids(cuerpo["datos"]), cuerpo["coincidencia"]) == ({firma["id"]}, "rut")


@pytest.mark.parametrize("metros", [1, 150, 1_500, 100_000])
@pytest.mark.parametrize("centro", [CENTRO, (-68.90, -22.43), (179.99, -22.4), (0.0, 89.99)])
def test_cerca_mide_sobre_el_elipsoide(
    lector: httpx.Client, llave_comun: Llave, centro: tuple[float, float], metros: int
) -> None:
    """Against geodesic distances of another library."""
    lejos = Geod(ellps="WGS84")
    esperados = _ids([f for f in ACTIVAS if f["lugar"] and lejos.inv(*centro, *f["lugar"])[2] <= metros])
    hallados = _hallar(lector, llave_comun(Rol.PLANIFICADOR), cerca=f"{centro[0]},{centro[1]},{metros}")
    assert hallados == esperados


def test_una_caja(lector: httpx.Client, llave_comun: Llave) -> None:
    """West, south, east, north."""
    caja = (-68.935, -22.47, -68.92, -22.455)
    dentro = [f for f in ACTIVAS if f["lugar"] and shapely.box(*caja).covers(shapely.Point(f["lugar"]))]
    assert _hallar(lector, llave_comun(Rol.PLANIFICADOR), bbox=",".join(map(str, caja))) == _ids(dentro)


@pytest.mark.parametrize(
    "filtros",
    [
        {"seccion": "G"},
        {"seccion": "sin_dato", "division": "47"},
        {"division": "sin_dato"},
        {"tamano": "sin_dato"},
        {"tipo_persona": "natural", "formalidad": "informal"},
        {"tipo_persona": "sin_dato"},
        {"formalidad": "inactivo"},
    ],
)
def test_los_filtros_de_las_cifras(lector: httpx.Client, llave_comun: Llave, filtros: dict[str, str]) -> None:
    """The words with which figures are asked for, those for what is not known among them."""
    universo = FILAS if "formalidad" in filtros else ACTIVAS
    esperados = [f for f in universo if all((f[k] or "sin_dato") == v for k, v in filtros.items())]
    assert esperados
    assert _hallar(lector, llave_comun(Rol.PLANIFICADOR), **filtros) == _ids(esperados)


def test_las_zonas_y_lo_que_no_esta_en_ninguna(lector: httpx.Client, llave_comun: Llave) -> None:
    """A zone, outside all of them, and nowhere: the three parts are all."""
    partes = {
        "88a": [f for f in ACTIVAS if en_zona(f)],
        FUERA_DE_ZONAS: [f for f in ACTIVAS if f["lugar"] and not en_zona(f)],
        "sin_ubicacion": [f for f in ACTIVAS if not f["lugar"]],
    }
    for zona, esperados in partes.items():
        assert _hallar(lector, llave_comun(Rol.MUNICIPAL), nivel="h3_8", zona=zona) == _ids(esperados)
    assert FUERA_DE_ZONAS == dimensiones.FUERA_DE_ZONAS


@pytest.mark.parametrize("rol", EXACTOS)
@pytest.mark.parametrize("filtros", [{}, {"q": "granaderos"}, {"q": "granaderoz"}, {"seccion": "G"}])
def test_las_paginas_lo_recorren_todo_una_vez(
    lector: httpx.Client, llave_comun: Llave, rol: Rol, filtros: dict[str, str]
) -> None:
    """By sevens, in the order of the ids, to an end that is told."""
    params = {"anio": str(ANIO), "limite": "7", **filtros}
    vistos: list[str] = []
    while True:
        cuerpo = lector.get(RUTA, params=params, headers=llave_comun(rol)).json()
        assert 0 < len(cuerpo["datos"]) <= 7
        vistos += [f["id"] for f in cuerpo["datos"]]
        if cuerpo["siguiente"] is None:
            break
        params["cursor"] = cuerpo["siguiente"]
    assert vistos == sorted(_hallar(lector, llave_comun(rol), **filtros))


def test_una_pagina_justa_no_promete_otra(lector: httpx.Client, llave_comun: Llave) -> None:
    """As many as fit, and none after."""
    cuantas = len(_hallar(lector, llave_comun(Rol.MUNICIPAL), q="condor"))
    params = {"anio": str(ANIO), "q": "condor", "limite": str(cuantas)}
    assert lector.get(RUTA, params=params, headers=llave_comun(Rol.MUNICIPAL)).json()["siguiente"] is None


def test_un_cursor_sirve_para_su_busqueda_y_ninguna_otra(lector: httpx.Client, llave_comun: Llave) -> None:
    """With other filters, altered, or invented: 400 that says so."""
    como = llave_comun(Rol.PLANIFICADOR)
    cursor = lector.get(RUTA, params={"anio": str(ANIO), "limite": "5"}, headers=como).json()["siguiente"]
    assert lector.get(RUTA, params={"anio": str(ANIO), "cursor": cursor}, headers=como).status_code == 200
    for params in (
        {"anio": "2024", "cursor": cursor},
        {"anio": str(ANIO), "seccion": "G", "cursor": cursor},
        {"anio": str(ANIO), "cursor": cursor[:-3]},
        {"anio": str(ANIO), "cursor": "WzEsMiwzXQ"},
        {"anio": str(ANIO), "cursor": "e001"},
        {"anio": str(ANIO), "cursor": cursor, "formato": "csv"},
    ):
        respuesta = lector.get(RUTA, params=params, headers=como)
        assert respuesta.status_code == 400, params
        assert respuesta.json()["errores"][0]["campo"] == "cursor"
