"""Files of the regional government, the health authority, the tax agreement and the tractoras."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import filas as comunes
from observatorio.muestra.archivos import geografia, hojas, planos
from observatorio.muestra.azar import Enteros, Textos, elegir, textos
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
TRACTORAS = (
    "RUT COMPRADOR",
    "RUT PROVEEDOR",
    "RAZON SOCIAL PROVEEDOR",
    "AÑO",
    "CATEGORIA",
    "MONTO",
    "REGION",
    "COMUNA",
)
_PROGRAMAS = ("CAPITAL SEMILLA", "CRECE", "FONDO DE INNOVACION", "REACTIVATE", "FOMENTO ALTO LOA")


def gore(m: Mundo, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `gore/beneficiarios_<anio>.csv`: people and firms, by name and RUT, without an address."""
    anio, rng, s = m.anios[k], m.rng("gore", k), m.par.suciedad
    conocida = comunes.conocidos(m)[:, k] & m.vida.viva[:, k] & ~m.emp.tractora
    chica = np.isin(m.emp.tamano, ["micro", "pequena", "sin_dato"]) & conocida & ~m.emp.afuera
    emp = np.flatnonzero(chica & (rng.random(len(m.emp)) < m.par.cobertura["gore"]))
    falla = textos([""] * len(emp))
    razon = _con_nombres_viejos(m, rng, emp, falla, s.atrasada["gore"])
    razon = suciedad.nombres(rng, razon, falla, s.nombre["gore"], m.par.palabras, s.corte_planilla)
    dv = suciedad.sin_digito(rng, m.emp.dv[emp], falla, s.sin_dv["gore"])
    dia = rng.integers(1, 28, (len(emp), 2))
    valores = (
        np.full(len(emp), anio),
        elegir(rng, _PROGRAMAS, len(emp)),
        suciedad.unir_rut(m.emp.rut[emp], dv, puntos=True),
        suciedad.minusculas(rng, razon, 0.4),
        elegir(rng, ["CALAMA", "Calama", "calama "], len(emp), np.array([0.6, 0.3, 0.1])),
        m.emp.giro[emp],
        textos([f"{v:,}".replace(",", ".") for v in (rng.integers(8, 180, len(emp)) * 50_000).tolist()]),
        textos([f"{d:02d}/{1 + mes % 12:02d}/{anio}" for d, mes in dia.tolist()]),
    )
    nombre = f"gore/beneficiarios_{anio}.csv"
    columnas = dict(zip(GORE, valores, strict=True))
    filas = planos.escribir(destino / nombre, columnas, ";", "latin-1", "\r\n")
    bitacora.anotar(nombre, filas, np.full(len(emp), -1), emp, falla)


def _con_nombres_viejos(m: Mundo, rng: np.random.Generator, emp: Enteros, falla: Textos, tasa: float) -> Textos:
    """Legal names, a share of them as they were before."""
    anterior, razon = m.emp.razon_anterior[emp], textos(m.emp.razon[emp])
    p = tasa * len(emp) / max(int((anterior != "").sum()), 1)
    viejos = np.flatnonzero((anterior != "") & (rng.random(len(emp)) < p))
    razon[viejos] = anterior[viejos]
    suciedad.anotar(falla, viejos, "nombre_anterior")
    return razon


