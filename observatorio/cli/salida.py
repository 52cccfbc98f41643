"""What the commands print: tables, progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import TracebackType

from rich import box
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from observatorio.cli.opciones import FormatoTexto

ANCHO_SIN_TERMINAL = 200
"""Columns of what goes to a file or a pipe, where nobody's window is too narrow."""

_ANCHO = None if sys.stdout.isatty() else ANCHO_SIN_TERMINAL
# What is printed holds names and cells of strangers: no bracket or colon in them may be taken for an instruction.
consola = Console(soft_wrap=True, width=_ANCHO, markup=False, emoji=False, highlight=False)
errores = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)


def decir(linea: str) -> None:
    """One plain line for the user."""
    consola.print(linea)


def numero(valor: float | None, decimales: int = 0) -> str:
    """A number as Chileans write it, `s/d` when it is not known."""
    if valor is None:
        return "s/d"
    return f"{valor:,.{decimales}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def tabla(
    columnas: Sequence[str],
    filas: Iterable[Sequence[object]],
    titulo: str | None = None,
    enteras: Collection[str] = (),
) -> None:
    """Print a table; cells are shown as text, an empty one as a dash.

    Where the window is narrow, cells go on in the next line and lose nothing; those of `enteras` stay in one.
    """
    cuadro = Table(title=titulo, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for columna in columnas:
        cuadro.add_column(columna, overflow="fold", no_wrap=columna in enteras)
    for fila in filas:
        cuadro.add_row(*("—" if celda is None else str(celda) for celda in fila))
    consola.print(cuadro, soft_wrap=False)


def mostrar(
    registros: Sequence[Mapping[str, object]],
    encabezados: Mapping[str, str],
    formato: FormatoTexto,
    titulo: str | None = None,
    decimales: Callable[[Mapping[str, object]], int] = lambda _: 0,
) -> None:
    """Print rows as a table for people, or as CSV or JSON for programs, which get the numbers whole.

    `encabezados` names and orders the columns. In a table, numbers that are not whole take the `decimales` of
    their row.
    """
    if formato == "tabla":
        tabla(
            list(encabezados.values()),
            ([_celda(c, r[c], decimales(r)) for c in encabezados] for r in registros),
            titulo=titulo,
            enteras=list(encabezados.values()),
        )
        return
    import orjson

    from api.formatos import a_csv

    limpios = [{c: r[c] for c in encabezados} for r in registros]
    texto = a_csv(limpios, list(encabezados)) if formato == "csv" else orjson.dumps(limpios, option=orjson.OPT_INDENT_2)
    sys.stdout.buffer.write(texto if formato == "csv" else texto + b"\n")


_SIN_PUNTOS = ("anio", "desde")
"""Columns of years, which are written without a point for thousands."""


def _celda(columna: str, valor: object, decimales: int) -> object:
    if valor is None or columna in _SIN_PUNTOS or not isinstance(valor, int | float):
        return valor
    return numero(valor, 0 if isinstance(valor, int) else decimales)


class BarraDeCarga:
    """Progress of a load: a bar on a terminal, a line at the start and at the end elsewhere."""

    def __init__(self) -> None:
        self._barra = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[filas]} filas"),
            TimeRemainingColumn(),
            console=consola,
            transient=True,
        )
        self._tarea: TaskID | None = None
        self._nombre, self._filas = "", 0

    def __enter__(self) -> BarraDeCarga:
        if consola.is_terminal:
            self._barra.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if consola.is_terminal:
            self._barra.stop()

    def empezar(self, nombre: str, total_bytes: int) -> None:
        """A file begins, of so many bytes."""
        self._nombre, self._filas = nombre, 0
        if consola.is_terminal:
            self._tarea = self._barra.add_task(nombre, total=total_bytes, filas="0")
        else:
            decir(f"{nombre}: leyendo")

    def avanzar(self, bytes_leidos: int, filas: int) -> None:
        """So many bytes and rows of the file have been read."""
        self._filas = filas
        if self._tarea is not None:
            self._barra.update(self._tarea, completed=bytes_leidos, filas=numero(filas))

    def terminar(self) -> None:
        """The file ended, well or badly."""
        if self._tarea is not None:
            self._barra.remove_task(self._tarea)
            self._tarea = None
