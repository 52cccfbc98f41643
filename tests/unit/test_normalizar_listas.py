"""Closed lists and texts: comunas, activity codes, categories, contacts, plain text."""

from __future__ import annotations

import polars as pl
import pytest

from observatorio import referencia
from observatorio.normalizar.acteco import normalizar_acteco
from observatorio.normalizar.categoria import normalizar_categoria
from observatorio.normalizar.comuna import normalizar_comuna
from observatorio.normalizar.contacto import normalizar_correo, normalizar_telefono
from observatorio.normalizar.texto import normalizar_texto, patron, plegar


@pytest.mark.parametrize(
    ("texto", "cut"),
    [
        ("Calama", "02201"),
        ("  CALAMA ", "02201"),
        ("Comuna de Calama", "02201"),
        ("Ilustre Municipalidad de Calama", "02201"),
        ("02201", "02201"),
        ("2201", "02201"),
        ("2201,0", "02201"),
        ("CL02201", "02201"),
        ("LLAY-LLAY", "05703"),
        ("EST CENTRAL", "13106"),
        ("Est. Central", "13106"),
        ("SAN FCO DE MOSTAZAL", "06110"),
        ("SAN VICENTE T-T", "06117"),
        ("San Vicente de Tagua Tagua", "06117"),
        ("AYSEN", "11201"),
        ("Aisén", "11201"),
        ("CON CON", "05103"),
        ("LA CALERA", "05502"),
        ("TREHUACO", "16207"),
        ("Treguaco", "16207"),
        ("VICUNA", "04106"),
        ("Vicuña", "04106"),
        ("PUERTO NATALES", "12401"),
        ("SAN JAVIER", "07406"),
        ("COYHAIQUE", "11101"),
        ("Coihaique", "11101"),
        ("PUQUELDON", "10206"),
        ("CABO DE HORNOS", "12201"),
        ("ANTARTICA", "12202"),
        ("Ollagüe", "02202"),
        ("OLLAGUE", "02202"),
        ("O'Higgins", "11302"),
        ("OHIGGINS", "11302"),
        ("ÑUÑOA", "13120"),
        ("Nunoa", "13120"),
        # A code from before the region of Ñuble.
        ("08401", "16101"),
    ],
)
def test_comunas(texto: str, cut: str) -> None:
    resultado = normalizar_comuna(pl.Series([texto]))
    assert (resultado.valores["cut"].to_list(), resultado.regla.to_list()) == ([cut], [None])


def test_comunas_que_no_son() -> None:
    resultado = normalizar_comuna(pl.Series(["Otro lugar", "99999", "Chuqui", "No Informada", "Sin Información", None]))
    assert resultado.valores["cut"].null_count() == 6
    assert resultado.regla.to_list() == ["comuna_desconocida"] * 3 + [None] * 3


def test_todas_las_comunas_por_nombre_y_codigo() -> None:
    comunas = referencia.comunas()
    codigos = [comuna.cut for comuna in comunas]
    assert len(codigos) == 345
    for escritos in (
        [c.nombre for c in comunas],
        [c.nombre.upper() for c in comunas],
        codigos,
        [c.lstrip("0") for c in codigos],
    ):
        assert normalizar_comuna(pl.Series(escritos)).valores["cut"].to_list() == codigos


def test_comunas_del_registro_de_empresas(datos_reales: object) -> None:
    tabla = pl.read_csv(
        f"{datos_reales}/res/res_constituciones_2013_antofagasta_y_muestra.csv", separator=";", infer_schema=False
    )
    for columna, llenas in (("Comuna Tributaria", 3155), ("Comuna Social", 3155 - tabla["Comuna Social"].null_count())):
        resultado = normalizar_comuna(tabla[columna])
        assert resultado.regla.null_count() == 3155
        assert resultado.valores["cut"].count() == llenas
    assert (normalizar_comuna(tabla["Comuna Tributaria"]).valores["cut"] == "02201").sum() == 120


@pytest.mark.parametrize(
    ("texto", "acteco", "regla"),
    [
        ("011101", "011101", None),
        ("11101", "011101", None),
        ("01.11.01", "011101", None),
        ("0111-01", "011101", None),
        ("11101.0", "011101", None),
        ("040000", "040000", None),
        ("471100 - Grandes establecimientos", "471100", None),
        ("000000", None, "acteco_division"),
        ("340000", None, "acteco_division"),
        ("4711", None, "acteco_formato"),
        ("4711000", None, "acteco_formato"),
        ("comercio", None, "acteco_formato"),
        ("s/i", None, None),
        (None, None, None),
    ],
)
def test_acteco(texto: str | None, acteco: str | None, regla: str | None) -> None:
    resultado = normalizar_acteco(pl.Series([texto], dtype=pl.String))
    assert (resultado.valores["acteco"].to_list(), resultado.regla.to_list()) == ([acteco], [regla])


