"""Records without a RUT: known by the identifier of their own register, by name and place, or by themselves alone."""

from __future__ import annotations

import polars as pl

from observatorio.catastro.cercania import celda
from observatorio.normalizar.texto import plegar

_CLAVES = ("carga", "fila", "parte")


def enlazar_sueltos(marco: pl.DataFrame, con_rut: pl.DataFrame, locales: pl.DataFrame) -> pl.DataFrame:
    """`marco` with `rut`, `clave_lugar` and `regla`; by name and address also to the premises of a RUT (`con_rut`).

    `locales` are the observations of premises, of which `con_rut` tells the place.
    """
    nombres = plegar(marco["nombre_fantasia"].fill_null(marco["razon_social"])).alias("nombre")
    marco = marco.with_columns(nombres).with_columns(
        lugar=pl.coalesce("clave", pl.when(pl.col("lon").is_not_null()).then(celda())),
    )
    conocidos = _nombres_conocidos(con_rut, locales)
    unidos = marco.filter(pl.col("propio").is_null()).join(
        conocidos, left_on=["nombre", "clave"], right_on=["nombre", "clave_lugar"], how="inner", suffix="_conocido"
    )
    unidos = unidos.with_columns(
        rut=pl.col("rut_conocido"), clave_lugar=pl.col("clave"), regla=pl.lit("nombre_y_direccion_de_un_rut")
    )
    resto = marco.join(unidos, on=_CLAVES, how="anti")
    con_lugar = pl.col("nombre").is_not_null() & pl.col("lugar").is_not_null()
    resto = resto.join(_claves_sueltas(resto), on=_CLAVES, how="left").with_columns(
        clave_lugar=pl.coalesce(
            "propio", pl.when(con_lugar).then(pl.concat_str("nombre", pl.lit("@"), "lugar")), "suelta"
        ),
        regla=pl.when(pl.col("propio").is_not_null())
        .then(pl.lit("identificador_propio"))
        .when(con_lugar)
        .then(pl.lit("nombre_y_lugar"))
        .otherwise(pl.lit("registro_suelto")),
    )
    return pl.concat([unidos, resto], how="diagonal")


def _claves_sueltas(marco: pl.DataFrame) -> pl.DataFrame:
    """`suelta`, a key for each record: the same business keeps it from year to year, two businesses never share it.

    It is the source, its identifier, the name and the giro; equal ones are counted in the order of their files. A
    record without a name is nobody else in any other file, so that the file is part of its key. The number of the row
    is not: an office that sorts its list anew renames nobody.
    """
    giro = plegar(marco["giro_texto"]).fill_null("").alias("giro")
    archivo = pl.when(pl.col("nombre").is_null()).then(pl.col("sha256").str.slice(0, 16)).otherwise(pl.lit(""))
    partes = (
        pl.col("fuente"),
        pl.coalesce(pl.concat_str("id_fuente", pl.lit("."), "parte"), pl.lit("")),
        pl.col("nombre").fill_null(""),
        pl.when(pl.col("id_fuente").is_null()).then("giro").otherwise(pl.lit("")),
        archivo,
    )
    orden = marco.with_columns(giro).sort("sha256", "observado", "fila", "parte", maintain_order=True)
    # Rows with an identifier of their own and one name speak of one business: they are not told apart by counting.
    puesto = pl.when(pl.col("id_fuente").is_null()).then(pl.int_range(pl.len()).over("igual")).otherwise(0)
    return (
        orden.with_columns(igual=pl.concat_str(*partes, separator="#"))
        .with_columns(suelta=pl.concat_str("igual", pl.lit("#"), puesto))
        .select(*_CLAVES, "suelta")
    )


def _nombres_conocidos(con_rut: pl.DataFrame, locales: pl.DataFrame) -> pl.DataFrame:
    """Names that one RUT alone bears at an address: `nombre clave_lugar rut`."""
    nombrados = con_rut.join(locales.select(*_CLAVES, "nombre_fantasia", "razon_social"), on=_CLAVES, how="inner")
    largos = pl.concat(
        nombrados.select("rut", "clave_lugar", nombre=plegar(nombrados[c])) for c in ("nombre_fantasia", "razon_social")
    ).drop_nulls()
    return (
        largos.unique()
        .group_by("nombre", "clave_lugar")
        .agg(pl.col("rut").unique())
        .filter(pl.col("rut").list.len() == 1)
        .with_columns(pl.col("rut").list.first())
    )
