"""The files that pages load: a closed list, each with its type and the digest of its bytes."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from maps.render import LEAFLET, PROPIOS

_PORTAL: Final = Path(__file__).parent / "static"
_TIPOS: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@dataclass(frozen=True)
class Recurso:
    """A file that is served as it is."""

    contenido: bytes
    tipo: str
    huella: str


@cache
def recursos() -> dict[str, Recurso]:
    """path under `/estatico/` -> file. What is not in this list is not served, whatever the path says."""
    return {nombre: _leer(ruta) for nombre, ruta in _rutas()}


def direccion(nombre: str) -> str:
    """The address of a file, with its digest, so that a new version is never mistaken for the old one."""
    return f"/estatico/{nombre}?v={recursos()[nombre].huella[:10]}"


def _rutas() -> Iterator[tuple[str, Path]]:
    for ruta in sorted(_PORTAL.rglob("*.*")):
        yield ruta.relative_to(_PORTAL).as_posix(), ruta
    for ruta in sorted(PROPIOS.glob("*.*")):
        yield f"mapas/{ruta.name}", ruta
    for nombre in ("leaflet.js", "leaflet.css"):
        yield f"leaflet/{nombre}", LEAFLET / nombre
    for ruta in sorted((LEAFLET / "images").glob("*.png")):
        yield f"leaflet/images/{ruta.name}", ruta


def _leer(ruta: Path) -> Recurso:
    contenido = ruta.read_bytes()
    tipo = _TIPOS.get(ruta.suffix) or mimetypes.guess_type(ruta.name)[0] or "application/octet-stream"
    return Recurso(contenido, tipo, hashlib.sha256(contenido).hexdigest())
