"""Addresses: taken apart, and one key for one place however it is written."""

from __future__ import annotations

import os

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatorio.normalizar.direccion import clave_direccion, normalizar_direccion

EJEMPLOS = int(os.environ.get("OBS_EJEMPLOS", "100"))


def partes(texto: str | None) -> tuple[str | None, ...]:
    valores = normalizar_direccion(pl.Series([texto], dtype=pl.String)).valores
    return tuple(valores[parte][0] for parte in ("calle", "numero", "resto"))


def clave(texto: str) -> str | None:
    valores = normalizar_direccion(pl.Series([texto])).valores
    resultado: str | None = clave_direccion(valores["calle"], valores["numero"], valores["resto"])[0]
    return resultado


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("Av. Balmaceda 1234", ("AVENIDA BALMACEDA", "1234", None)),
        ("AVDA BALMACEDA N° 1.234, Of. 502", ("AVENIDA BALMACEDA", "1234", "OFICINA 502")),
        ("Balmaceda Nº1234 Local 3", ("BALMACEDA", "1234", "LOCAL 3")),
        ("Latorre, 2011", ("LATORRE", "2011", None)),
        ("LOCAL 3 GRANADEROS 1234", ("GRANADEROS", "1234", "LOCAL 3")),
        ("Gral. Velásquez 10, 2° piso, depto 21", ("GENERAL VELASQUEZ", "10", "PISO 2 DEPTO 21")),
        ("Vicuña Mackenna 2.300 Blk C Dpto 41", ("VICUNA MACKENNA", "2300", "BLOQUE C DEPTO 41")),
        ("Pje. Los Pimientos 55 Villa Ayquina", ("PASAJE LOS PIMIENTOS", "55", "VILLA AYQUINA")),
        ("Villa Ayquina Pasaje Los Pimientos 55", ("PASAJE LOS PIMIENTOS", "55", "VILLA AYQUINA")),
        ("Pobl. Independencia, Pasaje 3 N° 12", ("PASAJE 3", "12", "POBLACION INDEPENDENCIA")),
        ("21 de Mayo 456", ("21 DE MAYO", "456", None)),
        ("Calle 4", ("CALLE 4", None, None)),
        ("Calle 4 1234", ("CALLE 4", "1234", None)),
        ("Av 9 Norte 33", ("AVENIDA 9 NORTE", "33", None)),
        ("18 de Septiembre S/N", ("18 DE SEPTIEMBRE", "S/N", None)),
        ("Sotomayor sin número", ("SOTOMAYOR", "S/N", None)),
        ("Sotomayor 0", ("SOTOMAYOR", "S/N", None)),
        ("SN MARTIN 22", ("SAN MARTIN", "22", None)),
        ("KM 12,5 RUTA 21", ("RUTA 21", "KM 12,5", None)),
        ("Ruta CH-21, km. 12.50", ("RUTA 21", "KM 12,5", None)),
        ("Camino a Chiu Chiu km 8", ("CAMINO A CHIU CHIU", "KM 8", None)),
        ("Manzana 10, Sitio 11", ("MANZANA 10", "SITIO 11", None)),
        ("MZ 10 ST 11", ("MANZANA 10", "SITIO 11", None)),
        ("Puerto Seco Mz.10 Sitio N° 11", ("MANZANA 10", "SITIO 11", "PUERTO SECO")),
        ("Av. Circunvalación 2500 Mz 4 St 3", ("AVENIDA CIRCUNVALACION", "2500", "MANZANA 4 SITIO 3")),
        ("Parcela 12, Lasana", ("LASANA", "PARCELA 12", None)),
        ("Granaderos 1234-A", ("GRANADEROS", "1234-A", None)),
        ("Granaderos 1234 A", ("GRANADEROS", "1234-A", None)),
        ("Granaderos 1234/1236", ("GRANADEROS", "1234/1236", None)),
        ("Mall Plaza, Local 12", ("MALL PLAZA", None, "LOCAL 12")),
        ("Av. Grau 1500, Calama", ("AVENIDA GRAU", "1500", None)),
        ("Abaroa 1851 entre Vargas y Espinoza", ("ABAROA", "1851", "ENTRE VARGAS Y ESPINOZA")),
        ("S/N", (None, "S/N", None)),
        ("s/i", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_partes(texto: str | None, esperado: tuple[str | None, ...]) -> None:
    assert partes(texto) == esperado


@pytest.mark.parametrize(
    "iguales",
    [
        [
            "Av. O'Higgins 100",
            "AVENIDA OHIGGINS N° 100",
            "avda. o’higgins #100",
            "Av O Higgins, Nro. 100",
            "AVDA O´HIGGINS 0100",
        ],
        ["Manzana 10, Sitio 11", "MZ 10 ST 11", "mza. 10 sitio 11", "Sitio 11, Manzana 10", "MZ10 ST11"],
        ["Ruta 21 km 12,5", "KM. 12.5 RUTA CH-21", "Kilómetro 12,50, Ruta 21"],
        ["Granaderos 1234/1236 of 3", "GRANADEROS 1234-1236, OFICINA N° 3", "Granaderos 1234 - 1236 Of.3"],
        ["Sta. María 25, Blk. C, Dp. 4", "Santa Maria 25 bloque c depto 4", "CALLE SANTA MARÍA 25 BLOCK C DPTO. 4"],
        ["Pdte. Ibáñez S/N", "PRESIDENTE IBANEZ SIN NUMERO", "presidente ibañez s/nº"],
    ],
)
def test_una_clave_por_lugar(iguales: list[str]) -> None:
    assert len({clave(texto) for texto in iguales}) == 1
    assert clave(iguales[0]) is not None


def test_lugares_distintos_tienen_claves_distintas() -> None:
    textos = [
        "Granaderos 1234",
        "Granaderos 1235",
        "Granaderos 1234 Local 3",
        "Pasaje 3 12",
        "Pasaje 31 2",
        "MZ 10 ST 11",
        "MZ 11 ST 10",
    ]
    assert len({clave(texto) for texto in textos}) == len(textos)


def test_la_clave_sirve_para_partes_crudas() -> None:
    crudas = clave_direccion(pl.Series(["Av. Balmaceda"]), pl.Series(["01234"]), pl.Series(["Of. N° 5"]))
    assert crudas.to_list() == [clave("AVENIDA BALMACEDA 1234, OFICINA 5")] == ["AVENIDA BALMACEDA|1234|OFICINA 5"]
    vacias = pl.Series([None], dtype=pl.String)
    assert clave_direccion(vacias, pl.Series(["12"]), vacias).to_list() == [None]


VIAS = [
    ("AVENIDA", ["Av.", "AVDA", "avenida", "Avda."]),
    ("PASAJE", ["Pje.", "PSJE", "pasaje"]),
    ("CALLE", ["Calle", ""]),
]
NOMBRES = ["Balmaceda", "Los Pimientos", "General Velásquez", "Vicuña Mackenna", "21 de Mayo", "Santa María", "Ñuñoa"]
UNIDADES = [
    ("", [""]),
    ("OFICINA", ["Of.", "OFICINA", "of"]),
    ("LOCAL", ["Lc.", "Local", "LOCAL N°"]),
    ("DEPTO", ["Dpto.", "Depto", "DP"]),
]


@settings(deadline=None, max_examples=EJEMPLOS, derandomize=EJEMPLOS == 100)
@given(
    via=st.sampled_from(VIAS),
    nombre=st.sampled_from(NOMBRES),
    numero=st.integers(1, 9999),
    unidad=st.sampled_from(UNIDADES),
    datos=st.data(),
)
def test_la_clave_no_cambia_con_la_escritura(
    via: tuple[str, list[str]], nombre: str, numero: int, unidad: tuple[str, list[str]], datos: st.DataObject
) -> None:
    """Abbreviation, accents, case, commas and marks of the number do not move the key."""
    piso = datos.draw(st.integers(1, 99))

    def escribir() -> str:
        marca = datos.draw(st.sampled_from(["", "N° ", "Nº", "# ", "Nro. "]))
        cola = datos.draw(st.sampled_from([" ", ", "])) + datos.draw(st.sampled_from(unidad[1])) + f" {piso}"
        texto = f"{datos.draw(st.sampled_from(via[1]))} {nombre} {marca}{numero}{cola if unidad[0] else ''}"
        return str(datos.draw(st.sampled_from([str.upper, str.lower, str.title, str]))(texto))

    una, otra = escribir(), escribir()
    assert clave(una) == clave(otra), (una, otra)
    calle, puerta, resto = partes(una)
    assert puerta == str(numero)
    assert resto == (f"{unidad[0]} {piso}" if unidad[0] else None)
    assert calle is not None
