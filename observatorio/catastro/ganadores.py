"""For every field the record whose word won, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from observatorio.catastro import empleo
from observatorio.catastro.cierre import NO_FUNCIONA
from observatorio.catastro.formalidad import pide_sanitaria
from observatorio.catastro.reglas import REGLAS, Ambito, Regla
from observatorio.catastro.senales import ENCUESTAS, SENALES, leer_senales, matiz, responder_encuestas
from observatorio.vocabulario import Actor, Describe, Precision, Senal

DESEMPATE = ("dejada", "observado", "desde", "fuente", "sha256", "fila", "parte")
"""Among the records of one actor: an address that was left comes last; else the newest, then an order that rests on the
files, not on when they were loaded."""

_MEDIDAS = (str(Precision.GPS), str(Precision.PUERTA))
_CALCULADAS = tuple(map(str, (Precision.PUERTA, Precision.TRAMO, Precision.CALLE, Precision.SECTOR)))

CON_ORIGEN = (*REGLAS, *empleo.CAMPOS, *ENCUESTAS.values(), "estado", "tamano_trabajadores")
"""Fields of an establishment for which the record that said them is kept, `o_<field>`."""


def preparar(observaciones: pl.DataFrame, anio: int) -> pl.DataFrame:
    """Read each record as of the end of the year: an end date turns its signals. The best of an actor come first.

    Adds what `senales.leer_senales` does, `terminada`, `listada_viva`, `direccion`, `punto`, `acteco_propio` and
    `pide_sanitaria`.
    `lugar_regla` says how a place that the record did not state was found; it may be missing.
    """
    terminada = (pl.col("hasta") <= date(anio, 12, 31)).fill_null(False)
    if "lugar_regla" not in observaciones.columns:
        observaciones = observaciones.with_columns(lugar_regla=pl.lit(None, pl.Utf8))
    return (
        leer_senales(observaciones, anio)
        .with_columns(
            terminada=terminada & (pl.col("actor") == str(Actor.SII)) & (pl.col("describe") == str(Describe.EMPRESA)),
            direccion=pl.coalesce(
                "direccion_texto", pl.concat_str(["calle", "numero", "resto"], separator=" ", ignore_nulls=True)
            ).replace("", None),
            punto=pl.when(pl.col("lon").is_not_null()).then(
                pl.struct("lon", "lat", pl.col("precision").fill_null(str(Precision.PUERTA)))
            ),
            calidad=_calidad(),
            dejada=pl.col("historica") & pl.col("estado").is_in(NO_FUNCIONA).fill_null(False),
            listada_viva=(pl.col("actor") == str(Actor.SII))
            & (pl.col("describe") == str(Describe.EMPRESA))
            & (pl.col("senal_sii") == str(Senal.SI)).fill_null(False),
            acteco_propio="acteco",
            pide_sanitaria=pide_sanitaria(observaciones["giro_texto"]),
        )
        .sort(
            DESEMPATE, descending=[False, True, True, False, False, False, False], nulls_last=True, maintain_order=True
        )
    )


def ganadores(voces: pl.DataFrame, ambito: Ambito, de: str) -> pl.DataFrame:
    """For each value of the column `de` and each field of a scope, the winning value and `o_<field>`, its origin.

    Beside a signal stands `<signal>_fecha`, since when it holds. Premises bring along their employment
    (`empleo.elegir_empleo`) and what surveys answered of them (`senales.responder_encuestas`). `voces` are observations
    as `preparar` leaves them, in their order.
    """
    por_regla: dict[Regla, list[str]] = {}
    for campo, regla in REGLAS.items():
        if regla.ambito is ambito:
            por_regla.setdefault(regla, []).append(campo)
    marco = voces.select(pl.col(de).unique())
    for regla, campos in por_regla.items():
        actores = [str(a) for a in regla.actores]
        rango = pl.col("actor").replace_strict(actores, list(range(len(actores))), default=None, return_dtype=pl.Int8)
        elegidos = (
            voces.filter(pl.col("actor").is_in(actores))
            .with_columns(rango=rango)
            .sort(*_orden(regla, campos), nulls_last=True, maintain_order=True)
            .group_by(de, maintain_order=True)
            .agg(
                *(_valor(c) for c in campos),
                *(_origen(c, ambito) for c in campos),
                *(_fecha(c) for c in campos if c in SENALES),
            )
        )
        marco = marco.join(elegidos, on=de, how="left")
    if ambito is Ambito.ESTABLECIMIENTO:
        for propio in (empleo.elegir_empleo(voces, de), responder_encuestas(voces, de)):
            marco = marco.join(propio, on=de, how="left")
    return marco


def _orden(regla: Regla, campos: list[str]) -> list[pl.Expr]:
    """What goes before `DESEMPATE`: the actor's rank, and what the rule asks beside it."""
    rango = pl.col("rango")
    if regla.primera:
        return [rango, pl.col("historica"), pl.col("desde"), *map(pl.col, campos)]
    if regla.afirma:
        return [rango, -pl.col("observado"), *(pl.col(c) != str(Senal.SI) for c in campos)]
    return [pl.col("calidad"), rango] if regla.cercana else [rango]


