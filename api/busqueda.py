"""The filters of a search for establishments, as they come in a URL, for every route that takes them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import Connection

from api import parametros as p
from api.auth import Identidad, Quien, exigir
from api.errors import ErrorParametro
from api.lugares import leer_caja, leer_cerca
from api.sesion import Ajustes, Conexion
from observatorio.db.queries import auditoria
from observatorio.db.queries import indicadores as catastro
from observatorio.db.queries.busqueda import FILTROS, Busqueda, se_puede_buscar
from observatorio.indicadores.compute import revisar_zona
from observatorio.indicadores.dimensiones import plantear
from observatorio.vocabulario import Rol

_PERMITIDAS = frozenset({*FILTROS, "zona"})


def busqueda(
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    q: Annotated[
        str, Query(max_length=100, description="Nombre, dirección o RUT; sin tildes también, y tolera errores de tipeo")
    ] = "",
    seccion: p.Seccion = "",
    division: p.Division = "",
    tamano: p.ElTamano = "",
    formalidad: p.LaFormalidad = "",
    tipo_persona: p.ElTipoPersona = "",
    nivel: p.Nivel = "",
    zona: p.Zona = "",
    bbox: p.Caja = "",
    cerca: p.Circulo = "",
    anio: p.UnAnio = "",
) -> Busqueda:
    """The dependency: read and check the filters. Refuses first whoever may not see single establishments."""
    exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    filtros = dict(zip(FILTROS, (seccion, division, tamano, formalidad, tipo_persona), strict=True))
    dados = {nombre: valor for nombre, valor in filtros.items() if valor}
    pregunta = plantear(_PERMITIDAS, nivel=nivel, zona=zona, filtros=dados)
    if nivel and not zona:
        raise ErrorParametro("zona", "", "falta_zona", "Diga qué zona del nivel busca.", "Agregue «zona».")
    revisar_zona(conn, pregunta)
    buscada = Busqueda(
        cut=ajustes.cut,
        anio=leer_anio(conn, ajustes.cut, anio),
        q=unicodedata.normalize("NFC", q).strip(),
        nivel=nivel,
        zona=zona,
        bbox=leer_caja(bbox),
        cerca=leer_cerca(cerca),
        seccion=seccion,
        division=division,
        tamano=tamano,
        formalidad=formalidad,
        tipo_persona=tipo_persona,
    )
    if buscada.q and buscada.rut is None and not se_puede_buscar(buscada.q):
        raise ErrorParametro(
            "q", q, "texto_corto", f"«{q}» es demasiado poco para buscar.", "Escriba al menos tres letras seguidas."
        )
    return buscada


LaBusqueda = Annotated[Busqueda, Depends(busqueda)]


def leer_anio(conn: Connection, cut: str, texto: str) -> int:
    """The one year asked for, or the last one that was consolidated. Raises `ErrorParametro`."""
    pedidos = p.leer_anios(texto)
    hay = catastro.versiones(conn, cut)
    if len(pedidos) > 1 or (pedidos and pedidos[0] not in hay) or not hay:
        anios = ", ".join(str(a) for a in hay) or "ningún año todavía"
        raise ErrorParametro("anio", texto, "anio_sin_datos", "No hay catastro de ese año.", f"Hay de: {anios}.")
    return pedidos[0] if pedidos else max(hay)


def anotar(conn: Connection, quien: Identidad, accion: str, cut: str, pedido: Mapping[str, Any]) -> None:
    """Write who looked, at what and in which version of the data, into the audit: never what was found."""
    version = catastro.versiones(conn, cut).get(pedido.get("anio") or 0)
    detalle = {k: v for k, v in {**pedido, "cut": cut, "version": version}.items() if v}
    auditoria.anotar(conn, quien.rol.value, accion, detalle, quien.clave)
