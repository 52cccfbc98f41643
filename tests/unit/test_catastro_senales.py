"""The signals of formality as records state them: dates, origins, what a survey adds, and firms that ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from observaciones_hechas import RUT, observaciones
from observatorio.catastro.ganadores import ganadores, preparar
from observatorio.catastro.reglas import Ambito
from observatorio.catastro.senales import con_terminos, leer_senales, responder_encuestas

ANIO = 2024
NOMINA = {"fuente": "nomina", "actor": "sii", "describe": "empresa", "senal_sii": "si"}
PATENTE = {"fuente": "patentes", "actor": "municipalidad", "describe": "establecimiento", "senal_patente": "si"}
ENCUESTA = {"fuente": "encuesta", "actor": "academia", "describe": "establecimiento"}
RESOLUCION = {"fuente": "seremi", "actor": "salud", "describe": "establecimiento"}


def registros(*filas: dict[str, Any]) -> pl.DataFrame:
    return observaciones(*filas, rut=RUT, cut=None).with_columns(id=pl.lit("x"))


def gana(senal: str, *filas: dict[str, Any]) -> tuple[str | None, date | None, str | None]:
    """The signal of the premises, its date and its rule; the same in any order of the records."""
    hechos = set()
    for orden in (filas, filas[::-1]):
        voces = preparar(registros(*orden), ANIO)
        ambito = Ambito.EMPRESA if senal == "senal_sii" else Ambito.ESTABLECIMIENTO
        [hecho] = ganadores(voces, ambito, "id").rows(named=True)
        origen = hecho[f"o_{senal}"]
        hechos.add((hecho[senal], hecho[f"{senal}_fecha"], origen and origen["regla"]))
    [unico] = hechos
    return unico


@pytest.mark.parametrize(
    ("filas", "sale"),
    [
        ([NOMINA | {"desde": date(2010, 5, 1)}], ("si", date(2010, 5, 1), "empresa:sii")),
        ([NOMINA], ("si", date(2024, 12, 31), "empresa:sii")),
        # It began again after the year of which the list speaks: listed all the same, and since nobody knows when.
        ([NOMINA | {"desde": date(2025, 2, 1)}], ("si", date(2024, 12, 31), "empresa:sii")),
        (
            [NOMINA | {"desde": date(2010, 5, 1), "hasta": date(2024, 6, 30)}],
            ("no", date(2024, 6, 30), "empresa:sii:termino"),
        ),
        ([NOMINA | {"hasta": date(2025, 1, 1)}], ("si", date(2024, 12, 31), "empresa:sii")),
        (
            [PATENTE | {"senal_sii": "si", "desde": date(2015, 3, 2)}],
            ("si", date(2015, 3, 2), "empresa:municipalidad:inferida_de_patente"),
        ),
        # What was inferred from a patente falls with it.
        ([PATENTE | {"senal_sii": "si", "hasta": date(2024, 1, 31)}], (None, None, None)),
        # A survey fills what no register says, and never goes over one.
        ([ENCUESTA | {"senal_sii": "no"}], ("no", date(2024, 12, 31), "empresa:academia")),
        (
            [ENCUESTA | {"senal_sii": "no"}, PATENTE | {"senal_sii": "si", "desde": date(2015, 3, 2)}],
            ("si", date(2015, 3, 2), "empresa:municipalidad:inferida_de_patente"),
        ),
        (
            [NOMINA | {"hasta": date(2024, 6, 30)}, PATENTE | {"senal_sii": "si"}],
            ("no", date(2024, 6, 30), "empresa:sii:termino"),
        ),
    ],
)
def test_la_senal_del_sii(filas: list[dict[str, Any]], sale: tuple[str | None, date | None, str | None]) -> None:
    assert gana("senal_sii", *filas) == sale


def test_una_patente_al_dia_basta() -> None:
    alcoholes = PATENTE | {"senal_patente": "no", "desde": date(2020, 1, 1)}
    comercial = PATENTE | {"desde": date(2010, 1, 1)}
    assert gana("senal_patente", alcoholes, comercial) == ("si", date(2010, 1, 1), "establecimiento:municipalidad")
    # The start of a patente that is no longer current dates nothing.
    assert gana("senal_patente", alcoholes) == ("no", date(2024, 12, 31), "establecimiento:municipalidad")


def test_una_resolucion_renovada_rige() -> None:
    caducada = RESOLUCION | {"senal_sanitaria": "no", "desde": date(2023, 1, 1)}
    vigente = RESOLUCION | {"senal_sanitaria": "si", "desde": date(2019, 1, 1)}
    assert gana("senal_sanitaria", caducada, vigente) == ("si", date(2019, 1, 1), "establecimiento:salud")


def test_la_encuesta_queda_al_lado_del_registro() -> None:
    filas = (
        PATENTE,
        ENCUESTA | {"senal_patente": "no", "observado": 2023, "senal_sanitaria": "si"},
        ENCUESTA | {"senal_patente": "si", "observado": 2022},
    )
    voces = preparar(registros(*filas), ANIO)
    [hecho] = responder_encuestas(voces).rows(named=True)
    assert (hecho["encuesta_patente"], hecho["encuesta_sanitaria"], hecho["encuesta_sii"]) == ("no", "si", None)
    assert hecho["o_encuesta_patente"] == {"carga": 1, "fila": 1, "regla": "establecimiento:academia"}
    assert hecho["o_encuesta_sii"] is None
    assert gana("senal_patente", *filas)[0] == "si"


def test_sin_encuesta_no_hay_respuesta() -> None:
    assert responder_encuestas(preparar(registros(PATENTE), ANIO)).height == 0


def test_la_fecha_solo_existe_con_la_senal() -> None:
    leidas = leer_senales(registros(ENCUESTA, RESOLUCION | {"desde": date(2020, 1, 1)}), ANIO)
    assert leidas["fecha_senal_sanitaria"].to_list() == [None, None]


DIRECCION = {"fuente": "direcciones", "actor": "sii", "describe": "establecimiento", "historica": True}
FIN = date(2022, 6, 30)


@pytest.mark.parametrize(
    ("historia", "termino"),
    [
        ([NOMINA | {"observado": 2022, "hasta": FIN}], FIN),
        ([NOMINA | {"observado": 2021}, NOMINA | {"observado": 2022, "hasta": FIN}], FIN),
        # Listed again without an end: it began once more.
        ([NOMINA | {"observado": 2022, "hasta": FIN}, NOMINA | {"observado": 2023}], None),
        ([NOMINA | {"observado": 2022, "hasta": FIN}, NOMINA | {"observado": 2022}], None),
        # What later years say is not known yet.
        ([NOMINA | {"observado": 2025, "hasta": FIN}], None),
        ([NOMINA | {"observado": 2023, "hasta": date(2025, 6, 30)}], None),
        # Not to be listed any more does not prove an end.
        ([NOMINA | {"observado": 2022}], None),
    ],
)
def test_una_firma_terminada_no_se_olvida(historia: list[dict[str, Any]], termino: date | None) -> None:
    for filas in (historia, historia[::-1]):
        todas = registros(DIRECCION, *filas)
        del_anio = todas.filter(pl.col("describe") == "establecimiento")
        con = con_terminos(del_anio, todas.with_columns(id=pl.lit("y")), ANIO)
        assert con.schema == del_anio.schema
        assert con.head(del_anio.height).equals(del_anio)
        agregadas = con.slice(del_anio.height)
        assert agregadas["hasta"].to_list() == ([] if termino is None else [termino])
        if termino:
            [fila] = agregadas.rows(named=True)
            assert (fila["id"], fila["razon_social"], fila["senal_sii"]) == (None, None, "si")
            leida = preparar(agregadas, ANIO)
            assert leida.select("senal_sii", "terminada", "fecha_senal_sii").row(0) == ("no", True, termino)


def test_el_termino_de_quien_nadie_habla_no_se_trae() -> None:
    todas = registros(DIRECCION | {"rut": RUT + 1}, NOMINA | {"observado": 2022, "hasta": FIN})
    del_anio = todas.head(1)
    assert con_terminos(del_anio, todas, ANIO).equals(del_anio)


def test_el_termino_no_trae_otras_cifras() -> None:
    vieja = NOMINA | {"observado": 2022, "hasta": FIN, "trabajadores": 50, "tramo_ventas": 8, "cut": "02101"}
    todas = registros(DIRECCION, vieja | {"tipo_sitio": "casa_matriz"})
    fila = con_terminos(todas.head(1), todas, ANIO).row(1, named=True)
    assert [fila[c] for c in ("trabajadores", "tramo_ventas", "cut", "tipo_sitio")] == [None] * 4


def test_el_punto_dice_como_se_hallo() -> None:
    fila = PATENTE | {"lon": -68.9, "lat": -22.4, "precision": "tramo"}
    for regla, esperada in ((None, "establecimiento:municipalidad"), ("datum:psad56",) * 2):
        voces = preparar(registros(fila).with_columns(lugar_regla=pl.lit(regla, pl.Utf8)), ANIO)
        [hecho] = ganadores(voces, Ambito.ESTABLECIMIENTO, "id").rows(named=True)
        assert hecho["o_punto"]["regla"].endswith(esperada)
        assert hecho["o_punto"]["regla"].startswith("establecimiento:municipalidad")


def test_la_actividad_principal_es_la_de_la_lista_o_la_primera() -> None:
    historia = {"fuente": "actecos", "actor": "sii", "describe": "empresa", "historica": True}
    primera = historia | {"acteco": "561000", "desde": date(2010, 1, 1)}
    segunda = historia | {"acteco": "471100", "desde": date(2020, 1, 1)}
    listada = NOMINA | {"acteco": "431100", "desde": date(2015, 1, 1)}
    for filas, esperada in (((primera, segunda), "561000"), ((primera, segunda, listada), "431100")):
        for orden in (filas, filas[::-1]):
            [hecho] = ganadores(preparar(registros(*orden), ANIO), Ambito.EMPRESA, "id").rows(named=True)
            assert hecho["acteco"] == esperada
