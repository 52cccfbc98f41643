"""Births, deaths, returns and moves, each by a life told in one line; and the balance that they must keep."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise, product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatorio.catastro.mudanzas import DIRECCIONES, _mejor_camino, cambios_de_comuna, claves_de
from observatorio.catastro.sucesos import ESTADOS, Evidencia, balance, sucesos

Suceso = tuple[int, str]
ENTRAN, SALEN = ("nacimiento", "reactivacion", "llegada"), ("muerte", "salida")


def vida(trazo: str, id: str = "e", desde: int = 2018, rut: int | None = None) -> list[dict[str, object]]:
    """A year a letter: `X` works, `o` is listed as not working, `.` has no record, and ` ` is skipped."""
    return [
        {"anio": desde + t, "id": id, "rut": rut, "activo": letra == "X"}
        for t, letra in enumerate(trazo)
        if letra not in ". "
    ]


def estados(*filas: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(filas), schema=ESTADOS)


def anios(desde: int, hasta: int, *menos: int) -> list[dict[str, object]]:
    """Another establishment, that works in all years: they were all consolidated."""
    return [{"anio": a, "id": "otro", "activo": True} for a in range(desde, hasta + 1) if a not in menos]


def evidencia(
    voces: list[tuple[str, str]],
    hablan: dict[str, range],
    inicios: list[tuple[str, date]] | None = None,
    traslados: list[tuple[int, int, str]] | None = None,
) -> Evidencia:
    return Evidencia(
        pl.DataFrame([("otro", "todo"), *voces], schema=["id", "fuente"], orient="row"),
        pl.DataFrame(
            [(f, a) for f, cuando in ({"todo": range(2000, 2030)} | hablan).items() for a in cuando],
            schema={"fuente": pl.String, "anio": pl.Int32},
            orient="row",
        ),
        pl.DataFrame(inicios or [], schema={"id": pl.String, "desde": pl.Date}, orient="row"),
        pl.DataFrame(traslados or [], schema={"rut": pl.Int32, "anio": pl.Int32, "sentido": pl.String}, orient="row"),
    )


def de(marco: pl.DataFrame, id: str = "e") -> list[Suceso]:
    return marco.filter(pl.col("id") == id).select("anio", "tipo").rows()


@pytest.mark.parametrize(
    ("trazo", "esperado"),
    [
        ("XXXXXX", []),
        ("..XXXX", [(2020, "nacimiento")]),
        ("ooXXXX", [(2020, "nacimiento")]),
        ("XX....", [(2020, "muerte")]),
        ("XXoooo", [(2020, "muerte")]),
        # One whole year away is within 24 months, two are more.
        ("X.XXXX", [(2019, "muerte"), (2020, "reactivacion")]),
        ("X..XXX", [(2019, "muerte"), (2021, "nacimiento")]),
        ("Xo.XXX", [(2019, "muerte"), (2021, "nacimiento")]),
        ("XXX.X.", [(2021, "muerte"), (2022, "reactivacion"), (2023, "muerte")]),
        (".X.X..", [(2019, "nacimiento"), (2020, "muerte"), (2021, "reactivacion"), (2022, "muerte")]),
        ("oooooo", []),
        ("o.....", []),
    ],
)  # fmt: skip
def test_vidas(trazo: str, esperado: list[Suceso]) -> None:
    assert de(sucesos(estados(*vida(trazo), *anios(2018, 2023)))) == esperado


def test_un_anio_sin_datos_de_nadie_no_es_ausencia() -> None:
    """2020 was never consolidated: who worked before and after never left, and a year's absence is still one."""
    todos = anios(2018, 2023, 2020)
    assert de(sucesos(estados(*vida("XX XXX"), *todos))) == []
    assert de(sucesos(estados(*vida("XX .XX"), *todos))) == [(2021, "muerte"), (2022, "reactivacion")]
    assert de(sucesos(estados(*vida(".. XXX"), *todos))) == [(2021, "nacimiento")]


