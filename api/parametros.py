"""What a question about figures looks like in a URL, and the refusal of what nobody declared."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from pydantic import JsonValue

from api.errors import ErrorParametro
from observatorio.indicadores.dimensiones import DIMENSIONES

FORMATOS: Final = ("json", "csv", "xlsx", "geojson", "parquet")
SEPARADORES: Final = (",", ";")
FILTROS: Final = ("seccion", "division", "tamano", "formalidad", "tipo_persona")


def opciones(*valores: str) -> dict[str, JsonValue]:
    """What the document says of a parameter with a closed list, which is checked here, in Spanish and with advice."""
    return {"enum": ["", *valores]}


def _forma(patron: str, ejemplo: str) -> dict[str, JsonValue]:
    return {"pattern": f"^({patron})?$", "examples": [ejemplo]}


def _dimension(nombre: str, descripcion: str) -> Any:
    """The parameter that keeps one value of a dimension."""
    return Query(max_length=20, description=descripcion, json_schema_extra=opciones(*DIMENSIONES[nombre].valores))


_GRADO: Final = r"-?[0-9]{1,3}(\.[0-9]+)?"
Seccion = Annotated[str, _dimension("seccion", "Sección CIIU, A a U")]
Division = Annotated[str, _dimension("division", "División CIIU, dos cifras")]
ElTamano = Annotated[str, _dimension("tamano", "Tamaño")]
LaFormalidad = Annotated[str, _dimension("formalidad", "Formalidad")]
ElTipoPersona = Annotated[str, _dimension("tipo_persona", "Tipo de persona")]
Nivel = Annotated[str, Query(max_length=60, description="Nivel de zonas, de /api/v1/niveles", examples=["h3_8"])]
Zona = Annotated[str, Query(max_length=60, description="Código de una zona de ese nivel")]
UnAnio = Annotated[
    str,
    Query(max_length=20, description="Un año; vacío es el último", json_schema_extra=_forma("[12][0-9]{3}", "2024")),
]
Anios = Annotated[
    str,
    Query(
        max_length=100,
        description="Año, o años separados por coma; vacío es el último",
        json_schema_extra=_forma("[12][0-9]{3}(,[12][0-9]{3})*", "2023,2024"),
    ),
]
Caja = Annotated[
    str,
    Query(
        max_length=100,
        description="oeste,sur,este,norte en grados",
        json_schema_extra=_forma(f"{_GRADO}(,{_GRADO}){{3}}", "-68.95,-22.48,-68.91,-22.44"),
    ),
]
Circulo = Annotated[
    str,
    Query(
        max_length=100,
        description="longitud,latitud,metros",
        json_schema_extra=_forma(f"{_GRADO},{_GRADO},[0-9]{{1,6}}(\\.[0-9]+)?", "-68.93,-22.46,500"),
    ),
]
Separador = Annotated[
    str,
    Query(max_length=1, description="«;» para abrir el CSV en Excel", json_schema_extra={"enum": [",", ";"]}),
]
Por = Annotated[str, Query(max_length=200, description="Dimensiones, separadas por coma", examples=["seccion,tamano"])]


async def parametros_conocidos(request: Request) -> None:
    """The dependency: refuse a query parameter that the route does not declare, or that comes twice."""
    declarados = [
        campo.alias
        for campo in get_flat_params(request.scope["route"].dependant)
        if isinstance(campo.field_info, params.Query)
    ]
    revisar(request, declarados)


def revisar(request: Request, declarados: Collection[str]) -> None:
    """Refuse a query parameter that is not among `declarados`, or that comes twice: a filter that is misspelt would
    otherwise be answered as if it had not been asked for. Raises `ErrorParametro`."""
    for nombre, veces in Counter(clave for clave, _ in request.query_params.multi_items()).items():
        if nombre not in declarados:
            parecido = difflib.get_close_matches(nombre, declarados, 1)
            sugerencia = f"¿Quiso decir «{parecido[0]}»? " if parecido else ""
            raise ErrorParametro(
                nombre[:80],
                "",
                "parametro_desconocido",
                f"Esta dirección no tiene un parámetro «{nombre[:80]}».",
                f"{sugerencia}Use: {', '.join(sorted(declarados)) or 'ninguno'}.",
            )
        if veces > 1:
            raise ErrorParametro(
                nombre, "", "parametro_repetido", f"«{nombre}» viene {veces} veces.", "Envíelo una sola vez."
            )
        if not request.query_params[nombre].isprintable():
            raise ErrorParametro(
                nombre, "", "texto_ilegible", f"«{nombre}» trae caracteres que no se leen.", "Escríbalo de nuevo."
            )


@dataclass(frozen=True, kw_only=True)
class Pedido:
    """A question as it came: not yet checked against the indicator that it is about."""

    por: tuple[str, ...]
    nivel: str | None
    zona: str | None
    anios: tuple[int, ...]
    filtros: dict[str, str]
    con_anterior: bool
    formato: str
    separador: str


async def pedido(
    por: Por = "",
    nivel: Nivel = "",
    zona: Zona = "",
    anio: Anios = "",
    seccion: Seccion = "",
    division: Division = "",
    tamano: ElTamano = "",
    formalidad: LaFormalidad = "",
    tipo_persona: ElTipoPersona = "",
    comparar: Annotated[
        str,
        Query(
            max_length=20,
            description="«anterior» agrega la cifra del año anterior",
            json_schema_extra={"enum": ["", "anterior"]},
        ),
    ] = "",
    formato: Annotated[
        str, Query(max_length=20, description="El de la respuesta", json_schema_extra={"enum": list(FORMATOS)})
    ] = "json",
    separador: Separador = ",",
) -> Pedido:
    """The dependency: read the parameters that every figure shares. Raises `ErrorParametro` for one badly written."""
    uno_de("formato", formato, FORMATOS)
    uno_de("separador", separador, SEPARADORES)
    uno_de("comparar", comparar, ("", "anterior"))
    nombres = tuple(p.strip() for p in por.split(",") if p.strip())
    valores = dict(zip(FILTROS, (seccion, division, tamano, formalidad, tipo_persona), strict=True))
    return Pedido(
        por=nombres,
        nivel=nivel or None,
        zona=zona or None,
        anios=leer_anios(anio),
        filtros={nombre: valor for nombre, valor in valores.items() if valor},
        con_anterior=bool(comparar),
        formato=formato,
        separador=separador,
    )


def leer_anios(texto: str) -> tuple[int, ...]:
    """Read "2024" or "2022,2024"; nothing is an empty tuple. Raises `ErrorParametro`."""
    partes = [p.strip() for p in texto.split(",") if p.strip()]
    if any(not (p.isascii() and p.isdigit() and len(p) == 4) for p in partes):
        raise ErrorParametro(
            "anio", texto, "anio_ilegible", f"«{texto}» no es un año.", "Escriba cuatro cifras: anio=2024."
        )
    return tuple(sorted({int(p) for p in partes}))


def uno_de(campo: str, valor: str, opciones: tuple[str, ...]) -> None:
    """Refuse a value outside a short list. Raises `ErrorParametro`, naming it."""
    if valor not in opciones:
        nombres = ", ".join(o for o in opciones if o)
        raise ErrorParametro(
            campo, valor, "valor_desconocido", f"«{valor}» no sirve para {campo}.", f"Use uno de: {nombres}."
        )
