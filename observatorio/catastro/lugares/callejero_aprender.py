"""What the gazetteer learns: which names are streets and quarters, which are slips, and where the doors stand."""

from __future__ import annotations

import polars as pl

from observatorio.catastro.cercania import metros_entre
from observatorio.catastro.lugares.callejero_puertas import (
    CALLE_M,
    POCOS,
    clave_de_orden,
    desviadas,
    extension,
    hitos,
    interpolar,
    mediana_robusta,
)
from observatorio.catastro.lugares.parecido import firmes, mas_parecidas
from observatorio.normalizar.texto import plegar

BARRIO_USADO = 5
"""Records that must name a quarter for it to be one."""
SECTOR_M, SECTOR_PARTE, SECTOR_PUNTOS = 1_500.0, 0.75, 3
"""A quarter means a place where so many metres hold that share of its points, and it has at least so many."""
CALLE_PARTE, CALLE_PUNTOS = 0.8, 2
OTRA_CALLE_M, NIEGAN = 150.0, 2
"""A name that looks like a slip is a street of its own where so many doors, and most of them, lie farther than this
from where the other street has those numbers: one door alone may be an old address with a new point."""
DE_BARRIO = "@"

_PUERTA = ["via", "clase", "n", "lado", "puerta"]


def barrios(partes: pl.DataFrame, sectores: pl.DataFrame | None) -> pl.DataFrame:
    """Quarters that records (`barrio`) or a loaded level (`nombre`) name often, and slips of those.

    Returns `nombre`, `conocido`, `peso`: every spelling and the known one, itself included, and how often it is used.
    """
    usos = partes.filter(pl.col("barrio") != "").group_by(nombre="barrio").agg(pl.len().cast(pl.Int64).alias("peso"))
    if sectores is not None:
        cargados = pl.DataFrame({"nombre": plegar(sectores["nombre"]).unique()}, schema={"nombre": pl.String})
        cargados = cargados.with_columns(peso=pl.lit(BARRIO_USADO, pl.Int64))
        usos = pl.concat([usos, cargados]).group_by("nombre").agg(pl.col("peso").sum())
    usados = usos.filter(pl.col("peso") >= BARRIO_USADO)
    propios = firmes(usados)
    lapsus = mas_parecidas(usos.join(propios, on="nombre", how="anti"), propios).join(usos, on="nombre")
    columnas = ["nombre", "conocido", "peso"]
    return pl.concat([propios.with_columns(conocido="nombre").select(columnas), lapsus.select(columnas)]).sort("nombre")


def con_barrios_nuevos(partes: pl.DataFrame, conocidos: pl.DataFrame) -> pl.DataFrame:
    """`conocidos` (as `barrios`) and the spellings in `partes` that were not seen when it was made."""
    vistos = partes.filter(pl.col("barrio") != "").select(nombre=pl.col("barrio").unique())
    nuevos = vistos.join(conocidos, on="nombre", how="anti").with_columns(peso=pl.lit(0, pl.Int64))
    propios = conocidos.filter(pl.col("nombre") == pl.col("conocido"))
    lapsus = mas_parecidas(nuevos, propios.select("nombre", "peso")).with_columns(peso=pl.lit(0, pl.Int64))
    return pl.concat([conocidos, lapsus.select(conocidos.columns)])


def con_barrio_conocido(partes: pl.DataFrame, conocidos: pl.DataFrame) -> pl.DataFrame:
    """Quarters in their known spelling, also after other words and, without a number, in the street's place."""
    nombres = dict(conocidos.select("nombre", "conocido").iter_rows())
    en_calle = (pl.col("barrio") == "") & (pl.col("clase") == "sin_numero")
    texto = partes.select(t=pl.when(en_calle).then("via").otherwise("barrio").fill_null(""))["t"]
    distintos = texto.unique().to_list()
    hallados = [_cola_conocida(t, nombres) for t in distintos]
    hallado = texto.replace_strict(distintos, pl.Series(hallados, dtype=pl.String), return_dtype=pl.String)
    return partes.with_columns(barrio=pl.coalesce(hallado, pl.col("barrio")))


def _cola_conocida(texto: str, conocidos: dict[str, str]) -> str | None:
    """The known quarter that the longest tail of a text spells, None where none does."""
    palabras = texto.split(" ")
    return next((conocidos[t] for k in range(len(palabras)) if (t := " ".join(palabras[k:])) in conocidos), None)


def manzanas(partes: pl.DataFrame) -> pl.DataFrame:
    """Blocks (`via`) of which only one district (`barrio`) is ever named, by enough records."""
    nombradas = partes.filter((pl.col("clase") == "sitio") & (pl.col("barrio") != ""))
    return (
        nombradas.group_by("via")
        .agg(pl.col("barrio").min(), distritos=pl.col("barrio").n_unique(), filas=pl.len())
        .filter((pl.col("distritos") == 1) & (pl.col("filas") >= BARRIO_USADO))
        .select("via", "barrio")
        .sort("via")
    )


def con_manzana_unica(partes: pl.DataFrame, unicas: pl.DataFrame) -> pl.DataFrame:
    """The district of the blocks that name none, where there is only one such block."""
    suyas = partes.join(unicas.rename({"barrio": "unico"}), on="via", how="left", maintain_order="left")
    sin_distrito = (pl.col("clase") == "sitio") & (pl.col("barrio") == "") & pl.col("unico").is_not_null()
    return suyas.with_columns(barrio=pl.when(sin_distrito).then("unico").otherwise("barrio")).drop("unico")


