"""The zones of each level, with the people who live in them, for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from api.ogc.contract import Coleccion, Familia, Mundo, Propiedad, Teselado, Tipo
from observatorio.db.queries import capas, teselas
from observatorio.db.queries.capas import Nivel
from observatorio.db.queries.malla import Tesela
from observatorio.vocabulario import Rol

_PROPIEDADES: Final = (
    Propiedad("nombre", "Nombre"),
    Propiedad("poblacion", "Población", Tipo.NUMERO),
    Propiedad("poblacion_anio", "Año de la población", Tipo.ENTERO),
    Propiedad("poblacion_estimada", "Si la población se repartió por superficie", Tipo.SI_NO),
    Propiedad("area_km2", "Superficie geodésica, en km²", Tipo.NUMERO),
)


_EN_TESELAS: Final = (Propiedad("zona", "Código"), Propiedad("nombre", "Nombre"))


def _teselado(mundo: Mundo, nivel: Nivel) -> Teselado:
    def pedir(tesela: Tesela, _filtros: Mapping[str, str]) -> bytes:
        return teselas.zonas(mundo.conn, f"zonas_{nivel.nivel}", nivel.nivel, tesela)

    return Teselado(_EN_TESELAS, lambda: nivel.marca, pedir)


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
            total=partial(mundo.zonas_de, nivel.nivel),
            version=nivel.marca,
            teselas=_teselado(mundo, nivel),
        )


FAMILIA = Familia(id="zonas", roles=frozenset(Rol), colecciones=_colecciones)
