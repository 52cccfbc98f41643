"""How much two profiles look like one premises, what is compared at all, and what a run may remember."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observaciones_hechas import CLAVES, CUT, GENTE, LOCALES, RUT, de_encuesta, locales_por_puerta
from observatorio.catastro.enlace.entrenamiento import como_json, entrenar
from observatorio.catastro.enlace.pareo import PARES, candidatos, parear, puntuar, recordar
from observatorio.catastro.enlace.pareo_niveles import COMPARACIONES, NULO, ORDENADAS, modelo, niveles
from observatorio.catastro.enlace.perfiles import perfilar
from observatorio.catastro.enlace.poda import podar
from observatorio.errors import ErrorConsulta

BAZAR = {"calle": "RAMIREZ", "numero": "10", "giro_texto": "Bazar y paquetería"}
PUNTO = {"lon": -68.92, "lat": -22.45, "precision": "gps"}
PATENTE = {"fuente": "patentes", "actor": "municipalidad"}


def perfiles(*filas: dict[str, Any]) -> pl.DataFrame:
    """Every RUT at every door is a premises; some firms elsewhere teach which words are those of persons."""
    otras = [
        {"rut": 9_000_000 + i, "describe": "empresa", "razon_social": n, "tipo_persona": "natural", "cut": None}
        | PATENTE
        for i, n in enumerate(GENTE)
    ]
    obs = de_encuesta(*filas, *otras)
    return perfilar(obs, locales_por_puerta(obs), CUT)


def anio(cual: int) -> dict[str, Any]:
    return {"observado": cual, "sha256": f"{cual}"}


def peso(una: dict[str, Any], otra: dict[str, Any], *mas: dict[str, Any]) -> float | None:
    """The weight of the pair of two records, None where it is not worth a person's time."""
    hecho = parear(perfiles(una, otra, *mas))
    return hecho["peso"].max() if hecho.height else None  # type: ignore[return-value]


def cuantos(*filas: dict[str, Any]) -> int:
    return candidatos(perfiles(*filas)).height


def test_el_modelo_pesa_todos_los_niveles_en_su_orden() -> None:
    m = modelo()
    assert m.revisa < m.acepta
    assert m.margen > 0
    for comparacion in COMPARACIONES:
        assert set(m.pesos[comparacion]) == set(niveles(comparacion))
    for comparacion, cadenas in ORDENADAS.items():
        for cadena in cadenas:
            pesos = [m.pesos[comparacion][n] for n in cadena]
            assert pesos == sorted(pesos, reverse=True), (comparacion, cadena)


def test_el_mismo_nombre_en_la_misma_puerta_es_el_mismo_aunque_este_mal_escrito() -> None:
    for escrito in ("Bazar Rosita", "ROSITA BAZAR LTDA.", "Bzar Rosita", "BAZAR ROSIT"):
        encontrado = peso(
            {"nombre_fantasia": "Bazar Rosita"} | BAZAR, {"nombre_fantasia": escrito} | BAZAR | anio(2023)
        )
        assert encontrado is not None
        assert encontrado > modelo().acepta, escrito


def test_el_mismo_nombre_y_puerta_con_otras_palabras_de_giro_es_el_mismo() -> None:
    local = {"rut": RUT, "razon_social": "ROSITA BAZAR SPA"} | BAZAR | PATENTE
    encontrado = peso(local, {"nombre_fantasia": "Bazar Rosita"} | BAZAR | {"giro_texto": "Venta de regalos"})
    assert encontrado is not None
    assert encontrado > modelo().acepta


def test_otra_persona_en_la_misma_puerta_no_es_la_misma() -> None:
    una, otra = {"nombre_fantasia": "ANA SOTO DIAZ"} | BAZAR, {"nombre_fantasia": "LUIS ROJAS DIAZ"} | BAZAR
    assert cuantos(una, otra | anio(2023)) == 1
    encontrado = peso(una, otra | anio(2023))
    assert encontrado is None or encontrado < modelo().acepta


def test_un_nombre_raro_lejos_y_en_otro_giro_no_basta() -> None:
    lejos = {"nombre_fantasia": "Rosita", "calle": "IQUIQUE", "numero": "999", "giro_texto": "Transporte de carga"}
    dos = {"nombre_fantasia": "Rosita"} | BAZAR | PUNTO, lejos | PUNTO | {"lat": -22.49} | anio(2023)
    assert cuantos(*dos) == 1
    encontrado = peso(*dos)
    assert encontrado is None or encontrado < modelo().acepta


def test_un_registro_sin_nombre_no_pesa_por_su_nombre() -> None:
    hecho = parear(
        perfiles({"nombre_fantasia": "SIN NOMBRE"} | BAZAR, {"nombre_fantasia": "Sin nombre"} | BAZAR | anio(2023))
    )
    (detalle,) = hecho["detalle"]
    assert "lugar" in detalle
    assert "nombre" not in detalle


