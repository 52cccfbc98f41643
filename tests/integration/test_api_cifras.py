"""The figures over HTTP: what the public reads, what a planner reads, in every format."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable
from typing import Any

import geopandas
import httpx
import orjson
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, text

from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.publicar import publicar
from observatorio.vocabulario import Formalidad, Rol, Tamano

Llave = Callable[[Rol], dict[str, str]]
DIMENSIONES = ("seccion", "division", "tamano", "formalidad", "tipo_persona")


def datos(respuesta: httpx.Response, *dimensiones: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(dimension values) -> (valor, n, estado)"""
    assert respuesta.status_code == 200, respuesta.text
    return {tuple(f[d] for d in dimensiones): (f["valor"], f["n"], f["estado"]) for f in respuesta.json()["datos"]}


def test_el_publico_lee_lo_publicado(lector: httpx.Client) -> None:
    """Small cells are reserved, and the answer says what it is."""
    respuesta = lector.get("/api/v1/indicadores/establecimientos", params={"por": "seccion"})
    assert datos(respuesta, "anio", "seccion") == {
        (2024, "C"): (12, 12, "publicado"),
        (2024, "G"): (23, 23, "publicado"),
        (2024, "P"): (None, None, "reservado"),
    }
    cuerpo = respuesta.json()
    assert cuerpo["unidad"] == "establecimientos"
    assert "supresión secundaria probada" in cuerpo["publicacion"]["regla"]
    assert "protegidas" in cuerpo["nota"]
    assert cuerpo["redondeo"] is None


def test_ninguna_pregunta_del_publico_muestra_lo_chico(lector: httpx.Client) -> None:
    """Every combination of one or two dimensions, one filter, with and without zones: nothing small, nothing exact, and
    nobody's formality told by a rate of all or none, but where it cannot be otherwise."""
    filtros = [{}, {"seccion": "G"}, {"tamano": "micro"}, {"formalidad": "informal"}, {"zona": "88b"}]
    pares = [(), *itertools.combinations(DIMENSIONES, 1), *itertools.combinations(DIMENSIONES, 2)]
    vistas = 0
    for id_, por, filtro, nivel in itertools.product(
        ("establecimientos", "empleo", "tasa_informalidad"), pares, filtros, ("", "h3_8", "unidad_vecinal")
    ):
        params = {"por": ",".join(por), "nivel": nivel, "anio": "2024", **filtro}
        respuesta = lector.get(f"/api/v1/indicadores/{id_}", params=params)
        assert respuesta.status_code in (200, 400, 404), respuesta.text
        for fila in respuesta.json().get("datos", []):
            vistas += 1
            assert fila["estado"] in ("publicado", "reservado", "sin_dato")
            assert fila["estado"] != "publicado" or fila["n"] in (0, None) or fila["n"] >= 3
            assert fila["estado"] == "publicado" or fila["valor"] is None
            assert fila["redondeo"] == (5 if nivel == "h3_8" and fila["valor"] is not None else None)
            if id_ == "tasa_informalidad" and fila.get("tamano") != "pequena":
                assert fila["valor"] not in (0, 100)
    assert vistas > 50


def test_el_planificador_lee_lo_exacto(lector: httpx.Client, llave_comun: Llave) -> None:
    """The same address, with a key: the numbers counted by hand."""
    for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL):
        respuesta = lector.get(
            "/api/v1/indicadores/empleo", params={"por": "seccion,tamano", "anio": "2024"}, headers=llave_comun(rol)
        )
        assert datos(respuesta, "seccion", "tamano") == {
            ("C", "micro"): (12, 12, "exacto"),
            ("G", "micro"): (30, 15, "exacto"),
            ("G", "pequena"): (30, 3, "exacto"),
            ("P", "mediana"): (None, 0, "sin_dato"),
        }
        assert respuesta.json()["publicacion"] is None


@pytest.mark.parametrize("rol", [Rol.SOCIO, Rol.ADMIN])
def test_socio_y_admin_leen_lo_publicado(lector: httpx.Client, llave_comun: Llave, rol: Rol) -> None:
    """A key that has no business with single firms changes nothing."""
    respuesta = lector.get("/api/v1/conteos", params={"por": "seccion"}, headers=llave_comun(rol))
    assert datos(respuesta, "seccion")[("P",)] == (None, None, "reservado")
    negada = lector.get("/api/v1/conteos", params={"por": "tipo_persona"}, headers=llave_comun(rol))
    assert negada.status_code == 404


