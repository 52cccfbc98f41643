"""Births, deaths and survival of establishments, in all and by sector, size or zone.

Source: Eurostat and OECD, *Manual on Business Demography Statistics* (2007); what an event is, and who is followed, is
told in `docs/decisiones/0012-sucesos-y-muestras.md`. Whoever comes back within 24 months was not born again and is
counted as reactivated; the exits of the last 24 months are provisional; firms are not merged.

An establishment counts where it was when it last worked, at that year at the latest: a birth by what it was born as, a
death by what it was before. So a change of sector, size or zone is no entry and no exit, and the account holds in every
category: `antes + nacimientos + reactivaciones + llegadas - muertes - salidas = ahora`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from observatorio.catastro.demografia import ENTRADAS, SALIDAS
from observatorio.catastro.sucesos import ESTADOS, PROVISORIO_ANIOS, leer_evidencia, seguidos
from observatorio.db.queries import demografia as consultas
from observatorio.vocabulario import Suceso

DIMENSIONES = ("seccion", "division", "tamano", "zona")
SUPERVIVENCIA_ANIOS = 3
_CUENTAS = {**ENTRADAS, **SALIDAS, "mudanzas": Suceso.MUDANZA}
_EXITOS = [str(tipo) for tipo in SALIDAS.values()]


@dataclass(frozen=True, eq=False)
class Historia:
    """All that is counted here of a comuna. `anios`: the consolidated ones, ascending; `seguidos` and `sucesos`: as
    `catastro.sucesos` returns them; `atributos` (`anio id` and dimensions, never null): what each active establishment
    was in each year."""

    anios: tuple[int, ...]
    seguidos: pl.DataFrame
    sucesos: pl.DataFrame
    atributos: pl.DataFrame


def leer_historia(conn: Connection, cut: str, nivel: str = "") -> Historia:
    """The history of a comuna; `nivel` is the level of zones behind the dimension `zona`.

    Reads nothing that a planner may not: neither who the firms are nor what was said of them.
    """
    estados = consultas.actividad(conn, cut)
    completos = estados.select(
        *(c if c in estados.columns else pl.lit(None, tipo).alias(c) for c, tipo in ESTADOS.items())
    )
    return Historia(
        tuple(estados["anio"].unique().sort()),
        seguidos(completos, leer_evidencia(conn, cut)),
        consultas.sucesos(conn, cut),
        consultas.atributos(conn, cut, nivel),
    )


def contar(historia: Historia, por: Sequence[str] = ()) -> pl.DataFrame:
    """The events of each year by some of `DIMENSIONES`, sorted by year and category.

    Columns: `anio`, `desde` (the consolidated year before), the dimensions; `antes` and `ahora` (followed ones that
    worked), a column for each event, `neto`, `provisorias` (exits that may be a pause), `mudanzas`; `activos` (all that
    work in the catastro, followed or not); `sabidos` (of those followed, before or now, of whom some register speaks of
    the year); `natalidad` = 100·births/`ahora` and `mortalidad` = 100·deaths/`antes`, in
    per cent of those followed: who was born is among those who work now, and who died among those who did before.

    In the first year, and after one that was never loaded, events are not those of one year: then the rates are null,
    as they are over nobody; without any year before there is no account either. Combinations of nobody have no row.
    """
    claves = ["anio", *por]
    sucesos = _con_atributos(historia.sucesos, historia, por)
    cuentas = sucesos.group_by(claves).agg(
        *(_cuantos(pl.col("tipo") == str(tipo)).alias(c) for c, tipo in _CUENTAS.items()),
        _cuantos(pl.col("provisorio") & pl.col("tipo").is_in(_EXITOS)).alias("provisorias"),
    )
    stock = (
        _con_atributos(historia.seguidos, historia, por)
        .group_by(claves)
        .agg(pl.col("antes", "ahora", "sabido").sum().cast(pl.Int64))
        .rename({"sabido": "sabidos"})
    )
    activos = historia.atributos.group_by(claves).agg(activos=pl.len().cast(pl.Int64))
    contadas = [*_CUENTAS, "provisorias", "activos", "sabidos"]
    tiene_antes = pl.col("desde").is_not_null()
    return (
        pl.concat([cuentas.select(claves), stock.select(claves), activos.select(claves)])
        .unique()
        .join(cuentas, on=claves, how="left")
        .join(stock, on=claves, how="left")
        .join(activos, on=claves, how="left")
        .join(_anteriores(historia.anios), on="anio", how="left")
        .with_columns(
            pl.col(contadas).fill_null(0), *(pl.when(tiene_antes).then(pl.col(c).fill_null(0)) for c in _STOCK)
        )
        .with_columns(neto=pl.sum_horizontal(*ENTRADAS) - pl.sum_horizontal(*SALIDAS))
        .with_columns(natalidad=_tasa("nacimientos", "ahora"), mortalidad=_tasa("muertes", "antes"))
        .select("anio", "desde", *por, "antes", *ENTRADAS, *SALIDAS, "neto", "ahora", "provisorias", "mudanzas",
                "activos", "sabidos", "natalidad", "mortalidad")
        .sort(claves)
    )  # fmt: skip


def supervivencia(historia: Historia, por: Sequence[str] = ()) -> pl.DataFrame:
    """How many of those born in a year work 1, 2 and 3 years after, by some of `DIMENSIONES` (as they were born).

    Columns: `anio` (of birth), `despues` (k), the dimensions, `nacidos`, `vivos`, `sin_noticia` (no register that
    follows them speaks of that year), `salidas` (left for another comuna since, and so do not work here), `tasa` =
    100·vivos/(nacidos - sin_noticia), and `provisoria`: who does not work may still come back within 24 months.

    The formula is survival_k = alive at t+k / born in t, of those of whom it is known. `vivos`, `sin_noticia`,
    `salidas` and `tasa` are null where the year t+k was not consolidated; `tasa` also where the births are not those of
    one year (see `contar`). Years without births have no row.
    """
    nacidos = _con_atributos(historia.sucesos.filter(pl.col("tipo") == str(Suceso.NACIMIENTO)), historia, por)
    cohorte = nacidos.select("anio", "id", *por)
    salidas = historia.sucesos.filter(pl.col("tipo") == str(Suceso.SALIDA)).select("id", sale="anio")
    vistos = historia.seguidos.select("id", "ahora", "sabido", visto="anio")
    partes = []
    for k in range(1, SUPERVIVENCIA_ANIOS + 1):
        fecha = pl.col("anio") + k
        sale = pl.col("sale").is_between(pl.col("anio") + 1, fecha).fill_null(False)
        suyas = cohorte.join(salidas, on="id", how="left").group_by("anio", "id").agg(se_fue=sale.any())
        partes.append(
            cohorte.with_columns(despues=pl.lit(k, pl.Int32), visto=fecha)
            .join(vistos, on=["id", "visto"], how="left")
            .join(suyas, on=["anio", "id"], how="left")
            .with_columns(pl.col("ahora", "sabido").fill_null(False))
        )
    claves = ["anio", "despues", *por]
    trabaja = pl.col("ahora")
    contadas = {
        "vivos": _cuantos(trabaja & pl.col("sabido")),
        "sin_noticia": _cuantos(trabaja & ~pl.col("sabido")),
        "salidas": _cuantos(~trabaja & pl.col("se_fue")),
    }
    ultimo = max(historia.anios, default=0)
    hay = (pl.col("anio") + pl.col("despues")).is_in(list(historia.anios))
    de_un_anio = pl.col("anio") - pl.col("desde") == 1
    sabidos = pl.col("nacidos") - pl.col("sin_noticia")
    return (
        pl.concat(partes)
        .group_by(claves)
        .agg(pl.len().cast(pl.Int64).alias("nacidos"), **contadas)
        .join(_anteriores(historia.anios), on="anio", how="left")
        .with_columns(pl.when(hay).then(pl.col(c)).alias(c) for c in contadas)
        .with_columns(
            tasa=pl.when(de_un_anio & (sabidos > 0)).then(100 * pl.col("vivos") / sabidos),
            provisoria=pl.col("anio") + pl.col("despues") > ultimo - PROVISORIO_ANIOS,
        )
        .select("anio", "despues", *por, "nacidos", *contadas, "tasa", "provisoria")
        .sort(claves)
    )


_STOCK = ("antes", "ahora")


def _con_atributos(hechos: pl.DataFrame, historia: Historia, por: Sequence[str]) -> pl.DataFrame:
    """What happened, with what each was in the last year, up to that one, in which it worked."""
    if not por:
        return hechos
    suyos = historia.atributos.select("anio", "id", *por).sort("anio")
    return hechos.sort("anio").join_asof(suyos, on="anio", by="id", strategy="backward", check_sortedness=False)


def _anteriores(anios: Sequence[int]) -> pl.DataFrame:
    """Each consolidated year with the one before it."""
    return pl.DataFrame({"anio": list(anios)}, schema={"anio": pl.Int32}).with_columns(desde=pl.col("anio").shift(1))


def _cuantos(condicion: pl.Expr) -> pl.Expr:
    return condicion.sum().cast(pl.Int64)


def _tasa(parte: str, total: str) -> pl.Expr:
    """Per cent, where the events are those of one year and somebody is there."""
    de_un_anio = pl.col("anio") - pl.col("desde") == 1
    return pl.when(de_un_anio & (pl.col(total) > 0)).then(100 * pl.col(parte) / pl.col(total))
