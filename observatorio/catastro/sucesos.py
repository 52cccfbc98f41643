"""What happened to each establishment between one consolidated year and the next: born, gone, back, moved.

The words are those of business demography (Eurostat and OECD, *Manual on Business Demography Statistics*, 2007):
whoever comes back within 24 months was not born again, and the deaths of the last 24 months are provisional. What
counts as absence, and who is not followed at all, is told in `docs/decisiones/0012-sucesos-y-muestras.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from psycopg import sql
from sqlalchemy import Connection

from observatorio.catastro.mudanzas import cambios_de_comuna, claves_de, mudanzas
from observatorio.db.copia import copiar
from observatorio.db.queries import sucesos as consultas
from observatorio.vocabulario import Actor, Cobertura, Describe, Suceso, TipoSitio

ESTADOS = pl.Schema(
    {
        "anio": pl.Int32(),
        "id": pl.String(),
        "rut": pl.Int32(),
        "activo": pl.Boolean(),
        "lon": pl.Float64(),
        "lat": pl.Float64(),
    }
)
SUCESOS = pl.Schema({"anio": pl.Int32(), "id": pl.String(), "tipo": pl.String(), "provisorio": pl.Boolean()})

SEGUIDOS = pl.Schema(
    {"anio": pl.Int32(), "id": pl.String(), "antes": pl.Boolean(), "ahora": pl.Boolean(), "sabido": pl.Boolean()}
)
TRASLADOS = pl.Schema({"rut": pl.Int32(), "anio": pl.Int32(), "sentido": pl.String()})

PAUSA_ANIOS = 2
"""Whole years of absence from which on a return is a birth: fewer are within 24 months."""
PROVISORIO_ANIOS = 2
"""The last years in which an exit may still turn out to be a pause."""
_HOLGURA_ANIOS = 1
"""How many years an office may be late, or early, with the news that a firm changed comuna."""

_Matriz = npt.NDArray[np.bool_]
_Enteros = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Evidencia:
    """What tells an absence from a silence.

    `voces` (`id fuente`): the registers, never samples, that ever proved the establishment. `anios` (`fuente anio`):
    the years for which each of them speaks. `inicios` (`id desde`): the earliest start that an office states.
    `traslados`: as `mudanzas.cambios_de_comuna` returns them.
    """

    voces: pl.DataFrame
    anios: pl.DataFrame
    inicios: pl.DataFrame
    traslados: pl.DataFrame


@dataclass(frozen=True)
class _Vida:
    """Establishments x years: working, and known to be so or not; by establishment its RUT (0: none) and its start
    (-1: not known). Whoever no register ever proved is not in it."""

    ids: pl.Series
    anios: list[int]
    activo: _Matriz
    sabido: _Matriz
    rut: _Enteros
    inicio: _Enteros


def sucesos(
    estados: pl.DataFrame, evidencia: Evidencia | None = None, direcciones: pl.DataFrame | None = None
) -> pl.DataFrame:
    """What happened, `SUCESOS` sorted by year, id and kind.

    `estados` (`ESTADOS`): each establishment in each consolidated year of one comuna in which it has a record, with a
    point only where it was measured (degrees, EPSG:4326). The years in it are the years that were consolidated. Without
    `evidencia` every establishment is known in every one of them, so that a missing record is an absence, and nobody
    comes from another comuna. `direcciones` (`mudanzas.DIRECCIONES`): the addresses of its records; without them nobody
    moves.
    """
    if estados.height == 0:
        return SUCESOS.to_frame()
    vida = _leer(estados, evidencia)
    partes = [SUCESOS.to_frame()]
    racha = np.zeros(vida.activo.shape, dtype=np.int64)
    for t, paso in enumerate(_pasos(vida)):
        racha[:, t] = (racha[:, t - 1] if t else 0) + paso.corte
        paso = _con_traslados(vida, t, paso, evidencia)
        partes += [_eventos(vida, t, quienes, tipo) for tipo, quienes in paso.tipos.items()]
    if direcciones is not None:
        partes.append(mudanzas(_activos(estados, vida, racha), direcciones, vida.anios))
    return pl.concat(partes).sort("anio", "id", "tipo")


def seguidos(estados: pl.DataFrame, evidencia: Evidencia | None = None) -> pl.DataFrame:
    """Who worked in a year (`ahora`) or in the consolidated one before (`antes`), of the establishments known in both.

    `SEGUIDOS` by year and id, from the second year on; takes what `sucesos` takes. `sabido`: whether some register that
    follows it speaks of the year; where none does, `ahora` repeats `antes`.
    """
    partes = [SEGUIDOS.to_frame()]
    if estados.height:
        vida = _leer(estados, evidencia)
        for t, paso in enumerate(_pasos(vida)):
            quienes = paso.conocido & (paso.estaba | paso.esta)
            if t and quienes.any():
                columnas = {"antes": paso.estaba, "ahora": paso.esta, "sabido": vida.sabido[:, t]}
                suyos = {"id": vida.ids.filter(pl.Series(quienes)), **{c: v[quienes] for c, v in columnas.items()}}
                partes.append(pl.DataFrame(suyos).select(pl.lit(vida.anios[t], pl.Int32).alias("anio"), pl.all()))
    return pl.concat(partes)


def balance(estados: pl.DataFrame, evidencia: Evidencia | None = None) -> pl.DataFrame:
    """How many worked in each year and in the one before, of the establishments known in both: `anio antes ahora`.

    `ahora - antes` equals births - deaths + reactivations + arrivals - departures of the year (`sucesos`).
    """
    anios = estados.select(pl.col("anio").unique().sort().slice(1))
    cuentas = seguidos(estados, evidencia).group_by("anio").agg(pl.col("antes", "ahora").sum().cast(pl.Int64))
    return anios.join(cuentas, on="anio", how="left").with_columns(pl.col("antes", "ahora").fill_null(0)).sort("anio")


@dataclass(frozen=True)
class _Paso:
    """One year, by establishment: worked before, works now (as far as known), was known before; who changed how;
    `corte`: 1 where an absence lies between this year and the last one in which it worked."""

    estaba: _Matriz
    esta: _Matriz
    conocido: _Matriz
    tipos: dict[Suceso, _Matriz]
    corte: _Enteros


def _leer(estados: pl.DataFrame, evidencia: Evidencia | None) -> _Vida:
    """The matrices of a frame. A year is known for an establishment that has a record in it, that one of its registers
    speaks for, or that lies before its start."""
    anios = estados["anio"].unique().sort()
    ids = estados["id"].unique().sort()
    if evidencia is not None:
        ids = ids.filter(ids.is_in(evidencia.voces["id"].implode()))
    propios = estados.join(ids.to_frame().with_row_index("i"), on="id", how="inner").join(
        anios.to_frame().with_row_index("t"), on="anio", how="inner"
    )
    i, t = propios["i"].to_numpy(), propios["t"].to_numpy()
    activo = np.zeros((len(ids), len(anios)), dtype=bool)
    activo[i, t] = propios["activo"].to_numpy()
    rut = np.zeros(len(ids), dtype=np.int64)
    rut[i] = propios["rut"].fill_null(0).to_numpy()
    inicio = np.full(len(ids), -1, dtype=np.int64)
    sabido = np.ones(activo.shape, dtype=bool)
    if evidencia is not None:
        sabido = _sabidos(ids, anios, evidencia)
        sabido[i, t] = True
        con_inicio = evidencia.inicios.join(ids.to_frame().with_row_index("i"), on="id", how="inner").drop_nulls(
            "desde"
        )
        inicio[con_inicio["i"].to_numpy()] = con_inicio["desde"].dt.year().to_numpy()
        sabido |= anios.to_numpy()[None, :] < inicio[:, None]
    return _Vida(ids, anios.to_list(), activo, sabido, rut, inicio)


def _sabidos(ids: pl.Series, anios: pl.Series, evidencia: Evidencia) -> _Matriz:
    """Establishment x year: whether a register that ever proved it speaks for the year."""
    sabido = np.zeros((len(ids), len(anios)), dtype=bool)
    voces = evidencia.voces.join(ids.to_frame().with_row_index("i"), on="id", how="inner")
    hablan = {str(f): set(a) for f, a in evidencia.anios.group_by("fuente").agg("anio").iter_rows()}
    for (fuente,), suyos in voces.partition_by("fuente", as_dict=True).items():
        sabido[suyos["i"].to_numpy()] |= np.array([a in hablan.get(str(fuente), ()) for a in anios])
    return sabido


def _pasos(vida: _Vida) -> Iterator[_Paso]:
    """Year after year. A year of which nothing is known of an establishment changes nothing for it."""
    n = len(vida.ids)
    estaba, conocido, alguna_vez = (np.zeros(n, dtype=bool) for _ in range(3))
    ausente = np.zeros(n, dtype=np.int64)
    for t in range(len(vida.anios)):
        sabido = vida.sabido[:, t]
        esta = np.where(sabido, vida.activo[:, t], estaba)
        entra, sale = conocido & esta & ~estaba, conocido & ~esta & estaba
        vuelve = entra & alguna_vez & (ausente < PAUSA_ANIOS)
        # What was there when the story begins was not born then, unless an office says so.
        nace = (entra & ~vuelve) if t else esta & (vida.inicio == vida.anios[0])
        tipos = {Suceso.NACIMIENTO: nace, Suceso.REACTIVACION: vuelve, Suceso.MUERTE: sale}
        yield _Paso(estaba, esta, conocido, tipos, (entra & alguna_vez).astype(np.int64))
        ausente = np.where(esta, 0, ausente + sabido)
        estaba, conocido, alguna_vez = esta, conocido | sabido, alguna_vez | esta


def _con_traslados(vida: _Vida, t: int, paso: _Paso, evidencia: Evidencia | None) -> _Paso:
    """Births of firms that had no premises here and left another comuna about then are arrivals; deaths of the last
    premises here of firms that a new comuna names about then are departures."""
    if evidencia is None or t == 0:
        return paso
    nace, sale = paso.tipos[Suceso.NACIMIENTO], paso.tipos[Suceso.MUERTE]
    cerca = evidencia.traslados.filter((pl.col("anio") - vida.anios[t]).abs() <= _HOLGURA_ANIOS)
    dejan, llegan = (cerca.filter(pl.col("sentido") == s)["rut"].unique().to_numpy() for s in ("deja", "llega"))
    antes, ahora = (np.unique(vida.rut[quienes]) for quienes in (paso.estaba, paso.esta))
    llega = nace & np.isin(vida.rut, dejan) & ~np.isin(vida.rut, antes) & (vida.rut > 0)
    se_va = sale & np.isin(vida.rut, llegan) & ~np.isin(vida.rut, ahora) & (vida.rut > 0)
    tipos = paso.tipos | {
        Suceso.NACIMIENTO: nace & ~llega,
        Suceso.MUERTE: sale & ~se_va,
        Suceso.LLEGADA: llega,
        Suceso.SALIDA: se_va,
    }
    return _Paso(paso.estaba, paso.esta, paso.conocido, tipos, paso.corte)


def _eventos(vida: _Vida, t: int, quienes: _Matriz, tipo: Suceso) -> pl.DataFrame:
    provisorio = tipo in (Suceso.MUERTE, Suceso.SALIDA) and vida.anios[t] > vida.anios[-1] - PROVISORIO_ANIOS
    return (
        vida.ids.filter(pl.Series(quienes))
        .to_frame("id")
        .select(
            pl.lit(vida.anios[t], pl.Int32).alias("anio"),
            "id",
            pl.lit(str(tipo)).alias("tipo"),
            pl.lit(provisorio).alias("provisorio"),
        )
    )


def _activos(estados: pl.DataFrame, vida: _Vida, racha: _Enteros) -> pl.DataFrame:
    """The years in which each worked, as `mudanzas` wants them: `racha` changes with every pause."""
    puestos = pl.DataFrame({"id": vida.ids}).with_row_index("i")
    anios = pl.DataFrame({"anio": vida.anios}, schema={"anio": pl.Int32}).with_row_index("t")
    propios = estados.filter("activo").join(puestos, on="id", how="inner").join(anios, on="anio", how="inner")
    return propios.with_columns(racha=pl.Series(racha[propios["i"].to_numpy(), propios["t"].to_numpy()]))


def rehacer_sucesos(conn: Connection, cut: str, observaciones: pl.DataFrame) -> int:
    """Write `catastro.suceso` of a comuna anew, all years; returns its rows.

    `observaciones`: the live ones of all years (`lectura.COLUMNAS`) with the `id` and the `enlazado` (RUT) of their
    establishment. It comes last, when every year of `catastro.establecimiento_anio` is made.
    """
    estados = consultas.estados(conn, cut).join(consultas.puntos(conn, cut), on=["anio", "id"], how="left")
    seguibles = observaciones.filter(
        (pl.col("cobertura") == str(Cobertura.CENSO))
        & pl.col("describe").is_in([str(Describe.EMPRESA), str(Describe.ESTABLECIMIENTO)])
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
    )
    traslados = cambios_de_comuna(_menciones(seguibles, cut), cut)
    evidencia = leer_evidencia(conn, cut, traslados)
    filas = sucesos(estados.select(ESTADOS.names()), evidencia, claves_de(_direcciones(observaciones)))
    consultas.vaciar(conn, cut)
    copiar(conn, sql.SQL("catastro.suceso"), filas.select(pl.lit(cut).alias("cut"), *SUCESOS))
    return filas.height


def leer_evidencia(conn: Connection, cut: str, traslados: pl.DataFrame | None = None) -> Evidencia:
    """What the database knows of who is heard when, once `catastro.identidad` is made; without `traslados` nobody comes
    from another comuna or leaves for one."""
    voces = consultas.voces(conn, cut)
    return Evidencia(
        voces.select("id", "fuente"),
        consultas.anios_de_fuentes(conn, cut),
        voces.group_by("id").agg(pl.col("desde").min()),
        TRASLADOS.to_frame() if traslados is None else traslados,
    )


def _menciones(seguibles: pl.DataFrame, cut: str) -> pl.DataFrame:
    """Where each source places, year by year, the firms of the comuna that it ever places elsewhere: `fuente rut anio
    cut`. A register that tells its history in one file does not say in which years somebody saw an address."""
    dichas = seguibles.filter(
        ~pl.col("historica")
        & ~pl.col("actor").is_in([str(Actor.GREMIO), str(Actor.ACADEMIA)])
        & pl.col("cut").is_not_null()
        & pl.col("rut").is_in(seguibles["enlazado"].drop_nulls().unique().implode())
    )
    de_fuera = dichas.filter(pl.col("cut") != cut)["rut"].unique()
    return (
        dichas.filter(pl.col("rut").is_in(de_fuera.implode()))
        .select("fuente", "rut", anio="observado", cut="cut")
        .unique()
    )


def _direcciones(observaciones: pl.DataFrame) -> pl.DataFrame:
    """The addresses of the establishments that have more than one: `id anio calle numero resto`; the others did not
    move. A register that tells its history says which addresses there were, not which was in use in its year."""
    dichas = observaciones.filter(
        pl.col("id").is_not_null()
        & ~pl.col("historica")
        & pl.col("calle").is_not_null()
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
    ).select("id", "calle", "numero", "resto", anio="observado")
    varias = pl.concat_str("calle", pl.lit("|"), pl.col("numero").fill_null("")).n_unique().over("id") > 1
    return dichas.filter(varias)