def resoluciones(m: Mundo, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `seremi_salud/resoluciones_<anio>.xlsx`: those in force and those that lapsed."""
    anio, rng, s = m.anios[k], m.rng("resoluciones", k), m.par.suciedad
    vigentes = m.sanitaria & m.aqui
    vistos = comunes.conoce(m, "resolucion_sanitaria", len(m.loc), m.par.cobertura["resolucion_sanitaria"])
    f = comunes.armar(m, rng, k, vigentes[:, k] & vistos, vigentes, s.atrasada["resolucion_sanitaria"])
    cerrado = np.array(["cerrado_vigente" in x for x in f.falla], dtype=bool)
    conocida = comunes.conocidos(m)[f.emp, k]
    dv = suciedad.sin_digito(rng, m.emp.dv[f.emp], f.falla, s.sin_dv["resolucion_sanitaria"])
    dias = m.vida.inicio[f.emp] + rng.integers(30, 300, len(f)).astype("timedelta64[D]")
    fechas = comunes.fechas(dias, anio, "d-m-a")
    direccion = m.lugares.tomar(f.lugar).direcciones()
    columnas = {
        "N° RESOLUCIÓN": textos([f"{2000 + e}/{d[6:]}" for e, d in zip(f.est, fechas, strict=True)]),
        "FECHA": fechas,
        "RUT": suciedad.unir_rut(np.where(conocida, m.emp.rut[f.emp], 0), dv),
        "RAZÓN SOCIAL": suciedad.nombres(
            rng, f.razon, f.falla, s.nombre["resolucion_sanitaria"], m.par.palabras, s.corte_planilla
        ),
        "DIRECCIÓN": suciedad.direcciones(rng, direccion, f.falla, s.direccion["resolucion_sanitaria"], m.par.palabras),
        "COMUNA": textos(["CALAMA"] * len(f)),
        "RUBRO": m.emp.giro[f.emp],
        "VIGENCIA": textos(list(np.where(cerrado & (rng.random(len(f)) < 0.4), "CADUCADA", "VIGENTE"))),
    }
    nombre = f"seremi_salud/resoluciones_{anio}.xlsx"
    titulos = ["SEREMI DE SALUD REGIÓN DE ANTOFAGASTA (DATOS SINTÉTICOS)", f"RESOLUCIONES SANITARIAS {anio}"]
    filas = hojas.escribir(destino / nombre, "Resoluciones", titulos, {c: columnas[c] for c in SANITARIA})
    bitacora.anotar(nombre, filas, f.est, f.emp, f.falla)


def impuestos(m: Mundo, destino: Path, k: int, bitacora: Bitacora) -> None:
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
    dv = suciedad.sin_digito(rng, m.emp.dv[quien], falla, m.par.suciedad.sin_dv["impuestos_convenio"])
    valores = (suciedad.unir_rut(m.emp.rut[quien], dv), np.full(len(quien), anio), tipo, monto)
    nombre = f"sii_convenio/impuestos_{anio}.csv"
    filas = planos.escribir(destino / nombre, dict(zip(IMPUESTOS, valores, strict=True)), ";")
    bitacora.anotar(nombre, filas, np.full(len(quien), -1), quien, falla)


def tractoras(m: Mundo, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `tractoras/proveedores_<anio>.csv`: lists of the tractoras, and of those who sell to them."""
    anio, rng, s = m.anios[k], m.rng("tractoras", k), m.par.suciedad
    red = m.redes[k]
    vistos = rng.random(len(red.comprador)) < m.par.cobertura["proveedores"]
    comprador, proveedor = red.comprador[vistos], red.proveedor[vistos]
    falla = textos([""] * len(proveedor))
    razon = _con_nombres_viejos(m, rng, proveedor, falla, s.atrasada["proveedores_tractora"])
    razon = suciedad.nombres(rng, razon, falla, s.nombre["proveedores_tractora"], m.par.palabras, s.corte_planilla)
    dv = suciedad.sin_digito(rng, m.emp.dv[proveedor], falla, s.sin_dv["proveedores_tractora"])
    cut = m.lugares.cut[m.sitio.lugar[m.principal[proveedor], k]]
    valores = (
        suciedad.unir_rut(m.emp.rut[comprador], m.emp.dv[comprador]),
        suciedad.unir_rut(m.emp.rut[proveedor], dv),
        razon,
        np.full(len(proveedor), anio),
        red.categoria[vistos],
        red.monto[vistos],
        geografia.regiones(cut),
        _comunas(rng, geografia.comunas(cut)),
    )
    nombre = f"tractoras/proveedores_{anio}.csv"
    columnas = dict(zip(TRACTORAS, valores, strict=True))
    filas = planos.escribir(destino / nombre, columnas, ";", "utf-8-sig")
    bitacora.anotar(nombre, filas, np.full(len(proveedor), -1), proveedor, falla)


def _comunas(rng: np.random.Generator, comunas: Textos) -> Textos:
    return suciedad.minusculas(rng, comunas, 0.3)
