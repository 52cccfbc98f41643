"""What is known of each premises of a RUT and of each record without one, in the form in which they are compared.

A profile says nothing that depends on a load: its key and its content hash come from the records alone. How common a
word, a name or a building is stands in the profile as a band (the logarithm of a count), so that comparing two profiles
needs nothing but the two.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from observatorio.catastro.enlace import perfil_rasgos as rasgos
from observatorio.catastro.enlace.perfil_lugares import puertas, puntos
from observatorio.catastro.enlace.perfil_nombres import canonizar
from observatorio.catastro.huella import resumir
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Describe, Precision, TipoSitio

CLAVES = ("carga", "fila", "parte")
LOCAL, SUELTO, PROPIO = "local", "suelto", "propio"
"""Kinds of profile: a premises of a RUT; a record without one; what a public register knows by a number of its own."""

DE_LISTA = "lista"
"""Stands in a key for the year of a member that a list repeats from year to year."""

_DICHO = ("id_fuente", "nombre", "razon_social", "giro", "direccion_texto", "calle", "numero", "resto")
"""What tells a record without a RUT from the others of its list: what it says itself, and nothing computed from others
or often put right, as points, contacts and employment are."""

_LISTA = pl.List(pl.String)
COLUMNAS: dict[str, Any] = {
    "nodo": pl.String,
    "clase": pl.String,
    "rut": pl.Int32,
    "nombres": _LISTA,
    "raros": _LISTA,
    "fichas": _LISTA,
    "persona": pl.Boolean,
    "giros": _LISTA,
    "giros_raros": _LISTA,
    "palabras_giro": _LISTA,
    "divisiones": _LISTA,
    "divisiones_raras": _LISTA,
    "contactos": _LISTA,
    "contactos_exactos": _LISTA,
    "identificadores": _LISTA,
    "vias": _LISTA,
    "edificios": _LISTA,
    "exclusivos": _LISTA,
    "puertas": _LISTA,
    "con_unidad": _LISTA,
    "puntos": pl.List(pl.Struct({"x": pl.Int64, "y": pl.Int64, "denso": pl.Boolean})),
    "desde": pl.Int32,
    "hasta": pl.Int32,
    "listas": _LISTA,
    "bloques": _LISTA,
    "huella": pl.String,
}
"""Columns of a profile. `nombres` have their words in alphabetical order, `raros` are those that hardly anybody else
bears, as `contactos_exactos` are; `puntos` are metres on EPSG:32719; `desde` and `hasta` are years; `listas` are those
that name it, where a list names a premises once; `bloques` are the keys under which it is compared; `huella` is the
hash of all the rest."""


def nodos(obs: pl.DataFrame, locales: pl.DataFrame, cut: str) -> pl.DataFrame:
    """Which profile each observation belongs to: `carga fila parte nodo clase`, the observations of premises alone.

    `obs` as `lectura.COLUMNAS`; `locales` gives `carga fila parte rut local`. A record of a premises of the comuna
    that is not in `locales` stands for itself, or for what its public register knows by the same number, or for a
    member that the same list names alike in several years and nobody places (see `_con_claves`).
    """
    de_rut = locales.select(
        *CLAVES,
        nodo=pl.concat_str(pl.col("rut").cast(pl.String), "local", separator="|"),
        clase=pl.lit(LOCAL),
    )
    resto = obs.filter(
        (pl.col("cut") == cut)
        & (pl.col("describe") == str(Describe.ESTABLECIMIENTO))
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
        & ~pl.col("historica")
    ).join(locales, on=CLAVES, how="anti")
    propio = pl.col("publica") & pl.col("id_fuente").is_not_null()
    sin_rut = _con_claves(resto).select(
        *CLAVES,
        nodo=pl.when(propio).then(pl.concat_str("fuente", "id_fuente", separator="|")).otherwise("registro"),
        clase=pl.when(propio).then(pl.lit(PROPIO)).otherwise(pl.lit(SUELTO)),
    )
    return pl.concat([de_rut, sin_rut])


def _con_claves(resto: pl.DataFrame) -> pl.DataFrame:
    """`registro`, the key of a record without a RUT: its source, its year and what it says.

    Equal records of a year are counted in the order of their files, for they are different people. Neither the number
    of the row nor the file itself is in it: an office that sorts or corrects its list renames nobody. The year is left
    out for a member with a name of two words or more, no filler, that the same list names with the same giro, once
    a year, and places nowhere: it is the same member, unless it has another telephone or e-mail.
    """
    nombre = plegar(resto["nombre_fantasia"].fill_null(resto["razon_social"])).fill_null("")
    marco = resto.with_columns(nombre=nombre, giro=plegar(resto["giro_texto"]).fill_null(""))
    dicho = pl.concat_str(*(pl.col(c).cast(pl.String).fill_null("") for c in _DICHO), separator="\x1f")
    # A centroid is no place, but who is a centroid depends on what others say.
    de_nadie = (pl.col("precision") == str(Precision.CENTROIDE)).fill_null(False)
    sin_lugar = pl.col("calle").is_null() & pl.col("lon").is_null() & ~de_nadie
    se_llama = (
        pl.col("nombre").str.contains(" ") & pl.col("nombre").is_in(_con_sentido(nombre)) & (pl.col("giro") != "")
    )
    mismo = ("fuente", "nombre", "giro")
    una_vez = pl.len().over(*mismo, "observado").max().over(mismo) == 1
    dura = se_llama & sin_lugar.all().over(mismo) & una_vez
    contacto = [pl.col(c).fill_null("") for c in ("telefono", "correo")]
    marco = marco.with_columns(
        resumen=pl.when(dura)
        .then(pl.concat_str("nombre", "giro", *contacto, separator="\x1f"))
        .otherwise(dicho)
        .map_batches(lambda textos: resumir(textos, 8), return_dtype=pl.String),
        cuando=pl.when(dura).then(pl.lit(DE_LISTA)).otherwise(pl.col("observado").cast(pl.String)),
    )
    iguales = marco.sort("sha256", "fila", "parte").select(
        *CLAVES, puesto=pl.int_range(pl.len()).over("fuente", "cuando", "resumen"), dura=dura
    )
    return marco.join(iguales, on=CLAVES, how="left", maintain_order="left").with_columns(
        registro=pl.concat_str(
            "fuente",
            "cuando",
            "resumen",
            pl.when("dura").then(pl.lit(0)).otherwise("puesto").cast(pl.String),
            separator="|",
        )
    )


def _con_sentido(nombres: pl.Series) -> list[str]:
    """The names that are no filler."""
    return canonizar(nombres).filter(pl.col("nombre") != "")["crudo"].to_list()


def perfilar(obs: pl.DataFrame, locales: pl.DataFrame, cut: str, de_quien: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row (`COLUMNAS`) for each premises of a RUT and each record without one, sorted by `nodo`.

    `obs` as `lectura.COLUMNAS`, with the effective `lon lat precision`; `locales` gives `carga fila parte rut local`;
    `de_quien` is what `nodos` gives of them, where it is at hand.
    """
    # The RUT is that of `locales`, where a row that was read anew may have another one than it says; a RUT that was not
    # believed is none.
    de_quien = nodos(obs, locales, cut) if de_quien is None else de_quien
    miembros = de_quien.join(locales.select(*CLAVES, "rut"), on=CLAVES, how="left")
    marco = obs.drop("rut").join(miembros.with_columns(pl.col("rut").cast(pl.Int32)), on=CLAVES, how="inner")
    marco = marco.hstack(puertas(marco)).hstack(puntos(marco))
    base = marco.group_by("nodo").agg(pl.col("clase", "rut").first(), *_anios(), *_de_listas())
    for parte in (
        rasgos.nombres(obs, marco),
        rasgos.giros(obs, marco),
        rasgos.contactos(marco),
        rasgos.direcciones(marco),
        rasgos.puntos(marco),
    ):
        base = base.join(parte, on="nodo", how="left")
    vacias = [pl.col(c).fill_null([]) for c, t in base.schema.items() if isinstance(t, pl.List)]
    return _con_huella(base.with_columns(*vacias, pl.col("persona").fill_null(False)).with_columns(_bloques()))


