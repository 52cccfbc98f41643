"""The rows of spatial statistics: whether another indicator gathers in space, and in which zones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from observatorio.indicadores.agregado import a_ciegas, agregar
from observatorio.indicadores.contract import Indicador
from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.dimensiones import DIMENSIONES, ErrorPregunta, Pregunta
from observatorio.indicadores.medicion import Medida
from observatorio.vocabulario import EstadoValor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from observatorio.indicadores.espacial.vecindad import Vecindad

NIVEL: Final = "h3_8"
NOTAS: Final = (
    "Vecinas son las zonas que comparten un lado. Una zona sin dato, o que no toca a otra que lo tenga, no participa.",
    "999 permutaciones con semilla: con los mismos datos da siempre lo mismo. p es de dos colas, y al menos 0,002.",
    "Es de las zonas del nivel que se pida, y cambia con él: sin nivel, el de hexágonos h3_8.",
)


@dataclass(frozen=True, eq=False)
class Campo:
    """A figure over the zones of a level in a year, for one combination of the other dimensions."""

    anio: int
    dimensiones: dict[str, str]
    zonas: Mapping[str, Fila]
    n: int
    universo: int


@dataclass(frozen=True, eq=False)
class Territorio:
    """Who touches whom, and the figures. `es_cuenta`: a zone in which nobody was found has a zero, and not nothing."""

    vecindad: Vecindad
    campos: list[Campo]
    es_cuenta: bool


def reunir(base: Indicador) -> Callable[[Connection, str, Sequence[int], Pregunta], Territorio]:
    """Reads the zones of a level, and computes `base` in each."""

    def leer(conn: Connection, cut: str, anios: Sequence[int], pregunta: Pregunta) -> Territorio:
        from observatorio.indicadores.espacial.territorio import vecindad_de

        abiertas = {*pregunta.por, "zona"}
        abierta = replace(pregunta, por=tuple(d for d in DIMENSIONES if d in abiertas), zona="")
        (filas,) = agregar(conn, base, [abierta], cut, anios, a_ciegas(conn, base, cut, anios))
        return Territorio(vecindad_de(conn, pregunta.nivel, cut), _campos(filas), base.denominador is None)

    return leer


def indice_de_moran(hechos: Territorio, anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """Moran's I of each combination of dimensions: one for all the zones."""
    from observatorio.indicadores.espacial.autocorrelacion import moran

    if pregunta.zona:
        raise ErrorPregunta(
            "zona",
            pregunta.zona,
            "sin_zona",
            "El índice de Moran es de todas las zonas de un nivel: no lo hay de una.",
            "Pida solo el nivel, o los puntos calientes de esa zona.",
        )
    filas, avisos = [], dict[int, str]()
    for campo in _de_cada_anio(hechos, anios, pregunta):
        hecho = moran(*_sobre(hechos, campo))
        quienes = hecho.participantes
        detalle = {"esperado": hecho.esperado, "z": hecho.z, "p": hecho.p, "zonas": quienes.zonas}
        sabido = campo.n / campo.universo if campo.universo else None
        filas.append(_fila(campo.anio, campo.dimensiones, hecho.indice, campo.n, sabido, detalle))
        if hecho.motivo:
            avisos[campo.anio] = f"{campo.anio}: {hecho.motivo}{_sin_zonas(hechos, pregunta)}"
    return Medida(filas, avisos)


