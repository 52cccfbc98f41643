"""Where every field of an establishment came from, those that follow from others too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from observatorio.catastro.reglas import DERIVADOS
from observatorio.db.queries.catastro import procedencia, valores


def origenes(conn: Connection, identificador: str) -> list[Mapping[str, Any]]:
    """Every field of an establishment that has a value, newest year first: `anio campo valor fuente carga archivo fila
    regla`.

    A field that follows from others is cited by the first of them that somebody stated, and its rule names it
    (`de acteco`); one that follows from nobody's word, as an undecided formality does, has no source.
    """
    dichos = {(f["anio"], f["campo"]): f for f in procedencia(conn, identificador)}
    filas = list(dichos.values())
    for anio, fila in valores(conn, identificador).items():
        for campo, bases in DERIVADOS.items():
            if fila.get(campo) is None or (anio, campo) in dichos:
                continue
            base = next((dichos[anio, b] for b in bases if (anio, b) in dichos), None)
            de_nadie = dict.fromkeys(("fuente", "carga", "archivo", "fila"))
            origen = de_nadie if base is None else {c: base[c] for c in de_nadie}
            regla = "de lo que no se sabe" if base is None else f"de {base['campo']}"
            filas.append({"anio": anio, "campo": campo, "valor": fila[campo], **origen, "regla": regla})
    return sorted(filas, key=lambda f: (-f["anio"], f["campo"]))
