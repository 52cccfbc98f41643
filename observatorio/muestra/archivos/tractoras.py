"""Files of the industrias tractoras: who sells to them, and their own works."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import filas as comunes
from observatorio.muestra.archivos import geografia, planos
from observatorio.muestra.azar import Reales, Textos, textos
from observatorio.muestra.manos import Mano, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

PROVEEDORES = (
    "RUT COMPRADOR",
    "RUT PROVEEDOR",
    "RAZON SOCIAL PROVEEDOR",
    "AÑO",
    "CATEGORIA",
    "MONTO",
    "REGION",
    "COMUNA",
)
FAENAS = (
    "RUT",
    "RAZON SOCIAL",
    "FAENA",
    "COMUNA",
    "LATITUD",
    "LONGITUD",
    "TRABAJADORES PROPIOS",
    "CONTRATISTAS",
)


def proveedores(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `tractoras/proveedores_<anio>.csv`: lists of the tractoras, and of those who sell to them."""
    anio, rng, s = m.anios[k], m.rng("tractoras", k), m.par.suciedad
    red = m.redes[k]
    vistos = rng.random(len(red.comprador)) < m.par.cobertura["proveedores"]
    comprador, proveedor = red.comprador[vistos], red.proveedor[vistos]
    falla, nadie = textos([""] * len(proveedor)), np.full(len(proveedor), -1)
    r = Renglones("proveedores_tractora", k, nadie, proveedor, nadie, falla)
    razon = comunes.con_nombres_viejos(m, rng, proveedor, falla, s.atrasada["proveedores_tractora"])
    razon = mano.nombres(rng, r, razon, s.nombre["proveedores_tractora"], s.corte_planilla)
    rut, dv = mano.ruts(rng, r, m.emp.rut[proveedor], m.emp.dv[proveedor])
    dv = suciedad.sin_digito(rng, dv, falla, s.sin_dv["proveedores_tractora"])
    cut = m.lugares.cut[m.sitio.lugar[m.principal[proveedor], k]]
    valores = (
        suciedad.unir_rut(m.emp.rut[comprador], m.emp.dv[comprador]),
        suciedad.unir_rut(rut, dv),
        razon,
        np.full(len(proveedor), anio),
        red.categoria[vistos],
        red.monto[vistos],
        geografia.regiones(cut),
        suciedad.minusculas(rng, geografia.comunas(cut), 0.3),
    )
    nombre = f"tractoras/proveedores_{anio}.csv"
    columnas = dict(zip(PROVEEDORES, valores, strict=True))
    filas = planos.escribir(destino / nombre, columnas, ";", "utf-8-sig")
    bitacora.anotar(nombre, filas, nadie, proveedor, falla)


def faenas(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `tractoras/faenas_<anio>.csv`: the works of each tractora, with its own workers and its contractors'."""
    anio, rng, s = m.anios[k], m.rng("faenas", k), m.par.suciedad
    est = np.flatnonzero((m.loc.faena >= 0) & m.sitio.activo[:, k])
    emp, lugar = m.loc.empresa[est], m.sitio.lugar[est, k]
    r = Renglones("faenas_tractora", k, est, emp, lugar, textos([""] * len(est)))
    propios, puertas = m.empleo.total[est, k], m.lugares.tomar(lugar)
    contratistas = propios * m.par.proveedores.contratistas * rng.lognormal(0, 0.15, len(est))
    valores = (
        suciedad.unir_rut(m.emp.rut[emp], m.emp.dv[emp]),
        mano.nombres(rng, r, m.emp.razon[emp], s.nombre["faenas_tractora"], s.corte_planilla),
        m.loc.fantasia[est],
        geografia.comunas(puertas.cut),
        _con_coma(puertas.lat),
        _con_coma(puertas.lon),
        propios,
        np.round(contratistas).astype(np.int64),
    )
    nombre = f"tractoras/faenas_{anio}.csv"
    filas = planos.escribir(destino / nombre, dict(zip(FAENAS, valores, strict=True)), ";", "utf-8-sig")
    bitacora.anotar(nombre, filas, est, emp, r.falla)


def _con_coma(grados: Reales) -> Textos:
    return textos([f"{v:.5f}".replace(".", ",") for v in grados])