def test_lo_que_falta_los_ultimos_dos_anios_es_provisorio() -> None:
    filas = [*vida("XXX...", "a"), *vida("XXXX..", "b"), *vida("XXXXX.", "c"), *vida("....XX", "d"), *anios(2018, 2023)]
    hechos = sucesos(estados(*filas))
    assert hechos.rows() == [
        (2021, "a", "muerte", False),
        (2022, "b", "muerte", True),
        (2022, "d", "nacimiento", False),
        (2023, "c", "muerte", True),
    ]


def test_el_primer_anio_no_tiene_nacimientos_sino_con_fecha() -> None:
    todo = ("todo", range(2018, 2024))
    voces = [("a", "todo"), ("b", "todo"), ("c", "todo")]
    inicios = [("a", date(2018, 5, 1)), ("b", date(2011, 5, 1))]
    filas = [*vida("XXXXXX", "a"), *vida("XXXXXX", "b"), *vida("XXXXXX", "c"), *anios(2018, 2023)]
    hechos = sucesos(estados(*filas), evidencia(voces, dict([todo]), inicios))
    assert hechos.rows() == [(2018, "a", "nacimiento", False)]


def test_quien_solo_conocen_las_muestras_no_nace_ni_muere() -> None:
    filas = estados(*vida(".X.X..", "visto"), *vida(".X.XXX", "e"), *anios(2018, 2023))
    prueba = evidencia([("e", "patentes")], {"patentes": range(2018, 2024)})
    hechos = sucesos(filas, prueba)
    assert de(hechos, "visto") == []
    assert de(hechos) == [(2019, "nacimiento"), (2020, "muerte"), (2021, "reactivacion")]
    assert balance(filas, prueba).filter(pl.col("anio") == 2019).rows() == [(2019, 1, 2)]


def test_una_lista_de_una_vez_no_hace_nacer_ni_morir() -> None:
    filas = estados(*vida(".X....", "e"), *anios(2018, 2023))
    assert de(sucesos(filas, evidencia([("e", "lista")], {"lista": range(2019, 2020)}))) == []


def test_el_silencio_de_su_fuente_no_es_ausencia() -> None:
    """The patentes of 2018 and 2021 were never handed over."""
    prueba = evidencia([(i, "patentes") for i in "abc"], {"patentes": [2019, 2020, 2022, 2023]})  # type: ignore[dict-item]
    filas = [*vida(".XX.XX", "a"), *vida("..X...", "b"), *vida("....XX", "c"), *anios(2018, 2023)]
    hechos = sucesos(estados(*filas), prueba)
    assert de(hechos, "a") == []
    assert de(hechos, "b") == [(2020, "nacimiento"), (2022, "muerte")]
    assert de(hechos, "c") == [(2022, "nacimiento")]


def test_una_fecha_de_inicio_prueba_que_antes_no_estaba() -> None:
    prueba = evidencia(
        [("a", "nueva"), ("b", "nueva")],
        {"nueva": range(2021, 2024)},
        [("a", date(2021, 3, 1)), ("b", date(2015, 3, 1))],
    )
    hechos = sucesos(estados(*vida("...XXX", "a"), *vida("...XXX", "b"), *anios(2018, 2023)), prueba)
    assert (de(hechos, "a"), de(hechos, "b")) == ([(2021, "nacimiento")], [])


@pytest.mark.parametrize(
    ("anio", "sentido", "trazo", "esperado"),
    [
        (2020, "deja", "..XXXX", [(2020, "llegada")]),
        (2019, "deja", "..XXXX", [(2020, "llegada")]),
        (2021, "deja", "..XXXX", [(2020, "llegada")]),
        (2022, "deja", "..XXXX", [(2020, "nacimiento")]),
        (2020, "llega", "..XXXX", [(2020, "nacimiento")]),
        (2020, "llega", "XX....", [(2020, "salida")]),
        (2021, "llega", "XX....", [(2020, "salida")]),
        (2018, "llega", "XX....", [(2020, "muerte")]),
        (2020, "deja", "XX....", [(2020, "muerte")]),
        (2021, "deja", "XX.XXX", [(2020, "muerte"), (2021, "reactivacion")]),
    ],
)
def test_llegar_de_otra_comuna_no_es_nacer(anio: int, sentido: str, trazo: str, esperado: list[Suceso]) -> None:
    prueba = evidencia([("e", "todo")], {}, traslados=[(76, anio, sentido)])
    assert de(sucesos(estados(*vida(trazo, rut=76), *anios(2018, 2023)), prueba)) == esperado


