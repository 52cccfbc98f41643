"""Every source against the header that its office writes: in docs/formatos.md, or in the real file itself."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import python_calamine

import ingest.fuentes
from ingest.contract import COLUMNAS_POR_DESTINO, Campo, Capa, Fuente
from ingest.lectores.emparejar import coincide
from observatorio import catalogo, modelo
from observatorio.normalizar.categoria import normalizar_categoria
from observatorio.vocabulario import Actor, Cobertura, Describe, Destino

FUENTES = catalogo.discover(ingest.fuentes, Fuente)
REALES = {
    "res": "res/res_constituciones_2013_antofagasta_y_muestra.csv",
    "salud": "equipamiento/establecimientos_salud_antofagasta.json",
    "educacion": "equipamiento/establecimientos_educacionales_antofagasta.json",
    "sercotec": "sercotec/sercotec_beneficiarios_antofagasta.xlsx",
}
SERIES = ("sii/PUB_TRAM5_REG.csv", "sii/PUB_REG_TRTRAB.csv")
VALORES = {c.nombre: c.valores for c in (*modelo.REGISTRO, *modelo.VINCULO, *modelo.SERIE)}


def _formatos() -> dict[str, list[str]]:
    """Source -> headers, from the table of docs/formatos.md."""
    texto = (Path(__file__).resolve().parents[2] / "docs" / "formatos.md").read_text(encoding="utf-8")
    formatos = {}
    for linea in texto.splitlines():
        celdas = [c.strip() for c in linea.split(" | ")]
        fuente = re.fullmatch(r"\| `(\w+)`", celdas[0])
        if fuente is None:
            continue
        # What stands in parentheses, or after a full stop, explains a header and is none.
        crudo = re.sub(r"\s*\((?!\$\)).*?\)", "", celdas[-1].rstrip("| "))
        crudo = re.split(r"\. (?=\w+ es )", crudo)[0]
        formatos[fuente[1]] = [h.strip() for h in re.split(r" · |;", crudo)]
    return formatos


FORMATOS = _formatos()


def _halladas(patron: str, encabezado: Sequence[str]) -> list[str]:
    return [h for h in encabezado if coincide(re.compile(patron), h)]


def _revisar(fuente: Fuente, encabezado: Sequence[str]) -> None:
    """Each column of the source is one header of the layout, or several where it joins them."""
    for nombre, campo in fuente.campos.items():
        halladas = _halladas(campo.patron, encabezado)
        if campo.unir:
            assert len(halladas) > 1, f"{fuente.id}.{nombre}: {halladas}"
        else:
            assert len(halladas) == 1, f"{fuente.id}.{nombre}: {halladas}"
    medidas = [h for patron in fuente.medidas.values() for h in _halladas(patron, encabezado)]
    assert len(medidas) == len(set(medidas)) == len(fuente.medidas)


def _encabezado_real(ruta: Path) -> list[str]:
    if ruta.suffix == ".json":
        return list(json.loads(ruta.read_text(encoding="utf-8"))[0])
    if ruta.suffix == ".xlsx":
        return [str(c) for c in python_calamine.load_workbook(ruta).get_sheet_by_index(0).to_python()[0]]
    with ruta.open(encoding="utf-8-sig", newline="") as archivo:
        filas = csv.reader(archivo, delimiter=";" if "res_" in ruta.name else ",")
        return next(f for f in filas if any(f) and not f[0].startswith("Unnamed"))


def test_estan_todas() -> None:
    assert set(FUENTES) == {*FORMATOS, *REALES, "sii_estadisticas"} - {"territorio", "verdad"}
    assert len(FUENTES) == 18


@pytest.mark.parametrize("id_", sorted(set(FUENTES) & set(FORMATOS)))
def test_encabezado_de_formatos(id_: str) -> None:
    _revisar(FUENTES[id_], FORMATOS[id_])


@pytest.mark.parametrize("id_", REALES)
def test_encabezado_real(id_: str, datos_reales: Path) -> None:
    _revisar(FUENTES[id_], _encabezado_real(datos_reales / REALES[id_]))


@pytest.mark.parametrize("ruta", SERIES)
def test_estadisticas_reales(ruta: str, datos_reales: Path) -> None:
    encabezado = _encabezado_real(datos_reales / ruta)
    fuente = FUENTES["sii_estadisticas"]
    _revisar(fuente, encabezado)
    # Three keys and twenty figures: no column of the table is left out.
    assert len(fuente.columnas) + len(fuente.medidas) == len(encabezado) == 23


def test_la_renta_de_las_mujeres_completa_la_total(datos_reales: Path) -> None:
    """The proof that the SII's half-named column holds money and not people."""
    medidas = FUENTES["sii_estadisticas"].medidas
    for ruta in SERIES:
        with (datos_reales / ruta).open(encoding="utf-8", newline="") as archivo:
            filas = [f for f in csv.reader(archivo) if any(f)][1:]
        encabezado, filas = filas[0], filas[1:]
        total, mujeres, hombres = (
            encabezado.index(_halladas(medidas[m], encabezado)[0])
            for m in ("renta_uf", "renta_mujeres_uf", "renta_hombres_uf")
        )
        publicadas = [f for f in filas if "*" not in (f[total], f[mujeres], f[hombres])]
        assert len(publicadas) > 1_500
        cuadran = [
            float(f[mujeres]) + float(f[hombres]) == pytest.approx(float(f[total]), rel=0.02, abs=1) for f in publicadas
        ]
        assert sum(cuadran) > 0.95 * len(cuadran)


