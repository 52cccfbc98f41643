"""Figures made from another's figures: gathers what each group holds, and lets a pure function compute."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from observatorio.db.queries import indicadores as consultas
from observatorio.indicadores.agregado import a_ciegas, agregar
from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.derivado import Cifras, Derivado, Divisor, Grupo
from observatorio.indicadores.dimensiones import DIMENSIONES, Pregunta
from observatorio.indicadores.region import leer_region
from observatorio.vocabulario import EstadoValor

Clave = tuple[str, ...]
"""The values of the dimensions of a group, in the order of the question."""

_FALTA_REGION = (
    "Falta la región por sección en {anios} (medida «{medida}»): cargue la tabla del SII por región y rubro económico "
    "(PUB_REG_RUBR) con «observatorio ingest sii_estadisticas ARCHIVO»."
)
_DE_DONDE = {
    Divisor.POBLACION: "Hay zonas sin población conocida: cárguela con «observatorio zonas load ARCHIVO --nivel NIVEL "
    "--codigo COLUMNA --poblacion COLUMNA».",
    Divisor.AREA_KM2: "Hay zonas sin polígono y por eso sin superficie: cárguelo con «observatorio zonas load ARCHIVO "
    "--nivel NIVEL --codigo COLUMNA».",
}


@dataclass(frozen=True)
class _Base:
    """The base's rows of one group and year: category -> row, and all its active establishments."""

    filas: Mapping[str, Fila]
    universo: int

    @property
    def valores(self) -> dict[str, float | None]:
        return {categoria: fila.valor for categoria, fila in self.filas.items()}


def derivar(
    conn: Connection, derivado: Derivado, pregunta: Pregunta, cut: str, anios: Sequence[int], hay: Sequence[int]
) -> tuple[list[Fila], dict[int, str]]:
    """The rows of a derived indicator, and year -> what a reader must know of it (what is missing and how to load it).

    `hay` are the years that were consolidated. A figure that lacks a part is `sin_dato`, in a row of its own.
    """
    previos = {a - 1 for a in anios} & set(hay) if derivado.con_antes else set()
    bases = _bases(conn, derivado, pregunta, cut, sorted({*anios, *previos}))
    region = (
        leer_region(conn, cut, derivado.region, sorted({*anios, *(a - 1 for a in anios)})) if derivado.region else {}
    )
    divisores = consultas.divisores(conn, cut, pregunta.nivel, derivado.divisor.value) if derivado.divisor else {}
    claves = _claves(bases, pregunta, derivado)
    filas: list[Fila] = []
    for anio in anios:
        for clave in sorted(claves[anio] | (claves.get(anio - 1, set()) if derivado.con_antes else set())):
            medida = divisores.get(_zona(derivado, pregunta, clave))
            base = bases[anio].get(clave, _Base({}, 0))
            antes = bases[anio - 1].get(clave, _Base({}, 0)).valores if anio - 1 in previos else None
            grupo = Grupo(
                ahora=base.valores,
                antes=antes,
                region=region.get(anio),
                region_antes=region.get(anio - 1),
                territorio=medida.valor if medida else None,
            )
            filas += _filas(derivado, pregunta, anio, clave, base, derivado.calculo(grupo))
    zonas = {_zona(derivado, pregunta, c) for a in anios for c in claves[a]} - set(DIMENSIONES["zona"].vacios)
    usados = [divisores.get(z, consultas.Medida(None, None, False)) for z in sorted(zonas)]
    return filas, _avisos(derivado, anios, region, usados, set(hay))


def _zona(derivado: Derivado, pregunta: Pregunta, clave: Clave) -> str:
    """The zone of a group; the empty text is the whole comuna."""
    propias = [d for d in pregunta.por if d != derivado.sobre]
    return clave[propias.index("zona")] if "zona" in propias else ""


def _bases(
    conn: Connection, derivado: Derivado, pregunta: Pregunta, cut: str, anios: Sequence[int]
) -> dict[int, dict[Clave, _Base]]:
    """Year -> group -> the base's figures over the categories that have a name."""
    propias = [d for d in pregunta.por if d != derivado.sobre]
    pedidas = {*propias, derivado.sobre}
    abierta = replace(
        pregunta,
        por=tuple(d for d in DIMENSIONES if d in pedidas),
        filtros={d: v for d, v in pregunta.filtros.items() if d != derivado.sobre},
    )
    ciegos = a_ciegas(conn, derivado.base, cut, anios)
    (filas,) = agregar(conn, derivado.base, [abierta], cut, anios, ciegos)
    juntas: dict[int, dict[Clave, list[Fila]]] = {a: {} for a in anios}
    for fila in filas:
        juntas[fila.anio].setdefault(tuple(fila.dimensiones[d] for d in propias), []).append(fila)
    sin_nombre = DIMENSIONES[derivado.sobre].vacios if derivado.sobre else {}
    return {
        anio: {
            clave: _Base(
                {c: f for f in suyas if (c := f.dimensiones.get(derivado.sobre, "")) not in sin_nombre},
                sum(f.universo or 0 for f in suyas),
            )
            for clave, suyas in grupos.items()
        }
        for anio, grupos in juntas.items()
    }