def test_lo_que_no_se_publica_es_404_con_lo_que_hay(lector: httpx.Client) -> None:
    """The refusal lists the tables that can be read."""
    respuesta = lector.get("/api/v1/indicadores/tasa_informalidad", params={"por": "division"})
    assert respuesta.status_code == 404
    assert respuesta.headers["content-type"] == "application/problem+json"
    tablas = {(t["anio"], t["por"], t["nivel"]) for t in respuesta.json()["tablas"]}
    assert {
        (2024, "", ""),
        (2024, "seccion", ""),
        (2024, "seccion,tamano", ""),
        (2024, "zona", "unidad_vecinal"),
    } <= tablas
    assert lector.get("/api/v1/indicadores/empleo", params={"anio": "1999"}).status_code == 404


def test_series_y_anio_anterior(lector: httpx.Client, llave_comun: Llave) -> None:
    """`por=anio` answers with every year; `comparar=anterior` with the change."""
    serie = lector.get("/api/v1/conteos", params={"por": "anio"})
    assert datos(serie, "anio") == {(2023,): (15, 15, "publicado"), (2024,): (None, None, "reservado")}
    comparada = lector.get("/api/v1/conteos", params={"comparar": "anterior", "seccion": "G"}).json()["datos"]
    assert [(f["valor"], f["anterior"], f["variacion"]) for f in comparada] == [(23, 15, 8)]
    exacta = lector.get("/api/v1/conteos", params={"comparar": "anterior"}, headers=llave_comun(Rol.PLANIFICADOR))
    assert exacta.json()["datos"][0]["variacion"] == 22


def test_csv_para_maquinas_y_para_excel(lector: httpx.Client, llave_comun: Llave) -> None:
    """A comma and points for programs; a semicolon, a mark and decimal commas for a Chilean Excel."""
    pedido = {"por": "seccion", "formato": "csv"}
    llano = lector.get("/api/v1/indicadores/tasa_informalidad", params=pedido)
    filas = list(csv.DictReader(io.StringIO(llano.content.decode("utf-8"))))
    assert [(f["seccion"], f["valor"], f["estado"]) for f in filas] == [
        ("C", "", "reservado"),
        ("G", "", "reservado"),
        ("P", "", "reservado"),
    ]
    assert llano.headers["content-disposition"] == 'attachment; filename="tasa_informalidad_seccion_2024.csv"'
    excel = lector.get(
        "/api/v1/indicadores/tasa_informalidad",
        params={**pedido, "separador": ";"},
        headers=llave_comun(Rol.PLANIFICADOR),
    ).content
    assert excel.startswith(b"\xef\xbb\xbfanio;seccion;seccion_nombre;valor")
    assert b";28,5714285" in excel


def test_xlsx_parquet_y_geojson(lector: httpx.Client) -> None:
    """Each format holds the same numbers, read by somebody else's reader."""
    direccion = "/api/v1/conteos"
    libro = CalamineWorkbook.from_filelike(
        io.BytesIO(lector.get(direccion, params={"por": "seccion", "formato": "xlsx"}).content)
    )
    filas = libro.get_sheet_by_name("Datos").to_python()
    assert filas[0][1:4] == ["Sección CIIU", "Nombre de la sección", "Establecimientos (establecimientos)"]
    assert filas[1] == [2024, "C", "Industria manufacturera", 12, 12, 1, "publicado", ""]
    assert dict(libro.get_sheet_by_name("Acerca de").to_python())["Años"] == "2024"

    parquet = lector.get(direccion, params={"por": "seccion", "formato": "parquet"}).content
    tabla = pq.read_table(io.BytesIO(parquet)).to_pylist()
    assert [(f["seccion"], f["n"]) for f in tabla] == [("C", 12), ("G", 23), ("P", None)]
    assert tabla[2]["seccion_nombre"] == "Enseñanza"

    respuesta = lector.get(direccion, params={"nivel": "h3_8", "formato": "geojson"})
    assert respuesta.headers["content-type"] == "application/geo+json"
    mapa = geopandas.read_file(io.BytesIO(respuesta.content)).set_index("zona")
    assert mapa.loc["88a", "valor"] in (20, 25)
    assert mapa.loc["88a", "redondeo"] == 5
    assert mapa.loc["88a", "nombre"] == "Celda 88a"
    assert mapa.loc["88a"].geometry.contains(mapa.loc["88a"].geometry.representative_point())
    assert mapa.loc["sin_ubicacion"].geometry is None
    sin_zonas = lector.get(direccion, params={"formato": "geojson"})
    assert sin_zonas.status_code == 400


