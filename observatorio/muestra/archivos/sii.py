"""The SII's yearly list of legal persons (`PUB_EMPRESAS_PJ`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio import referencia
from observatorio.muestra import suciedad
from observatorio.muestra.archivos import geografia, planos
from observatorio.muestra.archivos.filas import conoce
from observatorio.muestra.azar import Enteros, Textos, textos
from observatorio.muestra.historia import NUNCA
from observatorio.muestra.manos import Mano, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

COLUMNAS = (
    "Año comercial",
    "RUT",
    "DV",
    "Razón social",
    "Tramo según ventas",
    "Número de trabajadores dependie",
    "Fecha inicio de actividades vige",
    "Fecha término de giro",
    "Fecha primera inscripción de ac",
    "Tipo término de giro",
    "Tipo de contribuyente",
    "Subtipo de contribuyente",
    "Tramo capital propio positivo",
    "Tramo capital propio negativo",
    "Rubro económico",
    "Subrubro económico",
    "Actividad económica",
    "Región",
    "Provincia",
    "Comuna",
    "R_PRESUNTA",
    "OTROS_REGIMENES",
)
_SUBTIPOS = {
    "SPA": "SOC. POR ACCIONES (SPA)",
    "LIMITADA": "SOC. RESPONSABILIDAD LIMITADA",
    "E.I.R.L.": "EMPRESA INDIVIDUAL RESP. LTDA.",
    "S.A.": "SOC. ANONIMA CERRADA",
}


def escribir(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `sii/PUB_EMPRESAS_PJ_<anio>.txt`: legal persons registered that year, and some that ended long ago."""
    anio, rng = m.anios[k], m.rng("sii_nomina", k)
    emp, terminadas, viejas = _empresas(m, rng, k)
    s = m.par.suciedad
    falla = textos([""] * len(emp))
    suciedad.anotar(falla, np.flatnonzero(viejas), "cerrado_vigente")
    razon = textos(m.emp.razon[emp])
    _atrasar(m, rng, emp, razon, falla, max(s.atrasada["sii_nomina"] - viejas.mean(), 0))
    nadie = np.full(len(emp), -1)
    r = Renglones("sii_nomina", k, nadie, emp, nadie, falla)
    razon = mano.nombres(rng, r, razon, s.nombre["sii_nomina"] * 0.75, s.corte_sii)
    razon = _cortadas(razon, falla, s.corte_sii)
    dv = suciedad.sin_digito(rng, m.emp.dv[emp], falla, s.sin_dv["sii_nomina"])
    ultimo = np.where(viejas, np.minimum(m.vida.muerte[emp], len(m.anios)) - 1, k)
    columnas = _columnas(m, rng, anio, emp, ultimo, terminadas, razon, dv)
    nombre = f"sii/PUB_EMPRESAS_PJ_{anio}.txt"
    filas = planos.escribir(destino / nombre, columnas, "\t")
    bitacora.anotar(nombre, filas, nadie, emp, falla)


def _empresas(m: Mundo, rng: np.random.Generator, k: int) -> tuple[Enteros, Textos, Textos]:
    vistas = m.emp.juridica & conoce(m, "sii_nomina", len(m.emp), m.par.cobertura["sii_nomina"])
    vivas = vistas & m.registrada[:, k]
    antes = m.registrada[:, k - 1] if k else np.zeros(len(m.emp), dtype=bool)
    terminan = vistas & (m.vida.muerte == k) & antes
    muertas = np.flatnonzero(vistas & (m.vida.muerte < k) & (m.vida.muerte != NUNCA) & m.registrada.any(axis=1))
    cuantas = round(int(vivas.sum()) * m.par.suciedad.cerrado_vigente)
    viejas = np.zeros(len(m.emp), dtype=bool)
    viejas[rng.permutation(muertas)[:cuantas]] = True
    emp = np.flatnonzero(vivas | terminan | viejas)
    return emp, terminan[emp], viejas[emp]


