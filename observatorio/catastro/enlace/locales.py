"""The premises of each RUT, over all years at once: which record with a RUT speaks of which of them, and why."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import polars as pl

from observatorio.catastro.cierre import NO_FUNCIONA
from observatorio.catastro.enlace.agrupacion import agrupar_hechos
from observatorio.catastro.enlace.casas_matrices import casas_matrices
from observatorio.catastro.enlace.hechos import NINGUN_DOMICILIO, Domicilios, Hecho
from observatorio.catastro.enlace.puertas import SIN_NUMERO, Parecido, comparar
from observatorio.catastro.enlace.ruts import claves_de_muchos, con_clave, leer_ruts
from observatorio.vocabulario import Actor, Describe, Precision, Senal, TipoSitio

SALIDA = ("carga", "fila", "parte", "rut", "local", "regla")

_DE_PREMISAS = (str(Describe.ESTABLECIMIENTO), str(Describe.PREDIO))
_PERMISOS = ("senal_patente", "senal_sanitaria")
_EXACTAS = (str(Precision.GPS), str(Precision.PUERTA))
_DEL_VOTO = ("actor", "describe", "historica", "tipo_sitio", "estado", "desde", "hasta", "senal_patente")
_DE_HECHO = (
    *("sha256", "observado", "inicio", "clave", "hilo", "firme", "historica", "pasado"),
    *("publica", "medido", "testigo"),
)
_LEIDAS = (
    *("carga", "fila", "parte", "rut", "cut", "observado", "fuente", "id_fuente", "sha256", "lon", "lat", "precision"),
    *("clave", "senal_sii", "senal_sanitaria", "publica", *_DEL_VOTO),
)
_ORDEN = ("rut", "observado", "fuente", "clave", "id_fuente", "lon", "lat", "sha256", "fila", "parte")
"""A record's place among those of its RUT: its content, and not when it was loaded."""


def locales_de_rut(obs: pl.DataFrame, cut: str, ruts: pl.DataFrame | None = None) -> pl.DataFrame:
    """Each record with a believed RUT that speaks of a premises of the comuna `cut`, with its premises.

    `obs`: every live observation of all years (`lectura.COLUMNAS`; `lon`, `lat` in EPSG:4326 and `precision` the
    effective ones; without `punto_propio` every point counts as measured). `ruts`: what `leer_ruts(obs)` gives,
    where it is at hand. Returns `carga fila parte rut local regla`: `rut` is the one that `rut_releido` reads;
    `local` is unique within it and rests on the earliest record of the premises; `regla` says why the record is there.
    Rows of firms are in it only where they are all that is known of a living head office, and legal domiciles where
    they are the door of a premises or of that head office.
    In the order of `obs`.
    """
    ruts = leer_ruts(obs) if ruts is None else ruts
    medido = pl.col("punto_propio") if "punto_propio" in obs.columns else pl.lit(value=True)
    creidas = con_clave(obs).select(*_LEIDAS, medido=medido).with_columns(ruts["rut"], ruts["confiable"])
    muchos = claves_de_muchos(creidas)
    creidas = creidas.filter(pl.col("confiable") & (pl.col("cut") == cut))
    aqui = _preparar(creidas.filter(pl.col("describe").is_in(_DE_PREMISAS)))
    premisas = aqui.filter(~pl.col("domicilio"))
    # What a public register knows by a number of its own is told apart by it, even without a place.
    numerada = pl.col("publica") & pl.col("hilo").is_not_null()
    con_lugar = premisas.filter(pl.col("clave").is_not_null() | pl.col("con_punto") | numerada)
    hechas = _agrupar(con_lugar, _casas(aqui))
    hechas = pl.concat([hechas, _sin_lugar(premisas.join(con_lugar, on=SALIDA[:3], how="anti"), hechas)])
    hechas = _nombrar(hechas)
    domicilios = _domicilios(aqui.filter("domicilio"), hechas, muchos)
    matrices = casas_matrices(creidas, hechas, domicilios)
    todas = [hechas, domicilios.filter(pl.col("local").is_not_null()), matrices]
    juntas = pl.concat([t.select(SALIDA) for t in todas])
    return obs.select(SALIDA[:3]).join(juntas, on=SALIDA[:3], how="inner", maintain_order="left")


