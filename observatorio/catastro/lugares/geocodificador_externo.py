"""An outside geocoder, for addresses that the own gazetteer does not know: optional, and asked by a command only.

A consolidation never asks: it reads the answers that were kept. `geopy` is imported when somebody asks, because who
does not want an outside geocoder does not install it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from observatorio.catastro.cercania import METROS_POR_GRADO
from observatorio.errors import ErrorObservatorio
from observatorio.vocabulario import Precision

if TYPE_CHECKING:
    from geopy.exc import GeocoderServiceError
    from geopy.location import Location

Proveedor = Literal["nominatim", "photon"]

AGENTE = "observatorio-economico"
PAUSA_MINIMA_S = 1.0
"""What the public servers of OpenStreetMap ask for; a server of one's own may be asked faster."""
CALLE_LARGA_M = 500.0
"""A street whose box is longer than this across is answered with its middle, which is no place."""

_PUBLICOS = {"nominatim": "https://nominatim.openstreetmap.org", "photon": "https://photon.komoot.io"}
_SECTORES = frozenset({"suburb", "neighbourhood", "quarter", "residential", "industrial", "hamlet", "locality"})


@dataclass(frozen=True)
class Direccion:
    """An address to ask for: the key under which its answer is kept, and its parts."""

    clave: str
    cut: str
    calle: str
    numero: str


@dataclass(frozen=True)
class Respuesta:
    """A row of `territorio.geocodificado`: EPSG:4326, null where nothing was found that means a place."""

    clave: str
    cut: str
    proveedor: str
    lon: float | None
    lat: float | None
    precision: str


def consultar(
    direcciones: Iterable[Direccion],
    proveedor: Proveedor,
    url: str | None = None,
    *,
    comuna: str,
    pausa: float = PAUSA_MINIMA_S,
    espera: float = 10.0,
    reintentos: int = 1,
) -> Iterator[Respuesta]:
    """Ask for each address in the named comuna, one after the other, at least `pausa` seconds apart.

    `url` is a server of one's own (`http://host:port/path`), None the public one, which is never asked more than once a
    second. `espera`: seconds until an answer is given up; `reintentos`: how often it is asked for again. Answers come
    as they arrive, so that those before an error can be kept. Raises `ErrorObservatorio` when the server is away,
    refuses, or `geopy` is not installed.
    """
    pausa = pausa if url else max(pausa, PAUSA_MINIMA_S)
    preguntar = _cliente(proveedor, url or _PUBLICOS[proveedor], pausa, espera, reintentos)
    leer = _de_nominatim if proveedor == "nominatim" else _de_photon
    for direccion in direcciones:
        hallado = preguntar(direccion, comuna)
        precision = leer(hallado.raw, direccion.numero) if hallado is not None else Precision.SIN_UBICACION
        lugar: tuple[float | None, float | None] = (None, None)
        if hallado is not None and precision is not Precision.SIN_UBICACION:
            lugar = (float(hallado.longitude), float(hallado.latitude))
        yield Respuesta(direccion.clave, direccion.cut, proveedor, *lugar, str(precision))


def _cliente(
    proveedor: Proveedor, url: str, pausa: float, espera: float, reintentos: int
) -> Callable[[Direccion, str], Location | None]:
    """A function that asks the server, at its pace, and turns its refusals into errors in Spanish."""
    try:
        from geopy.adapters import URLLibAdapter
        from geopy.exc import GeocoderServiceError
        from geopy.extra.rate_limiter import RateLimiter
        from geopy.geocoders import Nominatim, Photon
    except ModuleNotFoundError:
        raise ErrorObservatorio(
            "Para consultar un geocodificador externo falta la biblioteca geopy.",
            "Instálela con: pip install 'observatorio-economico[geocodificador]'.",
        ) from None
    clase = Nominatim if proveedor == "nominatim" else Photon
    esquema, dominio = _servidor(url)
    # The adapter of geopy that is built on requests asks again by itself, and without a pause.
    servidor = clase(domain=dominio, scheme=esquema, user_agent=AGENTE, timeout=espera, adapter_factory=URLLibAdapter)
    extras = {"addressdetails": True, "country_codes": "cl"} if proveedor == "nominatim" else {}
    con_pausa = RateLimiter(
        servidor.geocode,
        min_delay_seconds=pausa,
        max_retries=reintentos,
        error_wait_seconds=pausa,
        swallow_exceptions=False,
    )

    def preguntar(direccion: Direccion, comuna: str) -> Location | None:
        try:
            return con_pausa(f"{direccion.calle} {direccion.numero}, {comuna}, Chile", **extras)
        except GeocoderServiceError as error:
            raise _en_castellano(error, url, espera) from None

    return preguntar


