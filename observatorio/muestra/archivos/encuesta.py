"""The academy's survey, as KoBo exports it with XML names: a weighted sample with formality, workers and GPS."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import filas as comunes
from observatorio.muestra.archivos import hojas
from observatorio.muestra.archivos.filas import Filas
from observatorio.muestra.azar import Logicos, Reales, Textos, elegir, textos
from observatorio.muestra.lugares import a_grados, a_metros
from observatorio.muestra.manos import Mano, Medidas, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

COLUMNAS = (
    "start",
    "end",
    "nombre_local",
    "rut",
    "direccion",
    "giro",
    "comuna",
    "funcionando",
    "inicio_sii",
    "patente",
    "resolucion_sanitaria",
    "trab_total",
    "trab_local",
    "trab_conmutante",
    "trab_conmutante_region",
    "trab_conmutante_fuera",
    "trab_extranjero",
    "trab_contrato",
    "turno",
    "ventas_tramo",
    "ubicacion",
    "_ubicacion_latitude",
    "_ubicacion_longitude",
    "_ubicacion_altitude",
    "_ubicacion_precision",
    "factor_expansion",
    "ola",
    "_id",
    "_uuid",
    "_submission_time",
    "_validation_status",
)


def escribir(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `academia/encuesta_<anio>.xlsx`: a fresh stratified sample each year, with doors found closed."""
    anio, rng, s = m.anios[k], m.rng("encuesta", k), m.par.suciedad
    tasa = _tasas(m, k)
    visitables = m.sitio.activo & m.aqui & (m.loc.tipo != "faena")[:, None]
    elegidos = visitables[:, k] & (rng.random(len(m.loc)) < tasa * m.par.cobertura["respuesta"])
    f = comunes.armar(m, rng, k, elegidos, visitables, s.cerrado_vigente + s.atrasada["encuesta"])
    cerrado = np.array(["cerrado_vigente" in x for x in f.falla], dtype=bool)
    f.falla[cerrado] = ""
    r = Renglones("encuesta", k, f.est, f.emp, f.lugar, f.falla)
    escrita, parada = mano.visita(rng, r, m.sitio.lugar[f.est, f.k])
    columnas = _quien(m, mano, rng, f, replace(r, lugar=escrita)) | _senales(m, rng, f, cerrado)
    columnas |= _gente(m, rng, f, cerrado) | _donde(m, mano, rng, replace(r, lugar=parada))
    columnas |= _origen(m, f, k, columnas["trab_conmutante"])
    factor = 1 / (tasa[f.est] * m.par.cobertura["respuesta"])
    columnas |= _metadatos(rng, anio, factor)
    columnas["funcionando"] = textos(
        list(np.where(cerrado, "cerrado", np.where(rng.random(len(f)) < 0.03, "no", "si")))
    )
    nombre = f"academia/encuesta_{anio}.xlsx"
    filas = hojas.escribir(destino / nombre, "Encuesta", [], {c: columnas[c] for c in COLUMNAS})
    bitacora.anotar(nombre, filas, f.est, f.emp, f.falla)


def _tasas(m: Mundo, k: int) -> Reales:
    c = m.par.cobertura
    por_estado = {"formal": c["encuesta_formal"], "en_proceso": c["encuesta_en_proceso"]}
    return np.array([por_estado.get(x, c["encuesta_informal"]) for x in m.formalidad[:, k]])


def _quien(m: Mundo, mano: Mano, rng: np.random.Generator, f: Filas, r: Renglones) -> dict[str, Textos]:
    s = m.par.suciedad
    letrero = np.where((rng.random(len(f)) < s.fantasia * 1.6) & (f.falla == ""), m.loc.fantasia[f.est], f.razon)
    suciedad.anotar(f.falla, np.flatnonzero(letrero != f.razon), "nombre_fantasia")
    nombre = mano.nombres(rng, r, textos(list(letrero)), s.nombre["encuesta"], s.corte_planilla)
    dice_rut = comunes.conocidos(m)[f.emp, r.k] & (rng.random(len(f)) >= s.sin_rut_encuesta)
    dv = textos(list(np.where(dice_rut, m.emp.dv[f.emp], "")))
    rut, dv = mano.ruts(rng, r, np.where(dice_rut, m.emp.rut[f.emp], 0), dv)
    dv = suciedad.sin_digito(rng, dv, f.falla, s.sin_dv["encuesta"])
    direccion = mano.direcciones(rng, r, s.direccion["encuesta"])
    return {
        "nombre_local": suciedad.minusculas(rng, nombre, 0.6),
        "rut": suciedad.unir_rut(rut, dv),
        "direccion": suciedad.minusculas(rng, direccion, 0.6),
        "giro": suciedad.minusculas(rng, mano.giros(rng, r, m.emp.giro[f.emp]), 0.6),
        "comuna": elegir(rng, ["Calama", "calama", "CALAMA"], len(f), np.array([0.8, 0.1, 0.1])),
    }


def _senales(m: Mundo, rng: np.random.Generator, f: Filas, cerrado: Logicos) -> dict[str, Textos]:
    reales = {"inicio_sii": m.sii, "patente": m.patente, "resolucion_sanitaria": m.sanitaria}
    return {nombre: _responder(m, rng, f, real[f.est, f.k], cerrado, nombre) for nombre, real in reales.items()}


