"""What a map declares. A new map is one small file in `maps/definitions/` that holds one `MAPA`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from observatorio.errors import ErrorCatalogo

CLASIFICADORES: Final = ("FisherJenks", "Quantiles", "EqualInterval")
FILTROS: Final = ("seccion", "tamano", "formalidad")
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")


class TipoMapa(StrEnum):
    """How a map draws: establishments as clusters that open into points, or cells coloured by a figure."""

    PUNTOS = "puntos"
    HEXAGONOS = "hexagonos"


@dataclass(frozen=True)
class Punto:
    """An establishment of an example: its place (EPSG:4326 degrees), section, size and formality."""

    lon: float
    lat: float
    seccion: str
    tamano: str = "micro"
    formalidad: str = "formal"


@dataclass(frozen=True)
class Ejemplo:
    """An example that the tests execute: with these establishments alone, the map draws `figuras` shapes.

    `zoom` is where it is looked at, `total` the number of establishments that the shapes stand for, and `valores` the
    figures of the cells, sorted (empty for maps of points).
    """

    establecimientos: tuple[Punto, ...]
    zoom: int
    figuras: int
    total: int
    valores: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mapa:
    """The declaration of a map.

    `indicador`, `nivel` and `niveles` are for maps of hexagons, or of other zones. Which levels someone may choose
    depends on what is loaded and published (`layers.niveles`): these are the fine ones that come built in, and the one
    of them that is drawn first where it may be. `paleta` colours the zones, in as many classes as it has colours, cut
    by the mapclassify scheme `clases`. `filtros` are the filters that the page of a map offers; `zoom` is where it
    opens; at `zoom_puntos` and above clusters open into points.
    `lectura` tells the reader in one or two sentences how to read it.

    Raises `ErrorCatalogo` when the parts do not fit together.
    """

    id: str
    titulo: str
    descripcion: str
    lectura: str
    tipo: TipoMapa
    ejemplo: Ejemplo
    indicador: str = ""
    nivel: str = ""
    niveles: tuple[str, ...] = ()
    clases: str = "FisherJenks"
    paleta: tuple[str, ...] = ()
    filtros: tuple[str, ...] = FILTROS
    zoom: int = 13
    zoom_puntos: int = 17

    def __post_init__(self) -> None:
        """Refuse a declaration that could not be drawn, and say which part is at fault."""
        faltan = [n for n in ("id", "titulo", "descripcion", "lectura") if not getattr(self, n)]
        if faltan:
            raise ErrorCatalogo(f"El mapa «{self.id}» no declara {', '.join(faltan)}.")
        if self.clases not in CLASIFICADORES:
            raise ErrorCatalogo(f"El mapa «{self.id}» pide la clasificación «{self.clases}», que no existe.")
        ajenos = sorted(set(self.filtros) - set(FILTROS))
        if ajenos:
            raise ErrorCatalogo(f"El mapa «{self.id}» ofrece filtros que no existen: {', '.join(ajenos)}.")
        if any(not _COLOR.fullmatch(color) for color in self.paleta):
            raise ErrorCatalogo(f"El mapa «{self.id}» tiene un color que no es de la forma #rrggbb.")
        completo = bool(self.indicador and self.paleta and self.nivel in self.niveles)
        if self.tipo is TipoMapa.HEXAGONOS and not completo:
            raise ErrorCatalogo(f"El mapa «{self.id}» necesita indicador, paleta, y un nivel que esté en sus niveles.")
