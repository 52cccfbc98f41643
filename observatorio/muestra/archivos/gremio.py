"""A trade body's list of members: free text, several members in a cell, the RUT of another firm now and then."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from observatorio.muestra import suciedad
from observatorio.muestra.archivos import filas as comunes
from observatorio.muestra.archivos import hojas
from observatorio.muestra.archivos.filas import Filas
from observatorio.muestra.azar import Enteros, Logicos, Textos, elegir, textos
from observatorio.muestra.manos import Mano, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

COLUMNAS = ("N°", "Socio / Razón Social", "RUT", "Rubro", "Dirección", "Fono", "E-mail", "Observaciones")
_OBSERVACIONES = ("", "", "", "", "al día", "debe cuotas", "socio fundador", "cambió de teléfono")


def escribir(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `gremio/socios_<anio>.xlsx`."""
    anio, rng, s = m.anios[k], m.rng("gremio", k), m.par.suciedad
    informal = m.formalidad[:, k] == "informal"
    azar = m.rng("conoce", "gremio").random(len(m.loc))
    socio = azar < np.where(informal, m.par.cobertura["gremio_informal"], m.par.cobertura["gremio_formal"])
    en_lista = m.sitio.activo & m.aqui & (m.loc.tipo != "faena")[:, None]
    f = comunes.armar(m, rng, k, en_lista[:, k] & socio, en_lista & socio[:, None], s.atrasada["gremio"])
    r = Renglones("gremio", k, f.est, f.emp, f.lugar, f.falla)
    rut = _ruts(m, mano, rng, r)
    socios = _nombres(m, mano, rng, f, r)
    direccion = mano.direcciones(rng, r, s.direccion["gremio"])
    correo = textos([f"contacto@{e:06d}.sintetico.example" if e % 2 else "" for e in f.emp])
    columnas = {
        "Socio / Razón Social": socios,
        "RUT": rut,
        "Rubro": suciedad.minusculas(rng, mano.giros(rng, r, m.emp.giro[f.emp]), 0.6),
        "Dirección": suciedad.minusculas(rng, direccion, 0.5),
        "Fono": mano.telefonos(rng, r, m.emp.telefono[f.emp]),
        "E-mail": correo,
        "Observaciones": elegir(rng, _OBSERVACIONES, len(f)),
    }
    _guardar(m, destino, anio, columnas, rng, bitacora, f)


def _nombres(m: Mundo, mano: Mano, rng: np.random.Generator, f: Filas, r: Renglones) -> Textos:
    s = m.par.suciedad
    conocido_por = np.where((rng.random(len(f)) < s.fantasia) & (f.falla == ""), m.loc.fantasia[f.est], f.razon)
    suciedad.anotar(f.falla, np.flatnonzero(conocido_por != f.razon), "nombre_fantasia")
    salida = mano.nombres(rng, r, textos(list(conocido_por)), s.nombre["gremio"], s.corte_planilla)
    return suciedad.minusculas(rng, salida, 0.5)


def _ruts(m: Mundo, mano: Mano, rng: np.random.Generator, r: Renglones) -> Textos:
    """Members' RUTs: hidden when no office gave one, often left out, some of another firm, some all ones."""
    s = m.par.suciedad
    conocidos = comunes.conocidos(m)[:, r.k]
    rut, dv = m.emp.rut[r.emp].copy(), textos(m.emp.dv[r.emp])
    ajeno = np.flatnonzero(rng.random(len(r)) < s.rut_ajeno)
    otros = rng.choice(np.flatnonzero(conocidos), size=len(ajeno))
    rut[ajeno], dv[ajeno] = m.emp.rut[otros], m.emp.dv[otros]
    sin_rut = ~conocidos[r.emp] | (rng.random(len(r)) < s.sin_rut_gremio)
    rut[sin_rut] = 0
    dv[sin_rut] = ""
    suciedad.anotar(r.falla, ajeno[~sin_rut[ajeno]], "rut_ajeno")
    rut, dv = mano.ruts(rng, r, rut, dv)
    dv = suciedad.sin_digito(rng, dv, r.falla, s.sin_dv["gremio"])
    con_puntos, sin_puntos = suciedad.unir_rut(rut, dv, puntos=True), suciedad.unir_rut(rut, dv)
    salida = textos(list(np.where(rng.random(len(r)) < 0.5, con_puntos, sin_puntos)))
    comodin = np.flatnonzero(sin_rut & (rng.random(len(r)) < s.rut_comodin * 5))
    salida[comodin] = elegir(rng, s.comodines, len(comodin))
    suciedad.anotar(r.falla, comodin, "rut_comodin")
    return salida


