"""The indicators told from histories, networks and space: the example of each, by hand, and what is refused."""

from __future__ import annotations

import pytest

from bibliotecas_cargadas import cargadas
from observatorio import catalogo
from observatorio.indicadores import mediciones
from observatorio.indicadores.cuadro import Cuadro
from observatorio.indicadores.dimensiones import ErrorPregunta, Pregunta
from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.medicion import Medicion
from observatorio.indicadores.medir.demografia import cuentas, vidas
from observatorio.indicadores.medir.espacial import cadena, indice_de_moran, puntos
from observatorio.vocabulario import EstadoValor

MEDICIONES = catalogo.discover(mediciones, Medicion)


@pytest.mark.parametrize("medicion", MEDICIONES.values(), ids=MEDICIONES)
def test_el_ejemplo_de_cada_una_da_lo_calculado_a_mano(medicion: Medicion) -> None:
    ejemplo = medicion.ejemplo
    hecho = medicion.medir(ejemplo.hechos(), (ejemplo.anio,), ejemplo.pregunta)
    filas = {tuple(f.dimensiones.values()): f for f in hecho.filas}
    assert {clave: f.valor for clave, f in filas.items()} == pytest.approx(dict(ejemplo.cifras))
    for clave, detalle in ejemplo.detalles.items():
        assert {c: filas[clave].detalle[c] for c in detalle} == pytest.approx(dict(detalle))
    for fila in hecho.filas:
        assert fila.anio == ejemplo.anio
        assert (fila.valor is None) == (fila.estado is EstadoValor.SIN_DATO)
        assert set(fila.detalle) <= set(medicion.detalles)
        # Every column of the table has its heading and every row its columns.
        componente = ("componente",) if medicion.componentes else ()
        columnas = (*ejemplo.pregunta.por, *medicion.propias, *componente)
        assert tuple(fila.dimensiones) == columnas
        if componente:
            assert fila.dimensiones["componente"] in medicion.componentes
    pregunta = Pregunta(por=columnas)
    cuadro = Cuadro(medicion, pregunta, (ejemplo.anio,), hecho.filas, 1, nombres=hecho.nombres).con_nombres({})
    assert list(cuadro.encabezados) == cuadro.columnas
    assert all(list(registro) == cuadro.columnas for registro in cuadro.registros())


def test_estan_todas_en_la_lista() -> None:
    assert set(MEDICIONES) <= set(definiciones())
    assert set(MEDICIONES) == {
        *("nacimientos", "muertes", "neto", "tasa_natalidad", "tasa_mortalidad", "supervivencia"),
        *("proveedores_locales", "contenido_local"),
        *("moran", "puntos_calientes", "distritos_industriales", "brecha_oportunidad"),
    }


def test_la_lista_no_carga_lo_pesado() -> None:
    """Whoever only lists the indicators waits for no library of statistics."""
    listar = "from observatorio.indicadores.lista import definiciones; definiciones()"
    assert cargadas(listar, "sklearn", "scipy", "polars", "geopandas", "duckdb") == set()


def test_la_cuenta_por_seccion_y_con_filtro() -> None:
    historia = vidas({"a": "GGG", "b": ".GG", "c": ".CC", "d": "CC."}, 2020)
    por = cuentas("neto")(historia, (2021, 2022), Pregunta(por=("seccion",)))
    assert {(f.anio, f.dimensiones["seccion"]): f.valor for f in por.filas} == {
        (2021, "C"): 1.0,
        (2021, "G"): 1.0,
        (2022, "C"): -1.0,
        (2022, "G"): 0.0,
    }
    (sola,) = cuentas("neto")(historia, (2022,), Pregunta(filtros={"seccion": "C"})).filas
    # One of two is known to be gone: both are behind the figure.
    assert (sola.valor, sola.n, sola.cobertura) == (-1.0, 2, 1.0)
    (nadie,) = cuentas("neto")(historia, (2022,), Pregunta(filtros={"seccion": "U"})).filas
    assert (nadie.valor, nadie.n, nadie.cobertura) == (0.0, 0, None)


def test_del_primer_anio_no_hay_cuenta_y_se_dice_que_falta() -> None:
    hecho = cuentas("nacimientos")(vidas({"a": "GG"}, 2020), (2020,), Pregunta())
    assert [(f.valor, f.estado) for f in hecho.filas] == [(None, EstadoValor.SIN_DATO)]
    assert "Falta el catastro de 2019" in hecho.avisos[2020]


def test_lo_que_no_se_puede_medir_en_el_espacio_se_dice() -> None:
    pocas = cadena({"a": 1.0, "b": 2.0})
    hecho = indice_de_moran(pocas, (2024, 2023), Pregunta(nivel="h3_8"))
    assert [(f.anio, f.valor) for f in hecho.filas] == [(2023, None), (2024, None)]
    assert "se necesitan 4" in hecho.avisos[2024]
    calientes = puntos(pocas, (2024,), Pregunta(por=("zona",), nivel="h3_8"))
    assert [f.detalle["clase"] for f in calientes.filas] == ["no_participa"] * 2
    with pytest.raises(ErrorPregunta, match="todas las zonas"):
        indice_de_moran(pocas, (2024,), Pregunta(nivel="h3_8", zona="a"))


def test_el_nivel_que_toma_cada_una() -> None:
    """Without a level, that of the hexagons; with one, that one; and Moran's I has no row for each zone."""
    por_zona = MEDICIONES["puntos_calientes"].plantear((), None, None, None)
    assert (por_zona.por, por_zona.nivel) == (("zona",), "h3_8")
    de_moran = MEDICIONES["moran"].plantear(("seccion",), "barrio", None, None)
    assert (de_moran.por, de_moran.nivel) == (("seccion",), "barrio")
    assert MEDICIONES["brecha_oportunidad"].plantear((), None, None, None).por == ("seccion", "zona")
    with pytest.raises(ErrorPregunta):
        MEDICIONES["proveedores_locales"].plantear(("seccion",), None, None, None)
