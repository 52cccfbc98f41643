"""Who is who over all years: exact rules, the model and people's answers give every record its establishment."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from observaciones_hechas import CLAVES, CUT, RUT, al_sur, distintos, observaciones
from observatorio.catastro.enlace import Enlace, enlazar
from observatorio.catastro.lectura import elegir_cosechas
from observatorio.catastro.lugares import ubicar

ANIO = 2024
CITA = ("fuente", "sha256", "fila", "parte")


def ubicadas(*filas: dict[str, Any]) -> pl.DataFrame:
    """Records with their effective places, as the consolidation hands them over."""
    con_dv = ({"dv": "7" if "rut" in f else None} | f for f in filas)
    return ubicar(observaciones(*con_dv, fuente="encuesta", actor="academia", cobertura="censo"), CUT).obs


def enlazadas(*filas: dict[str, Any], decisiones: pl.DataFrame | None = None) -> pl.DataFrame:
    """The records with the `id`, `regla`, `peso` and `semilla` of their establishment, null where they have none."""
    marco = ubicadas(*filas)
    identidad = enlazar(marco, CUT, decisiones).identidad.drop("anio", "rut")
    return marco.join(identidad, on=CLAVES, how="left", maintain_order="left")


def ids(*filas: dict[str, Any], decisiones: pl.DataFrame | None = None) -> list[str | None]:
    """The id of each record, None where it speaks of no establishment of the comuna."""
    return enlazadas(*filas, decisiones=decisiones)["id"].to_list()


def en(calle: str, numero: str) -> dict[str, Any]:
    return {"calle": calle, "numero": numero}


def suelto(nombre: str | None, **otros: Any) -> dict[str, Any]:
    return {"fuente": "gremio", "actor": "gremio", "razon_social": nombre, **otros}


def patente(calle: str, numero: str, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": "patentes", "actor": "municipalidad", "rut": RUT, "razon_social": "PANADERIA SOL SPA"}
    return propia | en(calle, numero) | {"id_fuente": f"{calle}{numero}", "sha256": "p"} | otros


def direccion(calle: str, **otros: Any) -> dict[str, Any]:
    sii = {"fuente": "sii_direcciones", "actor": "sii", "historica": True, "tipo_sitio": "sucursal"}
    return {**sii, "rut": RUT, **en(calle, "1"), "desde": date(2010, 1, 1), **otros}


LISTADA = {"rut": RUT, "fuente": "sii_nomina", "actor": "sii", "describe": "empresa", "senal_sii": "si"}
TALLER = {"giro_texto": "Taller de bicicletas", **en("RAMIREZ", "5")}
EN_DOS_ANIOS = (suelto("Taller Dos", observado=2023, sha256="b", **TALLER), suelto("Taller Dos", **TALLER))


def decidir(tomada: str, a: tuple[str, str, int], b: tuple[str, str, int]) -> pl.DataFrame:
    """What a person answered of two records, each by its source, its file and its row."""
    cita = {f"{c}_{lado}": v for lado, r in (("a", a), ("b", b)) for c, v in zip(CITA, (*r, 0), strict=True)}
    return pl.DataFrame([cita | {"tomada": tomada}]).with_columns(pl.col("parte_a", "parte_b").cast(pl.Int16))


def test_una_comuna_nula_no_es_esta() -> None:
    assert ids({"rut": RUT, "cut": None}, {"rut": RUT, "cut": "02101"}) == [None, None]


def test_puntos_cercanos_de_un_rut_son_un_local_a_ambos_lados_de_toda_raya() -> None:
    for corrimiento in range(0, 60, 7):
        cerca = ids(*({"rut": RUT, **al_sur(corrimiento + m)} for m in (0, 8, 59)))
        assert distintos(cerca) == 1, corrimiento


def test_dos_puntos_lejanos_de_una_lista_y_un_anio_son_dos_locales() -> None:
    de_tractora = {"fuente": "faenas_tractora", "actor": "tractora", "tipo_sitio": "faena", "rut": RUT}
    norte, sur, *despues = ids(
        *(de_tractora | al_sur(m) | {"observado": a, "sha256": f"{a}"} for a in (2023, ANIO) for m in (0, 9_000))
    )
    assert distintos([norte, sur]) == 2
    assert [norte, sur] == despues, "and keep their ids in the next year"


def test_una_cadena_de_puntos_es_un_local_y_otro_rut_nunca() -> None:
    cadena = [{"rut": RUT, **al_sur(m)} for m in (100, 0, 50)]
    assert distintos(ids(*cadena)) == 1
    assert distintos(ids(cadena[0], cadena[0] | {"rut": RUT + 1})) == 2


def test_un_punto_junto_a_otro_que_tiene_direccion_es_del_mismo_local() -> None:
    casa = {"rut": RUT, **en("RAMIREZ", "1"), **al_sur(0)}
    assert distintos(ids(casa, {"rut": RUT, **al_sur(50)}, {"rut": RUT, **al_sur(100)})) == 1


def test_el_lugar_que_se_calculo_sirve_para_enlazar() -> None:
    """Two branches, known by their address; a survey's point lies at the door of one, which only others located."""
    puertas = {"RAMIREZ": al_sur(0), "VARGAS": al_sur(900)}
    vecinos = [patente(c, "100", rut=RUT + 1 + i, sha256="v", **p) for i, (c, p) in enumerate(puertas.items())]
    ramas = [patente(calle, "100") for calle in puertas]
    visto = {"rut": RUT, "nombre_fantasia": "Panadería Sol", **al_sur(910)}
    obtenido = enlazadas(*vecinos, *ramas, visto)
    assert obtenido["lugar_regla"].to_list()[2:4] == ["geocodificado:puerta"] * 2
    *_, ramirez, vargas, de_la_encuesta = obtenido["id"].to_list()
    assert de_la_encuesta == vargas != ramirez
    assert "rut_y_cercania" in obtenido["regla"].to_list()[-2:]


