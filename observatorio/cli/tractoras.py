"""The command on the suppliers of the tractoras; what does the work is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from observatorio.cli.opciones import opcion_anio
from observatorio.cli.salida import numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

if TYPE_CHECKING:
    from observatorio.catastro.proveedores import Conteo

app = typer.Typer()

Criterio = Literal["N1", "N2", "N3", "N4"]
_NIVEL_MAXIMO = 1_000

_CUENTAS = {"directos": "Directos", "indirectos": "Indirectos", "distintos": "Empresas distintas"}
SENTIDOS = {
    "N1": "N1, casa matriz en la comuna",
    "N2": "N2, local con patente en la comuna",
    "N3": "N3, presente en la provincia",
    "N4": "N4, presente en la región",
    None: "todos, locales o no",
}
"""What each criterion of being local means, as a person reads it."""


@app.command("tractoras")
def ver_tractoras(
    anio: Annotated[int | None, opcion_anio("Año; sin él, el último con catastro.")] = None,
    criterio: Annotated[
        Criterio | None, typer.Option(help="Qué es ser local; sin él, los cuatro.", case_sensitive=False)
    ] = None,
    nivel_max: Annotated[
        int | None,
        typer.Option(help="Hasta qué nivel: 1 es directo; sin él, todos.", min=1, max=_NIVEL_MAXIMO),
    ] = None,
    fecha: Annotated[
        datetime | None,
        typer.Option(help="Un día, como 2024-06-30; sin él, el 31 de diciembre del año.", formats=["%Y-%m-%d"]),
    ] = None,
) -> None:
    """Proveedores locales de cada tractora, directos e indirectos, y cuántas empresas distintas son en total.

    Cuentan los vínculos que rigen ese día: los que la lista fecha, de su inicio a su término, ambos incluidos; los que
    no traen fechas, todo el año de su lista. Quién es local se sabe por año, y no por día.

    Ejemplo: observatorio tractoras --anio 2024 --criterio N2
    """
    from observatorio.catastro.proveedores import contar
    from observatorio.db.queries.indicadores import versiones

    elegidos: tuple[Criterio | None, ...] = (criterio,) if criterio is not None else (*get_args(Criterio), None)
    with motor() as engine, engine.connect() as conn:
        consolidados = versiones(conn, ajustes().cut)
        if not consolidados:
            raise ErrorConsulta("Todavía no hay catastro.", "Cargue archivos y ejecute «observatorio consolidate».")
        if fecha is not None and anio not in (None, fecha.year):
            raise ErrorConsulta(f"El {fecha:%Y-%m-%d} no es de {anio}.", "Deje solo --fecha, o un día de ese año.")
        elegido = fecha.year if fecha is not None else anio if anio is not None else max(consolidados)
        if elegido not in consolidados:
            raise ErrorConsulta(f"No hay catastro de {elegido}.", f"Los años que hay: {_lista(consolidados)}.")
        dia = fecha.date() if fecha is not None else date(elegido, 12, 31)
        cuadros = {c: contar(conn, ajustes().cut, elegido, c, nivel_max, dia) for c in elegidos}
    if not cuadros[elegidos[0]][0]:
        raise ErrorConsulta(
            f"Ninguna tractora entregó la lista de sus faenas de {elegido}.",
            "Cárguela con «observatorio ingest faenas_tractora» y ejecute «observatorio consolidate».",
        )
    # Who asked for direct suppliers only was told nothing of the others, which is not that there are none.
    cuentas = _CUENTAS if nivel_max != 1 else {"directos": _CUENTAS["directos"]}
    tabla(
        ("Tractora", "RUT", "Proveedores", *cuentas.values()),
        [fila for c in elegidos for fila in _filas(*cuadros[c], SENTIDOS[c], tuple(cuentas))],
        titulo=f"Proveedores de las tractoras al {dia:%d-%m-%Y}",
        enteras=("RUT", *cuentas.values()),
    )


def _filas(cada_una: list[Conteo], juntas: Conteo, sentido: str, cuentas: tuple[str, ...]) -> list[tuple[object, ...]]:
    """A line for each tractora and one for all together, in which a firm counts once."""
    return [
        (
            conteo.nombre if conteo.rut is not None else "Todas, cada empresa una vez",
            _rut(conteo.rut),
            sentido,
            *(numero(getattr(conteo, cuenta)) for cuenta in cuentas),
        )
        for conteo in (*cada_una, juntas)
    ]


def _lista(anios: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(anios)))


def _rut(rut: int | None) -> str | None:
    import polars as pl

    from observatorio.normalizar.rut import dv_de, formatear_rut

    if rut is None:
        return None
    serie = pl.Series([rut])
    return str(formatear_rut(serie, dv_de(serie), puntos=True)[0])
