"""The public lists of the synthetic city: like the real ones, with numbers and names that nobody has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely

from ciudad_escrita import LISTAS, REALES, formato, leer_lista
from observatorio import muestra, referencia
from observatorio.muestra import ruts
from observatorio.muestra.parametros import parametros


@pytest.mark.parametrize("lista", LISTAS)
def test_listas_publicas_como_las_reales(grande: Path, lista: str, datos_reales: Path) -> None:
    crudo = (datos_reales / REALES[lista]).read_text("utf-8")
    reales = json.loads(crudo)
    assert list(reales[0]) == formato(lista)
    estados = set()
    for anio in muestra.ANIOS:
        texto = (grande / LISTAS[lista].format(anio=anio)).read_text("utf-8")
        filas = json.loads(texto)
        assert all(list(fila) == list(reales[0]) for fila in filas)
        # The same hand: a key a line, without indent, and nothing after the last bracket.
        assert texto == json.dumps(filas, ensure_ascii=False, indent=0)
        assert crudo == json.dumps(reales, ensure_ascii=False, indent=0)
        for columna in reales[0]:
            tipos = {type(fila[columna]) for fila in filas}
            if columna in ("latitud", "longitud"):
                assert tipos <= {float, int, type(None)}
            else:
                assert tipos == {str}
            if columna.startswith(("dependencia", "tipo_", "nivel", "tiene", "estado", "codigo_region", "nombre_reg")):
                assert {fila[columna] for fila in filas} <= {fila[columna] for fila in reales}, columna
        comunas = {fila["codigo_comuna"] for fila in filas}
        assert "02201" in comunas
        assert 2 <= len(comunas) <= 4
        assert all(c.startswith("02") for c in comunas)
        estados |= {fila["estado_funcionamiento"] for fila in filas if fila["codigo_comuna"] == "02201"}
    assert len(estados) > 1


def test_codigos_y_nombres_que_no_usa_nadie(grande: Path, datos_reales: Path) -> None:
    for lista, columna in (("educacion", "rbd"), ("salud", "codigo_establecimiento")):
        desde, hasta = parametros().equipamiento.codigos[lista]
        reales = json.loads((datos_reales / REALES[lista]).read_text("utf-8"))
        assert max(int(fila[columna]) for fila in reales) < desde
        nombres: dict[str, set[str]] = {}
        for anio in muestra.ANIOS:
            filas = leer_lista(grande, lista, anio)
            codigos = [fila[columna] for fila in filas]
            assert len(set(codigos)) == len(codigos)
            assert all(desde <= int(codigo) <= hasta for codigo in codigos)
            for fila in filas:
                nombres.setdefault(fila[columna], set()).add(fila["nombre_establecimiento"])
        assert all(len(suyos) == 1 for suyos in nombres.values())
        assert all(re.search("sint[eé]tic[oa]", n, re.IGNORECASE) for suyos in nombres.values() for n in suyos)


def test_los_rbd_tienen_el_digito_del_ministerio(grande: Path, datos_reales: Path) -> None:
    def cuadra(fila: dict[str, Any]) -> bool:
        numero = np.array([int(fila["rbd"])])
        return bool(ruts.digito_verificador(numero)[0] == fila["dv_rbd"])

    reales = json.loads((datos_reales / REALES["educacion"]).read_text("utf-8"))
    assert sum(map(cuadra, reales)) >= 0.95 * len(reales)
    assert "K" not in {fila["dv_rbd"] for fila in reales}
    suyas = leer_lista(grande, "educacion", 2022)
    assert all(map(cuadra, suyas))
    assert "K" not in {fila["dv_rbd"] for fila in suyas}


@pytest.mark.parametrize("lista", LISTAS)
def test_las_listas_publicas_dicen_la_verdad_donde_no_se_ensucian(
    grande: Path, registros: pl.DataFrame, lista: str
) -> None:
    forma = next(c.geometria for c in referencia.comunas() if c.cut == "02201")
    verdadero = {
        (fila["anio"], fila["id_establecimiento"]): fila
        for fila in pl.read_csv(
            grande / "verdad" / "establecimientos.csv", schema_overrides={"cut": pl.String, "turno": pl.String}
        ).iter_rows(named=True)
    }
    for anio in muestra.ANIOS:
        filas = leer_lista(grande, lista, anio)
        suyos = registros.filter(pl.col("archivo") == LISTAS[lista].format(anio=anio))
        assert suyos["fila"].to_list() == list(range(1, len(filas) + 1))
        for fila, quien, falla in zip(filas, suyos["id_establecimiento"], suyos["falla"], strict=True):
            real = verdadero[anio, quien]
            assert real["cut"] == fila["codigo_comuna"]
            assert real["seccion"] == {"educacion": "P", "salud": "Q"}[lista]
            assert real["tipo_persona"] == "juridica"
            assert (real["activo"] == 1) == fila["estado_funcionamiento"].startswith("Vigente")
            if fila["latitud"] is None or falla:
                continue
            assert fila["latitud"] == pytest.approx(real["lat"], abs=1e-6)
            assert fila["longitud"] == pytest.approx(real["lon"], abs=1e-6)
            dentro = shapely.contains_xy(forma, fila["longitud"], fila["latitud"])
            assert dentro == (fila["codigo_comuna"] == "02201")


@pytest.mark.parametrize("tamano", [50, 4_000])
def test_cuantas_escuelas_y_establecimientos_de_salud(grande: Path, tmp_path: Path, tamano: int) -> None:
    carpeta = grande
    if tamano != 4_000:
        carpeta = tmp_path
        muestra.generar(carpeta, tamano=tamano)
    for lista, de_doce_mil in (("educacion", 94), ("salud", 50)):
        pedidos = max(round(de_doce_mil * tamano / 12_000), 3)
        for anio in muestra.ANIOS:
            en_calama = [fila for fila in leer_lista(carpeta, lista, anio) if fila["codigo_comuna"] == "02201"]
            assert pedidos <= len(en_calama) <= max(1.3 * pedidos, pedidos + 3)


def test_puntos_que_faltan_y_que_fallan_en_las_listas_publicas(tmp_path: Path) -> None:
    muestra.generar(tmp_path, tamano=12_000, anios=(2023, 2024))
    falla = pl.read_csv(tmp_path / "verdad" / "registros.csv").filter(pl.col("archivo").str.ends_with(".json"))
    filas = [fila for lista in LISTAS for anio in (2023, 2024) for fila in leer_lista(tmp_path, lista, anio)]
    sin_punto = [fila["latitud"] is None for fila in filas]
    assert sin_punto == [fila["longitud"] is None for fila in filas]
    assert 0.04 <= sum(sin_punto) / len(filas) <= 0.16
    con_falla = falla.filter(pl.col("falla").str.starts_with("coord_")).height
    assert 0.01 <= con_falla / (len(filas) - sum(sin_punto)) <= 0.06