def test_un_local_conserva_su_id_en_todos_los_anios_aunque_se_mude() -> None:
    rol = {"id_fuente": "2-1"}
    antes = patente("RAMIREZ", "100", observado=2023, sha256="q", **rol)
    marco = enlazadas(antes, patente("LATORRE", "810", **rol))
    assert distintos(marco["id"].to_list()) == 1
    assert ids(antes) == marco["id"].to_list()[:1], "later years do not change the name"


def test_quien_no_trae_rut_se_une_al_local_que_se_le_parece_y_se_sabe_cuanto() -> None:
    con_rut = patente("RAMIREZ", "100", giro_texto="Panadería y pastelería")
    sin_rut = suelto("Panaderia Sol", **en("RAMIREZ", "100"), giro_texto="Panadería y pastelería")
    marco = ubicadas(con_rut, sin_rut, suelto("Ferretería Luna", **en("VARGAS", "7")))
    identidad = enlazar(marco, CUT).identidad
    assert identidad["id"].to_list()[0] == identidad["id"].to_list()[1] != identidad["id"].to_list()[2]
    assert identidad["regla"].to_list() == ["rut_y_direccion", "parecido", "registro_suelto"]
    assert [peso is not None and peso > 0 for peso in identidad["peso"]] == [False, True, False]
    assert identidad["rut"].to_list() == [RUT, RUT, None], "the RUT is that of the establishment"
    assert identidad["anio"].to_list() == [ANIO] * 3


def test_un_socio_es_el_mismo_de_un_anio_a_otro() -> None:
    assert distintos(ids(*EN_DOS_ANIOS)) == 1
    assert distintos(ids(suelto("Uno"), suelto("Dos", sha256="b", observado=2023))) == 2


def test_dos_filas_de_una_lista_y_un_anio_son_dos() -> None:
    assert distintos(ids(suelto("Uno", **TALLER), suelto("Uno", **TALLER))) == 2
    assert distintos(ids(suelto("Uno", id_fuente="1"), suelto("Uno", id_fuente="1", sha256="b"))) == 2, "of two files"


def test_quien_no_tiene_nombre_no_es_nadie_de_otro_archivo() -> None:
    antes = {"sha256": "b", "observado": 2023}
    assert distintos(ids(suelto(None), suelto(None, **antes))) == 2
    assert distintos(ids(suelto(None, **TALLER), suelto(None, **TALLER, **antes))) == 2
    assert distintos(ids(suelto(None, id_fuente="1"), suelto(None, id_fuente="1", **antes))) == 2


