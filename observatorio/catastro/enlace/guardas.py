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
name the same door, bear the same identifier, or agree in their name and in a contact that hardly anybody shares."""

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
    NO_SE_PUDO = "no_se_pudo"
    """A person's answer that cannot be obeyed. `db.queries.revision` shows it although it was answered."""


NO_OBEDECE = {
    Motivo.DECISION: "otra respuesta los separa",
    Motivo.DOS_RUT: "tienen RUT distintos",
    Motivo.DOS_REGISTROS: "un registro público los conoce por números distintos",
}
"""Why a `misma` cannot be obeyed, for the person who answered it."""

YA_UNIDOS = "el mismo RUT y lugar, el mismo número o la misma lista los hacen uno"
"""Why a `distinta` cannot be obeyed."""


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
        self._exactos = _conjuntos(perfiles, "contactos_exactos")
        self._puertas = _conjuntos(perfiles, "puertas")
        self._edificios = _conjuntos(perfiles, "edificios")
        self._con_unidad = _conjuntos(perfiles, "con_unidad")
        self._opciones: dict[int, list[tuple[float, int]]] = {}
        self._rivales: dict[int, list[tuple[float, int]]] = {}
        self._acordes: set[tuple[int, int]] = set()
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
        """Learn which premises each profile without a RUT looks like, from the pairs and their weights; and with which
        others without a RUT it shares a contact."""
        for a, b, peso in pares:
            if peso >= self._modelo.acepta:
                self._acordes |= {(a, b), (b, a)}
            for suelto, otro in ((a, b), (b, a)):
                if self._local[suelto]:
                    continue
                if self._local[otro]:
                    self._opciones.setdefault(suelto, []).append((peso, otro))
                elif self._contactos[a] & self._contactos[b]:
                    self._rivales.setdefault(suelto, []).append((peso, otro))
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
        """By which evidence a pair joins; a contact that many bear is no evidence of its own."""
        if self._identificadores[a] & self._identificadores[b]:
            return "identificador"
        return "contacto" if self._exactos[a] & self._exactos[b] else "parecido"

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
        regla = self.regla(a, b)
        if self._ajenos(g, h):
            return Motivo.DECISION
        if peso < self._modelo.acepta:
            return Motivo.PESO
        if regla == "parecido" and (self._sin_nombre[a] or self._sin_nombre[b]):
            return Motivo.SIN_NOMBRE
        if (self._propio[a] or self._propio[b]) and not self._nombres_acordes(a, b):
            return Motivo.OTRO_NOMBRE
        if g.locales and h.locales:
            return Motivo.DOS_LOCALES
        if len(g.registros | h.registros) > 1:
            return Motivo.DOS_REGISTROS
        if g.listas & h.listas:
            return Motivo.MISMA_LISTA
        if motivo := self._de_preferencia(g, h):
            return motivo
        if regla == "identificador":
            return None
        if motivo := self._de_contacto(a, b, peso):
            return motivo
        # A business that moves takes its name and its telephone along.
        mudado = regla == "contacto" and self._nombres_acordes(a, b)
        return self._de_extension(g, h, mudado or bool(self._puertas[a] & self._puertas[b]))

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
        """Whether what one calls its premises is, in part at least, the name of the other."""
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

    def _de_contacto(self, a: int, b: int, peso: float) -> Motivo | None:
        """Whether a shared contact fits another business nearly as well, or two names are at two doors."""
        if not self._contactos[a] & self._contactos[b]:
            return None
        if any(self._tiene_rival(uno, otro, peso) for uno, otro in ((a, b), (b, a))):
            return Motivo.MARGEN
        return Motivo.EXTENSION if self._otra_puerta(a, b) and not self._nombres_acordes(a, b) else None

    def _tiene_rival(self, uno: int, otro: int, peso: float) -> bool:
        """Whether the first shares a contact with a third one that is another business than the second."""
        return any(
            peso - suyo < self._modelo.margen
            for suyo, rival in self._rivales.get(uno, ())
            if rival != otro
            and rival not in self.grupo[uno].ajenos
            and not self.juntos(rival, uno)
            and not self.juntos(rival, otro)
            and ((rival, otro) not in self._acordes or self.grupo[rival].listas & self.grupo[otro].listas)
        )

    def _otra_puerta(self, a: int, b: int) -> bool:
        """Whether both name a building, and none in common, or in it only different units."""
        if self._puertas[a] & self._puertas[b] or not (self._edificios[a] and self._edificios[b]):
            return False
        return not self._edificios[a] & self._edificios[b] or bool(self._con_unidad[a] & self._con_unidad[b])

    @staticmethod
    def _de_extension(g: Grupo, h: Grupo, mismo_sitio: bool) -> Motivo | None:
        if mismo_sitio or not g.puntos or not h.puntos:
            return None
        cerca = any((x - u) ** 2 + (y - v) ** 2 <= EXTENSION_M**2 for x, y in g.puntos for u, v in h.puntos)
        return None if cerca else Motivo.EXTENSION


def _conjuntos(perfiles: pl.DataFrame, columna: str) -> list[frozenset[str]]:
    return [frozenset(valores) for valores in perfiles[columna].to_list()]
