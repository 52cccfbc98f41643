"""Schools and health posts: the single records that the law makes public, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from api.ogc.contract import Coleccion, Familia, Mundo, Propiedad, Tipo, tipos
from observatorio.db.queries import capas
from observatorio.vocabulario import Precision, Rol, TipoSitio

_PROPIEDADES: Final = (
    Propiedad("anio", "Año", Tipo.ENTERO),
    Propiedad("nombre", "Nombre"),
    Propiedad("seccion", "Sección CIIU, A a U"),
    Propiedad("division", "División CIIU, dos cifras"),
    Propiedad("tipo_sitio", "Qué es el lugar", valores=tuple(TipoSitio)),
    Propiedad("precision", "Con qué detalle se conoce el lugar", valores=tuple(Precision)),
    Propiedad("fuente", "Fuente de la que viene"),
    Propiedad("fuente_nombre", "Nombre de la fuente"),
    Propiedad("fuente_actor", "Institución que la entrega"),
    Propiedad("fuente_licencia", "Licencia de la fuente"),
)


def _colecciones(mundo: Mundo) -> Iterator[Coleccion]:
    """Those of the last year that was published, the newest that everybody can know of."""
    for anio in list(mundo.publicaciones)[-1:]:
        yield Coleccion(
            id="puntos_publicos",
            titulo="Establecimientos de educación y salud",
            descripcion=f"Escuelas y centros de salud de {mundo.settings.comuna} en {anio}, públicos por ley.",
            capa=capas.puntos_publicos(mundo.settings.cut, anio, tipos(_PROPIEDADES)),
            propiedades=_PROPIEDADES,
            geometria="Point",
            caja=mundo.caja_comuna,
            anio=anio,
            teselas=True,
        )


FAMILIA = Familia(id="puntos_publicos", roles=frozenset(Rol), colecciones=_colecciones)
