"""Births, deaths, suppliers and space by the one door of every figure: command, API, page, and under each role."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, exc, text

from archivos_de_oficinas import (
    CUT,
    FAENAS,
    NOMINA,
    PATENTES,
    PROVEEDORES,
    compra,
    faena,
    libro,
    listada,
    patente,
    subir,
    texto,
)
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.proveedores import contar as contar_proveedores
from observatorio.db.claves import crear_clave
from observatorio.db.engine import transaccion
from observatorio.indicadores.compute import ErrorRestringido, calcular
from observatorio.indicadores.demografia import contar, leer_historia
from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.proveedores import contenido_local
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from orden_observatorio import observatorio

ANIOS = (2021, 2022, 2023, 2024)
VIEJA, NACE, MUERE, PAUSA, LLEGA, SE_VA = range(76_500_001, 76_500_007)
ROL = {
    VIEJA: ANIOS,
    NACE: ANIOS[1:],
    MUERE: (2021, 2022),
    PAUSA: (2021, 2023, 2024),
    LLEGA: (2023, 2024),
    SE_VA: (2021, 2022, 2023),
}
MINERA = 61_704_000
MEDIDAS = (
    "nacimientos",
    "muertes",
    "tasa_natalidad",
    "tasa_mortalidad",
    "supervivencia",
    "moran",
    "brecha_oportunidad",
)
Servidor = Callable[[Settings], AbstractContextManager[httpx.Client]]


@pytest.fixture
def mundo(ingesta: Engine, motor: Engine, tmp_path: Path) -> Engine:
    """Four years of patentes, head offices that move in 2023 and 2024, and a tractora that buys from two here."""
    for anio in ANIOS:
        filas = [patente(rut, f"Lira {rut % 10}") for rut, suyos in ROL.items() if anio in suyos]
        subir(ingesta, "patentes", libro(tmp_path / f"p{anio}.xlsx", PATENTES, *filas), anio=anio)
        comunas = {LLEGA: "Santiago" if anio < 2023 else "Calama", SE_VA: "Antofagasta" if anio > 2023 else "Calama"}
        matrices = [listada(rut, comuna=comuna, anio=anio) for rut, comuna in comunas.items()]
        subir(ingesta, "sii_nomina", texto(tmp_path / f"n{anio}.txt", NOMINA, *matrices), anio=anio)
    # Its site lies in the next comuna: one that is first heard of in the last year is in no account.
    sitio = faena(MINERA, "NORTE", "SIERRA GORDA")
    subir(ingesta, "faenas_tractora", texto(tmp_path / "f.csv", FAENAS, sitio, separador=";"))
    compras = [compra(MINERA, VIEJA), compra(MINERA, LLEGA), compra(VIEJA, NACE)]
    subir(ingesta, "proveedores_tractora", texto(tmp_path / "v.csv", PROVEEDORES, *compras, separador=";"), anio=None)
    with ingesta.begin() as conn:
        consolidar(conn, CUT)
    return motor


def pedir(base: Settings, id_: str, anio: int) -> dict[str, dict[str, str]]:
    """The rows of the command's CSV, by their component (the empty text where there is none)."""
    orden = observatorio(base, "indicadores", id_, "--anio", str(anio), "--formato", "csv")
    assert orden.returncode == 0, orden.stderr
    return {f.get("componente", ""): f for f in csv.DictReader(io.StringIO(orden.stdout))}


def test_la_cuenta_de_la_orden_es_el_cambio_de_los_activos(base: Settings, mundo: Engine) -> None:
    with mundo.connect() as conn:
        cuadro = calcular(conn, definiciones()["establecimientos"], ("anio",), cut=CUT, anio=ANIOS)
    activos = {f.anio: f.valor for f in cuadro.filas}
    partes = ("nacimientos", "reactivaciones", "llegadas", "muertes", "salidas")
    vistas = {}
    for anio in ANIOS[1:]:
        cuenta = {c: float(f["valor"]) for c, f in pedir(base, "neto", anio).items()}
        vistas[anio] = tuple(cuenta[p] for p in partes)
        nacen, vuelven, llegan, mueren, salen = vistas[anio]
        assert nacen - mueren + vuelven + llegan - salen == activos[anio] - activos[anio - 1] == cuenta["neto"]
        assert (cuenta["antes"], cuenta["ahora"]) == (activos[anio - 1], activos[anio])
    assert vistas == {2022: (1, 0, 0, 1, 0), 2023: (0, 1, 1, 1, 0), 2024: (0, 0, 0, 0, 1)}
    (nacidos,) = pedir(base, "nacimientos", 2022).values()
    assert (nacidos["valor"], nacidos["anterior"], nacidos["estado"]) == ("1", "", "exacto")
    # Of those of 2022 one dies in 2023; who was born in 2022 works two years later.
    assert float(pedir(base, "tasa_mortalidad", 2023)[""]["valor"]) == 100 * 1 / activos[2022]
    assert {k: f["valor"] for k, f in pedir(base, "supervivencia", 2024).items()} == {"1": "", "2": "100", "3": ""}