def _preparar(aqui: pl.DataFrame) -> pl.DataFrame:
    """The columns that the rules look at, in `_ORDEN`."""
    pasado = pl.col("historica") & pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
    exacta = (pl.col("precision").is_in(_EXACTAS) | (pl.col("describe") == str(Describe.PREDIO))).fill_null(True)
    negado = pl.any_horizontal((pl.col(c) == str(Senal.NO)).fill_null(False) for c in _PERMISOS)
    abierto = ~pl.col("estado").is_in(NO_FUNCIONA).fill_null(False) & ~negado
    registro = (pl.col("actor") == str(Actor.MUNICIPALIDAD)) | pl.col("historica")
    return (
        aqui.select(
            *("carga", "fila", "parte", "rut", "observado", "fuente", "clave", "id_fuente", "sha256", "lon", "lat"),
            *_DEL_VOTO,
            "senal_sanitaria",
            domicilio=pl.col("tipo_sitio").fill_null("") == str(TipoSitio.DOMICILIO),
            pasado=pasado,
            con_punto=pl.col("lon").is_not_null() & exacta,
            firme=registro & ~pasado,
            inicio=pl.when("historica")
            .then(pl.min_horizontal(pl.col("desde").dt.year(), "observado"))
            .otherwise("observado"),
            hilo=pl.concat_str("fuente", pl.lit(":"), "id_fuente"),
            publica=pl.col("publica").fill_null(False),
            medido=pl.col("medido").fill_null(True) & pl.col("lon").is_not_null() & exacta & abierto,
            testigo=pl.when(abierto & (pl.col("describe") == str(Describe.ESTABLECIMIENTO))).then("fuente"),
        )
        .sort(_ORDEN, maintain_order=True)
        .with_row_index("posicion")
    )


def _casas(aqui: pl.DataFrame) -> dict[int, Domicilios]:
    """The legal domiciles of each RUT."""
    domicilios = aqui.filter("domicilio").drop_nulls("clave")
    claves = domicilios.group_by("rut").agg(
        actuales=pl.col("clave").filter(~pl.col("pasado")).unique().sort(),
        dejados=pl.col("clave").filter("pasado").unique().sort(),
    )
    return {rut: Domicilios(tuple(actuales), tuple(dejados)) for rut, actuales, dejados in claves.iter_rows()}


def _agrupar(marco: pl.DataFrame, casas: dict[int, Domicilios]) -> pl.DataFrame:
    """`marco` with `grupo`, a number within the RUT, and `regla`; rows have an address, a point or a public number."""
    marco = marco.with_columns(facil=_facil().over("rut"))
    faciles = marco.filter("facil").with_columns(grupo=pl.lit(0, pl.Int32), regla=pl.lit("rut_y_direccion"))
    resto = marco.filter(~pl.col("facil"))
    grupos: list[int] = []
    reglas: list[str] = []
    for rut, filas in groupby(
        resto.select("rut", *_DE_HECHO, "lon", "lat", "con_punto").iter_rows(), key=itemgetter(0)
    ):
        hechos = [Hecho._make((*f[1:-3], (f[-3], f[-2]) if f[-1] else None)) for f in filas]
        razonados = agrupar_hechos(hechos, casas.get(rut, NINGUN_DOMICILIO))
        grupo, regla = [0] * len(hechos), [""] * len(hechos)
        for numero, (miembros, razones) in enumerate(razonados):
            for i in miembros:
                grupo[i] = numero
                regla[i] = razones.get(i) or _regla_propia(hechos[i])
        grupos += grupo
        reglas += regla
    hechas = resto.with_columns(pl.Series("grupo", grupos, pl.Int32), pl.Series("regla", reglas, pl.Utf8))
    return pl.concat([faciles, hechas]).drop("facil")


def _regla_propia(hecho: Hecho) -> str:
    if hecho.clave is not None:
        return "rut_y_direccion"
    return "rut_y_punto" if hecho.punto is not None else "rut_e_identificador"


def _facil() -> pl.Expr:
    """Whether one address is all that is known of a RUT, and is a door of one premises: a street without a number may
    have several, and so has one with two numbers in public registers."""
    una = (pl.col("clave").n_unique() == 1) & pl.col("clave").is_not_null().all()
    numerada = ~pl.col("clave").str.contains(SIN_NUMERO).fill_null(False).first()
    un_hilo = (pl.col("hilo").n_unique() == 1) & pl.col("hilo").is_not_null().all()
    un_punto = pl.struct("lon", "lat").filter("con_punto").n_unique() <= 1
    un_registro = pl.col("hilo").filter("publica").n_unique() <= 1
    return una & un_registro & (numerada | un_hilo | un_punto)


