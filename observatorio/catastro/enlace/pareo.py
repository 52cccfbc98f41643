"""How much two profiles look like one premises: Splink on DuckDB, with a model that is frozen in a file."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker

from observatorio.catastro.enlace.pareo_niveles import COMPARACIONES, Modelo, ajustes, modelo
from observatorio.catastro.enlace.perfiles import LOCAL, PROPIO
from observatorio.catastro.enlace.poda import podar

ALCANCE_M = 50
"""Points nearer than this, in metres, are reason enough to compare two profiles."""

PARES: dict[str, Any] = {
    "nodo_a": pl.String,
    "nodo_b": pl.String,
    "huella_a": pl.String,
    "huella_b": pl.String,
    "peso": pl.Float64,
    "detalle": pl.String,
}
"""A scored pair, `nodo_a` < `nodo_b`. `detalle` tells what each comparison added, in bits."""

MEMORIA: dict[str, Any] = {
    "huella_a": pl.String,
    "huella_b": pl.String,
    "peso": pl.Float64,
    "detalle": pl.String,
    "modelo": pl.String,
}
"""What was scored before: pairs, and one row without `huella_b` for each profile that was there."""

HILOS = 2
MEMORIA_DUCKDB = "1500MB"
DISCO_DUCKDB = "8GB"


def candidatos(perfiles: pl.DataFrame) -> pl.DataFrame:
    """Pairs `a` < `b` of row numbers worth comparing, at least one of them without a RUT, sorted.

    They share a key of `bloques`, or have points within `ALCANCE_M`. Two rows of one list, and two of public registers,
    are two premises and are not compared. Whether a pair is here depends on its two profiles alone.
    """
    fila = pl.int_range(pl.len(), dtype=pl.UInt32).alias("i")
    marco = perfiles.select(fila, "clase", "bloques", "puntos")
    suelto = pl.col("clase") != LOCAL
    claves = marco.select("i", "clase", clave="bloques").explode("clave").drop_nulls("clave")
    iguales = claves.filter(suelto).join(claves, on="clave", suffix="_otro").select("i", "i_otro")
    pares = pl.concat([iguales, _cercanos(marco)]).filter(pl.col("i") != pl.col("i_otro"))
    orden = pares.select(a=pl.min_horizontal("i", "i_otro"), b=pl.max_horizontal("i", "i_otro")).unique().sort("a", "b")
    return _posibles(perfiles.select(fila, "clase", "listas"), orden)


def _cercanos(marco: pl.DataFrame) -> pl.DataFrame:
    """Pairs `i i_otro` with points within reach, looked for in a square of that side and the eight around it."""
    puntos = marco.select("i", "clase", "puntos").explode("puntos").drop_nulls("puntos").unnest("puntos")
    puntos = puntos.filter(~pl.col("denso"))
    puntos = puntos.with_columns(cx=pl.col("x") // ALCANCE_M, cy=pl.col("y") // ALCANCE_M)
    pasos = pl.DataFrame([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)], schema=["dx", "dy"], orient="row")
    mirados = puntos.filter(pl.col("clase") != LOCAL).join(pasos, how="cross")
    mirados = mirados.with_columns(cx=pl.col("cx") + pl.col("dx"), cy=pl.col("cy") + pl.col("dy"))
    metros_2 = (pl.col("x") - pl.col("x_otro")) ** 2 + (pl.col("y") - pl.col("y_otro")) ** 2
    vecinos = mirados.select("i", "x", "y", "cx", "cy").join(
        puntos.select("i", "x", "y", "cx", "cy"), on=["cx", "cy"], suffix="_otro"
    )
    return vecinos.filter(metros_2 <= ALCANCE_M**2).select("i", "i_otro")


def _posibles(marco: pl.DataFrame, pares: pl.DataFrame) -> pl.DataFrame:
    """Without the pairs that one list names in one year, nor those of two premises of public registers."""
    listas = marco.select("i", lista="listas").explode("lista").drop_nulls("lista")
    juntos = pares.join(listas, left_on="a", right_on="i").join(
        listas, left_on=["b", "lista"], right_on=["i", "lista"], how="semi"
    )
    propios = marco.filter(pl.col("clase") == PROPIO)["i"]
    dos = pl.col("a").is_in(propios.implode()) & pl.col("b").is_in(propios.implode())
    return pares.filter(~dos).join(juntos, on=["a", "b"], how="anti").sort("a", "b")


def puntuar(
    perfiles: pl.DataFrame, pares: pl.DataFrame, m: Modelo, piso: float | None, con_niveles: bool = False
) -> pl.DataFrame:
    """`a b peso` and one column for each comparison, of the pairs (`a b`, row numbers) not under `piso`, sorted.

    A comparison's column is what it adds to the weight; with `con_niveles` it is the number of its level, counted from
    the weakest, -1 where it has nothing to say.
    """
    prefijo = "gamma" if con_niveles else "mw"
    salida = ["a", "b", "peso", *COMPARACIONES]
    usadas = [c for c in perfiles.columns if any(f"{c}_l" in s for ns in COMPARACIONES.values() for _, s in ns)]
    marco = perfiles.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("i"), *usadas)
    with _motor() as con:
        if piso is not None and pares.height:
            pares = podar(con, _nombrados(marco, pares), pares, m, piso)
        if pares.height == 0:
            return pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64} | dict.fromkeys(salida[2:], pl.Float64))
        bloques = pares.select(
            match_key=pl.lit("0"), join_key_l=pl.col("a").cast(pl.Int64), join_key_r=pl.col("b").cast(pl.Int64)
        )
        api = DuckDBAPI(con)
        linker = Linker(
            api.register(_nombrados(marco, pares).to_arrow()),
            ajustes(m, con_niveles),
            log_level=None,
            validate_settings=False,
        )
        linker.table_management.register_blocked_pairs_for_predict(api.register(bloques.to_arrow()))
        hecho = linker.inference.predict(threshold_match_weight=piso, warning_mode="never")
        columnas = ("i_l", "i_r", "match_weight", *(f"{prefijo}_{c}" for c in COMPARACIONES))
        crudo = con.table(hecho.physical_name).select(*columnas).pl()
    # Weights are compared and stored in a fixed number of decimals: no machine adds them up in another way.
    return (
        crudo.rename(dict(zip(columnas, salida, strict=True))).with_columns(pl.col(pl.Float64).round(4)).sort("a", "b")
    )


def _nombrados(marco: pl.DataFrame, pares: pl.DataFrame) -> pl.DataFrame:
    """The rows of which some pair speaks."""
    return marco[pl.concat([pares["a"], pares["b"]]).unique().sort().to_list()]


@contextmanager
def _motor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory with bounded threads, memory and disk, that says nothing."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="pareo-") as carpeta:
        config: dict[str, Any] = {
            "threads": HILOS,
            "memory_limit": MEMORIA_DUCKDB,
            "temp_directory": carpeta,
            "max_temp_directory_size": DISCO_DUCKDB,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        con = duckdb.connect(":memory:", config=config)
        try:
            con.execute("SET enable_progress_bar = false")
            yield con
        finally:
            con.close()


def parear(perfiles: pl.DataFrame, memoria: pl.DataFrame | None = None, m: Modelo | None = None) -> pl.DataFrame:
    """The pairs (`PARES`) of profiles (`perfiles.COLUMNAS`) that a person or the model may join, sorted.

    They weigh at least `revisa`. Two profiles that `memoria` (see `recordar`) has seen are not scored again: it tells
    their weight, or by saying nothing that they were compared in vain. The outcome is the same without it.
    """
    m = m or modelo()
    claves = perfiles.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("i"), "nodo", "huella").with_columns(
        vista=pl.lit(False)
    )
    conocidos = pl.DataFrame(schema=MEMORIA)
    if memoria is not None:
        conocidos = memoria.filter(pl.col("modelo") == m.sha256)
        vistas = conocidos.filter(pl.col("huella_b").is_null())["huella_a"].unique()
        claves = claves.with_columns(vista=pl.col("huella").is_in(vistas.implode()))
    pares = candidatos(perfiles).cast(pl.Int64)
    vista = claves.filter("vista")["i"].implode()
    hechos = pl.col("a").is_in(vista) & pl.col("b").is_in(vista)
    nuevos = puntuar(perfiles, pares.filter(~hechos), m, m.revisa)
    con_claves = [
        _con_claves(nuevos.select("a", "b", "peso", detalle=_detalle()), claves),
        _con_claves(pares.filter(hechos), claves).join(
            conocidos.drop_nulls("huella_b").select("huella_a", "huella_b", "peso", "detalle"),
            on=["huella_a", "huella_b"],
            how="inner",
        ),
    ]
    return pl.concat(p.select(list(PARES)) for p in con_claves).sort("nodo_a", "nodo_b")


def _con_claves(pares: pl.DataFrame, claves: pl.DataFrame) -> pl.DataFrame:
    for lado in ("a", "b"):
        renombradas = {"i": lado, "nodo": f"nodo_{lado}", "huella": f"huella_{lado}"}
        pares = pares.join(claves.drop("vista").rename(renombradas), on=lado, how="inner")
    return pares


def _detalle() -> pl.Expr:
    """What each comparison that spoke added, as `nombre +5.42 lugar -0.40`."""
    partes = [
        pl.when(pl.col(c) != 0).then(
            pl.concat_str(
                pl.lit(f"{c} "),
                pl.when(pl.col(c) > 0).then(pl.lit("+")).otherwise(pl.lit("")),
                pl.col(c).round(2).cast(pl.String),
            )
        )
        for c in COMPARACIONES
    ]
    return pl.concat_str(*partes, separator=" ", ignore_nulls=True)


def recordar(perfiles: pl.DataFrame, pares: pl.DataFrame, m: Modelo | None = None) -> pl.DataFrame:
    """What the next run may know (`MEMORIA`): the profiles that were compared, and the pairs that were kept."""
    sello = pl.lit((m or modelo()).sha256, pl.String).alias("modelo")
    vacios = [pl.lit(None, MEMORIA[c]).alias(c) for c in ("huella_b", "peso", "detalle")]
    vistas = perfiles.select(pl.col("huella").alias("huella_a"), *vacios, sello)
    guardados = pares.select("huella_a", "huella_b", "peso", "detalle", sello)
    return pl.concat([vistas, guardados]).sort("huella_a", "huella_b", nulls_last=False)
