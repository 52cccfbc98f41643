"""Whose hand writes the files: each profile of dirt is a hand, and every writer asks it before it puts a cell down.

All hands write about the same world. The hand `base` spoils names, addresses and coordinates as `suciedad` and
`coordenadas` say; `ciega` is another office with habits of its own (`observatorio.muestra.ciega`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from observatorio.muestra import coordenadas, suciedad
from observatorio.muestra.azar import Enteros, Reales, Textos
from observatorio.muestra.mundo import Mundo


@dataclass(frozen=True)
class Renglones:
    """The lines that are being written.

    `archivo`: the name that the rates of the file have; `k`: year as an index. For each line the premises (-1: the
    whole firm), the firm, the door shown (-1: none among the city's) and the faults put in so far.
    """

    archivo: str
    k: int
    est: Enteros
    emp: Enteros
    lugar: Enteros
    falla: Textos

    def __len__(self) -> int:
        return len(self.emp)


@dataclass(frozen=True)
class Medidas:
    """The points measured for the lines that are being written, and how they are to be spoilt.

    `lon`, `lat`: for each line, degrees of EPSG:4326; `presentes`: the indices of the lines that have a point at all;
    `tasa`: the share of these that gets a fault; `clases`: the faults that the file can hold.
    """

    lon: Reales
    lat: Reales
    presentes: Enteros
    tasa: float
    clases: tuple[str, ...] = coordenadas.TODAS


class Mano(Protocol):
    """What a hand does to each kind of cell. Every method logs the name of each fault in `r.falla`."""

    def ruts(self, rng: np.random.Generator, r: Renglones, rut: Enteros, dv: Textos) -> tuple[Enteros, Textos]:
        """RUT and check digit that are written; a RUT of 0 is left alone."""
        ...

    def nombres(self, rng: np.random.Generator, r: Renglones, valores: Textos, tasa: float, corte: int) -> Textos:
        """Names, of which a share `tasa` is altered; `corte`: characters that fit in the sheet."""
        ...

    def direcciones(self, rng: np.random.Generator, r: Renglones, tasa: float) -> Textos:
        """Each door's address in one line, of which a share `tasa` is altered."""
        ...

    def vias(
        self, rng: np.random.Generator, r: Renglones, calle: Textos, numero: Textos, tasa: float
    ) -> tuple[Textos, Textos]:
        """Street and number in cells of their own."""
        ...

    def giros(self, rng: np.random.Generator, r: Renglones, valores: Textos) -> Textos:
        """Lines of business in words."""
        ...

    def telefonos(self, rng: np.random.Generator, r: Renglones, numeros: Enteros) -> Textos:
        """Phones as text."""
        ...

    def visita(self, rng: np.random.Generator, r: Renglones, lugar: Enteros) -> tuple[Enteros, Enteros]:
        """The door that a surveyor writes down, and the one where the point is taken; `lugar`: the real one."""
        ...

    def puntos(self, rng: np.random.Generator, r: Renglones, medidas: Medidas) -> tuple[Textos, Textos]:
        """X and Y as text."""
        ...


class ManoBase:
    """The first profile: what most people do when they fill in a sheet."""

    def __init__(self, m: Mundo) -> None:
        self._m = m

    def ruts(self, rng: np.random.Generator, r: Renglones, rut: Enteros, dv: Textos) -> tuple[Enteros, Textos]:
        return rut, dv

    def nombres(self, rng: np.random.Generator, r: Renglones, valores: Textos, tasa: float, corte: int) -> Textos:
        return suciedad.nombres(rng, valores, r.falla, tasa, self._m.par.palabras, corte)

    def direcciones(self, rng: np.random.Generator, r: Renglones, tasa: float) -> Textos:
        escritas = self._m.lugares.tomar(r.lugar).direcciones()
        return suciedad.direcciones(rng, escritas, r.falla, tasa, self._m.par.palabras)

    def vias(
        self, rng: np.random.Generator, r: Renglones, calle: Textos, numero: Textos, tasa: float
    ) -> tuple[Textos, Textos]:
        return suciedad.direcciones(rng, calle, r.falla, tasa, self._m.par.palabras), numero

    def giros(self, rng: np.random.Generator, r: Renglones, valores: Textos) -> Textos:
        return valores

    def telefonos(self, rng: np.random.Generator, r: Renglones, numeros: Enteros) -> Textos:
        return suciedad.telefonos(rng, numeros)

    def visita(self, rng: np.random.Generator, r: Renglones, lugar: Enteros) -> tuple[Enteros, Enteros]:
        return r.lugar, lugar

    def puntos(self, rng: np.random.Generator, r: Renglones, medidas: Medidas) -> tuple[Textos, Textos]:
        lon, lat, presentes = medidas.lon, medidas.lat, medidas.presentes
        return coordenadas.ensuciar(rng, lon, lat, presentes, r.falla, medidas.tasa, medidas.clases)
