"""The last line of defence: what the system or the database refuses becomes a sentence, and the detail goes to a log.

Anything else is a fault of ours and keeps its traceback.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from observatorio.cli.sesion import ajustes
from observatorio.errors import ErrorObservatorio, motivo

REGISTRO = "errores.log"


def externas() -> tuple[type[Exception], ...]:
    """What is caught. Asked for only once something was raised, so that no command waits for SQLAlchemy to start."""
    from psycopg import Error
    from sqlalchemy.exc import DBAPIError

    return OSError, DBAPIError, Error


def en_palabras(error: Exception) -> ErrorObservatorio:
    """The refusal that a person reads in place of `error`, whose traceback is in the log that it names."""
    archivo = _anotar(error)
    consejo = f"El detalle quedó en {archivo}." if archivo else "El detalle no se pudo guardar."
    if isinstance(error, OSError):
        que = f"«{error.filename}»" if error.filename else "un archivo"
        return ErrorObservatorio(f"El sistema no dejó leer o escribir {que}: {motivo(error)}.", consejo)
    return ErrorObservatorio(
        "La base de datos no respondió o rechazó la operación; lo que estaba a medias no quedó guardado.",
        f"Revise «observatorio db status» y repita. {consejo}",
    )


def _anotar(error: Exception) -> Path | None:
    """Add the traceback to the log, which only its owner may read: it can hold values of records."""
    try:
        archivo = ajustes().state_dir / REGISTRO
        archivo.parent.mkdir(parents=True, exist_ok=True)
        # Values after an option may name a person.
        orden = " ".join(takewhile(lambda palabra: not palabra.startswith("-"), sys.argv[1:]))
        with os.fdopen(os.open(archivo, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as log:
            log.write(f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z} {orden!r}\n")
            log.writelines(traceback.format_exception(error))
    except (OSError, ErrorObservatorio):
        return None
    return archivo
