"""What keeps two groups of profiles apart, however much one pair of them looks alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl
from rapidfuzz.distance import JaroWinkler

from observatorio.catastro.enlace.pareo_niveles import Modelo
from observatorio.catastro.enlace.perfiles import LOCAL, PROPIO

EXTENSION_M = 120
"""Records without a RUT whose points are further than this from a group, in metres, are another business, unless they
name the same door or telephone."""

BITS_ACORDES, PARECIDO = 9, 0.88
"""What a public register calls its premises agrees with a name that shares words worth so many bits, or is so alike."""


class Motivo(StrEnum):
    """Why a pair is left to a person."""

    PESO = "peso"
    SIN_NOMBRE = "sin_nombre"
    DECISION = "decision"
    DOS_RUT = "dos_rut"
    DOS_LOCALES = "dos_locales"
    DOS_REGISTROS = "dos_registros"
    MISMA_LISTA = "misma_lista"
    MARGEN = "margen"
    PREFERENCIA = "preferencia"
    EXTENSION = "extension"
    OTRO_NOMBRE = "otro_nombre"


@dataclass
class Grupo:
    """Profiles that are one premises so far, by their numbers."""

    nodos: list[int]
    locales: set[int]
    listas: set[str]
    registros: set[str]
    puntos: set[tuple[int, int]]
    ajenos: set[int] = field(default_factory=set)
    """Profiles that a person told apart from one of these."""


class Guardas:
    """The groups, and what may join them. Profiles (`perfiles.COLUMNAS`) are numbered by their row."""

    def __init__(self, perfiles: pl.DataFrame, m: Modelo) -> None:
        self._modelo = m
        columnas = perfiles.select("clase", "rut", "listas", "nodo", "puntos").rows()
        self._local = [clase == LOCAL for clase, *_ in columnas]
        self._propio = [clase == PROPIO for clase, *_ in columnas]
        self._rut = [rut for _, rut, *_ in columnas]
        self._sin_nombre = (perfiles["nombres"].list.len() == 0).to_list()
        self._nombres = perfiles["nombres"].to_list()
        self._fichas = _conjuntos(perfiles, "fichas")
        self._identificadores = _conjuntos(perfiles, "identificadores")
        self._contactos = _conjuntos(perfiles, "contactos")
        self._puertas = _conjuntos(perfiles, "puertas")
        self._opciones: dict[int, list[tuple[float, int]]] = {}
        self.grupo = [
            Grupo(
                nodos=[i],
                locales={i} if clase == LOCAL else set(),
                listas=set(listas),
                registros={nodo} if clase == PROPIO else set(),
                puntos={(p["x"], p["y"]) for p in puntos},
            )
            for i, (clase, _, listas, nodo, puntos) in enumerate(columnas)
        ]

    def preferir(self, pares: Iterable[tuple[int, int, float]]) -> None:
        """Learn which premises each profile without a RUT looks like, from the pairs and their weights."""
        for a, b, peso in pares:
            for suelto, local in ((a, b), (b, a)):
                if self._local[local] and not self._local[suelto]:
                    self._opciones.setdefault(suelto, []).append((peso, local))
        for opciones in self._opciones.values():
            opciones.sort(key=lambda o: (-o[0], o[1]))

    def juntos(self, a: int, b: int) -> bool:
        """Whether two profiles are in one group."""
        return self.grupo[a] is self.grupo[b]

    def separar(self, a: int, b: int) -> None:
        """A person said that they are two premises."""
        self.grupo[a].ajenos.add(b)
        self.grupo[b].ajenos.add(a)

    def regla(self, a: int, b: int) -> str:
        """By which evidence a pair joins."""
        if self._identificadores[a] & self._identificadores[b]:
            return "identificador"
        return "contacto" if self._contactos[a] & self._contactos[b] else "parecido"

    def motivo_de_decision(self, a: int, b: int) -> Motivo | None:
        """Why not even a person may join them: two RUTs, two public registers, or another decision."""
        g, h = self.grupo[a], self.grupo[b]
        if self._ajenos(g, h):
            return Motivo.DECISION
        if len({self._rut[n] for n in g.locales | h.locales}) > 1:
            return Motivo.DOS_RUT
        return Motivo.DOS_REGISTROS if len(g.registros | h.registros) > 1 else None

    def motivo(self, a: int, b: int, peso: float) -> Motivo | None:
        """Why the groups of a pair of this weight may not join, None if they may."""
        g, h = self.grupo[a], self.grupo[b]
        exacta = self.regla(a, b) != "parecido"
        if self._ajenos(g, h):
            return Motivo.DECISION
        if peso < self._modelo.acepta:
            return Motivo.PESO
        if not exacta and (self._sin_nombre[a] or self._sin_nombre[b]):
            return Motivo.SIN_NOMBRE
        if (self._propio[a] or self._propio[b]) and not self._nombres_acordes(a, b):
            return Motivo.OTRO_NOMBRE
        if g.locales and h.locales:
            return Motivo.DOS_LOCALES
        if len(g.registros | h.registros) > 1:
            return Motivo.DOS_REGISTROS
        if g.listas & h.listas:
            return Motivo.MISMA_LISTA
        return self._de_preferencia(g, h) or self._de_extension(
            g, h, exacta or bool(self._puertas[a] & self._puertas[b])
        )

    def unir(self, a: int, b: int) -> None:
        """Make one group of two."""
        g, h = self.grupo[a], self.grupo[b]
        if len(g.nodos) < len(h.nodos):
            g, h = h, g
        g.nodos += h.nodos
        g.locales |= h.locales
        g.listas |= h.listas
        g.registros |= h.registros
        g.puntos |= h.puntos
        g.ajenos |= h.ajenos
        for n in h.nodos:
            self.grupo[n] = g

    def _nombres_acordes(self, a: int, b: int) -> bool:
        """Whether what a public register calls its premises is, in part at least, the name of the other."""
        if sum(int(ficha[:2]) for ficha in self._fichas[a] & self._fichas[b]) >= BITS_ACORDES:
            return True
        return any(JaroWinkler.similarity(x, y) >= PARECIDO for x in self._nombres[a] for y in self._nombres[b])

    @staticmethod
    def _ajenos(g: Grupo, h: Grupo) -> bool:
        return any(n in g.ajenos for n in h.nodos) if g.ajenos else False

    def _de_preferencia(self, g: Grupo, h: Grupo) -> Motivo | None:
        for con, sin in ((g, h), (h, g)):
            if con.locales and not sin.locales:
                for nodo in sin.nodos:
                    if motivo := self._prefiere_otro(nodo, con.locales):
                        return motivo
        return None

    def _prefiere_otro(self, nodo: int, locales: set[int]) -> Motivo | None:
        """Whether a profile looks more like another premises than these, or nearly as much."""
        opciones = [o for o in self._opciones.get(nodo, ()) if o[1] not in self.grupo[nodo].ajenos]
        suyo = next((peso for peso, local in opciones if local in locales), None)
        otro = next((peso for peso, local in opciones if local not in locales), None)
        if otro is None:
            return None
        if suyo is None:
            return Motivo.PREFERENCIA if otro >= self._modelo.acepta else None
        if otro > suyo:
            return Motivo.PREFERENCIA
        return Motivo.MARGEN if suyo - otro < self._modelo.margen else None

    @staticmethod
    def _de_extension(g: Grupo, h: Grupo, mismo_sitio: bool) -> Motivo | None:
        if mismo_sitio or not g.puntos or not h.puntos:
            return None
        cerca = any((x - u) ** 2 + (y - v) ** 2 <= EXTENSION_M**2 for x, y in g.puntos for u, v in h.puntos)
        return None if cerca else Motivo.EXTENSION


def _conjuntos(perfiles: pl.DataFrame, columna: str) -> list[frozenset[str]]:
    return [frozenset(valores) for valores in perfiles[columna].to_list()]