def _responder(m: Mundo, rng: np.random.Generator, f: Filas, real: Logicos, cerrado: Logicos, nombre: str) -> Textos:
    """What people answer: mostly the truth, sometimes the contrary, sometimes that they do not know."""
    s, u = m.par.suciedad, rng.random(len(f))
    contraria = u < s.senal_contraria
    no_sabe = u > 1 - s.senal_no_sabe
    respuesta = np.where(real ^ contraria, "si", "no").astype(object)
    respuesta[no_sabe] = "no_sabe"
    respuesta[cerrado] = ""
    suciedad.anotar(f.falla, np.flatnonzero(contraria & ~cerrado), f"senal_contraria_{nombre}")
    suciedad.anotar(f.falla, np.flatnonzero(no_sabe & ~cerrado), f"senal_oculta_{nombre}")
    return respuesta


def _gente(m: Mundo, rng: np.random.Generator, f: Filas, cerrado: Logicos) -> dict[str, Textos]:
    e = m.empleo
    calla = rng.random(len(f)) < 0.08
    matrices = {
        "trab_total": e.total,
        "trab_local": e.local,
        "trab_conmutante": e.conmutante,
        "trab_extranjero": e.extranjeros,
        "trab_contrato": e.contrato,
    }
    salida = {}
    for nombre, matriz in matrices.items():
        # Who does not know where the workers live still knows how many they are.
        oculto = cerrado | (calla if nombre != "trab_total" else False)
        salida[nombre] = textos(["" if o else str(v) for o, v in zip(oculto, matriz[f.est, f.k], strict=True)])
    salida["turno"] = textos(list(np.where(cerrado, "", np.where(e.turno[f.est] == "", "5x2", e.turno[f.est]))))
    sin_ventas = cerrado | (rng.random(len(f)) < 0.35)
    tramo = m.dinero.tramo[f.emp, f.k]
    salida["ventas_tramo"] = textos(["" if o or t == 1 else str(t) for o, t in zip(sin_ventas, tramo, strict=True)])
    return salida


def _origen(m: Mundo, f: Filas, k: int, conmutante: Textos) -> dict[str, Textos]:
    """Where the commuters live: in the region or beyond; some who know how many they are do not know this."""
    sabe = m.rng("encuesta_origen", k).random(len(f)) >= m.par.suciedad.sin_region_encuesta
    sabe &= conmutante != ""
    fuera = m.empleo.interregional[f.est, f.k]
    partes = {
        "trab_conmutante_region": m.empleo.conmutante[f.est, f.k] - fuera,
        "trab_conmutante_fuera": fuera,
    }
    return {c: textos([str(v) if s else "" for v, s in zip(n, sabe, strict=True)]) for c, n in partes.items()}


def _donde(m: Mundo, mano: Mano, rng: np.random.Generator, r: Renglones) -> dict[str, Textos]:
    s, n = m.par.suciedad, len(r)
    # The phone was there: the point is that of the real door even when the address is an old one.
    lugares = m.lugares.tomar(r.lugar)
    xy = a_metros(lugares.lon, lugares.lat) + rng.normal(0, s.error_gps / 1.41, (n, 2))
    lon, lat = a_grados(xy)
    con = rng.random(n) >= s.sin_coordenada_encuesta
    x, y = mano.puntos(rng, r, Medidas(lon, lat, np.flatnonzero(con), s.coordenada["encuesta"]))
    altura, precision = rng.normal(2260, 12, n), rng.gamma(3, 2.2, n) + 2
    salida = {
        "ubicacion": [f"{b} {a} {h:.1f} {p:.1f}" for a, b, h, p in zip(x, y, altura, precision, strict=True)],
        "_ubicacion_latitude": list(y),
        "_ubicacion_longitude": list(x),
        "_ubicacion_altitude": [f"{h:.1f}" for h in altura],
        "_ubicacion_precision": [f"{p:.1f}" for p in precision],
    }
    return {c: textos(list(np.where(con, textos(v), ""))) for c, v in salida.items()}


def _metadatos(rng: np.random.Generator, anio: int, factor: Reales) -> dict[str, Textos]:
    n = len(factor)
    inicio = np.datetime64(f"{anio}-08-01T09:00:00") + np.sort(rng.integers(0, 90 * 86_400, n)).astype("timedelta64[s]")
    fin = inicio + rng.integers(300, 2400, n).astype("timedelta64[s]")
    bytes_uuid = rng.bytes(16 * n)
    return {
        "start": textos([f"{t}.000-04:00" for t in inicio]),
        "end": textos([f"{t}.000-04:00" for t in fin]),
        "factor_expansion": textos([f"{v:.3f}" for v in factor]),
        "ola": textos([f"{anio}-2"] * n),
        "_id": textos([str(anio * 100_000 + i) for i in range(n)]),
        "_uuid": textos([str(uuid.UUID(bytes=bytes_uuid[16 * i : 16 * i + 16], version=4)) for i in range(n)]),
        "_submission_time": textos([str(t) for t in fin + np.timedelta64(4, "h")]),
        "_validation_status": elegir(rng, ["", "validation_status_approved"], n, np.array([0.3, 0.7])),
    }