def _atrasar(m: Mundo, rng: np.random.Generator, emp: Enteros, razon: Textos, falla: Textos, tasa: float) -> None:
    """Some firms changed their name and the list has not noticed."""
    anterior = m.emp.razon_anterior[emp]
    posibles = (anterior != "") & (falla == "")
    p = tasa * len(emp) / max(int(posibles.sum()), 1)
    elegidas = np.flatnonzero(posibles & (rng.random(len(emp)) < p))
    razon[elegidas] = anterior[elegidas]
    suciedad.anotar(falla, elegidas, "nombre_anterior")


def _cortadas(razon: Textos, falla: Textos, corte: int) -> Textos:
    largas = np.flatnonzero([len(r) > corte for r in razon])
    salida = textos([r[:corte] for r in razon])
    suciedad.anotar(falla, largas, "nombre_cortado")
    return salida


def _columnas(
    m: Mundo,
    rng: np.random.Generator,
    anio: int,
    emp: Enteros,
    k: Enteros,
    terminadas: Textos,
    razon: Textos,
    dv: Textos,
) -> dict[str, object]:
    sector = m.emp.sector[emp]
    inicio, termino = _fechas(m.vida.inicio[emp]), _fechas(m.vida.termino[emp])
    cut = _comuna_tributaria(m, emp, k)
    sin_lugar = rng.random(len(emp)) < 0.004
    lugar = [
        textos(list(np.where(sin_lugar, "Sin Información", f(cut))))
        for f in (geografia.regiones, geografia.provincias, geografia.comunas)
    ]
    capital = np.searchsorted([1e6, 5e6, 2e7, 1e8, 5e8, 2e9, 1e10, 5e10], m.dinero.capital[emp, k]) + 1
    subtipos = textos(
        [next((t for f, t in _SUBTIPOS.items() if r.endswith(f)), "SOC. ANONIMA CERRADA") for r in m.emp.razon[emp]]
    )
    valores = (
        np.full(len(emp), anio),
        m.emp.rut[emp],
        dv,
        razon,
        m.dinero.tramo[emp, k],
        m.empleo.dependientes[emp, k],
        inicio,
        np.where(terminadas, termino, ""),
        inicio,
        np.where(terminadas, "TERMINO DE GIRO", ""),
        textos(["PERSONA JURIDICA COMERCIAL"] * len(emp)),
        subtipos,
        capital,
        textos([""] * len(emp)),
        *_rubros(m, sector),
        *lugar,
        textos(list(np.where(rng.random(len(emp)) < 0.03, "S", "N"))),
        textos(list(np.where(rng.random(len(emp)) < 0.6, "14 D N3", "14 A"))),
    )
    return dict(zip(COLUMNAS, valores, strict=True))


def _rubros(m: Mundo, sector: Enteros) -> tuple[Textos, Textos, Textos]:
    """`C - Industria manufacturera`, `107 - Elaboración …`, `107100 - ELABORACIÓN …` of each sector."""
    secciones = {s.seccion: s.nombre for s in referencia.secciones()}
    sec = m.sec
    rubro = textos([f"{x} - {secciones[x]}" for x in sec.seccion])
    subrubro = textos([f"{c[:3]} - {x.capitalize()}" for c, x in zip(sec.acteco, sec.subrubro, strict=True)])
    actividad = textos([f"{c} - {x}" for c, x in zip(sec.acteco, sec.nombre, strict=True)])
    return rubro[sector], subrubro[sector], actividad[sector]


def _comuna_tributaria(m: Mundo, emp: Enteros, k: Enteros) -> Textos:
    principal = m.sitio.lugar[m.principal[emp], k]
    domicilio = m.sitio.domicilio[emp]
    return textos(m.lugares.cut[np.where(domicilio >= 0, domicilio, principal)])


def _fechas(valores: np.ndarray) -> Textos:
    return textos(["" if v == "NaT" else v for v in np.datetime_as_string(valores).tolist()])
