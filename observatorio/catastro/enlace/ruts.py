"""Which records may be taken at their word when they give a RUT.

A trade body copies its members' RUTs by hand and a survey writes down what somebody remembers: some of them are of
another firm. Those, and any RUT that came without its check digit, are believed only if something else agrees.
"""

from __future__ import annotations

import polars as pl

from observatorio.catastro.cercania import metros_entre
from observatorio.catastro.enlace.puertas import SIN_PUERTA, Parecido, comparar
from observatorio.normalizar.direccion import clave_direccion
from observatorio.normalizar.rut import PRIMERA_JURIDICA
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Actor, TipoSitio

NO_OFICIALES = (str(Actor.GREMIO), str(Actor.ACADEMIA))
"""Actors that write down RUTs which nobody checked against a register."""

DE_MUCHOS = 6
"""RUTs whose legal domicile is one same address, from which on it is an accountant's and no evidence of anything."""

_MAS_CORTO = 10_000_000
"""A RUT from here on has no room for one figure more."""

TORRE = 20
"""RUTs in one building, from which on only the unit says anything."""

MISMA_CUADRA_M = 100.0
"""A survey's point this near, in metres, to one that another source gives the RUT agrees with it."""

_PARTE_DEL_NOMBRE = 0.55
"""Share of a name, each word weighed by its rarity, that two names must have in common to be taken for one."""

_FORMAS = (
    "SPA",
    "LTDA",
    "LIMITADA",
    "EIRL",
    "SA",
    "CIA",
    "COMPANIA",
    "SOCIEDAD",
    "SOC",
    "DE",
    "DEL",
    "LA",
    "LAS",
    "LOS",
    "Y",
    "E",
)
_ES_SOCIEDAD = r"(?i)\b(?:S\.?P\.?A|LTDA|LIMITADA|E\.?I\.?R\.?L|S\.A)\b\.?\s*$"
_NOMBRES = ("razon_social", "nombre_fantasia")


def leer_ruts(obs: pl.DataFrame) -> pl.DataFrame:
    """`rut` and `confiable` of each row of `obs`, in its order: see `rut_releido` and `rut_confiable`."""
    releido = rut_releido(obs)
    return pl.DataFrame([releido, rut_confiable(obs, releido)])


def rut_confiable(obs: pl.DataFrame, releido: pl.Series | None = None) -> pl.Series:
    """Whether each row's RUT may be believed: `confiable`, in the order of `obs` (columns of `lectura.COLUMNAS`).

    Always in official sources with a check digit. Otherwise if a name, an address that is not shared by many, a phone,
    a mail or a near point agrees with what another source says of that RUT; or if nobody else says anything of it and
    the record's own name is not plainly another firm's. False where there is no RUT. `releido`: what `rut_releido(obs)`
    gives, where it is at hand.
    """
    marco = _preparar(obs.with_columns(rut_releido(obs) if releido is None else releido))
    dudoso = pl.col("actor").is_in(NO_OFICIALES) | pl.col("dv").is_null()
    con_rut = marco.filter(pl.col("rut").is_not_null()).with_columns(dudoso=dudoso)
    dudosos = con_rut.filter("dudoso")
    pares = _pares(dudosos, con_rut)
    nombres = _nombres_acordes(pares, marco)
    acordes = _acordes(pares, nombres)
    conocidos = pares.filter(_comparables()).select("i").unique()
    ajenos = _de_otro(dudosos, con_rut)
    creidos = pl.concat(
        [acordes, dudosos.select("i").join(conocidos, on="i", how="anti").join(ajenos, on="i", how="anti")]
    ).unique()
    creidos = pl.concat([creidos, _por_la_misma_lista(dudosos, creidos)]).unique()
    malos = dudosos.join(creidos, on="i", how="anti")["i"]
    return (obs["rut"].is_not_null() & ~pl.Series(range(obs.height), dtype=pl.UInt32).is_in(malos.implode())).alias(
        "confiable"
    )


def rut_releido(obs: pl.DataFrame) -> pl.Series:
    """Each row's RUT, `rut`, with those corrected that lost their check digit and look whole by chance.

    In one number of eleven, the last figure is the right check digit of the rest. Where that RUT with its digit is
    another RUT that is known, and an identifier, a name, an address or a phone of that one agrees, it is that one.
    """
    junto = (pl.col("rut").cast(pl.Int64) * 10 + pl.col("dv").cast(pl.Int64, strict=False)).cast(pl.Int32, strict=False)
    cortos = obs.with_row_index("i").filter(pl.col("rut") < _MAS_CORTO).with_columns(junto=junto)
    cortos = cortos.filter(pl.col("junto").is_in(obs["rut"].drop_nulls().unique().implode()).fill_null(False))
    if cortos.is_empty():
        return obs["rut"]
    conocidos = obs.with_row_index("i").filter(pl.col("rut").is_in(cortos["junto"].unique().implode()))
    marco = _preparar(pl.concat([cortos.with_columns(rut="junto").drop("junto"), conocidos]), numerados=True)
    leidos, otros = (
        marco.filter(pl.col("i").is_in(cortos["i"].implode())),
        marco.filter(~pl.col("i").is_in(cortos["i"].implode())),
    )
    mismos = leidos.drop_nulls("id_fuente").join(otros, on=["rut", "fuente", "id_fuente"], how="semi").select("i")
    pares = leidos.join(otros.drop("i").unique(), on="rut", suffix="_otro")
    acordes = pl.concat([mismos, _acordes(pares, _nombres_acordes(pares, marco))]).unique()
    corregidos = cortos.join(acordes, on="i", how="semi").select("i", "junto")
    return obs["rut"].scatter(corregidos["i"], corregidos["junto"]) if corregidos.height else obs["rut"]


