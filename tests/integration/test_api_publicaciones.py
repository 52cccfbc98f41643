"""The releases over HTTP: what each one is, what protecting it cost, and which tables nobody may ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from observatorio.indicadores.publicar import publicar
from observatorio.reserva.publicacion import retirar
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]


def test_cada_publicacion_dice_que_es(lector: httpx.Client) -> None:
    """Its year, version, rule and hash, the sources behind it, its report and its tables."""
    respuesta = lector.get("/api/v1/publicaciones").json()
    assert [p["anio"] for p in respuesta["datos"]] == [2024, 2023]
    ultima = respuesta["datos"][0]
    assert {"version", "regla", "momento", "fuentes", "cut", "publicacion"} <= ultima.keys()
    assert ultima["vigente"] is True
    assert len(ultima["huella"]) == 64
    informe = ultima["informe"]["establecimientos"]
    celdas = sum(t["celdas"] for t in ultima["tablas"] if t["indicador"] == "establecimientos")
    assert sum(informe[c] for c in ("publicadas", "reservadas", "sin_dato", "redondeadas")) == celdas
    assert informe["redondeadas"] == sum(
        t["celdas"] for t in ultima["tablas"] if t["nivel"].startswith("h3_") and t["anio"] == 2024
    )


def test_las_de_antes_se_pueden_pedir(cliente: httpx.Client, ciudad: Any, motor: Engine) -> None:
    """Who downloaded a figure finds the release that it came from, whose tables are served no more."""
    (vieja,) = [p for p in cliente.get("/api/v1/publicaciones").json()["datos"] if p["anio"] == 2024]
    with motor.begin() as conn:
        conn.execute(text("UPDATE catastro.establecimiento_anio SET formalidad = 'inactivo' WHERE id = 'e001'"))
        publicar(conn, ciudad.settings, 2024)
    vigentes = cliente.get("/api/v1/publicaciones").json()["datos"]
    assert [p["anio"] for p in vigentes] == [2024, 2023]
    assert vigentes[0]["huella"] != vieja["huella"]
    todas = cliente.get("/api/v1/publicaciones?todas=si").json()["datos"]
    assert [(p["anio"], p["vigente"]) for p in todas] == [(2024, True), (2024, False), (2023, True)]
    assert (todas[1]["huella"], todas[1]["tablas"]) == (vieja["huella"], [])
    assert cliente.get("/api/v1/publicaciones?todas=1").status_code == 400


def test_un_anio_retirado_deja_de_contestarse(cliente: httpx.Client, motor: Engine) -> None:
    """Whoever holds the answer of a year that was withdrawn is not told that it still holds."""
    direccion = "/api/v1/conteos?por=anio"
    etag = cliente.get(direccion).headers["etag"]
    with motor.begin() as conn:
        retirar(conn, "02201", 2023)
    nueva = cliente.get(direccion, headers={"If-None-Match": etag})
    assert nueva.status_code == 200
    assert [f["anio"] for f in nueva.json()["datos"]] == [2024]


@pytest.mark.parametrize(
    "consulta",
    [
        {"nivel": "h3_9"},
        {"nivel": "comuna"},
        {"nivel": "h3_8", "por": "seccion"},
        {"nivel": "h3_8", "seccion": "G"},
        {"nivel": "unidad_vecinal", "por": "seccion,tamano"},
        {"por": "division,tamano"},
    ],
    ids=str,
)
def test_lo_que_no_esta_en_la_publicacion_es_404_con_lo_que_hay(
    cliente: httpx.Client, motor: Engine, consulta: dict[str, str]
) -> None:
    """Levels that exist and are not published are refused as tables, not as levels."""
    with motor.begin() as conn:
        for nivel in ("comuna", "h3_9"):
            conn.execute(
                text("INSERT INTO territorio.nivel VALUES (:n, :n, 'p', true) ON CONFLICT DO NOTHING"), {"n": nivel}
            )
    respuesta = cliente.get("/api/v1/conteos", params={"anio": "2024", **consulta})
    assert respuesta.status_code == 404
    hay = {(t["por"], t["nivel"]) for t in respuesta.json()["tablas"] if t["anio"] == 2024}
    assert {("", ""), ("division", ""), ("zona", "h3_7"), ("zona", "h3_8"), ("seccion,zona", "unidad_vecinal")} <= hay


def test_una_tabla_redondeada_lo_dice_en_cada_formato(lector: httpx.Client) -> None:
    """The whole answer and each row; zero is a number, and here it stands for up to four."""
    params = {"nivel": "h3_8", "anio": "2024"}
    cuerpo = lector.get("/api/v1/conteos", params=params).json()
    assert cuerpo["redondeo"] == 5
    assert "«15» quiere decir entre 11 y 19, y «0», entre 0 y 4" in cuerpo["nota"]
    assert {(f["estado"], f["redondeo"], f["n"]) for f in cuerpo["datos"]} == {("publicado", 5, None)}
    csv = lector.get("/api/v1/conteos", params={**params, "formato": "csv"}).text.splitlines()
    assert csv[0].endswith(",n,cobertura,estado,redondeo")
    assert all(linea.endswith(",publicado,5") for linea in csv[1:])


def test_la_pagina_de_datos_dice_el_informe_en_palabras(lector: httpx.Client) -> None:
    pagina = lector.get("/datos").text
    assert "Informe de 2024" in pagina
    informe = lector.get("/api/v1/publicaciones").json()["datos"][0]["informe"]["establecimientos"]
    assert f"{informe['reservadas']} reservadas" in pagina
    assert f"{informe['redondeadas']} por hexágono redondeadas" in pagina
    assert lector.get("/api/v1/publicaciones").json()["datos"][0]["huella"][:12] in pagina


def test_la_metodologia_explica_lo_reservado_y_lo_redondeado(lector: httpx.Client) -> None:
    pagina = lector.get("/metodologia").text
    assert "menos de 3 empresas (5 si hay entre ellas personas naturales o negocios informales)" in pagina
    assert "Redondeado a múltiplos de 5: «15» quiere decir entre 11 y 19" in pagina
    assert "cifras provisorias" not in pagina.lower()
