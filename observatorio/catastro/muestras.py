"""What a sample with weights says of the whole: estimates with their standard error, beside the register.

A survey's file has a weight for each row (`factor_expansion`) and neither strata nor those who were looked for and did
not answer. Its variance is therefore that of draws with replacement (Hansen and Hurwitz) in which whoever did not
answer counts as zero. With m tries, v = m/(m-1) · Σ(z - z̄)², where z = w·y in the domain and zero elsewhere; m is not
known, and v grows with it up to Σz², which is taken. (With m as the rows alone, equal weights would make the number of
premises known without error.) What strata gain, and how much of the whole was visited, is left out as well: the error
is rather too wide than too narrow. Ratios by Taylor linearisation, z = w·(y - R·x) / X and v = n/(n-1) · Σz². See
Särndal, Swensson and Wretman, *Model Assisted Survey Sampling* (1992), §§ 2.9, 3.2, 5.5-5.7, and Lohr, *Sampling:
Design and Analysis* (2019), chs. 4, 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from psycopg import sql
from sqlalchemy import Connection

from observatorio.catastro.cierre import NO_FUNCIONA
from observatorio.catastro.formalidad import formalidad, pide_sanitaria, sanitaria_exigida
from observatorio.db.copia import copiar
from observatorio.db.queries import muestras as consultas
from observatorio.vocabulario import EstadoValor, Formalidad

ESTIMACION = pl.Schema(
    {"categoria": pl.String(), "estimado": pl.Float64(), "error_estandar": pl.Float64(), "n": pl.Int64()}
)
TOTAL = ""
"""The category of the whole domain."""

_Reales = npt.NDArray[np.float64]
_DECIDIDAS = tuple(map(str, (Formalidad.FORMAL, Formalidad.EN_PROCESO, Formalidad.INFORMAL)))
_CIEN = 100.0
_ESTIMADAS = ("fuente", "medida", "dimension", *ESTIMACION)


@dataclass(frozen=True)
class Estimadas:
    """What a year's estimates came from: rows of samples with a weight, rows left out for want of one, estimates."""

    filas: int
    sin_peso: int
    estimaciones: int


def con_peso(filas: pl.DataFrame) -> pl.DataFrame:
    """The rows whose `peso` is a positive number: the others stand for nobody and cannot be expanded."""
    return filas.filter((pl.col("peso") > 0).fill_null(False) & pl.col("peso").is_finite().fill_null(False))


def estimar_total(filas: pl.DataFrame, y: str, por: str | None = None) -> pl.DataFrame:
    """The total of `y` in the population, in each category of `por` or in all (`TOTAL`): `ESTIMACION`, by category.

    `filas` is the whole sample, with `peso`. A row belongs to the domain where the boolean `dominio` is true; one of
    the domain whose `y` is null did not answer, and those of its category who did stand for it too (a ratio to the
    weight of those who answered). `n` counts those who answered; fewer than two give no standard error.
    """
    muestra = con_peso(filas)
    nombres, codigo, en_dominio = _categorias(muestra, por)
    if not nombres:
        return ESTIMACION.to_frame()
    respondio = en_dominio & muestra[y].is_not_null().to_numpy()
    peso = muestra["peso"].to_numpy()
    valor = np.where(respondio, muestra[y].cast(pl.Float64).fill_null(0).to_numpy(), 0.0)
    w_dominio, w_respondio, w_valor = (
        _sumar(codigo, peso * cuanto, len(nombres)) for cuanto in (en_dominio, respondio, valor)
    )
    media, alza = _dividir(w_valor, w_respondio), _dividir(w_dominio, w_respondio)
    # Where everybody answered this is w·y. The sum of z is the estimate.
    z = peso * (media[codigo] * en_dominio + alza[codigo] * (valor - media[codigo] * respondio))
    estimado, cuadrados = (_sumar(codigo, sumandos, len(nombres)) for sumandos in (z, z**2))
    return _resultado(nombres, estimado, np.sqrt(cuadrados), _sumar(codigo, respondio * 1.0, len(nombres)))


def estimar_razon(filas: pl.DataFrame, y: str, x: str, por: str | None = None) -> pl.DataFrame:
    """The ratio of the totals of `y` and `x` in the population, by category of `por` or in all: `ESTIMACION`.

    With an `x` of ones this is the mean, with a `y` of zeros and ones a share. Rows as for `estimar_total`; those
    whose `y` or `x` is null are in no total. A category whose `x` adds up to nothing has no ratio (null).
    """
    muestra = con_peso(filas)
    nombres, codigo, en_dominio = _categorias(muestra, por)
    if not nombres:
        return ESTIMACION.to_frame()
    respondio = en_dominio & (muestra[y].is_not_null() & muestra[x].is_not_null()).to_numpy()
    peso = muestra["peso"].to_numpy()
    arriba, abajo = (np.where(respondio, muestra[c].cast(pl.Float64).fill_null(0).to_numpy(), 0.0) for c in (y, x))
    total_x = _sumar(codigo, peso * abajo, len(nombres))
    razon = _dividir(_sumar(codigo, peso * arriba, len(nombres)), total_x)
    z = _dividir(peso * (arriba - razon[codigo] * abajo), total_x[codigo])
    cuadrados = _sumar(codigo, np.where(respondio, z, 0.0) ** 2, len(nombres))
    n = _sumar(codigo, respondio * 1.0, len(nombres))
    return _resultado(nombres, razon, np.sqrt(cuadrados * _dividir(n, n - 1)), n)