def test_quien_ya_tenia_local_aqui_abre_otro_y_no_llega() -> None:
    prueba = evidencia([("e", "todo"), ("casa", "todo")], {}, traslados=[(76, 2020, "deja"), (76, 2022, "llega")])
    filas = estados(*vida("..XX..", rut=76), *vida("XXXXXX", "casa", rut=76), *anios(2018, 2023))
    assert de(sucesos(filas, prueba)) == [(2020, "nacimiento"), (2022, "muerte")]


CUT = "02201"


def test_solo_cambia_de_comuna_quien_la_misma_fuente_vio_en_las_dos() -> None:
    dichas = [
        *(("nomina", 1, a, "13101") for a in (2019, 2020)),
        *(("nomina", 1, a, CUT) for a in (2021, 2022)),
        *(("nomina", 2, a, CUT) for a in (2019, 2020)),
        ("nomina", 2, 2022, "02101"),
        # The third has a branch elsewhere all the time; of the fourth nobody spoke any more.
        *(("nomina", 3, a, "13101") for a in (2019, 2020, 2021)),
        ("nomina", 4, 2019, "13101"),
        ("patentes", 4, 2020, CUT),
    ]
    menciones = pl.DataFrame(dichas, schema=["fuente", "rut", "anio", "cut"], orient="row")
    assert cambios_de_comuna(menciones, CUT).rows() == [(1, 2021, "deja"), (2, 2022, "llega")]


A, B, C = "RAMIREZ|1234|", "SOTOMAYOR|2020|", "BALMACEDA|3305|LOCAL 2"
Punto = tuple[float, float]


def recorrido(*por_anio: str, puntos: list[Punto | None] | None = None) -> pl.DataFrame:
    """What happens to an establishment that works every year and whose records name the doors given, a letter each."""
    lugares = puntos or [None] * len(por_anio)
    nombres = {"A": A, "B": B, "C": C}
    dichas = [("e", 2018 + t, nombres[letra]) for t, letras in enumerate(por_anio) for letra in letras]
    filas = [
        f | {"lon": p[0], "lat": p[1]} if p else f for f, p in zip(vida("X" * len(por_anio)), lugares, strict=True)
    ]
    return sucesos(estados(*filas), None, pl.DataFrame(dichas, schema=DIRECCIONES, orient="row"))


@pytest.mark.parametrize(
    ("por_anio", "mudanzas"),
    [
        ("A A A A", []),
        ("A A B B", [2020]),
        ("AA BB CC", [2019, 2020]),
        # A single record with another address was an old list, or has yet to be confirmed.
        ("A B A A", []),
        ("A B B B", []),
        ("A A A B", []),
        ("A A A BB", [2021]),
        ("AA B BA A", []),
        # The list of one office goes on with the old door, another one names the new.
        ("AA AB AB B B", [2019]),
        ("AA AB B AB B", [2019]),
        ("A A B B A A", []),
        ("A A BB BB A A", [2020, 2022]),
        # Nothing was said in between: the move is seen when the new door is.
        ("A A - - B B", [2022]),
        ("- - A A", []),
    ],
)
def test_mudarse_es_contradecir_lo_menos_posible(por_anio: str, mudanzas: list[int]) -> None:
    assert de(recorrido(*(anio.strip("-") for anio in por_anio.split()))) == [(anio, "mudanza") for anio in mudanzas]


