"""Places as they are compared: doors with misspelt streets put right, and points on a metric plane."""

from __future__ import annotations

import polars as pl
from pyproj import Transformer
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from observatorio.normalizar.direccion import clave_direccion
from observatorio.normalizar.direccion_texto import UNIDADES
from observatorio.vocabulario import Precision

UTILES = (str(Precision.GPS), str(Precision.PUERTA), str(Precision.TRAMO))
"""Points good enough to tell two premises of one street apart."""

METRICO = "EPSG:32719"
_CONOCIDA, _DUDOSA, _PARECIDA = 8, 3, 0.92
_TIPO_VIA = r"^(?:AVENIDA|CALLE|PASAJE|CAMINO|DIAGONAL|COSTANERA) (\p{L}{3}[^|]*)$"
_UNIDAD = rf"\b(?:{UNIDADES}) [0-9A-Z]+(?:[-/][0-9A-Z]+)*"


def puertas(marco: pl.DataFrame) -> pl.DataFrame:
    """`via edificio puerta unidad` of rows with `calle numero resto`; null where there is none.

    `edificio` is `VIA|NUMERO`, only where there is a number; `puerta` adds the unit (`VIA|NUMERO|LOCAL 3`, or an empty
    unit). A block of a district has its quarter in its `via`.
    """
    clave = clave_direccion(marco["calle"], marco["numero"], marco["resto"]).set(marco["calle"].is_null(), None)
    partes = pl.DataFrame({"clave": clave}).select(
        pl.col("clave").str.split_exact("|", 2).struct.rename_fields(["via", "num", "resto"])
    )
    partes = partes.unnest("clave").with_columns(pl.col("via").str.replace(_TIPO_VIA, "$1"))
    unidad = pl.col("resto").str.extract_all(_UNIDAD).list.join(" ")
    barrio = pl.col("resto").str.replace_all(_UNIDAD, "").str.replace_all(" +", " ").str.strip_chars(" ")
    partes = partes.with_columns(unidad=unidad, barrio=barrio)
    partes = partes.with_columns(
        via=pl.when(pl.col("via").str.starts_with("MANZANA ") & (pl.col("barrio") != ""))
        .then(pl.concat_str("via", "barrio", separator=" "))
        .otherwise("via")
    )
    partes = partes.with_columns(via=_corregir(partes["via"]))
    con_numero = pl.col("num").str.contains("[0-9]")
    edificio = pl.when(con_numero).then(pl.concat_str("via", "num", separator="|"))
    return partes.select(
        "via",
        edificio=edificio,
        puerta=pl.when(con_numero).then(pl.concat_str("via", "num", "unidad", separator="|")),
        unidad="unidad",
    )


def _corregir(vias: pl.Series) -> pl.Series:
    """Streets that hardly anybody writes, in the spelling of the one known street that they resemble."""
    usos = vias.drop_nulls().value_counts(sort=False).rename({vias.name: "via"}).sort("via")
    con_letras = pl.col("via").str.contains(r"^\p{L}[^0-9]{3,}$")
    conocidas = usos.filter((pl.col("count") >= _CONOCIDA) & con_letras)["via"].to_list()
    dudosas = usos.filter((pl.col("count") <= _DUDOSA) & con_letras)["via"].to_list()
    if not conocidas or not dudosas:
        return vias
    parecido = process.cdist(dudosas, conocidas, scorer=JaroWinkler.similarity, score_cutoff=_PARECIDA, workers=1)
    mejor = parecido.argmax(axis=1)
    unica = ((parecido > 0).sum(axis=1) == 1).tolist()
    cambios = {d: conocidas[m] for d, m, si in zip(dudosas, mejor.tolist(), unica, strict=True) if si}
    return vias.replace(cambios)


def puntos(marco: pl.DataFrame) -> pl.DataFrame:
    """`x y`, whole metres on `METRICO`, of rows with `lon lat precision`; null where the point is not precise."""
    sirve = pl.col("precision").is_in(UTILES) & pl.col("lon").is_not_null() & pl.col("lat").is_not_null()
    filas = marco.select(sirve.fill_null(False).arg_true()).to_series()
    a_metros = Transformer.from_crs("EPSG:4326", METRICO, always_xy=True)
    x, y = a_metros.transform(marco["lon"].gather(filas).to_numpy(), marco["lat"].gather(filas).to_numpy())
    hechos = pl.DataFrame({"fila": filas, "x": x, "y": y}).with_columns(pl.col("x", "y").round().cast(pl.Int64))
    todas = pl.DataFrame({"fila": pl.int_range(marco.height, dtype=pl.UInt32, eager=True)})
    return todas.join(hechos, on="fila", how="left", maintain_order="left").select("x", "y")
