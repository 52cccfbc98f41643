"""The pages of the portal that are no maps: home, indicators, sources, methodology, and the files that pages load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api.auth import Identidad, Quien, identidad
from api.cuadros import coincide
from api.errors import ErrorParametro, NoEncontrado
from api.parametros import leer_anios, parametros_conocidos
from api.portal import cifras, estaticos, pagina
from api.routes.fuentes import estado_fuentes
from api.routes.mapas import mapas
from api.sesion import Ajustes, Conexion
from maps import layers, render
from maps.escritura import palabra
from observatorio import referencia
from observatorio.db.queries import indicadores as zonas
from observatorio.db.queries import publicacion
from observatorio.errors import ErrorConsulta
from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.cuadro import Cuadro
from observatorio.indicadores.publicado import NOTA, ErrorNoPublicado, nota_redondeo

router = APIRouter(tags=["portal"], include_in_schema=False)
# First who is asking, so that a refusal too is a page of theirs.
_PAGINA: Final = [Depends(identidad), Depends(parametros_conocidos)]

_CORTES: Final = (
    "",
    "seccion",
    "tamano",
    "formalidad",
    "tipo_persona",
    "division",
    "seccion,tamano",
    "seccion,formalidad",
)
_MAXIMO_FILAS: Final = 500


@router.get("/", dependencies=_PAGINA)
def inicio(request: Request, quien: Quien, conn: Conexion, ajustes: Ajustes) -> Response:
    """The home page: key figures of the newest year, maps, and how fresh each source is."""
    exacta = _exacta(quien)
    anios = layers.anios(conn, ajustes.cut, exacta)
    resumen = cifras.resumir(conn, ajustes.cut, anios[0], exacta) if anios else None
    return pagina(
        request,
        "inicio.html",
        exacta=exacta,
        resumen=resumen,
        mapas=list(mapas().values()),
        fuentes=_fuentes(conn),
    )


@router.get("/indicadores", dependencies=_PAGINA)
def indicadores(
    request: Request,
    quien: Quien,
    conn: Conexion,
    ajustes: Ajustes,
    indicador: Annotated[str, Query(max_length=60)] = "",
    por: Annotated[str | None, Query(max_length=80)] = None,
    nivel: Annotated[str, Query(max_length=60)] = "",
    anio: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One indicator as a table, with the year before beside it and links to the same figures as files."""
    todos, exacta = cifras.indicadores(), _exacta(quien)
    que = todos.get(indicador or cifras.PRINCIPALES[0])
    if que is None:
        raise NoEncontrado(f"No hay un indicador «{indicador}».", f"Los que hay son: {', '.join(todos)}.")
    anios = layers.anios(conn, ajustes.cut, exacta)
    elegido = _anio(anio) or (anios[0] if anios else 0)
    oferta = _oferta(conn, que, ajustes.cut, elegido, exacta)
    if por is None:
        # Some indicators are figures of a whole distribution, and have none by sector.
        por = "seccion" if "seccion" in oferta.cortes or not oferta.cortes else oferta.cortes[0]
    elegidas = () if nivel else tuple(p for p in por.split(",") if p)
    contexto: dict[str, Any] = {
        "exacta": exacta,
        "que": que,
        "todos": list(todos.values()),
        "anios": [(str(a), str(a)) for a in anios],
        "anio": elegido,
        "por": "" if nivel else por,
        "nivel": nivel,
        "cortes": [(c, _nombre_corte(c)) for c in oferta.cortes],
        "niveles": oferta.niveles,
        "notas": [] if exacta else [NOTA],
        "cuadro": None,
        "rechazo": "",
        "pide_clave": False,
        "status": 200,
        "maximo": _MAXIMO_FILAS,
    }
    try:
        if anios:
            cuadro = cifras.preguntar(
                conn, que, elegidas, cut=ajustes.cut, anio=elegido, exacta=exacta, nivel=nivel or None
            )
            contexto |= _tabla(conn, cuadro)
    # The form stays on the screen, so that another choice is one click away.
    except ErrorNoPublicado as error:
        sin_clave = quien.anonima and elegido in anios
        corte = _nombre_corte(",".join(elegidas)).lower()
        donde = f" por {corte}" if elegidas else f" por zona de {nivel}" if nivel else ""
        contexto["rechazo"] = f"«{que.nombre}»{donde} de {elegido} no se publica." if sin_clave else str(error)
        contexto |= {"pide_clave": sin_clave, "status": 401 if sin_clave else 400}
    except ErrorConsulta as error:
        contexto |= {"rechazo": str(error), "status": 400}
    consulta = {"por": contexto["por"], "nivel": nivel, "anio": str(elegido), "comparar": "anterior"}
    contexto["consulta"] = urlencode({k: v for k, v in consulta.items() if v})
    return pagina(request, "indicadores.html", **contexto)


