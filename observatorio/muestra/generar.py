"""Write the whole synthetic city: every actor's files, the territory and the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from observatorio.errors import ErrorObservatorio
from observatorio.muestra import mundo, verdad
from observatorio.muestra.archivos import (
    bienes,
    encuesta,
    equipamiento,
    gobierno,
    gremio,
    patentes,
    sii,
    sii_historia,
    territorio,
    tractoras,
)
from observatorio.muestra.ciega.mano import ManoCiega
from observatorio.muestra.lugares import CUT
from observatorio.muestra.manos import Mano, ManoBase

ANIOS = (2020, 2021, 2022, 2023, 2024)
AVISO = """\
DATOS SINTÉTICOS
Esta carpeta habla de una ciudad inventada. Ninguna persona, empresa, dirección ni cifra es real: los nombres se armaron
al azar y los RUT salen de bloques sin uso conocido. Los tamaños siguen las proporciones de las tablas regionales del
SII; todo lo demás son supuestos declarados en data/muestra/parametros.toml y docs/ciudad_sintetica.md.
Semilla: {semilla}. Negocios pedidos: {tamano}. Años: {anios}.
La carpeta «verdad» es para comprobar resultados: nunca se ingesta.
"""

PERFILES: Mapping[str, Callable[[mundo.Mundo], Mano]] = {"base": ManoBase, "ciega": ManoCiega}
"""Whose hands may write the files."""

Progreso = Callable[[str, int, int], None]
_POR_ANIO = (
    ("nómina del SII", sii.escribir),
    ("patentes", patentes.escribir),
    ("gremio", gremio.escribir),
    ("beneficiarios", gobierno.gore),
    ("predios fiscales", bienes.escribir),
    ("resoluciones sanitarias", gobierno.resoluciones),
    ("impuestos", gobierno.impuestos),
    ("proveedores", tractoras.proveedores),
    ("faenas de las tractoras", tractoras.faenas),
    ("encuesta", encuesta.escribir),
    ("escuelas", equipamiento.educacion),
    ("establecimientos de salud", equipamiento.salud),
)


@dataclass(frozen=True)
class Resumen:
    """What was written: `archivos` (relative path -> data rows), true premises in Calama by year, and the folder."""

    destino: Path
    semilla: int
    archivos: dict[str, int]
    activos: dict[int, int]
    empresas: int


def generar(
    destino: Path,
    semilla: int = 20231201,
    tamano: int = 12_000,
    anios: tuple[int, ...] = ANIOS,
    progreso: Progreso | None = None,
    perfil: str = "base",
) -> Resumen:
    """Write the city beneath `destino` (layouts: docs/formatos.md). The same arguments give the same bytes.

    `tamano`: open premises wanted in Calama in a year, about; `anios`: consecutive, ascending; `progreso` is called
    with what has just been written, how many steps are done and how many there are; `perfil`: whose hands write
    the files (`PERFILES`), about the same world. Raises `ErrorObservatorio` for fewer than 50 businesses, no years
    or an unknown profile.
    """
    if perfil not in PERFILES:
        raise ErrorObservatorio(f"No existe el perfil de suciedad «{perfil}»: use {' o '.join(PERFILES)}.")
    if tamano < 50 or not anios or list(anios) != list(range(anios[0], anios[0] + len(anios))):
        raise ErrorObservatorio("La ciudad sintética necesita al menos 50 negocios y años seguidos.")
    m = mundo.crear(semilla, tamano, tuple(anios), perfil)
    mano = PERFILES[perfil](m)
    bitacora = verdad.Bitacora()
    destino.mkdir(parents=True, exist_ok=True)
    aviso = AVISO.format(semilla=semilla, tamano=tamano, anios=", ".join(map(str, anios)))
    # The first profile goes without saying.
    aviso += "" if perfil == "base" else f"Perfil de suciedad: {perfil}.\n"
    (destino / "DATOS_SINTETICOS.txt").write_text(aviso, "utf-8")
    pasos = _pasos(m, mano, destino, bitacora)
    for hecho, (nombre, paso) in enumerate(pasos, start=1):
        paso()
        if progreso:
            progreso(nombre, hecho, len(pasos))
    return _resumir(m, destino, bitacora)


def _pasos(
    m: mundo.Mundo, mano: Mano, destino: Path, bitacora: verdad.Bitacora
) -> list[tuple[str, Callable[[], None]]]:
    """What there is to write, by name, in order; the truth comes last, when every row has been logged."""
    pasos: list[tuple[str, Callable[[], None]]] = [
        ("territorio", partial(territorio.escribir, destino)),
        ("direcciones del SII", partial(sii_historia.direcciones, m, mano, destino, bitacora)),
        ("actividades del SII", partial(sii_historia.actecos, m, destino, bitacora)),
    ]
    for k, anio in enumerate(m.anios):
        pasos += [
            (f"{nombre} {anio}", partial(escribir, m, mano, destino, k, bitacora)) for nombre, escribir in _POR_ANIO
        ]
    return [*pasos, ("verdad", partial(_verdad, m, destino / "verdad", bitacora))]


def _verdad(m: mundo.Mundo, carpeta: Path, bitacora: verdad.Bitacora) -> None:
    carpeta.mkdir(parents=True, exist_ok=True)
    verdad.establecimientos(m).write_csv(carpeta / "establecimientos.csv")
    verdad.vinculos(m).write_csv(carpeta / "vinculos.csv")
    bitacora.escribir(carpeta / "registros.csv")


def _resumir(m: mundo.Mundo, destino: Path, bitacora: verdad.Bitacora) -> Resumen:
    cuentas = bitacora.marco().group_by("archivo", maintain_order=True).len()
    publicos = m.servicios.publicos
    activos = (m.sitio.activo & m.aqui).sum(axis=0) + publicos.activo[publicos.lugares.cut == CUT].sum(axis=0)
    return Resumen(
        destino=destino,
        semilla=m.semilla,
        archivos=dict(cuentas.iter_rows()),
        activos={anio: int(n) for anio, n in zip(m.anios, activos, strict=True)},
        empresas=len(m.emp),
    )
