"""What holds for every normaliser and any text: lengths, nulls, known rules, no exception, and going round."""

from __future__ import annotations

import os
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatorio.normalizar.acteco import normalizar_acteco
from observatorio.normalizar.categoria import normalizar_categoria
from observatorio.normalizar.comuna import normalizar_comuna
from observatorio.normalizar.contacto import normalizar_correo, normalizar_telefono
from observatorio.normalizar.contract import REGLAS, Normalizado
from observatorio.normalizar.coordenada import normalizar_coordenada, zonas_de_referencia
from observatorio.normalizar.direccion import clave_direccion, normalizar_direccion
from observatorio.normalizar.fecha import normalizar_fecha
from observatorio.normalizar.numero import normalizar_dinero, normalizar_entero, normalizar_numero
from observatorio.normalizar.rut import dv_de, formatear_rut, normalizar_rut, tipo_persona
from observatorio.normalizar.texto import VACIOS, normalizar_texto, plegar

EJEMPLOS = int(os.environ.get("OBS_EJEMPLOS", "25"))
# The same examples in every run; OBS_EJEMPLOS asks for more of them. A deadline would measure the machine.
propiedad = settings(deadline=None, max_examples=EJEMPLOS, derandomize=EJEMPLOS == 25)
EQUIVALENCIAS = {"s[ií]|yes": "si", "n.*": "no"}


def _coordenada(s: pl.Series) -> Normalizado:
    return normalizar_coordenada(s, s.reverse(), pl.repeat("02201", len(s), eager=True), zonas_de_referencia())


def _categoria(s: pl.Series) -> Normalizado:
    return normalizar_categoria(s, "senal", ("si", "no"), EQUIVALENCIAS, otros=False)


NORMALIZADORES: dict[str, Callable[[pl.Series], Normalizado]] = {
    "rut": normalizar_rut,
    "rut_con_columna": lambda s: normalizar_rut(s, s.reverse()),
    "entero": normalizar_entero,
    "numero": normalizar_numero,
    "dinero": normalizar_dinero,
    "fecha": normalizar_fecha,
    "comuna": normalizar_comuna,
    "acteco": normalizar_acteco,
    "texto": normalizar_texto,
    "categoria": _categoria,
    "telefono": normalizar_telefono,
    "correo": normalizar_correo,
    "direccion": normalizar_direccion,
    "coordenada": _coordenada,
}

# Figures, signs and the words of the trade, so that the search does not stay among texts that nothing accepts.
CASI = st.lists(
    st.sampled_from(
        [*"0123456789", *" .,-/:°#'K+$()", "K", "S/N", "RUT", "AV", "MZ", "ST", "KM", "N°", "@", "DE", "E+", "ñ"]
    ),
    max_size=14,
).map("".join)
TEXTOS = st.lists(st.none() | st.text(max_size=30) | CASI | st.sampled_from(sorted(VACIOS)), max_size=12)


def serie(textos: list[str | None]) -> pl.Series:
    return pl.Series("crudo", textos, dtype=pl.String)


@pytest.mark.parametrize("nombre", NORMALIZADORES)
@propiedad
@given(textos=TEXTOS)
def test_largo_y_reglas(nombre: str, textos: list[str | None]) -> None:
    crudo = serie(textos)
    resultado = NORMALIZADORES[nombre](crudo)
    columnas = [*resultado.valores.values(), resultado.regla]
    if resultado.arreglo is not None:
        columnas.append(resultado.arreglo)
    assert all(len(columna) == len(textos) for columna in columnas)
    assert all(columna.name == salida for salida, columna in resultado.valores.items())
    assert resultado.regla.dtype == pl.String
    assert set(resultado.regla.drop_nulls()) <= set(REGLAS)
    assert crudo.to_list() == textos, "the raw series must stay as it was"


@pytest.mark.parametrize("nombre", NORMALIZADORES)
@propiedad
@given(textos=st.lists(st.none() | st.sampled_from(sorted(VACIOS)), min_size=1, max_size=6))
def test_lo_vacio_no_es_falta(nombre: str, textos: list[str | None]) -> None:
    resultado = NORMALIZADORES[nombre](serie(textos))
    assert resultado.regla.null_count() == len(textos)
    for salida, columna in resultado.valores.items():
        esperado = "sin_ubicacion" if salida == "precision" else None
        assert columna.to_list() == [esperado] * len(textos)


@pytest.mark.parametrize("nombre", NORMALIZADORES)
def test_sin_filas_y_sin_tipo(nombre: str) -> None:
    assert len(NORMALIZADORES[nombre](serie([])).regla) == 0
    resultado = NORMALIZADORES[nombre](pl.Series("crudo", [None, None]))
    assert resultado.regla.to_list() == [None, None]


@pytest.mark.parametrize("nombre", sorted(set(NORMALIZADORES) - {"rut_con_columna", "coordenada"}))
@propiedad
@given(textos=TEXTOS)
def test_cada_fila_es_independiente(nombre: str, textos: list[str | None]) -> None:
    """The value of a row does not depend on its neighbours: batches may be cut anywhere."""
    juntas = NORMALIZADORES[nombre](serie(textos))
    corte = len(textos) // 2
    partes = [NORMALIZADORES[nombre](serie(trozo)) for trozo in (textos[:corte], textos[corte:])]
    for salida, columna in juntas.valores.items():
        assert columna.to_list() == partes[0].valores[salida].to_list() + partes[1].valores[salida].to_list()


