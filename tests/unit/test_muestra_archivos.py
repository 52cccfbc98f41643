"""The files of the synthetic city: layouts to the letter, the same bytes for a seed, dirt at the stated rates."""

from __future__ import annotations

import csv
import hashlib
import re
import zipfile
from pathlib import Path

import polars as pl
import pyogrio
import pytest
import shapely

from ciudad_escrita import formato, leer_hoja
from observatorio import muestra
from observatorio.errors import ErrorObservatorio
from observatorio.muestra import coordenadas
from observatorio.muestra.parametros import parametros, tabla

CON_NOMBRE = "PUB_EMPRESAS|patentes|gremio|gore|bienes|resoluciones|proveedores|encuesta"
CON_DIRECCION = "PUB_NOM_DOM|PUB_NOM_SUC|patentes|gremio|resoluciones|encuesta"


def _linea(ruta: Path, codificacion: str, separador: str) -> list[str]:
    with ruta.open(encoding=codificacion, newline="") as archivo:
        return next(csv.reader(archivo, delimiter=separador))


@pytest.mark.parametrize(
    ("fuente", "archivo", "codificacion", "separador"),
    [
        ("sii_nomina", "sii/PUB_EMPRESAS_PJ_2022.txt", "utf-8", "\t"),
        ("sii_actecos", "sii/PUB_NOM_ACTECOS.txt", "utf-8", "\t"),
        ("sii_direcciones", "sii/PUB_NOM_DOMICILIO.txt", "utf-8", "\t"),
        ("sii_direcciones", "sii/PUB_NOM_SUCURSAL.txt", "utf-8", "\t"),
        ("gore", "gore/beneficiarios_2022.csv", "latin-1", ";"),
        ("impuestos_convenio", "sii_convenio/impuestos_2022.csv", "utf-8", ";"),
        ("proveedores_tractora", "tractoras/proveedores_2022.csv", "utf-8-sig", ";"),
        ("faenas_tractora", "tractoras/faenas_2022.csv", "utf-8-sig", ";"),
    ],
)
def test_encabezados_de_texto(grande: Path, fuente: str, archivo: str, codificacion: str, separador: str) -> None:
    assert _linea(grande / archivo, codificacion, separador) == formato(fuente)


@pytest.mark.parametrize(
    ("fuente", "archivo", "titulos"),
    [
        ("patentes", "municipalidad/patentes_2022.xlsx", 4),
        ("gremio", "gremio/socios_2022.xlsx", 2),
        ("resolucion_sanitaria", "seremi_salud/resoluciones_2022.xlsx", 2),
        ("encuesta_establecimientos", "academia/encuesta_2022.xlsx", 0),
    ],
)
def test_encabezados_de_hojas(grande: Path, fuente: str, archivo: str, titulos: int) -> None:
    assert leer_hoja(grande / archivo, titulos)[0] == formato(fuente)


def test_predios_en_shapefile_latin1_y_utm(grande: Path) -> None:
    predios = pyogrio.read_dataframe(f"/vsizip/{grande}/bienes_nacionales/predios_2022.zip")
    assert list(predios.columns[:-1]) == formato("bienes_nacionales")
    assert predios.crs.to_epsg() == 32719
    assert predios.geometry.is_valid.all()
    assert set(predios["TIPO_ACTO"]) == {"CONCESION", "ARRIENDO"}
    with zipfile.ZipFile(grande / "bienes_nacionales" / "predios_2022.zip") as paquete:
        assert paquete.read("predios_2022.cpg").strip().upper() in (b"ISO-8859-1", b"88591")


