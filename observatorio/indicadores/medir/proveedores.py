"""The rows of the supplier network, out of `observatorio.indicadores.proveedores`: a buyer and a criterion each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.dimensiones import Pregunta
from observatorio.indicadores.medicion import Medida
from observatorio.vocabulario import EstadoValor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from observatorio.catastro.proveedores import Criterio
    from observatorio.indicadores.proveedores import ContenidoLocal

PROPIAS: Final = {"tractora": "Tractora", "criterio": "Criterio de «local»"}
FUENTES: Final = (
    "Listas de proveedores y de faenas de las tractoras; catastro de la comuna y casas matrices del SII "
    "(docs/decisiones/0014-estadistica-espacial.md)."
)
NOTAS: Final = (
    "N1: casa matriz en la comuna. N2: un local que funciona en ella, con patente. N3: presente en la provincia. N4: "
    "presente en la región. Elija uno y dígalo al citar la cifra.",
    "No saber dónde está alguien no lo hace de fuera: n son los proveedores de los que se sabe si cumplen el criterio, "
    "y la cobertura, qué parte son de todos.",
    "Con todas las tractoras juntas una empresa cuenta una vez: no se suman tractoras ni niveles.",
    "La red es la que rige el 31 de diciembre.",
)
_TODAS: Final = "todas"

PorAnio = dict[int, "list[ContenidoLocal]"]


def reunir(*, con_montos: bool) -> Callable[[Connection, str, Sequence[int], Pregunta], PorAnio]:
    """Reads the network of each year; with `con_montos`, what was paid too: only under a role that may."""

    def leer(conn: Connection, cut: str, anios: Sequence[int], pregunta: Pregunta) -> PorAnio:
        from observatorio.indicadores.proveedores import contenido_local

        return {anio: contenido_local(conn, cut, anio, con_montos=con_montos) for anio in anios}

    return leer


def locales(hechos: PorAnio, anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """How many suppliers meet each criterion: directly, through others, and in all."""
    filas = []
    for anio, h in _pares(hechos, anios):
        se_sabe = h.sabidos > 0 or not h.proveedores
        for componente, cuantos in (("directos", h.directos), ("indirectos", h.indirectos), ("todos", h.locales)):
            valor = float(cuantos) if se_sabe else None
            filas.append(_fila(anio, h, componente, valor, h.sabidos, _parte(h.sabidos, h.proveedores)))
    return Medida(filas, _avisos(hechos, anios), _nombres(hechos))


def contenido(hechos: PorAnio, anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """Which share is local of the suppliers, of those that sell directly, and of what was paid to these."""
    filas = []
    for anio, h in _pares(hechos, anios):
        cobertura = _parte(h.sabidos, h.proveedores)
        filas.append(_fila(anio, h, "proveedores", h.contenido, h.sabidos, cobertura))
        filas.append(_fila(anio, h, "directos", h.contenido_directo, h.sabidos, cobertura))
        if h.compras is not None:
            c = h.compras
            pesos = {"local_clp": c.locales_clp, "sabido_clp": c.sabidas_clp}
            sabido = _parte(c.sabidas_clp, c.declarado_clp)
            filas.append(_fila(anio, h, "gasto", c.contenido, c.declaran, sabido, pesos))
    return Medida(filas, _avisos(hechos, anios), _nombres(hechos))


def red(
    vinculos: Sequence[tuple[int, int, int]],
    cumplen: Sequence[tuple[int, Criterio, bool]],
    pagos: Sequence[tuple[int, int, int]],
) -> list[ContenidoLocal]:
    """For examples: suppliers (`tractora rut nivel`), whether each meets a criterion (those of whom it is known), and
    pesos (`tractora rut monto`)."""
    import polars as pl

    from observatorio.indicadores.proveedores import medir

    def marco(filas: Sequence[tuple[object, ...]], **tipos: type[pl.DataType]) -> pl.DataFrame:
        return pl.DataFrame(filas, schema=tipos, orient="row")

    return medir(
        marco(vinculos, tractora=pl.Int32, rut=pl.Int32, nivel=pl.Int32),
        marco(cumplen, rut=pl.Int32, criterio=pl.String, cumple=pl.Boolean),
        sorted({t for t, _, _ in vinculos}),
        {},
        marco([(*p, True) for p in pagos], tractora=pl.Int32, rut=pl.Int32, monto_clp=pl.Int64, entero=pl.Boolean),
        sorted({c for _, c, _ in cumplen}),
    )


def _pares(hechos: PorAnio, anios: Iterable[int]) -> list[tuple[int, ContenidoLocal]]:
    return [(anio, h) for anio in anios for h in hechos[anio]]


def _fila(
    anio: int,
    de: ContenidoLocal,
    componente: str,
    valor: float | None,
    n: int,
    cobertura: float | None,
    detalle: Mapping[str, object] | None = None,
) -> Fila:
    dimensiones = {"tractora": _codigo(de), "criterio": str(de.criterio), "componente": componente}
    estado = EstadoValor.SIN_DATO if valor is None else EstadoValor.EXACTO
    return Fila(anio, dimensiones, valor, n, cobertura, estado, detalle=detalle or {})


def _codigo(de: ContenidoLocal) -> str:
    return _TODAS if de.rut is None else str(de.rut)


def _nombres(hechos: PorAnio) -> dict[str, dict[str, str]]:
    """The names of the tractoras that the catastro knows, by their code."""
    propios = {_codigo(h): h.nombre for suyos in hechos.values() for h in suyos if h.nombre is not None}
    return {"tractora": {**propios, _TODAS: "Todas las tractoras"}}


def _avisos(hechos: PorAnio, anios: Iterable[int]) -> dict[int, str]:
    return {
        anio: f"Ninguna tractora entregó la lista de sus faenas de {anio}: cárguela con «observatorio ingest "
        "faenas_tractora ARCHIVO» y ejecute «observatorio consolidate»."
        for anio in anios
        if not hechos[anio]
    }


def _parte(parte: int, total: int) -> float | None:
    return parte / total if total else None
