"""What was erased at a person's request comes in already emptied, whatever file brings it back.

Without any erasure on record a load asks the database once and does nothing more. With some, every batch is compared
with their fingerprints: by RUT, by the place of a row in its file, and by the identifier that its source gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

import polars as pl
from sqlalchemy import Connection

from ingest.contract import Fuente
from ingest.trabajo import CRUDOS, Canonizado
from observatorio.db.huellas import Huellas, leer_secreto
from observatorio.db.queries.supresion import COMUNES, exigir_clave, tumbas
from observatorio.db.queries.supresion_alcance import CLASE_REGISTRO, CLASE_RUT
from observatorio.normalizar.mencion import ruts_en
from observatorio.normalizar.rut import PRIMERA_JURIDICA
from observatorio.settings import leer_ajustes
from observatorio.vocabulario import Destino

_RUTS = ("rut", "rut_comprador", "rut_proveedor")
_QUEDA = ("fila", "parte", "anio")
_RUT_CRUDO = f"$.{CRUDOS}.rut"


class Supresor(Protocol):
    """Empties, in what was read of one file, whatever was erased before."""

    def aplicar(self, parte: Canonizado) -> Canonizado: ...
    def callar(self, irregulares: pl.DataFrame) -> pl.DataFrame: ...


class NadaSuprimido:
    """There is nothing to empty."""

    def aplicar(self, parte: Canonizado) -> Canonizado:
        """The batch as it is."""
        return parte

    def callar(self, irregulares: pl.DataFrame) -> pl.DataFrame:
        """The rejections as they are."""
        return irregulares


class SupresorPorHuellas:
    """Knows what was erased by its fingerprints (`enterradas`: class -> fingerprints, made by `huellas`)."""

    def __init__(self, huellas: Huellas, enterradas: Mapping[str, frozenset[str]], fuente: str, sha256: str) -> None:
        self._huellas = huellas
        self._por_rut = enterradas.get(CLASE_RUT, frozenset())
        self._por_registro = enterradas.get(CLASE_REGISTRO, frozenset())
        self._fuente = fuente
        self._sha256 = sha256

    def aplicar(self, parte: Canonizado) -> Canonizado:
        """The batch with the column `suprimida`, erased rows emptied, and nothing of them in rejections or extras."""
        filas = parte.filas
        nombran = self._nombran(filas["extra"])
        propias = self._son_suyas(filas)
        if nombran.any():
            # A RUT whose digit was wrong gave no value, but the raw text still says whose row it is.
            propias |= nombran & self._nombran(filas["extra"].str.json_path_match(_RUT_CRUDO))
        comunes = _esta(filas["fila"], filas["fila"].filter(propias)) & ~propias
        quitar = {c: propias for c in filas.columns if c not in _QUEDA}
        quitar |= {c: propias | comunes for c in COMUNES if c in quitar}
        quitar["extra"] |= nombran
        vaciadas = filas.with_columns(
            *(pl.when(~donde).then(c).alias(c) for c, donde in quitar.items()), suprimida=propias
        )
        suyas = [*filas["fila"].filter(propias), *parte.caidas["fila"].filter(self._son_suyas(parte.caidas))]
        return replace(parte, filas=vaciadas, rechazos=self._callar(parte.rechazos, suyas))

    def callar(self, irregulares: pl.DataFrame) -> pl.DataFrame:
        """Rejections of rows that could not be read, without the text of those that are an erased one or name it."""
        lugares = irregulares.select("fila", parte=pl.lit(0, pl.Int16))
        return self._callar(irregulares, irregulares["fila"].filter(self._son_suyas(lugares)))

    def _callar(self, rechazos: pl.DataFrame, suyas: Iterable[int]) -> pl.DataFrame:
        nombran = rechazos["fila"].filter(self._nombran(rechazos["valor"]))
        mudas = _esta(rechazos["fila"], {*suyas, *nombran})
        return rechazos.with_columns(pl.when(~mudas).then("valor").alias("valor"))

    def _son_suyas(self, filas: pl.DataFrame) -> pl.Series:
        """Which rows are themselves erased: by a RUT, by their place in the file, or by their identifier."""
        suyas = pl.repeat(False, filas.height, eager=True)
        for columna in _RUTS:
            if columna in filas.columns:
                suyas |= _esta(filas[columna], self._suprimidos(filas[columna]))
        if not self._por_registro:
            return suyas
        de, fuente, sha256 = self._huellas, self._fuente, self._sha256
        lugares = filas.select("fila", "parte").iter_rows()
        suyas |= pl.Series(
            [de.de_registro(fuente, sha256, *lugar) in self._por_registro for lugar in lugares], dtype=pl.Boolean
        )
        if "id_fuente" in filas.columns:
            ids = filas["id_fuente"].unique().drop_nulls()
            suyas |= _esta(filas["id_fuente"], {i for i in ids if de.de_identificador(fuente, i) in self._por_registro})
        return suyas

    def _nombran(self, textos: pl.Series) -> pl.Series:
        """Which texts name an erased RUT."""
        if not self._por_rut or textos.null_count() == len(textos):
            return pl.repeat(False, len(textos), eager=True)
        hallados = ruts_en(textos)
        puestos = hallados["puesto"].filter(_esta(hallados["rut"], self._suprimidos(hallados["rut"])))
        return _esta(pl.Series(range(len(textos)), dtype=pl.UInt32), puestos)

    def _suprimidos(self, ruts: pl.Series) -> set[int]:
        """The erased numbers among some; those of legal persons, which nobody may have erased, are not even hashed."""
        if not self._por_rut:
            return set()
        naturales = ruts.filter((ruts < PRIMERA_JURIDICA).fill_null(False)).unique()
        return {rut for rut in naturales if self._huellas.de_rut(rut) in self._por_rut}


def preparar(conn: Connection, fuente: Fuente, sha256: str, secreto: bytes | None) -> Supresor:
    """Who empties what a file brings back; no erasure begins until the transaction ends.

    `secreto` is that of the installation; without it, the one that the settings of the process name is taken, and
    only when there is something to know again. Raises `ErrorCarga` when that is not the secret of the erasures.
    """
    enterradas = tumbas(conn)
    if not enterradas or fuente.destino is Destino.SERIE:
        return NadaSuprimido()
    secreto = secreto or leer_secreto(leer_ajustes())
    huellas = exigir_clave(None if secreto is None else Huellas(secreto), enterradas)
    return SupresorPorHuellas(huellas, enterradas, fuente.id, sha256)


def _esta(valores: pl.Series, entre: Iterable[int] | Iterable[str]) -> pl.Series:
    return valores.is_in(pl.Series(list(entre), dtype=valores.dtype).implode()).fill_null(False)
