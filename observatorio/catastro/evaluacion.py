"""How right the catastro is, against a known truth: pairs of records, formality, as figures to be printed.

The truth is that of the synthetic city (docs/ciudad_sintetica.md); nothing here reads it to decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Formalidad

_CLAVES = ("carga", "fila", "parte")


@dataclass(frozen=True)
class Pares:
    """Pairs of records: those that truly are of one establishment, those given as such, and those that are both."""

    reales: int
    dados: int
    ciertos: int

    @property
    def precision(self) -> float:
        """Of the pairs given, the share that is true; 1 where none was given."""
        return self.ciertos / self.dados if self.dados else 1.0

    @property
    def recall(self) -> float:
        """Of the true pairs, the share that was given; 1 where there are none."""
        return self.ciertos / self.reales if self.reales else 1.0

    def __sub__(self, otros: Pares) -> Pares:
        return Pares(self.reales - otros.reales, self.dados - otros.dados, self.ciertos - otros.ciertos)


def contar_pares(marco: pl.DataFrame, verdad: str = "verdad", dado: str = "id") -> Pares:
    """Count pairs over rows, one a record; a null `dado` is a record that was linked to nothing: alone."""
    solos = pl.concat_str(pl.lit("solo:"), pl.int_range(pl.len()))
    marco = marco.with_columns(pl.col(dado).fill_null(solos))
    return Pares(_pares(marco, verdad), _pares(marco, dado), _pares(marco, verdad, dado))


def _pares(marco: pl.DataFrame, *claves: str) -> int:
    n = pl.col("len").cast(pl.Int64)
    return int(marco.group_by(claves).len().select((n * (n - 1) // 2).sum()).item())


@dataclass(frozen=True)
class Enlazados:
    """Pairs of all records; of those with at least one record without a RUT; and what exact keys alone give."""

    todos: Pares
    sin_rut: Pares
    exactos: Pares
    exactos_sin_rut: Pares
    registros: int


def medir_enlace(registros: pl.DataFrame) -> Enlazados:
    """Measure the linkage over the records that truly speak of an establishment of the comuna.

    `registros`: `verdad` (true establishment), `id` (given, may be null), `rut`, `razon_social`, `nombre_fantasia`,
    `direccion_texto`, `calle`, `numero`, `resto`.
    """
    marco = registros.with_columns(exacta=_clave_exacta(registros))
    con_rut = marco.filter(pl.col("rut").is_not_null())
    todos, exactos = contar_pares(marco), contar_pares(marco, dado="exacta")
    return Enlazados(
        todos,
        todos - contar_pares(con_rut),
        exactos,
        exactos - contar_pares(con_rut, dado="exacta"),
        marco.height,
    )


def _clave_exacta(registros: pl.DataFrame) -> pl.Series:
    """What a join by equality would use: RUT, or else the name, with the address as it was written."""
    nombre = plegar(registros["nombre_fantasia"].fill_null(registros["razon_social"]))
    escrita = pl.concat_str("calle", "numero", "resto", separator=" ", ignore_nulls=True)
    direccion = plegar(registros.select(pl.coalesce("direccion_texto", escrita)).to_series())
    marco = registros.select("rut").with_columns(nombre=nombre, direccion=direccion)
    quien = pl.coalesce(pl.col("rut").cast(pl.Utf8), "nombre")
    return marco.select(exacta=pl.concat_str(quien, pl.lit("|"), "direccion")).to_series()


@dataclass(frozen=True)
class Formalidades:
    """`matriz`: `real`, `dada`, `n` over the establishments and years that could be told; `reales` there truly are.

    `encontradas` of them are in the catastro; `sobran` are establishments of the catastro without a true one beside
    them, which are those that a second one already stands for.
    """

    matriz: pl.DataFrame
    reales: int
    encontradas: int
    sobran: int

    @property
    def cobertura(self) -> float:
        """Of the true active establishments that are in the catastro, the share whose formality is decided."""
        activas = self.matriz.filter(pl.col("real") != str(Formalidad.INACTIVO))
        decididas = activas.filter(pl.col("dada") != str(Formalidad.INDETERMINADO))
        return _parte(decididas, activas)

    @property
    def exactitud(self) -> float:
        """Of the decided ones, the share whose formality is the real one."""
        decididas = self.matriz.filter(pl.col("dada") != str(Formalidad.INDETERMINADO))
        return _parte(decididas.filter(pl.col("real") == pl.col("dada")), decididas)


def _parte(de: pl.DataFrame, todos: pl.DataFrame) -> float:
    total = int(todos["n"].sum())
    return int(de["n"].sum()) / total if total else 1.0


def medir_formalidad(catastro: pl.DataFrame, registros: pl.DataFrame, reales: pl.DataFrame) -> Formalidades:
    """Formality given against the real state, establishment by establishment and year by year.

    `catastro`: `anio id formalidad`; `registros`: `id verdad` (one row a record); `reales`: `anio id_establecimiento
    formalidad` of the comuna. An establishment of the catastro is the true one of which most of its records speak;
    of several that are the same true one, that with most records stands for it and the others are left over.
    """
    votos = (
        registros.drop_nulls("id")
        .group_by("id", "verdad")
        .len()
        .sort(["id", "len", "verdad"], descending=[False, True, False])
        .unique("id", keep="first", maintain_order=True)
    )
    pares = catastro.join(votos, on="id", how="left").sort(
        ["anio", "verdad", "len", "id"], descending=[False, False, True, False], nulls_last=True
    )
    unicos = pares.filter(pl.col("verdad").is_not_null()).unique(["anio", "verdad"], keep="first", maintain_order=True)
    juntos = reales.join(
        unicos.select("anio", "verdad", dada="formalidad"),
        left_on=["anio", "id_establecimiento"],
        right_on=["anio", "verdad"],
        how="left",
    )
    vistos = juntos.drop_nulls("dada")
    matriz = vistos.group_by(real="formalidad", dada="dada").agg(n=pl.len()).sort("real", "dada")
    activas = juntos.filter(pl.col("formalidad") != str(Formalidad.INACTIVO))
    return Formalidades(matriz, activas.height, activas["dada"].count(), catastro.height - unicos.height)