def test_el_identificador_que_una_oficina_conserva_vale_mas_que_nada() -> None:
    rol = PATENTE | {"id_fuente": "2-001"}
    encontrado = peso(rol | {"razon_social": "X"} | BAZAR, rol | {"razon_social": "X"} | BAZAR | {"observado": 2023})
    assert encontrado is not None
    assert encontrado > modelo().acepta + 10


def test_dos_locales_de_rut_no_se_comparan_nunca() -> None:
    locales = [
        {"rut": RUT + i, "razon_social": "ROSITA SPA"} | BAZAR | PUNTO | PATENTE | {"fuente": f"lista_{i}"}
        for i in (0, 1)
    ]
    assert cuantos(*locales) == 0
    assert cuantos(locales[0], {"nombre_fantasia": "Rosita"}) == 1


def test_dos_filas_de_una_lista_de_un_anio_no_se_comparan() -> None:
    dos = [{"nombre_fantasia": "Rosita", "telefono": "+56552123456"} | BAZAR for _ in (0, 1)]
    assert cuantos(*dos) == 0
    assert cuantos(dos[0], dos[1] | anio(2023)) == 1


def test_dos_registros_publicos_no_se_comparan() -> None:
    publico = {"publica": True, "nombre_fantasia": "Colegio Los Andes"} | PUNTO
    escuela = publico | {"fuente": "educacion", "actor": "educacion", "id_fuente": "90001"}
    posta = publico | {"fuente": "salud", "actor": "salud", "id_fuente": "990001"}
    assert cuantos(escuela, posta) == 0
    assert cuantos(escuela, {"rut": RUT, "razon_social": "COLEGIO LOS ANDES SPA"} | PUNTO) == 1


@pytest.mark.parametrize(("metros", "vistos"), [(0, 1), (40, 1), (49, 1), (75, 0)])
def test_los_puntos_cercanos_se_comparan_a_ambos_lados_de_toda_raya(metros: int, vistos: int) -> None:
    for corrimiento in range(0, 60, 7):
        sur = -22.45 - corrimiento / 111_320
        uno, otro = (
            PUNTO | {"lat": sur - m / 111_320, "nombre_fantasia": n} for m, n in ((0, "Rosita"), (metros, "Luz"))
        )
        assert cuantos(uno, otro | anio(2023)) == vistos


def test_la_oficina_de_un_contador_no_junta_a_sus_clientes() -> None:
    oficina = {"calle": "SOTOMAYOR", "numero": "1500", "telefono": "+56552000001"}
    clientes = [
        oficina | PATENTE | {"rut": RUT + i, "razon_social": f"FIRMA {chr(65 + i % 26) * 5}{i} SPA"} for i in range(70)
    ]
    suelto = oficina | {"nombre_fantasia": "Panadería El Trigo", "giro_texto": "Panadería"}
    assert cuantos(*clientes, suelto) == len(clientes)
    hecho = parear(perfiles(*clientes, suelto))
    assert hecho.filter(pl.col("peso") >= modelo().acepta).height == 0
    de_uno = peso(clientes[0], suelto)
    assert de_uno is not None
    assert de_uno > modelo().acepta, "with a single client, door and telephone say much"


FILAS: list[dict[str, Any]] = [
    {"rut": RUT, "razon_social": "ROSITA BAZAR SPA"} | BAZAR | PATENTE | PUNTO,
    {"rut": RUT + 1, "razon_social": "ANA SOTO DIAZ"} | BAZAR | PATENTE | {"numero": "12"},
    {"nombre_fantasia": "Bazar Rosita"} | BAZAR | anio(2020),
    {"nombre_fantasia": "Rosita"} | BAZAR | PUNTO | anio(2021),
    {"nombre_fantasia": "Ana Soto"} | BAZAR | {"numero": "12"} | anio(2022),
    {"nombre_fantasia": "ANA SOTO DIAZ", "telefono": "+56552123456"} | anio(2023),
    {"nombre_fantasia": "Luis Rojas", "telefono": "+56552123456"} | BAZAR | anio(2024),
]


@cache
def _todos() -> tuple[pl.DataFrame, pl.DataFrame]:
    p = perfiles(*(f | {"fila": i} for i, f in enumerate(FILAS)))
    return p, parear(p)


@settings(max_examples=6, deadline=None)
@given(st.sets(st.integers(0, len(FILAS) - 1), min_size=1))
def test_recordar_no_cambia_el_resultado(antes: set[int]) -> None:
    """Records that come, and records that go."""
    algunos = perfiles(*(f | {"fila": i} for i, f in enumerate(FILAS) if i in antes))
    pocos, (todos, pares) = parear(algunos), _todos()
    assert parear(todos, recordar(algunos, pocos)).equals(pares)
    assert parear(algunos, recordar(todos, pares)).equals(pocos)


