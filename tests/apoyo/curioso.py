"""Somebody without a key who asks everything that the public may ask about figures, and writes every answer down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import httpx

from observatorio.db.queries.capas import FIGURAS
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.reserva.ataque import ZONA

FILTROS = ("seccion", "division", "tamano", "formalidad", "tipo_persona")
Lugar = frozenset[tuple[str, str]]
Cual = tuple[str, int, Lugar]
Rasgo = dict[str, Any]


@dataclass(frozen=True)
class Dicho:
    """A figure as it was answered."""

    valor: float | None
    estado: str
    redondeo: int | None


@dataclass
class Curioso:
    """Somebody without a key who writes down every figure, and notices when two answers disagree."""

    cliente: httpx.Client
    dichos: dict[Cual, Dicho] = field(default_factory=dict)
    respuestas: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def preguntar(self, indicador: str, **pregunta: str) -> bool:
        """Ask once; say whether there was an answer."""
        respuesta = self.cliente.get(f"/api/v1/indicadores/{indicador}", params=pregunta)
        self.respuestas[respuesta.status_code] += 1
        if respuesta.status_code != 200:
            assert respuesta.status_code in (400, 404), respuesta.text
            return False
        cuadro = respuesta.json()
        for fila in cuadro["datos"]:
            propias = {d: fila[d] for d in DIMENSIONES if d in fila and d != "anio"} | cuadro["filtros"]
            lugar = lugar_de(propias, cuadro["nivel"])
            self.anotar((indicador, fila["anio"], lugar), Dicho(fila["valor"], fila["estado"], fila["redondeo"]))
            if "anterior" in fila and fila["anterior"] is not None:
                antes = self.dichos.get((indicador, fila["anio"] - 1, lugar))
                assert antes is None or antes.valor == fila["anterior"]
        return True

    def mirar(self, mapa: str, indicador: str, anio: int, **pregunta: str) -> None:
        """Read the figures of a map of cells."""
        respuesta = self.cliente.get(f"/mapas/{mapa}/datos", params={"anio": anio, **pregunta})
        self.respuestas[respuesta.status_code] += 1
        if respuesta.status_code != 200:
            return
        for zona, cifra in respuesta.json()["meta"].get("cifras", {}).items():
            filtros = {k: v for k, v in pregunta.items() if k in FILTROS}
            lugar = lugar_de({"zona": zona, **filtros}, pregunta.get("nivel", ""))
            self.anotar((indicador, anio, lugar), Dicho(cifra["valor"], cifra["estado"], cifra["redondeo"]))

    def pasear(self, coleccion: str, **pregunta: str) -> list[Rasgo]:
        """The features of a collection of `/ogc` that match, page after page."""
        pagina = self._leer(f"/ogc/collections/{coleccion}/items", pregunta)
        rasgos, cuantos = list(pagina["features"]), {pagina.get("numberMatched")}
        while siguiente := [e["href"] for e in pagina["links"] if e["rel"] == "next"]:
            pagina = self._leer(siguiente[0], None)
            rasgos += pagina["features"]
            cuantos.add(pagina.get("numberMatched"))
        assert cuantos <= {None, len(rasgos)}, "another number than that of those that come"
        return rasgos

    def _leer(self, ruta: str, pregunta: dict[str, str] | None) -> Any:
        respuesta = self.cliente.get(ruta, params=pregunta)
        self.respuestas[respuesta.status_code] += 1
        assert respuesta.status_code == 200, respuesta.text
        return respuesta.json()

    def apuntar(self, nivel: str, anio: int, rasgos: Sequence[Rasgo]) -> None:
        """Write down the figures of zones that came as features."""
        for rasgo, figura in product(rasgos, FIGURAS):
            propias = rasgo["properties"]
            # Without a state the release says nothing of the zone.
            if (estado := propias[f"{figura}_estado"]) is None:
                assert propias[figura] is None
                continue
            lugar = lugar_de({"zona": rasgo["id"]}, nivel)
            self.anotar((figura, anio, lugar), Dicho(propias[figura], estado, propias.get(f"{figura}_redondeo")))

    def anotar(self, cual: Cual, dicho: Dicho) -> None:
        """Write a figure down."""
        assert self.dichos.setdefault(cual, dicho) == dicho, f"two answers to {cual}"


def lugar_de(dimensiones: dict[str, str], nivel: str | None) -> Lugar:
    return frozenset((f"{ZONA}{nivel}" if d == "zona" else d, v) for d, v in dimensiones.items())


def preguntar_todo(cliente: httpx.Client, anios: tuple[int, ...]) -> Curioso:
    """Ask about the years every table of every indicator, every map, and every zone with its figures."""
    alguien = Curioso(cliente)
    niveles = [n["nivel"] for n in cliente.get("/api/v1/niveles").json()["datos"]]
    for ficha in cliente.get("/api/v1/indicadores").json()["datos"]:
        _preguntar_indicador(alguien, ficha, niveles, anios)
    _mirar_mapas(alguien, niveles, anios)
    for nivel in niveles:
        alguien.apuntar(nivel, anios[-1], alguien.pasear(f"cifras_{nivel}"))
    return alguien


def _preguntar_indicador(alguien: Curioso, ficha: dict[str, Any], niveles: list[str], anios: tuple[int, ...]) -> None:
    """Every table of an indicator by up to three dimensions, with and without zones; and those by one or none again
    under each value, and pair of values, of the dimensions that they are not by."""
    dimensiones = [d for d in ficha["dimensiones"] if d not in ("anio", "zona")]
    # What is never published is refused the same under all filters.
    hondo = 3 if ficha["publicado"] else 0
    for n, nivel in product(range(hondo + 1), ("", *niveles)):
        for por in combinations(dimensiones, n):
            pregunta = {"por": ",".join(por), "anio": ",".join(map(str, anios)), "comparar": "anterior"}
            if nivel:
                pregunta["nivel"] = nivel
            if not alguien.preguntar(ficha["id"], **pregunta):
                # What the release of one year lacks is refused for both of them together.
                for anio in map(str, anios):
                    alguien.preguntar(ficha["id"], **pregunta | {"anio": anio})
            if n <= 1 and hondo:
                for filtros in _filtros(alguien, ficha["id"], set(dimensiones) - set(por), 1 if nivel else 2):
                    alguien.preguntar(ficha["id"], **pregunta, **filtros)


def _filtros(alguien: Curioso, indicador: str, libres: set[str], cuantos: int) -> Iterator[dict[str, str]]:
    """Values of up to `cuantos` free dimensions: a common one, a rare one, and one that nobody has."""
    valores = {d: _valores(alguien, indicador, d) for d in FILTROS if d in libres}
    for n in range(1, cuantos + 1):
        for dimensiones in combinations(valores, n):
            for elegidos in product(*(valores[d] for d in dimensiones)):
                yield dict(zip(dimensiones, elegidos, strict=True))


def _valores(alguien: Curioso, indicador: str, dimension: str) -> list[str]:
    vistos = {
        dict(lugar)[dimension]: dicho.valor or 0
        for (cual, _, lugar), dicho in alguien.dichos.items()
        if cual == indicador and len(lugar) == 1 and dimension in dict(lugar)
    }
    return sorted({max(vistos, key=vistos.__getitem__), min(vistos, key=vistos.__getitem__)}) if vistos else ["U"]


def _mirar_mapas(alguien: Curioso, niveles: list[str], anios: tuple[int, ...]) -> None:
    for mapa, indicador in (("informalidad", "tasa_informalidad"), ("concentracion", "establecimientos")):
        for anio, nivel in product(anios, niveles):
            alguien.mirar(mapa, indicador, anio, nivel=nivel)
            for filtro in ({"seccion": "G"}, {"tamano": "micro"}, {"formalidad": "informal"}):
                alguien.mirar(mapa, indicador, anio, nivel=nivel, **filtro)