def _categorias(
    muestra: pl.DataFrame, por: str | None
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The names of the categories in the domain, the code of each row (0 outside, where it weighs nothing), and
    whether it is in the domain."""
    en_dominio = muestra["dominio"].fill_null(False).to_numpy()
    if por is None:
        return [TOTAL], np.zeros(muestra.height, dtype=np.int64), en_dominio
    valores = muestra[por].fill_null(str(EstadoValor.SIN_DATO))
    nombres = valores.filter(muestra["dominio"].fill_null(False)).unique().sort().to_list()
    numeros = valores.replace_strict(nombres, list(range(len(nombres))), default=0, return_dtype=pl.Int64)
    return nombres, numeros.to_numpy(), en_dominio


def _sumar(codigo: npt.NDArray[np.int64], valores: _Reales, cuantas: int) -> _Reales:
    """Sums by category, in the order of the rows, so that the last figure never depends on threads."""
    return np.bincount(codigo, weights=valores, minlength=cuantas).astype(np.float64)


def _dividir(a: _Reales, b: _Reales) -> _Reales:
    return np.divide(a, b, out=np.full(len(a), np.nan), where=b != 0)


def _resultado(nombres: list[str], estimado: _Reales, error: _Reales, n: _Reales) -> pl.DataFrame:
    marco = pl.DataFrame(
        {"categoria": nombres, "estimado": estimado, "error_estandar": error, "n": n.astype(np.int64)},
        schema=ESTIMACION,
    )
    conocido = pl.col("estimado").is_finite() & (pl.col("n") > 0)
    return marco.with_columns(
        estimado=pl.when(conocido).then("estimado"),
        error_estandar=pl.when(conocido & (pl.col("n") > 1) & pl.col("error_estandar").is_finite()).then(
            "error_estandar"
        ),
    )


def rehacer_estimaciones(conn: Connection, cut: str, anio: int) -> Estimadas:
    """Write `indicador.estimacion` of a comuna and year anew, from the live samples that describe premises.

    Each source apart. Measures: `establecimientos` and `empleo_total` (totals), `tasa_informalidad` and
    `parte_conmutante` (per cent, as the indicators are). `catastro.identidad` and the year must be there: the section
    of a premises, and whether it needs a sanitary resolution, are those of the establishment that it was linked to.
    """
    respuestas = consultas.respuestas(conn, cut, anio)
    consultas.vaciar(conn, cut, anio)
    preparadas = preparar(respuestas)
    partes = [
        tabla.select(pl.lit(str(fuente)).alias("fuente"), *_ESTIMADAS[1:])
        for (fuente,), muestra in sorted(preparadas.partition_by("fuente", as_dict=True).items())
        for tabla in _medir(muestra)
    ]
    filas = pl.concat(partes) if partes else pl.DataFrame()
    if filas.height:
        marcadas = filas.select(pl.lit(cut).alias("cut"), pl.lit(anio, pl.Int32).alias("anio"), *_ESTIMADAS)
        copiar(conn, sql.SQL("indicador.estimacion"), marcadas)
    usadas = con_peso(preparadas).height
    return Estimadas(usadas, preparadas.height - usadas, filas.height)


def preparar(respuestas: pl.DataFrame) -> pl.DataFrame:
    """Answers as `db.queries.muestras.respuestas` reads them, with what is measured on each.

    Adds `dominio` (seen working in the comuna), `uno`, `formalidad` by the rule of the register over the survey's own
    answers, `decidida` and `informal` (0 or 1), and `conocidos` (workers whose home is known). Several waves in a year
    each stand for the whole: their weights are shared among them.
    """
    giro = pide_sanitaria(respuestas["giro_texto"])
    activo = ~pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
    olas = pl.col("ola").fill_null("").n_unique().over("fuente")
    con_dominio = respuestas.with_columns(
        giro,
        peso=pl.col("peso") / olas,
        dominio=pl.col("aqui").fill_null(False) & activo,
        uno=pl.lit(1, pl.Int32),
    )
    exigida = pl.coalesce("sanitaria_exigida", sanitaria_exigida(pl.col("acteco"), pl.col("pide_sanitaria")))
    sii, patente, sanitaria = (pl.col(f"senal_{s}") for s in ("sii", "patente", "sanitaria"))
    decidida = pl.col("formalidad").is_in(_DECIDIDAS)
    ambos = pl.col("empleo_local").is_not_null() & pl.col("empleo_conmutante").is_not_null()
    return con_dominio.with_columns(formalidad=formalidad(~activo, sii, patente, sanitaria, exigida)).with_columns(
        decidida=pl.when(decidida).then(1),
        informal=pl.when(decidida).then((pl.col("formalidad") == str(Formalidad.INFORMAL)).cast(pl.Int32)),
        conocidos=pl.when(ambos).then(pl.col("empleo_local") + pl.col("empleo_conmutante")),
    )


def _medir(muestra: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The estimates of one source and year, a table for each measure and dimension."""
    for dimension in ("", "formalidad", "seccion"):
        por = dimension or None
        tablas = {
            "establecimientos": estimar_total(muestra, "uno", por),
            "empleo_total": estimar_total(muestra, "empleo_total", por),
            "parte_conmutante": _en_porcentaje(estimar_razon(muestra, "empleo_conmutante", "conocidos", por)),
        }
        if dimension != "formalidad":
            tablas["tasa_informalidad"] = _en_porcentaje(estimar_razon(muestra, "informal", "decidida", por))
        for medida, tabla in tablas.items():
            yield tabla.with_columns(medida=pl.lit(medida), dimension=pl.lit(dimension))


def _en_porcentaje(tabla: pl.DataFrame) -> pl.DataFrame:
    return tabla.with_columns(pl.col("estimado", "error_estandar") * _CIEN)