@pytest.mark.parametrize(
    ("una", "otra", "es_la_misma"),
    [
        (A, "RAMIRES|1234|", True),
        (A, "RAMIREZ|1243|", True),
        (A, "AVENIDA RAMIREZ|1234|LOCAL 3", True),
        ("RAMIREZ|1234|LOCAL 4", "RAMIREZ|1234|LOCAL 5", True),
        (A, "RAMIREZ|2870|LOCAL 1", False),
        (A, B, False),
        ("MANZANA 10|SITIO 11|", "MANZANA 12|SITIO 11|", False),
    ],
)
def test_una_puerta_mal_escrita_es_la_misma(una: str, otra: str, es_la_misma: bool) -> None:
    dichas = [("e", 2018 + t, clave) for t, clave in enumerate([una, una, otra, otra])]
    hechos = sucesos(estados(*vida("XXXX")), None, pl.DataFrame(dichas, schema=DIRECCIONES, orient="row"))
    assert de(hechos) == ([] if es_la_misma else [(2020, "mudanza")])


def test_dos_puntos_medidos_a_un_paso_no_son_una_mudanza() -> None:
    aqui, al_lado, lejos = (-68.93, -22.46), (-68.9303, -22.4601), (-68.95, -22.46)
    assert de(recorrido("AA", "BB", puntos=[aqui, al_lado])) == []
    assert de(recorrido("AA", "BB", puntos=[aqui, lejos])) == [(2019, "mudanza")]
    assert de(recorrido("AA", "BB", puntos=[aqui, None])) == [(2019, "mudanza")]


def test_volver_en_otra_puerta_es_volver_y_la_mudanza_del_ultimo_anio_es_provisoria() -> None:
    dichas = pl.DataFrame(
        [("e", a, c) for a, c in ((2018, A), (2020, B)) for _ in "12"], schema=DIRECCIONES, orient="row"
    )
    hechos = sucesos(estados(*vida("X.XX"), *anios(2018, 2021)), None, dichas)
    assert de(hechos) == [(2019, "muerte"), (2020, "reactivacion")]
    assert recorrido("AA", "BB").rows() == [(2019, "e", "mudanza", True)]


def costo(votos: list[list[int]], camino: tuple[int, ...]) -> float:
    contra = sum(sum(anio) - anio[puerta] for anio, puerta in zip(votos, camino, strict=True))
    return contra + 1.5 * sum(a != b for a, b in pairwise(camino))


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=5))
def test_el_recorrido_es_el_mejor_de_todos(votos: list[list[int]]) -> None:
    """Against every path there is."""
    (hallado,) = _mejor_camino(np.array([votos], dtype=float)).tolist()
    todos = {c: costo(votos, c) for c in product(range(3), repeat=len(votos))}
    mejor = min(todos.values())
    assert todos[tuple(hallado)] == mejor


def test_las_direcciones_se_comparan_por_su_clave() -> None:
    escritas = pl.DataFrame(
        {
            "id": ["e"] * 3,
            "anio": [2020, 2021, 2022],
            "calle": ["Calle Ramírez", "RAMIREZ", "SOTOMAYOR"],
            "numero": ["01234", "1234", "2020"],
            "resto": [None, None, "OFICINA 3"],
        }
    )
    claves = claves_de(escritas)["clave"].to_list()
    assert claves[0] == claves[1] != claves[2]
    assert claves_de(escritas.clear()).height == 0


vidas = st.lists(st.text("X.o", min_size=6, max_size=6), min_size=1, max_size=12)
mundos = st.fixed_dictionaries(
    {
        "vidas": vidas,
        "fuentes": st.lists(st.lists(st.sampled_from("pqm"), max_size=2), min_size=12, max_size=12),
        "hablan": st.dictionaries(st.sampled_from("pq"), st.sets(st.integers(2018, 2023)), max_size=2),
        "inicios": st.lists(st.none() | st.integers(2014, 2024), min_size=12, max_size=12),
        "traslados": st.lists(
            st.tuples(st.integers(1, 4), st.integers(2018, 2023), st.sampled_from(["deja", "llega"])), max_size=6
        ),
    }
)


