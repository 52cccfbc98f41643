"""The establishments of each year, for planners and the municipality; without a year, those of the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from api.ogc.contract import Coleccion, Familia, Mundo, Propiedad, Teselado, Tipo, tipos
from observatorio.db.queries import capas, teselas
from observatorio.db.queries.capas import Consolidado
from observatorio.db.queries.malla import Tesela
from observatorio.vocabulario import Formalidad, Precision, Rol, Tamano, TipoPersona, TipoSitio

_PROPIEDADES: Final = (
    Propiedad("anio", "Año", Tipo.ENTERO),
    Propiedad("rut", "RUT de la empresa, sin dígito verificador", Tipo.ENTERO),
    Propiedad("nombre", "Nombre"),
    Propiedad("razon_social", "Nombre legal"),
    Propiedad("nombre_fantasia", "Nombre con que el público conoce el local"),
    Propiedad("tipo_persona", "Persona natural o jurídica", valores=tuple(TipoPersona)),
    Propiedad("tipo_sitio", "Qué es el lugar", valores=tuple(TipoSitio)),
    Propiedad("direccion", "Dirección"),
    Propiedad("acteco", "Código de actividad económica, seis dígitos"),
    Propiedad("giro_texto", "Giro en palabras de la fuente"),
    Propiedad("division", "División CIIU, dos cifras"),
    Propiedad("seccion", "Sección CIIU, A a U"),
    Propiedad("tamano", "Tamaño (Ley 20.416)", valores=tuple(Tamano)),
    Propiedad("tamano_criterio", "De qué se leyó el tamaño"),
    Propiedad("formalidad", "Formalidad; inactivo es el que cerró", valores=tuple(Formalidad)),
    Propiedad("trabajadores", "Trabajadores de la empresa entera", Tipo.ENTERO),
    Propiedad("empleo_total", "Personas que trabajan en este establecimiento", Tipo.ENTERO),
    Propiedad("empleo_local", "De ellas, las que residen en la comuna", Tipo.ENTERO),
    Propiedad("empleo_conmutante", "De ellas, las que residen fuera de la comuna", Tipo.ENTERO),
    Propiedad("empleo_sin_dato", "De ellas, las de residencia desconocida", Tipo.ENTERO),
    Propiedad("precision", "Con qué detalle se conoce el lugar", valores=tuple(Precision)),
    Propiedad("publica", "Si su registro es público por ley", Tipo.SI_NO),
)
_RESTRINGIDAS: Final = (
    Propiedad("tramo_ventas", "Tramo de ventas del SII", Tipo.ENTERO),
    Propiedad("impuestos_clp", "Impuestos del año, en pesos", Tipo.ENTERO),
    Propiedad("patente_clp", "Patente municipal del año, en pesos", Tipo.ENTERO),
    Propiedad("capital_clp", "Capital propio o de constitución, en pesos", Tipo.ENTERO),
    Propiedad("telefono", "Teléfono"),
    Propiedad("correo", "Correo electrónico"),
)
_EN_TESELAS: Final = (
    Propiedad("n", "Cuántos hay en la celda", Tipo.ENTERO),
    Propiedad("seccion", "Sección CIIU más frecuente, A a U, o sin_dato"),
    Propiedad("formal", "Cuántos son formales; sin valor, ninguno", Tipo.ENTERO),
    Propiedad("en_proceso", "Cuántos están en proceso; sin valor, ninguno", Tipo.ENTERO),
    Propiedad("informal", "Cuántos son informales; sin valor, ninguno", Tipo.ENTERO),
    Propiedad("indeterminado", "De cuántos no se sabe; sin valor, ninguno", Tipo.ENTERO),
    Propiedad("id", "Identificador del que está solo en su celda"),
)
_RESERVA: Final = "Sin nombre ni RUT de las personas naturales."


def _colecciones(mundo: Mundo) -> Iterator[Coleccion]:
    """The last year under the family's own name, then every year, the newest first."""
    anios = mundo.consolidados[::-1]
    for ultimo in anios[:1]:
        yield _coleccion(mundo, "establecimientos", "Establecimientos", ultimo)
    for uno in anios:
        yield _coleccion(mundo, f"establecimientos_{uno.anio}", f"Establecimientos de {uno.anio}", uno)


def _teselado(mundo: Mundo, id_: str, uno: Consolidado) -> Teselado:
    cut, anio = mundo.settings.cut, uno.anio

    def pedir(tesela: Tesela, filtros: Mapping[str, str]) -> bytes:
        return teselas.establecimientos(mundo.conn, id_, cut, anio, tesela, filtros)

    return Teselado(_EN_TESELAS, lambda: f"{anio}/{uno.version}", pedir, ("seccion", "tamano", "formalidad"))


def _coleccion(mundo: Mundo, id_: str, titulo: str, uno: Consolidado) -> Coleccion:
    municipal = mundo.rol is Rol.MUNICIPAL
    propiedades = (*_PROPIEDADES, *_RESTRINGIDAS) if municipal else _PROPIEDADES
    que = f"Los establecimientos de {mundo.settings.comuna} en {uno.anio}, también los que cerraron."
    return Coleccion(
        id=id_,
        titulo=titulo,
        descripcion=f"{que} Contiene datos restringidos: cada consulta queda anotada."
        if municipal
        else f"{que} {_RESERVA}",
        capa=capas.establecimientos(mundo.settings.cut, uno.anio, tipos(propiedades), municipal=municipal),
        propiedades=propiedades,
        geometria="Point",
        caja=mundo.caja_comuna,
        anio=uno.anio,
        total=lambda: uno.establecimientos,
        version=str(uno.version),
        restringida=municipal,
        teselas=_teselado(mundo, id_, uno),
    )


FAMILIA = Familia(id="establecimientos", roles=frozenset({Rol.PLANIFICADOR, Rol.MUNICIPAL}), colecciones=_colecciones)
