"""The premises of a RUT over all years: moves, slips, chains, stale lists, head offices; and that order is nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observaciones_hechas import CLAVES, CUT, RUT, al_sur, distintos, observaciones
from observatorio.catastro.enlace.locales import locales_de_rut
from observatorio.catastro.enlace.puertas import Parecido, comparar
from observatorio.catastro.lectura import COLUMNAS


def registradas(*filas: dict[str, Any]) -> pl.DataFrame:
    """Records of one RUT; each list of a year is a file, unless they say of which file they are."""
    suyas = ({"sha256": f"{f.get('fuente')}{f.get('observado', 2024)}"} | f for f in filas)
    return observaciones(*suyas, rut=RUT, dv="1")


def hechas(*filas: dict[str, Any]) -> pl.DataFrame:
    marco = registradas(*filas)
    return marco.join(locales_de_rut(marco, CUT), on=CLAVES, how="left", maintain_order="left", suffix="_leido")


def locales(*filas: dict[str, Any]) -> list[str | None]:
    """The premises of each row, None where it speaks of none."""
    return hechas(*filas)["local"].to_list()


def patente(anio: int, calle: str, numero: str, rol: str | None = None, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "patentes", "actor": "municipalidad", "observado": anio, "calle": calle, "numero": numero}
    return propia | {"id_fuente": rol or f"{calle}{numero}{anio}"} | otros


def socio(anio: int, calle: str, numero: str, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "gremio", "actor": "gremio", "observado": anio, "calle": calle, "numero": numero}
    return propia | {"razon_social": "Panadería Sol SpA"} | otros


def sii(calle: str | None, numero: str | None, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "sii_direcciones", "actor": "sii", "historica": True, "tipo_sitio": "sucursal"}
    return propia | {"calle": calle, "numero": numero, "desde": date(2015, 1, 1)} | otros


def domicilio(calle: str, numero: str, **otros: Any) -> dict[str, Any]:
    return sii(calle, numero, tipo_sitio="domicilio", sha256="domicilios", **otros)


def listada(anio: int, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "sii_nomina", "actor": "sii", "describe": "empresa", "senal_sii": "si", "observado": anio}
    return propia | {"razon_social": "PANADERIA SOL SPA"} | otros


def encuesta(anio: int, calle: str | None, numero: str | None, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "encuesta", "actor": "academia", "observado": anio, "calle": calle, "numero": numero}
    return propia | {"nombre_fantasia": "Panadería Sol"} | otros


def test_la_misma_patente_es_el_mismo_local_aunque_se_mude() -> None:
    marco = hechas(
        patente(2020, "RAMIREZ", "1950", "2-1"),
        patente(2021, "LATORRE", "810", "2-1"),
        patente(2022, "LATORRE", "810", "2-1"),
        patente(2021, "SOTOMAYOR", "2000", "2-2"),
    )
    assert marco["local"].n_unique() == 2
    assert None not in marco["local"].to_list()
    assert marco["local"][0] == marco["local"][2] != marco["local"][3]
    assert marco["regla"].to_list() == ["rut_y_patente", "rut_y_direccion", "rut_y_direccion", "rut_y_direccion"]


def test_un_numero_de_registro_que_una_lista_da_a_dos_puertas_es_de_la_firma() -> None:
    assert distintos(locales(patente(2020, "RAMIREZ", "1950", "9"), patente(2020, "LATORRE", "810", "9"))) == 2


def test_una_cadena_nunca_se_junta() -> None:
    ramas = [patente(a, calle, "100") for a in (2020, 2021) for calle in ("RAMIREZ", "LATORRE", "VARGAS")]
    obtenidos = locales(*ramas)
    assert obtenidos[:3] == obtenidos[3:]
    assert distintos(obtenidos) == 3


def test_dos_puertas_vecinas_con_patente_el_mismo_anio_son_dos() -> None:
    puertas = [patente(a, "RAMIREZ", n, f"2-{n}") for a in (2020, 2021, 2022) for n in ("1950", "1951")]
    assert distintos(locales(*puertas)) == 2
    unidades = [patente(2020, "RAMIREZ", "1950", f"2-{n}", resto=f"LOCAL {n}", **al_sur(n)) for n in (1, 2)]
    assert distintos(locales(*unidades)) == 2


def test_dos_patentes_de_una_puerta_son_un_local_pese_a_un_numero_errado() -> None:
    comercial = [patente(a, "RAMIREZ", "1950", "2-1") for a in (2020, 2021)]
    errada, alcoholes = patente(2022, "RAMIREZ", "1960", "2-1"), patente(2022, "RAMIREZ", "1950", "4-1")
    assert distintos(locales(*comercial, errada, alcoholes)) == 1


@pytest.mark.parametrize(
    ("calle", "numero", "resto"),
    [
        ("RAMIRES", "1950", "LOCAL 3"),
        ("AVENIDA RAMIREZ", "1950", "LOCAL 3"),
        ("RAMIREZ", "1950", None),
        ("RAMIREZ", "1960", "LOCAL 3"),
        ("NO REGISTRA", "1950", None),
    ],
)
def test_un_desliz_en_la_direccion_va_al_local_dominante(calle: str, numero: str, resto: str | None) -> None:
    firmes = [patente(a, "RAMIREZ", "1950", "2-1", resto="LOCAL 3") for a in (2020, 2021, 2022)]
    otro = [patente(a, "LATORRE", "810", "2-2") for a in (2020, 2021, 2022)]
    marco = hechas(*firmes, *otro, socio(2022, calle, numero, resto=resto), listada(2022))
    assert marco["local"][6] == marco["local"][0]
    assert marco["regla"][6] == "rut_direccion_parecida"


def test_sin_unidad_entre_dos_locales_iguales_no_va_a_ninguno() -> None:
    locales_del_mall = [patente(2020, "BALMACEDA", "3242", f"2-{n}", resto=f"LOCAL {n}") for n in (1, 2)]
    *mall, suelto = locales(*locales_del_mall, socio(2020, "BALMACEDA", "3242"), listada(2020))[:3]
    assert distintos([*mall, suelto]) == 3


def test_un_numero_errado_con_puntos_lejanos_es_otra_puerta() -> None:
    firmes = [patente(a, "RAMIREZ", "1950", "2-1", **al_sur(0)) for a in (2020, 2021)]
    otros = [patente(a, "LATORRE", "810", "2-2") for a in (2020, 2021, 2022)]
    lejos = encuesta(2022, "RAMIREZ", "1960", **al_sur(900))
    obtenidos = locales(*firmes, *otros, lejos, listada(2022))
    assert obtenidos[5] is not None
    assert obtenidos[5] not in obtenidos[:5]


def test_puntos_cercanos_son_un_local_y_lejanos_otro() -> None:
    casa = patente(2020, "RAMIREZ", "1950", **al_sur(0))
    otra = patente(2020, "LATORRE", "810")
    marco = hechas(casa, otra, encuesta(2021, None, None, **al_sur(50)), encuesta(2022, None, None, **al_sur(400)))
    assert marco["local"][2] == marco["local"][0]
    assert marco["regla"][2] == "rut_y_cercania"
    assert None not in marco["local"].to_list()
    assert marco["local"][3] not in marco["local"].to_list()[:3]


def test_un_centroide_no_es_un_punto() -> None:
    en_centroide = al_sur(0) | {"precision": "centroide"}
    ramas = [patente(2020, calle, "100", **en_centroide) for calle in ("RAMIREZ", "LATORRE")]
    assert distintos(locales(*ramas, encuesta(2021, None, None, **en_centroide))) == 2


def test_el_unico_local_que_reaparece_en_otra_parte_se_mudo() -> None:
    marco = hechas(patente(2020, "RAMIREZ", "1950"), patente(2021, "RAMIREZ", "1950"), patente(2022, "LATORRE", "810"))
    assert distintos(marco["local"].to_list()) == 1
    assert marco["regla"].to_list() == ["rut_y_direccion", "rut_y_direccion", "rut_mudanza"]


def test_en_una_cadena_el_que_cierra_y_el_que_abre_no_son_uno() -> None:
    sigue = [patente(a, "VARGAS", "100") for a in (2020, 2021, 2022)]
    obtenidos = locales(*sigue, patente(2020, "RAMIREZ", "1950"), patente(2022, "LATORRE", "810"))
    assert distintos(obtenidos) == 3


def test_una_direccion_vieja_en_una_lista_tardia_es_del_local_que_estaba_ahi() -> None:
    antes, ahora = patente(2020, "RAMIREZ", "1950", "2-1"), patente(2022, "LATORRE", "810", "2-1")
    otro = [patente(a, "VARGAS", "100", "2-2") for a in (2020, 2022)]
    obtenidos = locales(antes, ahora, *otro, socio(2023, "RAMIREZ", "1950"))
    assert None not in obtenidos
    assert obtenidos[4] == obtenidos[0] == obtenidos[1] != obtenidos[2]


def test_quien_toma_la_puerta_es_otro() -> None:
    dejada = patente(2020, "RAMIREZ", "1950", "2-1")
    marco = hechas(dejada, patente(2022, "RAMIREZ", "1950", "2-9", rut=RUT + 1, sha256="b"))
    assert marco.select("rut_leido", "local").n_unique() == 2


def test_la_sucursal_que_el_sii_recuerda_en_otra_parte_es_la_de_la_unica_patente() -> None:
    firma = [patente(a, "LATORRE", "810", "2-1") for a in (2020, 2024)]
    tardia = sii("RAMIREZ", "1950", desde=date(2021, 1, 1))
    assert distintos(locales(*firma, tardia)) == 1
    assert distintos(locales(*firma, sii("RAMIREZ", "1950"))) == 2, "in force in 2020 and in 2024: nobody is late"
    dos = patente(2024, "VARGAS", "100", "2-2")
    assert distintos(locales(*firma, dos, tardia)) == 3, "with two patentes nobody can tell"


def test_la_sucursal_y_el_domicilio_son_dos() -> None:
    casa, sucursal = socio(2024, "RAMIREZ", "1950"), sii("LATORRE", "810")
    gremio, sii_, propio = locales(casa, sucursal, domicilio("RAMIREZ", "1950"))
    assert distintos([gremio, propio, sii_]) == 2
    assert gremio == propio


def resolucion(anio: int, calle: str, numero: str, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "resolucion_sanitaria", "actor": "salud", "observado": anio, "calle": calle, "numero": numero}
    return propia | {"id_fuente": f"R{calle}"} | otros


def cuantos(*filas: dict[str, Any]) -> int:
    """How many premises the rows are, of a firm that the tax service lists; each row has to be of one."""
    obtenidos = locales(*filas, *(listada(a) for a in (2022, 2023, 2024)))[: len(filas)]
    return distintos(obtenidos)


def test_medidos_lejos_el_mismo_anio_son_dos_y_en_otro_anio_una_mudanza() -> None:
    aqui = patente(2022, "RAMIREZ", "1950", "2-1", **al_sur(0))
    assert cuantos(aqui, encuesta(2022, "LATORRE", "810", **al_sur(5500))) == 2
    antes = patente(2021, "RAMIREZ", "1950", "2-1")
    assert cuantos(antes, aqui, encuesta(2022, "LATORRE", "810", **al_sur(250))) == 1, "not far enough"
    assert cuantos(aqui, encuesta(2023, "LATORRE", "810", **al_sur(5500))) == 1, "moved"
    assert cuantos(aqui, encuesta(2022, "LATORRE", "810", estado="cerrado", **al_sur(5500))) == 1, "left"
    assert cuantos(aqui, sii("LATORRE", "810", observado=2022, **al_sur(5500))) == 2
    assert cuantos(aqui, socio(2022, "LATORRE", "810", **al_sur(-900)), encuesta(2022, "VARGAS", "3")) == 3


def test_un_punto_geocodificado_no_separa() -> None:
    marco = registradas(
        patente(2022, "RAMIREZ", "1950", "2-1", **al_sur(0)),
        encuesta(2022, "LATORRE", "810", **al_sur(5500)),
        patente(2021, "RAMIREZ", "1950", "2-1", **al_sur(0)),
        listada(2022),
    )
    for propio, esperados in ((False, 1), (True, 2)):
        leido = locales_de_rut(marco.with_columns(punto_propio=pl.Series([True, propio, True, False])), CUT)
        assert leido.height == leido["local"].count() == 3
        assert leido["local"].n_unique() == esperados


def test_el_domicilio_dejado_donde_se_mide_otro_local_no_es_de_la_casa() -> None:
    casa, actual = socio(2024, "RAMIREZ", "1950", **al_sur(0)), domicilio("RAMIREZ", "1950")
    dejado = domicilio("LATORRE", "810", estado="cerrado")
    cerca, lejos = (encuesta(2024, "LATORRE", "810", **al_sur(m)) for m in (200, 5500))
    assert cuantos(casa, actual, dejado, cerca) == 1
    obtenidos = locales(casa, actual, dejado, lejos, listada(2024))
    assert obtenidos[0] == obtenidos[1] != obtenidos[3]
    assert obtenidos[3] is not None


def test_dos_fuentes_en_dos_puertas_por_dos_anios_son_dos_locales() -> None:
    permisos = [patente(a, "RAMIREZ", "1950", "2-1") for a in (2022, 2023)]
    for otra in (resolucion, socio, encuesta):
        assert cuantos(*permisos, otra(2022, "LATORRE", "810"), otra(2023, "LATORRE", "810")) == 2
        assert cuantos(*permisos, otra(2023, "LATORRE", "810")) == 1, "in one year somebody may be late"
        assert cuantos(*permisos, *(otra(a, "RAMIREZ", "1960") for a in (2022, 2023))) == 1, "a slip"
    vencidas = [resolucion(a, "LATORRE", "810", senal_sanitaria="no") for a in (2022, 2023)]
    assert cuantos(*permisos, *vencidas) == 1


def test_dos_registros_publicos_nunca_son_uno() -> None:
    escuela = {"fuente": "educacion", "actor": "educacion", "publica": True, "observado": 2023, "id_fuente": "77"}
    escuela |= {"calle": "LATORRE", "numero": "810"}
    posta = {"fuente": "salud", "actor": "salud", "publica": True, "observado": 2023, "id_fuente": "9"}
    posta |= {"calle": "VARGAS", "numero": "10"}
    assert cuantos(escuela, posta) == 2
    assert cuantos(escuela, escuela | {"observado": 2024, "calle": "VARGAS", "numero": "10"}) == 1, "moved"
    privada = escuela | {"publica": False}
    assert cuantos(privada | {"observado": 2022}, privada, posta) == 1


def test_una_calle_sin_numero_no_es_una_puerta() -> None:
    uno = patente(2023, "RUTA 25", "S/N", "2-1", **al_sur(0))
    assert cuantos(uno, patente(2023, "RUTA 25", "S/N", "2-2", **al_sur(5500))) == 2
    assert cuantos(uno, patente(2023, "RUTA 25", "S/N", "2-2", **al_sur(100))) == 2
    assert cuantos(uno, patente(2023, "RUTA 25", "S/N", "2-2", **al_sur(40))) == 1
    assert cuantos(uno, patente(2023, "RUTA 25", "S/N", "2-2")) == 1
    assert cuantos(uno, patente(2023, "RUTA 25", "S/N", "2-1", **al_sur(5500))) == 1, "one identifier"
    assert cuantos(uno, encuesta(2023, "RUTA 25", "S/N", **al_sur(5500))) == 2
    assert cuantos(uno, encuesta(2023, "CAMINO RUTA 25", "S/N", **al_sur(5500))) == 2
    assert cuantos(uno, encuesta(2024, "RUTA 25", "S/N", **al_sur(5500))) == 1, "moved"
    numerada = [patente(2023, "RAMIREZ", "1950", f"2-{n}", **al_sur(n * 100)) for n in (1, 2)]
    assert cuantos(*numerada) == 1, "a number is a door, wherever the points fall"


def test_en_una_calle_sin_numero_cada_anio_va_al_local_mas_cercano() -> None:
    sin_id = [socio(a, "RUTA 25", "S/N", **al_sur(m + a - 2022)) for m in (0, 3000) for a in (2022, 2023, 2024)]
    obtenidos = locales(*sin_id)
    assert distintos(obtenidos[:3]) == distintos(obtenidos[3:]) == 1
    assert obtenidos[0] != obtenidos[3]
    con_rol = [patente(a, "RUTA 25", "S/N", f"2-{n}", **al_sur(n * 5000)) for a in (2022, 2023) for n in (1, 2)]
    unidas = locales(*con_rol, encuesta(2024, "RUTA 25", "S/N", **al_sur(10_030)), listada(2024))
    assert unidas[0] == unidas[2] != unidas[1] == unidas[3] == unidas[4]


def test_un_domicilio_es_de_un_local_solo_si_es_su_puerta() -> None:
    local = patente(2024, "RAMIREZ", "1950")
    assert locales(local, domicilio("LATORRE", "810"))[1] is None
    assert distintos(locales(local, domicilio("RAMIREZ", "1950"))) == 1


def test_el_domicilio_que_la_firma_dejo_es_del_local_que_es_su_domicilio() -> None:
    local, actual = patente(2024, "RAMIREZ", "1950"), domicilio("RAMIREZ", "1950", desde=date(2019, 1, 1))
    dejado = domicilio("LATORRE", "810", estado="cerrado")
    assert distintos(locales(local, actual, dejado)) == 1
    contador = [domicilio("LATORRE", "810", rut=RUT + n) for n in range(1, 9)]
    assert locales(local, actual, dejado, *contador)[2] is None


def test_las_cosechas_de_una_historia_repiten_lo_mismo() -> None:
    cosechas = [sii("RAMIREZ", "1950", observado=a) for a in (2022, 2023, 2024)]
    assert distintos(locales(*cosechas)) == 1


def test_sin_lugar_alguno_va_al_unico_abierto_ese_anio() -> None:
    ramas = [patente(2020, "RAMIREZ", "1950", "2-1"), *(patente(a, "LATORRE", "810", "2-2") for a in (2020, 2021))]
    sin_lugar = [encuesta(a, None, None) for a in (2020, 2021)]
    obtenidos = locales(*ramas, *sin_lugar)
    assert obtenidos[4] == obtenidos[1]
    assert obtenidos[3] == obtenidos[1], "the main one"
    assert hechas(encuesta(2020, None, None))["regla"].to_list() == ["rut_sin_lugar"]


def test_una_firma_viva_nunca_queda_sin_establecimiento() -> None:
    matriz, casa = locales(listada(2024), domicilio("RAMIREZ", "1950"))
    assert matriz == casa == "casa_matriz"
    assert locales(listada(2024)) == ["casa_matriz"]
    assert locales(listada(2024), patente(2024, "RAMIREZ", "1950"))[0] is None, "an open premises is enough"
    assert locales(listada(2024, senal_sii="no")) == [None]


def test_el_anio_sin_noticias_es_del_local_que_se_conoce() -> None:
    antes = patente(2022, "RAMIREZ", "1950")
    listado, _, local = locales(listada(2024), listada(2022), antes)
    assert local is not None
    assert listado == local


def test_la_casa_matriz_no_es_un_local_cerrado() -> None:
    cerrada = sii("LATORRE", "810", estado="cerrado")
    matriz, local, casa = locales(listada(2024), cerrada, domicilio("RAMIREZ", "1950"))
    assert matriz == casa != local
    vista = encuesta(2024, "LATORRE", "810", estado="cerrado")
    matriz, local, casa = locales(listada(2024), vista, domicilio("LATORRE", "810"))
    assert local == casa != matriz, "nobody works where it was seen closed"


def test_otras_comunas_y_filas_sin_rut_no_estan() -> None:
    ajenas = [patente(2020, "RAMIREZ", "1", cut="02101"), patente(2020, "RAMIREZ", "1", rut=None)]
    assert locales(*ajenas) == [None, None]


def test_el_nombre_del_local_no_cambia_con_los_anios_que_llegan() -> None:
    antes = [patente(2020, "RAMIREZ", "1950", "2-1"), patente(2020, "LATORRE", "810", "2-2")]
    despues = [patente(2021, "VARGAS", "33", "2-1"), patente(2021, "LATORRE", "810", "2-2"), listada(2021)]
    assert locales(*antes, *despues)[:2] == locales(*antes)


def test_cada_parecido_en_ambos_sentidos() -> None:
    casos = {
        ("MANZANA 15|SITIO 20|BODEGA 2 PUERTO SECO", "SOTIO|20|MANZANA 15 BODEGA 2 PUERTO SECO"): Parecido.MISMA,
        ("MANZANA 14|SITIO 32|", "MANZANA 14|SITIO 32|APIAC"): Parecido.SIN_UNIDAD,
        ("MANZANA 14|SITIO 32|PUERTO SECO", "MANZANA 14|SITIO 32|APIAC"): Parecido.NINGUNO,
        ("RUTA 23|KM 6|", "RUTA 23|KM 6,3|"): Parecido.SIN_UNIDAD,
        ("RUTA 23|KM 6|", "RUTA 25|KM 6|"): Parecido.NINGUNO,
        ("RAMIREZ|1950|", "RAMIREZ|1960|"): Parecido.NUMERO_ERRADO,
        ("RAMIREZ|7|", "RAMIREZ|8|"): Parecido.NINGUNO,
        ("RAMIREZ|S/N|", "RAMIREZ|12|"): Parecido.NINGUNO,
        ("XX|3678|", "LATORRE|3678|"): Parecido.SIN_UNIDAD,
        ("RAMIREZ|1950|LOCAL 1", "RAMIREZ|1950|LOCAL 2"): Parecido.NINGUNO,
    }
    for (una, otra), esperado in casos.items():
        assert comparar(una, otra) == comparar(otra, una) == esperado, (una, otra)


CIUDAD = (
    *(patente(a, "RAMIREZ", "1950", "2-1") for a in (2020, 2021)),
    patente(2022, "LATORRE", "810", "2-1"),
    patente(2022, "LATORRE", "810", "4-1", **al_sur(0)),
    *(patente(a, "VARGAS", "100", "2-2", resto="LOCAL 1") for a in (2020, 2021, 2022)),
    socio(2021, "RAMIRES", "1950"),
    socio(2022, "VARGAS", "100"),
    encuesta(2023, None, None, **al_sur(40)),
    encuesta(2021, None, None),
    sii("BALMACEDA", "3242"),
    sii("BALMACEDA", "77", estado="cerrado"),
    domicilio("LATORRE", "810"),
    domicilio("RAMIREZ", "1950", estado="cerrado"),
    *(socio(a, "RUTA 25", "S/N", **al_sur(m)) for m in (9000, 9050, 9900) for a in (2022, 2023)),
    *(resolucion(a, "ABAROA", "55") for a in (2021, 2022)),
    *(listada(a) for a in (2020, 2022, 2024)),
)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(CIUDAD))), st.integers(1, 99))
def test_el_orden_de_carga_no_importa(orden: list[int], carga: int) -> None:
    contenido = [*(c for c in COLUMNAS if c not in ("carga", "fila", "parte")), "local", "regla"]
    derecho = hechas(*CIUDAD).select(contenido)
    revuelto = hechas(*(CIUDAD[i] | {"carga": carga + i % 3} for i in orden)).select(contenido)
    assert derecho.sort(contenido).equals(revuelto.sort(contenido))
