"""Errors that a person is meant to read.

Every refusal that reaches a user is an `ErrorObservatorio`: a sentence in Spanish that says what is wrong, and
`consejo`, a sentence that says what to do. Anything else that is raised is a fault of ours and shows a traceback.
"""

from __future__ import annotations


class ErrorObservatorio(Exception):
    """A refusal with a reason (`mensaje`) and an advice (`consejo`, may be empty), both in Spanish."""

    def __init__(self, mensaje: str, consejo: str = "") -> None:
        super().__init__(mensaje)
        self.mensaje = mensaje
        self.consejo = consejo

    def __str__(self) -> str:
        return f"{self.mensaje} {self.consejo}".strip()


class ErrorCatalogo(ErrorObservatorio):
    """A definition (source, indicator, map) is not what its folder demands."""


class ErrorBase(ErrorObservatorio):
    """The database, or PostGIS itself, is missing or cannot be reached."""


class ErrorArchivo(ErrorObservatorio):
    """A file cannot be read, or does not hold what its source says."""


class ErrorCarga(ErrorObservatorio):
    """A load was refused: nothing of it entered."""


class ErrorConsulta(ErrorObservatorio):
    """A question (indicator, dimension, year, level) that cannot be answered as it was asked."""


class ErrorAcceso(ErrorObservatorio):
    """A key or a session is missing, expired, revoked or not allowed to do this."""
