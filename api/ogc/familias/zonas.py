"""The zones of each level, with the people who live in them, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from api.ogc.contract import Coleccion, Familia, Mundo, Propiedad, Tipo
from observatorio.db.queries import capas
from observatorio.vocabulario import Rol

_PROPIEDADES: Final = (
    Propiedad("nombre", "Nombre"),
    Propiedad("poblacion", "Población", Tipo.NUMERO),
    Propiedad("poblacion_anio", "Año de la población", Tipo.ENTERO),
    Propiedad("poblacion_estimada", "Si la población se repartió por superficie", Tipo.SI_NO),
    Propiedad("area_km2", "Superficie geodésica, en km²", Tipo.NUMERO),
)


def _colecciones(mundo: Mundo) -> Iterator[Coleccion]:
    """One for each level that has zones."""
    for nivel in mundo.niveles:
        yield Coleccion(
            id=f"zonas_{nivel.nivel}",
            titulo=f"Zonas: {nivel.nombre}",
            descripcion=f"Las zonas del nivel «{nivel.nombre}», con su población y superficie.",
            capa=capas.zonas(nivel.nivel),
            propiedades=_PROPIEDADES,
            geometria="MultiPolygon",
            caja=partial(mundo.caja_nivel, nivel.nivel),
            total=nivel.zonas,
            version=nivel.marca,
            teselas=True,
        )


FAMILIA = Familia(id="zonas", roles=frozenset(Rol), colecciones=_colecciones)
