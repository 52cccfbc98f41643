"""The parts of a profile: what the records of one premises say, with how common it is in the whole city.

Every function takes `marco`, the records of premises with `nodo` and (where the premises has one) `rut`, and gives one
row for each `nodo` that has something to say.
"""

from __future__ import annotations

import polars as pl

from observatorio.catastro.enlace.perfil_nombres import canonizar, de_persona
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Actor

UNA_VEZ = (str(Actor.ACADEMIA), str(Actor.GREMIO))
"""Whose lists name a premises once a year, and take its RUT from hearsay."""

MAX_NOMBRES = 6
BANDA_RARA = 1
"""Names, trades and doors of this band or a lower one are rare: up to three businesses bear them."""
BANDA_GIRO = 5
BANDA_CLAVE, BANDA_PAR = 5, 2
"""Up to which band a name, a telephone, or a pair of words is reason enough to compare two profiles."""
BANDA_DENSA = 9
"""From this band on (512 businesses) a building or a square of 50 m is no reason to compare."""
PORTADORES = 2
"""A contact that more businesses bear proves nothing alone: one business counts twice, with its RUT and without."""
RESPALDO_GIRO = 3
BITS_DIVISION = 4
"""A division is rare that one firm in sixteen has, or fewer."""
_QUIEN = ("nodo", "rut", "fuente", "observado")
_PUNTO_M, _CUADRO_M = 10, 50


def conjunto(expresion: pl.Expr) -> pl.Expr:
    """The distinct values of a column in a group, in order."""
    return expresion.drop_nulls().unique().sort()


def banda(tabla: pl.DataFrame, *clave: str) -> pl.DataFrame:
    """How common a key is: the key and `banda`, the whole part of the binary logarithm of how many bear it.

    `tabla` holds `nodo rut fuente observado` and the key. Firms count once; records without a RUT as often as the
    fullest list of one year has them, so that a business that is seen every year does not make its own name common.
    """
    # 2^k has a whole logarithm, and none of these counts reaches where a double would round it down.
    return _portadores(tabla, *clave).select(*clave, banda=(pl.col("n").log(2) + 1e-9).floor().cast(pl.Int32))


def _portadores(tabla: pl.DataFrame, *clave: str) -> pl.DataFrame:
    """The key and `n`, how many businesses bear it, counted as `banda` says."""
    con_rut = tabla.filter(pl.col("rut").is_not_null()).group_by(clave).agg(n=pl.col("rut").n_unique())
    sin_rut = (
        tabla.filter(pl.col("rut").is_null())
        .group_by(*clave, "fuente", "observado")
        .agg(n=pl.col("nodo").n_unique())
        .group_by(clave)
        .agg(pl.col("n").max())
    )
    return pl.concat([con_rut, sin_rut]).group_by(clave).agg(pl.col("n").sum())


def nombres(obs: pl.DataFrame, marco: pl.DataFrame) -> pl.DataFrame:
    """`nodo nombres raros fichas persona claves_nombre`; `obs` gives the legal names of every RUT, of any comuna."""
    oficiales = obs.filter(
        pl.col("rut").is_not_null() & pl.col("razon_social").is_not_null() & ~pl.col("actor").is_in(UNA_VEZ)
    )
    columnas = ("nombre_fantasia", "razon_social")
    todos = canonizar(pl.concat([*(marco[c] for c in columnas), oficiales["razon_social"]]))
    campos = [*_QUIEN, "nombre", "fichas"]
    dichos = pl.concat(marco.select(*_QUIEN, crudo=c) for c in columnas)
    propios = dichos.join(todos, on="crudo", how="inner").filter(pl.col("nombre") != "").select(campos)
    legales = (
        oficiales.join(todos, left_on="razon_social", right_on="crudo", how="inner")
        .filter(pl.col("nombre") != "")
        .group_by("rut", "nombre")
        .agg(pl.col("fichas", "fuente", "observado").first(), pl.col("tipo_persona").max())
        .with_columns(nodo=pl.lit(None, pl.String))
    )
    # The legal name that an office gives a RUT is a name of each of its premises.
    de_rut = marco.filter(pl.col("rut").is_not_null()).select("nodo", "rut").unique()
    largos = pl.concat([propios, legales.drop("nodo").join(de_rut, on="rut").select(campos)])
    universo = pl.concat([largos, legales.select(campos)])
    unicos = de_persona(
        largos.group_by("nodo", "nombre").agg(pl.len(), pl.col("fichas").first()),
        legales.select("rut", "fichas", "tipo_persona"),
    ).join(banda(universo, "nombre"), on="nombre")
    elegidos = (
        unicos.sort(["nodo", "len", "nombre"], descending=[False, True, False])
        .group_by("nodo", maintain_order=True)
        .head(MAX_NOMBRES)
    )
    lista = elegidos.group_by("nodo").agg(
        nombres=pl.col("nombre").sort(),
        raros=pl.col("nombre").filter(pl.col("banda") <= BANDA_RARA).sort(),
        persona=pl.col("persona").any(),
    )
    claves = _claves_de_nombre(unicos, universo)
    return lista.join(_fichas(largos, universo), on="nodo", how="left").join(claves, on="nodo", how="left")