def puntos(hechos: Territorio, anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """G* of each zone that takes part; of those that have establishments and do not, that there is none."""
    from observatorio.indicadores.espacial.autocorrelacion import puntos_calientes

    filas, avisos = [], dict[int, str]()
    for campo in _de_cada_anio(hechos, anios, pregunta):
        hecho = puntos_calientes(*_sobre(hechos, campo))
        detalles = {str(d["zona"]): d for d in hecho.zonas.iter_rows(named=True)}
        for zona in sorted({*detalles, *campo.zonas}):
            if pregunta.zona not in ("", zona):
                continue
            d, base = detalles.get(zona, {"clase": "no_participa"}), campo.zonas.get(zona)
            orden = {**campo.dimensiones, "zona": zona}
            filas.append(
                _fila(
                    campo.anio,
                    {c: orden[c] for c in pregunta.por},
                    d.get("z"),
                    base.n or 0 if base else 0,
                    base.cobertura if base else None,
                    {"cifra": d.get("valor"), **{c: d.get(c) for c in ("g", "p", "q", "clase")}},
                )
            )
        if hecho.motivo:
            avisos[campo.anio] = f"{campo.anio}: {hecho.motivo}{_sin_zonas(hechos, pregunta)}"
        elif hecho.minimo > 1:
            avisos[campo.anio] = (
                f"{campo.anio}: entre {hecho.participantes.zonas} zonas, y al {100 * hecho.alfa:g} %, solo se "
                f"distinguen del azar si son {hecho.minimo} o más."
            )
    return Medida(filas, avisos)


def cadena(valores: Mapping[str, float]) -> Territorio:
    """For examples: zones in a row, each of which touches the next, with a figure told by one establishment each."""
    from observatorio.indicadores.espacial.vecindad import de_pares

    zonas = sorted(valores)
    filas = {z: Fila(2024, {"zona": z}, valores[z], 1, 1.0, EstadoValor.EXACTO, universo=1) for z in zonas}
    vecindad = de_pares(zonas, pairwise(zonas))
    return Territorio(vecindad, [Campo(2024, {}, filas, len(zonas), len(zonas))], es_cuenta=False)


def _campos(filas: Sequence[Fila]) -> list[Campo]:
    """The rows of an indicator by zone, gathered by all that is not the zone."""
    juntas: dict[tuple[int, tuple[tuple[str, str], ...]], list[Fila]] = {}
    for fila in filas:
        resto = tuple((d, v) for d, v in fila.dimensiones.items() if d != "zona")
        juntas.setdefault((fila.anio, resto), []).append(fila)
    fuera = DIMENSIONES["zona"].vacios
    return [
        Campo(
            anio,
            dict(resto),
            {f.dimensiones["zona"]: f for f in suyas if f.dimensiones["zona"] not in fuera},
            sum(f.n or 0 for f in suyas if f.dimensiones["zona"] not in fuera),
            sum(f.universo or 0 for f in suyas),
        )
        for (anio, resto), suyas in juntas.items()
    ]


def _de_cada_anio(hechos: Territorio, anios: Sequence[int], pregunta: Pregunta) -> list[Campo]:
    """The figures of the years; where nothing but the zone was asked for, one for each of them, if only of nobody."""
    pedidos = [c for c in hechos.campos if c.anio in anios]
    if not set(pregunta.por) - {"zona"}:
        pedidos += [Campo(a, {}, {}, 0, 0) for a in anios if a not in {c.anio for c in pedidos}]
    return sorted(pedidos, key=lambda c: (c.anio, tuple(c.dimensiones.values())))


def _sobre(hechos: Territorio, campo: Campo) -> tuple[dict[str, float | None], Vecindad]:
    """Zone -> figure, and the zones. Of a count, those with somebody and the rim around them, which has none."""
    valores = {z: f.valor for z, f in campo.zonas.items()}
    if not hechos.es_cuenta:
        return valores, hechos.vecindad
    vecindad = hechos.vecindad.con_entorno([z for z, v in valores.items() if v])
    return {z: valores.get(z, 0.0) for z in vecindad.zonas}, vecindad


def _sin_zonas(hechos: Territorio, pregunta: Pregunta) -> str:
    if hechos.vecindad.zonas:
        return ""
    return f" No hay zonas del nivel {pregunta.nivel}: cárguelas con «observatorio zonas load», o pida otro nivel."


def _fila(
    anio: int,
    dimensiones: dict[str, str],
    valor: float | None,
    n: int,
    cobertura: float | None,
    detalle: Mapping[str, object],
) -> Fila:
    estado = EstadoValor.SIN_DATO if valor is None else EstadoValor.EXACTO
    return Fila(anio, dimensiones, valor, n, cobertura, estado, detalle=detalle)
