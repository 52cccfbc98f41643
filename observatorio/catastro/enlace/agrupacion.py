"""Which records of one RUT are one premises: identifiers, doors, slips of the finger, points, moves, in that order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from observatorio.catastro.cercania import MISMO_LUGAR_M
from observatorio.catastro.enlace.hechos import (
    LEJOS_M,
    NINGUN_DOMICILIO,
    Domicilios,
    Grupo,
    Hecho,
    Par,
    distancia,
    juntar,
    medidos_aparte,
    ordenados,
    sin_mudanza,
    son_dos,
)
from observatorio.catastro.enlace.puertas import Parecido, comparar, sin_numero

MUCHAS_PUERTAS = 300
"""No firm has so many premises in one comuna: of a RUT with more, only equal addresses are one, for who knows whose the
others are; nor would comparing each with each come to an end."""

_SIN_DISTANCIA = 1e9
"""Metres that stand for an unknown distance: after all that are known."""

_POCOS = 2
"""Records with a wrong figure in the number: more of them are no slip but a door."""


def agrupar_hechos(
    hechos: list[Hecho], domicilios: Domicilios = NINGUN_DOMICILIO
) -> list[tuple[list[int], dict[int, str]]]:
    """The premises of one RUT: for each the places of its records in `hechos`, and by what rule each of them is there.

    Records that are there by themselves have none in the dictionary. Every record has an address, a point or a
    number in a public register. A legal domicile makes no premises, but tells which one is the head office and where
    that was before.
    """
    grupos = list(_por_hilo(hechos))
    # Where an address is shared, one wrong figure of some other year does not deny that it is one door.
    error = Parecido.NUMERO_ERRADO
    pasos: tuple[Callable[[list[Grupo]], list[Grupo]], ...] = (
        lambda g: juntar(g, _por_clave(g), "rut_y_direccion", tolera=error),
        lambda g: juntar(g, _por_parecido(g, Parecido.MISMA), "rut_direccion_parecida", tolera=error),
        lambda g: juntar(g, _por_parecido(g, Parecido.SIN_UNIDAD), "rut_direccion_parecida", dominante=True),
        lambda g: juntar(g, _por_punto(g), "rut_y_cercania"),
        lambda g: juntar(g, _por_numero_errado(g), "rut_direccion_parecida", dominante=True),
        lambda g: _casa_mudada(g, domicilios),
        lambda g: _sucursal_atrasada(g, domicilios),
        lambda g: _unico_local(g, domicilios),
    )
    for paso in pasos if len(grupos) <= MUCHAS_PUERTAS else pasos[:1]:
        if len(grupos) > 1:
            grupos = paso(grupos)
    return [(g.miembros, g.regla) for g in sorted(grupos, key=lambda g: g.primero)]


def _por_hilo(hechos: list[Hecho]) -> Iterator[Grupo]:
    """One group for each identifier that a source keeps over the years, and for each address or point without one."""
    hilos: dict[str, dict[tuple[str, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    for h in hechos:
        if h.hilo is not None and h.clave is not None:
            hilos[h.hilo][h.lista, h.anio].add(h.clave)
    # An identifier that a list gives to two doors in one year is the firm's and not the premises'.
    rotos = {
        hilo
        for hilo, listas in hilos.items()
        if any(comparar(a, b) < Parecido.SIN_UNIDAD for claves in listas.values() for a, b in combinations(claves, 2))
    }
    partes: dict[tuple[str, object], list[int]] = defaultdict(list)
    for i, h in enumerate(hechos):
        con_hilo = h.hilo is not None and h.hilo not in rotos
        # Records of a street without a number are together only if their points do not deny it.
        lugar = (h.clave, h.punto if sin_numero(h.clave) else None) if h.clave else (None, h.punto)
        partes[("hilo", h.hilo) if con_hilo else ("lugar", lugar)].append(i)
    for (clase, _), miembros in partes.items():
        grupo = Grupo(miembros, hechos)
        if clase == "hilo" and len(grupo.claves) > 1:
            principal = max(grupo.claves, key=lambda c: (grupo.claves[c], -_primero_en(grupo, c)))
            regla = "rut_y_patente" if any(hechos[i].firme for i in miembros) else "rut_e_identificador"
            grupo.regla = {i: regla for i in miembros if hechos[i].clave != principal}
        yield grupo


def _primero_en(grupo: Grupo, clave: str) -> int:
    return min(i for i in grupo.miembros if grupo.hechos[i].clave == clave)


def _por_clave(grupos: list[Grupo]) -> list[Par]:
    """Groups with an address in common, first those that share it in most records. Of those that share but a street
    without a number the nearest, unless they were measured far apart in one year."""

    def comunes(uno: Grupo, otro: Grupo) -> float | None:
        comunes = uno.claves.keys() & otro.claves.keys()
        veces = sum(min(uno.claves[c], otro.claves[c]) for c in comunes)
        if not all(sin_numero(c) for c in comunes):
            return -veces
        lejos = distancia(uno, otro)
        return None if medidos_aparte(uno, otro) else _SIN_DISTANCIA - veces if lejos is None else lejos

    por_clave: dict[str, list[int]] = defaultdict(list)
    for i, grupo in enumerate(grupos):
        for clave in grupo.claves:
            por_clave[clave].append(i)
    return ordenados(grupos, comunes, sorted({par for juntos in por_clave.values() for par in combinations(juntos, 2)}))


def _por_parecido(grupos: list[Grupo], nivel: Parecido) -> list[Par]:
    def parecidos(uno: Grupo, otro: Grupo) -> float | None:
        pares = [(a, b) for a in uno.claves for b in otro.claves if comparar(a, b) >= nivel]
        if not pares or (all(sin_numero(a) and sin_numero(b) for a, b in pares) and medidos_aparte(uno, otro)):
            return None
        return 0.0

    return ordenados(grupos, parecidos)


def _por_punto(grupos: list[Grupo]) -> list[Par]:
    def cercanos(uno: Grupo, otro: Grupo) -> float | None:
        lejos = distancia(uno, otro)
        return lejos if lejos is not None and lejos <= MISMO_LUGAR_M else None

    return ordenados(grupos, cercanos)


def _por_numero_errado(grupos: list[Grupo]) -> list[Par]:
    """A few records with one wrong figure in the number, unless their points deny it."""

    def errados(uno: Grupo, otro: Grupo) -> float | None:
        pocos, muchos = sorted((len(uno.miembros), len(otro.miembros)))
        if pocos > _POCOS or 2 * pocos > muchos or (distancia(uno, otro) or 0.0) > LEJOS_M:
            return None
        return 0.0 if any(comparar(a, b) > Parecido.NINGUNO for a in uno.claves for b in otro.claves) else None

    return ordenados(grupos, errados)


def _en_puerta(grupo: Grupo, claves: Iterable[str]) -> bool:
    return any(comparar(a, b) > Parecido.NINGUNO for a in grupo.claves for b in claves)


def _casa_mudada(grupos: list[Grupo], domicilios: Domicilios) -> list[Grupo]:
    """Old lists show a former domicile: it was the door of the premises that is the domicile now."""
    casas = [g for g in grupos if _en_puerta(g, domicilios.actuales)]
    if len(casas) != 1:
        return grupos
    quedan = []
    for g in grupos:
        dejado = g is not casas[0] and not g.firmes and _en_puerta(g, domicilios.dejados)
        if dejado and not son_dos(casas[0], g):
            casas[0].absorber(g, "rut_mudanza")
        else:
            quedan.append(g)
    return quedan


def _sucursal_atrasada(grupos: list[Grupo], domicilios: Domicilios) -> list[Grupo]:
    """One branch of the tax service without a patente, and one patente of which the tax service gives nothing: they are
    one premises, of which somebody keeps an old address. With two of either nobody can tell."""
    sucursales = [g for g in grupos if g.registros == {"historia"} and not _en_puerta(g, domicilios.actuales)]
    patentes = [g for g in grupos if g.registros == {"patente"} and not _en_puerta(g, domicilios.actuales)]
    if len(sucursales) != 1 or len(patentes) != 1 or son_dos(sucursales[0], patentes[0]):
        return grupos
    patentes[0].absorber(sucursales[0], "rut_mudanza")
    return [g for g in grupos if g is not sucursales[0]]


def _unico_local(grupos: list[Grupo], domicilios: Domicilios) -> list[Grupo]:
    """What is left is one premises that moved, or old addresses of it, as far as nothing says that there are two."""
    casas = {id(g) for g in grupos if _en_puerta(g, domicilios.actuales)}

    def coexisten(uno: Grupo, otro: Grupo) -> bool:
        """Whether both are there at the same time, as far as one can know."""
        # A branch that the tax service lists is another premises than the domicile.
        for casa, sucursal in ((uno, otro), (otro, uno)):
            if id(casa) in casas and id(sucursal) not in casas and "historia" in sucursal.registros:
                return True
        return (
            son_dos(uno, otro)
            or sin_mudanza(uno, otro)
            or (bool(uno.firmes and otro.firmes) and not _aparte(uno, otro))
        )

    vivos = sorted(grupos, key=lambda g: g.rango(), reverse=True)
    if not any(coexisten(a, b) for a, b in combinations(vivos, 2)):
        for otro in vivos[1:]:
            _mudar(vivos[0], otro)
        return vivos[:1]
    firmes = [g for g in vivos if g.firmes]
    quedan = list(firmes)
    for debil in (g for g in vivos if not g.firmes):
        posibles = [g for g in firmes if not coexisten(debil, g)]
        if len(posibles) == 1:
            _mudar(posibles[0], debil)
        else:
            quedan.append(debil)
    return quedan


def _mudar(principal: Grupo, otro: Grupo) -> None:
    principal.absorber(otro, "rut_mudanza" if _aparte(principal, otro) else "rut_lugar_principal")


def _aparte(uno: Grupo, otro: Grupo) -> bool:
    """Whether the one begins after the other ends."""
    if not uno.anios or not otro.anios:
        return True
    return max(uno.anios) < min(otro.anios) or max(otro.anios) < min(uno.anios)