def renombrar(partes: pl.DataFrame, alias: pl.DataFrame) -> pl.DataFrame:
    """`via` in its known spelling, by `nombre`, `conocido`."""
    con_otro = partes.join(alias, left_on="via", right_on="nombre", how="left", maintain_order="left")
    return con_otro.with_columns(via=pl.coalesce("conocido", "via")).drop("conocido")


def pesos_de_vias(partes: pl.DataFrame) -> pl.DataFrame:
    """How many records write each street: `nombre`, `peso`."""
    con_via = partes.filter(pl.col("via").is_not_null())
    return con_via.group_by(nombre="via").agg(pl.len().cast(pl.Int64).alias("peso")).sort("nombre")


def alias(medidos: pl.DataFrame, pesos: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The located streets (`nombre`, `peso`), and the spellings (`nombre`) that are slips of one of them (`conocido`).

    A name that looks like a slip of a street much more used is a street of its own where its doors deny it.
    """
    situadas = pesos.join(medidos.select(nombre=pl.col("via").unique()), on="nombre", how="semi")
    sospechas = mas_parecidas(situadas, situadas, desempatar=True).select("nombre", "conocido")
    negados = _negados(medidos.join(sospechas, left_on="via", right_on="nombre", how="semi"), sospechas, medidos)
    dudosas = sospechas.join(negados, on="nombre", how="anti")
    vias = situadas.join(dudosas, on="nombre", how="anti").sort("nombre")
    lapsus = mas_parecidas(situadas.join(dudosas, on="nombre", how="semi"), vias)
    return vias, lapsus.select("nombre", "conocido").sort("nombre")


def _negados(suyos: pl.DataFrame, posibles: pl.DataFrame, medidos: pl.DataFrame) -> pl.DataFrame:
    """Spellings most of whose numbered doors lie away from where the street they resemble has those numbers."""
    puertas = mediana_robusta(suyos.filter(pl.col("n").is_not_null()), _PUERTA).with_columns(nombre="via")
    buscadas = renombrar(puertas, posibles).with_columns(orden=clave_de_orden(pl.col("via"))).with_row_index("i")
    conocidos = hitos(mediana_robusta(medidos.filter(pl.col("n").is_not_null()), _PUERTA))
    puestas = interpolar(buscadas, conocidos).rename({"lon": "lon_p", "lat": "lat_p"})
    return (
        buscadas.join(puestas, on="i")
        .group_by("nombre")
        .agg(niegan=(metros_entre("", "_p") > OTRA_CALLE_M).sum(), vistas=pl.len())
        .filter((pl.col("niegan") >= NIEGAN) & (pl.col("niegan") * 2 > pl.col("vistas")))
        .select("nombre")
    )


def aprender(puntos: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables `unidades`, `puertas`, `conocidos` and `calles` of a gazetteer from located addresses.

    `puntos`: columns of `callejero_claves.CLAVES` with `lon`, `lat`. A door that contradicts its street and has little
    support is left out.
    """
    en_barrio = puntos.filter(pl.col("barrio") != "")
    en_barrio = en_barrio.with_columns(via=pl.concat_str("via", pl.lit(DE_BARRIO), "barrio"))
    # Blocks are counted from one in every district: without its name a block is no place.
    todos = pl.concat([puntos.filter(pl.col("clase") != "sitio"), en_barrio])
    con_puerta = todos.filter(pl.col("puerta").is_not_null())
    puertas = mediana_robusta(con_puerta, _PUERTA)
    conocidos = hitos(puertas)
    puertas = _sin_desvios(puertas, conocidos)
    unidades = mediana_robusta(con_puerta.filter(pl.col("unidad") != ""), [*_PUERTA, "unidad"])
    sueltos = todos.filter(pl.col("puerta").is_null()).select("via", "lon", "lat")
    calles = extension(pl.concat([puertas.select("via", "lon", "lat"), sueltos]), "via", CALLE_PARTE)
    return {
        "unidades": _sin_desvios(unidades, conocidos).select("via", "puerta", "unidad", "lon", "lat"),
        "puertas": puertas.select("via", "puerta", "lon", "lat"),
        "conocidos": conocidos,
        "calles": calles.filter((pl.col("radio") <= CALLE_M) & (pl.col("filas") >= CALLE_PUNTOS)).select(
            "via", "lon", "lat"
        ),
    }


def _sin_desvios(puertas: pl.DataFrame, conocidos: pl.DataFrame) -> pl.DataFrame:
    return puertas.filter(~(desviadas(puertas, conocidos) & (pl.col("filas") < POCOS)))


def sectores_de(puntos: pl.DataFrame, cargados: pl.DataFrame | None) -> pl.DataFrame:
    """The middle of each quarter (`barrio lon lat`): as a loaded level has it (`nombre lon lat`), else of `puntos`."""
    propios = extension(puntos.filter(pl.col("barrio") != "").select("barrio", "lon", "lat"), "barrio", SECTOR_PARTE)
    vistos = propios.filter((pl.col("radio") <= SECTOR_M) & (pl.col("filas") >= SECTOR_PUNTOS))
    vistos = vistos.select("barrio", "lon", "lat")
    if cargados is None:
        return vistos
    dados = cargados.select(plegar(cargados["nombre"]).alias("barrio"), "lon", "lat")
    dados = dados.sort("barrio", "lon", "lat").unique("barrio", keep="first", maintain_order=True)
    return pl.concat([dados, vistos.join(dados, on="barrio", how="anti")])