def test_el_numero_de_un_registro_publico_basta() -> None:
    escuela = {"fuente": "educacion", "actor": "educacion", "publica": True, "id_fuente": "267"}
    marco = enlazadas(
        escuela | {"nombre_fantasia": "Escuela Uno", "observado": 2023, "sha256": "b"},
        escuela | {"nombre_fantasia": "Liceo Bicentenario"},
        escuela | {"nombre_fantasia": "Escuela Uno", "id_fuente": "268"},
    )
    assert marco["id"][0] == marco["id"][1] != marco["id"][2]
    assert set(marco["regla"]) == {"identificador_propio"}


def test_un_rut_que_no_se_cree_no_habla_por_la_firma() -> None:
    oficial = LISTADA | {"razon_social": "PANADERIA SOL SPA", "cut": CUT}
    ajeno = suelto("Ferretería Luna", rut=RUT, **en("VARGAS", "7"))
    marco = ubicadas(oficial, patente("RAMIREZ", "100"), ajeno)
    hecho = enlazar(marco, CUT)
    assert hecho.rut.to_list() == [RUT, RUT, None]
    assert hecho.identidad["regla"].to_list() == ["rut_y_direccion", "registro_suelto"]


def test_lo_que_una_persona_decidio_va_antes_que_el_modelo() -> None:
    ayer, hoy = ("gremio", "b", 0), ("gremio", "a", 1)
    assert distintos(ids(*EN_DOS_ANIOS, decisiones=decidir("distinta", ayer, hoy))) == 2
    otro = (EN_DOS_ANIOS[0], suelto("Bazar Rosita"))
    assert distintos(ids(*otro)) == 2
    marco = enlazadas(*otro, decisiones=decidir("misma", ayer, hoy))
    assert distintos(marco["id"].to_list()) == 1
    assert marco["regla"].to_list() == ["decision", "decision"]
    perdida = decidir("misma", ("gremio", "z", 0), hoy)
    assert distintos(ids(*otro, decisiones=perdida)) == 2, "an answer about a file that is not loaded changes nothing"


def test_una_persona_no_une_dos_ruts_y_la_duda_cita_los_registros() -> None:
    uno, dos = patente("RAMIREZ", "100"), patente("RAMIREZ", "100", rut=RUT + 1, sha256="q")
    marco = ubicadas(uno, dos)
    hecho = enlazar(marco, CUT, decidir("misma", ("patentes", "p", 0), ("patentes", "q", 1)))
    assert distintos(hecho.identidad["id"].to_list()) == 2
    (duda,) = hecho.dudas.to_dicts()
    assert (duda["motivo"], duda["peso"]) == ("no_se_pudo", 0.0)
    assert duda["detalle"] == "se respondió «misma», pero tienen RUT distintos"
    assert {(duda[f"fuente_{x}"], duda[f"sha256_{x}"], duda[f"fila_{x}"]) for x in "ab"} == {
        ("patentes", "p", 0),
        ("patentes", "q", 1),
    }
    assert {duda["id_a"], duda["id_b"]} == set(hecho.identidad["id"])


def test_una_persona_une_dos_locales_de_un_rut_y_se_dice_que_fue_ella() -> None:
    uno, dos = patente("RAMIREZ", "100"), patente("LATORRE", "810", sha256="q")
    assert distintos(ids(uno, dos)) == 2
    marco = enlazadas(uno, dos, decisiones=decidir("misma", ("patentes", "p", 0), ("patentes", "q", 1)))
    assert distintos(marco["id"].to_list()) == 1
    assert set(marco["regla"]) == {"rut_y_direccion", "decision"}
    assert marco.filter(pl.col("regla") == "decision")["peso"].to_list() == [None]


