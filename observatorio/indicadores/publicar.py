"""Build the release of a year: fixed tables, protected together, proven, attacked, and stored with their proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice, product, starmap
from multiprocessing import get_context

import polars as pl
from sqlalchemy import Connection

from observatorio.db import huellas
from observatorio.db.queries import indicadores as consultas
from observatorio.db.queries import publicacion as consultas_publicacion
from observatorio.indicadores.celdas_publicas import celdas_de, informe_de, redondeadas
from observatorio.indicadores.dimensiones import ErrorPregunta
from observatorio.indicadores.formalidad import REQUISITO
from observatorio.indicadores.lista import agregados
from observatorio.indicadores.plan_publico import MEDIDAS, NIVELES_REDONDEADOS, UNIDADES, plan, preparar, regla
from observatorio.reserva.ataque import ZONA, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Plan, Protegida, proteger
from observatorio.reserva.publicacion import Entrega, anteriores, bloquear, guardar
from observatorio.reserva.redondeo import redondear, sortear
from observatorio.reserva.secundaria import ErrorReserva, ErrorSinLugar
from observatorio.settings import Settings
from observatorio.vocabulario import EstadoValor

_MUCHAS_FILAS = 20_000
"""Establishments, over all years and measures, from which it pays to start other processes: each takes a second."""

_YA_LEIDOS = "La acotan los conteos por hexágono que ya se publicaron de ese año, y nadie los olvida."
_CONSEJO_YA_LEIDOS = (
    "No se guardó nada y sigue valiendo lo publicado. Cargue zonas menos finas en el nivel que la muestra "
    "(observatorio zonas load) y publique otra vez."
)


@dataclass(frozen=True)
class Resumen:
    """What a release holds: its number, year, version of the register, rule, tables, and cells by state."""

    publicacion: int
    anio: int
    version: int
    regla: str
    tablas: int
    celdas: dict[EstadoValor, int]


@dataclass(frozen=True)
class _Encargada:
    """A year that waits for its protection: everything that it takes, and nothing of the database."""

    anio: int
    version: int
    registros: pl.DataFrame
    plan: Plan
    antes: dict[str, list[TablaPublicada]]
    redondas: list[TablaPublicada]

    def proteger(self, medida: str) -> Protegida:
        """A measure of the year. Raises `ErrorReserva` that says which one cannot be published, and why."""
        try:
            return self._con_redondeadas(medida)
        except ErrorReserva as error:
            raise ErrorReserva(f"{self.anio}, {medida}: {error.mensaje}", error.consejo) from error

    def _con_redondeadas(self, medida: str) -> Protegida:
        """Counts, with the rounded ones beside them where they leave room. In a comuna of a handful of establishments
        they would bound what is hidden: then they are left out of the release, and it says so (`estorbo`). What was
        already read cannot be left out."""
        registros, antes = self.registros, self.antes[medida]
        if medida != ESTABLECIMIENTOS:
            return proteger(registros, self.plan, medida, antes)
        try:
            return proteger(registros, self.plan, medida, antes, self.redondas)
        except ErrorSinLugar as error:
            estorbo = error.mensaje
        try:
            return replace(proteger(registros, self.plan, medida, antes), estorbo=estorbo)
        except ErrorSinLugar as error:
            if not any(t.base for t in antes):
                raise
            raise ErrorReserva(f"{error.mensaje} {_YA_LEIDOS}", _CONSEJO_YA_LEIDOS) from error


def publicar(
    conn: Connection, settings: Settings, *anios: int, avisar: Callable[[str], None] = lambda _: None
) -> list[Resumen]:
    """Make the releases of some years for the comuna of the settings, and keep them with their proof; does not commit.

    `avisar` is told what is done, and which years go without their hexagons. Raises `ErrorPregunta` when a year was
    never consolidated, and `ErrorReserva`, with nothing stored, when some cell cannot be protected, the attacker opens
    one or the tables deny the records.
    """
    versiones = consultas.versiones(conn, settings.cut)
    for anio in anios:
        if anio not in versiones:
            raise ErrorPregunta("anio", str(anio), "anio_sin_datos", f"No hay catastro consolidado de {anio}.", "")
        bloquear(conn, anio)
    encargadas = [_encargar(conn, settings, anio, versiones[anio]) for anio in anios]
    protegidas = []
    for encargada, medidas in zip(encargadas, _proteger(encargadas), strict=True):
        avisar(f"Cifras de {encargada.anio} protegidas y atacadas")
        for medida in medidas:
            if medida.estorbo:
                avisar(_sin_hexagonos(encargada.anio, medida.estorbo, settings))
        protegidas.append(medidas)
    # Nothing is stored until every year is safe.
    return [_guardar(conn, settings, e, medidas) for e, medidas in zip(encargadas, protegidas, strict=True)]


def _encargar(conn: Connection, settings: Settings, anio: int, version: int) -> _Encargada:
    niveles = consultas_publicacion.niveles_exactos(conn)
    activos = consultas_publicacion.activos(conn, settings.cut, anio, [*niveles, *NIVELES_REDONDEADOS])
    registros = preparar(activos, [*niveles, *NIVELES_REDONDEADOS])
    se_miraron = consultas.anios_con(conn, settings.cut, [anio], REQUISITO.prueba)
    return _Encargada(
        anio=anio,
        version=version,
        registros=registros,
        plan=plan(niveles, regla(settings), se_miro=anio in se_miraron),
        antes={m: _en_unidades(anteriores(conn, settings.cut, anio, m), UNIDADES.get(m, 1)) for m in MEDIDAS},
        redondas=_redondear(registros, settings),
    )


def _proteger(encargadas: Sequence[_Encargada]) -> Iterator[tuple[Protegida, ...]]:
    """The measures of each year. Nothing of one rests on another, so that each core takes the next."""
    tareas = list(product(encargadas, MEDIDAS))
    if sum(e.registros.height for e, _ in tareas) < _MUCHAS_FILAS:
        yield from _por_anio(starmap(_Encargada.proteger, tareas))
    else:
        # A process of its own for each core: Python and the solver share the work evenly, and threads would wait.
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as procesos:
            yield from _por_anio(procesos.map(_Encargada.proteger, *zip(*tareas, strict=True)))


def _por_anio(hechas: Iterator[Protegida]) -> Iterator[tuple[Protegida, ...]]:
    while medidas := tuple(islice(hechas, len(MEDIDAS))):
        yield medidas


def _guardar(conn: Connection, settings: Settings, encargada: _Encargada, medidas: Sequence[Protegida]) -> Resumen:
    cut, anio = settings.cut, encargada.anio
    a_ciegas = {
        i.id
        for i in agregados().values()
        if i.requisito is not None and not consultas.anios_con(conn, cut, [anio], i.requisito.prueba)
    }
    celdas = list(celdas_de(medidas, a_ciegas, _conocida(encargada.registros)))
    celdas += [c for m in medidas for c in redondeadas(m.redondeadas)]
    escrita = _en_palabras(settings)
    entrega = Entrega(
        cut=cut,
        anio=anio,
        version=encargada.version,
        regla=escrita,
        celdas=celdas,
        fuentes=consultas_publicacion.cosechas(conn, anio),
        informe=informe_de(celdas, _omitidos(encargada, medidas)),
        medidas=medidas,
    )
    numero = guardar(conn, entrega)
    tablas = len({(c.indicador, c.por, c.nivel) for c in celdas})
    return Resumen(numero, anio, encargada.version, escrita, tablas, dict(Counter(c.estado for c in celdas)))


def _omitidos(encargada: _Encargada, medidas: Sequence[Protegida]) -> dict[str, list[str]]:
    """By measure, the levels of its rounded tables that are not in the release."""
    niveles = [t.dimensiones[0].removeprefix(ZONA) for t in encargada.redondas]
    return {m.medida: niveles for m in medidas if m.estorbo}


def _sin_hexagonos(anio: int, estorbo: str, settings: Settings) -> str:
    return (
        f"{anio}: sin los conteos por hexágono ({', '.join(NIVELES_REDONDEADOS)}). Redondeados a "
        f"{settings.reserva_base} acotarían una celda reservada: {estorbo} Todo lo demás se publica. Para tenerlos, "
        "suba OBS_RESERVA_BASE o quite un nivel de zonas con pocos establecimientos, y publique otra vez."
    )


def _en_unidades(tablas: Sequence[TablaPublicada], unidad: int) -> list[TablaPublicada]:
    return [replace(t, celdas={c: None if v is None else v // unidad for c, v in t.celdas.items()}) for t in tablas]


def _redondear(registros: pl.DataFrame, settings: Settings) -> list[TablaPublicada]:
    """Counts by the levels of small cells, as multiples of the base. The draws are the installation's secret: whoever
    could repeat them could undo them. Those of a zone are the same in every year and release."""
    secreto = huellas.asegurar_secreto(settings)
    tablas = []
    for nivel in NIVELES_REDONDEADOS:
        conteos = registros.group_by(ZONA + nivel).len().sort(ZONA + nivel)
        zonas = conteos[ZONA + nivel].to_list()
        exactos = conteos["len"].cast(pl.Int64).to_numpy()
        sorteo = sortear(secreto, f"{settings.cut} {nivel}", zonas)
        redondos = redondear(exactos, settings.reserva_base, sorteo).tolist()
        celdas: dict[tuple[str, ...], int | None] = {(z,): n for z, n in zip(zonas, redondos, strict=True)}
        # Only zones that have an establishment are listed, and everybody knows it.
        tablas.append(TablaPublicada((ZONA + nivel,), celdas, base=settings.reserva_base, minimo=1))
    return tablas


def _conocida(registros: pl.DataFrame) -> dict[str, float]:
    """Of each sum, the share of the establishments of which it is known, to whole per cents."""
    if registros.is_empty():
        return {}
    return {m: round(1 - registros[m].null_count() / registros.height, 2) for m in MEDIDAS if m in registros.columns}


def _en_palabras(settings: Settings) -> str:
    return (
        f"Conteos desde {settings.reserva_conteo} empresas ({settings.reserva_reforzado} si hay personas naturales o "
        f"informales), sumas desde {settings.reserva_dinero} y p = {settings.reserva_p} %; supresión secundaria "
        f"probada; celdas H3 redondeadas a {settings.reserva_base}"
    )
