"""The words of a giro and the code that they mean: given when sure, asked when in doubt, else nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from observatorio import referencia
from observatorio.catastro import giros
from observatorio.catastro.actividad import aprender_giros, completar_actividad, leer_giros
from observatorio.catastro.palabras_giro import corregir, palabras
from observatorio.normalizar.texto import plegar

SIN_APRENDER = pl.DataFrame(schema=giros.GIROS)
SIN_DECIDIR = pl.DataFrame(schema={"giro": pl.Utf8, "acteco": pl.Utf8})
_OBSERVACION = {
    "rut": pl.Int32,
    "actor": pl.Utf8,
    "historica": pl.Boolean,
    "observado": pl.Int32,
    "desde": pl.Date,
    "acteco": pl.Utf8,
    "giro_texto": pl.Utf8,
}


def leido(
    *textos: str, aprendidos: pl.DataFrame = SIN_APRENDER, decisiones: pl.DataFrame = SIN_DECIDIR
) -> pl.DataFrame:
    return giros.emparejar_giros(pl.Series(textos, dtype=pl.Utf8), aprendidos, decisiones)


def observaciones(*filas: dict[str, Any]) -> pl.DataFrame:
    base = dict.fromkeys(_OBSERVACION) | {"actor": "sii", "historica": False, "observado": 2024}
    return pl.DataFrame([base | f for f in filas], schema=_OBSERVACION)


def test_cada_glosa_es_su_codigo_o_una_duda() -> None:
    """A giro that copies the list must never get another division's code."""
    lista = referencia.actecos()
    salida = leido(*plegar(pl.Series([a.glosa for a in lista])))
    de_glosa: dict[str, set[str]] = {}
    for a in lista:
        de_glosa.setdefault(plegar(pl.Series([a.glosa]))[0], set()).add(a.acteco)
    dados = salida.filter(pl.col("origen") == "parecido").rows(named=True)
    assert len(dados) > 300
    assert all(f["acteco"] in de_glosa[f["giro"]] for f in dados)


@pytest.mark.parametrize(
    ("texto", "acteco"),
    [
        ("HOTEL", "551001"),
        ("VENTA AL POR MENOR DE CALZADO", "477101"),
        ("VENTAS DE CALZADOS", "477101"),
        ("TRANSPORTE DE CARGA POR CARRETERA", "492300"),
        ("TRANSPORTE DE CARGA POR CARRTERA", "492300"),
        ("SERVICIOS FUNERARIOS", "960310"),
    ],
)
def test_se_reconoce_lo_que_la_lista_llama_casi_igual(texto: str, acteco: str) -> None:
    [fila] = leido(texto).rows(named=True)
    assert (fila["acteco"], fila["origen"]) == (acteco, "parecido")
    assert giros.SEGURO <= fila["puntaje"] <= 1


@pytest.mark.parametrize("texto", ["CONSTRUCCION", "COMERCIO POR MAYOR", "FERRETERIA", "ARTICULOS PARA EL HOGAR"])
def test_lo_que_vale_para_varios_codigos_queda_en_duda(texto: str) -> None:
    assert leido(texto)["origen"].to_list() == ["duda"]


@pytest.mark.parametrize(
    ("texto", "dudas"),
    [
        *(("VENTA DE PRODUCTOS VARIOS", 1), ("OTROS", 1)),
        *(("", 0), ("XYZQW", 0), ("123", 0), ("NO INFORMADA", 0), ("SPA LTDA", 0)),
    ],
)
def test_de_lo_que_nada_dice_nada_se_dice(texto: str, dudas: int) -> None:
    assert leido(texto)["origen"].to_list() == ["duda"] * dudas


def test_lo_decidido_gana_a_lo_aprendido_y_lo_aprendido_a_lo_parecido() -> None:
    aprendidos = pl.DataFrame(
        [("HOTEL", "551009", 0.9, "como_otras_empresas"), ("BAZAR", "477399", 1.0, "como_otras_empresas")],
        schema=giros.GIROS,
        orient="row",
    )
    decisiones = pl.DataFrame([("BAZAR", "475909"), ("HOSTAL", None)], schema=SIN_DECIDIR.schema, orient="row")
    salida = leido("BAZAR", "HOTEL", "HOSTAL", aprendidos=aprendidos, decisiones=decisiones)
    assert salida.rows() == [
        ("BAZAR", "475909", 1.0, "decision"),
        ("HOSTAL", None, 1.0, "decision"),
        ("HOTEL", "551009", 0.9, "como_otras_empresas"),
    ]


def test_lo_aprendido_sirve_a_los_que_se_le_parecen() -> None:
    aprendidos = pl.DataFrame(
        [("VULCANIZACION DE NEUMATICOS", "452002", 1.0, "como_otras_empresas")], schema=giros.GIROS, orient="row"
    )
    [fila] = leido("VULCANIZACIONES DE NEUMATICO", aprendidos=aprendidos).rows(named=True)
    assert (fila["acteco"], fila["origen"]) == ("452002", "parecido")


def test_el_orden_no_cambia_nada() -> None:
    textos = [a.glosa[:40] for a in referencia.actecos()]
    plegados = plegar(pl.Series(textos)).to_list()
    assert leido(*plegados).equals(leido(*plegados[::-1]))