def _servidor(url: str) -> tuple[str, str]:
    """The scheme of an address, and its host with port and path."""
    partes = urlsplit(url)
    if partes.scheme not in ("http", "https") or not partes.netloc:
        raise ErrorObservatorio(
            f"«{url}» no es la dirección de un servidor.", "Escríbala completa, por ejemplo http://127.0.0.1:8080."
        )
    return partes.scheme, f"{partes.netloc}{partes.path}"


def _en_castellano(error: GeocoderServiceError, url: str, espera: float) -> ErrorObservatorio:
    """What an error of geopy means for who asked."""
    from geopy import exc
    from geopy.adapters import AdapterHTTPError

    if isinstance(error, exc.GeocoderTimedOut):
        mensaje = f"El geocodificador no respondió a tiempo (plazo: {espera:g} s)."
        return ErrorObservatorio(mensaje, "Pruebe más tarde, o con más plazo.")
    rechazos = (exc.GeocoderQuotaExceeded, exc.GeocoderInsufficientPrivileges, exc.GeocoderAuthenticationFailure)
    if isinstance(error, rechazos):
        mensaje = "El geocodificador rechazó la consulta: demasiadas, o sin permiso."
        return ErrorObservatorio(mensaje, "Aumente la pausa entre consultas o use un servidor propio.")
    if isinstance(error.__cause__, AdapterHTTPError) or isinstance(error, exc.GeocoderParseError):
        return ErrorObservatorio(f"El geocodificador en {url} respondió con un error: {error}.")
    return ErrorObservatorio(
        f"No se llega al geocodificador en {url}.", "Revise la dirección y la red; el observatorio no lo necesita."
    )


def _de_nominatim(crudo: Mapping[str, Any], numero: str) -> Precision:
    """How well an answer of Nominatim places an address: only the asked number is a door."""
    direccion = crudo.get("address", {})
    if _mismo_numero(direccion.get("house_number"), numero):
        return Precision.PUERTA
    tipo = str(crudo.get("addresstype") or crudo.get("type") or "")
    if crudo.get("class") == "highway" or tipo == "road":
        sur, norte, oeste, este = (float(v) for v in crudo.get("boundingbox", (0, 90, 0, 90)))
        return _segun_largo(oeste, sur, este, norte)
    return Precision.SECTOR if tipo in _SECTORES else Precision.SIN_UBICACION


def _de_photon(crudo: Mapping[str, Any], numero: str) -> Precision:
    """How well an answer of Photon places an address."""
    datos = crudo.get("properties", {})
    if _mismo_numero(datos.get("housenumber"), numero):
        return Precision.PUERTA
    tipo = str(datos.get("type") or "")
    if tipo == "street":
        oeste, norte, este, sur = (float(v) for v in datos.get("extent", (0, 90, 90, 0)))
        return _segun_largo(oeste, sur, este, norte)
    return Precision.SECTOR if tipo in ("district", "locality") else Precision.SIN_UBICACION


def _mismo_numero(dado: object, pedido: str) -> bool:
    return bool(dado) and str(dado).strip().upper() == pedido.strip().upper()


def _segun_largo(oeste: float, sur: float, este: float, norte: float) -> Precision:
    """A short street is a place; a street that says nothing of its length, or a long one, is none."""
    ancho = (este - oeste) * math.cos(math.radians((sur + norte) / 2))
    largo = math.hypot(ancho, norte - sur) * METROS_POR_GRADO
    return Precision.CALLE if largo <= CALLE_LARGA_M else Precision.SIN_UBICACION
