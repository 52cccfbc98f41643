"""Maps of cells, hexagons or other zones: the figure of each cell, its class, and the words that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from maps.clases import clase, cortes, tramos
from maps.contract import Mapa
from maps.escritura import con_unidad, palabra, redondeado
from observatorio.db.queries import indicadores as territorio
from observatorio.db.queries import mapas as consultas
from observatorio.indicadores import compute, publicado
from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.cuadro import Cuadro, Fila
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.indicadores.lista import definiciones
from observatorio.vocabulario import EstadoValor

NOTA_RESERVADO: Final = (
    "La cifra existe y no se publica: hay muy pocos establecimientos, diría de cada uno lo que es, o con ella se "
    "podría deducir otra."
)
NOTA_SIN_NIVEL: Final = "Este año no se publica por ninguna zona."
NOTA_EXACTA: Final = "Cifra exacta del catastro consolidado."
NOTA_PUBLICADA: Final = "Cifra publicada del catastro consolidado."


@dataclass(frozen=True)
class Cifras:
    """The figures of a map of cells: those of the cells, those of the establishments that are in none (without a
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

    @property
    def redondeo(self) -> int | None:
        """The base to which the figures were rounded, None where they are not."""
        return max(self.cuadro.redondeos, default=None)

    @property
    def nota(self) -> str:
        """What the figures are, in a sentence."""
        if self.exactas:
            return NOTA_EXACTA
        return NOTA_PUBLICADA if self.redondeo is None else publicado.nota_redondeo(self.redondeo)

    def texto(self, fila: Fila) -> str:
        """The figure of a cell as it is read: with its unit, as rounded, or the word for why there is none."""
        if fila.valor is None:
            return palabra(fila.estado.value)
        if fila.redondeo is not None:
            return f"{redondeado(fila.valor, fila.redondeo)} (redondeado)"
        return con_unidad(fila.valor, self.indicador.unidad, self.indicador.decimales)

    def clase(self, fila: Fila) -> int | None:
        """The index of the colour of a cell, or None where there is no figure."""
        return None if fila.valor is None else clase(fila.valor, self.limites)


def indicador(mapa: Mapa) -> Definicion:
    """The indicator that a map of cells declares."""
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
        cuadro = publicado.leer(conn, que, cut=cut, anio=anio, nivel=nivel, filtros=filtros)
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

    Of rounded figures the limits are the rounded ones; a class of one value says what it stands for. With fewer
    classes than colours the whole range of the palette is still used, from its first to its last colour.
    """
    if not cifras.limites:
        return []
    valores = tuple(f.valor for f in cifras.celdas if f.valor is not None)
    unidad, decimales = cifras.indicador.unidad, cifras.indicador.decimales
    paso = (len(mapa.paleta) - 1) / max(len(cifras.limites) - 1, 1)
    clases: list[dict[str, Any]] = []
    for i, (desde, hasta) in enumerate(tramos(valores, cifras.limites)):
        limites = [con_unidad(v, unidad, decimales) for v in (desde, hasta)]
        if cifras.redondeo is not None and desde == hasta:
            limites = [redondeado(desde, cifras.redondeo)] * 2
        clases.append(
            {
                "color": mapa.paleta[round(i * paso)],
                "texto": limites[0] if limites[0] == limites[1] else " a ".join(limites),
                "celdas": sum(1 for v in valores if clase(v, cifras.limites) == i),
            }
        )
    return clases


def vacio(mapa: Mapa) -> dict[str, Any]:
    """The `meta` of a map that has no zone level to be drawn by."""
    que = indicador(mapa)
    return {
        "modo": "hexagonos",
        "indicador": que.nombre,
        "titulo_leyenda": que.nombre,
        "clases": [],
        "reservadas": 0,
        "sin_dato": 0,
        "redondeo": None,
        "nota": NOTA_SIN_NIVEL,
        "aviso": NOTA_SIN_NIVEL,
        "cifras": {},
    }


def dibujo(conn: sa.Connection, mapa: Mapa, cifras: Cifras) -> tuple[dict[str, Any], str]:
    """What the browser needs to draw: `meta`, with the figure of every cell, and their polygons as GeoJSON."""
    nivel = cifras.cuadro.pregunta.nivel
    nombres = territorio.nombres_zonas(conn, nivel)
    estados = [f.estado for f in cifras.celdas]
    redondeo = "" if cifras.redondeo is None else f", redondeado a múltiplos de {cifras.redondeo}"
    meta = {
        "modo": "hexagonos",
        "indicador": cifras.indicador.nombre,
        "titulo_leyenda": f"{cifras.indicador.nombre}{redondeo} (zonas)",
        "clases": leyenda(mapa, cifras),
        "reservadas": estados.count(EstadoValor.RESERVADO),
        "sin_dato": estados.count(EstadoValor.SIN_DATO),
        "redondeo": cifras.redondeo,
        "nota": cifras.nota,
        "nota_reservado": NOTA_RESERVADO,
        "cifras": {
            f.dimensiones["zona"]: {
                "nombre": nombres.get(f.dimensiones["zona"], f.dimensiones["zona"]),
                "valor": f.valor,
                "texto": cifras.texto(f),
                "n": f.n,
                "cobertura": f.cobertura,
                "estado": f.estado.value,
                "redondeo": f.redondeo,
                "clase": cifras.clase(f),
            }
            for f in cifras.celdas
        },
    }
    return meta, consultas.celdas(conn, nivel, [f.dimensiones["zona"] for f in cifras.celdas])