def test_la_misma_semilla_da_los_mismos_bytes_y_otra_no(tmp_path: Path) -> None:
    def huellas(nombre: str, semilla: int) -> dict[str, str]:
        muestra.generar(tmp_path / nombre, semilla=semilla, tamano=300)
        rutas = sorted(p for p in (tmp_path / nombre).rglob("*") if p.is_file())
        return {str(p.relative_to(tmp_path / nombre)): hashlib.sha256(p.read_bytes()).hexdigest() for p in rutas}

    una, repetida, otra = huellas("a", 5), huellas("b", 5), huellas("c", 6)
    assert una == repetida
    iguales = {nombre for nombre in una if otra.get(nombre) == una[nombre]}
    assert iguales == {"territorio/barrios.geojson", "territorio/distritos_industriales.geojson"}
    assert len(una) == 66 + 3


def test_una_ciudad_chica_avisa_de_cada_archivo(tmp_path: Path) -> None:
    avisos: list[tuple[str, int, int]] = []
    resumen = muestra.generar(tmp_path, tamano=300, progreso=lambda *aviso: avisos.append(aviso))
    assert [hecho for _, hecho, _ in avisos] == list(range(1, avisos[-1][2] + 1))
    assert set(resumen.archivos) == set(pl.read_csv(tmp_path / "verdad" / "registros.csv")["archivo"])
    assert resumen.activos[2024] == pytest.approx(300, rel=0.15)
    assert "DATOS SINTÉTICOS" in (tmp_path / "DATOS_SINTETICOS.txt").read_text("utf-8")


@pytest.mark.parametrize("anios", [(), (2020, 2022), (2021, 2020)])
def test_anios_salteados_se_rechazan(tmp_path: Path, anios: tuple[int, ...]) -> None:
    with pytest.raises(ErrorObservatorio, match="años seguidos"):
        muestra.generar(tmp_path, anios=anios)


def test_cada_fila_escrita_tiene_su_verdad(grande: Path, registros: pl.DataFrame) -> None:
    assert registros.select("archivo", "fila", "parte").is_unique().all()
    patentes = leer_hoja(grande / "municipalidad" / "patentes_2023.xlsx", 0)
    suyas = registros.filter(pl.col("archivo") == "municipalidad/patentes_2023.xlsx")
    roles = {fila: patentes[fila - 1][0] for fila in suyas["fila"]}
    assert all(re.fullmatch(r"[1-6]-\d{6}", rol) for rol in roles.values())
    assert len(set(roles.values())) == len(roles)
    demas = {i + 1 for i, fila in enumerate(patentes) if any(fila)} - set(roles) - {1, 2, 3, 5}
    assert demas
    assert all(patentes[i - 1][0].startswith("SUBTOTAL ") for i in demas)
    assert any(not any(fila) for fila in patentes[5 : max(roles)])
    nomina = pl.read_csv(grande / "sii" / "PUB_EMPRESAS_PJ_2023.txt", separator="\t", infer_schema=False)
    de_nomina = registros.filter(pl.col("archivo") == "sii/PUB_EMPRESAS_PJ_2023.txt")
    assert de_nomina["fila"].to_list() == list(range(2, nomina.height + 2))
    ruts = pl.read_csv(grande / "verdad" / "establecimientos.csv", infer_schema=False).unique("id_empresa")
    unidos = de_nomina.with_columns(nomina["RUT"]).join(ruts.select("id_empresa", "rut"), on="id_empresa")
    assert unidos.height > 0.95 * de_nomina.height
    assert (unidos["RUT"] == unidos["rut"]).all()


def _tasa(registros: pl.DataFrame, archivos: str, falla: str) -> float:
    suyas = registros.filter(pl.col("archivo").str.contains(archivos))
    return float(suyas["falla"].str.contains(falla).mean())


def test_la_suciedad_llega_a_lo_pedido(registros: pl.DataFrame) -> None:
    nombre = "nombre_(abreviado|errata|orden|sin_forma|cortado)"
    direccion = "direccion_(abreviada|errata|sin_via|sin_unidad|numero)"
    assert 0.12 <= _tasa(registros, CON_NOMBRE, nombre) <= 0.25
    assert 0.08 <= _tasa(registros, CON_DIRECCION, direccion) <= 0.20
    assert 0.02 <= _tasa(registros, ".", "sin_dv") <= 0.04
    assert 0.10 <= _tasa(registros, f"{CON_NOMBRE}|{CON_DIRECCION}", "cerrado_vigente|_anterior") <= 0.16


