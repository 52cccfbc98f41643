"""What a release publishes: always the same tables, chosen for use, and the figures that are made out of them.

The tables are listed in docs/reserva.md with the reason for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from observatorio import referencia
from observatorio.indicadores.dimensiones import FUERA_DE_ZONAS, SIN_DATO
from observatorio.reserva.ataque import ZONA
from observatorio.reserva.cubo import CONTRIBUYENTE, REFORZADO
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Plan
from observatorio.reserva.primaria import Atributo, Regla
from observatorio.reserva.sistema import Tabla
from observatorio.settings import Settings
from observatorio.vocabulario import Formalidad, Precision, Tamano, TipoPersona

EMPLEO, IMPUESTOS = "empleo", "impuestos"
MEDIDAS = (ESTABLECIMIENTOS, EMPLEO, IMPUESTOS)
UNIDADES = {IMPUESTOS: 1000}
"""Money is protected and published in thousands of pesos: a sum of whole thousands still adds up."""

NIVELES_REDONDEADOS = ("h3_7", "h3_8")
"""Levels of so many small cells that hiding them would leave nothing: their counts are rounded instead."""

_DIMENSIONES = ("seccion", "tamano", "formalidad")
_ACTIVAS = tuple(f.value for f in Formalidad if f is not Formalidad.INACTIVO)
_SOBRE_MICRO = frozenset({Tamano.PEQUENA.value, Tamano.MEDIANA.value, Tamano.GRANDE.value})
_DEL_ESTADO = frozenset({"O"})
INFORMALIDAD = Atributo(
    dimension="formalidad",
    valor=Formalidad.INFORMAL.value,
    valores=_ACTIVAS,
    # Informal is who has neither a tax start nor a patente: a size above micro is read from one of them, and no office
    # of the State is without them. That none of these is informal is no news.
    imposible={"tamano": _SOBRE_MICRO, "seccion": _DEL_ESTADO},
)


# That nobody of a group pays taxes tells it of each one. Of the informal it is no news: they have no tax start.
_PAGAN = pl.col("formalidad") != Formalidad.INFORMAL.value


def regla(settings: Settings) -> Regla:
    """The thresholds that the settings of the installation give."""
    return Regla(settings.reserva_conteo, settings.reserva_reforzado, settings.reserva_dinero, settings.reserva_p)


def plan(niveles: Sequence[str], regla: Regla, *, se_miro: bool) -> Plan:
    """The tables of a release, with every loaded level of exact counts (`niveles`) by sector, size and formality.

    `se_miro`: whether some source of the year could have shown that somebody is informal; where nobody looked, a zero
    tells nothing of anybody.
    """
    zonas = [ZONA + n for n in niveles]
    cruces: list[Tabla] = [(d, z) for z in zonas for d in _DIMENSIONES]
    secciones = {d.division: d.seccion for d in referencia.divisiones()} | {SIN_DATO: SIN_DATO}
    return Plan(
        tablas=(_DIMENSIONES, *cruces),
        solo_conteos=(("division",),),
        sumas={EMPLEO: None, IMPUESTOS: _PAGAN},
        jerarquia={"division": ("seccion", secciones)},
        atributo=INFORMALIDAD if se_miro else None,
        regla=regla,
    )


def preparar(activos: pl.DataFrame, niveles: Sequence[str]) -> pl.DataFrame:
    """The active establishments (`queries.publicacion.ACTIVO` and `zona:NIVEL`) as the reserve wants them.

    Who answers for one is its group of firms, or its firm, or itself. Whoever is not known to be a legal person is
    treated as a natural one.
    """
    vacia = pl.when("ubicado").then(pl.lit(FUERA_DE_ZONAS)).otherwise(pl.lit(Precision.SIN_UBICACION.value))
    juridica = pl.col("tipo_persona").fill_null("") == TipoPersona.JURIDICA.value
    return activos.select(
        *(pl.col(c).fill_null(SIN_DATO) for c in ("seccion", "division", "tamano", "formalidad")),
        *(pl.col(ZONA + n).fill_null(vacia) for n in niveles),
        pl.coalesce(
            pl.lit("grupo ") + pl.col("grupo"),
            pl.lit("rut ") + pl.col("rut").cast(pl.Utf8),
            pl.lit("id ") + pl.col("id"),
        ).alias(CONTRIBUYENTE),
        (~juridica | (pl.col("formalidad") == Formalidad.INFORMAL.value)).alias(REFORZADO),
        pl.col("empleo").alias(EMPLEO),
        ((pl.col("impuestos_clp") + UNIDADES[IMPUESTOS] // 2) // UNIDADES[IMPUESTOS]).alias(IMPUESTOS),
    )
