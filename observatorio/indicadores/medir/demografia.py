"""The rows of business demography, out of the history of a comuna (`observatorio.indicadores.demografia`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.dimensiones import Pregunta
from observatorio.indicadores.medicion import Medida
from observatorio.vocabulario import EstadoValor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from observatorio.indicadores.demografia import Historia

POR: Final = frozenset({"seccion", "division", "tamano", "zona"})
FUENTES: Final = (
    "Sucesos del catastro: los registros (nunca las muestras) que siguen a cada establecimiento. Eurostat y OCDE, "
    "Manual on Business Demography Statistics, 2007; docs/decisiones/0012-sucesos-y-muestras.md."
)
NOTAS: Final = (
    "Quien vuelve dentro de 24 meses no nació de nuevo: se reactivó. Por eso las muertes y salidas de los dos últimos "
    "años son provisorias.",
    "Solo se cuenta a quienes sigue algún registro; la cobertura dice de qué parte de los establecimientos se supo. "
    "Que una lista no haya llegado no es que sus negocios murieran.",
    "Cada uno cuenta en el sector, tamaño y zona en que trabajó por última vez: cambiar de sector no es nacer.",
)
PLAZOS: Final = {"1": "Al año", "2": "A los dos años", "3": "A los tres años"}
_SALIDAS: Final = ("muertes", "salidas")

Medidor = Callable[["Historia", Sequence[int], Pregunta], Medida]


def reunir(conn: Connection, cut: str, anios: Sequence[int], pregunta: Pregunta) -> Historia:
    """The whole history of a comuna: who was born in a year is only known from the others."""
    from observatorio.indicadores.demografia import leer_historia

    return leer_historia(conn, cut, pregunta.nivel)


def cuentas(*columnas: str) -> Medidor:
    """Measures some columns of `demografia.contar`; several are components of one figure.

    Nothing is told of the first year, and no rate after one that was never loaded.
    """

    def medir(historia: Historia, anios: Sequence[int], pregunta: Pregunta) -> Medida:
        from observatorio.indicadores.demografia import contar

        filas = contar(historia, _por(pregunta)).iter_rows(named=True)
        elegidas = [f for f in filas if f["anio"] in anios and _entra(f, pregunta)]
        if not pregunta.por:
            elegidas += [_de_nadie(historia, a) for a in sorted(set(anios) - {f["anio"] for f in elegidas})]
        return Medida(
            [fila for f in sorted(elegidas, key=lambda f: int(f["anio"])) for fila in _filas(f, pregunta, columnas)],
            _avisos(historia, anios, bool({*_SALIDAS, "mortalidad"} & {*columnas})),
        )

    return medir


def sobrevivientes(historia: Historia, anios: Sequence[int], pregunta: Pregunta) -> Medida:
    """How many of those born one, two and three years before still work in a year, of those of whom it is known."""
    from observatorio.indicadores.demografia import supervivencia

    por = _por(pregunta)
    hechas: dict[tuple[int, tuple[str, ...]], dict[str, dict[str, Any]]] = {
        (a, ()): {} for a in anios if not pregunta.por
    }
    for f in supervivencia(historia, por).iter_rows(named=True):
        anio = f["anio"] + f["despues"]
        if anio in anios and _entra(f, pregunta):
            hechas.setdefault((anio, tuple(f[d] for d in pregunta.por)), {})[str(f["despues"])] = f
    filas = []
    for (anio, clave), suyas in sorted(hechas.items()):
        for plazo in PLAZOS:
            f = suyas.get(plazo, {"nacidos": 0, "vivos": 0, "sin_noticia": 0, "tasa": None})
            dimensiones = dict(zip(pregunta.por, clave, strict=True)) | {"componente": plazo}
            sabidos = f["nacidos"] - (f["sin_noticia"] or 0)
            filas.append(
                _fila(anio, dimensiones, f["tasa"], sabidos, f["nacidos"], {c: f[c] for c in ("nacidos", "vivos")})
            )
    return Medida(filas, _avisos(historia, anios, con_salidas=True))


def vidas(trazos: Mapping[str, str], desde: int) -> Historia:
    """For examples, a history told in one line each: the section in each year from `desde` on, `.` where it was closed.
    Everybody is heard of every year."""
    import polars as pl

    from observatorio.catastro.sucesos import ESTADOS, seguidos, sucesos
    from observatorio.indicadores.demografia import Historia

    estados = pl.DataFrame(
        [
            {"anio": desde + t, "id": id, "activo": letra != ".", "seccion": letra}
            for id, trazo in trazos.items()
            for t, letra in enumerate(trazo)
        ],
        schema={**ESTADOS, "seccion": pl.String()},
    )
    dichos = estados.select(ESTADOS.names())
    atributos = estados.filter("activo").select("anio", "id", "seccion")
    anios = tuple(estados["anio"].unique().sort())
    return Historia(anios, seguidos(dichos), sucesos(dichos), atributos)


def _por(pregunta: Pregunta) -> list[str]:
    """The dimensions by which it must be counted: those of the rows, and those that are filtered by."""
    zona = {"zona"} if pregunta.zona else set()
    return sorted({*pregunta.por, *pregunta.filtros, *zona})


def _entra(fila: Mapping[str, Any], pregunta: Pregunta) -> bool:
    """Whether a row is among those asked for."""
    filtros = dict(pregunta.filtros) | ({"zona": pregunta.zona} if pregunta.zona else {})
    return all(fila[d] == valor for d, valor in filtros.items())


def _de_nadie(historia: Historia, anio: int) -> dict[str, Any]:
    """The account of a year in which nobody worked, nor before."""
    previos = [a for a in historia.anios if a < anio]
    nadie = dict.fromkeys(("nacimientos", "reactivaciones", "llegadas", "muertes", "salidas", "neto", "activos"), 0)
    tasas = dict.fromkeys(("natalidad", "mortalidad"))
    return {"anio": anio, "desde": max(previos, default=None), "antes": 0, "ahora": 0, "sabidos": 0, **nadie, **tasas}


def _filas(cuenta: Mapping[str, Any], pregunta: Pregunta, columnas: Sequence[str]) -> Iterator[Fila]:
    universo = cuenta["activos"] + cuenta["muertes"] + cuenta["salidas"]
    # Zero events among people of whom no register speaks is not that nothing happened to them.
    se_sabe = cuenta["desde"] is not None and (cuenta["sabidos"] > 0 or not universo + cuenta["antes"])
    for columna in columnas:
        dimensiones = {d: cuenta[d] for d in pregunta.por} | ({"componente": columna} if len(columnas) > 1 else {})
        valor = cuenta[columna] if se_sabe else None
        yield _fila(cuenta["anio"], dimensiones, valor, cuenta["sabidos"] if se_sabe else 0, universo)


def _fila(
    anio: int,
    dimensiones: dict[str, str],
    valor: float | None,
    n: int,
    universo: int,
    detalle: Mapping[str, object] | None = None,
) -> Fila:
    return Fila(
        anio,
        dimensiones,
        None if valor is None else float(valor),
        n,
        n / universo if universo else None,
        EstadoValor.SIN_DATO if valor is None else EstadoValor.EXACTO,
        universo=universo,
        detalle=detalle or {},
    )


def _avisos(historia: Historia, anios: Iterable[int], con_salidas: bool) -> dict[int, str]:
    """What is missing before a year, and whether its exits may still be pauses."""
    from observatorio.catastro.sucesos import PROVISORIO_ANIOS

    avisos = {}
    for anio in anios:
        previos = [a for a in historia.anios if a < anio]
        partes = []
        if not previos:
            partes.append(f"Falta el catastro de {anio - 1}: cargue sus archivos y ejecute «observatorio consolidate».")
        elif previos[-1] != anio - 1:
            partes.append(f"No hay catastro de {anio - 1}: se cuenta lo ocurrido desde {previos[-1]}, y no hay tasas.")
        if con_salidas and previos and anio > max(historia.anios) - PROVISORIO_ANIOS:
            partes.append("Las muertes y salidas son provisorias: quien vuelve dentro de 24 meses no ha muerto.")
        if partes:
            avisos[anio] = f"{anio}: {' '.join(partes)}"
    return avisos