def armar(mundo: dict[str, list[object]], *, con_evidencia: bool = True) -> tuple[pl.DataFrame, Evidencia | None]:
    filas = [f for k, trazo in enumerate(mundo["vidas"]) for f in vida(str(trazo), f"e{k}", rut=k % 4 + 1)]
    marco = estados(*filas, *anios(2018, 2023))
    if not con_evidencia:
        return marco, None
    voces = [(f"e{k}", f) for k, suyas in enumerate(mundo["fuentes"]) for f in suyas if f != "m"]  # type: ignore[attr-defined]
    inicios = [(f"e{k}", date(a, 6, 1)) for k, a in enumerate(mundo["inicios"]) if isinstance(a, int)]
    return marco, evidencia(voces, mundo["hablan"], inicios, mundo["traslados"])  # type: ignore[arg-type]


@given(mundos, st.booleans())
def test_las_cuentas_de_cada_anio_cuadran(mundo: dict[str, list[object]], con_evidencia: bool) -> None:
    marco, prueba = armar(mundo, con_evidencia=con_evidencia)
    hechos = sucesos(marco, prueba)
    por_anio: dict[int, Counter[str]] = {a: Counter() for a in range(2018, 2024)}
    for anio, tipo in hechos.select("anio", "tipo").iter_rows():
        por_anio[anio][tipo] += 1
    for anio, antes, ahora in balance(marco, prueba).iter_rows():
        cambio = sum(por_anio[anio][t] for t in ENTRAN) - sum(por_anio[anio][t] for t in SALEN)
        assert ahora - antes == cambio, anio


@given(mundos)
def test_con_todo_a_la_vista_se_cuentan_los_activos_de_cada_anio(mundo: dict[str, list[object]]) -> None:
    marco, _ = armar(mundo)
    activos = dict(marco.filter("activo").group_by("anio").len().iter_rows())
    assert balance(marco).rows() == [(a, activos[a - 1], activos[a]) for a in range(2019, 2024)]


@given(mundos, st.randoms(use_true_random=False))
def test_el_orden_de_las_filas_no_cuenta(mundo: dict[str, list[object]], azar: st.DataObject) -> None:
    marco, prueba = armar(mundo)
    lugares = list(range(marco.height))
    azar.shuffle(lugares)  # type: ignore[attr-defined]
    assert sucesos(marco[lugares], prueba).equals(sucesos(marco, prueba))


@given(mundos)
def test_nadie_entra_dos_veces_sin_haber_salido(mundo: dict[str, list[object]]) -> None:
    hechos = sucesos(*armar(mundo))
    for _, suyos in hechos.filter(pl.col("tipo") != "mudanza").partition_by("id", as_dict=True).items():
        pasos = ["entra" if t in ENTRAN else "sale" for t in suyos.sort("anio")["tipo"]]
        assert all(a != b for a, b in pairwise(pasos))
        assert suyos["anio"].is_unique().all()


def test_sin_catastro_no_hay_sucesos() -> None:
    assert sucesos(estados()).height == balance(estados()).height == 0


def test_un_millon_de_establecimientos() -> None:
    n, azar = 1_000_000, np.random.default_rng(1)
    ids = pl.Series([f"{i:016x}" for i in range(n)])
    activos = azar.random((5, n)) < 0.8
    marcos = [
        pl.DataFrame({"id": ids.filter(pl.Series(suyos))}).select(
            pl.lit(anio, pl.Int32).alias("anio"),
            "id",
            pl.lit(None, pl.Int32).alias("rut"),
            pl.lit(True).alias("activo"),
            *(pl.lit(None, pl.Float64).alias(c) for c in ("lon", "lat")),
        )
        for anio, suyos in enumerate(activos, 2020)
    ]
    hechos = sucesos(pl.concat(marcos))
    for anio, (antes, ahora) in enumerate(pairwise(activos), 2021):
        del_anio = hechos.filter(pl.col("anio") == anio)
        assert del_anio.filter(pl.col("tipo").is_in(ENTRAN)).height == (~antes & ahora).sum()
        assert del_anio.filter(pl.col("tipo").is_in(SALEN)).height == (antes & ~ahora).sum()
    assert set(hechos["anio"]) == {2021, 2022, 2023, 2024}
