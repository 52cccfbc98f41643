"""The true world of the synthetic city: places, RUTs, employment, years, proportions."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely

from observatorio import referencia
from observatorio.errors import ErrorObservatorio
from observatorio.muestra import mundo, ruts, verdad
from observatorio.muestra.azar import generador, textos
from observatorio.muestra.ciudad import lugares
from observatorio.muestra.empresas import TAMANOS
from observatorio.muestra.parametros import parametros, tabla

ANIOS = (2020, 2021, 2022, 2023, 2024)


@pytest.fixture(scope="module")
def ciudad() -> mundo.Mundo:
    return mundo.crear(20231201, 12_000, ANIOS)


@pytest.fixture(scope="module")
def verdadero(ciudad: mundo.Mundo) -> pl.DataFrame:
    return verdad.establecimientos(ciudad)


def test_digito_verificador_de_los_vectores_conocidos() -> None:
    numeros = np.array([61704000, 76000000, 50000000, 12345678, 1000005, 9])
    assert ruts.digito_verificador(numeros).tolist() == ["K", "0", "7", "5", "K", "4"]


def test_los_ruts_no_se_repiten_y_quedan_en_su_bloque(ciudad: mundo.Mundo) -> None:
    emp, bloques = ciudad.emp, parametros().empresas
    assert len(np.unique(emp.rut)) == len(emp)
    assert (emp.dv == ruts.digito_verificador(emp.rut)).all()
    for cuales, (desde, hasta) in ((emp.juridica, bloques.rut_juridica), (~emp.juridica, bloques.rut_natural)):
        assert emp.rut[cuales].min() >= desde
        assert emp.rut[cuales].max() <= hasta
    assert bloques.rut_natural[1] < 50_000_000 <= bloques.rut_juridica[0]


def test_un_bloque_de_ruts_chico_se_rechaza() -> None:
    with pytest.raises(ErrorObservatorio, match="3 números y se piden 4"):
        ruts.sortear(generador(1), 4, [10, 12])


def test_cada_local_queda_en_la_comuna_que_dice(verdadero: pl.DataFrame) -> None:
    forma = next(c.geometria for c in referencia.comunas() if c.cut == "02201")
    dentro = shapely.contains_xy(forma, verdadero["lon"].to_numpy(), verdadero["lat"].to_numpy())
    de_calama = (verdadero["cut"] == "02201").to_numpy()
    assert dentro[de_calama].all()
    assert not dentro[~de_calama].any()


def test_hay_de_todas_las_clases_de_lugar(ciudad: mundo.Mundo, verdadero: pl.DataFrame) -> None:
    assert set(ciudad.lugares.zona) >= {"centro", "barrio", "industrial", "feria", "mall", "edificio", "ruta", "aldea"}
    aldeas = {fila["nombre"] for fila in tabla("localidades")}
    assert aldeas <= set(verdadero["resto"])
    assert {"PUERTO SECO", "APIAC"} <= set(verdadero["resto"])
    faenas = verdadero.filter(pl.col("razon_social").str.contains("SINTETIC"))
    assert {"02201", "02103"} <= set(faenas["cut"])
    assert verdadero.filter(pl.col("cut").str.starts_with("13")).height > 50


def test_los_numeros_crecen_a_lo_largo_de_la_calle() -> None:
    zona = textos(["barrio"] * 20_000)
    puertas = lugares(generador(3), zona)
    suyas = (puertas.calle == "RAMIREZ") & (puertas.resto == "")
    numero, lon = puertas.numero[suyas].astype(int), puertas.lon[suyas]
    assert suyas.sum() > 50
    assert np.corrcoef(numero, lon)[0, 1] > 0.999


def test_el_empleo_suma(ciudad: mundo.Mundo, verdadero: pl.DataFrame) -> None:
    assert (verdadero["empleo_total"] == verdadero["empleo_local"] + verdadero["empleo_conmutante"]).all()
    abiertos = verdadero.filter(pl.col("activo") == 1)
    assert abiertos["empleo_total"].min() == 1
    assert verdadero.filter(pl.col("activo") == 0)["empleo_total"].sum() == 0
    assert (verdadero["extranjeros"] <= verdadero["empleo_total"]).all()
    assert (verdadero["con_contrato"] <= verdadero["empleo_total"]).all()
    de_firma = np.zeros_like(ciudad.empleo.dependientes)
    np.add.at(de_firma, ciudad.loc.empresa, ciudad.empleo.total)
    assert (de_firma >= ciudad.empleo.dependientes).all()


def test_los_conmutantes_son_de_la_region_o_de_fuera(verdadero: pl.DataFrame) -> None:
    dentro, fuera = verdadero["conmutante_intrarregional"], verdadero["conmutante_interregional"]
    assert (dentro + fuera == verdadero["empleo_conmutante"]).all()
    assert min(dentro.min(), fuera.min()) == 0
    e = parametros().empleo
    de_turno = verdadero.filter(pl.col("activo") == 1).with_columns(de_turno=pl.col("turno") != "")
    partes = de_turno.group_by("de_turno").agg(
        (pl.col("conmutante_interregional").sum() / pl.col("empleo_conmutante").sum()).alias("parte")
    )
    assert dict(partes.rows()) == {
        True: pytest.approx(e.interregional_turno, abs=0.02),
        False: pytest.approx(e.interregional, abs=0.02),
    }


def test_la_formalidad_sigue_a_las_senales_verdaderas(verdadero: pl.DataFrame) -> None:
    sanitaria = (pl.col("tiene_sanitaria") == 1) | (pl.col("requiere_sanitaria") == 0)
    sii, patente = pl.col("tiene_sii") == 1, pl.col("tiene_patente") == 1
    esperada = (
        pl.when(pl.col("activo") == 0)
        .then(pl.lit("inactivo"))
        .when(sii & patente & sanitaria)
        .then(pl.lit("formal"))
        .when(~sii & ~patente)
        .then(pl.lit("informal"))
        .otherwise(pl.lit("en_proceso"))
    )
    assert verdadero.filter(esperada != pl.col("formalidad")).is_empty()
    vistos = verdadero.filter(pl.col("anio") == 2024)["formalidad"].value_counts()
    assert set(vistos["formalidad"]) == {"formal", "informal", "en_proceso", "inactivo"}
    assert vistos["count"].min() > 500


def test_nacen_mueren_y_cambia_la_existencia_en_lo_mismo(ciudad: mundo.Mundo) -> None:
    activo = ciudad.sitio.activo & ciudad.aqui
    for k in range(1, len(ANIOS)):
        antes, ahora = activo[:, k - 1], activo[:, k]
        nuevos = ahora & ~activo[:, :k].any(axis=1)
        vuelven = ahora & ~antes & activo[:, :k].any(axis=1)
        salen = antes & ~ahora
        assert ahora.sum() - antes.sum() == nuevos.sum() + vuelven.sum() - salen.sum()
        assert nuevos.sum() > 800
        assert salen.sum() > 600
    assert (activo[:, 1] & ~activo[:, 2] & activo[:, 3]).sum() > 50
    muertas = ciudad.vida.muerte < len(ANIOS)
    assert (ciudad.vida.termino[muertas] > ciudad.vida.inicio[muertas]).all()
    assert np.isnat(ciudad.vida.termino[~muertas]).all()


def test_la_cantidad_de_negocios_es_la_pedida(ciudad: mundo.Mundo) -> None:
    por_anio = (ciudad.sitio.activo & ciudad.aqui).sum(axis=0)
    assert np.abs(por_anio / 12_000 - 1).max() < 0.06


def test_los_tamanos_estan_en_las_proporciones_del_sii(ciudad: mundo.Mundo) -> None:
    cuentas = parametros().tamano.empresas
    comunes = ~ciudad.emp.informal0 & ~ciudad.emp.tractora
    for tamano in TAMANOS:
        parte = (ciudad.emp.tamano[comunes] == tamano).mean()
        assert parte == pytest.approx(cuentas[tamano] / sum(cuentas.values()), abs=0.01)
    assert ciudad.emp.juridica[comunes].mean() == pytest.approx(26_633 / 44_288, abs=0.02)
    dependientes = ciudad.emp.dependientes[comunes]
    reales = np.array([32_149, 9_267, 2_174, 573, 125]) / 44_288
    partes = np.histogram(dependientes, bins=[0, 1, 10, 50, 250, 10_000])[0] / len(dependientes)
    assert np.abs(partes - reales).max() < 0.012


def test_puertas_heredadas_compartidas_y_mudanzas(ciudad: mundo.Mundo) -> None:
    activo, lugar, loc = ciudad.sitio.activo, ciudad.sitio.lugar, ciudad.loc
    mudados = activo[:, 0] & activo[:, 1] & (lugar[:, 0] != lugar[:, 1])
    assert mudados.sum() > 200
    de_2020 = {int(p): int(e) for p, e in zip(lugar[activo[:, 0], 0], loc.empresa[activo[:, 0]], strict=True)}
    de_2024 = zip(lugar[activo[:, 4], 4].tolist(), loc.empresa[activo[:, 4]].tolist(), strict=True)
    herederos = [p for p, e in de_2024 if de_2020.get(p, e) != e]
    assert len(herederos) > 300
    domicilios, veces = np.unique(ciudad.sitio.domicilio[ciudad.sitio.domicilio >= 0], return_counts=True)
    assert (veces >= 24).sum() >= 10
    cadenas = np.bincount(loc.empresa[activo[:, 4]])
    assert (cadenas >= 3).sum() > 30
    assert len(domicilios) > 1_000


def test_la_red_de_proveedores_tiene_indirectos_y_ciclos(ciudad: mundo.Mundo) -> None:
    for red in ciudad.redes:
        pares = set(zip(red.comprador.tolist(), red.proveedor.tolist(), strict=True))
        tractoras = set(np.flatnonzero(ciudad.emp.tractora).tolist())
        directos = {p for c, p in pares if c in tractoras}
        indirectos = {p for c, p in pares if c in directos} - directos
        assert len(pares) == len(red.comprador)
        assert len(directos) > 200
        assert len(indirectos) > 200
        assert any((p, c) in pares for c, p in pares)
        assert all(c != p for c, p in pares)


def test_la_patente_sigue_la_ley(ciudad: mundo.Mundo) -> None:
    utm = {u.fecha.year: u.pesos for u in referencia.unidades() if u.unidad == "UTM" and u.fecha.month == 12}
    firma = np.zeros(ciudad.dinero.capital.shape)
    np.add.at(firma, ciudad.loc.empresa, ciudad.dinero.patente)
    for k, anio in enumerate(ANIOS):
        paga = firma[:, k] > 0
        tope = np.clip(ciudad.dinero.capital[:, k] * 0.005, utm[anio], 8000 * utm[anio])
        # Capital is published in thousands, and the parts of the branches are rounded to the peso.
        assert np.abs(firma[paga, k] - tope[paga]).max() < 20


def test_los_privados_de_las_listas_son_locales_de_la_ciudad(ciudad: mundo.Mundo) -> None:
    n, publicos = len(ciudad.loc), ciudad.servicios.publicos
    for lista in ciudad.servicios.listas.values():
        privados = lista.est < n
        assert 0.4 < privados.mean() < 0.8
        for est, clase in zip(lista.est, lista.clase, strict=True):
            fila = ciudad.servicios.clases[clase]
            assert bool(fila["organismo"]) == (est >= n)
            if est < n:
                empresa = ciudad.loc.empresa[est]
                assert ciudad.emp.juridica[empresa]
                assert ciudad.sec.acteco[ciudad.emp.sector[empresa]] in fila["acteco"].split("|")
        # A closed one stays for one year: never two in a row among the firms' premises.
        cerrado = lista.visto[privados] & ~lista.activo[privados]
        assert cerrado.any()
        assert not (cerrado[:, 1:] & cerrado[:, :-1]).any()
        assert (lista.visto & ~lista.activo).any(axis=0).all()
    assert not set(publicos.rut.tolist()) & set(ciudad.emp.rut.tolist())
    assert (publicos.dv == ruts.digito_verificador(publicos.rut)).all()
    assert {"aldea", "barrio", "region"} <= set(publicos.lugares.zona)


def test_otra_semilla_es_otra_ciudad_de_la_misma_forma() -> None:
    una, otra = (mundo.crear(s, 300, (2023, 2024)) for s in (1, 2))
    assert len(una.emp) == len(otra.emp)
    assert (una.emp.rut[:50] != otra.emp.rut[:50]).any()
    assert (una.emp.razon[:50] != otra.emp.razon[:50]).any()


def test_las_zonas_suman_la_poblacion_de_la_comuna() -> None:
    suma = sum(int(f["poblacion"]) for archivo in ("barrios", "localidades") for f in tabla(archivo))
    assert suma == next(p.personas for p in referencia.poblaciones() if (p.territorio, p.anio) == ("02201", 2024))
