"""Schools and health posts: the single records that the law makes public, for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from api.ogc.contract import Coleccion, Familia, Mundo, Propiedad, Teselado, Tipo, tipos
from observatorio.db.queries import capas, teselas
from observatorio.db.queries.malla import Tesela
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


_EN_TESELAS: Final = (
    Propiedad("n", "Cuántos hay en la celda", Tipo.ENTERO),
    Propiedad("seccion", "Sección CIIU más frecuente"),
    Propiedad("id", "Identificador del que está solo en su celda"),
    Propiedad("nombre", "Nombre del que está solo en su celda"),
)


def _teselado(mundo: Mundo, anio: int) -> Teselado:
    conn, cut = mundo.conn, mundo.settings.cut

    def pedir(tesela: Tesela, _filtros: Mapping[str, str]) -> bytes:
        return teselas.puntos_publicos(conn, "puntos_publicos", cut, anio, tesela)

    return Teselado(_EN_TESELAS, lambda: f"{anio}/{teselas.version_publica(conn, cut, anio)}", pedir)


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
            teselas=_teselado(mundo, anio),
        )


FAMILIA = Familia(id="puntos_publicos", roles=frozenset(Rol), colecciones=_colecciones)
