"""Questions and tables, without a database."""

from __future__ import annotations

import re

import pytest

from maps.escritura import redondeado
from observatorio.errors import ErrorCatalogo
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta
from observatorio.indicadores.cuadro import Cuadro, Fila, comparar
from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.dimensiones import DIMENSIONES, TODAS, ErrorPregunta, Pregunta, plantear
from observatorio.indicadores.publicado import nota_redondeo
from observatorio.vocabulario import EstadoValor

EJEMPLO = Ejemplo(filas=(), valor=None, n=0, cobertura=None)


def test_las_dimensiones_quedan_en_su_orden_y_el_nivel_trae_la_zona() -> None:
    """The same question, however it is written."""
    assert plantear(TODAS, ("tamano", "anio", "seccion", "tamano")).por == ("seccion", "tamano")
    pregunta = plantear(TODAS, ("seccion",), nivel="h3_8", filtros={"zona": "88a", "tamano": "micro"})
    assert (pregunta.por, pregunta.nivel, pregunta.zona) == (("seccion", "zona"), "h3_8", "88a")
    assert pregunta.filtros == {"tamano": "micro"}


@pytest.mark.parametrize(
    ("kw", "campo", "regla"),
    [
        ({"por": ("color",)}, "por", "dimension_desconocida"),
        ({"filtros": {"color": "rojo"}}, "filtro", "dimension_desconocida"),
        ({"filtros": {"seccion": "Z"}}, "seccion", "valor_desconocido"),
        ({"filtros": {"zona": "88a"}}, "nivel", "falta_nivel"),
        ({"por": ("zona",)}, "nivel", "falta_nivel"),
    ],
)
def test_lo_que_no_se_puede_pedir(kw: dict[str, object], campo: str, regla: str) -> None:
    """The field and the rule are named apart, for programs."""
    with pytest.raises(ErrorPregunta) as rechazo:
        plantear(TODAS, **kw)
    assert (rechazo.value.campo, rechazo.value.regla) == (campo, regla)
    assert rechazo.value.consejo


def test_sin_dato_es_un_filtro() -> None:
    """Rows without a value can be asked for by the same word that answers use."""
    assert str(DIMENSIONES["seccion"].condicion("sin_dato")).endswith("seccion IS NULL")
    assert "IS NULL" not in str(DIMENSIONES["tamano"].condicion("sin_dato"))
    assert plantear(TODAS, filtros={"seccion": "sin_dato"}).filtros == {"seccion": "sin_dato"}


def test_una_definicion_imposible_se_rechaza() -> None:
    """Dimensions that there are not, and a recipe for a rate without a denominator."""
    datos = {"id": "x", "nombre": "x", "descripcion": "x", "unidad": "x", "formula": "x", "ejemplo": EJEMPLO}
    with pytest.raises(ErrorCatalogo, match="color"):
        Indicador(**datos, numerador=EMPLEO.numerador, dimensiones=frozenset({"color"}))
    with pytest.raises(ErrorCatalogo, match="no es una tasa"):
        Indicador(**datos, numerador=EMPLEO.numerador, receta=Receta(numerador=frozenset({"informal"})))


def test_comparar_con_el_anio_anterior() -> None:
    """Twins are found by their dimensions; where one side is not known, there is no change."""

    def fila(anio: int, seccion: str, valor: float | None) -> Fila:
        return Fila(anio, {"seccion": seccion}, valor, 1, 1.0, EstadoValor.EXACTO)

    filas = [fila(2023, "C", 10.0), fila(2023, "G", None), fila(2024, "C", 12.5), fila(2024, "G", 3.0)]
    cuadro = Cuadro(EMPLEO, Pregunta(por=("seccion",)), (2024,), comparar(filas, (2024,)), 1, comparado=True)
    assert [(r["seccion"], r["anterior"], r["variacion"]) for r in cuadro.registros()] == [
        ("C", 10, 2.5),
        ("G", None, None),
    ]
    assert list(cuadro.encabezados) == cuadro.columnas


def test_lo_redondeado_no_se_resta() -> None:
    """A figure that is a multiple of five says so, and the change between two of them is not told; nor is a rounded
    figure set beside an exact one."""

    def fila(anio: int, zona: str, valor: float, redondeo: int | None) -> Fila:
        return Fila(anio, {"zona": zona}, valor, None, None, EstadoValor.PUBLICADO, redondeo)

    filas = [fila(2023, "a", 15.0, 5), fila(2024, "a", 20.0, 5), fila(2023, "b", 12.0, None), fila(2024, "b", 10.0, 5)]
    filas += [fila(2023, "c", 0.0, 5), fila(2024, "c", 0.0, 5)]
    cuadro = Cuadro(EMPLEO, Pregunta(por=("zona",), nivel="h3_8"), (2024,), comparar(filas, (2024,)), 1, comparado=True)
    assert [(r["zona"], r["valor"], r["anterior"], r["variacion"], r["redondeo"]) for r in cuadro.registros()] == [
        ("a", 20, 15, None, 5),
        ("b", 10, None, None, 5),
        ("c", 0, 0, None, 5),
    ]
    assert cuadro.redondeos == [5]
    assert cuadro.columnas[-1] == "redondeo"


@pytest.mark.parametrize("base", [3, 5, 10])
def test_la_nota_dice_entre_que_esta_la_verdad(base: int) -> None:
    """The counts that may go to a multiple are just those between the two numbers that the note gives for it."""
    ejemplo, desde, hasta, cero, desde_cero, tope = map(int, re.findall(r"\d+", nota_redondeo(base).split(":")[1]))
    vecinos = {n: {n - n % base, n + -n % base} for n in range(6 * base)}
    assert [n for n, suyos in vecinos.items() if ejemplo in suyos] == list(range(desde, hasta + 1))
    assert [n for n, suyos in vecinos.items() if 0 in suyos] == list(range(desde_cero, tope + 1))
    assert cero == 0
    assert redondeado(0, base) == f"0 a {tope}"
    assert redondeado(1000, base) == "cerca de 1.000"
