"""A child process that reads one workbook, given as its argument, and answers requests on its pipes.

The parser of workbooks is compiled code that lays out whole sheets in memory: a file of five kilobytes can ask for
half a terabyte, and then it does not raise an error, it ends its process. Here it ends this one, which has a limit.

Each request is one line of JSON, each answer too: first the sheets, `{"nombre", "visible"}`; `{"hoja": i}` -> how many
rows it has; `{"filas": n}` -> up to n rows of text, an empty list at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
import python_calamine as calamine

from ingest.lectores.celdas import texto_celda
from ingest.lectores.proceso import CON_CLAVE, DANADA, limitar

MEMORIA = 1_100 << 20
"""Bytes of memory: with what the loading process needs, under the 1.5 GB that a load is allowed."""
SEGUNDOS = 600
"""Seconds of processor: a full sheet takes a tenth of them."""


def main(ruta: str) -> None:
    """Serve one workbook until the requests end."""
    limitar(MEMORIA, SEGUNDOS)
    try:
        _servir(calamine.CalamineWorkbook.from_path(ruta))
    except calamine.PasswordError:
        sys.exit(CON_CLAVE)
    except BrokenPipeError:
        # Whoever asked is gone.
        sys.exit(0)
    except (calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError):
        sys.exit(DANADA)


def _servir(libro: calamine.CalamineWorkbook) -> None:
    _responder(
        [
            {"nombre": hoja.name, "visible": hoja.visible is calamine.SheetVisibleEnum.Visible}
            for hoja in libro.sheets_metadata
        ]
    )
    filas: Iterator[list[Any]] = iter(())
    for linea in sys.stdin.buffer:
        pedido = orjson.loads(linea)
        if "hoja" in pedido:
            hoja = _hoja(libro, pedido["hoja"])
            # Rows come from the first one of the sheet, blank ones too.
            filas = iter(hoja.iter_rows()) if hoja else iter(())
            _responder(hoja.total_height if hoja else 0)
        else:
            _responder([[texto_celda(valor) for valor in fila] for fila in islice(filas, pedido["filas"])])


def _hoja(libro: calamine.CalamineWorkbook, indice: int) -> calamine.CalamineSheet | None:
    """A sheet with cells; None for a chart or a macro."""
    if libro.sheets_metadata[indice].typ is not calamine.SheetTypeEnum.WorkSheet:
        return None
    return libro.get_sheet_by_index(indice)


def _responder(valor: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(valor) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
