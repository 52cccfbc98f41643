"""The report of a load, for a person (HTML) or a program (JSON): what entered, what did not, what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from jinja2 import Environment

from ingest.contract import Fuente
from ingest.lectores.encabezado import miles
from ingest.resultado import RECHAZOS_EN_MEMORIA, Resultado
from observatorio.errors import ErrorArchivo

_ENTORNO = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_ENTORNO.filters["miles"] = miles
_PLANTILLA = _ENTORNO.from_string((Path(__file__).parent / "informe.html").read_text(encoding="utf-8"))


def escribir_informe(destino: Path, fuente: Fuente, resultados: Sequence[Resultado]) -> None:
    """Write the report of a load; the name's ending, `.html` or `.json`, decides the form.

    Of a file with very many rejections it holds the first, and says so. Raises `ErrorArchivo` for any other ending,
    and `OSError` when the file cannot be written.
    """
    datos = [_datos(r) for r in resultados]
    forma = destino.suffix.lower()
    if forma == ".json":
        opciones = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
        destino.write_bytes(orjson.dumps({"fuente": fuente.id, "archivos": datos}, option=opciones) + b"\n")
    elif forma == ".html":
        destino.write_text(_PLANTILLA.render(fuente=fuente, resultados=datos), encoding="utf-8")
    else:
        raise ErrorArchivo(f"«{destino}» no termina en .html ni en .json.", "Elija una de las dos formas del informe.")


def _datos(resultado: Resultado) -> dict[str, Any]:
    datos = {k: v for k, v in vars(resultado).items() if not isinstance(v, pl.DataFrame)}
    return datos | {
        "anios": list(resultado.anios),
        "rechazos": resultado.rechazos.to_dicts(),
        "rechazos_completos": resultado.rechazos.height < RECHAZOS_EN_MEMORIA,
    }