@router.get("/datos", dependencies=_PAGINA)
def datos(request: Request, quien: Quien, conn: Conexion, ajustes: Ajustes) -> Response:
    """Where the data come from, and the releases with what protecting them cost."""
    return pagina(
        request,
        "datos.html",
        fuentes=_fuentes(conn),
        publicaciones=list(publicacion.vigentes(conn, ajustes.cut)),
        nombres={i.id: i.nombre for i in cifras.indicadores().values()},
    )


@router.get("/metodologia", dependencies=_PAGINA)
def metodologia(request: Request, quien: Quien, ajustes: Ajustes) -> Response:
    """How figures are made: the formula of each indicator, formality, and what reserved means."""
    return pagina(
        request,
        "metodologia.html",
        indicadores=list(cifras.indicadores().values()),
        ajustes=ajustes,
        redondeo=nota_redondeo(ajustes.reserva_base),
        secciones=[(s.seccion, layers.secciones()[s.seccion], s.nombre) for s in referencia.secciones()],
    )


@router.get("/estatico/{ruta:path}")
def estatico(request: Request, ruta: str, v: Annotated[str, Query(max_length=64)] = "") -> Response:
    """A file of the closed list. With its digest in the address a browser keeps it for good."""
    recurso = estaticos.recursos().get(ruta)
    if recurso is None:
        raise NoEncontrado("No hay un archivo con ese nombre.")
    vigente = bool(v) and recurso.huella.startswith(v)
    cabeceras = {
        "ETag": f'"{recurso.huella[:32]}"',
        "Cache-Control": "public, max-age=31536000, immutable" if vigente else "public, no-cache",
    }
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    return Response(recurso.contenido, headers=cabeceras, media_type=recurso.tipo)


@dataclass(frozen=True)
class _Oferta:
    """What of an indicator can be chosen: combinations of dimensions, and (level, its name)."""

    cortes: list[str]
    niveles: list[tuple[str, str]]


def _oferta(conn: Connection, indicador: Definicion, cut: str, anio: int, exacta: bool) -> _Oferta:
    """The tables that this asker may have: any that the indicator allows, or those of the release."""
    detalle = [(str(n["nivel"]), str(n["nombre"])) for n in zonas.detalle_niveles(conn)]
    if exacta:
        cortes = [c for c in _CORTES if indicador.exige <= {p for p in c.split(",") if p} <= indicador.dimensiones]
        # This page opens a figure by zone and by nothing else.
        return _Oferta(cortes, detalle if "zona" in indicador.dimensiones and not indicador.exige else [])
    hay = [t for t in publicacion.tablas(conn, cut) if t["indicador"] == indicador.id and t["anio"] == anio]
    con_nivel = {t["nivel"] for t in hay}
    cortes = [str(t["por"]) for t in hay if not t["nivel"]]
    return _Oferta(cortes, [par for par in detalle if par[0] in con_nivel])


def _tabla(conn: Connection, cuadro: Cuadro) -> dict[str, Any]:
    """The table with the words of its rows: names of sections, zones, parts and firms instead of their codes."""
    nivel = cuadro.pregunta.nivel
    nombrado = cuadro.con_nombres(zonas.nombres_zonas(conn, nivel) if nivel else {})
    nombres = {**nombrado.nombres, "seccion": layers.secciones()}
    ordenadas = sorted(cuadro.filas, key=lambda f: [cifras.orden(v) for v in f.dimensiones.values()])
    filas = [([nombres.get(d, {}).get(v, palabra(v)) for d, v in fila.dimensiones.items()], fila) for fila in ordenadas]
    mayor = max((abs(f.valor or 0) for f in cuadro.filas), default=0) or 1
    return {
        "cuadro": cuadro,
        "notas": [NOTA, *map(nota_redondeo, cuadro.redondeos)] if cuadro.publicaciones else [],
        "columnas": [cuadro.indicador.propias.get(d, palabra(d)) for d in cuadro.pregunta.por],
        "filas": filas,
        "mayor": mayor,
    }


def _nombre_corte(corte: str) -> str:
    """A combination of dimensions as it is offered: `Sector y tamaño`."""
    return " y ".join(palabra(p).lower() for p in corte.split(",")).capitalize() if corte else "Total de la comuna"


def _anio(texto: str) -> int | None:
    """The one year of a page. Raises `ErrorParametro` for what is none."""
    anios = leer_anios(texto)
    if len(anios) > 1:
        raise ErrorParametro("anio", texto, "un_anio", "Esta página muestra un año.", "Escriba uno solo: anio=2024.")
    return anios[0] if anios else None


def _exacta(quien: Identidad) -> bool:
    return quien.rol in render.EXACTOS


def _fuentes(conn: Connection) -> list[dict[str, object]]:
    """The state of every source, the most recently loaded first and those without any load last."""
    fichas = estado_fuentes(conn)
    fichas.sort(key=lambda f: str(f["nombre"]))
    fichas.sort(key=lambda f: str(f["ultima_carga"] or ""), reverse=True)
    return fichas