@pytest.mark.parametrize(
    ("id_", "columna", "esperado"),
    [
        ("salud", "estado", {"activo": 159, "cerrado": 7}),
        ("educacion", "estado", {"activo": 240, "receso": 10}),
        ("salud", "tipo_persona", {"juridica": 59, None: 107}),
        ("educacion", "acteco", {"850022": 150, "850012": 100}),
    ],
)
def test_equivalencias_sobre_datos_reales(
    id_: str, columna: str, esperado: dict[str | None, int], datos_reales: Path
) -> None:
    filas = json.loads((datos_reales / REALES[id_]).read_text(encoding="utf-8"))
    assert _contar(FUENTES[id_].campos[columna], columna, filas) == esperado


def test_actividad_de_los_establecimientos_de_salud(datos_reales: Path) -> None:
    filas = json.loads((datos_reales / REALES["salud"]).read_text(encoding="utf-8"))
    conteo = _contar(FUENTES["salud"].campos["acteco"], "acteco", filas)
    # Unnamed types (Otro) and mobile units stay without a code rather than get a false one.
    assert conteo.pop(None) == 7
    assert sum(conteo.values()) == 159
    assert (conteo["861010"], conteo["861020"]) == (3, 12)
    assert {codigo[:2] for codigo in conteo if codigo} == {"86"}


def _contar(campo: Campo, columna: str, filas: list[dict[str, object]]) -> dict[str | None, int]:
    """How often each canonical value comes out of the real cells; every text must be one that the source knows."""
    encabezados = _halladas(campo.patron, list(filas[0]))
    crudo = pl.Series([campo.unir.join(str(f[h]) for h in encabezados) for f in filas])
    hecho = normalizar_categoria(crudo, columna, VALORES[columna], campo.equivalencias, campo.otros)
    assert hecho.regla.is_null().all()
    return dict(hecho.valores[columna].value_counts().rows())


@pytest.mark.parametrize("id_", FUENTES)
def test_patrones_del_ejemplo(id_: str) -> None:
    fuente = FUENTES[id_]
    for nombre, campo in fuente.campos.items():
        halladas = _halladas(campo.patron, fuente.ejemplo.encabezado)
        assert len(halladas) <= 1 or campo.unir, f"{nombre}: {halladas}"
        assert halladas or not campo.requerido, nombre


@pytest.mark.parametrize("id_", FUENTES)
def test_forma_del_ejemplo(id_: str) -> None:
    fuente, ejemplo = FUENTES[id_], FUENTES[id_].ejemplo
    assert all(len(fila) == len(ejemplo.encabezado) for fila in ejemplo.filas)
    assert all(0 <= indice < len(ejemplo.filas) for indice, _ in ejemplo.rechazos)
    propias = COLUMNAS_POR_DESTINO[fuente.destino] | {"medida", "valor", "estado"}
    assert all(set(esperada) <= propias for esperada in ejemplo.espera)
    assert len(ejemplo.filas) >= 2
    caben = len(ejemplo.filas)
    if fuente.medidas:
        caben *= len([p for p in fuente.medidas.values() if _halladas(p, ejemplo.encabezado)])
    elif not any(c.separador for c in fuente.campos.values()):
        assert len(ejemplo.espera) <= caben
        caben -= len({indice for indice, _ in ejemplo.rechazos})
    assert len(ejemplo.espera) >= caben or any(c.separador for c in fuente.campos.values())


@pytest.mark.parametrize("id_", FUENTES)
def test_declaracion_con_sentido(id_: str) -> None:
    fuente = FUENTES[id_]
    assert fuente.nombre[0].isupper()
    assert fuente.licencia
    assert fuente.periodicidad in {"mensual", "semestral", "anual"}
    for nombre, campo in fuente.campos.items():
        posibles = VALORES.get(nombre, ())
        if posibles:
            assert {v for v in campo.equivalencias.values() if v} <= set(posibles), nombre
    for nombre, valor in fuente.constantes.items():
        assert not VALORES.get(nombre) or valor in VALORES[nombre], nombre
    # The check digit has a header of its own, or stands in the same cell as the number.
    if "dv" in fuente.campos:
        assert not coincide(re.compile(fuente.campos["rut"].patron), "DV")


def test_lo_que_distingue_a_cada_fuente() -> None:
    assert [f.id for f in FUENTES.values() if f.publica] == ["educacion", "salud"]
    assert [f.id for f in FUENTES.values() if f.cobertura is Cobertura.MUESTRA] == ["encuesta_establecimientos"]
    assert [f.id for f in FUENTES.values() if isinstance(f.lector, Capa)] == ["bienes_nacionales", "callejero"]
    assert [f.id for f in FUENTES.values() if f.destino is not Destino.REGISTRO] == [
        "proveedores_tractora",
        "sii_estadisticas",
    ]
    # Beneficiaries of a programme and constituted firms prove no premises.
    assert {f.id for f in FUENTES.values() if f.describe is Describe.BENEFICIARIO} == {"gore", "sercotec"}
    assert FUENTES["res"].describe is Describe.EMPRESA
    assert {f.actor for f in FUENTES.values()} == set(Actor)