def claves_de_muchos(obs: pl.DataFrame) -> pl.Series:
    """Matching keys of the legal domiciles that `DE_MUCHOS` RUTs or more declare; `obs` has `clave`."""
    return (
        obs.filter(pl.col("tipo_sitio") == str(TipoSitio.DOMICILIO))
        .group_by("clave")
        .agg(pl.col("rut").n_unique().alias("ruts"))
        .filter((pl.col("ruts") >= DE_MUCHOS) & pl.col("clave").is_not_null())["clave"]
        .sort()
    )


def con_clave(obs: pl.DataFrame) -> pl.DataFrame:
    """`obs` with `clave`, the matching key of its address, unless it is there already; each distinct address is read
    once."""
    if "clave" in obs.columns:
        return obs
    partes = obs.select("calle", "numero", "resto").unique(maintain_order=True)
    clave = clave_direccion(partes["calle"], partes["numero"], partes["resto"]).set(partes["calle"].is_null(), None)
    clave = clave.set(clave.str.contains(SIN_PUERTA), None)
    leidas = partes.with_columns(clave.alias("clave"))
    return obs.join(leidas, on=["calle", "numero", "resto"], how="left", nulls_equal=True, maintain_order="left")


def _preparar(obs: pl.DataFrame, numerados: bool = False) -> pl.DataFrame:
    """The columns that are compared, with `i`, the row in `obs` (there already if `numerados`)."""
    marco = con_clave(obs if numerados else obs.with_row_index("i")).select(
        *("i", "rut", "dv", "id_fuente", "fuente", "actor", "describe", "tipo_sitio", "clave", "lon", "lat"),
        *("razon_social", "nombre_fantasia", "telefono", "correo"),
    )
    muchos = claves_de_muchos(marco)
    nombres = [_nombre_base(marco[c]).alias(c) for c in _NOMBRES]
    forma = pl.any_horizontal(pl.col(c).str.contains(_ES_SOCIEDAD).fill_null(False) for c in _NOMBRES)
    marco = marco.with_columns(
        clave=pl.when(~pl.col("clave").is_in(muchos.implode())).then("clave"),
        telefono=pl.col("telefono").str.replace_all("[^0-9]", "").str.tail(8).replace("", None),
        correo=pl.col("correo").str.to_lowercase(),
        es_sociedad=forma,
    ).with_columns(*nombres, edificio=pl.col("clave").str.replace(r"\|[^|]*$", ""))
    # To stand in the same tower or mall proves nothing: there the unit must be said.
    torre = pl.col("rut").n_unique().over("edificio") >= TORRE
    return marco.with_columns(
        edificio=pl.when(~torre).then("edificio"),
        clave=pl.when(~(torre & pl.col("clave").str.ends_with("|"))).then("clave"),
    )


def _nombre_base(nombre: pl.Series) -> pl.Series:
    """A name folded, without signs and legal forms: its words in alphabetical order."""
    unicos = nombre.unique()
    palabras = plegar(unicos).str.replace_all(r"\.", "").str.replace_all("[^A-Z0-9 ]", " ").str.split(" ")
    propias = pl.DataFrame({"n": unicos, "p": palabras}).with_columns(
        pl.col("p").list.filter((pl.element() != "") & ~pl.element().is_in(_FORMAS)).list.sort().list.join(" ")
    )
    return nombre.replace_strict(propias["n"], propias["p"], return_dtype=pl.Utf8).replace("", None)


def _pares(dudosos: pl.DataFrame, con_rut: pl.DataFrame) -> pl.DataFrame:
    """Each doubtful record beside what others say of its RUT: of other sources, or of any that needs no proof."""
    distintos = con_rut.drop("i", "id_fuente", "describe", "tipo_sitio", "dv", "actor").unique()
    return dudosos.join(distintos, on="rut", how="inner", suffix="_otro").filter(
        (pl.col("fuente") != pl.col("fuente_otro")) | ~pl.col("dudoso_otro")
    )


def _comparables() -> pl.Expr:
    """Whether both sides of a pair have something of one kind."""

    def ambos(campo: str, otro: str) -> pl.Expr:
        return pl.col(campo).is_not_null() & pl.col(f"{otro}_otro").is_not_null()

    nombres = [ambos(a, b) for a in _NOMBRES for b in _NOMBRES]
    # A register that lists an address of its own says nothing against its RUT: firms have many addresses.
    otros = pl.col("actor").is_in(NO_OFICIALES) & (ambos("clave", "clave") | ambos("telefono", "telefono"))
    return pl.any_horizontal(*nombres, otros)