def test_cada_codigo_va_con_su_nombre(lector: httpx.Client, llave_comun: Llave) -> None:
    """Sections, divisions and zones; the code stays, and what has no code is called by its word."""
    exacta = {"headers": llave_comun(Rol.PLANIFICADOR)}
    zonas = lector.get("/api/v1/conteos", params={"nivel": "h3_8"}, **exacta).json()["datos"]
    assert {(f["zona"], f["zona_nombre"]) for f in zonas} == {
        ("88a", "Celda 88a"),
        ("88b", "Celda 88b"),
        ("sin_ubicacion", "Sin ubicación"),
    }
    divisiones = lector.get("/api/v1/conteos", params={"por": "division"}, **exacta).json()["datos"]
    assert {(f["division"], f["division_nombre"]) for f in divisiones} == {
        ("10", "Elaboración de productos alimenticios"),
        ("47", "Comercio al por menor, excepto el de vehículos automotores y motocicletas"),
        ("85", "Enseñanza"),
    }
    assert "seccion_nombre" not in lector.get("/api/v1/conteos", params={"por": "tamano"}).text


def test_la_cobertura_con_cuatro_decimales_y_el_valor_entero(lector: httpx.Client, llave_comun: Llave) -> None:
    """The coverage is told with four decimals in every format; the exact figure and its change keep theirs."""
    direccion, clave = "/api/v1/indicadores/tasa_informalidad", llave_comun(Rol.PLANIFICADOR)
    params = {"por": "seccion", "comparar": "anterior", "anio": "2024"}
    (comercio,) = [
        f for f in lector.get(direccion, params=params, headers=clave).json()["datos"] if f["seccion"] == "G"
    ]
    assert comercio["valor"] == pytest.approx(100 * 6 / 21, abs=1e-12)
    assert comercio["variacion"] == round(comercio["valor"] - comercio["anterior"], 9)
    assert comercio["cobertura"] == 0.913
    csv_ = lector.get(direccion, params={**params, "formato": "csv"}, headers=clave).text
    assert ",21,0.913,exacto" in csv_


def test_la_segunda_vez_se_responde_lo_mismo(cliente: httpx.Client, llave: Llave) -> None:
    """Also the name of the file; and what the public was answered is not what a key is."""
    direccion = "/api/v1/indicadores/establecimientos?por=tamano&formato=csv"
    primera, segunda = (cliente.get(direccion) for _ in range(2))
    assert segunda.content == primera.content
    assert segunda.headers["content-disposition"] == primera.headers["content-disposition"]
    exacta = cliente.get(direccion, headers=llave(Rol.PLANIFICADOR))
    assert ",exacto" in exacta.text
    assert ",exacto" not in cliente.get(direccion).text


def test_etag_y_304_hasta_que_se_publica_otra_cosa(
    cliente: httpx.Client, ciudad: Any, motor: Engine, llave: Llave
) -> None:
    """The tag holds while the release does, and is another one for another role."""
    direccion = "/api/v1/indicadores/establecimientos?por=tamano"
    primera = cliente.get(direccion)
    etag = primera.headers["etag"]
    assert primera.headers["cache-control"] == "public, no-cache"
    assert "Authorization" in primera.headers["vary"]
    igual = cliente.get(direccion, headers={"If-None-Match": f'"otra", {etag}'})
    assert (igual.status_code, igual.content) == (304, b"")
    exacta = cliente.get(direccion, headers={"If-None-Match": etag, **llave(Rol.PLANIFICADOR)})
    assert exacta.status_code == 200
    assert exacta.headers["cache-control"] == "private, no-cache"
    with motor.begin() as conn:
        publicar(conn, ciudad.settings, 2024)
    assert cliente.get(direccion, headers={"If-None-Match": etag}).status_code == 304
    with motor.begin() as conn:
        conn.execute(text("UPDATE catastro.establecimiento_anio SET formalidad = 'inactivo' WHERE id = 'e001'"))
        publicar(conn, ciudad.settings, 2024)
    nueva = cliente.get(direccion, headers={"If-None-Match": etag})
    assert nueva.status_code == 200
    assert nueva.json()["publicacion"]["numeros"] > primera.json()["publicacion"]["numeros"]