def test_se_aprende_de_todas_las_empresas_y_de_su_codigo_principal() -> None:
    filas: list[dict[str, Any]] = []
    for rut in (1, 2, 3):
        filas += [
            {"rut": rut, "acteco": "561000", "historica": True},
            {"rut": rut, "acteco": "452002"},
            {"rut": rut, "actor": "municipalidad", "giro_texto": "Taller"},
        ]
    filas += [{"rut": rut, "acteco": "431100", "giro_texto": "obras"} for rut in (4, 5)]
    for orden in (filas, filas[::-1]):
        assert aprender_giros(observaciones(*orden)).rows() == [("TALLER", "452002", 1.0, "como_otras_empresas")]
    assert "TALLER" in leer_giros(observaciones(*filas), SIN_DECIDIR)["giro"]


def test_la_actividad_dice_de_donde_salio() -> None:
    origen = pl.Struct({"carga": pl.Int64, "fila": pl.Int64, "regla": pl.Utf8})
    de_empresa, de_escuela = ({"carga": 1, "fila": n, "regla": r} for n, r in ((1, "empresa:sii"), (2, "e:educacion")))
    de_giro = {"carga": 1, "fila": 3, "regla": "establecimiento:gremio"}
    esquema: dict[str, Any] = {
        **dict.fromkeys(("acteco", "acteco_propio", "giro_texto"), pl.Utf8),
        **dict.fromkeys(("o_acteco", "o_acteco_propio", "o_giro_texto"), origen),
    }
    filas = [
        ("841100", "850022", "Escuela", de_empresa, de_escuela, de_giro),
        ("841100", None, "Hotel", de_empresa, None, de_giro),
        (None, None, "Hotel", None, None, de_giro),
        (None, None, "Bazar", None, None, de_giro),
        (None, None, None, None, None, None),
    ]
    leidos = pl.DataFrame(
        [("HOTEL", "551001", 0.9, "parecido"), ("BAZAR", "477399", 0.7, "duda")], schema=giros.GIROS, orient="row"
    )
    salida = completar_actividad(pl.DataFrame(filas, schema=esquema, orient="row"), leidos)
    assert salida["acteco"].to_list() == ["850022", "841100", "551001", None, None]
    assert salida["acteco_puntaje"].to_list() == [None, None, 0.9, None, None]
    assert salida["o_acteco"].to_list() == [
        *(de_escuela, de_empresa, {"carga": 1, "fila": 3, "regla": "giro:parecido"}),
        *(None, None),
    ]
    assert not {"acteco_propio", "o_acteco_propio"} & set(salida.columns)


def test_las_dudas_cuentan_negocios_y_no_anios() -> None:
    emparejados = pl.DataFrame(
        [("BAZAR", "477399", 0.7, "duda"), ("HOTEL", "551001", 1.0, "parecido"), ("KIOSCO", "478100", 0.5, "duda")],
        schema=giros.GIROS,
        orient="row",
    )
    usos = pl.DataFrame({"giro": ["BAZAR", "BAZAR", "BAZAR", "HOTEL"], "id": ["a", "a", "b", "c"]})
    assert giros.dudas_de_giro(emparejados, usos).rows() == [("BAZAR", "477399", 0.7, 2)]


def test_las_formas_de_una_palabra_son_una() -> None:
    def raices(texto: str) -> list[str]:
        return palabras(pl.Series([texto]))["palabra"].to_list()

    assert raices("REPARACIONES DE VEHICULOS") == raices("REPARACION DE VEHICULO")
    assert raices("RESTAURANTES") == raices("RESTAURANTE") == raices("RESTORAN")
    assert raices("ARRIENDO DE AUTOS") == raices("ALQUILER DE AUTOMOTORES")
    assert raices("CARPINTERO") == raices("CARPINTERIA")
    assert raices("ROPA") != raices("ROPE")
    assert raices("VENTA AL POR MENOR (EXCEPTO CALZADO)") == raices("VENTA")
    assert raices("LOS SERVICIOS DE LA EMPRESA SPA") == []


def test_las_erratas_se_corrigen_hacia_una_palabra_conocida() -> None:
    corregidas = corregir(pl.Series(["CARRTER", "CARRETER", "PAN", "ZZZZZZ"]), pl.Series(["CARRETER", "PAST"]))
    assert corregidas.select("palabra", "conocida").rows() == [("CARRTER", "CARRETER")]


def test_en_textos_reales_no_se_inventa(datos_reales: Any) -> None:
    import python_calamine

    ruta = datos_reales / "sercotec" / "sercotec_beneficiarios_antofagasta.xlsx"
    filas = python_calamine.CalamineWorkbook.from_path(str(ruta)).get_sheet_by_index(0).to_python()
    columna = filas[0].index("Actividad_Economica_Postulante_Beneficiario")
    textos = plegar(pl.Series([str(f[columna]) for f in filas[1:]]))
    dados = leido(*textos).filter(pl.col("origen") == "parecido")
    # The programme asks for a sector, from which no code of six digits follows, but where the sector has only one.
    assert {f["giro"]: f["acteco"] for f in dados.rows(named=True)} == {"15.2) VETERINARIAS.": "750001"}
