"""OGC API - Tiles: vector tiles of the collections in WebMercatorQuad, for whom each collection exists."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth import Quien
from api.credencial import clave_en_direccion
from api.cuadros import cabeceras_de_cache, coincide
from api.errors import ErrorParametro, NoEncontrado
from api.formatos import a_json
from api.ogc import teselas_documentos as documentos
from api.ogc.teselas_capas import FILTROS, CapaTeselas, capa
from api.ogc.teselas_documentos import JSON, MATRIZ, MVT, Direcciones
from api.parametros import parametros_conocidos
from api.sesion import Ajustes, Conexion
from observatorio.db.queries.malla import ZOOM_MAXIMO, Tesela
from observatorio.db.queries.teselas import SIN_DATO
from observatorio.indicadores.dimensiones import plantear

router = APIRouter(
    prefix="/ogc", tags=["teselas"], include_in_schema=False, dependencies=[Depends(parametros_conocidos)]
)

_TESELAS: Final = "/collections/{coleccion}/tiles"
_Coleccion = Annotated[str, Path(max_length=80)]
_Matriz = Annotated[str, Path(max_length=80)]
_Numero = Annotated[int, Path()]
_Filtro = Annotated[str, Query(max_length=20)]


class Formato:
    """The parameter that every resource takes, `f`; and the key that came in the address, for its links."""

    def __init__(self, request: Request, f: Annotated[str | None, Query(max_length=20)] = None) -> None:
        self.f = f
        self.clave = clave_en_direccion(request)

    def uno_de(self, *formatos: str) -> str:
        """The format asked for, by default the first one. Raises `ErrorParametro` for another one."""
        if self.f not in (None, *formatos):
            consejo = f"Use: {', '.join(formatos)}."
            raise ErrorParametro(
                "f", str(self.f), "valor_desconocido", f"«{self.f}» no es un formato de esto.", consejo
            )
        return self.f or formatos[0]


Pedido = Annotated[Formato, Depends()]


@router.get("/tileMatrixSets")
def matrices(request: Request, quien: Quien, pedido: Pedido) -> Response:
    """The tile matrix sets: one."""
    pedido.uno_de("json")
    return _documento(request, quien, documentos.matrices(_direcciones(request, pedido)), "")


@router.get("/tileMatrixSets/{matriz}")
def matriz(request: Request, quien: Quien, pedido: Pedido, matriz: _Matriz) -> Response:
    """The definition of WebMercatorQuad."""
    _exigir_matriz(matriz)
    pedido.uno_de("json")
    return _documento(request, quien, documentos.matriz(), "")


@router.get(_TESELAS)
def juegos(
    request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes, pedido: Pedido, coleccion: _Coleccion
) -> Response:
    """The tilesets of a collection: one."""
    pedido.uno_de("json")
    suya = capa(conn, quien, ajustes, coleccion)
    return _documento(request, quien, documentos.listado(_direcciones(request, pedido), suya), suya.version)


@router.get(_TESELAS + "/{matriz}")
def juego(
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    pedido: Pedido,
    coleccion: _Coleccion,
    matriz: _Matriz,
) -> Response:
    """The metadata of the tileset, as OGC or TileJSON wants them."""
    _exigir_matriz(matriz)
    hacer = {"json": documentos.tileset, "tilejson": documentos.tilejson}[pedido.uno_de("json", "tilejson")]
    suya = capa(conn, quien, ajustes, coleccion)
    return _documento(request, quien, hacer(_direcciones(request, pedido), suya), suya.version)


@router.get(_TESELAS + "/{matriz}/{z}/{y}/{x}")
def tesela(
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    pedido: Pedido,
    coleccion: _Coleccion,
    matriz: _Matriz,
    z: _Numero,
    y: _Numero,
    x: _Numero,
    seccion: _Filtro = "",
    tamano: _Filtro = "",
    formalidad: _Filtro = "",
) -> Response:
    """A tile: 204 where nothing lies in it, 304 when the caller holds it as it is."""
    _exigir_matriz(matriz)
    pedido.uno_de("mvt")
    pedida = Tesela(z, x, y)
    if not pedida.existe():
        raise NoEncontrado(
            f"No existe la tesela {z}/{y}/{x}.",
            f"El zoom va de 0 a {ZOOM_MAXIMO}; fila y columna, de 0 a 2 elevado a él.",
        )
    suya = capa(conn, quien, ajustes, coleccion)
    filtros = _filtros(suya, {"seccion": seccion, "tamano": tamano, "formalidad": formalidad})
    cabeceras = cabeceras_de_cache(request, quien, suya.version)
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    cuerpo = suya.pedir(pedida, filtros)
    if not cuerpo:
        return Response(status_code=204, headers=cabeceras)
    return Response(cuerpo, headers=cabeceras, media_type=MVT)


def _filtros(suya: CapaTeselas, valores: dict[str, str]) -> dict[str, str]:
    """The filters that were given. Raises `ErrorParametro` for one that the layer does not take, or a value that is
    none."""
    dados = {nombre: valor for nombre, valor in valores.items() if valor}
    for nombre in dados:
        if nombre not in suya.filtros:
            consejo = f"Use: {', '.join(suya.filtros) or 'f'}."
            raise ErrorParametro(
                nombre, dados[nombre], "filtro_ajeno", f"«{suya.id}» no se filtra por «{nombre}».", consejo
            )
    conocidos = {n: v for n, v in dados.items() if (n, v) != ("seccion", SIN_DATO)}
    plantear(frozenset(FILTROS), filtros=conocidos)
    return dados


def _exigir_matriz(nombre: str) -> None:
    if nombre != MATRIZ:
        raise NoEncontrado(f"No existe el sistema de teselas «{nombre}».", f"Use {MATRIZ}.")


def _direcciones(request: Request, pedido: Formato) -> Direcciones:
    return Direcciones(f"{str(request.base_url).rstrip('/')}/ogc", pedido.clave)


def _documento(request: Request, quien: Quien, cuerpo: dict[str, Any], version: str) -> Response:
    """A document with its ETag, or 304."""
    # The addresses in it are those by which this server was called.
    cabeceras = cabeceras_de_cache(request, quien, f"{version}|{request.base_url}")
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    return Response(a_json(cuerpo), headers=cabeceras, media_type=JSON)