def _calidad() -> pl.Expr:
    """How well a record knows its place, 0 the best; null where it has none."""
    propia = pl.col("lugar_regla").is_null() | pl.col("lugar_regla").str.starts_with("datum:")
    precision = pl.col("precision").fill_null(str(Precision.PUERTA))
    calculada = precision.replace_strict(
        _CALCULADAS, range(2, 2 + len(_CALCULADAS)), default=2 + len(_CALCULADAS), return_dtype=pl.Int8
    )
    medida = pl.when(precision.is_in(_MEDIDAS)).then(0).otherwise(1)
    return pl.when(pl.col("lon").is_not_null()).then(pl.when(propia).then(medida).otherwise(calculada))


def _fecha(senal: str) -> pl.Expr:
    return pl.col(f"fecha_{senal}").filter(pl.col(senal).is_not_null()).first().alias(f"{senal}_fecha")


def _valor(campo: str) -> pl.Expr:
    """The winning value of a field in a group whose best record comes first."""
    primero = pl.col(campo).drop_nulls().first()
    if not REGLAS[campo].suma:
        return primero
    ganadora = (pl.col("fuente") == pl.col("fuente").filter(pl.col(campo).is_not_null()).first()) & (
        pl.col("observado") == pl.col("observado").filter(pl.col(campo).is_not_null()).first()
    )
    return pl.when(primero.is_not_null()).then(pl.col(campo).filter(ganadora).sum()).alias(campo)


def _origen(campo: str, ambito: Ambito) -> pl.Expr:
    """The record that won: load, row, and the rule, which says when the value does not stand in the record itself."""
    regla = pl.concat_str(pl.lit(f"{ambito}:"), "actor")
    if campo in SENALES:
        regla = pl.concat_str(regla, matiz(campo))
    if campo == "punto":
        hallado = pl.when(pl.col("lugar_regla").is_not_null()).then(pl.concat_str(pl.lit(":"), "lugar_regla"))
        regla = pl.concat_str(regla, hallado.fill_null(pl.lit("")))
    origen = pl.struct("carga", "fila", regla=regla)
    return origen.filter(pl.col(campo).is_not_null()).first().alias(f"o_{campo}")


def procedencia(campos: Iterable[str]) -> pl.Expr:
    """`{"field": [load, row, "rule"], …}` as JSON text, of fields whose origins are `o_<field>`; those without one are
    null there, and left out by the database."""
    return pl.struct(
        pl.when(pl.col(f"o_{campo}").struct.field("carga").is_not_null())
        .then(
            pl.concat_list(
                pl.col(f"o_{campo}").struct.field("carga").cast(pl.Utf8),
                pl.col(f"o_{campo}").struct.field("fila").cast(pl.Utf8),
                pl.col(f"o_{campo}").struct.field("regla"),
            )
        )
        .alias(campo)
        for campo in campos
    ).struct.json_encode()