def _fichas(largos: pl.DataFrame, universo: pl.DataFrame) -> pl.DataFrame:
    """`nodo fichas`: the words of its names, each behind the bits that sharing it is worth in two figures."""
    quienes = universo["rut"].n_unique() + universo.filter(pl.col("rut").is_null())["nodo"].n_unique()
    tope = max(quienes, 2).bit_length() - 1
    bandas = banda(universo.rename({"fichas": "ficha"}).explode("ficha"), "ficha")
    bits = (tope - pl.col("banda")).clip(0, 99).cast(pl.String).str.zfill(2)
    return (
        largos.select("nodo", ficha="fichas")
        .explode("ficha")
        .unique()
        .join(bandas, on="ficha")
        .group_by("nodo")
        .agg(fichas=conjunto(bits + pl.col("ficha")))
    )


def _claves_de_nombre(unicos: pl.DataFrame, universo: pl.DataFrame) -> pl.DataFrame:
    """`nodo claves_nombre`: whole names, and pairs of words of one name, that few bear."""
    enteros = unicos.filter(pl.col("banda") <= BANDA_CLAVE).select("nodo", clave="nombre")
    de_dos = universo.filter(pl.col("fichas").list.len().is_between(2, 8))
    palabras = de_dos.unique([*_QUIEN, "nombre"]).with_row_index("i").explode("fichas")
    pares = palabras.join(palabras.select("i", otra="fichas"), on="i").filter(pl.col("fichas") < pl.col("otra"))
    pares = pares.with_columns(clave=pl.concat_str("fichas", "otra", separator="+"))
    raros = banda(pares, "clave").filter(pl.col("banda") <= BANDA_PAR)
    de_nodo = pares.filter(pl.col("nodo").is_not_null()).join(raros, on="clave", how="semi").select("nodo", "clave")
    return pl.concat([enteros, de_nodo]).group_by("nodo").agg(claves_nombre=conjunto(pl.lit("n:") + pl.col("clave")))


