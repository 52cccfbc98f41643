"""Single establishments, for planners and the municipality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from sqlalchemy import Connection, Engine, insert

from api.auth import Identidad, Quien, exigir
from api.errors import ErrorParametro, NoEncontrado
from api.formatos import MEDIOS, a_json, lineas_csv
from api.parametros import leer_anios, parametros_conocidos
from api.sesion import Ajustes, Conexion
from observatorio.db.engine import transaccion
from observatorio.db.queries import establecimientos as consultas
from observatorio.db.queries import indicadores as catastro
from observatorio.db.queries.establecimientos import Busqueda
from observatorio.db.queries.relevos import sucesor
from observatorio.db.tablas import auditoria_registro
from observatorio.indicadores.dimensiones import plantear
from observatorio.vocabulario import Rol

router = APIRouter(prefix="/api/v1", tags=["establecimientos"], dependencies=[Depends(parametros_conocidos)])
_PERMITIDAS = frozenset({"seccion", "tamano", "formalidad", "zona"})
_DESCARGA_MS = 120_000


def busqueda(
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    q: Annotated[str, Query(max_length=100, description="Nombre, o parte de él; tolera errores de tipeo")] = "",
    seccion: Annotated[str, Query(max_length=20, description="Sección CIIU, A a U")] = "",
    tamano: Annotated[str, Query(max_length=20, description="micro, pequena, mediana, grande o sin_dato")] = "",
    formalidad: Annotated[str, Query(max_length=20, description="Sin ella se muestran todos los activos")] = "",
    nivel: Annotated[str, Query(max_length=60, description="Nivel de zonas")] = "",
    zona: Annotated[str, Query(max_length=60, description="Código de una zona de ese nivel")] = "",
    bbox: Annotated[str, Query(max_length=100, description="oeste,sur,este,norte en grados")] = "",
    anio: Annotated[str, Query(max_length=20, description="Un año; vacío es el último")] = "",
) -> Busqueda:
    """The dependency: read and check the filters. Refuses first whoever may not see single establishments."""
    exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    filtros = {"seccion": seccion, "tamano": tamano, "formalidad": formalidad}
    plantear(_PERMITIDAS, nivel=nivel, zona=zona, filtros={k: v for k, v in filtros.items() if v})
    if nivel and not zona:
        raise ErrorParametro("zona", "", "falta_zona", "Diga qué zona del nivel busca.", "Agregue «zona».")
    return Busqueda(
        cut=ajustes.cut,
        anio=_anio(conn, ajustes.cut, anio),
        q=q.strip(),
        nivel=nivel,
        zona=zona,
        bbox=_caja(bbox),
        **filtros,
    )


@router.get("/establecimientos", summary="Los establecimientos que cumplen los filtros, por páginas o enteros en CSV")
def listar(
    request: Request,
    conn: Conexion,
    quien: Quien,
    pedido: Annotated[Busqueda, Depends(busqueda)],
    limite: Annotated[int, Query(ge=1, description="Filas por página, hasta 1000")] = 100,
    cursor: Annotated[str, Query(max_length=100, description="El «siguiente» de la página anterior")] = "",
    formato: Annotated[str, Query(max_length=20, description="json, geojson o csv")] = "json",
) -> Response:
    """`{"datos": […], "siguiente": …}`; `csv` is the whole selection. Names and RUT of natural persons and restricted
    columns are the municipality's only, and each of its looks at them is written down."""
    if formato not in ("json", "geojson", "csv"):
        raise ErrorParametro("formato", formato, "valor_desconocido", "Ese formato no está.", "Use json, geojson, csv.")
    if quien.rol is Rol.MUNICIPAL or formato == "csv":
        _anotar(conn, quien, asdict(pedido) | {"formato": formato})
    cabeceras = {"Cache-Control": "private, no-store"}
    if formato == "csv":
        cabeceras["Content-Disposition"] = f'attachment; filename="establecimientos_{pedido.anio}.csv"'
        cuerpo = _descarga(request.app.state.engine, quien.rol, pedido)
        return StreamingResponse(cuerpo, headers=cabeceras, media_type=MEDIOS["csv"])
    limite = min(limite, 1000)
    if formato == "geojson":
        rasgos, siguiente = consultas.rasgos(conn, quien.rol, pedido, cursor, limite)
        texto = f'{{"type":"FeatureCollection","siguiente":{a_json(siguiente).decode()},"features":[{rasgos}]}}'
        return Response(texto, headers=cabeceras, media_type=MEDIOS["geojson"])
    filas, siguiente = consultas.pagina(conn, quien.rol, pedido, cursor, limite)
    texto = f'{{"anio":{pedido.anio},"siguiente":{a_json(siguiente).decode()},"datos":[{filas}]}}'
    return Response(texto, headers=cabeceras, media_type=MEDIOS["json"])


