"""Features: a page of a collection, or one of them."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Request, Response

from api.auth import Identidad
from api.errors import NoEncontrado
from api.formatos import a_json
from api.ogc.anotacion import consultado
from api.ogc.contract import Coleccion, Mundo
from api.ogc.enlaces import GEOJSON, JSON, Enlaces
from api.ogc.parametros import Pedido, leer, leer_uno
from api.ogc.respuesta import cabeceras, contenido, en_pagina, intacta, negociar
from observatorio.db.queries import rasgos
from observatorio.db.queries.auditoria import anotar
from observatorio.db.queries.rasgos import Pagina


def varios(request: Request, mundo: Mundo, quien: Identidad, coleccion: Coleccion) -> Response:
    """A page of features."""
    pedido = leer(request, coleccion)
    propias = {"Content-Crs": f"<{pedido.crs.uri}>"}
    if coleccion.version is not None:
        propias |= cabeceras(request, quien, coleccion.version)
        if igual := intacta(request, propias):
            return igual
    if coleccion.restringida:
        _anotar(request, mundo, quien, coleccion)
    hallados = rasgos.pagina(
        mundo.conn,
        coleccion.capa,
        pedido.propiedades,
        pedido.forma,
        pedido.condiciones,
        desde=pedido.cursor,
        limite=pedido.limite,
    )
    cabeza = _cabeza(Enlaces(request), negociar(request), coleccion, pedido, hallados)
    if negociar(request) == "html":
        return _en_pagina(request, cabeza, coleccion, pedido, orjson.loads(f"[{hallados.texto}]"), propias)
    texto = b"".join((a_json(cabeza)[:-1], b',"features":[', hallados.texto.encode(), b"]}"))
    if coleccion.version is None:
        return contenido(request, quien, texto, GEOJSON, propias)
    return Response(texto, headers=propias, media_type=GEOJSON)


def uno(request: Request, mundo: Mundo, quien: Identidad, coleccion: Coleccion, llave: str) -> Response:
    """One feature. Raises `NoEncontrado`."""
    pedido = leer_uno(request, coleccion)
    propias = {"Content-Crs": f"<{pedido.crs.uri}>"}
    hallado = (
        rasgos.uno(mundo.conn, coleccion.capa, pedido.propiedades, pedido.forma, llave) if llave.isprintable() else None
    )
    if hallado is None:
        raise NoEncontrado("Esta colección no tiene un elemento con ese id.", "Búsquelo en sus items.")
    if coleccion.version is not None:
        propias |= cabeceras(request, quien, coleccion.version)
        if igual := intacta(request, propias):
            return igual
    if coleccion.restringida:
        _anotar(request, mundo, quien, coleccion, id=llave)
    enlaces, formato = Enlaces(request), negociar(request)
    suya = enlaces.a(f"/collections/{coleccion.id}", "collection", JSON, coleccion.titulo)
    links = [*enlaces.propios(formato, GEOJSON), suya]
    if formato == "html":
        return _en_pagina(request, {"links": links}, coleccion, pedido, [orjson.loads(hallado)], propias)
    texto = b"".join((hallado.encode()[:-1], b',"links":', a_json(links), b"}"))
    if coleccion.version is None:
        return contenido(request, quien, texto, GEOJSON, propias)
    return Response(texto, headers=propias, media_type=GEOJSON)


def _en_pagina(
    request: Request,
    doc: dict[str, Any],
    coleccion: Coleccion,
    pedido: Pedido,
    filas: list[dict[str, Any]],
    propias: dict[str, str],
) -> Response:
    """The same features as a table."""
    propiedades = [coleccion.por_nombre[n] for n in pedido.propiedades]
    respuesta = en_pagina(request, "ogc_items.html", doc=doc, coleccion=coleccion, propiedades=propiedades, filas=filas)
    respuesta.headers["Content-Crs"] = propias["Content-Crs"]
    return respuesta


def _cabeza(enlaces: Enlaces, formato: str, coleccion: Coleccion, pedido: Pedido, hallados: Pagina) -> dict[str, Any]:
    """The members of a page beside its features."""
    links = enlaces.propios(formato, GEOJSON)
    if hallados.siguiente is not None:
        tipo = links[0]["type"]
        links.append(enlaces.aqui("next", tipo, "La página siguiente", cursor=hallados.siguiente))
    links.append(enlaces.a(f"/collections/{coleccion.id}", "collection", JSON, coleccion.titulo))
    todos = _todos(coleccion, pedido, hallados)
    return {
        "type": "FeatureCollection",
        **({} if todos is None else {"numberMatched": todos}),
        "numberReturned": hallados.cuantos,
        "links": links,
    }


def _todos(coleccion: Coleccion, pedido: Pedido, hallados: Pagina) -> int | None:
    """How many features match, where that is known without counting: all of the collection, or all on one page."""
    if not pedido.condiciones and coleccion.total is not None:
        return coleccion.total()
    return hallados.cuantos if not pedido.cursor and hallados.siguiente is None else None


def _anotar(request: Request, mundo: Mundo, quien: Identidad, coleccion: Coleccion, **ademas: str) -> None:
    """Write who looked, and at what, into the audit: never what was found, nor the key, nor a name that was sought."""
    detalle = consultado(request, coleccion, request.app.state.huellas)
    detalle |= {**ademas, "coleccion": coleccion.id, "version": coleccion.version}
    anotar(mundo.conn, quien.rol.value, "ver_establecimientos", detalle, quien.clave)