def giros(obs: pl.DataFrame, marco: pl.DataFrame) -> pl.DataFrame:
    """`nodo giros giros_raros palabras_giro divisiones divisiones_raras`: trades in words, and divisions.

    A trade in words means the division that most of the firms which use those words have in the tax service. Words that
    come with a code are the name of the code, and no trade.
    """
    codigos = obs.filter(pl.col("rut").is_not_null() & pl.col("acteco").is_not_null())
    codigos = codigos.select("rut", division=pl.col("acteco").str.slice(0, 2)).unique()
    dichos = marco.select(*_QUIEN, "acteco", giro=plegar(marco["giro_texto"]))
    con_giro = dichos.filter(pl.col("giro").is_not_null() & (pl.col("giro") != "") & pl.col("acteco").is_null())
    votos = con_giro.select("rut", "giro").unique().join(codigos, on="rut").group_by("giro", "division").agg(n=pl.len())
    mayoria = (pl.col("n") >= RESPALDO_GIRO) & (2 * pl.col("n") > pl.col("n").sum().over("giro"))
    divisiones = pl.concat(
        [
            con_giro.join(votos.filter(mayoria), on="giro").select("nodo", "division"),
            dichos.drop_nulls("acteco").select("nodo", division=pl.col("acteco").str.slice(0, 2)),
            dichos.select("nodo", "rut").unique().join(codigos, on="rut").select("nodo", "division"),
        ]
    )
    raro = pl.col("banda") <= BANDA_GIRO
    en_palabras = (
        con_giro.join(banda(con_giro, "giro"), on="giro")
        .group_by("nodo")
        .agg(
            giros=conjunto(pl.col("giro")),
            giros_raros=conjunto(pl.col("giro").filter(raro)),
            palabras_giro=conjunto(pl.col("giro").str.extract_all("[A-Z0-9]{4,}").explode()),
        )
    )
    tope = max(codigos["rut"].n_unique(), 2).bit_length() - 1
    firmas = codigos.group_by("division").agg(poca=tope - pl.len().log(2).floor() >= BITS_DIVISION)
    en_codigo = (
        divisiones.join(firmas, on="division", how="left")
        .group_by("nodo")
        .agg(
            divisiones=conjunto(pl.col("division")),
            divisiones_raras=conjunto(pl.col("division").filter(pl.col("poca").fill_null(True))),
        )
    )
    return en_palabras.join(en_codigo, on="nodo", how="full", coalesce=True)


def contactos(marco: pl.DataFrame) -> pl.DataFrame:
    """`nodo contactos contactos_exactos`: telephones and addresses of e-mail that few share, and hardly anybody."""
    largos = pl.concat(marco.select(*_QUIEN, contacto=c) for c in ("telefono", "correo")).drop_nulls("contacto")
    propios = largos.join(banda(largos, "contacto").filter(pl.col("banda") <= BANDA_CLAVE), on="contacto")
    propios = propios.join(_portadores(largos, "contacto"), on="contacto")
    contacto = pl.col("contacto")
    return propios.group_by("nodo").agg(
        contactos=conjunto(contacto), contactos_exactos=conjunto(contacto.filter(pl.col("n") <= PORTADORES))
    )


def direcciones(marco: pl.DataFrame) -> pl.DataFrame:
    """`nodo vias edificios exclusivos puertas con_unidad claves_edificio` from `via edificio puerta unidad`.

    `exclusivos` are buildings that few businesses share; `con_unidad` those in which the premises has a unit.
    """
    con = marco.filter(pl.col("edificio").is_not_null())
    con = con.join(banda(con, "edificio"), on="edificio")
    edificio, frecuencia = pl.col("edificio"), pl.col("banda")
    edificios = con.group_by("nodo").agg(
        edificios=conjunto(edificio),
        exclusivos=conjunto(edificio.filter(frecuencia <= BANDA_RARA)),
        puertas=conjunto(pl.col("puerta")),
        con_unidad=conjunto(edificio.filter(pl.col("unidad") != "")),
        claves_edificio=conjunto((pl.lit("e:") + edificio).filter(frecuencia < BANDA_DENSA)),
    )
    return marco.group_by("nodo").agg(vias=conjunto(pl.col("via"))).join(edificios, on="nodo", how="left")


def puntos(marco: pl.DataFrame) -> pl.DataFrame:
    """`nodo puntos`: whole tens of metres from `x y`; `denso` where so many stand together that it says nothing."""
    con = marco.filter(pl.col("x").is_not_null())
    con = con.with_columns(cx=pl.col("x") // _CUADRO_M, cy=pl.col("y") // _CUADRO_M)
    con = con.join(banda(con, "cx", "cy"), on=["cx", "cy"])
    centro = [((pl.col(c) // _PUNTO_M) * _PUNTO_M + _PUNTO_M // 2).alias(c) for c in ("x", "y")]
    punto = pl.struct(*centro, (pl.col("banda") >= BANDA_DENSA).alias("denso"))
    return con.group_by("nodo").agg(puntos=punto.unique().sort())