def _guardar(
    m: Mundo,
    destino: Path,
    anio: int,
    columnas: dict[str, Textos],
    rng: np.random.Generator,
    bitacora: Bitacora,
    f: Filas,
) -> None:
    """Join some members of one building in a cell, under its address without a unit; `parte` counts from 0."""
    orden, segunda = _juntar(m, rng, f)
    columnas = {c: v[orden] for c, v in columnas.items()}
    est, emp, falla = f.est[orden], f.emp[orden], f.falla[orden]
    primera = np.flatnonzero(~segunda)
    linea = np.cumsum(~segunda) - 1
    for i in np.flatnonzero(segunda):
        # A line break before an empty first RUT would be lost as an outer blank when the sheet is read.
        separador = "\n" if i % 2 and columnas["RUT"][i - 1] else " / "
        for nombre in ("Socio / Razón Social", "RUT"):
            columnas[nombre][i - 1] = f"{columnas[nombre][i - 1]}{separador}{columnas[nombre][i]}"
    juntos = np.flatnonzero(segunda)
    columnas["Dirección"][juntos - 1] = [d.partition(",")[0] for d in columnas["Dirección"][juntos - 1]]
    suciedad.anotar(falla, juntos, "socios_juntos")
    suciedad.anotar(falla, juntos - 1, "socios_juntos")
    tabla = {"N°": textos([str(i + 1) for i in range(len(primera))])}
    tabla |= {c: v[primera] for c, v in columnas.items()}
    titulos = [f"CÁMARA DE COMERCIO SINTÉTICA DE CALAMA - NÓMINA DE SOCIOS {anio}", ""]
    nombre_archivo = f"gremio/socios_{anio}.xlsx"
    filas = hojas.escribir(destino / nombre_archivo, "Socios", titulos, {c: tabla[c] for c in COLUMNAS})
    bitacora.anotar(nombre_archivo, filas[linea], est, emp, falla, segunda.astype(np.int64))


def _juntar(m: Mundo, rng: np.random.Generator, f: Filas) -> tuple[Enteros, Logicos]:
    """An order of the rows in which some stand right after another of the same building, and which ones do."""
    lugares = m.lugares.tomar(f.lugar)
    edificio = textos([f"{c} {n}" for c, n in zip(lugares.calle, lugares.numero, strict=True)])
    edificio[np.isin(lugares.numero, ["S/N"])] = ""
    por_edificio = np.argsort(edificio.astype(str), kind="stable")
    iguales = edificio[por_edificio[1:]] == edificio[por_edificio[:-1]]
    candidatos = np.flatnonzero(iguales & (edificio[por_edificio[1:]] != ""))
    # Every other candidate, so that never three share a cell.
    candidatos = candidatos[np.r_[True, np.diff(candidatos) > 1]] if len(candidatos) else candidatos
    cuantos = round(len(f) * m.par.suciedad.socios_juntos)
    elegidos = rng.permutation(candidatos)[:cuantos]
    puesto = np.arange(len(f), dtype=float)
    puesto[por_edificio[elegidos + 1]] = puesto[por_edificio[elegidos]] + 0.5
    segunda = np.zeros(len(f), dtype=bool)
    segunda[por_edificio[elegidos + 1]] = True
    orden = np.argsort(puesto, kind="stable").astype(np.int64)
    return orden, segunda[orden]