@propiedad
@given(textos=TEXTOS)
def test_plegar_es_idempotente(textos: list[str | None]) -> None:
    una = plegar(serie(textos))
    assert plegar(una).to_list() == una.to_list()


@propiedad
@given(textos=TEXTOS)
def test_texto_es_idempotente(textos: list[str | None]) -> None:
    una = normalizar_texto(serie(textos)).valores["texto"]
    assert normalizar_texto(una).valores["texto"].to_list() == una.to_list()


@pytest.mark.parametrize("nombre", ["entero", "dinero", "acteco", "comuna", "correo", "telefono", "fecha"])
@propiedad
@given(textos=TEXTOS)
def test_lo_normalizado_se_normaliza_en_si_mismo(nombre: str, textos: list[str | None]) -> None:
    (valor,) = NORMALIZADORES[nombre](serie(textos)).valores.values()
    (otra,) = NORMALIZADORES[nombre](valor.cast(pl.String)).valores.values()
    assert otra.to_list() == valor.to_list()


@propiedad
@given(textos=TEXTOS)
def test_clave_de_direccion_es_idempotente(textos: list[str | None]) -> None:
    partes = normalizar_direccion(serie(textos)).valores
    clave = clave_direccion(partes["calle"], partes["numero"], partes["resto"])
    trozos = clave.str.split("|").list
    otra = clave_direccion(trozos.get(0), trozos.get(1), trozos.get(2))
    assert otra.to_list() == clave.to_list()


@propiedad
@given(numeros=st.lists(st.integers(2, 99_999_999), min_size=1, max_size=20), puntos=st.booleans())
def test_rut_ida_y_vuelta(numeros: list[int], puntos: bool) -> None:
    ruts = pl.Series(numeros, dtype=pl.Int32)
    resultado = normalizar_rut(formatear_rut(ruts, dv_de(ruts), puntos=puntos))
    real = resultado.regla.is_null()
    assert resultado.valores["rut"].filter(real).to_list() == ruts.filter(real).to_list()
    assert set(resultado.regla.drop_nulls()) <= {"rut_comodin"}
    assert all(n % 11_111_111 == 0 for n in ruts.filter(~real))


@propiedad
@given(numeros=st.lists(st.integers(2, 99_999_999), min_size=1, max_size=20), digito=st.sampled_from("0123456789K"))
def test_solo_un_digito_es_bueno(numeros: list[int], digito: str) -> None:
    ruts = pl.Series(numeros, dtype=pl.Int32)
    resultado = normalizar_rut(ruts.cast(pl.String), pl.repeat(digito, len(ruts), eager=True))
    bueno = dv_de(ruts) == digito
    assert resultado.valores["dv"].is_not_null().to_list() == (bueno & resultado.regla.is_null()).to_list()
    assert not (bueno & (resultado.regla == "rut_digito")).any()
    assert resultado.valores["rut"].filter(~bueno).null_count() == (~bueno).sum()


@propiedad
@given(numeros=st.lists(st.integers(0, 99_999_999), max_size=20))
def test_tipo_de_persona(numeros: list[int]) -> None:
    tipos = tipo_persona(pl.Series(numeros, dtype=pl.Int32)).to_list()
    assert tipos == ["natural" if n < 50_000_000 else "juridica" for n in numeros]


@propiedad
@given(montos=st.lists(st.integers(0, 10**15), min_size=1, max_size=20), signo=st.sampled_from(["", "$", "$ ", "CLP "]))
def test_dinero_con_miles_ida_y_vuelta(montos: list[int], signo: str) -> None:
    escritos = serie([signo + f"{monto:,}".replace(",", ".") for monto in montos])
    assert normalizar_dinero(escritos).valores["dinero"].to_list() == montos


@propiedad
@given(valores=st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=20))
def test_numero_con_coma_ida_y_vuelta(valores: list[object]) -> None:
    escritos = serie([str(valor).replace(".", ",") for valor in valores])
    assert normalizar_numero(escritos).valores["numero"].to_list() == [float(str(valor)) for valor in valores]


@pytest.mark.parametrize(
    "formato", ["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d"]
)
@propiedad
@given(fechas=st.lists(st.dates(), min_size=1, max_size=20))
def test_fecha_ida_y_vuelta(formato: str, fechas: list[object]) -> None:
    esperadas = pl.Series(fechas, dtype=pl.Date)
    posibles = esperadas.dt.year().is_between(1850, 2100)
    resultado = normalizar_fecha(esperadas.cast(pl.Datetime).dt.strftime(formato), salida="desde")
    assert resultado.valores["desde"].filter(posibles).to_list() == esperadas.filter(posibles).to_list()
    assert resultado.valores["desde"].filter(~posibles).null_count() == (~posibles).sum()
    assert resultado.regla.filter(~posibles).is_in(["fecha_rango", "fecha_formato"]).all()
