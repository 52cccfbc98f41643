"""The rows of industrial districts and of the opportunity gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.dimensiones import Pregunta
from observatorio.indicadores.medicion import Medida
from observatorio.vocabulario import EstadoValor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from observatorio.indicadores.espacial.distritos import Distritos
    from observatorio.indicadores.oportunidad import Oportunidad


def reunir_distritos(conn: Connection, cut: str, anios: Sequence[int], pregunta: Pregunta) -> dict[int, Distritos]:
    """The districts of each year."""
    from observatorio.indicadores.espacial.distritos import distritos

    return {anio: distritos(conn, cut, anio) for anio in anios}


def perfiles(hechos: Mapping[int, Distritos], anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """A row a district, the largest first, with its profile."""
    filas, avisos = [], {}
    for anio in anios:
        for d in hechos[anio].distritos:
            centro = d.contorno.centroid
            detalle = {
                "divisiones": ", ".join(f"{division} ({cuantos})" for division, cuantos in d.divisiones),
                "empleo": d.empleo,
                "formales": None if d.parte_formal is None else 100 * d.parte_formal,
                "cohesion": d.cohesion,
                "area_km2": d.area_km2,
                "lon": round(centro.x, 6),
                "lat": round(centro.y, 6),
            }
            n = d.establecimientos
            filas.append(
                Fila(anio, {"distrito": d.distrito}, float(n), n, 1.0, EstadoValor.EXACTO, universo=n, detalle=detalle)
            )
        if not hechos[anio].distritos:
            p = hechos[anio].parametros
            avisos[anio] = (
                f"{anio}: no hay {p.minimo} establecimientos industriales juntos, de los "
                f"{hechos[anio].miembros.height} cuyo lugar se conoce al menos por su calle."
            )
    return Medida(filas, avisos)


def reunir_brechas(conn: Connection, cut: str, anios: Sequence[int], pregunta: Pregunta) -> dict[int, Oportunidad]:
    """The gaps of the zones of a level in each year, in one section where that is asked for."""
    from observatorio.indicadores.oportunidad import oportunidad

    secciones = [pregunta.filtros["seccion"]] if "seccion" in pregunta.filtros else None
    return {anio: oportunidad(conn, cut, anio, pregunta.nivel, secciones=secciones) for anio in anios}


def brechas(hechos: Mapping[int, Oportunidad], anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """A row a section and zone: the shrunk gap, with its interval and what it is made from."""
    filas, avisos = [], {}
    for anio in anios:
        hecho = hechos[anio]
        cobertura = hecho.ubicados / hecho.establecimientos if hecho.establecimientos else None
        for b in hecho.brechas.iter_rows(named=True):
            if pregunta.zona in ("", b["zona"]):
                detalle = {
                    **{c: b[c] for c in ("poblacion", "existentes", "esperados", "brecha", "lectura")},
                    "desde": b["brecha_desde"],
                    "hasta": b["brecha_hasta"],
                }
                filas.append(
                    Fila(
                        anio,
                        {c: b[c] for c in pregunta.por},
                        b["brecha_suavizada"],
                        b["existentes"],
                        cobertura,
                        EstadoValor.EXACTO,
                        detalle=detalle,
                    )
                )
        if aviso := _falta(hecho, pregunta):
            avisos[anio] = f"{anio}: {aviso}"
    return Medida(filas, avisos)


def _falta(hecho: Oportunidad, pregunta: Pregunta) -> str:
    """Whose people are not known, and how to load them."""
    carga = "cárguela con «observatorio zonas load ARCHIVO --nivel NIVEL --codigo COLUMNA --poblacion COLUMNA»."
    if hecho.brechas.is_empty() and not hecho.referencia.personas:
        return f"Ninguna zona del nivel {pregunta.nivel} tiene población conocida: {carga}"
    if hecho.sin_poblacion:
        return f"De {len(hecho.sin_poblacion)} zonas no se conoce la población, y no se comparan: {carga}"
    return ""
