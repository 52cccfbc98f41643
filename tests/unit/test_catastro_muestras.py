"""Estimates of a sample against figures worked out by hand, and against a population that is known."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatorio.catastro.muestras import con_peso, estimar_razon, estimar_total, preparar
from observatorio.db.queries.muestras import RESPUESTAS


def muestra(*filas: tuple[object, ...], columnas: str = "peso y x grupo dominio") -> pl.DataFrame:
    tipos = {"peso": pl.Float64, "y": pl.Int32, "x": pl.Int32, "grupo": pl.String, "dominio": pl.Boolean}
    nombres = columnas.split()
    return pl.DataFrame([f[: len(nombres)] for f in filas], schema={c: tipos[c] for c in nombres}, orient="row")


CUATRO = muestra((10.0, 1, 2, "a", True), (10.0, 3, 4, "a", True), (20.0, 2, 2, "b", True), (20.0, 0, 4, "b", True))


def test_un_total_y_su_error_a_mano() -> None:
    # z = 10, 30, 40, 0, whose squares add up to 2600.
    assert estimar_total(CUATRO, "y").rows() == [("", 80.0, pytest.approx(math.sqrt(2600)), 4)]


def test_un_dominio_cuenta_como_cero_a_los_demas() -> None:
    # a: z = 10, 30, 0, 0; b: z = 0, 0, 40, 0.
    assert estimar_total(CUATRO, "y", "grupo").rows() == [
        ("a", 40.0, pytest.approx(math.sqrt(1000)), 2),
        ("b", 40.0, pytest.approx(40.0), 2),
    ]


def test_el_error_es_el_de_muchos_intentos_de_los_que_respondieron_estos() -> None:
    """Hansen and Hurwitz over m tries, those without an answer as zeros, comes as near as one likes from below."""
    z, errores = np.array([10.0, 30.0, 40.0, 0.0]), []
    for intentos in (4, 40, 400_000):
        todos = np.concatenate([z, np.zeros(intentos - 4)])
        errores.append(math.sqrt(intentos / (intentos - 1) * ((todos - todos.mean()) ** 2).sum()))
    hecho = estimar_total(CUATRO, "y")["error_estandar"].item()
    assert errores == sorted(errores)
    assert errores[-1] <= hecho == pytest.approx(errores[-1], rel=1e-4)


def test_una_razon_y_su_error_a_mano() -> None:
    # X = 20 + 40 + 40 + 80 = 180, R = 80/180 = 4/9; the residuals w(y - Rx) are 10/9, 110/9, 200/9 and -320/9.
    residuos = [10 / 9, 110 / 9, 200 / 9, -320 / 9]
    error = math.sqrt(4 / 3 * sum(r**2 for r in residuos)) / 180
    assert estimar_razon(CUATRO, "y", "x").rows() == [("", pytest.approx(4 / 9), pytest.approx(error), 4)]


def test_con_pesos_iguales_es_el_error_de_una_media_simple() -> None:
    valores = [3, 7, 1, 9, 4, 12]
    filas = muestra(*((50.0, y, 1, "", True) for y in valores))
    esperado = np.std(valores, ddof=1) / math.sqrt(len(valores))
    ((_, media, error, n),) = estimar_razon(filas, "y", "x").rows()
    assert (media, error, n) == (pytest.approx(6.0), pytest.approx(esperado), 6)


def test_quien_no_responde_es_representado_por_quien_si() -> None:
    filas = muestra((10.0, 4, 1, "a", True), (10.0, 6, 1, "a", True), (20.0, None, 1, "a", True))
    ((_, total, _, n),) = estimar_total(filas, "y").rows()
    assert (total, n) == (pytest.approx(200.0), 2)
    ((_, media, _, n),) = estimar_razon(filas, "y", "x").rows()
    assert (media, n) == (pytest.approx(5.0), 2)


def test_sin_dos_filas_no_hay_error() -> None:
    filas = muestra((2.0, 3, 1, "a", True), (2.0, 5, 1, "b", True), (2.0, 7, 1, "b", True), (2.0, None, 1, "c", True))
    por_grupo = {fila[0]: fila[1:] for fila in estimar_total(filas, "y", "grupo").rows()}
    assert por_grupo["a"] == (6.0, None, 1)
    assert por_grupo["b"][1] is not None
    assert por_grupo["c"] == (None, None, 0)
    sola = filas.head(1)
    assert estimar_total(sola, "y").rows() == [("", 6.0, None, 1)]
    assert estimar_razon(sola, "y", "x").rows() == [("", 3.0, None, 1)]


def test_sin_filas_no_hay_nada_que_estimar() -> None:
    assert estimar_total(CUATRO.clear(), "y").rows() == [("", None, None, 0)]
    assert estimar_total(CUATRO.clear(), "y", "grupo").height == 0
    fuera = CUATRO.with_columns(dominio=pl.lit(False))
    assert estimar_razon(fuera, "y", "x", "grupo").height == 0
    assert estimar_razon(CUATRO.with_columns(x=pl.lit(0)), "y", "x").rows() == [("", None, None, 4)]


@pytest.mark.parametrize("peso", [None, 0.0, -3.0, math.nan, math.inf])
def test_una_fila_sin_peso_no_representa_a_nadie(peso: float | None) -> None:
    filas = pl.concat([CUATRO, muestra((peso, 999, 1, "a", True))])
    assert con_peso(filas).height == 4
    assert estimar_total(filas, "y", "grupo").equals(estimar_total(CUATRO, "y", "grupo"))
    assert estimar_razon(filas, "y", "x").equals(estimar_razon(CUATRO, "y", "x"))


filas_al_azar = st.lists(
    st.tuples(
        st.floats(0.5, 50),
        st.none() | st.integers(0, 40),
        st.integers(1, 9),
        st.sampled_from(["a", "b", None]),
        st.booleans(),
    ),
    max_size=30,
)


@given(filas_al_azar)
def test_las_partes_suman_el_total_y_hay_error_donde_hay_dos_filas(filas: list[tuple[object, ...]]) -> None:
    todas = muestra(*filas).with_columns(pl.col("y").fill_null(0))
    partes, (entera,) = estimar_total(todas, "y", "grupo"), estimar_total(todas, "y").rows()
    assert partes["estimado"].sum() == pytest.approx(entera[1] or 0.0)
    assert partes["n"].sum() == entera[3]
    for tabla in (partes, estimar_razon(todas, "y", "x", "grupo")):
        for error, n in tabla.select("error_estandar", "n").rows():
            assert (error is None) == (n < 2)
            assert error is None or math.isfinite(error)


@given(filas_al_azar.filter(lambda filas: len(filas) > 1), st.floats(0.1, 10))
def test_una_razon_no_depende_de_la_escala_de_los_pesos(filas: list[tuple[object, ...]], escala: float) -> None:
    una = estimar_razon(muestra(*filas), "y", "x")
    otra = estimar_razon(muestra(*filas).with_columns(pl.col("peso") * escala), "y", "x")
    for a, b in zip(una.row(0)[1:3], otra.row(0)[1:3], strict=True):
        assert (a is None) == (b is None)
        assert a is None or b == pytest.approx(a, rel=1e-6, abs=1e-9)


class Poblacion:
    """Two thousand premises of known employment and informality, sampled one by one with their own chances."""

    def __init__(self) -> None:
        azar = np.random.default_rng(20231201)
        self.informal = azar.random(2_000) < 0.3
        self.empleo = np.round(azar.lognormal(1.2, 0.9, 2_000)) + 1
        self.grupo = np.where(azar.random(2_000) < 0.4, "a", "b")
        self.tasa = np.where(self.informal, 0.30, 0.10)
        self.azar = azar

    def extraer(self) -> pl.DataFrame:
        cuales = np.flatnonzero(self.azar.random(2_000) < self.tasa)
        return pl.DataFrame(
            {
                "peso": 1 / self.tasa[cuales],
                "empleo": self.empleo[cuales].astype(int),
                "informal": self.informal[cuales].astype(int),
                "uno": np.ones(len(cuales), dtype=int),
                "grupo": self.grupo[cuales],
                "dominio": np.ones(len(cuales), dtype=bool),
            }
        )


def test_el_intervalo_de_95_contiene_la_verdad_unas_95_veces_de_100() -> None:
    mundo = Poblacion()
    en_a = mundo.grupo == "a"
    verdad = {
        "empleo": mundo.empleo.sum(),
        "empleo_a": mundo.empleo[en_a].sum(),
        "cuantos": 2_000.0,
        "tasa": mundo.informal.mean(),
        "tasa_a": mundo.informal[en_a].mean(),
        "media": mundo.empleo.mean(),
    }
    z: dict[str, list[float]] = {nombre: [] for nombre in verdad}
    for _ in range(400):
        filas = mundo.extraer()
        hechas = {
            "empleo": estimar_total(filas, "empleo"),
            "empleo_a": estimar_total(filas, "empleo", "grupo").head(1),
            "cuantos": estimar_total(filas, "uno"),
            "tasa": estimar_razon(filas, "informal", "uno"),
            "tasa_a": estimar_razon(filas, "informal", "uno", "grupo").head(1),
            "media": estimar_razon(filas, "empleo", "uno"),
        }
        for nombre, tabla in hechas.items():
            _, estimado, error, _ = tabla.row(0)
            z[nombre].append((estimado - verdad[nombre]) / error)
    for nombre, desvios in z.items():
        cobertura = np.mean(np.abs(desvios) < 1.96)
        assert 0.92 <= cobertura <= 0.98, (nombre, cobertura)
        assert abs(np.mean(desvios)) < 0.2, nombre


def respuestas(*filas: dict[str, object]) -> pl.DataFrame:
    vacia: dict[str, object] = dict.fromkeys(RESPUESTAS)
    base = {"fuente": "encuesta", "peso": 2.0, "aqui": True, "estado": "activo"}
    return pl.DataFrame([vacia | base | f for f in filas], schema=RESPUESTAS)


def test_la_formalidad_es_la_que_la_encuesta_oyo() -> None:
    hechas = preparar(
        respuestas(
            {"senal_sii": "si", "senal_patente": "si"},
            {"senal_sii": "si", "senal_patente": "si", "giro_texto": "restoran"},
            {"senal_sii": "si", "senal_patente": "si", "giro_texto": "restoran", "sanitaria_exigida": False},
            {"senal_sii": "no", "senal_patente": "no"},
            {"senal_sii": "no", "senal_patente": "si"},
            {"senal_sii": "no"},
            {"senal_sii": "no", "senal_patente": "no", "estado": "cerrado"},
            {"senal_sii": "no", "senal_patente": "no", "aqui": False},
        )
    )
    assert hechas.select("formalidad", "dominio", "decidida", "informal").rows() == [
        ("formal", True, 1, 0),
        ("indeterminado", True, None, None),
        ("formal", True, 1, 0),
        ("informal", True, 1, 1),
        ("en_proceso", True, 1, 0),
        ("indeterminado", True, None, None),
        ("inactivo", False, None, None),
        ("informal", False, 1, 1),
    ]


def test_dos_olas_de_un_anio_no_son_dos_ciudades() -> None:
    una = respuestas(*({"ola": "1", "empleo_total": n} for n in (1, 5, 3)))
    dos = pl.concat([una, una.with_columns(ola=pl.lit("2"))])
    assert estimar_total(preparar(una), "uno")["estimado"].to_list() == [6.0]
    assert estimar_total(preparar(dos), "uno")["estimado"].to_list() == [6.0]
    assert estimar_total(preparar(dos), "empleo_total")["estimado"].to_list() == [18.0]


def test_solo_conmuta_de_quien_se_sabe_donde_vive() -> None:
    filas = respuestas(
        {"empleo_total": 10, "empleo_local": 6, "empleo_conmutante": 2}, {"empleo_total": 9, "empleo_conmutante": 9}, {}
    )
    hechas = preparar(filas)
    assert hechas["conocidos"].to_list() == [8, None, None]
    assert estimar_razon(hechas, "empleo_conmutante", "conocidos").row(0)[1] == 0.25