def test_cada_rol_lee_lo_suyo_y_nada_mas(base: Settings, mundo: Engine) -> None:
    """History is the same under each role that may ask; the network is the municipality's; a load's file, nobody's."""
    with mundo.connect() as conn:
        entera = contar(leer_historia(conn, CUT))
        redes = contenido_local(conn, CUT, 2024, con_montos=True)
        cuentas = contar_proveedores(conn, CUT, 2024, "N2")
    for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL):
        with transaccion(mundo, rol) as conn:
            assert contar(leer_historia(conn, CUT)).equals(entera)
            assert conn.execute(text("SELECT carga, fuente, anio FROM ingreso.v_viva")).all()
            with pytest.raises(exc.ProgrammingError, match="permission denied"), conn.begin_nested():
                conn.execute(text("SELECT sha256 FROM ingreso.v_viva"))
    with transaccion(mundo, Rol.MUNICIPAL) as conn:
        assert contenido_local(conn, CUT, 2024, con_montos=True) == redes
        assert contar_proveedores(conn, CUT, 2024, "N2") == cuentas
        cuadro = calcular(conn, definiciones()["contenido_local"], cut=CUT, anio=2024).con_nombres({})
        gasto = {
            (r["tractora"], r["criterio"]): (r["valor"], r["local_clp"], r["sabido_clp"])
            for r in cuadro.registros()
            if r["componente"] == "gasto"
        }
        assert gasto[str(MINERA), "N2"] == (100, 2_000, 2_000)
        assert cuadro.columnas[:5] == ["anio", "tractora", "tractora_nombre", "criterio", "componente"]
        locales = calcular(conn, definiciones()["proveedores_locales"], cut=CUT, anio=2024)
        de_n2 = {f.dimensiones["componente"]: f.valor for f in locales.filas if f.dimensiones["criterio"] == "N2"}
        assert de_n2 == {"directos": 2, "indirectos": 1, "todos": 3}
        assert "faenas_tractora" in calcular(conn, definiciones()["contenido_local"], cut=CUT, anio=2022).avisos[0]
    with transaccion(mundo, Rol.PLANIFICADOR) as conn:
        for id_ in ("proveedores_locales", "contenido_local"):
            with pytest.raises(ErrorRestringido, match="su clave no permite ver"):
                calcular(conn, definiciones()[id_], cut=CUT, anio=2024)


def test_por_la_api_y_el_portal(base: Settings, mundo: Engine, servidor_de: Servidor) -> None:
    """Exact for keys, the same as the command's; not published, and so 404, for everybody else."""
    with mundo.begin() as conn:
        llave = {"X-API-Key": crear_clave(conn, Rol.PLANIFICADOR, "prueba")}
    with servidor_de(base) as cliente:
        for id_ in (*MEDIDAS, "puntos_calientes", "distritos_industriales"):
            direccion = f"/api/v1/indicadores/{id_}"
            assert cliente.get(direccion).status_code == 404, id_
            respuesta = cliente.get(direccion, params={"anio": "2024"}, headers=llave)
            assert respuesta.status_code == 200, respuesta.text
            assert all(f["estado"] in ("exacto", "sin_dato") for f in respuesta.json()["datos"])
            pagina = cliente.get("/indicadores", params={"indicador": id_, "por": ""}, headers=llave)
            assert pagina.status_code == 200, id_
            assert bool(definiciones()[id_].detalles) == ("Están en las descargas" in pagina.text)
        assert cliente.get("/api/v1/indicadores/contenido_local", headers=llave).status_code == 403
        orden = observatorio(base, "indicadores", "neto", "--por", "seccion", "--anio", "2023", "--formato", "csv")
        parametros = {"por": "seccion", "anio": "2023", "formato": "csv", "comparar": "anterior"}
        igual = cliente.get("/api/v1/indicadores/neto", params=parametros, headers=llave)
        assert igual.text.splitlines() == orden.stdout.splitlines()
        parquet = cliente.get("/api/v1/indicadores/supervivencia?anio=2024&formato=parquet", headers=llave)
        tabla = pq.read_table(io.BytesIO(parquet.content))
        assert tabla["nacidos"].to_pylist() == [0, 1, 0]
