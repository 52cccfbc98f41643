"""What is known of each premises and of each record without a RUT, in the form in which they are compared."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observaciones_hechas import CUT, GENTE, RUT, de_encuesta, locales_por_puerta
from observatorio.catastro.enlace.perfil_lugares import puertas
from observatorio.catastro.enlace.perfil_nombres import canonizar
from observatorio.catastro.enlace.perfil_rasgos import banda
from observatorio.catastro.enlace.perfiles import nodos, perfilar


def perfil(*filas: dict[str, Any]) -> dict[str, dict[str, Any]]:
    obs = de_encuesta(*filas)
    return {p["nodo"]: p for p in perfilar(obs, locales_por_puerta(obs), CUT).to_dicts()}


def unico(*filas: dict[str, Any]) -> dict[str, Any]:
    (uno,) = perfil(*filas).values()
    return uno


def canonico(nombre: str) -> str:
    return str(canonizar(pl.Series([nombre]))["nombre"].item())


@pytest.mark.parametrize(
    ("escrito", "nombre"),
    [
        ("Soc. Comercial Los Andes Ltda.", "ANDES COMERCIAL"),
        ("COMERCIAL LOS ANDES LIMITADA", "ANDES COMERCIAL"),
        ("Com. Los Andes S.A.", "ANDES COMERCIAL"),
        ("Los Andes, Comercial E.I.R.L.", "ANDES COMERCIAL"),
        ("TPTES. DEL LOA SpA", "LOA TRANSPORTES"),
        ("COLEGIO LIDER OLIVARES LIM", "COLEGIO LIDER OLIVARES"),
        ("Muñoz Díaz, María", "DIAZ MARIA MUNOZ"),
        ("Sin nombre", ""),
        ("  - ", ""),
        ("LA COMPAÑÍA", "COMPANIA LA"),
    ],
)
def test_un_nombre_se_compara_sin_forma_legal_ni_orden(escrito: str, nombre: str) -> None:
    assert canonico(escrito) == nombre


def test_una_palabra_corta_que_no_esta_cortada_se_queda() -> None:
    assert canonico("BAZAR EI") == "BAZAR EI"


def test_un_local_junta_lo_de_sus_registros_y_el_nombre_legal_de_su_firma() -> None:
    fila = {"rut": RUT, "calle": "RAMIREZ", "numero": "100"}
    dicho = unico(
        fila | {"fuente": "patentes", "actor": "municipalidad", "razon_social": "LOS ANDES SPA", "observado": 2020},
        fila | {"nombre_fantasia": "Bazar Rosita", "telefono": "+56552123456"},
        {"rut": RUT, "describe": "empresa", "actor": "sii", "razon_social": "COMERCIAL LOS ANDES SPA", "cut": "13101"}
        | {"acteco": "471100"},
    )
    assert dicho["nodo"] == f"{RUT}|RAMIREZ100"
    assert dicho["nombres"] == ["ANDES", "ANDES COMERCIAL", "BAZAR ROSITA"]
    assert (dicho["desde"], dicho["hasta"]) == (2020, 2024)
    assert dicho["listas"] == ["encuesta|2024"]
    assert dicho["contactos"] == ["+56552123456"]


def test_lo_que_no_es_un_local_no_tiene_perfil() -> None:
    obs = de_encuesta(
        {"nombre_fantasia": "A", "describe": "beneficiario"},
        {"nombre_fantasia": "B", "tipo_sitio": "domicilio"},
        {"nombre_fantasia": "C", "historica": True},
        {"nombre_fantasia": "D", "cut": "02101"},
        {"nombre_fantasia": "E", "cut": None},
    )
    assert nodos(obs, locales_por_puerta(obs), CUT).height == 0
    assert perfilar(obs, locales_por_puerta(obs), CUT).height == 0


def test_un_registro_publico_conoce_lo_suyo_por_su_numero_en_todos_los_anios() -> None:
    suyo = {"fuente": "educacion", "actor": "educacion", "publica": True, "id_fuente": "90120"}
    dichos = perfil(
        *(suyo | {"observado": a, "sha256": str(a), "nombre_fantasia": "Escuela D-12"} for a in (2020, 2024)),
        {"nombre_fantasia": "Escuela D-12"},
    )
    assert sorted(p["clase"] for p in dichos.values()) == ["propio", "suelto"]
    assert dichos["educacion|90120"]["clase"] == "propio"


def clave(**fila: Any) -> str:
    """The key of a record without a RUT, of a trade body unless it says otherwise."""
    obs = de_encuesta({"fuente": "gremio", "actor": "gremio", "nombre_fantasia": "Taller Dos"} | fila)
    return str(nodos(obs, locales_por_puerta(obs).clear(), CUT)["nodo"].item())


def test_una_lista_corregida_no_cambia_la_clave_de_nadie() -> None:
    assert clave(calle="LIRA", sha256="a", fila=3) == clave(calle="LIRA", sha256="b", fila=90)
    assert clave(calle="LIRA") != clave(calle="VARGAS")
    assert clave(calle="LIRA", observado=2023) != clave(calle="LIRA", observado=2024)


def test_lo_calculado_y_lo_que_se_corrige_no_cambian_la_clave_de_nadie() -> None:
    base = clave(calle="LIRA")
    punto = {"lon": -68.92, "lat": -22.45, "precision": "puerta"}
    for otro in (punto, {"telefono": "+56552123456"}, {"correo": "a@b.cl"}, {"empleo_total": 3}, {"acteco": "471100"}):
        assert clave(calle="LIRA", **otro) == base, otro
    for otro in ({"razon_social": "X"}, {"id_fuente": "7"}, {"numero": "5"}, {"resto": "LOCAL 2"}):
        assert clave(calle="LIRA", **otro) != base, otro


def test_los_iguales_de_una_lista_y_un_anio_son_distintos() -> None:
    igual = {"nombre_fantasia": "Almacén", "fuente": "gremio", "actor": "gremio"}
    obs = de_encuesta(*(igual | {"fila": i} for i in range(3)))
    assert nodos(obs, locales_por_puerta(obs).clear(), CUT)["nodo"].n_unique() == 3


def test_el_socio_que_una_lista_repite_cada_anio_sin_decir_donde_es_uno() -> None:
    assert clave(giro_texto="Taller", observado=2023) == clave(giro_texto="TALLER", observado=2024)
    # A name of one word, no giro, a placeholder: nothing says that it is the same member.
    for sin_prueba in (
        {"nombre_fantasia": "Taller", "giro_texto": "Taller"},
        {"nombre_fantasia": "Taller Dos"},
        {"nombre_fantasia": "Sin nombre", "giro_texto": "Taller"},
        {"nombre_fantasia": "NO TIENE NOMBRE", "giro_texto": "Taller"},
    ):
        assert clave(**sin_prueba, observado=2023) != clave(**sin_prueba, observado=2024), sin_prueba
    socio = {"fuente": "gremio", "actor": "gremio", "nombre_fantasia": "Taller Dos", "giro_texto": "Taller"}
    # Whoever is twice in a year, or has a place in some year, is told apart by that; so does another telephone.
    for otro in (
        {"observado": 2023},
        {"observado": 2024, "calle": "LIRA"},
        {"observado": 2024, "precision": "centroide"},
        {"observado": 2024, "telefono": "+56552123456"},
        {"observado": 2024, "correo": "a@b.cl"},
    ):
        obs = de_encuesta(socio | {"observado": 2023}, socio | otro | {"fila": 9})
        assert nodos(obs, locales_por_puerta(obs).clear(), CUT)["nodo"].n_unique() == 2, otro


def test_el_telefono_que_no_cambia_es_del_mismo_socio() -> None:
    socio = {"giro_texto": "Taller", "telefono": "+56552123456", "correo": "a@b.cl"}
    assert clave(**socio, observado=2023) == clave(**socio, observado=2024)
    assert clave(**socio, observado=2023) != clave(**socio | {"telefono": "+56552999999"}, observado=2024)


def test_un_contacto_exacto_es_de_dos_a_lo_mas() -> None:
    def exactos(cuantos: int) -> set[tuple[str, ...]]:
        dichos = perfil(*({"telefono": "+56552123456"} for _ in range(cuantos)))
        assert all(p["contactos"] == ["+56552123456"] for p in dichos.values())
        return {tuple(p["contactos_exactos"]) for p in dichos.values()}

    assert exactos(2) == {("+56552123456",)}
    assert exactos(3) == {()}


def test_un_rut_que_no_se_cree_no_entra_en_el_perfil() -> None:
    obs = de_encuesta({"rut": RUT, "actor": "gremio", "razon_social": "X Y"})
    (p,) = perfilar(obs, locales_por_puerta(obs).clear(), CUT).to_dicts()
    assert (p["clase"], p["rut"]) == ("suelto", None)


def test_el_rut_es_el_que_leyo_la_tabla_de_locales() -> None:
    obs = de_encuesta({"rut": 7_650_000, "razon_social": "X Y"})
    releido = locales_por_puerta(obs).with_columns(rut=pl.lit(RUT, pl.Int32))
    assert perfilar(obs, releido, CUT)["rut"].to_list() == [RUT]


def test_verse_cada_anio_no_hace_comun_un_nombre() -> None:
    visto = [{"nombre_fantasia": "PUKARA", "observado": a, "sha256": str(a)} for a in range(2015, 2025)]
    assert [p["raros"] for p in perfil(*visto).values()] == [["PUKARA"]] * 10
    de_muchos = [{"nombre_fantasia": "PUKARA"} for _ in range(10)]
    assert [p["raros"] for p in perfil(*de_muchos).values()] == [[]] * 10


@given(st.integers(1, 70))
def test_la_banda_es_el_logaritmo_de_cuantos_son(cuantos: int) -> None:
    tabla = pl.DataFrame(
        {"rut": range(cuantos), "nodo": "n", "fuente": "f", "observado": 2024, "clave": "k"},
        schema_overrides={"rut": pl.Int32},
    )
    assert banda(tabla, "clave")["banda"].to_list() == [cuantos.bit_length() - 1]


def test_una_persona_se_reconoce_por_las_palabras_de_las_personas() -> None:
    registro = {"fuente": "patentes", "actor": "municipalidad"}
    filas = [
        registro | {"rut": 10_000_000 + i, "tipo_persona": "natural", "razon_social": n} for i, n in enumerate(GENTE)
    ]
    sueltas = [{"nombre_fantasia": n, "fila": 100 + i} for i, n in enumerate(["LUIS SOTO DIAX", "BAZAR SOTO", "ANA"])]
    dichos = perfil(*filas, *sueltas)
    de_encuesta = {d["nombres"][0]: d["persona"] for nodo, d in dichos.items() if nodo.startswith("encuesta|")}
    assert sorted(de_encuesta.values()) == [False, False, True]
    assert de_encuesta["DIAX LUIS SOTO"]


def test_una_calle_mal_escrita_es_la_conocida_a_la_que_se_parece() -> None:
    filas = [{"calle": c, "numero": "10", "resto": None} for c in ["AVENIDA BALMACEDA"] * 8 + ["BALAMCEDA", "IQUIQUE"]]
    dichas = puertas(pl.DataFrame(filas, schema=dict.fromkeys(["calle", "numero", "resto"], pl.String)))
    assert dichas["edificio"].to_list() == ["BALMACEDA|10"] * 9 + ["IQUIQUE|10"]


def test_la_unidad_distingue_puertas_y_el_barrio_manzanas() -> None:
    filas = [
        ("RAMIREZ", "10", "LOCAL 3 VILLA AYQUINA"),
        ("RAMIREZ", "10", None),
        ("MANZANA 4", "SITIO 5", "APIAC"),
        ("MANZANA 4", "SITIO 5", "PUERTO SECO"),
        ("RAMIREZ", "S/N", None),
        (None, "3", None),
    ]
    dichas = puertas(pl.DataFrame(filas, schema=dict.fromkeys(["calle", "numero", "resto"], pl.String), orient="row"))
    assert dichas["puerta"].to_list() == [
        "RAMIREZ|10|LOCAL 3",
        "RAMIREZ|10|",
        "MANZANA 4 APIAC|SITIO 5|",
        "MANZANA 4 PUERTO SECO|SITIO 5|",
        None,
        None,
    ]


def test_el_nombre_de_un_codigo_no_es_un_giro() -> None:
    p = unico({"rut": RUT, "acteco": "471100", "giro_texto": "VENTA AL POR MENOR"})
    assert (p["giros"], p["divisiones"]) == ([], ["47"])


def test_un_giro_dice_la_division_de_las_firmas_que_lo_usan() -> None:
    firmas = [{"rut": RUT + i, "giro_texto": "Minimarket"} for i in range(3)]
    codigos = [{"rut": RUT + i, "describe": "empresa", "acteco": "471100", "cut": None} for i in range(3)]
    obs = de_encuesta(*firmas, *codigos, {"giro_texto": "MINIMARKET", "fila": 50})
    (suelto,) = perfilar(obs, locales_por_puerta(obs.head(3)), CUT).filter(pl.col("clase") == "suelto").to_dicts()
    assert suelto["divisiones"] == ["47"]


def test_un_telefono_de_muchos_y_un_edificio_de_cientos_no_son_razon_para_comparar() -> None:
    filas = [{"telefono": "+56552000000", "calle": "RAMIREZ", "numero": "1"} for _ in range(600)]
    dichos = perfil(*filas)
    assert [(p["contactos"], p["bloques"]) for p in dichos.values()] == [([], [])] * 600
    pocos = perfil(*filas[:4])
    assert [p["bloques"] for p in pocos.values()] == [["e:RAMIREZ|1", "c:+56552000000"]] * 4


def test_un_punto_que_no_es_preciso_no_se_compara() -> None:
    punto = {"lon": -68.92, "lat": -22.45}
    dichos = perfil(punto | {"precision": "gps"}, punto | {"precision": "centroide"}, punto | {"precision": "calle"})
    assert [len(p["puntos"]) for p in dichos.values()] == [1, 0, 0]


FILAS: list[dict[str, Any]] = [
    {"nombre_fantasia": "Bazar Rosita", "calle": "RAMIREZ", "numero": "10", "giro_texto": "Bazar"},
    {"nombre_fantasia": "BAZAR ROSITA", "observado": 2023, "sha256": "b" * 64, "telefono": "+56552123456"},
    {"rut": RUT, "razon_social": "ROSITA SPA", "calle": "RAMIREZ", "numero": "10", "acteco": "471100"},
    {"rut": RUT, "razon_social": "ROSITA LTDA", "calle": "RAMIREZ", "numero": "10", "lon": -68.92, "lat": -22.45}
    | {"precision": "gps"},
    {"rut": RUT + 1, "razon_social": "ANA SOTO", "tipo_persona": "natural", "calle": "IQUIQUE", "numero": "3"},
]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(len(FILAS))), st.integers(2, 900))
def test_ni_el_orden_ni_la_carga_cambian_un_perfil(orden: list[int], carga: int) -> None:
    obs = de_encuesta(*FILAS)
    otra = obs[orden].with_columns(carga=pl.lit(carga, pl.Int64))
    assert perfilar(otra, locales_por_puerta(otra), CUT).equals(perfilar(obs, locales_por_puerta(obs), CUT))
