"""The tractoras and their suppliers: published counts for all, exact ones for planners, lists for the municipality."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Connection

from api import esquemas, esquemas_catalogo
from api.auth import Quien, exigir
from api.busqueda import anotar, leer_anio
from api.cuadros import responder
from api.cursor import Punto, abrir, sellar
from api.documento import PUBLICA, respuestas
from api.errors import ErrorParametro, NoEncontrado
from api.formatos import MEDIOS, a_json
from api.parametros import Pedido, UnAnio, leer_anios, parametros_conocidos, uno_de
from api.sesion import Ajustes, Conexion
from observatorio.db.queries import tractoras as consultas
from observatorio.indicadores.lista import definiciones
from observatorio.vocabulario import Rol

router = APIRouter(prefix="/api/v1", tags=["tractoras"], dependencies=[Depends(parametros_conocidos)])
_CRITERIOS: Final = ("N1", "N2", "N3", "N4")
_MAXIMO: Final = 1_000
_PRIVADA: Final = {"Cache-Control": "private, no-store"}
_NOTA: Final = (
    "Cuentan los vínculos que rigieron algún día del año. N1: casa matriz en la comuna. N2: local con patente en ella. "
    "N3: presente en la provincia. N4: presente en la región. Sin criterio, todos los proveedores, locales o no."
)


class Alcance:
    """Which suppliers count: those that meet a criterion, up to some number of steps."""

    def __init__(
        self,
        criterio: Annotated[
            str,
            Query(
                max_length=2,
                description="Qué es ser local; vacío, todos",
                json_schema_extra={"enum": ["", *_CRITERIOS], "examples": ["N2"]},
            ),
        ] = "",
        nivel_max: Annotated[
            int | None, Query(ge=1, le=1_000, description="Hasta qué nivel: 1 es directo; sin él, todos")
        ] = None,
        anio: UnAnio = "",
    ) -> None:
        uno_de("criterio", criterio, ("", *_CRITERIOS))
        self.criterio = criterio or None
        self.columna = criterio.lower() or None
        self.nivel_max = nivel_max
        self.anio = anio


ElAlcance = Annotated[Alcance, Depends()]


@router.get(
    "/tractoras",
    openapi_extra=PUBLICA,
    summary="Cuántos proveedores, directos e indirectos, tiene cada tractora, y cuántos son locales",
    responses=respuestas(
        esquemas.Tractoras | esquemas_catalogo.CuadroDeCifras, "Cuántos proveedores tiene cada una", con_version=True
    ),
)
def listar(request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes, alcance: ElAlcance) -> Response:
    """Exact for planners and the municipality; for everybody else what the release holds, and 404 that says so when it
    holds nothing of them."""
    if not quien.ve_exacto:
        indicador = definiciones()["proveedores_locales"]
        return responder(request, conn, quien, ajustes, indicador, _publicado(leer_anios(alcance.anio)))
    anio = leer_anio(conn, ajustes.cut, alcance.anio)
    *cada_una, juntas = [*consultas.cuentas(conn, ajustes.cut, anio, alcance.columna, alcance.nivel_max), None]
    if cada_una and cada_una[-1].tractora is None:
        juntas = cada_una.pop()
    cuentas = ("directos", "indirectos", "distintos")
    cuerpo = {
        "anio": anio,
        "criterio": alcance.criterio,
        "nivel_max": alcance.nivel_max,
        "estado": "exacto",
        "datos": [{"id": str(f.tractora), "nombre": f.nombre, **{c: getattr(f, c) for c in cuentas}} for f in cada_una],
        "todas": {c: getattr(juntas, c, 0) for c in cuentas},
        "nota": _NOTA,
    }
    return Response(a_json(cuerpo), headers=_PRIVADA, media_type=MEDIOS["json"])


@router.get(
    "/tractoras/{identificador}/proveedores",
    summary="Los proveedores de una tractora, por páginas",
    responses=respuestas(esquemas.PaginaProveedores, "Una página, por RUT"),
)
def proveedores(
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    identificador: Annotated[str, Path(max_length=12, description="Su RUT, sin dígito", examples=["61704000"])],
    alcance: ElAlcance,
    limite: Annotated[int, Query(ge=1, description="Filas por página, hasta 1000")] = 100,
    cursor: Annotated[str, Query(max_length=300, description="El «siguiente» de la página anterior")] = "",
) -> Response:
    """Who sells to it, directly or through others. The municipality's only, and each of its looks is written down."""
    exigir(quien, Rol.MUNICIPAL)
    anio = leer_anio(conn, ajustes.cut, alcance.anio)
    rut, nombre = _tractora(conn, ajustes.cut, anio, identificador)
    pregunta = [ajustes.cut, rut, anio, alcance.criterio, alcance.nivel_max]
    punto = abrir(pregunta, cursor)
    if punto.ultimo and not (punto.ultimo.isascii() and punto.ultimo.isdecimal() and len(punto.ultimo) < 10):
        raise ErrorParametro(
            "cursor", cursor[:80], "cursor_ajeno", "Ese cursor no es de esta lista.", "Empiece sin él."
        )
    filas, ultimo = consultas.proveedores(
        conn,
        ajustes.cut,
        anio,
        rut,
        criterio=alcance.columna,
        nivel_max=alcance.nivel_max,
        desde=int(punto.ultimo or -1),
        limite=min(limite, _MAXIMO),
    )
    pedido = {"tractora": rut, "anio": anio, "criterio": alcance.criterio, "nivel_max": alcance.nivel_max}
    anotar(conn, quien, "ver_proveedores", ajustes.cut, pedido)
    inicio = {
        "id": str(rut),
        "nombre": nombre,
        "anio": anio,
        "criterio": alcance.criterio,
        "nivel_max": alcance.nivel_max,
        "siguiente": sellar(pregunta, Punto(str(ultimo))) if ultimo is not None else None,
        "nota": _NOTA,
    }
    cuerpo = f'{a_json(inicio).decode()[:-1]},"datos":[{filas}]}}'
    return Response(cuerpo, headers=_PRIVADA, media_type=MEDIOS["json"])


def _tractora(conn: Connection, cut: str, anio: int, identificador: str) -> tuple[int, str | None]:
    """The RUT and name of a tractora of the year. Raises `NoEncontrado`, naming those that there are."""
    hay = {str(f.tractora): f for f in consultas.cuentas(conn, cut, anio, None, None) if f.tractora is not None}
    hallada = hay.get(identificador)
    if hallada is None:
        raise NoEncontrado(
            f"No hay una tractora «{identificador}» en {anio}.", f"Las que hay: {', '.join(hay) or 'ninguna'}."
        )
    return hallada.tractora, hallada.nombre


def _publicado(anios: tuple[int, ...]) -> Pedido:
    """The question to the release that has no dimension but the year."""
    return Pedido(
        por=(), nivel=None, zona=None, anios=anios, filtros={}, con_anterior=False, formato="json", separador=","
    )
