"""Keyed fingerprints of what was erased, and of what was searched for: enough to know it again, and not to read it.

A plain hash of eight digits is reversed in seconds by trying them all; with a secret of 256 bits nobody can who does
not have the secret. So it lives outside the database, and outside its backups.
"""

from __future__ import annotations

import hmac
import os
import re

import polars as pl

from observatorio.db import secretos
from observatorio.errors import ErrorBase, ErrorObservatorio, motivo
from observatorio.normalizar.rut import leer_uno
from observatorio.normalizar.texto import plegar
from observatorio.settings import Settings

VARIABLE = "OBS_CLAVE_SUPRESION"
"""The environment variable that goes before the file, for installations that keep their secrets elsewhere."""
ARCHIVO = "supresion.secreto"
"""The file of the secret, in the folder of the settings' `state_dir`."""
LARGO_MINIMO = secretos.LARGO
"""Characters that the variable must have, or bytes the file."""

MARCA = "huella:"
"""How the fingerprint of a text begins where a text could stand."""

_SEPARADOR = "\x1f"


class Huellas:
    """Fingerprints (HMAC-SHA256, hexadecimal) under one secret. Those of different kinds of things never meet."""

    def __init__(self, secreto: bytes) -> None:
        self._base = hmac.new(secreto, digestmod="sha256")

    def de_rut(self, rut: int) -> str:
        """Of a RUT's number, without its check digit."""
        return self._firmar("rut", rut)

    def de_registro(self, fuente: str, sha256: str, fila: int, parte: int) -> str:
        """Of a row by the content of its file."""
        return self._firmar("registro", fuente, sha256, fila, parte)

    def de_identificador(self, fuente: str, id_fuente: str) -> str:
        """Of a record by the identifier that its source gives it in every file."""
        return self._firmar("id_fuente", fuente, id_fuente)

    def de_texto(self, texto: str) -> str:
        """Of what somebody searched for, after `MARCA`: the same for a RUT however it is written, and for words in any
        order, with or without capitals, accents, marks and wildcards."""
        return f"{MARCA}{self._firmar('texto', _llano(texto))}"

    def de_la_clave(self) -> str:
        """Of the secret itself: tells later whether the secret in hand is the one of the other fingerprints."""
        return self._firmar("clave")

    def _firmar(self, *partes: object) -> str:
        # A copy of a keyed state costs a quarter less than starting anew, and a large file asks for a million.
        copia = self._base.copy()
        copia.update(_SEPARADOR.join(map(str, partes)).encode())
        return copia.hexdigest()


def _llano(texto: str) -> str:
    """The number of a RUT, or else the words of a text in their order of the alphabet."""
    if (numero := leer_uno(texto.strip())) is not None:
        return str(numero)
    return " ".join(sorted(re.findall(r"[^\W_]+", plegar(pl.Series([texto])).item())))


def leer_secreto(settings: Settings) -> bytes | None:
    """The secret of this installation, from `OBS_CLAVE_SUPRESION` or its file; None where there is none yet.

    Raises `ErrorObservatorio` when it is too short to be one, `ErrorBase` when the file cannot be read.
    """
    texto = os.environ.get(VARIABLE, "").strip()
    if texto:
        return _exigir_largo(texto.encode(), VARIABLE)
    archivo = settings.state_dir / ARCHIVO
    try:
        return _exigir_largo(archivo.read_bytes(), str(archivo))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ErrorBase(f"No se puede leer {archivo}: {motivo(error)}.", "Revise sus permisos.") from error


def asegurar_secreto(settings: Settings) -> bytes:
    """The secret of this installation, its file made the first time (`secretos.asegurar`).

    Raises as `leer_secreto`, and `ErrorBase` when the file cannot be written.
    """
    secreto = leer_secreto(settings)
    if secreto is not None:
        return secreto
    destino = settings.state_dir / ARCHIVO
    try:
        return secretos.asegurar(destino)
    except OSError as error:
        raise ErrorBase(
            f"No se puede escribir {destino}: {motivo(error)}.", f"Revise sus permisos o defina {VARIABLE}."
        ) from error


def _exigir_largo(secreto: bytes, donde: str) -> bytes:
    if len(secreto) < LARGO_MINIMO:
        raise ErrorObservatorio(
            f"La clave de supresión de {donde} tiene menos de {LARGO_MINIMO} caracteres.",
            "Recupere la de esta instalación; una nueva no reconocería lo ya suprimido.",
        )
    return secreto
