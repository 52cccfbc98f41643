"""Errors that a person is meant to read.

Every refusal that reaches a user is an `ErrorObservatorio`: a sentence in Spanish that says what is wrong, and
`consejo`, a sentence that says what to do. Anything else that is raised is a fault of ours and shows a traceback.
"""

from __future__ import annotations

import errno

_MOTIVOS = {
    errno.EACCES: "no hay permiso",
    errno.EPERM: "no hay permiso",
    errno.EROFS: "el disco es de solo lectura",
    errno.ENOENT: "no existe el archivo o su carpeta",
    errno.ENOTDIR: "parte de la ruta no es una carpeta",
    errno.EISDIR: "es una carpeta",
    errno.EEXIST: "ya existe y no es una carpeta",
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EDQUOT: "se agotó la cuota de disco",
    errno.EIO: "el disco falló",
    errno.ELOOP: "sus enlaces dan vueltas",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
}


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


def motivo(error: OSError) -> str:
    """Why the system refused, in Spanish where it is one of the usual reasons; the path is for the caller to name."""
    return _MOTIVOS.get(error.errno or 0, error.strerror or str(error))
