"""Typed values as the text that a Chilean would write. Standard library only: the child processes import it too."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

MAX_EXPONENTE = 40
"""Numbers further from 1 than ten to this power keep their scientific form: written out they would fill pages."""


def texto_celda(valor: object) -> str | None:
    """The text of one value; None where there is nothing but blanks.

    Dates become `yyyy-mm-dd`, moments `yyyy-mm-ddThh:mm:ss`, whole numbers lose their point, decimals get a comma,
    booleans become `si`/`no`, lists and objects JSON. A moment at midnight is a date: spreadsheets know no other.
    """
    match valor:
        case str():
            return valor.strip() or None
        case None:
            return None
        case bool():
            return "si" if valor else "no"
        case int():
            return str(valor)
        case float():
            return numero(valor)
        case Decimal():
            return _decimal(valor)
        case dt.datetime():
            return _momento(valor)
        case dt.date() | dt.time():
            return valor.isoformat()
        case dt.timedelta():
            return _duracion(valor)
        case list() | dict():
            return json.dumps(valor, ensure_ascii=False, default=_json)
        case _:
            return str(valor).strip() or None


def numero(valor: float) -> str | None:
    """A float with the fifteen digits that spreadsheets show, whole ones without a point; None if it is not finite."""
    if valor.is_integer() and abs(valor) < 1e15:
        return str(int(valor))
    if valor != valor or valor in (float("inf"), float("-inf")):
        return None
    return _decimal(Decimal(f"{valor:.15g}"))


def _decimal(valor: Decimal) -> str | None:
    """A decimal number with a comma, without trailing zeros after it."""
    if not valor.is_finite():
        return None
    if abs(valor.adjusted()) > MAX_EXPONENTE or len(valor.as_tuple().digits) > MAX_EXPONENTE:
        return str(valor).replace(".", ",")
    texto = format(valor, "f")
    if "." in texto:
        texto = texto.rstrip("0").rstrip(".")
    return texto.replace(".", ",")


def _momento(valor: dt.datetime) -> str:
    """ISO text, only the date at midnight without a time zone."""
    if valor.tzinfo is None and valor.time() == dt.time():
        return valor.date().isoformat()
    return valor.isoformat(timespec="seconds")


def _duracion(valor: dt.timedelta) -> str:
    """Hours, minutes and seconds, the hours beyond a day included."""
    segundos = round(valor.total_seconds())
    signo, segundos = ("-", -segundos) if segundos < 0 else ("", segundos)
    return f"{signo}{segundos // 3600:02}:{segundos // 60 % 60:02}:{segundos % 60:02}"


def _json(valor: object) -> float | str:
    """What `json` does not know by itself: the exact numbers of the JSON reader."""
    return float(valor) if isinstance(valor, Decimal) else str(valor)