@pytest.mark.parametrize(
    ("consulta", "dice"),
    [
        ("secion=G", "¿Quiso decir «seccion»?"),
        ("por=seccion&por=tamano", "una sola vez"),
        ("anio=dosmil", "cuatro cifras"),
        ("formato=pdf", "json, csv, xlsx, geojson, parquet"),
        ("tamano=enorme", "micro, pequena, mediana, grande, sin_dato"),
        ("por=color", "seccion, division, tamano"),
        ("nivel=barrio", "h3_8"),
        ("nivel=h3_8&zona=88z%00", "zona"),
        ("seccion='; DROP TABLE catastro.version--", "seccion"),
    ],
)
def test_una_consulta_mal_escrita_es_400_con_consejo(
    lector: httpx.Client, llave_comun: Llave, consulta: str, dice: str
) -> None:
    """For the public and for a planner alike; the fault is named by its field."""
    for cabeceras in ({}, llave_comun(Rol.PLANIFICADOR)):
        respuesta = lector.get(f"/api/v1/indicadores/tasa_informalidad?{consulta}", headers=cabeceras)
        assert respuesta.status_code == 400, respuesta.text
        assert respuesta.headers["content-type"] == "application/problem+json"
        assert dice in respuesta.text
    assert lector.get("/api/v1/conteos").status_code == 200


def test_un_indicador_que_no_existe(lector: httpx.Client) -> None:
    """404 that guesses what was meant."""
    respuesta = lector.get("/api/v1/indicadores/empleos")
    assert respuesta.status_code == 404
    assert "¿Quiso decir «empleo»?" in respuesta.json()["consejo"]


def test_catalogo_publicaciones_niveles_zonas_y_fuentes(lector: httpx.Client) -> None:
    """What anybody may read about the figures."""
    catalogo = {i["id"]: i for i in lector.get("/api/v1/indicadores").json()["datos"]}
    assert list(catalogo) == list(definiciones())
    assert "formalidad" not in catalogo["tasa_informalidad"]["dimensiones"]
    assert {t["por"] for t in catalogo["empleo"]["publicado"]} == {
        "",
        "seccion",
        "tamano",
        "formalidad",
        "seccion,tamano",
        "seccion,formalidad",
        "tamano,formalidad",
        "seccion,tamano,formalidad",
        "zona",
        "seccion,zona",
        "tamano,zona",
        "formalidad,zona",
    }

    publicaciones = lector.get("/api/v1/publicaciones").json()["datos"]
    assert [p["anio"] for p in publicaciones] == [2024, 2023]

    niveles = {n["nivel"]: n for n in lector.get("/api/v1/niveles").json()["datos"]}
    assert niveles["h3_8"]["zonas"] == 3
    zonas = lector.get("/api/v1/zonas", params={"nivel": "h3_8"}).json()["datos"]
    assert [z["zona"] for z in zonas] == ["88a", "88b", "88c"]
    rasgos = lector.get("/api/v1/zonas", params={"nivel": "h3_8", "formato": "geojson"})
    assert geopandas.read_file(io.BytesIO(rasgos.content)).geometry.isna().tolist() == [False, False, True]
    assert lector.get("/api/v1/zonas").status_code == 400

    fuentes = lector.get("/api/v1/fuentes").json()["datos"]
    assert {f["estado"] for f in fuentes} == {"sin_carga"}
    assert {"id", "actor", "licencia", "periodicidad"} <= set(fuentes[0])


def test_el_documento_openapi_declara_parametros_y_llaves(lector: httpx.Client) -> None:
    """The document is served, and tells the filters and both ways of sending a key."""
    documento = orjson.loads(lector.get("/api/v1/openapi.json").content)
    parametros = {p["name"] for p in documento["paths"]["/api/v1/indicadores/{id}"]["get"]["parameters"]}
    assert {"por", "nivel", "zona", "anio", "seccion", "tamano", "formalidad", "formato"} <= parametros
    assert {e["type"] for e in documento["components"]["securitySchemes"].values()} == {"http", "apiKey"}
    respuestas = documento["paths"]["/api/v1/conteos"]["get"]["responses"]
    assert {"4XX", "5XX"} <= set(respuestas)
    assert "application/problem+json" in respuestas["4XX"]["content"]
    assert lector.get("/docs").status_code == 404


@pytest.mark.parametrize("vocabulario", [Tamano, Formalidad])
def test_cada_palabra_del_vocabulario_sirve_de_filtro(
    lector: httpx.Client, llave_comun: Llave, vocabulario: type[Tamano] | type[Formalidad]
) -> None:
    """The sum over a closed list is the total."""
    nombre = vocabulario.__name__.lower()
    suma = 0
    for palabra in vocabulario:
        pedido = {nombre: palabra.value, "anio": "2024"}
        (fila,) = lector.get("/api/v1/conteos", params=pedido, headers=llave_comun(Rol.PLANIFICADOR)).json()["datos"]
        suma += fila["valor"]
    assert suma == 37
