"""The gazetteer of a comuna, learnt from its own located records and from loaded layers of addresses; it places others.

Learning takes only points that somebody measured (`gps`, `puerta`). Each answer says how well the place is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from observatorio.catastro.lugares import callejero_aprender as aprendizaje
from observatorio.catastro.lugares.callejero_aprender import (
    DE_BARRIO,
    con_barrio_conocido,
    con_manzana_unica,
    renombrar,
)
from observatorio.catastro.lugares.callejero_claves import PARTES, desarmar
from observatorio.catastro.lugares.callejero_puertas import clave_de_orden, interpolar
from observatorio.catastro.lugares.parecido import mas_parecidas
from observatorio.normalizar.zonas_comuna import ZonasComuna, zonas_de_referencia
from observatorio.vocabulario import Describe, Precision

MEDIDAS = (str(Precision.GPS), str(Precision.PUERTA))
"""Precisions of points that stand at a door."""
_LUGAR = ("lon", "lat", "precision", "como")


@dataclass(frozen=True)
class Callejero:
    """What is known of the streets of a comuna. Points in EPSG:4326; a `via` may end in `@` and the quarter it is in.

    `vias`: `nombre peso` of the located streets. `alias`: `nombre conocido`, other spellings of them. `barrios`: the
    same for quarters, with `peso`. `manzanas`: `via barrio` of blocks of which there is one. `unidades`: `via puerta
    unidad lon lat`. `puertas`: `via puerta lon lat`. `conocidos`: known numbers in order (`callejero_puertas.hitos`).
    `calles`: `via lon lat` of short streets and blocks. `sectores`: `barrio lon lat`.
    """

    vias: pl.DataFrame
    alias: pl.DataFrame
    barrios: pl.DataFrame
    manzanas: pl.DataFrame
    unidades: pl.DataFrame
    puertas: pl.DataFrame
    conocidos: pl.DataFrame
    calles: pl.DataFrame
    sectores: pl.DataFrame

    def llaves(self, direcciones: pl.DataFrame) -> pl.DataFrame:
        """`calle numero resto` to the columns of `callejero_claves.desarmar`, row by row, in the known spelling.

        A misspelt street or quarter becomes the one known name that is clearly the nearest; others stay as they are.
        """
        crudas = desarmar(direcciones.select(PARTES).unique())
        partes = con_barrio_conocido(crudas, aprendizaje.con_barrios_nuevos(crudas, self.barrios))
        distintas = con_manzana_unica(partes, self.manzanas)
        nuevas = (
            distintas.filter(pl.col("via").is_not_null())
            .join(self.alias, left_on="via", right_on="nombre", how="anti")
            .join(self.vias, left_on="via", right_on="nombre", how="anti")
            .select(pl.col("via").alias("nombre"), pl.lit(0, pl.Int64).alias("peso"))
            .unique()
        )
        halladas = mas_parecidas(nuevas, self.vias).select("nombre", "conocido")
        return direcciones.select(PARTES).join(
            renombrar(distintas, pl.concat([self.alias, halladas])),
            on=list(PARTES),
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )

    def ubicar(self, direcciones: pl.DataFrame) -> pl.DataFrame:
        """`calle numero resto` to `lon lat precision como`, row by row; all null where the address means no place.

        In this order: the unit or the door (`puerta`); between known numbers, or the block of a site (`tramo`); a short
        street (`calle`); the quarter (`sector`). `como` names the step: `unidad puerta tramo manzana calle sector`.
        """
        distintas = direcciones.select(PARTES).unique().sort(PARTES)
        llaves = self.llaves(distintas).with_row_index("i")
        pasos = [*self._pasos(_por_nivel(llaves)), self._por_sector(llaves)]
        lugares = (
            pl.concat([paso.with_columns(paso=pl.lit(k)) for k, paso in enumerate(pasos)])
            .sort("i", "paso", "r")
            .unique("i", keep="first", maintain_order=True)
        )
        hechas = llaves.select("i", *PARTES).join(lugares, on="i", how="left", maintain_order="left")
        return (
            direcciones.select(PARTES)
            .join(
                hechas.select(*PARTES, *_LUGAR),
                on=list(PARTES),
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )
            .select(_LUGAR)
        )

    def _pasos(self, buscadas: pl.DataFrame) -> list[pl.DataFrame]:
        con_puerta = buscadas.filter(pl.col("puerta").is_not_null())
        unidad = con_puerta.filter(pl.col("unidad") != "").join(
            self.unidades, on=["via", "puerta", "unidad"], how="inner"
        )
        puerta = con_puerta.join(self.puertas, on=["via", "puerta"], how="inner")
        # One address is looked up under two keys, so that here a row counts and not an address.
        numeradas = con_puerta.rename({"i": "direccion"}).with_row_index("i")
        numeradas = numeradas.with_columns(orden=clave_de_orden(pl.col("via")))
        tramo = numeradas.join(interpolar(numeradas, self.conocidos), on="i").drop("i").rename({"direccion": "i"})
        calle = buscadas.join(self.calles, on="via", how="inner")
        es_sitio = pl.col("clase") == "sitio"
        return [
            _paso(unidad, Precision.PUERTA, "unidad"),
            _paso(puerta, Precision.PUERTA, "puerta"),
            _paso(tramo, Precision.TRAMO, "tramo"),
            _paso(calle.filter(es_sitio), Precision.TRAMO, "manzana"),
            _paso(calle.filter(~es_sitio), Precision.CALLE, "calle"),
        ]

    def _por_sector(self, llaves: pl.DataFrame) -> pl.DataFrame:
        en_sector = llaves.join(self.sectores, on="barrio", how="inner").with_columns(r=pl.lit(0))
        return _paso(en_sector, Precision.SECTOR, "sector")


def construir(
    obs: pl.DataFrame, cut: str, sectores: pl.DataFrame | None = None, zonas: ZonasComuna | None = None
) -> Callejero:
    """Learn the gazetteer of the comuna `cut` from observations (`lectura.COLUMNAS`) whose points can be trusted.

    Learnt from: rows of the comuna with an address and a point of precision `gps` or `puerta`; rows of address layers
    (`describe` is `direccion`) inside its polygon. `sectores` (`nombre lon lat`): quarters of a loaded level, which go
    before what the records say of them. The result does not depend on the order of the rows.
    """
    propias = _de_la_comuna(obs, cut, zonas or zonas_de_referencia())
    crudas = desarmar(propias)
    barrios = aprendizaje.barrios(crudas, sectores)
    con_barrio = con_barrio_conocido(crudas, barrios)
    manzanas = aprendizaje.manzanas(con_barrio)
    partes = con_manzana_unica(con_barrio, manzanas)
    pesos = aprendizaje.pesos_de_vias(partes)
    medidos = pl.concat([partes, propias.select("lon", "lat", "precision")], how="horizontal").filter(
        pl.col("lon").is_not_null() & pl.col("precision").is_in(MEDIDAS) & pl.col("via").is_not_null()
    )
    vias, alias = aprendizaje.alias(medidos, pesos)
    puntos = renombrar(medidos, alias)
    tablas = aprendizaje.aprender(puntos)
    vacios = pl.DataFrame(schema={"barrio": pl.String, "lon": pl.Float64, "lat": pl.Float64})
    sin_sectores = Callejero(vias, alias, barrios, manzanas, **tablas, sectores=vacios)
    puestos = sin_sectores.ubicar(propias).with_columns(barrio=partes["barrio"])
    ubicados = puestos.filter(pl.col("lon").is_not_null()).select("barrio", "lon", "lat")
    return replace(sin_sectores, sectores=aprendizaje.sectores_de(ubicados, sectores))


def _de_la_comuna(obs: pl.DataFrame, cut: str, zonas: ZonasComuna) -> pl.DataFrame:
    """Rows with an address of the comuna; a layer that names none counts where its points lie in it."""
    columnas = [*PARTES, "lon", "lat", "precision"]
    con_calle = obs.filter(pl.col("calle").is_not_null())
    propias = con_calle.filter(pl.col("cut") == cut).select(columnas)
    de_capa = (pl.col("describe") == str(Describe.DIRECCION)) & pl.col("cut").is_null()
    sueltas = con_calle.filter(de_capa & pl.col("lon").is_not_null()).select(columnas)
    if sueltas.height == 0:
        return propias
    suya = pl.Series([cut] * sueltas.height, dtype=pl.String)
    dentro = zonas.dentro(suya, sueltas["lon"].to_numpy(), sueltas["lat"].to_numpy())
    return pl.concat([propias, sueltas.filter(pl.Series(dentro))])


def _por_nivel(llaves: pl.DataFrame) -> pl.DataFrame:
    """Each address under its street in its quarter (`r` 0) and, but for blocks, under its street alone (`r` 1)."""
    en_barrio = llaves.filter(pl.col("barrio") != "").with_columns(
        via=pl.concat_str("via", pl.lit(DE_BARRIO), "barrio"), r=pl.lit(0)
    )
    solas = llaves.filter(pl.col("clase") != "sitio").with_columns(r=pl.lit(1))
    return pl.concat([en_barrio, solas]).filter(pl.col("via").is_not_null())


def _paso(marco: pl.DataFrame, precision: Precision, como: str) -> pl.DataFrame:
    return marco.select("i", "r", "lon", "lat", precision=pl.lit(str(precision)), como=pl.lit(como))
