"""What a source declares. Declarations only: nothing here reads a file or touches the database.

A new source is one module in `ingest/fuentes` with one `FUENTE`; nothing else is edited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from observatorio import modelo
from observatorio.errors import ErrorCatalogo
from observatorio.vocabulario import Actor, Cobertura, Describe, Destino, Rol

AGREGABLES = {c.nombre for c in (*modelo.REGISTRO, *modelo.AUXILIARES)}
COLUMNAS_POR_DESTINO: Mapping[Destino, frozenset[str]] = {
    Destino.REGISTRO: frozenset(AGREGABLES),
    Destino.VINCULO: frozenset(c.nombre for c in modelo.VINCULO),
    Destino.SERIE: frozenset(c.nombre for c in modelo.SERIE),
}


@dataclass(frozen=True, kw_only=True)
class Tabla:
    """Rows and columns: CSV, TSV, xls, xlsx, ods, XML SpreadsheetML or JSON; the content decides which.

    `hoja` is a pattern for the sheet's name (the first sheet in which the header is found if it is empty). The header
    row is the first, within `buscar` rows, in which every required column is found; titles above it are skipped.
    """

    hoja: str = ""
    buscar: int = 40


@dataclass(frozen=True, kw_only=True)
class Capa:
    """Features with geometry: GeoJSON, GeoPackage, zipped Shapefile or KML.

    `epsg` is used only when the file does not state its own reference system. Points become `lat`/`lon`; of
    lines and polygons a point inside is taken.
    """

    epsg: int = 4326


@dataclass(frozen=True, kw_only=True)
class Campo:
    """Where a canonical column comes from, when a bare pattern does not say enough.

    `patron` must match the whole header, accents and case apart, and exactly one header of the file.
    `requerido`: without this header the file is refused. `no_vacio`: a row without a valid value is rejected.
    `equivalencias` maps patterns of the cell's whole text (accents and case apart; "" is the empty cell) to
    canonical values, tried in order; a text that none matches yields no value, without complaint when
    `otros` is true and with a rejection of the value otherwise.
    `separador`: a pattern that splits one cell into several rows (several members in one cell).
    `unir`: the pattern may match several headers; their cells that are not empty, in the file's order, become one
    text with `unir` between them, which `equivalencias` then sees whole.
    """

    patron: str
    requerido: bool = False
    no_vacio: bool = False
    equivalencias: Mapping[str, str] = field(default_factory=dict)
    otros: bool = True
    separador: str = ""
    unir: str = ""
    punto_decimal: bool = False


@dataclass(frozen=True, kw_only=True)
class Tolerancia:
    """Shares (0..1) above which a load is refused: of rejected rows, and of change in the number of accepted rows
    against the last confirmed load of the same source."""

    rechazo: float = 0.02
    cambio: float = 0.30


@dataclass(frozen=True, kw_only=True)
class Ejemplo:
    """An executed example: a tiny file's header and rows, and what the source makes of each row.

    `espera` holds, for each accepted row, some canonical columns with their values (dates as ISO text);
    `rechazos` holds (index of the row from 0, rule) of every rejection.
    """

    encabezado: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]
    espera: tuple[Mapping[str, object], ...]
    rechazos: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fuente:
    """One source: who sends it, how it looks, and what its columns mean.

    `columnas`: canonical column -> header pattern or `Campo`. `constantes`: canonical values that hold for each row.
    `medidas` (only with destino "serie"): measure -> header pattern; `reservado` is the mark of a secret value.
    `historica`: its rows state since when they hold (`desde`) and hold for every later year too.
    `acumula`: files of one year complement each other; otherwise a new file of a year replaces the one before.
    `visibilidad`: canonical column -> least role that may read it, beyond what `modelo` already restricts.
    `publica`: its records are public by law (schools, health posts): their points may be shown to everybody.
    """

    id: str
    nombre: str
    actor: Actor
    describe: Describe
    columnas: Mapping[str, str | Campo]
    licencia: str
    periodicidad: str
    ejemplo: Ejemplo
    lector: Tabla | Capa = field(default_factory=Tabla)
    destino: Destino = Destino.REGISTRO
    cobertura: Cobertura = Cobertura.CENSO
    constantes: Mapping[str, str | int] = field(default_factory=dict)
    medidas: Mapping[str, str] = field(default_factory=dict)
    reservado: str = "*"
    historica: bool = False
    acumula: bool = False
    publica: bool = False
    visibilidad: Mapping[str, Rol] = field(default_factory=dict)
    tolerancia: Tolerancia = field(default_factory=Tolerancia)

    def __post_init__(self) -> None:
        allowed = COLUMNAS_POR_DESTINO[self.destino]
        unknown = (set(self.columnas) | set(self.constantes)) - allowed
        if unknown:
            raise ErrorCatalogo(f"La fuente «{self.id}» usa columnas que no existen: {', '.join(sorted(unknown))}.")
        if not self.campos_requeridos:
            raise ErrorCatalogo(f"La fuente «{self.id}» no exige ninguna columna: no podría reconocer su encabezado.")
        if bool(self.medidas) != (self.destino is Destino.SERIE):
            raise ErrorCatalogo(f"La fuente «{self.id}»: las medidas van con destino «serie», y solo con él.")
        for campo in self.campos.values():
            re.compile(campo.patron)

    @property
    def campos(self) -> dict[str, Campo]:
        """Every mapped column as a `Campo`."""
        return {
            nombre: campo if isinstance(campo, Campo) else Campo(patron=campo)
            for nombre, campo in self.columnas.items()
        }

    @property
    def campos_requeridos(self) -> dict[str, Campo]:
        """The columns without whose header the file is refused."""
        return {nombre: campo for nombre, campo in self.campos.items() if campo.requerido}