def _acordes(pares: pl.DataFrame, nombres: pl.DataFrame) -> pl.DataFrame:
    """The doubtful records, `i`, with which something of another source agrees."""
    iguales = [pl.col(c) == pl.col(f"{c}_otro") for c in ("edificio", "telefono", "correo")]
    cerca = metros_entre("", "_otro") <= MISMA_CUADRA_M
    directos = pares.filter(pl.any_horizontal(*(e.fill_null(False) for e in (*iguales, cerca)))).select("i").unique()
    resto = pares.join(directos, on="i", how="anti").drop_nulls(["clave", "clave_otro"])
    claves = resto.select("clave", "clave_otro").unique()
    parecidas = [comparar(a, b) > Parecido.NINGUNO for a, b in claves.iter_rows()]
    puertas = resto.join(
        claves.filter(pl.Series(parecidas, dtype=pl.Boolean)), on=["clave", "clave_otro"], how="semi"
    ).select("i")
    return pl.concat([directos, puertas, nombres]).unique()


def _nombres_acordes(pares: pl.DataFrame, marco: pl.DataFrame) -> pl.DataFrame:
    """The doubtful records, `i`, whose name shares with another of the RUT most of what is rare in either."""
    cruces = pl.concat(pares.select("i", a=a, b=f"{b}_otro").drop_nulls() for a in _NOMBRES for b in _NOMBRES).unique()
    textos = pl.concat(marco.select("rut", n=c) for c in _NOMBRES).drop_nulls().unique()
    palabras = textos.with_columns(p=pl.col("n").str.split(" ")).explode("p")
    total = max(marco["rut"].n_unique(), 1)
    peso = (
        palabras.group_by("p")
        .agg(pl.col("rut").n_unique().alias("ruts"))
        .select("p", peso=(1 + total / pl.col("ruts")).log())
    )
    pesadas = palabras.select("n", "p").unique().join(peso, on="p")
    masa = pesadas.group_by("n").agg(pl.col("peso").sum().alias("masa"))
    distintos = cruces.select("a", "b").unique()
    comun = (
        distintos.join(pesadas, left_on="a", right_on="n")
        .join(pesadas.select("n", "p"), left_on=["b", "p"], right_on=["n", "p"], how="semi")
        .group_by("a", "b")
        .agg(pl.col("peso").sum().alias("comun"))
        .join(masa, left_on="a", right_on="n")
        .join(masa.rename({"masa": "masa_b"}), left_on="b", right_on="n")
        .filter(pl.col("comun") >= _PARTE_DEL_NOMBRE * pl.min_horizontal("masa", "masa_b"))
    )
    return cruces.join(comun, on=["a", "b"], how="semi").select("i").unique()


def _de_otro(dudosos: pl.DataFrame, con_rut: pl.DataFrame) -> pl.DataFrame:
    """The doubtful records, `i`, whose full name one single other RUT bears in a source that needs no proof.

    People share names: of a natural person the building must be the same too. A company's legal form under the RUT of
    a natural person tells the same.
    """
    oficiales = con_rut.filter(~pl.col("dudoso"))
    duenos = (
        oficiales.select("rut", "edificio", nombre="razon_social")
        .drop_nulls("nombre")
        .group_by("nombre")
        .agg(pl.col("rut").n_unique().alias("ruts"), pl.col("rut").first().alias("dueno"), pl.col("edificio").unique())
        .filter(pl.col("ruts") == 1)
    )
    nombrados = pl.concat(dudosos.select("i", "rut", "edificio", nombre=c) for c in _NOMBRES).drop_nulls("nombre")
    hallados = nombrados.join(duenos, on="nombre", suffix="_dueno").filter(pl.col("rut") != pl.col("dueno"))
    juridica = pl.col("dueno") >= PRIMERA_JURIDICA
    misma_puerta = pl.col("edificio_dueno").list.contains(pl.col("edificio")).fill_null(False)
    sociedad = dudosos.filter((pl.col("rut") < PRIMERA_JURIDICA) & pl.col("es_sociedad"))
    return pl.concat([hallados.filter(juridica | misma_puerta).select("i"), sociedad.select("i")]).unique()


def _por_la_misma_lista(dudosos: pl.DataFrame, creidos: pl.DataFrame) -> pl.DataFrame:
    """Other rows of a list, `i`, that repeat the RUT with the name, the phone or the door of one that is believed."""
    firmes = dudosos.join(creidos, on="i", how="semi")
    resto = dudosos.join(creidos, on="i", how="anti")
    campos = ("razon_social", "nombre_fantasia", "telefono", "clave")
    return pl.concat(
        resto.drop_nulls(c).join(firmes, on=["fuente", "rut", c], how="semi").select("i") for c in campos
    ).unique()
