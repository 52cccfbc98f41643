"""OGC API - Tiles: vector tiles of the collections in WebMercatorQuad, for whom each collection exists."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide
from api.errors import ErrorParametro, NoEncontrado
from api.formatos import a_json
from api.ogc import colecciones
from api.ogc import teselas_documentos as documentos
from api.ogc.contract import Coleccion, Mundo, Teselado
from api.ogc.enlaces import JSON, MVT, Enlaces
from api.ogc.mundo import ElMundo
from api.ogc.teselas_documentos import MATRIZ
from api.parametros import parametros_conocidos, uno_de
from observatorio.db.queries.malla import ZOOM_MAXIMO, Tesela
from observatorio.db.queries.teselas import SIN_DATO
from observatorio.indicadores.dimensiones import plantear

router = APIRouter(dependencies=[Depends(parametros_conocidos)])

_TESELAS: Final = "/collections/{coleccion}/tiles"
_Coleccion = Annotated[str, Path(max_length=80)]
_Matriz = Annotated[str, Path(max_length=80)]
_Numero = Annotated[int, Path()]
_Filtro = Annotated[str, Query(max_length=20)]
_Formato = Annotated[str | None, Query(alias="f", max_length=20)]


@router.get("/tileMatrixSets")
def matrices(request: Request, quien: Quien, formato: _Formato = None) -> Response:
    """The tile matrix sets: one."""
    _formato(formato, "json")
    return _documento(request, quien, documentos.matrices(Enlaces(request)), "")


@router.get("/tileMatrixSets/{matriz}")
def matriz(request: Request, quien: Quien, matriz: _Matriz, formato: _Formato = None) -> Response:
    """The definition of WebMercatorQuad."""
    _exigir_matriz(matriz)
    _formato(formato, "json")
    return _documento(request, quien, documentos.matriz(), "")


@router.get(_TESELAS)
def juegos(request: Request, quien: Quien, mundo: ElMundo, coleccion: _Coleccion, formato: _Formato = None) -> Response:
    """The tilesets of a collection: one."""
    _formato(formato, "json")
    una, suyas = _teselada(mundo, coleccion)
    return _documento(request, quien, documentos.listado(Enlaces(request), una), suyas.version())


@router.get(_TESELAS + "/{matriz}")
def juego(
    request: Request, quien: Quien, mundo: ElMundo, coleccion: _Coleccion, matriz: _Matriz, formato: _Formato = None
) -> Response:
    """The metadata of the tileset, as OGC or TileJSON wants them."""
    _exigir_matriz(matriz)
    hacer = {"json": documentos.tileset, "tilejson": documentos.tilejson}[_formato(formato, "json", "tilejson")]
    una, suyas = _teselada(mundo, coleccion)
    return _documento(request, quien, hacer(Enlaces(request), una), suyas.version())


@router.get(_TESELAS + "/{matriz}/{z}/{y}/{x}")
def tesela(
    request: Request,
    quien: Quien,
    mundo: ElMundo,
    coleccion: _Coleccion,
    matriz: _Matriz,
    z: _Numero,
    y: _Numero,
    x: _Numero,
    formato: _Formato = None,
    seccion: _Filtro = "",
    tamano: _Filtro = "",
    formalidad: _Filtro = "",
) -> Response:
    """A tile: 204 where nothing lies in it, 304 when the caller holds it as it is."""
    _exigir_matriz(matriz)
    _formato(formato, "mvt")
    pedida = Tesela(z, x, y)
    if not pedida.existe():
        raise NoEncontrado(
            f"No existe la tesela {z}/{y}/{x}.",
            f"El zoom va de 0 a {ZOOM_MAXIMO}; fila y columna, de 0 a 2 elevado a él.",
        )
    una, suyas = _teselada(mundo, coleccion)
    filtros = _filtros(una.id, suyas, {"seccion": seccion, "tamano": tamano, "formalidad": formalidad})
    cabeceras = cabeceras_de_cache(request, quien, suyas.version())
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    cuerpo = suyas.pedir(pedida, filtros)
    if not cuerpo:
        return Response(status_code=204, headers=cabeceras)
    return Response(cuerpo, headers=cabeceras, media_type=MVT)


def _teselada(mundo: Mundo, id_: str) -> tuple[Coleccion, Teselado]:
    """A collection and how it is drawn. Raises `NoEncontrado` for one that there is not, not for the role that asks, or
    not as tiles."""
    una = colecciones.buscar(mundo, id_)
    if una.teselas is None:
        raise NoEncontrado(f"«{una.titulo}» no tiene teselas.", "Lea sus items.")
    return una, una.teselas


def _formato(pedido: str | None, *formatos: str) -> str:
    """The format asked for, by default the first one. Raises `ErrorParametro` for another one."""
    elegido = formatos[0] if pedido is None else pedido
    uno_de("f", elegido, formatos)
    return elegido


def _filtros(id_: str, suyas: Teselado, valores: dict[str, str]) -> dict[str, str]:
    """The filters that were given. Raises `ErrorParametro` for one that the layer does not take, or a value that is
    none."""
    dados = {nombre: valor for nombre, valor in valores.items() if valor}
    for nombre in dados:
        if nombre not in suyas.filtros:
            consejo = f"Use: {', '.join(suyas.filtros) or 'f'}."
            raise ErrorParametro(
                nombre, dados[nombre], "filtro_ajeno", f"«{id_}» no se filtra por «{nombre}».", consejo
            )
    conocidos = {n: v for n, v in dados.items() if (n, v) != ("seccion", SIN_DATO)}
    plantear(frozenset(suyas.filtros), filtros=conocidos)
    return dados


def _exigir_matriz(nombre: str) -> None:
    if nombre != MATRIZ:
        raise NoEncontrado(f"No existe el sistema de teselas «{nombre}».", f"Use {MATRIZ}.")


def _documento(request: Request, quien: Quien, cuerpo: dict[str, Any], version: str) -> Response:
    """A document with its ETag, or 304."""
    # The addresses in it are those by which this server was called.
    cabeceras = cabeceras_de_cache(request, quien, f"{version}|{request.base_url}")
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    return Response(a_json(cuerpo), headers=cabeceras, media_type=JSON)
