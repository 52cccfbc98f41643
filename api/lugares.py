"""Places in a question: a box, a circle, and a polygon that somebody drew, each checked before the database sees it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from shapely.geometry import shape

from api.errors import ErrorDibujo, ErrorParametro
from observatorio.db.queries.busqueda import MAXIMO_METROS, Cerca

_MAXIMO_VERTICES: Final = 1_000
_MAXIMO_GRADOS: Final = 5.0
"""Side of the box that a drawing may fill: more than the whole region."""
_MAXIMO_PARTES: Final = 100

_Grado = Annotated[float, Field(allow_inf_nan=False)]
# A height may come along, in some vertices or in all: here it says nothing.
_Posicion = Annotated[list[_Grado], Field(min_length=2, max_length=3), AfterValidator(lambda posicion: posicion[:2])]
_Anillo = Annotated[list[_Posicion], Field(min_length=4, max_length=_MAXIMO_VERTICES)]
_Anillos = Annotated[list[_Anillo], Field(min_length=1, max_length=_MAXIMO_PARTES)]
_RECTANGULO: Final[JsonDict] = {
    "type": "Polygon",
    "coordinates": [[[-68.95, -22.48], [-68.91, -22.48], [-68.91, -22.44], [-68.95, -22.44], [-68.95, -22.48]]],
}


class Poligono(BaseModel):
    """A GeoJSON Polygon (EPSG:4326)."""

    model_config = ConfigDict(title="Poligono", json_schema_extra={"examples": [_RECTANGULO]})
    type: Literal["Polygon"]
    coordinates: _Anillos


class MultiPoligono(BaseModel):
    """A GeoJSON MultiPolygon (EPSG:4326)."""

    model_config = ConfigDict(title="MultiPoligono")
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[_Anillos], Field(min_length=1, max_length=_MAXIMO_PARTES)]


class Rasgo(BaseModel):
    """A GeoJSON Feature with one of them, as drawing tools hand it over; its properties are not read."""

    model_config = ConfigDict(title="Rasgo")
    type: Literal["Feature"]
    geometry: Annotated[Poligono | MultiPoligono, Field(discriminator="type")]


Dibujo = Annotated[Poligono | MultiPoligono | Rasgo, Field(discriminator="type")]


def leer_poligono(dibujo: Poligono | MultiPoligono | Rasgo) -> str:
    """The text of the GeoJSON geometry that was drawn, with two coordinates a vertex. Raises `ErrorDibujo`, saying what
    to change, for one that is too large, has too many vertices, or is no valid area."""
    geometria = dibujo.geometry if isinstance(dibujo, Rasgo) else dibujo
    forma = shape(geometria.model_dump())
    vertices = shapely.get_num_coordinates(forma)
    if vertices > _MAXIMO_VERTICES:
        raise _inservible(
            "poligono_detallado",
            f"El polígono tiene {vertices} vértices.",
            f"Simplifíquelo hasta {_MAXIMO_VERTICES} como máximo.",
        )
    oeste, sur, este, norte = forma.bounds
    if not (oeste >= -180 and este <= 180 and sur >= -90 and norte <= 90):
        raise _inservible(
            "poligono_fuera", "El polígono se sale del mundo.", "Escriba cada vértice en grados: [longitud, latitud]."
        )
    if max(este - oeste, norte - sur) > _MAXIMO_GRADOS:
        raise _inservible(
            "poligono_grande",
            "El polígono es demasiado grande.",
            f"Dibuje uno de {_MAXIMO_GRADOS:.0f} grados de lado como máximo.",
        )
    if not forma.is_valid or forma.area == 0:
        motivo = "no encierra nada" if forma.area == 0 else "se cruza o se toca consigo mismo"
        raise _inservible(
            "poligono_invalido", f"El polígono {motivo}.", "Dibújelo de nuevo, sin cruces y con los vértices en orden."
        )
    return shapely.to_geojson(forma)


def _inservible(regla: str, mensaje: str, consejo: str) -> ErrorDibujo:
    return ErrorDibujo("coordinates", "", regla, mensaje, consejo)


def leer_caja(texto: str) -> tuple[float, float, float, float] | None:
    """Four numbers in degrees, west before east and south before north; None for nothing. Raises `ErrorParametro`."""
    if not texto:
        return None
    numeros = _numeros(texto, 4)
    if numeros is not None:
        oeste, sur, este, norte = numeros
        if -180 <= oeste <= este <= 180 and -90 <= sur <= norte <= 90:
            return oeste, sur, este, norte
    raise ErrorParametro(
        "bbox", texto, "caja_ilegible", f"«{texto}» no es un rectángulo.", "Escriba oeste,sur,este,norte en grados."
    )


def leer_cerca(texto: str) -> Cerca | None:
    """Longitude and latitude in degrees, and metres; None for nothing. Raises `ErrorParametro`."""
    if not texto:
        return None
    numeros = _numeros(texto, 3)
    if numeros is not None:
        lon, lat, metros = numeros
        if abs(lon) <= 180 and abs(lat) <= 90 and 0 < metros <= MAXIMO_METROS:
            return Cerca(lon=lon, lat=lat, metros=metros)
    raise ErrorParametro(
        "cerca",
        texto,
        "cerca_ilegible",
        f"«{texto}» no es un punto con su radio.",
        f"Escriba longitud,latitud,metros, con {MAXIMO_METROS:.0f} metros como máximo: cerca=-68.93,-22.46,500.",
    )


def _numeros(texto: str, cuantos: int) -> tuple[float, ...] | None:
    """So many finite numbers with commas between, or None. What Python alone takes for a number is none: `1_0`, `١`."""
    partes = [p.strip() for p in texto.split(",")]
    if len(partes) != cuantos or not texto.isascii() or "_" in texto:
        return None
    try:
        numeros = tuple(float(p) for p in partes)
    except ValueError:
        return None
    return numeros if all(abs(n) < float("inf") for n in numeros) else None
