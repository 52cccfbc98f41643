"""The municipal roll of patentes: a workbook with titles, subtotals and money as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import filas as comunes
from observatorio.muestra.archivos import hojas
from observatorio.muestra.azar import Enteros, Textos, elegir, textos
from observatorio.muestra.historia import SIN_SANITARIA
from observatorio.muestra.manos import Mano, Medidas, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

COLUMNAS = (
    "ROL PATENTE",
    "TIPO PATENTE",
    "R.U.T.",
    "NOMBRE O RAZÓN SOCIAL",
    "GIRO",
    "DIRECCIÓN COMERCIAL",
    "ROL AVALÚO",
    "CAPITAL PROPIO",
    "MONTO PATENTE",
    "SEMESTRE",
    "FECHA INICIO",
    "ESTADO",
    "Nº TRABAJADORES",
    "COORD. X",
    "COORD. Y",
)
_SERIE = {"COMERCIAL": 2, "INDUSTRIAL": 1, "PROFESIONAL": 3, "ALCOHOLES": 4, "MEF": 5, "PERMISO": 6}


def escribir(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `municipalidad/patentes_<anio>.xlsx`."""
    anio, rng, s = m.anios[k], m.rng("patentes", k), m.par.suciedad
    en_rol = m.patente & m.aqui & ((m.loc.tipo != "faena") | m.emp.tractora[m.loc.empresa])[:, None]
    vistos = en_rol[:, k] & comunes.conoce(m, "patentes", len(m.loc), m.par.cobertura["patentes"])
    f = comunes.armar(m, rng, k, vistos, en_rol, s.atrasada["patentes"])
    de_alcoholes = m.sec.tipo_patente[m.emp.sector[f.emp]] == "ALCOHOLES"
    dobles = np.flatnonzero(~de_alcoholes & (rng.random(len(f)) < s.dos_patentes))
    quien = np.concatenate([np.arange(len(f)), dobles])
    doble = np.arange(len(quien)) >= len(f)
    est, emp, kk = f.est[quien], f.emp[quien], f.k[quien]
    falla, razon = textos(f.falla[quien]), textos(f.razon[quien])
    tipo = textos(list(np.where(doble, "ALCOHOLES", m.sec.tipo_patente[m.emp.sector[emp]])))
    r = Renglones("patentes", k, est, emp, f.lugar[quien], falla)
    rut, dv = mano.ruts(rng, r, m.emp.rut[emp], m.emp.dv[emp])
    dv = suciedad.sin_digito(rng, dv, falla, s.sin_dv["patentes"])
    comodin = np.flatnonzero(rng.random(len(emp)) < s.rut_comodin)
    texto_rut = suciedad.unir_rut(rut, dv, puntos=True)
    texto_rut[comodin] = elegir(rng, s.comodines, len(comodin))
    suciedad.anotar(falla, comodin, "rut_comodin")
    x, y = _coordenadas(m, mano, rng, r)
    en_monto = np.where(doble, 0.5, 1.0) * m.dinero.patente[est, kk]
    columnas = {
        "ROL PATENTE": textos([f"{_SERIE[t]}-{e + 100:06d}" for t, e in zip(tipo, est, strict=True)]),
        "TIPO PATENTE": tipo,
        "R.U.T.": texto_rut,
        "NOMBRE O RAZÓN SOCIAL": mano.nombres(rng, r, razon, s.nombre["patentes"], s.corte_planilla),
        "GIRO": mano.giros(rng, r, m.emp.giro[emp]),
        "DIRECCIÓN COMERCIAL": mano.direcciones(rng, r, s.direccion["patentes"]),
        "ROL AVALÚO": textos(
            [f"{a:05d}-{b:03d}" for a, b in zip(1 + f.lugar[quien] // 60, 1 + f.lugar[quien] % 60, strict=True)]
        ),
        "CAPITAL PROPIO": suciedad.pesos(m.dinero.capital[emp, kk]),
        "MONTO PATENTE": suciedad.pesos(np.round(en_monto).astype(np.int64)),
        "SEMESTRE": textos([f"1° y 2° {anio}"] * len(emp)),
        "FECHA INICIO": comunes.fechas(m.vida.inicio[emp] + np.timedelta64(45, "D"), anio, "d/m/a"),
        "ESTADO": _estados(m, rng, f.falla[quien], emp, kk),
        "Nº TRABAJADORES": textos([str(v) for v in m.empleo.total[est, kk]]),
        "COORD. X": x,
        "COORD. Y": y,
    }
    _guardar(destino, anio, {c: columnas[c] for c in COLUMNAS}, rng, bitacora, est, emp, falla)


def _coordenadas(m: Mundo, mano: Mano, rng: np.random.Generator, r: Renglones) -> tuple[Textos, Textos]:
    s, puertas = m.par.suciedad, m.lugares.tomar(r.lugar)
    con = rng.random(len(r)) >= s.sin_coordenada_patentes
    x, y = mano.puntos(rng, r, Medidas(puertas.lon, puertas.lat, np.flatnonzero(con), s.coordenada["patentes"]))
    return textos(list(np.where(con, x, ""))), textos(list(np.where(con, y, "")))


def _estados(m: Mundo, rng: np.random.Generator, falla: Textos, emp: Enteros, k: Enteros) -> Textos:
    """Definitive, provisional until the sanitary resolution, in arrears; a closed one is often struck off."""
    azar = rng.random(len(emp))
    estado = elegir(rng, ["DEFINITIVA", "MOROSA"], len(emp), np.array([0.94, 0.06]))
    provisoria = (m.vida.estado[emp, k] == SIN_SANITARIA) | (azar < 0.02)
    estado[provisoria] = "PROVISORIA"
    cerrado = np.array(["cerrado_vigente" in f for f in falla], dtype=bool)
    estado[cerrado & (azar < 0.35)] = "ELIMINADA"
    return estado


def _guardar(
    destino: Path,
    anio: int,
    columnas: dict[str, Textos],
    rng: np.random.Generator,
    bitacora: Bitacora,
    est: Enteros,
    emp: Enteros,
    falla: Textos,
) -> None:
    orden = np.argsort(columnas["ROL PATENTE"].astype(str), kind="stable")
    columnas = {c: v[orden] for c, v in columnas.items()}
    n = len(orden)
    blancas = np.sort(rng.choice(np.arange(1, max(n, 2)), size=min(max(n // 800, 1), max(n - 1, 1)), replace=False))
    # Few subtotals in a small sheet, so that they stay within what a source tolerates.
    tipos = sorted(set(columnas["TIPO PATENTE"]))[: max(n // 250, 1)]
    pie = [[f"SUBTOTAL {t}", "", "", "", "", "", "", "", _total(columnas, t)] for t in tipos]
    titulos = [
        "ILUSTRE MUNICIPALIDAD DE CALAMA (DATOS SINTÉTICOS)",
        "DEPARTAMENTO DE RENTAS Y PATENTES",
        f"ROL DE PATENTES COMERCIALES AÑO {anio}",
        "",
    ]
    nombre = f"municipalidad/patentes_{anio}.xlsx"
    filas = hojas.escribir(destino / nombre, f"Rol {anio}", titulos, columnas, blancas[blancas < n], pie)
    bitacora.anotar(nombre, filas, est[orden], emp[orden], falla[orden])


def _total(columnas: dict[str, Textos], tipo: str) -> str:
    suyas = columnas["MONTO PATENTE"][columnas["TIPO PATENTE"] == tipo]
    suma = sum(int(v.replace("$ ", "").replace(".", "")) for v in suyas)
    return "$ " + f"{suma:,}".replace(",", ".")
