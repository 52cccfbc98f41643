"""One release: the tables of a plan, protected together, proven, and attacked before anybody sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import polars as pl

from observatorio.reserva import cubo, primaria
from observatorio.reserva.ataque import ZONA, Atacante, ErrorAtaque, Geografia, TablaPublicada
from observatorio.reserva.primaria import Atributo, Regla, Requisito
from observatorio.reserva.prueba import sin_probar
from observatorio.reserva.secundaria import CONSEJO, Encargo, ErrorReserva, Patron, disenar
from observatorio.reserva.sistema import TOTAL, Clave, Sistema, Tabla, construir
from observatorio.reserva.suelos import suelos

ESTABLECIMIENTOS = "establecimientos"

Cita = frozenset[tuple[str, str]]

# Putting every hidden cell in doubt once shows a few of them again. Of sums, where half of the cells are sensitive by
# themselves, it gains little and takes a minute.
_VUELTAS = 1
_LOTE_DE_SUMAS = 2


@dataclass(frozen=True)
class Plan:
    """What a release publishes together, always the same tables.

    `tablas`: the dimensions of each, with all their margins; zone levels are dimensions called `zona:NIVEL`, one at
    most in a table. `solo_conteos`: tables of counts alone. `sumas`: the measures that are added besides counting, and
    which zeros of theirs tell something of each one (a condition on the dimensions; None where none does).
    `jerarquia`: dimension -> (the one above it, value -> value). `atributo`: the sensitive one that a dimension tells.
    `regla`: the thresholds.
    """

    tablas: tuple[Tabla, ...]
    solo_conteos: tuple[Tabla, ...] = ()
    sumas: Mapping[str, pl.Expr | None] = field(default_factory=dict)
    jerarquia: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    atributo: Atributo | None = None
    regla: Regla = field(default_factory=Regla)


@dataclass(frozen=True)
class Protegida:
    """A measure of a release, protected: its system of cells, what was asked, and the pattern that was found.

    `minimo`: what everybody knows that a hidden cell reaches at least: 1 where every zero is shown.
    `ceros`: cells that somebody contributes to with nothing, and that are shown: the tables leave them out.
    `geografia`: what the attacker knows of the map; `redondeadas`: tables that are published beside these, rounded;
    `recordadas`: those that were before, as far as they still hold; `estorbo`: why those that should have been are not,
    for whoever publishes and nobody else: it may name a cell.
    """

    medida: str
    sistema: Sistema
    encargo: Encargo
    patron: Patron
    minimo: int
    ceros: frozenset[Cita] = frozenset()
    geografia: Geografia = field(default_factory=Geografia)
    redondeadas: tuple[TablaPublicada, ...] = ()
    recordadas: tuple[TablaPublicada, ...] = ()
    estorbo: str = ""

    def cita(self, celda: int) -> Cita:
        """A cell as the attacker names it: the dimensions that it does not add over, each with its value."""
        return citar(self.sistema.dimensiones, self.sistema.claves[celda])

    def tablas(self) -> list[TablaPublicada]:
        """Its tables as they are published: every margin, each cell with its value or None."""
        celdas: dict[Tabla, dict[Clave, int | None]] = {}
        s = self.sistema
        for clave, valor, oculta, latente in zip(
            s.claves, s.valor.tolist(), self.patron.oculta, s.latente, strict=True
        ):
            if latente:
                continue
            propias = tuple((d, v) for d, v in zip(s.dimensiones, clave, strict=True) if v != TOTAL)
            suyas = celdas.setdefault(tuple(d for d, _ in propias), {})
            suyas[tuple(v for _, v in propias)] = None if oculta else valor
        return [TablaPublicada(d, c, minimo=self.minimo, division="formalidad") for d, c in celdas.items()]


def citar(dimensiones: Sequence[str], clave: Clave) -> Cita:
    """The dimensions that a cell does not add over, each with its value."""
    return frozenset((d, v) for d, v in zip(dimensiones, clave, strict=True) if v != TOTAL)


def proteger(
    registros: pl.DataFrame,
    plan: Plan,
    medida: str,
    antes: Sequence[TablaPublicada] = (),
    redondeadas: Sequence[TablaPublicada] = (),
) -> Protegida:
    """The tables of a measure, protected, with the pattern that hides as little as the search finds.

    `registros`: one row an active establishment, with the dimensions of the plan, `contribuyente`, `reforzado` and the
    measure (`cubo`). `antes`: the tables of the same measure in every earlier release of the period, rounded ones among
    them. `redondeadas`: rounded tables of the same measure that are published too, with every zone of theirs: one that
    is missing reads as a zero. Raises `ErrorSinLugar` when a cell cannot be protected, and `ErrorReserva` when the
    proof or the attack finds one open or the tables deny the records.
    """
    conteo = medida == ESTABLECIMIENTOS
    publicas = plan.tablas + (plan.solo_conteos if conteo else ())
    recordadas = _recordar(registros, antes)
    redondas = (*redondeadas, *recordadas)
    todas = publicas + _cruces(publicas) + _cruces_redondeados(publicas, redondas)
    dimensiones = tuple(sorted({d for t in todas for d in t}))
    conteos = cubo.contar(registros, dimensiones, todas)
    if conteo:
        celdas = conteos
        requisitos = primaria.de_conteos(celdas, plan.regla)
    else:
        celdas = cubo.sumar(registros, dimensiones, todas, medida)
        requisitos = primaria.de_sumas(celdas, plan.regla, plan.sumas[medida])
    ocultas: set[Clave] = set()
    if plan.atributo is not None and plan.atributo.dimension in dimensiones:
        # A sum by formality tells who there is as well as a count does: both hide the same divisions.
        tienen, ocultas = primaria.de_atributo(conteos, plan.atributo, plan.regla)
        requisitos = _unir(requisitos, tienen)
    niveles = {d for t in redondas for d in t.dimensiones}
    sistema = construir(celdas, dimensiones, todas, _padres(plan.jerarquia), ocultas | requisitos.keys(), niveles)
    minimo = int(conteo or plan.sumas[medida] is None)
    encargo = _encargo(sistema, celdas, requisitos, ocultas, conteo, minimo, antes)
    encargo = replace(encargo, cotas=_cotas(sistema, redondas))
    hay = set(sistema.claves)
    nulas = celdas.filter((pl.col("valor") == 0) & (pl.col("contribuyentes") > 0)).select(dimensiones).iter_rows()
    zonas = {d for t in (*publicas, *(r.dimensiones for r in redondas)) for d in t if d.startswith(ZONA)}
    patron, encargo = disenar(sistema, encargo)
    protegida = Protegida(
        medida,
        sistema,
        encargo,
        patron,
        minimo,
        frozenset(citar(dimensiones, clave) for clave in nulas if clave not in hay),
        geografia(registros, sorted(zonas), plan),
        tuple(redondeadas),
        recordadas,
    )
    exigir_segura(protegida)
    return protegida


def exigir_segura(protegida: Protegida) -> None:
    """Refuse a pattern that its own proof, or the attacker, finds wanting. Raises `ErrorReserva`."""
    s = protegida.sistema
    faltan = sin_probar(protegida.sistema, protegida.encargo, protegida.patron)
    if faltan:
        cual = s.nombre(s.claves.index(faltan[0]))
        raise ErrorReserva(f"Falta la prueba de {len(faltan)} celdas, entre ellas «{cual}».", CONSEJO)
    try:
        abiertas = atacar(protegida)
    except ErrorAtaque as error:
        raise ErrorReserva(
            f"El cálculo del ataque falló, aunque las tablas calzan con los registros: {error.mensaje}",
            "No se guardó nada. Es una falla del programa y no de los datos: avise a quien lo mantiene.",
        ) from error
    if abiertas:
        cual = s.nombre(s.claves.index(abiertas[0]))
        raise ErrorReserva(f"Se podrían deducir {len(abiertas)} celdas, entre ellas «{cual}».", CONSEJO)


def atacar(protegida: Protegida, *, con_lo_propio: bool = False) -> list[Clave]:
    """The sensitive cells that the published tables leave open to anybody; `con_lo_propio`, also to whoever is alone
    in some cells and so knows their values. Raises `ErrorReserva` when they deny the records, and `ErrorAtaque` when
    the solver fails."""
    s, e = protegida.sistema, protegida.encargo
    leidas = [*protegida.tablas(), *protegida.redondeadas, *protegida.recordadas]
    atacante = Atacante(leidas, protegida.geografia)
    _exigir_verdad(atacante, protegida)
    malas = set(atacante.abiertas(_metas(protegida, None)))
    if con_lo_propio:
        for quien in sorted(set(e.solos.values())):
            sabidas = {protegida.cita(i): int(s.valor[i]) for i, dueno in e.solos.items() if dueno == quien}
            malas.update(atacante.abiertas(_metas(protegida, quien), sabidas))
    return [s.claves[i] for i in e.requisitos if protegida.cita(i) in malas]


def _exigir_verdad(atacante: Atacante, protegida: Protegida) -> None:
    """Refuse tables that the true values do not fit: a reasoning that starts from them proves nothing."""
    valores = protegida.sistema.valor.tolist()
    falsas = atacante.desmentidas({protegida.cita(i): valor for i, valor in enumerate(valores)})
    if falsas:
        cual = ", ".join(f"{d}={v}" for d, v in sorted(falsas[0])) or "el total"
        raise ErrorReserva(
            f"Las tablas que se publican no calzan con los registros en {len(falsas)} celdas, entre ellas «{cual}».",
            "Las redondeadas tienen que ser de los mismos registros y traer todas sus zonas, también «sin_ubicacion».",
        )


def _metas(protegida: Protegida, quien: int | None) -> dict[Cita, tuple[float, float]]:
    """How far down and up each sensitive cell must be able to go for somebody (None: for everybody)."""
    metas = {}
    for i in protegida.encargo.requisitos:
        valor, (arriba, abajo) = float(protegida.sistema.valor[i]), protegida.encargo.lejania(i, quien)
        metas[protegida.cita(i)] = (valor - abajo, valor + arriba)
    return metas


def geografia(registros: pl.DataFrame, zonas: Sequence[str], plan: Plan) -> Geografia:
    """What the attacker knows of the map: which zones of two levels have an establishment in common, and the hierarchy
    of the dimensions."""
    cruces = set()
    for a, b in combinations(zonas, 2):
        cruces |= {frozenset({(a, x), (b, y)}) for x, y in registros.select(a, b).unique().iter_rows()}
    return Geografia(frozenset(cruces), plan.jerarquia)


def _cruces(tablas: Iterable[Tabla]) -> tuple[Tabla, ...]:
    """The tables that nobody publishes and that whoever reads two zone levels has: the same by all of them at once."""
    niveles: dict[Tabla, set[str]] = {}
    for tabla in cubo.margenes(tablas):
        zonas = {d for d in tabla if d.startswith(ZONA)}
        if zonas:
            niveles.setdefault(tuple(sorted(set(tabla) - zonas)), set()).update(zonas)
    return tuple((*otras, *sorted(zonas)) for otras, zonas in niveles.items() if len(zonas) > 1)


def _cruces_redondeados(tablas: Iterable[Tabla], redondeadas: Sequence[TablaPublicada]) -> tuple[Tabla, ...]:
    """Each rounded level, and by every other one: what is known of a hexagon bounds the zones that it touches."""
    redondos = sorted({d for t in redondeadas for d in t.dimensiones})
    exactos = sorted({d for t in tablas for d in t if d.startswith(ZONA)})
    solos = tuple((b,) for b in redondos)
    return solos + tuple((a, b) for i, b in enumerate(redondos) for a in (*exactos, *redondos[:i]))


def _recordar(registros: pl.DataFrame, antes: Iterable[TablaPublicada]) -> tuple[TablaPublicada, ...]:
    """The rounded tables of before as somebody reads them now who knows which counts have changed: of these they say
    nothing (None), of the others what they said. A zone that has nobody any more is none."""
    distintas = {}
    for tabla in antes:
        if not tabla.base or not set(tabla.dimensiones) <= set(registros.columns):
            continue
        celdas: dict[Clave, int | None] = {}
        for *zona, hay in registros.group_by(tabla.dimensiones).len().sort(tabla.dimensiones).iter_rows():
            dicho = tabla.celdas.get(tuple(zona))
            celdas[tuple(zona)] = None if dicho is None or abs(dicho - hay) >= tabla.base else dicho
        distintas[tabla.dimensiones, tabla.base, tuple(celdas.items())] = replace(tabla, celdas=celdas)
    return tuple(distintas.values())


def _cotas(sistema: Sistema, redondeadas: Sequence[TablaPublicada]) -> dict[int, tuple[int, int]]:
    """What the roundings of each cell leave it, all of them together."""
    indice = {citar(sistema.dimensiones, clave): i for i, clave in enumerate(sistema.claves)}
    cotas: dict[int, tuple[int, int]] = {}
    for tabla in redondeadas:
        for valores, valor in tabla.celdas.items():
            i = indice.get(frozenset(zip(tabla.dimensiones, valores, strict=True)))
            if i is not None and valor is not None:
                piso, techo = max(tabla.minimo, valor - tabla.base + 1), valor + tabla.base - 1
                menos, mas = cotas.get(i, (piso, techo))
                cotas[i] = max(menos, piso), min(mas, techo)
    return cotas


def _padres(jerarquia: Mapping[str, tuple[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    return {d: {v: f"{arriba}={p}" for v, p in padres.items()} for d, (arriba, padres) in jerarquia.items()}


def _unir(unos: dict[Clave, Requisito], otros: dict[Clave, Requisito]) -> dict[Clave, Requisito]:
    """What either asks of each cell."""
    return {
        c: Requisito(
            max(r.arriba for r in suyos),
            max(r.abajo for r in suyos),
            max(r.del_mayor for r in suyos),
            any(r.frente_a_solos for r in suyos),
        )
        for c in {**unos, **otros}
        if (suyos := [r for r in (unos.get(c), otros.get(c)) if r is not None])
    }


def _encargo(
    sistema: Sistema,
    celdas: pl.DataFrame,
    requisitos: Mapping[Clave, Requisito],
    ocultas: Iterable[Clave],
    conteo: bool,
    al_menos: int,
    antes: Sequence[TablaPublicada],
) -> Encargo:
    indice = sistema.indice()
    visibles = {c: i for c, i in indice.items() if not sistema.latente[i]}
    tapadas = {visibles[c] for c in ocultas if c in visibles}
    minimo = np.full(len(sistema.valor), al_menos, np.int64)
    minimo[list(tapadas)] = 0
    heredadas, congeladas = _heredar(sistema, visibles, antes)
    sensibles = {visibles[c]: r for c, r in requisitos.items() if c in visibles}
    solos, mayores = ({}, {}) if conteo else _quienes(sistema, celdas, sensibles)
    margen = {quien: sistema.valor - piso for quien, piso in suelos(sistema, minimo, solos).items()}
    return Encargo(
        requisitos={
            i: replace(r, abajo=min(r.abajo, int(margen[None][i]))) for i, r in sensibles.items() if i not in congeladas
        },
        margen=margen,
        ocultas=frozenset(tapadas | heredadas) - congeladas,
        minimo=minimo,
        solos=solos,
        mayores=mayores,
        congeladas=congeladas,
        vueltas=_VUELTAS if conteo else 0,
        lote=1 if conteo else _LOTE_DE_SUMAS,
    )


def _quienes(
    sistema: Sistema, celdas: pl.DataFrame, sensibles: Mapping[int, Requisito]
) -> tuple[dict[int, int], dict[int, int]]:
    """Who is alone in which cells, and whose the greatest part of each sensitive one is, by a number for each."""
    marco = celdas.filter(pl.col("valor") != 0).with_columns(quien=pl.col("principal").rank("dense").cast(pl.Int64))
    indice = sistema.indice()
    solos: dict[int, int] = {}
    mayores: dict[int, int] = {}
    for *clave, uno, quien in marco.select(*sistema.dimensiones, pl.col("contribuyentes") == 1, "quien").iter_rows():
        i = indice[tuple(clave)]
        if uno:
            solos[i] = quien
        if i in sensibles:
            mayores[i] = quien
    return solos, mayores


def _heredar(
    sistema: Sistema, visibles: Mapping[Clave, int], antes: Sequence[TablaPublicada]
) -> tuple[set[int], frozenset[int]]:
    """Cells that an earlier release hid, and cells that it showed with the value that they have now."""
    ocultas: set[int] = set()
    congeladas: set[int] = set()
    for tabla in (t for t in antes if not t.base):
        for valores, cifra in tabla.celdas.items():
            suyos = dict(zip(tabla.dimensiones, valores, strict=True))
            i = visibles.get(tuple(suyos.get(d, TOTAL) for d in sistema.dimensiones))
            if i is None:
                continue
            if cifra is None:
                ocultas.add(i)
            elif cifra == sistema.valor[i]:
                congeladas.add(i)
    return ocultas - congeladas, frozenset(congeladas)
