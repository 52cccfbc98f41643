"""Establishments that are looked for, for planners and the municipality: by pages, whole as a file, or counted."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Query, Response
from sqlalchemy import Connection

from api import esquemas
from api.auth import Identidad, Quien, exigir
from api.busqueda import LaBusqueda, anotar
from api.cursor import Punto, abrir, de_busqueda, sellar
from api.descargas import FORMATOS, descargar
from api.documento import respuestas
from api.errors import ErrorParametro
from api.formatos import MEDIOS, a_json
from api.lugares import Dibujo, leer_poligono
from api.parametros import SEPARADORES, Por, Separador, parametros_conocidos, uno_de
from api.sesion import Conexion, LasHuellas
from observatorio.db.huellas import Huellas
from observatorio.db.queries import establecimientos as consultas
from observatorio.db.queries.busqueda import FILTROS, Busqueda
from observatorio.errors import ErrorAcceso
from observatorio.vocabulario import Rol

router = APIRouter(prefix="/api/v1", tags=["establecimientos"], dependencies=[Depends(parametros_conocidos)])
_MAXIMO: Final = 1_000
_MAXIMO_DIBUJO: Final = 1024 * 1024
"""Bytes of a drawing: one with too many vertices is still told so."""
_PRIVADA: Final = {"Cache-Control": "private, no-store"}
_RESPUESTAS: Final = respuestas(
    esquemas.PaginaEstablecimientos, "Una página, o la selección entera en un archivo", FORMATOS
)
_CUERPO: Final = Body(description="Un Polygon o MultiPolygon de GeoJSON en grados, solo o como geometría de un Feature")


class Salida:
    """How an answer is wanted: a page of how many rows from where, or a file."""

    def __init__(
        self,
        limite: Annotated[int, Query(ge=1, description="Filas por página, hasta 1000")] = 100,
        cursor: Annotated[str, Query(max_length=300, description="El «siguiente» de la página anterior")] = "",
        formato: Annotated[
            str,
            Query(
                max_length=20,
                description="json por páginas; los demás, la selección entera",
                json_schema_extra={"enum": ["json", *FORMATOS]},
            ),
        ] = "json",
        separador: Separador = ",",
    ) -> None:
        uno_de("formato", formato, ("json", *FORMATOS))
        uno_de("separador", separador, SEPARADORES)
        self.limite = min(limite, _MAXIMO)
        self.cursor = cursor
        self.formato = formato
        self.separador = separador


LaSalida = Annotated[Salida, Depends()]


@router.get(
    "/establecimientos",
    summary="Los establecimientos que cumplen los filtros, por páginas o enteros en un archivo",
    responses=_RESPUESTAS,
)
def listar(conn: Conexion, quien: Quien, huellas: LasHuellas, pedido: LaBusqueda, salida: LaSalida) -> Response:
    """`{"datos": […], "siguiente": …}`; the other formats are the whole selection. Names and RUT of natural persons and
    restricted columns are the municipality's only, and each of its looks at them is written down."""
    return _entregar(conn, quien, huellas, pedido, salida)


@router.post(
    "/establecimientos",
    summary="Los mismos, dentro de un polígono dibujado",
    max_body_size=_MAXIMO_DIBUJO,
    responses=_RESPUESTAS,
)
def listar_dentro(
    conn: Conexion,
    quien: Quien,
    huellas: LasHuellas,
    pedido: LaBusqueda,
    salida: LaSalida,
    dibujo: Annotated[Dibujo, _CUERPO],
) -> Response:
    """As the GET, with a polygon in the body."""
    return _entregar(conn, quien, huellas, replace(pedido, poligono=leer_poligono(dibujo)), salida)


def quien_dibuja(quien: Quien) -> Identidad:
    """The dependency: refuse the public before anything is counted. From two drawings that differ in one premises it
    would read what a release hides."""
    if not quien.ve_exacto:
        if quien.anonima:
            raise ErrorAcceso(
                "Contar dentro de un dibujo necesita una clave: restando dos dibujos se sabría lo reservado.",
                "Ingrese con su clave, o pida los cuadros publicados en /api/v1/conteos?por=seccion.",
            )
        exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    return quien


@router.post(
    "/conteos",
    tags=["cifras"],
    summary="Cuántos establecimientos hay dentro de un polígono dibujado",
    max_body_size=_MAXIMO_DIBUJO,
    responses=respuestas(esquemas.ConteoDibujado, "Cifras exactas, de uso interno"),
)
def contar_dentro(
    conn: Conexion,
    _quien: Annotated[Identidad, Depends(quien_dibuja)],
    quien: Quien,
    pedido: LaBusqueda,
    dibujo: Annotated[Dibujo, _CUERPO],
    por: Por = "",
) -> Response:
    """Exact counts of the active ones, by the dimensions asked for."""
    dimensiones = list(dict.fromkeys(p.strip() for p in por.split(",") if p.strip()))
    for nombre in dimensiones:
        uno_de("por", nombre, FILTROS)
    dentro = consultas.afinar(conn, quien.rol, replace(pedido, poligono=leer_poligono(dibujo)))
    datos = consultas.contar(conn, quien.rol, dentro, dimensiones)
    cuerpo = {
        "anio": pedido.anio,
        "dimensiones": [d for d in FILTROS if d in dimensiones],
        "total": sum(fila["valor"] for fila in datos),
        "estado": "exacto",
        "datos": datos,
        "nota": "Cifras exactas, de uso interno: no las difunda sin reserva.",
    }
    return Response(a_json(cuerpo), headers=_PRIVADA, media_type=MEDIOS["json"])


def _entregar(conn: Connection, quien: Identidad, huellas: Huellas, pedido: Busqueda, salida: Salida) -> Response:
    """A page, or the file. What shows restricted columns, and whatever leaves as a file, is written down first."""
    if salida.cursor and salida.formato != "json":
        raise ErrorParametro(
            "cursor", salida.cursor[:80], "sin_paginas", "Un archivo lleva la selección entera.", "Quite el cursor."
        )
    punto = abrir(de_busqueda(pedido), salida.cursor)
    afinado = replace(pedido, parecida=punto.parecida) if punto.ultimo else consultas.afinar(conn, quien.rol, pedido)
    if quien.rol is Rol.MUNICIPAL or salida.formato != "json":
        callado = {"q": huellas.de_texto(pedido.q)} if pedido.q else {}
        detalle = asdict(pedido) | callado | {"formato": salida.formato}
        anotar(conn, quien, "ver_establecimientos", pedido.cut, detalle)
    if salida.formato != "json":
        return descargar(conn, quien.rol, afinado, salida.formato, salida.separador)
    filas, ultimo = consultas.pagina(conn, quien.rol, afinado, punto.ultimo, salida.limite)
    siguiente = sellar(de_busqueda(pedido), Punto(ultimo, afinado.parecida)) if ultimo else None
    inicio = a_json({"anio": pedido.anio, "coincidencia": _coincidencia(afinado), "siguiente": siguiente}).decode()
    return Response(f'{inicio[:-1]},"datos":[{filas}]}}', headers=_PRIVADA, media_type=MEDIOS["json"])


def _coincidencia(b: Busqueda) -> str | None:
    """How the text of a search was met."""
    if not b.q:
        return None
    return "rut" if b.rut is not None else "parecida" if b.parecida else "literal"
