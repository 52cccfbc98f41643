"""Who works at a premises: one record tells the total and its parts, and the row says whether they add up.

Order of belief: a survey of the branch, a tractora's own count of its site, the workers that its patente declares, then
other lists that name the premises; only where none of them tells a total, a share of what the SII says of the firm
(`reparto.repartir`), which is marked as such. `empleo_total = empleo_local + empleo_conmutante + empleo_sin_dato`.
"""

from __future__ import annotations

import polars as pl

from observatorio.vocabulario import Actor

ACTORES = tuple(
    map(
        str,
        (Actor.ACADEMIA, Actor.TRACTORA, Actor.MUNICIPALIDAD, Actor.GREMIO, Actor.SALUD, Actor.EDUCACION),
    )
)
CONMUTANTES = ("conmutante_intrarregional", "conmutante_interregional")
PARTES = (
    "empleo_local",
    "empleo_conmutante",
    *CONMUTANTES,
    "trabajadores_extranjeros",
    "trabajadores_con_contrato",
)
CAMPOS = ("empleo_total", *PARTES)
SUMADO = ":suma_de_partes"
"""What the rule of an origin says where the record gives the parts and not what they add up to."""


def elegir_empleo(propias: pl.DataFrame, de: str = "id") -> pl.DataFrame:
    """The employment of each premises, every figure of it from one and the same record.

    `propias` are the records of the premises with their id (the column `de`), as `ganadores.preparar` leaves and orders
    them. The record that wins is the most believed one that tells a total, or else the most believed one that tells a
    part: the total of one source never stands beside the parts of another. Returns `de`, `CAMPOS` and their origins
    `o_…`.
    """
    cuentan = _sumar(propias.filter(pl.col("actor").is_in(ACTORES))).filter(
        pl.any_horizontal(pl.col(c).is_not_null() for c in CAMPOS)
    )
    rango = pl.col("actor").replace_strict(list(ACTORES), list(range(len(ACTORES))), return_dtype=pl.Int8)
    ganador = (
        cuentan.with_columns(rango=rango)
        .sort(pl.col("empleo_total").is_null(), "rango", maintain_order=True)
        .unique(de, keep="first", maintain_order=True)
    )
    return ganador.select(de, *CAMPOS, *(_origen(c) for c in CAMPOS))


def _sumar(marco: pl.DataFrame) -> pl.DataFrame:
    """Give a record the sums that it leaves to the reader, and `sumado_<field>` where it did.

    Commuters are those of the region and those from outside it; everybody either lives in the comuna or commutes.
    """
    conmutante = pl.coalesce("empleo_conmutante", pl.col(CONMUTANTES[0]) + pl.col(CONMUTANTES[1]))
    marco = marco.with_columns(
        sumado_empleo_total=pl.col("empleo_total").is_null(),
        sumado_empleo_conmutante=pl.col("empleo_conmutante").is_null(),
        empleo_conmutante=conmutante,
    )
    return marco.with_columns(
        empleo_total=pl.coalesce("empleo_total", pl.col("empleo_local") + pl.col("empleo_conmutante"))
    )


def _origen(campo: str) -> pl.Expr:
    regla = pl.concat_str(pl.lit("establecimiento:"), "actor")
    if campo in ("empleo_total", "empleo_conmutante"):
        regla = pl.concat_str(regla, pl.when(f"sumado_{campo}").then(pl.lit(SUMADO)).otherwise(pl.lit("")))
    origen = pl.struct("carga", "fila", regla=regla)
    return pl.when(pl.col(campo).is_not_null()).then(origen).alias(f"o_{campo}")


def cuadrar(marco: pl.DataFrame) -> pl.DataFrame:
    """Add `empleo_sin_dato` and `empleo_cuadra` to establishments whose totals were chosen and shared out.

    A total that is a share of the firm's was not told by the record that told the parts: these are then left out, with
    their origins. `empleo_cuadra` is true where the parts fit in the total, false where they do not (they stay as they
    were stated), null where there is no total or no part. `empleo_sin_dato` is null where residents and commuters do
    not fit.
    """
    repartido = (pl.col("o_empleo_total").struct.field("regla") == "empresa:repartido").fill_null(False)
    marco = marco.with_columns(pl.when(~repartido).then(pl.col(c)).alias(c) for p in PARTES for c in (p, f"o_{p}"))
    total, dicho = pl.col("empleo_total"), {p: pl.col(p).fill_null(0) for p in PARTES}
    de_afuera = pl.sum_horizontal(dicho[c] for c in CONMUTANTES)
    reside = dicho["empleo_local"] + pl.max_horizontal(dicho["empleo_conmutante"], de_afuera)
    caben = (reside <= total) & (de_afuera <= pl.coalesce("empleo_conmutante", de_afuera))
    cuadra = caben & pl.all_horizontal(
        dicho[c] <= total for c in ("trabajadores_extranjeros", "trabajadores_con_contrato")
    )
    con_partes = pl.any_horizontal(pl.col(p).is_not_null() for p in PARTES)
    return marco.with_columns(
        empleo_sin_dato=pl.when(caben).then(total - dicho["empleo_local"] - dicho["empleo_conmutante"]),
        empleo_cuadra=pl.when(total.is_not_null() & con_partes).then(cuadra),
    )
