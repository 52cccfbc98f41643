"""What a question about figures looks like in a URL, and the refusal of what nobody declared."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query, Request, params
from fastapi.dependencies.utils import get_flat_params

from api.errors import ErrorParametro

FORMATOS: Final = ("json", "csv", "xlsx", "geojson", "parquet")
FILTROS: Final = ("seccion", "division", "tamano", "formalidad", "tipo_persona")


def parametros_conocidos(request: Request) -> None:
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


def pedido(
    por: Annotated[str, Query(max_length=200, description="Dimensiones, separadas por coma: seccion,tamano")] = "",
    nivel: Annotated[str, Query(max_length=60, description="Nivel de zonas: comuna, h3_8, zona_censal…")] = "",
    zona: Annotated[str, Query(max_length=60, description="Código de una zona de ese nivel")] = "",
    anio: Annotated[str, Query(max_length=100, description="Año, o años separados por coma; vacío es el último")] = "",
    seccion: Annotated[str, Query(max_length=20, description="Sección CIIU, A a U")] = "",
    division: Annotated[str, Query(max_length=20, description="División CIIU, dos cifras")] = "",
    tamano: Annotated[str, Query(max_length=20, description="micro, pequena, mediana, grande o sin_dato")] = "",
    formalidad: Annotated[str, Query(max_length=20, description="formal, en_proceso, informal o indeterminado")] = "",
    tipo_persona: Annotated[str, Query(max_length=20, description="natural, juridica o sin_dato")] = "",
    comparar: Annotated[str, Query(max_length=20, description="«anterior» agrega la cifra del año anterior")] = "",
    formato: Annotated[str, Query(max_length=20, description="json, csv, xlsx, geojson o parquet")] = "json",
    separador: Annotated[str, Query(max_length=1, description="«;» para abrir el CSV en Excel")] = ",",
) -> Pedido:
    """The dependency: read the parameters that every figure shares. Raises `ErrorParametro` for one badly written."""
    _uno_de("formato", formato, FORMATOS)
    _uno_de("separador", separador, (",", ";"))
    _uno_de("comparar", comparar, ("", "anterior"))
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


def _uno_de(campo: str, valor: str, opciones: tuple[str, ...]) -> None:
    """Refuse a value outside a short list."""
    if valor not in opciones:
        nombres = ", ".join(o for o in opciones if o)
        raise ErrorParametro(
            campo, valor, "valor_desconocido", f"«{valor}» no sirve para {campo}.", f"Use uno de: {nombres}."
        )