def _claves(
    bases: Mapping[int, Mapping[Clave, _Base]], pregunta: Pregunta, derivado: Derivado
) -> dict[int, set[Clave]]:
    """Year -> its groups; where no dimension but the distribution's was asked for there always is one."""
    siempre: set[Clave] = set() if set(pregunta.por) - {derivado.sobre} else {()}
    return {anio: siempre | set(grupos) for anio, grupos in bases.items()}


def _filas(
    derivado: Derivado, pregunta: Pregunta, anio: int, clave: Clave, base: _Base, cifras: Cifras
) -> Iterator[Fila]:
    """The rows of a group: one a category where the category was asked for, one a component where there are some."""
    propias = dict(zip((d for d in pregunta.por if d != derivado.sobre), clave, strict=True))
    abierta = derivado.sobre in pregunta.por
    categorias = sorted({*base.filas, *(c for c, _ in cifras)}) if abierta else [""]
    elegida = pregunta.filtros.get(derivado.sobre)
    # A figure of a category stands beside the whole of its group: what is known of that is its coverage.
    conocidos, activos = _detras(base, "")
    for categoria in categorias:
        if abierta and elegida not in (None, categoria):
            continue
        n, universo = _detras(base, categoria or elegida or "")
        for componente in derivado.componentes or ("",):
            valor = _valor(cifras, categoria or elegida or "", componente)
            valores = {**propias, derivado.sobre: categoria}
            dimensiones = {d: valores[d] for d in pregunta.por}
            yield Fila(
                anio=anio,
                dimensiones=dimensiones | ({"componente": componente} if componente else {}),
                valor=valor,
                n=n,
                cobertura=conocidos / activos if activos else None,
                estado=EstadoValor.SIN_DATO if valor is None else EstadoValor.EXACTO,
                universo=universo,
            )


def _valor(cifras: Cifras, categoria: str, componente: str) -> float | None:
    """The figure of a category, or that of the group: its own, or else what its categories add up to."""
    if categoria or ("", componente) in cifras:
        return cifras.get((categoria, componente))
    partes = [v for (_, c), v in cifras.items() if c == componente and v is not None]
    return math.fsum(partes) if partes else None


def _detras(base: _Base, categoria: str) -> tuple[int, int]:
    """How many establishments the figure knows, of how many: those of the category, or of the whole group."""
    if categoria:
        fila = base.filas.get(categoria)
        return (fila.n or 0, fila.universo or 0) if fila else (0, 0)
    return sum(f.n or 0 for f in base.filas.values()), base.universo


def _avisos(
    derivado: Derivado,
    anios: Sequence[int],
    region: Mapping[int, object],
    usados: Sequence[consultas.Medida],
    hay: set[int],
) -> dict[int, str]:
    """Year -> what is missing and how to load it, and how old what a figure is divided by is."""
    avisos: dict[int, str] = {}
    for anio in anios:
        pedidos = (anio - 1, anio) if derivado.con_antes else (anio,)
        partes: list[str] = []
        if derivado.con_antes and anio - 1 not in hay:
            partes.append(f"Falta el catastro de {anio - 1}: cargue sus archivos y ejecute «observatorio consolidate».")
        if derivado.region and (faltan := [str(a) for a in pedidos if a not in region]):
            partes.append(_FALTA_REGION.format(anios=" y ".join(faltan), medida=derivado.region))
        if derivado.divisor:
            partes += _de_divisores(derivado.divisor, usados)
        if partes:
            avisos[anio] = f"{derivado.nombre}, {anio}: {' '.join(partes)}"
    return avisos


def _de_divisores(divisor: Divisor, usados: Sequence[consultas.Medida]) -> list[str]:
    partes = [_DE_DONDE[divisor]] if any(m.valor is None for m in usados) else []
    if vistos := sorted({m.anio for m in usados if m.valor is not None and m.anio is not None}):
        partes.append(f"Población de {' y '.join(map(str, vistos))}.")
    if any(m.estimada for m in usados):
        partes.append("La de algunas zonas se estimó por su superficie.")
    return partes
