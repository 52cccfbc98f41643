"""The zones of each level with the figures of the last release, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from api.ogc.contract import Coleccion, Familia, Mundo, Propiedad, Tipo
from observatorio.db.queries import capas
from observatorio.vocabulario import EstadoValor, Rol

_ESTADOS: Final = (EstadoValor.PUBLICADO, EstadoValor.RESERVADO, EstadoValor.SIN_DATO)
_PROPIEDADES: Final = (
    Propiedad("nombre", "Nombre"),
    Propiedad("establecimientos", "Establecimientos activos", Tipo.NUMERO),
    Propiedad("establecimientos_estado", "Qué es esa cifra; nulo es que no se publica", valores=_ESTADOS),
    Propiedad("establecimientos_redondeo", "De qué número es múltiplo; nulo es exacta", Tipo.ENTERO),
    Propiedad("empleo", "Personas que trabajan en ellos", Tipo.NUMERO),
    Propiedad("empleo_estado", "Qué es esa cifra; nulo es que no se publica", valores=_ESTADOS),
    Propiedad("tasa_informalidad", "Tasa de informalidad, en %", Tipo.NUMERO),
    Propiedad("tasa_informalidad_estado", "Qué es esa cifra; nulo es que no se publica", valores=_ESTADOS),
)


def _colecciones(mundo: Mundo) -> Iterator[Coleccion]:
    """One for each level that has zones, once something was published."""
    for anio, numero in list(mundo.publicaciones.items())[-1:]:
        for nivel in mundo.niveles:
            yield Coleccion(
                id=f"cifras_{nivel.nivel}",
                titulo=f"Cifras publicadas de {anio}: {nivel.nombre}",
                descripcion=(
                    f"Las zonas del nivel «{nivel.nombre}» con lo publicado de {anio}. "
                    "Lo reservado va nulo, y no es cero."
                ),
                capa=capas.cifras(nivel.nivel, numero),
                propiedades=_PROPIEDADES,
                geometria="MultiPolygon",
                caja=partial(mundo.caja_nivel, nivel.nivel),
                anio=anio,
                total=partial(mundo.zonas_de, nivel.nivel),
                version=f"{numero}/{nivel.marca}",
            )


FAMILIA = Familia(id="cifras", roles=frozenset(Rol), colecciones=_colecciones)
