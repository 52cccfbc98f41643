"""The maps: their list, the page of each with its filters and its equal table, and the Folium page with its data."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Annotated, Any, Final, NoReturn
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api.auth import Identidad, Quien, identidad
from api.errors import ErrorParametro, NoEncontrado, SinPermiso
from api.parametros import parametros_conocidos
from api.portal import pagina
from api.sesion import Ajustes, Conexion
from maps import celdas, clases, definitions, layers, render
from maps.contract import Mapa, TipoMapa
from maps.escritura import palabra
from observatorio import catalogo
from observatorio.db.queries import indicadores as territorio
from observatorio.db.queries.mapas import Caja, centros
from observatorio.errors import ErrorAcceso
from observatorio.settings import Settings
from observatorio.vocabulario import Formalidad, Tamano

# First who is asking, so that a refusal too is a page of theirs.
_PAGINA: Final = [Depends(identidad), Depends(parametros_conocidos)]
router = APIRouter(tags=["mapas"], include_in_schema=False, dependencies=_PAGINA)
clases.preparar()

_ZOOM: Final = range(1, 23)
_VISTA: Final = re.compile(r"(\d{1,2})/(-?\d{1,2}(?:\.\d{1,6})?)/(-?\d{1,3}(?:\.\d{1,6})?)", re.ASCII)
_OPCIONES: Final[dict[str, list[tuple[str, str]]]] = {
    "tamano": [(t.value, palabra(t.value)) for t in Tamano],
    "formalidad": [(f.value, palabra(f.value)) for f in Formalidad],
}


class Filtros:
    """What the address of a map says: year, one value per filter, level, and the piece that is looked at (`vista`)."""

    def __init__(
        self,
        anio: Annotated[str, Query(max_length=20)] = "",
        seccion: Annotated[str, Query(max_length=20)] = "",
        tamano: Annotated[str, Query(max_length=20)] = "",
        formalidad: Annotated[str, Query(max_length=20)] = "",
        nivel: Annotated[str, Query(max_length=20)] = "",
        vista: Annotated[str, Query(max_length=60)] = "",
    ) -> None:
        self.anio = anio
        self.valores = {"seccion": seccion, "tamano": tamano, "formalidad": formalidad}
        self.nivel = nivel
        self.vista = _encuadre(vista)


def _encuadre(texto: str) -> str:
    """Zoom, latitude and longitude as they came, or nothing: a view that no map has is not worth a refusal."""
    partes = _VISTA.fullmatch(texto)
    if partes is None:
        return ""
    zoom, lat, lon = (float(p) for p in partes.groups())
    dentro = render.ZOOM_MINIMO <= zoom <= render.ZOOM_MAXIMO and abs(lat) <= 90 and abs(lon) <= 180
    return texto if dentro else ""


Pedidos = Annotated[Filtros, Depends()]


@cache
def mapas() -> dict[str, Mapa]:
    """Every map by id."""
    return catalogo.discover(definitions, Mapa)


def _mapa(id_: str) -> Mapa:
    if id_ not in mapas():
        raise NoEncontrado("No hay un mapa con ese nombre.", "Los que hay están en /mapas.")
    return mapas()[id_]


def _exacta(quien: Identidad) -> bool:
    return quien.rol in render.EXACTOS


def _uno_de(campo: str, valor: str, opciones: list[str]) -> str:
    if valor and valor not in opciones:
        raise ErrorParametro(
            campo,
            valor,
            "valor_desconocido",
            f"«{valor}» no sirve para {palabra(campo).lower()}.",
            f"Use uno de: {', '.join(opciones)}.",
        )
    return valor


def _vista(conn: Connection, mapa: Mapa, pedidos: Filtros, ajustes: Settings, quien: Identidad) -> layers.Vista:
    """Check what was asked of a map. Raises `ErrorParametro` for what is not among the options of its page,
    `ErrorAcceso` for a filter or a level that needs a key, and `NoEncontrado` when there is no year at all."""
    exacta = _exacta(quien)
    anios = layers.anios(conn, ajustes.cut, exacta)
    if not anios:
        raise NoEncontrado(
            "Todavía no hay datos para este mapa.", "Aparecerán con el primer año que se consolide y publique."
        )
    opciones = {"seccion": list(layers.secciones()), **{n: [v for v, _ in o] for n, o in _OPCIONES.items()}}
    filtros = {n: _uno_de(n, v, opciones[n]) for n, v in pedidos.valores.items() if v}
    ajenos = sorted(set(filtros) - set(mapa.filtros))
    if ajenos:
        raise ErrorParametro(
            ajenos[0], filtros[ajenos[0]], "filtro_ajeno", "Este mapa no tiene ese filtro.", "Quite el filtro."
        )
    anio = int(_uno_de("anio", pedidos.anio, [str(a) for a in anios]) or anios[0])
    vista = layers.Vista(
        cut=ajustes.cut,
        anio=anio,
        filtros=filtros,
        nivel=_nivel(conn, mapa, pedidos.nivel, ajustes.cut, anio, quien),
        exacta=exacta,
        lat=ajustes.centro_lat,
    )
    posibles = layers.filtros_posibles(conn, mapa, vista)
    if reservados := [n for n in filtros if n not in posibles]:
        _pedir_clave(quien, "Filtrar este mapa por " + " y ".join(palabra(n).lower() for n in reservados))
    return vista


def _nivel(conn: Connection, mapa: Mapa, pedido: str, cut: str, anio: int, quien: Identidad) -> str:
    """The zone level asked for, or the one drawn first; "" where there is none, as for points."""
    exacta = _exacta(quien)
    posibles = layers.niveles(conn, mapa, cut, anio, exacta)
    if not exacta and pedido not in ("", *posibles) and pedido in layers.niveles(conn, mapa, cut, anio, True):
        _pedir_clave(quien, f"Ver este mapa por zonas de {pedido}")
    return _uno_de("nivel", pedido, posibles) or layers.preferido(mapa, posibles)


def _pedir_clave(quien: Identidad, que: str) -> NoReturn:
    """Refuse `que`, which is not published: a key of the right kind opens it."""
    if quien.anonima:
        raise ErrorAcceso(
            f"{que} necesita una clave: sin ella se ve lo publicado.", "Ingrese, y volverá a esta misma dirección."
        )
    raise SinPermiso(f"{que} necesita una clave de planificación.", "Quite ese filtro o use otra clave.")


@router.get("/mapas")
def lista(request: Request, quien: Quien) -> Response:
    """The list of maps."""
    return pagina(request, "mapas.html", mapas=list(mapas().values()), exacta=_exacta(quien))


@router.get("/mapas/{id_}")
def mapa(
    request: Request,
    id_: str,
    quien: Quien,
    conn: Conexion,
    ajustes: Ajustes,
    pedidos: Pedidos,
    desde: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """The page of a map: filters, the embedded map, and the table that says the same."""
    que, exacta = _mapa(id_), _exacta(quien)
    vista = _vista(conn, que, pedidos, ajustes, quien)
    base = {"anio": str(vista.anio), **({"nivel": vista.nivel} if vista.nivel else {})}
    consulta = {**base, **vista.filtros}
    encuadre = {"vista": pedidos.vista} if pedidos.vista else {}
    posibles = layers.filtros_posibles(conn, que, vista)
    secciones = layers.secciones()
    contexto: dict[str, Any] = {
        "mapa": que,
        "vista": vista,
        "exacta": exacta,
        "anios_opciones": [(str(a), str(a)) for a in layers.anios(conn, ajustes.cut, exacta)],
        "niveles": _niveles(conn, layers.niveles(conn, que, ajustes.cut, vista.anio, exacta)),
        "opciones": {"seccion": list(secciones.items()), **_OPCIONES},
        "posibles": posibles,
        "secciones": secciones,
        "encuadre": pedidos.vista,
        "consulta": urlencode(consulta),
        "marco": urlencode(consulta | encuadre),
        "sin_filtros": urlencode(base | encuadre),
        "desde": desde,
    }
    if que.tipo is TipoMapa.PUNTOS:
        return pagina(request, "mapa_puntos.html", tabla=layers.tabla_sectores(conn, vista, desde), **contexto)
    if not vista.nivel:
        return pagina(request, "mapa_sin_zonas.html", **contexto)
    cifras = layers.cifras(conn, que, vista)
    lugares = centros(conn, vista.nivel, [f.dimensiones["zona"] for f in cifras.celdas])
    contexto |= {"cifras": cifras, "lugares": lugares, "indicador": cifras.indicador, "filas": _ordenadas(cifras)}
    return pagina(request, "mapa_hexagonos.html", **contexto)


@router.get("/mapas/{id_}/folium")
def folium(request: Request, id_: str, conn: Conexion, ajustes: Ajustes, pedidos: Pedidos) -> Response:
    """The Folium page itself: no figure is in it, so it is one and the same for everybody."""
    return _entregar(request, render.servida(conn, _mapa(id_), ajustes).html, "text/html; charset=utf-8")


@router.get("/mapas/{id_}/folium.js")
def folium_js(request: Request, id_: str, conn: Conexion, ajustes: Ajustes) -> Response:
    """The script that Folium wrote inline."""
    return _entregar(request, render.servida(conn, _mapa(id_), ajustes).js, "text/javascript; charset=utf-8")


@router.get("/mapas/{id_}/folium.css")
def folium_css(request: Request, id_: str, conn: Conexion, ajustes: Ajustes) -> Response:
    """The style that Folium wrote inline."""
    return _entregar(request, render.servida(conn, _mapa(id_), ajustes).css, "text/css; charset=utf-8")


@router.get("/mapas/{id_}/datos")
def datos(
    request: Request,
    id_: str,
    quien: Quien,
    conn: Conexion,
    ajustes: Ajustes,
    pedidos: Pedidos,
    bbox: Annotated[str, Query(max_length=100)] = "",
    zoom: Annotated[str, Query(max_length=2)] = "",
) -> Response:
    """What the map draws in a box at a zoom: `{"meta": …, "datos": FeatureCollection}`."""
    que = _mapa(id_)
    vista = _vista(conn, que, pedidos, ajustes, quien)
    nivel_zoom = int(_uno_de("zoom", zoom, [str(z) for z in _ZOOM]) or que.zoom)
    texto = layers.datos(conn, que, vista, _caja(bbox), nivel_zoom)
    return _entregar(request, texto, "application/json", privado=not quien.anonima)


def _niveles(conn: Connection, niveles: list[str]) -> list[tuple[str, str]]:
    """(level, its name), as a list to choose from."""
    nombres = {str(n["nivel"]): str(n["nombre"]) for n in territorio.detalle_niveles(conn)}
    return [(n, nombres[n]) for n in niveles]


def _caja(texto: str) -> Caja | None:
    """Read `west,south,east,north`. Raises `ErrorParametro`."""
    if not texto:
        return None
    try:
        oeste, sur, este, norte = (float(p) for p in texto.split(","))
    except ValueError:
        oeste = sur = este = norte = float("nan")
    # Written so that a NaN is refused too.
    if not (-540 <= oeste < este <= 540 and -90 <= sur < norte <= 90):
        raise ErrorParametro(
            "bbox", texto, "bbox_ilegible", "El recuadro no se entiende.", "Escriba oeste,sur,este,norte en grados."
        )
    return Caja(oeste, sur, este, norte)


def _ordenadas(cifras: celdas.Cifras) -> list[Any]:
    """The cells for the table: highest figure first, then those without one, and what is in none at the end."""
    filas = sorted(cifras.celdas, key=lambda f: (f.valor is None, -(f.valor or 0), f.dimensiones["zona"]))
    return [*filas, *cifras.sin_celda]


def _entregar(request: Request, texto: str, tipo: str, privado: bool = False) -> Response:
    """The text with its digest as ETag, or 304 to whoever has it already; a shared cache keeps nothing of a key's."""
    contenido = texto.encode()
    etiqueta = f'"{hashlib.sha256(contenido).hexdigest()[:32]}"'
    cabeceras = {
        "ETag": etiqueta,
        "Cache-Control": "private, no-store" if privado else "no-cache",
        "Vary": "Cookie, Authorization, X-API-Key",
    }
    if request.headers.get("if-none-match") == etiqueta:
        return Response(status_code=304, headers=cabeceras)
    return Response(contenido, headers=cabeceras, media_type=tipo)