def test_lo_recordado_no_se_vuelve_a_puntuar_y_otro_modelo_lo_olvida() -> None:
    todos, pares = _todos()
    memoria = recordar(todos, pares).with_columns(peso=pl.col("peso") + 100)
    assert parear(todos, memoria)["peso"].to_list() == [p + 100 for p in pares["peso"]]
    ajena = memoria.with_columns(modelo=pl.lit("otro"))
    assert parear(todos, ajena).equals(pares)


def test_el_orden_de_las_filas_no_cambia_los_pares() -> None:
    filas = [f | {"fila": i} for i, f in enumerate(FILAS)]
    assert parear(perfiles(*reversed(filas))).equals(_todos()[1])


def test_sin_perfiles_no_hay_pares() -> None:
    vacio = parear(perfiles())
    assert vacio.height == 0
    assert vacio.columns == list(PARES)


def test_los_niveles_se_numeran_desde_el_mas_debil() -> None:
    p = perfiles({"nombre_fantasia": "Rosita"} | BAZAR, {"nombre_fantasia": "Rosita"} | BAZAR | anio(2023))
    (fila,) = puntuar(p, candidatos(p), modelo(), None, con_niveles=True).to_dicts()
    assert fila["nombre"] == len(niveles("nombre")) - 1
    assert fila["contacto"] == -1
    assert all(n != NULO for c in COMPARACIONES for n in niveles(c))


@settings(max_examples=25)
@given(
    st.fixed_dictionaries({
        c: st.fixed_dictionaries({n: st.floats(-9, 9) for n in niveles(c)}) for c in COMPARACIONES
    }),
    st.floats(-20, 20),
)  # fmt: skip
def test_no_se_deja_de_puntuar_a_quien_llega(pesos: dict[str, dict[str, float]], piso: float) -> None:
    """Whatever the levels weigh: what is left out beforehand would not have reached the floor."""
    m = replace(modelo(), pesos=pesos)
    filas, _ = _todos()
    pares = pl.DataFrame(list(combinations(range(filas.height), 2)), schema=["a", "b"], orient="row")
    todos = puntuar(filas, pares, m, None)
    dudosos = (todos["peso"] - piso).abs() < 1e-3
    llegan = todos.filter(~dudosos & (pl.col("peso") > piso))
    hecho = puntuar(filas, pares, m, piso).join(todos.filter(dudosos), on=["a", "b"], how="anti")
    assert hecho.sort("a", "b").equals(llegan.sort("a", "b"))


def test_a_quien_nada_acerca_no_se_le_puntua() -> None:
    filas, _ = _todos()
    pares = pl.DataFrame(list(combinations(range(filas.height), 2)), schema=["a", "b"], orient="row").cast(pl.Int64)
    marco = filas.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("i"), pl.all())
    with duckdb.connect(":memory:") as con:
        quedan = podar(con, marco, pares, modelo(), modelo().revisa)
    assert 0 < quedan.height < pares.height


def test_se_aprende_de_las_listas_que_dicen_su_rut() -> None:
    """Twelve businesses of a street, each in the register and, with its RUT, in a survey."""
    nombres = [
        "ALBA",
        "BRISA",
        "CIRUELO",
        "DUNA",
        "ESPIGA",
        "FARO",
        "GAVIOTA",
        "HELECHO",
        "ISLA",
        "JUNCO",
        "KIWI",
        "LUNA",
    ]
    filas: list[dict[str, Any]] = []
    for i, n in enumerate(nombres):
        local = {"rut": RUT + i, "calle": "RAMIREZ", "numero": str(100 + 2 * i), "giro_texto": f"Venta de {n}"}
        punto = PUNTO | {"lat": -22.45 - i * 10 / 111_320}
        filas += [local | PATENTE | punto | {"razon_social": f"{n} SPA"}, local | punto | {"nombre_fantasia": n}]
    obs = de_encuesta(*filas)
    locales = obs.select(*CLAVES, "rut", local=pl.lit("unico")).cast(LOCALES)
    aprendido = entrenar(obs, locales, CUT)
    assert aprendido["iguales"] == len(nombres)
    assert aprendido["pares"] > aprendido["iguales"]
    assert aprendido["pesos"]["nombre"]["igual_raro"] > 0 > aprendido["pesos"]["nombre"]["distinto"]
    assert aprendido["pesos"]["contacto"] == {"igual": 0.0, "otro": 0.0}
    escrito = json.loads(como_json(aprendido))
    assert escrito["modelo"]["pesos"] == aprendido["pesos"]
    assert escrito["modelo"]["acepta"] == modelo().acepta
    with pytest.raises(ErrorConsulta, match="de qué aprender"):
        entrenar(obs.filter(pl.col("actor") == "academia"), locales, CUT)
