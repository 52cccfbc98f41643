"""Workbooks as offices make them: titles above the header, stray blank rows, subtotals at the foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from observatorio.muestra.azar import Enteros, Textos

_CREADA = datetime(2025, 1, 2)


def escribir(
    ruta: Path,
    hoja: str,
    titulos: Sequence[str],
    columnas: Mapping[str, Textos],
    blancas: Enteros | None = None,
    pie: Sequence[Sequence[str]] = (),
) -> Enteros:
    """Write one sheet and give back the row of each data line as Excel shows it, from 1.

    `titulos`: lines above the header, merged over its width; an empty one stays blank. `blancas`: positions of data
    lines that have a blank row before them. `pie`: lines after a blank row at the foot. Cells are texts.
    """
    ruta.parent.mkdir(parents=True, exist_ok=True)
    encabezado = list(columnas)
    largo = len(next(iter(columnas.values())))
    filas = _numerar(len(titulos) + 1, largo, blancas)
    # A fixed date and no path in the file: the same seed gives the same workbook.
    with xlsxwriter.Workbook(ruta, {"constant_memory": True}) as libro:
        libro.set_properties({"created": _CREADA, "comments": "DATOS SINTETICOS"})
        pagina = libro.add_worksheet(hoja)
        negrita = libro.add_format({"bold": True, "align": "center"})
        for i, titulo in enumerate(titulos):
            if titulo and len(encabezado) > 1:
                pagina.merge_range(i, 0, i, len(encabezado) - 1, titulo, negrita)
        for c, nombre in enumerate(encabezado):
            pagina.write_string(len(titulos), c, nombre, negrita)
        escribe = pagina.write_string
        for fila, valores in zip(filas.tolist(), zip(*columnas.values(), strict=True), strict=True):
            for c, valor in enumerate(valores):
                if valor:
                    escribe(fila, c, valor)
        ultima = int(filas[-1]) if largo else len(titulos)
        for j, linea in enumerate(pie):
            for c, valor in enumerate(linea):
                if valor:
                    escribe(ultima + 2 + j, c, valor)
    return filas + 1


def _numerar(primera: int, largo: int, blancas: Enteros | None) -> Enteros:
    filas = primera + np.arange(largo, dtype=np.int64)
    if blancas is not None and largo:
        salto = np.zeros(largo, dtype=np.int64)
        salto[blancas] = 1
        filas += np.cumsum(salto)
    return filas