def _sin_lugar(sueltas: pl.DataFrame, hechas: pl.DataFrame) -> pl.DataFrame:
    """Records without any place: to the premises of the RUT that alone was there that year, else to the main one."""
    vivos = (
        hechas.filter(~pl.col("pasado"))
        .select("rut", "observado", "grupo")
        .unique()
        .group_by("rut", "observado")
        .agg(unico=pl.col("grupo").first(), vivos=pl.len())
        .filter(pl.col("vivos") == 1)
    )
    principal = (
        hechas.group_by("rut", "grupo")
        .agg(
            pl.len(),
            cerrado=pl.col("estado").is_in(NO_FUNCIONA).fill_null(False).all(),
            posicion=pl.col("posicion").min(),
        )
        .sort("cerrado", "len", "posicion", descending=[False, True, False])
        .unique("rut", keep="first", maintain_order=True)
        .select("rut", principal="grupo")
    )
    llevadas = sueltas.join(vivos, on=["rut", "observado"], how="left").join(principal, on="rut", how="left")
    return llevadas.with_columns(
        grupo=pl.coalesce("unico", "principal", pl.lit(0, pl.Int32)),
        regla=pl.when(pl.col("principal").is_null())
        .then(pl.lit("rut_sin_lugar"))
        .otherwise(pl.lit("rut_lugar_principal")),
    ).select(hechas.columns)


def _nombrar(hechas: pl.DataFrame) -> pl.DataFrame:
    """`hechas` with `local`: the year, source and address of the earliest record of the premises.

    Files of later years do not change it; one of the same year may, and `auditoria.relevo` then leads from the old id
    to the new one. A number tells apart the few premises of a RUT whose earliest records say the same.
    """
    primeros = (
        hechas.sort("posicion")
        .unique(["rut", "grupo"], keep="first", maintain_order=True)
        .select(
            "rut",
            "grupo",
            nombre=pl.concat_str("observado", "fuente", pl.col("clave").fill_null(""), separator=":"),
        )
        .with_columns(veces=pl.int_range(pl.len()).over("rut", "nombre"))
    )
    local = pl.when(pl.col("veces") == 0).then("nombre").otherwise(pl.concat_str("nombre", pl.lit("#"), "veces"))
    return hechas.join(primeros.select("rut", "grupo", local=local), on=["rut", "grupo"])


def _domicilios(domicilios: pl.DataFrame, hechas: pl.DataFrame, muchos: pl.Series) -> pl.DataFrame:
    """Legal domiciles with the premises whose door they are, `local` (null where there is none) and `regla`.

    One that the firm left and that no accountant has stands for a former door of the premises that is its domicile now.
    """
    puertas = hechas.drop_nulls("clave").group_by("rut", "local", clave_local="clave").agg(veces=pl.len())
    puertas = puertas.with_columns(tamano=pl.col("veces").sum().over("rut", "local"))
    pares = domicilios.select("rut", "clave").drop_nulls().unique().join(puertas, on="rut")
    niveles = [int(comparar(a, b)) for a, b in pares.select("clave", "clave_local").iter_rows()]
    iguales = pl.col("clave") == pl.col("clave_local")
    elegidos = (
        pares.with_columns(nivel=pl.Series(niveles, dtype=pl.Int8))
        .filter(pl.col("nivel") > int(Parecido.NINGUNO))
        .sort(iguales, "nivel", "tamano", "veces", "local", descending=[True, True, True, True, False])
        .unique(["rut", "clave"], keep="first", maintain_order=True)
        .select("rut", "clave", "local", igual=iguales)
    )
    hallados = domicilios.join(elegidos, on=["rut", "clave"], how="left")
    actual = (
        hallados.filter(~pl.col("pasado"))
        .sort("observado", "desde", "posicion", descending=[True, True, False], nulls_last=True)
        .unique("rut", keep="first", maintain_order=True)
        .select("rut", actual="local")
    )
    dejado = (
        pl.col("pasado") & pl.col("clave").is_not_null() & ~pl.col("clave").is_in(muchos.implode()).fill_null(False)
    )
    return hallados.join(actual, on="rut", how="left").with_columns(
        regla=pl.when(pl.col("igual"))
        .then(pl.lit("rut_y_direccion"))
        .when(pl.col("local").is_not_null())
        .then(pl.lit("rut_direccion_parecida"))
        .otherwise(pl.lit("rut_mudanza")),
        local=pl.coalesce("local", pl.when(dejado).then("actual")),
        dejado=dejado,
    )