@router.get(
    "/establecimientos/{identificador}",
    name="establecimiento",
    summary="Un establecimiento, por defecto en su último año",
)
def mostrar(
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    identificador: Annotated[str, Path(max_length=40, description="Su id")],
    anio: Annotated[str, Query(max_length=20, description="Un año; vacío es el último suyo")] = "",
) -> Response:
    """The record, as `listar` gives it, with its `anio`. An id that is gone answers 308 with the one that took its
    place, if there is one."""
    exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    pedido = _anio(conn, ajustes.cut, anio) if anio else None
    cuerpo = consultas.uno(conn, quien.rol, ajustes.cut, identificador, pedido)
    cabeceras = {"Cache-Control": "private, no-store"}
    if cuerpo is not None:
        if quien.rol is Rol.MUNICIPAL:
            _anotar(conn, quien, {"id": identificador, "cut": ajustes.cut, "anio": pedido, "formato": "json"})
        return Response(cuerpo, headers=cabeceras, media_type=MEDIOS["json"])
    nuevo = sucesor(conn, identificador)
    if nuevo is None:
        raise NoEncontrado(f"No existe el establecimiento «{identificador}».", "Búsquelo en /api/v1/establecimientos.")
    destino = request.url_for("establecimiento", identificador=nuevo).path
    consulta = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(destino + consulta, status_code=HTTPStatus.PERMANENT_REDIRECT, headers=cabeceras)


def _descarga(engine: Engine, rol: Rol, pedido: Busqueda) -> Iterator[bytes]:
    """The whole selection, in a transaction of its own that lasts as long as the reader does."""
    with transaccion(engine, rol, _DESCARGA_MS) as conn:
        yield from lineas_csv(consultas.todas(conn, rol, pedido), consultas.columnas(rol))


def _anotar(conn: Connection, quien: Identidad, pedido: dict[str, Any]) -> None:
    """Write who looked, and at what, into the audit: never what was found."""
    detalle = pedido | {"version": catastro.versiones(conn, pedido["cut"]).get(pedido["anio"])}
    detalle = {k: v for k, v in detalle.items() if v}
    # Inline, because whoever adds a line to the audit may not read one back, not even its number.
    linea = insert(auditoria_registro).inline()
    conn.execute(linea.values(rol=quien.rol.value, clave=quien.clave, accion="ver_establecimientos", detalle=detalle))


def _anio(conn: Connection, cut: str, texto: str) -> int:
    """The year asked for, or the last one that was consolidated."""
    pedidos = leer_anios(texto)
    hay = catastro.versiones(conn, cut)
    if len(pedidos) > 1 or (pedidos and pedidos[0] not in hay) or not hay:
        anios = ", ".join(str(a) for a in hay) or "ningún año todavía"
        raise ErrorParametro("anio", texto, "anio_sin_datos", "No hay catastro de ese año.", f"Hay de: {anios}.")
    return pedidos[0] if pedidos else max(hay)


def _caja(texto: str) -> tuple[float, float, float, float] | None:
    """Four numbers in degrees, west before east and south before north."""
    if not texto:
        return None
    try:
        oeste, sur, este, norte = (float(p) for p in texto.split(","))
    except ValueError:
        oeste = sur = este = norte = float("nan")
    if not (-180 <= oeste <= este <= 180 and -90 <= sur <= norte <= 90):
        raise ErrorParametro(
            "bbox", texto, "caja_ilegible", f"«{texto}» no es un rectángulo.", "Escriba oeste,sur,este,norte en grados."
        )
    return oeste, sur, este, norte
