"""Which observations are one establishment: places, points, loose records, vintages of a history."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from observatorio.catastro.cercania import METROS_POR_GRADO, agrupar
from observatorio.catastro.enlace import enlazar
from observatorio.catastro.lectura import COLUMNAS, elegir_cosechas

CUT, ANIO, RUT = "02201", 2024, 76_500_001
LAT, LON = -22.45, -68.92


def observaciones(*filas: dict[str, Any]) -> pl.DataFrame:
    base = {
        "carga": 1,
        "parte": 0,
        "fuente": "encuesta",
        "actor": "academia",
        "describe": "establecimiento",
        "publica": False,
        "historica": False,
        "sha256": "a",
        "observado": ANIO,
        "cut": CUT,
    }
    vacia = dict.fromkeys(COLUMNAS)
    return pl.DataFrame([vacia | base | {"fila": i} | fila for i, fila in enumerate(filas)], schema=COLUMNAS)


def ids(*filas: dict[str, Any]) -> list[str | None]:
    """The id of each row, None where it speaks of no establishment of the comuna."""
    marco = observaciones(*filas)
    hecho = marco.join(enlazar(marco, CUT, ANIO), on=["carga", "fila", "parte"], how="left", maintain_order="left")
    return hecho["id"].to_list()


def al_sur(metros: float) -> dict[str, float]:
    return {"lat": LAT - metros / METROS_POR_GRADO, "lon": LON}


def test_una_comuna_nula_no_es_esta() -> None:
    assert ids({"rut": RUT, "cut": None}, {"rut": RUT, "cut": "02101"}) == [None, None]


def test_puntos_cercanos_de_un_rut_son_un_local_a_ambos_lados_de_toda_raya() -> None:
    for corrimiento in range(0, 60, 7):
        cerca = ids(*({"rut": RUT, **al_sur(corrimiento + m)} for m in (0, 8, 59)))
        assert len(set(cerca)) == 1, corrimiento
        lejos = ids(*({"rut": RUT, **al_sur(corrimiento + m)} for m in (0, 70)))
        assert len(set(lejos)) == 2, corrimiento


def test_una_cadena_de_puntos_es_un_local_y_otro_rut_nunca() -> None:
    cadena = [{"rut": RUT, **al_sur(m)} for m in (100, 0, 50)]
    assert len(set(ids(*cadena))) == 1
    assert len(set(ids(cadena[0], cadena[0] | {"rut": RUT + 1}))) == 2


def test_el_grupo_no_depende_del_orden() -> None:
    marco = pl.DataFrame([{"rut": RUT, **al_sur(m)} for m in (0, 50, 100, 300, 340)])
    derecho, reves = (agrupar(m).sort("lat")["grupo"].to_list() for m in (marco, marco.reverse()))
    assert derecho == reves
    assert len(set(derecho)) == 2


def test_un_punto_junto_a_otro_que_tiene_direccion_es_del_mismo_local() -> None:
    casa = {"rut": RUT, "calle": "RAMIREZ", "numero": "1", **al_sur(0)}
    assert len(set(ids(casa, {"rut": RUT, **al_sur(50)}, {"rut": RUT, **al_sur(100)}))) == 1


def suelto(nombre: str | None, **otros: Any) -> dict[str, Any]:
    return {"fuente": "gremio", "actor": "gremio", "razon_social": nombre, **otros}


def test_un_registro_suelto_no_depende_de_su_fila() -> None:
    uno, dos = suelto("Uno"), suelto("Dos")
    assert ids(uno, dos) == ids(dos, uno)[::-1]
    assert ids(uno)[0] != ids(dos)[0]
    assert len(set(ids(uno, uno))) == 2, "two members with one name are two"
    assert ids(uno) == ids(uno | {"sha256": "b", "observado": 2023, "carga": 9})


def test_los_iguales_se_cuentan_por_archivo_y_fila() -> None:
    de_a, de_b = suelto("Uno", sha256="a", carga=7), suelto("Uno", sha256="b", carga=3)
    assert ids(de_a, de_b) == ids(de_b, de_a)[::-1]


def test_quien_no_tiene_nombre_no_es_nadie_de_otro_archivo() -> None:
    assert ids(suelto(None, sha256="a"))[0] != ids(suelto(None, sha256="b"))[0]
    assert ids(suelto(None, sha256="a", id_fuente="1"))[0] != ids(suelto(None, sha256="b", id_fuente="1"))[0]


def test_un_mismo_identificador_con_dos_nombres_son_dos() -> None:
    assert len(set(ids(suelto("Uno", id_fuente="1"), suelto("Dos", id_fuente="1", sha256="b")))) == 2
    assert len(set(ids(suelto("Uno", id_fuente="1"), suelto("Uno", id_fuente="1")))) == 1


def direccion(calle: str, **otros: Any) -> dict[str, Any]:
    sii = {"fuente": "sii_direcciones", "actor": "sii", "historica": True, "tipo_sitio": "sucursal"}
    return {**sii, "rut": RUT, "calle": calle, "numero": "1", "desde": date(2010, 1, 1), **otros}


LISTADA = {"rut": RUT, "fuente": "sii_nomina", "actor": "sii", "describe": "empresa", "senal_sii": "si"}


def test_la_casa_matriz_de_una_firma_viva_sin_local_abierto() -> None:
    cerrada = direccion("LATORRE", estado="cerrado")
    casa = direccion("RAMIREZ", tipo_sitio="domicilio")
    matriz, local, domicilio = ids(LISTADA, cerrada, casa)
    assert matriz == domicilio != local
    assert ids(LISTADA, direccion("LATORRE"), casa)[0] is None, "an open premises is enough"


def test_el_local_principal_no_es_uno_cerrado() -> None:
    cerrado = [{"rut": RUT, "calle": "A", "numero": "1", "estado": "cerrado"}] * 3
    abierto, sin_lugar = {"rut": RUT, "calle": "B", "numero": "2"}, {"rut": RUT}
    filas = ids(*cerrado, abierto, sin_lugar)
    assert filas[-1] == filas[-2] != filas[0]


def test_de_las_versiones_de_una_historia_vale_la_del_anio() -> None:
    marco = observaciones(
        direccion("A", observado=2022), direccion("B", observado=2023), direccion("C", observado=2025), {"rut": RUT}
    )

    def calles(anio: int) -> list[str | None]:
        return elegir_cosechas(marco, anio)["calle"].to_list()

    assert [calles(anio) for anio in (2020, 2022, 2024, 2025)] == [[None, "A"], [None, "A"], [None, "B"], [None, "C"]]
