"""Zip files that strangers send: looked through before anything is unpacked, and never trusted for sizes or names."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from observatorio.errors import ErrorArchivo

MAX_MIEMBROS = 10_000
"""Members: a workbook with a thousand sheets and pictures has fewer."""
MAX_EXPANDIDO = 16 << 30
"""Bytes of everything unpacked: forty years of the SII's list of companies."""
MAX_PLANILLA = 2 << 30
"""Bytes of an unpacked workbook: a full sheet of a million rows and twenty columns takes half of that."""
MAX_RAZON = 200
"""Unpacked to packed size: tables of repeated words reach 50, files made to fill a disk a thousand."""
RAZON_DESDE = 32 << 20
"""Unpacked bytes below which no ratio is suspicious: that much fits anywhere."""
TROZO = 1 << 20

_DEFECTO = "Comprima otra vez solo el archivo con los datos y envíelo de nuevo."


@contextmanager
def abrir_zip(ruta: Path) -> Iterator[zipfile.ZipFile]:
    """A zip whose names, sizes and kinds of members are harmless. Raises `ErrorArchivo` otherwise, and if it is cut."""
    with _en_palabras():
        archivo = zipfile.ZipFile(ruta)
    with archivo:
        _revisar(archivo)
        yield archivo


@contextmanager
def _en_palabras() -> Iterator[None]:
    """What the library raises over damaged bytes, as one refusal."""
    try:
        yield
    except OSError as error:
        # An offset before the file's beginning; anything else, such as a full disk, is no fault of the file.
        if error.errno != errno.EINVAL:
            raise
        raise _danado() from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, RuntimeError) as error:
        raise _danado() from error


def _danado() -> ErrorArchivo:
    return ErrorArchivo(
        "El archivo está incompleto o dañado.", "Vuelva a descargarlo o a guardarlo y envíelo otra vez."
    )


def _revisar(archivo: zipfile.ZipFile) -> None:
    miembros = archivo.infolist()
    if len(miembros) > MAX_MIEMBROS:
        raise ErrorArchivo(f"El zip trae más de {MAX_MIEMBROS} archivos.", _DEFECTO)
    if len({miembro.filename for miembro in miembros}) < len(miembros):
        raise ErrorArchivo("El zip trae dos archivos con el mismo nombre.", _DEFECTO)
    for miembro in miembros:
        _revisar_miembro(miembro)
    revisar_tamano(miembros, MAX_EXPANDIDO)


def _revisar_miembro(miembro: zipfile.ZipInfo) -> None:
    nombre = miembro.filename.replace("\\", "/")
    camino = PurePosixPath(nombre)
    if camino.is_absolute() or ".." in camino.parts or ":" in nombre:
        raise ErrorArchivo("El zip trae un archivo cuyo nombre apunta fuera de su carpeta.", _DEFECTO)
    if stat.S_ISLNK(miembro.external_attr >> 16):
        raise ErrorArchivo("El zip trae un enlace en vez de un archivo.", _DEFECTO)
    if miembro.flag_bits & 0x1:
        raise ErrorArchivo("El archivo tiene contraseña.", "Quítele la contraseña y envíelo otra vez.")


def revisar_tamano(miembros: list[zipfile.ZipInfo], maximo: int) -> None:
    """Refuse members that unpack to more than `maximo` bytes in all, or to an absurd multiple of what is stored."""
    expandido = sum(miembro.file_size for miembro in miembros)
    guardado = sum(miembro.compress_size for miembro in miembros)
    if expandido > maximo or expandido > max(RAZON_DESDE, MAX_RAZON * guardado):
        raise ErrorArchivo(
            "El archivo comprimido se expande a un tamaño que ninguna tabla real tiene.",
            "Si la tabla de verdad es tan grande, envíela como CSV sin comprimir.",
        )


def datos(archivo: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members that are files of the sender: no folders, and nothing that an operating system adds."""
    return [
        miembro
        for miembro in archivo.infolist()
        if not miembro.is_dir()
        and not miembro.filename.startswith("__MACOSX/")
        and not PurePosixPath(miembro.filename).name.startswith((".", "~$"))
        and PurePosixPath(miembro.filename).name.lower() not in ("thumbs.db", "desktop.ini")
    ]


def extraer(archivo: zipfile.ZipFile, miembro: zipfile.ZipInfo, destino: Path) -> Path:
    """Write one member to `destino` (a path that the caller chose), which is returned."""
    if miembro.file_size > shutil.disk_usage(destino.parent).free:
        raise ErrorArchivo(
            "No queda espacio en el disco para descomprimir el archivo.", "Avise a quien administra el servidor."
        )
    with _en_palabras(), archivo.open(miembro) as origen, destino.open("wb") as salida:
        shutil.copyfileobj(origen, salida, TROZO)
    return destino


def comprobar(archivo: zipfile.ZipFile) -> None:
    """Read every member once, so that a cut or lying file is refused here."""
    with _en_palabras():
        malo = archivo.testzip()
    if malo is not None:
        raise _danado()


def inicio(archivo: zipfile.ZipFile, nombre: str, cuantos: int) -> bytes:
    """The first bytes of a member."""
    with _en_palabras(), archivo.open(nombre) as miembro:
        return miembro.read(cuantos)
