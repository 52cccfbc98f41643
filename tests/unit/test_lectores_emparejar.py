"""Headers: matched apart from blanks, case and accents; found below titles; named uniquely."""

from __future__ import annotations

import re

import pytest

from ingest.lectores import encabezado
from ingest.lectores.celdas import texto_celda
from ingest.lectores.emparejar import coincide


@pytest.mark.parametrize(
    ("patron", "texto"),
    [
        (r"Raz[oó]n social", "RAZÓN SOCIAL"),
        (r"razon social", "Razón\n  Social "),
        (r"Razón social", "RAZON SOCIAL"),
        (r"AÑO", "ano"),
        (r"R\.?U\.?T\.?", "r.u.t."),
        (r"N[º°] trabajadores", "Nº\u00a0TRABAJADORES"),
    ],
)
def test_coincide(patron: str, texto: str) -> None:
    assert coincide(re.compile(patron), texto)


@pytest.mark.parametrize(("patron", "texto"), [("rut", "rut comprador"), ("rut", "dv rut"), ("comuna", "comunas")])
def test_solo_el_encabezado_completo(patron: str, texto: str) -> None:
    assert not coincide(re.compile(patron), texto)


def test_letras() -> None:
    assert [encabezado.letra(i) for i in (0, 25, 26, 51, 52, 701, 702, 16_383)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


def test_nombres_unicos() -> None:
    celdas = ["RUT", " RUT ", None, "Giro o\n actividad", "RUT (2)", "", "__fila__", "", None]
    assert encabezado.nombrar(celdas) == [
        "RUT", "RUT (2)", "columna C", "Giro o actividad", "RUT (2) (2)", "columna F", "__fila__ (2)",
    ]  # fmt: skip


def test_encabezado_bajo_titulos() -> None:
    filas = [(1, ["Rol de patentes"]), (2, []), (3, ["N°", "RUT", "Comuna"]), (4, ["1", "RUT", "COMUNA"])]
    requeridas = {"rut": re.compile("rut"), "comuna": re.compile("comuna")}
    hallado = encabezado.buscar(filas, 40, requeridas)
    assert hallado == encabezado.Encabezado(3, ["N°", "RUT", "Comuna"], ("Rol de patentes",))
    assert encabezado.buscar(filas, 2, requeridas) is None


def test_el_error_muestra_la_fila_mas_parecida() -> None:
    filas = [(1, ["Padrón de socios, con un título largo"]), (3, ["RUT", "Nombre"]), (4, ["1-9", "Uno"])]
    error = encabezado.sin_encabezado(filas, 40, {"rut": re.compile("rut"), "comuna": re.compile("comuna")})
    assert error.mensaje == (
        "Falta la columna obligatoria «comuna»: la fila 3, la más parecida a un encabezado, dice «RUT», «Nombre»."
    )


@pytest.mark.parametrize(
    ("valor", "texto"),
    [
        (76286053.0, "76286053"),
        (0.1 + 0.2, "0,3"),
        (-22.4624, "-22,4624"),
        (1e15, "1000000000000000"),
        (1.5e-7, "0,00000015"),
        (float("nan"), None),
        (True, "si"),
        (False, "no"),
        (7, "7"),
        ("  ", None),
        ({"a": [1, "ñ"]}, '{"a": [1, "ñ"]}'),
    ],
)
def test_texto_de_celda(valor: object, texto: str | None) -> None:
    assert texto_celda(valor) == texto