@pytest.mark.parametrize("archivo", ["patentes", "encuesta"])
def test_cada_archivo_tiene_la_tasa_que_dice(registros: pl.DataFrame, archivo: str) -> None:
    s = parametros().suciedad
    nombre = "nombre_(abreviado|errata|orden|sin_forma|cortado)"
    direccion = "direccion_(abreviada|errata|sin_via|sin_unidad|numero)"
    assert _tasa(registros, archivo, nombre) == pytest.approx(s.nombre[archivo], abs=0.02)
    assert _tasa(registros, archivo, direccion) == pytest.approx(s.direccion[archivo], abs=0.02)


def test_coordenadas_con_todas_las_fallas(grande: Path, registros: pl.DataFrame) -> None:
    malas = registros.filter(pl.col("falla").str.contains("coord_"))
    vistas = malas["falla"].str.extract("(coord_[a-z_]+)").value_counts()
    assert set(vistas["falla"]) == {*coordenadas.REPARABLES, *coordenadas.IRREPARABLES}
    con_punto = sum(
        sum(1 for fila in leer_hoja(ruta, 5) if fila[13]) for ruta in (grande / "municipalidad").glob("patentes_*.xlsx")
    )
    de_patentes = malas.filter(pl.col("archivo").str.contains("patentes")).height
    assert 0.03 <= de_patentes / con_punto <= 0.05
    datum = registros.filter(pl.col("falla").str.contains("datum"))
    assert set(datum["archivo"]) == {"bienes_nacionales/predios_2021.zip"}


def test_senales_ruts_y_celdas_sucias(grande: Path, registros: pl.DataFrame) -> None:
    for falla in ("senal_oculta_patente", "senal_contraria_inicio_sii", "rut_comodin", "rut_ajeno", "calle_basura"):
        assert registros["falla"].str.contains(falla).any(), falla
    juntos = registros.filter(pl.col("parte") == 1)
    assert juntos.height > 20
    assert juntos["archivo"].str.contains("gremio").all()
    hojas = [fila for ruta in (grande / "gremio").glob("*.xlsx") for fila in leer_hoja(ruta, 3)]
    assert sum(1 for fila in hojas if re.search(r" / |\n", fila[1])) == juntos.height
    estilos = [r"\+56 55 2[01]\d \d{4}", r"552[01]\d{5}", r"\(055\) 2[01]\d \d{4}"]
    assert all(any(re.fullmatch(e, fila[5]) for fila in hojas) for e in estilos)


def test_los_informales_solo_se_ven_donde_alguien_los_mira(grande: Path, registros: pl.DataFrame) -> None:
    verdadero = pl.read_csv(grande / "verdad" / "establecimientos.csv", infer_schema=False)
    informales = verdadero.group_by("id_establecimiento").agg(
        ((pl.col("formalidad") == "informal") | (pl.col("formalidad") == "inactivo")).all().alias("siempre"),
        (pl.col("formalidad") == "informal").any().alias("alguna"),
    )
    solo = informales.filter("siempre", "alguna")["id_establecimiento"]
    suyas = registros.filter(pl.col("id_establecimiento").is_in(solo.to_list()))
    assert set(suyas["archivo"].str.split("/").list.first()) == {"academia", "gremio"}
    fila, archivo = suyas.filter(pl.col("archivo") == "academia/encuesta_2023.xlsx").select("fila", "archivo").row(0)
    assert leer_hoja(grande / archivo, 0)[fila - 1][3] == ""


