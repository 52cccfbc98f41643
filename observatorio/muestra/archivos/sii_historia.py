"""The SII's addresses and activities of legal persons, with their history."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import geografia, planos
from observatorio.muestra.archivos.filas import conoce
from observatorio.muestra.archivos.filas import fechas as fechas_en_texto
from observatorio.muestra.azar import Enteros, Logicos, Textos, textos
from observatorio.muestra.lugares import Lugares
from observatorio.muestra.manos import Mano, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

DIRECCIONES = (
    "RUT",
    "DV",
    "VIGENCIA",
    "FECHA",
    "TIPO_DIRECCION",
    "CALLE",
    "NUMERO",
    "BLOQUE",
    "DEPARTAMENTO",
    "VILLA_POBLACION",
    "CIUDAD",
    "COMUNA",
    "REGION",
)
ACTECOS = (
    "RUT",
    "DV",
    "CODIGO ACTIVIDAD",
    "DESC. ACTIVIDAD ECONOMICA",
    "FECHA",
    "AFECTA A IVA",
    "CATEGORIA TRIBUTARIA",
)


def direcciones(m: Mundo, mano: Mano, destino: Path, bitacora: Bitacora) -> None:
    """Write `sii/PUB_NOM_DOMICILIO.txt` and `sii/PUB_NOM_SUCURSAL.txt`."""
    vistas = m.emp.juridica & m.registrada.any(axis=1)
    vistas &= conoce(m, "sii_direcciones", len(m.emp), m.par.cobertura["sii_direcciones"])
    emp = np.flatnonzero(vistas)
    ultimo = _ultimo(m.registrada[emp])
    principal = m.principal[emp]
    propio = m.sitio.domicilio[emp] < 0
    lugar = np.where(propio, m.sitio.lugar[principal, ultimo], m.sitio.domicilio[emp])
    previo = np.where(m.sitio.previo[principal] >= 0, m.sitio.previo[principal], m.sitio.lugar[principal, 0])
    previo = np.where(previo == lugar, -1, previo)
    _escribir(m, mano, destino, bitacora, "DOMICILIO", emp, np.where(propio, principal, -1), lugar, previo)
    en_otra = ~np.isin(np.arange(len(m.loc)), principal[propio])
    est = np.flatnonzero(vistas[m.loc.empresa] & en_otra & m.sitio.activo.any(axis=1))
    est = est[m.rng("sucursales").random(len(est)) < 0.75]
    ultimo = _ultimo(m.sitio.activo[est])
    lugar = m.sitio.lugar[est, ultimo]
    previo = np.where(m.sitio.previo[est] == lugar, -1, m.sitio.previo[est])
    _escribir(m, mano, destino, bitacora, "SUCURSAL", m.loc.empresa[est], est, lugar, previo)


def _ultimo(vivos: Logicos) -> Enteros:
    """The last year (index) in which each row holds."""
    t = vivos.shape[1]
    return (t - 1 - np.argmax(vivos[:, ::-1], axis=1)).astype(np.int64)


def _escribir(
    m: Mundo,
    mano: Mano,
    destino: Path,
    bitacora: Bitacora,
    tipo: str,
    emp: Enteros,
    est: Enteros,
    lugar: Enteros,
    previo: Enteros,
) -> None:
    """Current rows, then the history; some rows keep the old address as if it were current."""
    rng = m.rng("sii_direcciones", tipo)
    s = m.par.suciedad
    falla = textos([""] * len(emp))
    p = s.atrasada["sii_direcciones"] * len(emp) / max(int((previo >= 0).sum()), 1)
    atrasadas = np.flatnonzero((previo >= 0) & (rng.random(len(emp)) < p))
    actual = lugar.copy()
    actual[atrasadas] = previo[atrasadas]
    suciedad.anotar(falla, atrasadas, "direccion_anterior")
    con_historia = np.flatnonzero((previo >= 0) & (actual == lugar))
    filas = np.concatenate([np.arange(len(emp)), con_historia])
    vigente = np.arange(len(filas)) < len(emp)
    puerta = np.concatenate([actual, previo[con_historia]])
    falla = np.concatenate([falla, textos([""] * len(con_historia))])
    orden = np.lexsort((vigente, filas))
    emp_, est_ = emp[filas][orden], est[filas][orden]
    fechas = np.where(vigente, m.vida.inicio[emp[filas]] + np.timedelta64(400, "D"), m.vida.inicio[emp[filas]])
    falla, puerta = falla[orden], puerta[orden]
    puertas = m.lugares.tomar(puerta)
    dv = suciedad.sin_digito(rng, m.emp.dv[emp_], falla, s.sin_dv["sii_direcciones"])
    partes = _partes(m, mano, rng, puertas, Renglones("sii_direcciones", len(m.anios) - 1, est_, emp_, puerta, falla))
    columnas = {
        "RUT": m.emp.rut[emp_],
        "DV": dv,
        "VIGENCIA": np.where(vigente[orden], "S", "N"),
        "FECHA": fechas_en_texto(fechas[orden], m.anios[-1], "a-m-d"),
        "TIPO_DIRECCION": textos([tipo] * len(emp_)),
        **partes,
        "CIUDAD": geografia.comunas(puertas.cut),
        "COMUNA": geografia.comunas(puertas.cut),
        "REGION": geografia.regiones(puertas.cut),
    }
    nombre = f"sii/PUB_NOM_{tipo}.txt"
    numeros = planos.escribir(destino / nombre, {c: columnas[c] for c in DIRECCIONES}, "\t")
    bitacora.anotar(nombre, numeros, est_, emp_, falla)


def _partes(m: Mundo, mano: Mano, rng: np.random.Generator, puertas: Lugares, r: Renglones) -> dict[str, Textos]:
    s = m.par.suciedad
    industrial = puertas.zona == "industrial"
    calle = textos(
        [f"{c} SITIO {n}" if i else c for c, n, i in zip(puertas.calle, puertas.numero, industrial, strict=True)]
    )
    numero = textos(list(np.where(industrial, "", puertas.numero)))
    calle, numero = mano.vias(rng, r, calle, numero, s.direccion["sii_direcciones"])
    basura = np.flatnonzero(rng.random(len(calle)) < s.calle_basura)
    calle[basura] = textos(suciedad.CALLES_BASURA)[rng.integers(len(suciedad.CALLES_BASURA), size=len(basura))]
    suciedad.anotar(r.falla, basura, "calle_basura")
    con_villa = industrial | (puertas.zona == "aldea")
    return {
        "CALLE": calle,
        "NUMERO": numero,
        "BLOQUE": textos([""] * len(calle)),
        "DEPARTAMENTO": textos(list(np.where(con_villa, "", puertas.resto))),
        "VILLA_POBLACION": textos(list(np.where(con_villa, puertas.resto, puertas.villa))),
    }


def actecos(m: Mundo, destino: Path, bitacora: Bitacora) -> None:
    """Write `sii/PUB_NOM_ACTECOS.txt`: the principal activity of each firm first, then secondary ones."""
    rng = m.rng("sii_actecos")
    vistas = m.emp.juridica & m.registrada.any(axis=1)
    vistas &= conoce(m, "sii_actecos", len(m.emp), m.par.cobertura["sii_actecos"])
    base = np.flatnonzero(vistas)
    veces = 1 + rng.choice(4, size=len(base), p=[0.55, 0.25, 0.13, 0.07])
    emp = np.repeat(base, veces)
    primera = np.r_[True, emp[1:] != emp[:-1]]
    otro = rng.choice(len(m.sec), size=len(emp), p=m.sec.peso / m.sec.peso.sum())
    sector = np.where(primera, m.emp.sector[emp], otro)
    falla = textos([""] * len(emp))
    dv = suciedad.sin_digito(rng, m.emp.dv[emp], falla, m.par.suciedad.sin_dv["sii_actecos"])
    dias = np.where(primera, 0, rng.integers(100, 2000, len(emp))).astype("timedelta64[D]")
    valores = (
        m.emp.rut[emp],
        dv,
        m.sec.acteco[sector],
        m.sec.nombre[sector],
        fechas_en_texto(m.vida.inicio[emp] + dias, m.anios[-1], "d-m-a"),
        m.sec.afecto_iva[sector],
        m.sec.categoria_tributaria[sector],
    )
    nombre = "sii/PUB_NOM_ACTECOS.txt"
    filas = planos.escribir(destino / nombre, dict(zip(ACTECOS, valores, strict=True)), "\t")
    bitacora.anotar(nombre, filas, np.full(len(emp), -1), emp, falla)
