"""The report of a load, for a person (HTML) or a program (JSON): what entered, what did not, what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from jinja2 import Environment

from ingest.contract import Fuente
from ingest.pipeline import Resultado
from observatorio.errors import ErrorArchivo

_PLANTILLA = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    (Path(__file__).parent / "informe.html").read_text(encoding="utf-8")
)


def escribir_informe(destino: Path, fuente: Fuente, resultados: Sequence[Resultado]) -> None:
    """Write the report of a load; the name's ending, `.html` or `.json`, decides the form.

    Raises `ErrorArchivo` for any other ending.
    """
    datos = [_datos(r) for r in resultados]
    if destino.suffix == ".json":
        destino.write_bytes(orjson.dumps({"fuente": fuente.id, "archivos": datos}, option=orjson.OPT_INDENT_2) + b"\n")
    elif destino.suffix == ".html":
        destino.write_text(_PLANTILLA.render(fuente=fuente, resultados=datos), encoding="utf-8")
    else:
        raise ErrorArchivo(f"«{destino}» no termina en .html ni en .json.", "Elija una de las dos formas del informe.")


def _datos(resultado: Resultado) -> dict[str, Any]:
    datos = {k: v for k, v in vars(resultado).items() if not isinstance(v, pl.DataFrame)}
    return datos | {"anios": list(resultado.anios), "rechazos": resultado.rechazos.to_dicts()}
