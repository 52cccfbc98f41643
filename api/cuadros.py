"""From a question in a URL to the answer about an indicator: who may see what, its version, its format."""

from __future__ import annotations

import hashlib
from typing import Final

import orjson
from fastapi import Request, Response
from sqlalchemy import Connection

from api import VERSION, formatos
from api.auth import Identidad
from api.errors import ErrorParametro
from api.memoria import Guardada, Memoria
from api.parametros import Pedido
from observatorio.db.queries import indicadores as consultas
from observatorio.db.queries import marcas
from observatorio.db.queries import publicacion as publicadas
from observatorio.indicadores import compute, publicado
from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.cuadro import Cuadro
from observatorio.settings import Settings

_VARY: Final = "Authorization, X-API-Key, Cookie"


def responder(
    request: Request, conn: Connection, quien: Identidad, settings: Settings, indicador: Definicion, pedido: Pedido
) -> Response:
    """The answer to `pedido`: exact for those whose role sees exact figures, from the release for everybody else.

    An `If-None-Match` that still holds is answered 304 before anything is computed, and what was published is read
    once for all who ask the same.
    """
    if pedido.formato == "geojson" and not pedido.nivel:
        raise ErrorParametro(
            "formato", "geojson", "falta_nivel", "GeoJSON necesita zonas.", "Agregue «nivel», por ejemplo nivel=h3_8."
        )
    cabeceras = cabeceras_de_cache(request, quien, huella(conn, settings.cut, exacta=quien.ve_exacto))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    memoria: Memoria = request.app.state.memoria
    guardada = None if quien.ve_exacto else memoria.leer(cabeceras["ETag"])
    if guardada is None:
        cuadro = preguntar(conn, quien, settings.cut, indicador, pedido)
        guardada = Guardada(_cuerpo(conn, cuadro, pedido), _descarga(cuadro, pedido.formato))
        if not quien.ve_exacto:
            memoria.guardar(cabeceras["ETag"], guardada)
    cabeceras |= guardada.cabeceras
    return Response(guardada.cuerpo, headers=cabeceras, media_type=formatos.MEDIOS[pedido.formato])


def _descarga(cuadro: Cuadro, formato: str) -> dict[str, str]:
    """The name under which a browser saves the formats that it does not show."""
    if formato in ("json", "geojson"):
        return {}
    nombre = "_".join([cuadro.indicador.id, *cuadro.pregunta.por, *(str(a) for a in cuadro.anios)])
    return {"Content-Disposition": f'attachment; filename="{nombre}.{formato}"'}


def preguntar(conn: Connection, quien: Identidad, cut: str, indicador: Definicion, pedido: Pedido) -> Cuadro:
    """The table: computed or read, for the years asked for, for all of them if only their series was asked for, or
    for the last."""
    if quien.ve_exacto:
        return compute.calcular(
            conn,
            indicador,
            pedido.por,
            cut=cut,
            anio=_anios(pedido, sorted(consultas.versiones(conn, cut))),
            nivel=pedido.nivel,
            zona=pedido.zona,
            filtros=pedido.filtros,
            con_anterior=pedido.con_anterior,
        )
    return publicado.leer(
        conn,
        indicador,
        pedido.por,
        cut=cut,
        anio=_anios(pedido, publicadas.anios(conn, cut)),
        nivel=pedido.nivel,
        zona=pedido.zona,
        filtros=pedido.filtros,
        con_anterior=pedido.con_anterior,
    )


def _anios(pedido: Pedido, hay: list[int]) -> list[int]:
    """The years of the answer."""
    if pedido.anios:
        return list(pedido.anios)
    return hay if "anio" in pedido.por else hay[-1:]


def huella(conn: Connection, cut: str, *, exacta: bool = False) -> str:
    """What changes whenever an answer about a comuna might: its releases and the zones, or for exact figures the
    version of the register in each of its years, the zones and the loads."""
    return marcas.de_lo_exacto(conn, cut) if exacta else marcas.de_lo_publicado(conn, cut)


