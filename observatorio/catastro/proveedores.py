"""The suppliers of the tractoras: who sells to them, and to those who sell to them, and in which sense they are local.

A tractora is a firm with a list of sites of its own in the year (actor `tractora`, describing premises). "Local" has no
shared meaning, so four criteria stand side by side and whoever asks chooses:

- `N1`, head office in the comuna: the profits and the decisions stay. `catastro.empresa.cut_casa_matriz` is the comuna.
- `N2`, a working premises in the comuna with a current patente: it pays and hires here, wherever it is directed from.
- `N3`, present in the province, by any record: the labour market that shifts and daily travel reach.
- `N4`, present in the region, by any record: what the mining companies' own programmes call northern or regional.

Whoever meets N1 or N2 meets N3, and whoever meets N3 meets N4; N1 and N2 do not contain each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from observatorio.catastro.cierre import NO_FUNCIONA
from observatorio.db.copia import copiar, crear_etapa
from observatorio.db.queries import proveedores as consultas
from observatorio.vocabulario import Actor

Criterio = Literal["N1", "N2", "N3", "N4"]

_PRESENCIAS = pl.Schema({"rut": pl.Int32(), "cut": pl.String()})
_NIVELES = pl.Schema({"tractora": pl.Int32(), "rut": pl.Int32(), "nivel": pl.Int32()})
_Enteros = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Conteo:
    """How many suppliers: direct, indirect, and distinct firms in all; of one tractora, or of all (`rut` is None)."""

    rut: int | None
    nombre: str | None
    directos: int
    indirectos: int
    distintos: int


def vigentes(vinculos: pl.DataFrame, fecha: date, hasta: date | None = None) -> pl.DataFrame:
    """The links that hold at a date, or on any day from `fecha` to `hasta`: distinct `comprador proveedor`.

    Takes `comprador proveedor anio desde hasta`. A link holds from its `desde` to its `hasta`, both included; an end
    that nobody gave is that of the year of its list. One that ends before it begins never holds.
    """
    inicio = pl.coalesce("desde", pl.date("anio", 1, 1))
    termino = pl.coalesce("hasta", pl.date("anio", 12, 31))
    rige = (inicio <= termino) & (inicio <= (hasta or fecha)) & (termino >= fecha)
    return vinculos.filter(rige).select("comprador", "proveedor").unique().sort("comprador", "proveedor")


def niveles(vinculos: pl.DataFrame, tractoras: Iterable[int]) -> pl.DataFrame:
    """Every firm that supplies each tractora, directly (`nivel` 1) or through others: `tractora rut nivel`, sorted.

    `vinculos` has a row for each purchase, `comprador proveedor` (RUT numbers); repeated ones count once. `nivel` is
    the length of the shortest way from the tractora. Cycles end where they began: nobody is its own supplier, but a
    tractora may supply another.
    """
    pares = vinculos.select("comprador", "proveedor").drop_nulls()
    ruts = np.unique(pares.to_numpy())
    comprador, proveedor = (np.searchsorted(ruts, pares[c].to_numpy()) for c in ("comprador", "proveedor"))
    orden = np.argsort(comprador, kind="stable")
    inicios = np.searchsorted(comprador[orden], np.arange(len(ruts) + 1))
    vecinos = proveedor[orden]
    partes = [pl.DataFrame(schema=_NIVELES)]
    for tractora in sorted(set(tractoras)):
        puesto = int(np.searchsorted(ruts, tractora))
        if puesto == len(ruts) or ruts[puesto] != tractora:
            continue
        lejania = _lejania(inicios, vecinos, puesto)
        suyos = np.flatnonzero(lejania > 0)
        datos = {"tractora": np.full(len(suyos), tractora), "rut": ruts[suyos], "nivel": lejania[suyos]}
        partes.append(pl.DataFrame(datos).cast(_NIVELES))
    return pl.concat(partes)


def _lejania(inicios: _Enteros, vecinos: _Enteros, origen: int) -> _Enteros:
    """Steps from a node to each (0 for itself, -1 where no way leads); the neighbours of `i` are those from
    `inicios[i]` to `inicios[i + 1]`."""
    lejania = np.full(len(inicios) - 1, -1, dtype=np.int64)
    lejania[origen] = 0
    frontera, paso = np.array([origen]), 0
    while len(frontera):
        paso += 1
        cuantos = inicios[frontera + 1] - inicios[frontera]
        # Positions of all neighbours of the frontier, as one array: each run of `cuantos` begins at its `inicios`.
        corrida = np.arange(cuantos.sum()) - np.repeat(np.cumsum(cuantos) - cuantos, cuantos)
        alcanzados = vecinos[np.repeat(inicios[frontera], cuantos) + corrida]
        frontera = np.unique(alcanzados[lejania[alcanzados] < 0])
        lejania[frontera] = paso
    return lejania


def presencias(del_anio: pl.DataFrame, anio: int) -> pl.DataFrame:
    """The comunas that some record which holds in the year (`lectura.vigentes_en`) names for a firm: `rut cut`.

    What a list of members or a survey says of a RUT may be somebody else's: their word counts once it was linked to a
    premises of the firm. Of a history, an address that was closed, or that ended before the year, is no presence.
    """
    ida = pl.col("historica") & (
        pl.col("estado").is_in(NO_FUNCIONA).fill_null(False) | (pl.col("hasta") < date(anio, 1, 1)).fill_null(False)
    )
    de_oficina = ~pl.col("actor").is_in([str(Actor.GREMIO), str(Actor.ACADEMIA)])
    dichas = del_anio.filter(de_oficina & ~ida & pl.col("rut").is_not_null() & pl.col("cut").is_not_null())
    return dichas.select("rut", "cut").unique().sort("rut", "cut")


def rehacer_niveles(conn: Connection, cut: str, anio: int, presentes: pl.DataFrame) -> int:
    """Write `catastro.nivel_proveedor` of a year anew, from the live lists; returns its rows.

    A year's network is made of the links that hold on any of its days. `catastro.empresa`, the year of
    `catastro.establecimiento_anio` and `presentes` (see `presencias`) are what the criteria rest on (see the module).
    """
    vinculos = vigentes(consultas.vinculos(conn, anio), date(anio, 1, 1), date(anio, 12, 31))
    filas = niveles(vinculos, consultas.tractoras(conn, anio))
    consultas.vaciar(conn, cut, anio)
    copiar(conn, crear_etapa(conn, "niveles_proveedor", _NIVELES), filas)
    suyas = presentes.filter(pl.col("rut").is_in(filas["rut"].unique().implode()))
    copiar(conn, crear_etapa(conn, "presencias_proveedor", _PRESENCIAS), suyas)
    consultas.volcar(conn, cut, anio)
    return filas.height


def contar(
    conn: Connection,
    cut: str,
    anio: int,
    criterio: Criterio | None = None,
    nivel_max: int | None = None,
    fecha: date | None = None,
) -> tuple[list[Conteo], Conteo]:
    """The suppliers of each tractora of the year at a date of it, its last day by default, and of all of them together.

    Only those that meet `criterio` in the year (all, local or not, without it), at `nivel_max` steps at most. Over all
    tractoras a firm counts once, and is direct when it is so for one of them: those figures are neither sums of
    tractoras nor of tiers. The tractoras come by their RUT, those without suppliers too.
    """
    ruts = consultas.tractoras(conn, anio)
    red = niveles(vigentes(consultas.vinculos(conn, anio), fecha or date(anio, 12, 31)), ruts)
    if criterio is not None:
        # Whoever supplies at a date supplies in the year, of which the criteria are kept.
        red = red.filter(pl.col("rut").is_in(consultas.que_cumplen(conn, cut, anio, criterio.lower()).implode()))
    if nivel_max is not None:
        red = red.filter(pl.col("nivel") <= nivel_max)
    nombres = consultas.nombres(conn, ruts)
    suyos = {rut: red.filter(pl.col("tractora") == rut)["nivel"] for rut in ruts}
    juntos = red.group_by("rut").agg(pl.col("nivel").min())["nivel"]
    return [_conteo(rut, nombres.get(rut), suyos[rut]) for rut in ruts], _conteo(None, None, juntos)


def _conteo(rut: int | None, nombre: str | None, cercania: pl.Series) -> Conteo:
    """The count of firms whose steps from the tractora are given."""
    return Conteo(rut, nombre, int((cercania == 1).sum()), int((cercania > 1).sum()), len(cercania))