def test_lo_que_una_regla_unio_no_lo_separa_una_persona_y_se_le_dice() -> None:
    uno, dos = patente("RAMIREZ", "100"), patente("RAMIREZ", "100", sha256="q")
    tres = patente("RAMIREZ", "100", sha256="r")
    hecho = enlazar(ubicadas(uno, dos, tres), CUT, decidir("distinta", ("patentes", "q", 1), ("patentes", "r", 2)))
    assert distintos(hecho.identidad["id"].to_list()) == 1
    (duda,) = hecho.dudas.to_dicts()
    assert duda["motivo"] == "no_se_pudo"
    assert duda["detalle"].startswith("se respondió «distinta», pero ")
    # It cites what was answered, and not the first record of the premises.
    assert [(duda[f"sha256_{x}"], duda[f"fila_{x}"]) for x in "ab"] == [("q", 1), ("r", 2)]
    assert duda["id_a"] == duda["id_b"] == hecho.identidad["id"][0]
    assert enlazar(
        ubicadas(uno, dos), CUT, decidir("misma", ("patentes", "p", 0), ("patentes", "q", 1))
    ).dudas.is_empty()


def test_la_casa_matriz_de_una_firma_viva_sin_local_abierto() -> None:
    cerrada = direccion("LATORRE", estado="cerrado")
    casa = direccion("RAMIREZ", tipo_sitio="domicilio")
    matriz, local, domicilio = ids(LISTADA, cerrada, casa)
    assert None not in (matriz, local)
    assert matriz == domicilio != local
    assert ids(LISTADA, direccion("LATORRE"), casa)[0] is None, "an open premises is enough"


def test_el_registro_sin_lugar_va_al_local_que_esta_abierto() -> None:
    abierto = patente("B", "2")
    cerrados = [patente("A", "1", estado="cerrado", sha256=f"p{n}") for n in range(3)]
    filas = ids(*cerrados, abierto, {"rut": RUT})
    assert None not in filas
    assert filas[-1] == filas[-2] != filas[0]


def test_de_las_versiones_de_una_historia_vale_la_del_anio() -> None:
    marco = ubicadas(
        direccion("A", observado=2022), direccion("B", observado=2023), direccion("C", observado=2025), {"rut": RUT}
    )

    def calles(anio: int) -> list[str | None]:
        return elegir_cosechas(marco, anio)["calle"].to_list()

    assert [calles(anio) for anio in (2020, 2022, 2024, 2025)] == [["A", None], ["A", None], ["B", None], ["C", None]]


MUNDO: tuple[dict[str, Any], ...] = (
    LISTADA | {"razon_social": "PANADERIA SOL SPA"},
    patente("RAMIREZ", "100", giro_texto="Panadería"),
    patente("LATORRE", "810", observado=2023, sha256="q"),
    direccion("LATORRE", estado="cerrado"),
    *EN_DOS_ANIOS,
    suelto("Panadería Sol", **en("RAMIREZ", "100"), giro_texto="Panadería"),
    {"nombre_fantasia": "Taller Dos", **TALLER, **al_sur(0)},
    {"nombre_fantasia": "Carrito", **al_sur(8)},
)


@given(st.permutations(range(len(MUNDO))), st.permutations(range(1, 4)))
@settings(max_examples=5, deadline=None)
def test_ni_el_orden_ni_el_numero_de_las_cargas_ni_la_memoria_cambian_nada(orden: list[int], cargas: list[int]) -> None:
    def enlace(puestos: list[int], numeros: list[int], memoria: pl.DataFrame | None = None) -> Enlace:
        filas = [MUNDO[i] | {"fila": i} for i in puestos]
        archivos = sorted({f.get("sha256", "a") for f in MUNDO})
        con_carga = (f | {"carga": numeros[archivos.index(f.get("sha256", "a")) % 3]} for f in filas)
        return enlazar(ubicadas(*con_carga), CUT, memoria=memoria)

    def visto(hecho: Enlace) -> pl.DataFrame:
        return hecho.identidad.drop("carga").sort("fila")

    entero = enlace(list(range(len(MUNDO))), [1, 2, 3])
    otro = enlace(orden, cargas)
    assert visto(otro).equals(visto(entero))
    assert otro.dudas.equals(entero.dudas)
    a_medias = enlace(orden[:5], cargas)
    assert visto(enlace(orden, cargas, a_medias.memoria)).equals(visto(entero))
