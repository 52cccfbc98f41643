"""Maps of hexagons: the figure of each cell, its class, and the words that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from maps.clases import clase, cortes, tramos
from maps.contract import Mapa
from maps.escritura import con_unidad, palabra
from observatorio.db.queries import mapas as consultas
from observatorio.indicadores import compute, publicado
from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.cuadro import Cuadro, Fila
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.indicadores.lista import definiciones
from observatorio.vocabulario import EstadoValor

NOTA_RESERVADO: Final = "Hay muy pocos establecimientos, o la cifra diría de cada uno lo que es: no se publica."
NOTA_EXACTA: Final = "Cifra exacta del catastro consolidado."
NOTA_PUBLICADA: Final = "Cifra publicada del catastro consolidado."


@dataclass(frozen=True)
class Cifras:
    """The figures of a map of hexagons: those of the cells, those of the establishments that are in none (without a
    place, or outside all of them), and the upper limits of the classes."""

    cuadro: Cuadro
    celdas: list[Fila]
    sin_celda: list[Fila]
    limites: tuple[float, ...]
    exactas: bool

    @property
    def indicador(self) -> Definicion:
        """The indicator that is shown."""
        return self.cuadro.indicador

    def texto(self, fila: Fila) -> str:
        """The figure of a cell as it is read: with its unit, or the word for why there is none."""
        if fila.valor is None:
            return palabra(fila.estado.value)
        return con_unidad(fila.valor, self.indicador.unidad, self.indicador.decimales)

    def clase(self, fila: Fila) -> int | None:
        """The index of the colour of a cell, or None where there is no figure."""
        return None if fila.valor is None else clase(fila.valor, self.limites)


def indicador(mapa: Mapa) -> Definicion:
    """The indicator that a map of hexagons declares."""
    return definiciones()[mapa.indicador]


def leer(
    conn: sa.Connection, mapa: Mapa, *, cut: str, anio: int, nivel: str, filtros: Mapping[str, str], exacta: bool
) -> Cifras:
    """The figures by cell: exact ones computed under the asker's role, or those of the release.

    Raises `ErrorConsulta` for a level, year or filter that there is not or that is not published.
    """
    que = indicador(mapa)
    if exacta:
        cuadro = compute.calcular(conn, que, cut=cut, anio=anio, nivel=nivel, filtros=filtros)
    else:
        cuadro = publicado.leer(conn, que, anio=anio, nivel=nivel, filtros=filtros)
    fuera = DIMENSIONES["zona"].vacios
    celdas = [f for f in cuadro.filas if f.dimensiones["zona"] not in fuera]
    valores = tuple(sorted(f.valor for f in celdas if f.valor is not None))
    return Cifras(
        cuadro=cuadro,
        celdas=celdas,
        sin_celda=[f for f in cuadro.filas if f.dimensiones["zona"] in fuera],
        limites=cortes(valores, mapa.clases, len(mapa.paleta)),
        exactas=exacta,
    )


def leyenda(mapa: Mapa, cifras: Cifras) -> list[dict[str, Any]]:
    """The classes, lowest first: `color`, `texto` (from the smallest to the greatest value that occurs) and `celdas`.

    With fewer classes than colours the whole range of the palette is still used, from its first to its last colour.
    """
    if not cifras.limites:
        return []
    valores = tuple(f.valor for f in cifras.celdas if f.valor is not None)
    unidad, decimales = cifras.indicador.unidad, cifras.indicador.decimales
    paso = (len(mapa.paleta) - 1) / max(len(cifras.limites) - 1, 1)
    clases: list[dict[str, Any]] = []
    for i, (desde, hasta) in enumerate(tramos(valores, cifras.limites)):
        limites = [con_unidad(v, unidad, decimales) for v in (desde, hasta)]
        clases.append(
            {
                "color": mapa.paleta[round(i * paso)],
                "texto": limites[0] if limites[0] == limites[1] else " a ".join(limites),
                "celdas": sum(1 for v in valores if clase(v, cifras.limites) == i),
            }
        )
    return clases


def dibujo(conn: sa.Connection, mapa: Mapa, cifras: Cifras) -> tuple[dict[str, Any], str]:
    """What the browser needs to draw: `meta`, with the figure of every cell, and their polygons as GeoJSON."""
    estados = [f.estado for f in cifras.celdas]
    meta = {
        "modo": "hexagonos",
        "indicador": cifras.indicador.nombre,
        "titulo_leyenda": f"{cifras.indicador.nombre} (celdas)",
        "clases": leyenda(mapa, cifras),
        "reservadas": estados.count(EstadoValor.RESERVADO),
        "sin_dato": estados.count(EstadoValor.SIN_DATO),
        "nota": NOTA_EXACTA if cifras.exactas else NOTA_PUBLICADA,
        "nota_reservado": NOTA_RESERVADO,
        "cifras": {
            f.dimensiones["zona"]: {
                "valor": f.valor,
                "texto": cifras.texto(f),
                "n": f.n,
                "cobertura": f.cobertura,
                "estado": f.estado.value,
                "clase": cifras.clase(f),
            }
            for f in cifras.celdas
        },
    }
    return meta, consultas.celdas(conn, cifras.cuadro.pregunta.nivel, [f.dimensiones["zona"] for f in cifras.celdas])