def cabeceras_de_cache(request: Request, quien: Identidad, version: str) -> dict[str, str]:
    """ETag of this question in this version, and who may keep the answer: shared caches only what is public.

    Every kept copy is asked about again (`no-cache`), so that a new release shows at once; the 304 costs little.
    """
    pregunta = sorted(request.query_params.multi_items())
    # What one role sees must not pass for what another sees.
    semilla = orjson.dumps([VERSION, quien.rol.value, version, request.url.path, pregunta])
    etiqueta = hashlib.sha256(semilla).hexdigest()[:32]
    alcance = "public" if quien.anonima else "private"
    return {"ETag": f'W/"{etiqueta}"', "Cache-Control": f"{alcance}, no-cache", "Vary": _VARY}


def coincide(request: Request, etag: str) -> bool:
    """Whether the caller already holds this version (weak comparison)."""
    enviadas = request.headers.get("if-none-match", "")
    return enviadas.strip() == "*" or etag.removeprefix("W/") in {
        e.strip().removeprefix("W/") for e in enviadas.split(",")
    }


def _cuerpo(conn: Connection, cuadro: Cuadro, pedido: Pedido) -> bytes:
    """The table in the format asked for."""
    nivel = cuadro.pregunta.nivel
    nombres = consultas.nombres_zonas(conn, nivel) if nivel else {}
    cuadro = cuadro.con_nombres(nombres)
    registros = cuadro.registros()
    if pedido.formato == "csv":
        return formatos.a_csv(registros, cuadro.columnas, pedido.separador)
    if pedido.formato == "xlsx":
        return formatos.a_xlsx(registros, cuadro.encabezados, acerca(cuadro))
    if pedido.formato == "parquet":
        return formatos.a_parquet(registros, cuadro.columnas, acerca(cuadro))
    if pedido.formato == "geojson":
        return formatos.a_geojson(registros, consultas.geometrias(conn, nivel), nombres, describir(cuadro))
    return formatos.a_json({**describir(cuadro), "datos": registros})


def describir(cuadro: Cuadro) -> dict[str, object]:
    """What the figures are, beside the figures: the frame of a JSON answer."""
    indicador = cuadro.indicador
    publicacion = {"numeros": cuadro.publicaciones, "regla": cuadro.regla} if cuadro.publicaciones else None
    return {
        "indicador": indicador.id,
        "nombre": indicador.nombre,
        "unidad": indicador.unidad,
        "formula": indicador.formula,
        "dimensiones": cuadro.pregunta.por,
        "nivel": cuadro.pregunta.nivel or None,
        "filtros": dict(cuadro.pregunta.filtros),
        "anios": cuadro.anios,
        "version": cuadro.version,
        "publicacion": publicacion,
        "redondeo": max(cuadro.redondeos, default=None),
        "avisos": cuadro.avisos,
        "nota": _nota(cuadro),
    }


def _nota(cuadro: Cuadro) -> str:
    """What must be known before a figure is passed on: whether it is exact, protected, or rounded too."""
    if not cuadro.publicaciones:
        return "Cifras exactas, de uso interno: no las difunda sin reserva."
    return " ".join((publicado.NOTA, *map(publicado.nota_redondeo, cuadro.redondeos)))


def acerca(cuadro: Cuadro) -> dict[str, str]:
    """The same for the second sheet of a workbook or the metadata of a file: short texts."""
    indicador, pregunta = cuadro.indicador, cuadro.pregunta
    origen = f"publicación {', '.join(map(str, cuadro.publicaciones))} ({cuadro.regla})"
    return {
        "Indicador": indicador.nombre,
        "Qué es": indicador.descripcion,
        "Fórmula": indicador.formula,
        "Unidad": indicador.unidad,
        "Años": ", ".join(map(str, cuadro.anios)),
        "Nivel de zonas": pregunta.nivel or "-",
        "Filtros": ", ".join(f"{k} = {v}" for k, v in pregunta.filtros.items()) or "-",
        "Origen": origen if cuadro.publicaciones else f"catastro, versión {cuadro.version}, cifras exactas",
        "Nota": _nota(cuadro),
        **({"Avisos": " ".join(cuadro.avisos)} if cuadro.avisos else {}),
        **{f"Cómo leerlo {i}": nota for i, nota in enumerate(indicador.notas, start=1)},
    }