def _anios() -> list[pl.Expr]:
    """The first and the last year in which a source saw the premises; a history says from when to when itself."""
    desde = pl.when("historica").then(pl.col("desde").dt.year())
    hasta = pl.when("historica").then(pl.col("hasta").dt.year())
    return [
        pl.coalesce(desde, "observado").min().cast(pl.Int32).alias("desde"),
        pl.coalesce(hasta, "observado").max().cast(pl.Int32).alias("hasta"),
    ]


def _de_listas() -> list[pl.Expr]:
    """`identificadores` that an office gives and keeps, and `listas` that name a premises once."""
    de_una_vez = pl.col("actor").is_in(rasgos.UNA_VEZ)
    identificador = pl.concat_str("fuente", "id_fuente", separator="|")
    lista = pl.concat_str("fuente", "observado", separator="|")
    return [
        rasgos.conjunto(identificador.filter(~de_una_vez)).alias("identificadores"),
        rasgos.conjunto(lista.filter(de_una_vez)).alias("listas"),
    ]


def _bloques() -> pl.Expr:
    return pl.concat_list(
        "claves_nombre",
        "claves_edificio",
        pl.col("contactos").list.eval(pl.lit("c:") + pl.element()),
        pl.col("identificadores").list.eval(pl.lit("i:") + pl.element()),
    ).alias("bloques")


def _con_huella(base: pl.DataFrame) -> pl.DataFrame:
    marco = base.select(pl.col(c).cast(t) for c, t in COLUMNAS.items() if c != "huella").sort("nodo")
    contenido = marco.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    return marco.with_columns(huella=resumir(contenido, 12))
