"""The two lists that the law makes public, schools and health establishments: a JSON array of objects each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from observatorio.muestra import coordenadas
from observatorio.muestra.archivos import geografia
from observatorio.muestra.azar import Enteros, Logicos, Textos, textos
from observatorio.muestra.equipamiento import Lista
from observatorio.muestra.lugares import Lugares
from observatorio.muestra.manos import Mano, Medidas, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.ruts import digito_verificador
from observatorio.muestra.verdad import Bitacora

EDUCACION = (
    "rbd",
    "dv_rbd",
    "nombre_establecimiento",
    "codigo_region",
    "codigo_comuna",
    "dependencia_administrativa",
    "latitud",
    "longitud",
    "estado_funcionamiento",
)
SALUD = (
    "codigo_establecimiento",
    "nombre_establecimiento",
    "tipo_establecimiento",
    "dependencia_administrativa",
    "nivel_atencion",
    "codigo_region",
    "nombre_region",
    "codigo_comuna",
    "nombre_comuna",
    "tiene_servicio_urgencia",
    "tipo_urgencia",
    "latitud",
    "longitud",
    "estado_funcionamiento",
)
_CLASES_NUMERICAS = tuple(c for c in coordenadas.TODAS if c not in coordenadas.SOLO_TEXTO)
_DECIMALES = 6


@dataclass(frozen=True)
class _Filas:
    """The rows of a list in a year: positions in the list, premises, firm or body, door, open, class of each."""

    cual: Enteros
    est: Enteros
    emp: Enteros
    lugares: Lugares
    activo: Logicos
    clase: list[dict[str, str]]

    def de_clase(self, columna: str) -> Textos:
        """A column of `equipamiento.csv`, by row."""
        return textos([clase[columna] for clase in self.clase])


def educacion(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `educacion/establecimientos_educacionales_<anio>.json`."""
    lista = m.servicios.listas["educacion"]
    f = _filas(m, lista, k)
    rbd = lista.codigo[f.cual]
    cerrada = np.where(rbd % 3 == 0, "Autorizado sin matrícula", "Receso")
    columnas: dict[str, Textos] = {
        "rbd": textos([str(v) for v in rbd]),
        "dv_rbd": digito_verificador(rbd),
        "nombre_establecimiento": lista.nombre[f.cual],
        "codigo_region": textos([c[:2] for c in f.lugares.cut]),
        "codigo_comuna": f.lugares.cut,
        "dependencia_administrativa": f.de_clase("dependencia"),
        "estado_funcionamiento": textos(list(np.where(f.activo, "Vigente", cerrada))),
    }
    columnas |= _ubicar(m, mano, "educacion", f, k, falla := textos([""] * len(f.cual)))
    nombre = f"educacion/establecimientos_educacionales_{m.anios[k]}.json"
    _guardar(destino / nombre, {c: columnas[c] for c in EDUCACION})
    bitacora.anotar(nombre, np.arange(1, len(f.cual) + 1), f.est, f.emp, falla)


def salud(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `salud/establecimientos_salud_<anio>.json`."""
    lista = m.servicios.listas["salud"]
    f = _filas(m, lista, k)
    columnas: dict[str, Textos] = {
        "codigo_establecimiento": textos([str(v) for v in lista.codigo[f.cual]]),
        "nombre_establecimiento": lista.nombre[f.cual],
        "tipo_establecimiento": f.de_clase("tipo"),
        "dependencia_administrativa": f.de_clase("dependencia"),
        "nivel_atencion": f.de_clase("nivel_atencion"),
        "codigo_region": textos([c[:2] for c in f.lugares.cut]),
        "nombre_region": textos(["Antofagasta"] * len(f.cual)),
        "codigo_comuna": f.lugares.cut,
        "nombre_comuna": textos([c.title().replace(" De ", " de ") for c in geografia.comunas(f.lugares.cut)]),
        "tiene_servicio_urgencia": f.de_clase("urgencia"),
        "tipo_urgencia": f.de_clase("tipo_urgencia"),
        "estado_funcionamiento": textos(list(np.where(f.activo, "Vigente en Operación Habitual", "Cerrado"))),
    }
    columnas |= _ubicar(m, mano, "salud", f, k, falla := textos([""] * len(f.cual)))
    nombre = f"salud/establecimientos_salud_{m.anios[k]}.json"
    _guardar(destino / nombre, {c: columnas[c] for c in SALUD})
    bitacora.anotar(nombre, np.arange(1, len(f.cual) + 1), f.est, f.emp, falla)


def _filas(m: Mundo, lista: Lista, k: int) -> _Filas:
    cual = np.flatnonzero(lista.visto[:, k])
    est, publicos = lista.est[cual], m.servicios.publicos
    # A list holds the premises of the firms first, then those of public bodies.
    privados, propios = est[est < len(m.loc)], est[est >= len(m.loc)] - len(m.loc)
    return _Filas(
        cual=cual,
        est=est,
        emp=np.concatenate([m.loc.empresa[privados], len(m.emp) + publicos.organismo[propios]]),
        lugares=Lugares.unir([m.lugares.tomar(m.sitio.lugar[privados, k]), publicos.lugares.tomar(propios)]),
        activo=lista.activo[cual, k],
        clase=[m.servicios.clases[c] for c in lista.clase[cual]],
    )


def _ubicar(m: Mundo, mano: Mano, nombre: str, f: _Filas, k: int, falla: Textos) -> dict[str, Textos]:
    """Latitude and longitude as numbers: some units have none in any year, some rows a fault that numbers can hold."""
    s = m.par.suciedad
    # By unit of the whole list, so that who has no point has none in any year.
    con = m.rng(nombre, "puntos").random(int(f.cual.max()) + 1)[f.cual] >= s.sin_coordenada_equipamiento
    lon, lat = np.round(f.lugares.lon, _DECIMALES), np.round(f.lugares.lat, _DECIMALES)
    r = Renglones("equipamiento", k, f.est, f.emp, _puertas(m, f.est, k), falla)
    medidas = Medidas(lon, lat, np.flatnonzero(con), s.coordenada["equipamiento"], _CLASES_NUMERICAS)
    x, y = mano.puntos(m.rng(nombre, k), r, medidas)
    return {
        "latitud": _numeros(y, con),
        "longitud": _numeros(x, con),
    }


def _puertas(m: Mundo, est: Enteros, k: int) -> Enteros:
    """The doors of the firms' premises; those of public bodies have none among the city's."""
    propios = est < len(m.loc)
    return np.where(propios, m.sitio.lugar[np.where(propios, est, 0), k], -1)


def _numeros(valores: Textos, con: Logicos) -> Textos:
    """Numbers as the text has them, whole or not; none where there is no point."""
    numeros = np.array([float(v) if "." in v else int(v) for v in valores], dtype=object)
    numeros[~con] = None
    return numeros


def _guardar(ruta: Path, columnas: dict[str, Textos]) -> None:
    """As the ministries' files come: one key a line without indent, accents as they are, no line end at the end."""
    ruta.parent.mkdir(parents=True, exist_ok=True)
    filas = [dict(zip(columnas, valores, strict=True)) for valores in zip(*columnas.values(), strict=True)]
    ruta.write_text(json.dumps(filas, ensure_ascii=False, indent=0), "utf-8")
