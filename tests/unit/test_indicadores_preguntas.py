"""Questions, tables and the provisional rule, without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatorio.errors import ErrorCatalogo, ErrorConsulta
from observatorio.indicadores.contract import Ejemplo, Indicador
from observatorio.indicadores.cuadro import Cuadro, Fila, comparar
from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.dimensiones import DIMENSIONES, TODAS, ErrorPregunta, Pregunta, plantear
from observatorio.reserva.primaria import Celda, proteger
from observatorio.reserva.publicacion import fila_publicable
from observatorio.vocabulario import EstadoValor

EJEMPLO = Ejemplo(filas=(), valor=None, n=0, cobertura=None)


def celda(valor: float | None, n: int | None, estado: EstadoValor = EstadoValor.EXACTO) -> Celda:
    """A cell of a table by section."""
    return Celda("tasa", 2024, "seccion", "", {"seccion": "G"}, valor, n, 1.0, estado, universo=n or 0)


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
    """Dimensions that there are not, and a sensitive rate without a denominator."""
    datos = {"id": "x", "nombre": "x", "descripcion": "x", "unidad": "x", "formula": "x", "ejemplo": EJEMPLO}
    with pytest.raises(ErrorCatalogo, match="color"):
        Indicador(**datos, numerador=EMPLEO.numerador, dimensiones=frozenset({"color"}))
    with pytest.raises(ErrorCatalogo, match="no es una tasa"):
        Indicador(**datos, numerador=EMPLEO.numerador, atributo_sensible=True)


@st.composite
def celdas_de_tasa(draw: st.DrawFn) -> Celda:
    """A cell of a sensitive rate: so many establishments, of which so many are known, of which so many have it."""
    universo = draw(st.integers(0, 60))
    n = draw(st.integers(0, universo))
    sensibles = draw(st.integers(0, n))
    if n == 0:
        return Celda("tasa", 2024, "", "", {}, None, 0, 0.0, EstadoValor.SIN_DATO, universo)
    return Celda(
        "tasa", 2024, "", "", {}, 100 * sensibles / n, n, n / universo, EstadoValor.EXACTO, universo, sensibles
    )


@given(st.lists(celdas_de_tasa(), max_size=30), st.integers(3, 30))
def test_ningun_grupo_bajo_el_umbral_se_puede_contar(celdas: list[Celda], umbral: int) -> None:
    """Whatever the cells: each number of establishments that a published one lets compute is zero or large enough."""
    salen = list(proteger(celdas, umbral))
    assert len(salen) == len(celdas)
    for antes, sale in zip(celdas, salen, strict=True):
        if sale.estado is EstadoValor.RESERVADO:
            assert (sale.valor, sale.n, sale.cobertura) == (None, None, None)
            continue
        assert antes.universo == 0 or antes.universo >= umbral
        if sale.n is not None:
            assert antes.universo - sale.n == 0 or antes.universo - sale.n >= umbral
        if sale.valor is not None and antes.sensibles is not None:
            assert antes.n is not None
            assert antes.sensibles >= umbral
            assert antes.n - antes.sensibles >= umbral


def test_reservado_cero_y_sin_dato_son_cosas_distintas() -> None:
    """The three that are most often confused; of a few nobody says that nothing is known."""
    cero, chico = celda(0.0, 0), celda(7.0, 7)
    nadie = replace(celda(None, 0, EstadoValor.SIN_DATO), universo=40)
    pocos = replace(nadie, universo=4)
    salen = list(proteger((cero, chico, nadie, pocos), 11))
    assert [c.estado.value for c in salen] == ["publicado", "reservado", "sin_dato", "reservado"]
    assert [c.valor for c in salen] == [0.0, None, None, None]


def test_una_tasa_no_deja_contar_a_unos_pocos() -> None:
    """0.3 % of 306 is exactly one business: a rate and its base give a count."""
    una = replace(celda(0.3, 306), sensibles=1)
    varias = replace(celda(10.1, 306), sensibles=31)
    assert [c.estado.value for c in proteger((una, varias), 11)] == ["reservado", "publicado"]


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


def test_una_celda_exacta_no_se_guarda() -> None:
    """The release refuses what nobody protected, before it touches the database."""
    assert fila_publicable(next(proteger(iter([celda(50.0, 20)]), 11)))["estado"] == "publicado"
    with pytest.raises(ErrorConsulta, match="no pasó por la reserva"):
        fila_publicable(celda(50.0, 20))