def test_las_faenas_son_los_locales_de_las_tractoras(grande: Path, registros: pl.DataFrame) -> None:
    verdadero = pl.read_csv(grande / "verdad" / "establecimientos.csv", schema_overrides={"cut": pl.String})
    compradores = pl.read_csv(grande / "tractoras" / "proveedores_2023.csv", separator=";")["RUT COMPRADOR"]
    for anio in muestra.ANIOS:
        with (grande / "tractoras" / f"faenas_{anio}.csv").open(encoding="utf-8-sig", newline="") as archivo:
            filas = list(csv.DictReader(archivo, delimiter=";"))
        suyas = registros.filter(pl.col("archivo") == f"tractoras/faenas_{anio}.csv")
        assert suyas["fila"].to_list() == list(range(2, len(filas) + 2))
        assert {fila["FAENA"] for fila in filas} == {fila["faena"] for fila in tabla("tractoras")}
        assert {fila["RUT"] for fila in filas} <= set(compradores)
        for fila, quien in zip(filas, suyas["id_establecimiento"], strict=True):
            real = verdadero.row(
                by_predicate=(pl.col("anio") == anio) & (pl.col("id_establecimiento") == quien), named=True
            )
            assert fila["FAENA"] == real["nombre_fantasia"]
            assert fila["RUT"] == f"{real['rut']}-{real['dv']}"
            assert int(fila["TRABAJADORES PROPIOS"]) == real["empleo_total"]
            assert int(fila["CONTRATISTAS"]) > real["empleo_total"]
            assert float(fila["LATITUD"].replace(",", ".")) == pytest.approx(real["lat"], abs=1e-5)
            assert float(fila["LONGITUD"].replace(",", ".")) == pytest.approx(real["lon"], abs=1e-5)
            assert fila["COMUNA"] == {"02201": "CALAMA", "02103": "SIERRA GORDA"}[real["cut"]]


def test_la_encuesta_dice_de_donde_vienen_los_que_conmutan(grande: Path, registros: pl.DataFrame) -> None:
    titulos, *filas = leer_hoja(grande / "academia" / "encuesta_2023.xlsx", 0)
    desde = titulos.index("trab_conmutante")
    assert titulos[desde : desde + 3] == ["trab_conmutante", "trab_conmutante_region", "trab_conmutante_fuera"]
    verdadero = {
        fila["id_establecimiento"]: fila
        for fila in pl.read_csv(grande / "verdad" / "establecimientos.csv", schema_overrides={"cut": pl.String})
        .filter(pl.col("anio") == 2023)
        .iter_rows(named=True)
    }
    suyas = registros.filter(
        (pl.col("archivo") == "academia/encuesta_2023.xlsx") & ~pl.col("falla").str.contains("cerrado_vigente")
    )
    sabidas = dichas = 0
    for numero, quien in suyas.select("fila", "id_establecimiento").iter_rows():
        total, region, fuera = filas[numero - 2][desde : desde + 3]
        assert (region == "") == (fuera == "")
        assert total != "" or region == ""
        dichas += total != ""
        if region:
            real = verdadero[quien]
            assert int(region) == real["conmutante_intrarregional"]
            assert int(fuera) == real["conmutante_interregional"]
            assert int(region) + int(fuera) == int(total)
            sabidas += 1
    assert sabidas / dichas == pytest.approx(1 - parametros().suciedad.sin_region_encuesta, abs=0.06)


def test_el_territorio_cubre_los_locales_urbanos(grande: Path) -> None:
    barrios = pyogrio.read_dataframe(grande / "territorio" / "barrios.geojson")
    assert {"codigo", "nombre", "poblacion"} <= set(barrios.columns)
    assert len(barrios) == len(tabla("barrios")) + len(tabla("localidades"))
    assert barrios.geometry.is_valid.all()
    # Neighbourhoods share their borders and overlap nowhere.
    formas = barrios.geometry.to_numpy()
    assert shapely.area(shapely.union_all(formas)) == pytest.approx(shapely.area(formas).sum(), rel=1e-6)
