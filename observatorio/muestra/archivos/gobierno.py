"""Files of the regional government, the health authority and the tax agreement."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import filas as comunes
from observatorio.muestra.archivos import hojas, planos
from observatorio.muestra.azar import elegir, textos
from observatorio.muestra.manos import Mano, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

GORE = (
    "AÑO",
    "PROGRAMA",
    "RUT BENEFICIARIO",
    "NOMBRE BENEFICIARIO",
    "COMUNA",
    "ACTIVIDAD",
    "MONTO ($)",
    "FECHA RESOLUCIÓN",
)
SANITARIA = ("N° RESOLUCIÓN", "FECHA", "RUT", "RAZÓN SOCIAL", "DIRECCIÓN", "COMUNA", "RUBRO", "VIGENCIA")
IMPUESTOS = ("RUT", "AÑO", "IMPUESTO", "MONTO")
_PROGRAMAS = ("CAPITAL SEMILLA", "CRECE", "FONDO DE INNOVACION", "REACTIVATE", "FOMENTO ALTO LOA")


def gore(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `gore/beneficiarios_<anio>.csv`: people and firms, by name and RUT, without an address."""
    anio, rng, s = m.anios[k], m.rng("gore", k), m.par.suciedad
    conocida = comunes.conocidos(m)[:, k] & m.vida.viva[:, k] & ~m.emp.tractora
    chica = np.isin(m.emp.tamano, ["micro", "pequena", "sin_dato"]) & conocida & ~m.emp.afuera
    emp = np.flatnonzero(chica & (rng.random(len(m.emp)) < m.par.cobertura["gore"]))
    # In a tiny city chance may choose nobody, and an office sends no empty list.
    emp = emp if len(emp) else np.flatnonzero(chica)[:1]
    falla = textos([""] * len(emp))
    nadie = np.full(len(emp), -1)
    r = Renglones("gore", k, nadie, emp, nadie, falla)
    razon = comunes.con_nombres_viejos(m, rng, emp, falla, s.atrasada["gore"])
    razon = mano.nombres(rng, r, razon, s.nombre["gore"], s.corte_planilla)
    rut, dv = mano.ruts(rng, r, m.emp.rut[emp], m.emp.dv[emp])
    dv = suciedad.sin_digito(rng, dv, falla, s.sin_dv["gore"])
    dia = rng.integers(1, 28, (len(emp), 2))
    valores = (
        np.full(len(emp), anio),
        elegir(rng, _PROGRAMAS, len(emp)),
        suciedad.unir_rut(rut, dv, puntos=True),
        suciedad.minusculas(rng, razon, 0.4),
        elegir(rng, ["CALAMA", "Calama", "calama "], len(emp), np.array([0.6, 0.3, 0.1])),
        m.emp.giro[emp],
        textos([f"{v:,}".replace(",", ".") for v in (rng.integers(8, 180, len(emp)) * 50_000).tolist()]),
        textos([f"{d:02d}/{1 + mes % 12:02d}/{anio}" for d, mes in dia.tolist()]),
    )
    nombre = f"gore/beneficiarios_{anio}.csv"
    columnas = dict(zip(GORE, valores, strict=True))
    filas = planos.escribir(destino / nombre, columnas, ";", "latin-1", "\r\n")
    bitacora.anotar(nombre, filas, nadie, emp, falla)


def resoluciones(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `seremi_salud/resoluciones_<anio>.xlsx`: those in force and those that lapsed."""
    anio, rng, s = m.anios[k], m.rng("resoluciones", k), m.par.suciedad
    vigentes = m.sanitaria & m.aqui
    vistos = comunes.conoce(m, "resolucion_sanitaria", len(m.loc), m.par.cobertura["resolucion_sanitaria"])
    f = comunes.armar(m, rng, k, vigentes[:, k] & vistos, vigentes, s.atrasada["resolucion_sanitaria"])
    cerrado = np.array(["cerrado_vigente" in x for x in f.falla], dtype=bool)
    conocida = comunes.conocidos(m)[f.emp, k]
    r = Renglones("resolucion_sanitaria", k, f.est, f.emp, f.lugar, f.falla)
    rut, dv = mano.ruts(rng, r, np.where(conocida, m.emp.rut[f.emp], 0), m.emp.dv[f.emp])
    dv = suciedad.sin_digito(rng, dv, f.falla, s.sin_dv["resolucion_sanitaria"])
    dias = m.vida.inicio[f.emp] + rng.integers(30, 300, len(f)).astype("timedelta64[D]")
    fechas = comunes.fechas(dias, anio, "d-m-a")
    columnas = {
        "N° RESOLUCIÓN": textos([f"{2000 + e}/{d[6:]}" for e, d in zip(f.est, fechas, strict=True)]),
        "FECHA": fechas,
        "RUT": suciedad.unir_rut(rut, dv),
        "RAZÓN SOCIAL": mano.nombres(rng, r, f.razon, s.nombre["resolucion_sanitaria"], s.corte_planilla),
        "DIRECCIÓN": mano.direcciones(rng, r, s.direccion["resolucion_sanitaria"]),
        "COMUNA": textos(["CALAMA"] * len(f)),
        "RUBRO": mano.giros(rng, r, m.emp.giro[f.emp]),
        "VIGENCIA": textos(list(np.where(cerrado & (rng.random(len(f)) < 0.4), "CADUCADA", "VIGENTE"))),
    }
    nombre = f"seremi_salud/resoluciones_{anio}.xlsx"
    titulos = ["SEREMI DE SALUD REGIÓN DE ANTOFAGASTA (DATOS SINTÉTICOS)", f"RESOLUCIONES SANITARIAS {anio}"]
    filas = hojas.escribir(destino / nombre, "Resoluciones", titulos, {c: columnas[c] for c in SANITARIA})
    bitacora.anotar(nombre, filas, f.est, f.emp, f.falla)


def impuestos(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `sii_convenio/impuestos_<anio>.csv`: one line per firm and tax."""
    anio, rng = m.anios[k], m.rng("impuestos", k)
    vistas = m.registrada[:, k] & (m.dinero.tramo[:, k] > 1)
    vistas &= comunes.conoce(m, "impuestos", len(m.emp), m.par.cobertura["impuestos"])
    emp = np.flatnonzero(vistas)
    afectas = emp[m.sec.afecto_iva[m.emp.sector[emp]] != "NO"]
    quien = np.concatenate([afectas, emp])
    monto = np.concatenate([m.dinero.iva[afectas, k], m.dinero.renta[emp, k]])
    tipo = textos(["IVA"] * len(afectas) + ["RENTA"] * len(emp))
    orden = np.lexsort((tipo.astype(str), quien))
    quien, monto, tipo = quien[orden], monto[orden], tipo[orden]
    falla = textos([""] * len(quien))
    nadie = np.full(len(quien), -1)
    r = Renglones("impuestos_convenio", k, nadie, quien, nadie, falla)
    rut, dv = mano.ruts(rng, r, m.emp.rut[quien], m.emp.dv[quien])
    dv = suciedad.sin_digito(rng, dv, falla, m.par.suciedad.sin_dv["impuestos_convenio"])
    valores = (suciedad.unir_rut(rut, dv), np.full(len(quien), anio), tipo, monto)
    nombre = f"sii_convenio/impuestos_{anio}.csv"
    filas = planos.escribir(destino / nombre, dict(zip(IMPUESTOS, valores, strict=True)), ";")
    bitacora.anotar(nombre, filas, nadie, quien, falla)