def test_los_674_codigos_del_sii(datos_reales: object) -> None:
    codigos = pl.read_csv(f"{datos_reales}/clasificadores/acteco_674.csv", infer_schema=False)["codigo"]
    como_numero = codigos.str.strip_chars_start("0")
    for escritos in (codigos, como_numero, como_numero + ".0"):
        assert normalizar_acteco(escritos).valores["acteco"].to_list() == codigos.to_list()
    assert len(codigos) == 674


SENAL = {"s[ií]|yes|vigente": "si", "no|caducad[oa]": "no", "no sabe": "", "": "no"}


def test_categoria_en_orden_y_vacia() -> None:
    crudo = pl.Series(["Sí", "VIGENTE", "Caducada", "no sabe", "", None, "S/I", "quizás"])
    resultado = normalizar_categoria(crudo, "senal", ("si", "no"), SENAL, otros=False)
    assert resultado.valores["senal"].to_list() == ["si", "si", "no", None, "no", "no", "no", None]
    assert resultado.regla.to_list() == [None] * 7 + ["categoria_desconocida"]
    assert normalizar_categoria(crudo, "senal", ("si", "no"), SENAL, otros=True).regla.null_count() == 8


def test_un_comodin_no_llena_lo_vacio() -> None:
    resultado = normalizar_categoria(
        pl.Series(["Definitiva", "morosa", None, "-"]), "x", (), {"definitiva": "si", ".*": "no"}
    )
    assert resultado.valores["x"].to_list() == ["si", "no", None, None]


def test_el_primer_patron_gana_y_el_valor_canonico_se_reconoce() -> None:
    resultado = normalizar_categoria(
        pl.Series(["Casa Matriz", "CASA_MATRIZ", "sucursal 3"]),
        "x",
        ("casa_matriz", "sucursal"),
        {"sucursal.*": "sucursal", ".*3": "faena"},
    )
    assert resultado.valores["x"].to_list() == ["casa_matriz", "casa_matriz", "sucursal"]


@pytest.mark.parametrize(
    ("texto", "telefono"),
    [
        ("+56 55 2 345678", "+56552345678"),
        ("55-2345678", "+56552345678"),
        ("(055) 2345678", "+56552345678"),
        ("(55) 345678", "+56552345678"),
        ("9 8765 4321", "+56987654321"),
        ("09-87654321", "+56987654321"),
        ("56987654321", "+56987654321"),
        ("0056 9 8765 4321", "+56987654321"),
        ("Fono: 55 2 345678 / 9 8765 4321", "+56552345678"),
        ("anexo 12 / 9 8765 4321", "+56987654321"),
        ("22 345 6789", "+56223456789"),
        ("345678", None),
        ("12345678", None),
        ("no tiene", None),
    ],
)
def test_telefono(texto: str, telefono: str | None) -> None:
    resultado = normalizar_telefono(pl.Series([texto]))
    assert resultado.valores["telefono"].to_list() == [telefono]
    assert resultado.regla.to_list() == [None if telefono else "telefono_formato"]


@pytest.mark.parametrize(
    ("texto", "correo"),
    [
        ("Ventas@Empresa.CL", "ventas@empresa.cl"),
        ("mailto:a.b@c.cl", "a.b@c.cl"),
        ("Juana Soto <juana@c.cl>", "juana@c.cl"),
        ("a@b.cl; c@d.cl", None),
        ("a@b", None),
        ("señora@b.cl", None),
        ("sin correo", None),
    ],
)
def test_correo(texto: str, correo: str | None) -> None:
    resultado = normalizar_correo(pl.Series([texto]))
    assert resultado.valores["correo"].to_list() == [correo]
    assert resultado.regla.to_list() == [None if correo else "correo_formato"]


def test_texto_limpio_y_plegado() -> None:
    crudo = pl.Series(
        ["  Peña\u00a0 y\tCía.\x00 Ltda. ", "Jose\u0301 \u200bNu\u0301n\u0303ez", "Nº 3 – O´Higgins", "s/i", None]
    )
    assert normalizar_texto(crudo).valores["texto"].to_list() == [
        "Peña y Cía. Ltda.",
        "José Núñez",
        "Nº 3 – O´Higgins",
        None,
        None,
    ]
    assert plegar(crudo).to_list() == ["PENA Y CIA. LTDA.", "JOSE NUNEZ", "N° 3 - O'HIGGINS", "S/I", None]


def test_texto_largo() -> None:
    resultado = normalizar_texto(pl.Series(["ñ" * 500, "ñ" * 501]), "razon_social")
    assert resultado.valores["razon_social"].to_list() == ["ñ" * 500, None]
    assert resultado.regla.to_list() == [None, "texto_largo"]


@pytest.mark.parametrize("encabezado", ["Razón Social", "RAZON SOCIAL", "razón  social"])
def test_patron_sin_tildes_ni_caja(encabezado: str) -> None:
    assert patron(r"raz[oó]n\s+social").fullmatch(plegar(pl.Series([encabezado]))[0])
