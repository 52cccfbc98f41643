"""From pairs to premises: the guards one by one, a person's decisions, and nothing that depends on the order."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatorio.catastro.enlace.pareo import PARES
from observatorio.catastro.enlace.pareo_niveles import Modelo
from observatorio.catastro.enlace.perfiles import COLUMNAS
from observatorio.catastro.enlace.uniones import DECISIONES, Grupos, agrupar

MODELO = Modelo(previa=-7.0, pesos={}, acepta=0.0, revisa=-3.0, margen=1.5, sha256="x")
Par = tuple[str, str, float]


def perfil(nodo: str, **dicho: Any) -> dict[str, Any]:
    """`1|a` is a premises of the RUT 1, `propio:x` a register's own, anything else a record."""
    listas: dict[str, Any] = {c: [] for c, t in COLUMNAS.items() if isinstance(t, pl.List)}
    clase = "local" if "|" in nodo else "propio" if nodo.startswith("propio:") else "suelto"
    base = {
        "nodo": nodo,
        "clase": clase,
        "rut": int(nodo.split("|")[0]) if clase == "local" else None,
        "persona": False,
        "desde": 2024,
        "hasta": 2024,
        "huella": nodo,
        "nombres": ["ROSITA"],
        "fichas": ["12ROSITA"],
    }
    return listas | base | dicho


def agrupado(perfiles: list[dict[str, Any]], pares: list[Par], decisiones: list[tuple[str, str, str]] = []) -> Grupos:  # noqa: B006
    marco = pl.DataFrame(perfiles, schema=COLUMNAS)
    filas = [(min(a, b), max(a, b), min(a, b), max(a, b), p, "") for a, b, p in pares]
    return agrupar(
        marco,
        pl.DataFrame(filas, schema=PARES, orient="row"),
        pl.DataFrame(decisiones, schema=DECISIONES, orient="row"),
        MODELO,
    )


def juntos(g: Grupos) -> set[frozenset[str]]:
    return {frozenset(n) for n in g.nodos.group_by("grupo").agg("nodo")["nodo"].to_list() if len(n) > 1}


def motivos(g: Grupos) -> list[str]:
    return g.dudas["motivo"].to_list()


def puntos(*xy: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"x": x, "y": y, "denso": False} for x, y in xy]


def test_un_par_que_pesa_se_une_y_uno_que_no_va_a_revision() -> None:
    g = agrupado([perfil("a"), perfil("b"), perfil("c")], [("a", "b", 0.0), ("b", "c", -0.1)])
    assert juntos(g) == {frozenset("ab")}
    assert motivos(g) == ["peso"]
    assert g.uniones.rows() == [("a", "b", "parecido", 0.0, ""), ("b", "a", "parecido", 0.0, "")]


def test_dos_locales_de_rut_nunca_son_un_grupo() -> None:
    perfiles = [perfil("1|x"), perfil("1|y"), perfil("2|x"), perfil("a"), perfil("b")]
    g = agrupado(perfiles, [("1|x", "a", 9.0), ("a", "b", 8.0), ("b", "1|y", 5.0), ("b", "2|x", 4.0)])
    assert len(g.nodos.filter(pl.col("nodo").str.contains(r"\|"))["grupo"].unique()) == 3
    assert "preferencia" in motivos(g)


def test_una_lista_nombra_un_local_una_vez_al_anio() -> None:
    perfiles = [
        perfil("1|x"),
        *(perfil(n, listas=[f"encuesta|{a}"]) for n, a in (("a", 2024), ("b", 2024), ("c", 2023))),
    ]
    g = agrupado(perfiles, [("1|x", "a", 9.0), ("1|x", "b", 8.0), ("1|x", "c", 7.0)])
    assert juntos(g) == {frozenset(["1|x", "a", "c"])}
    assert motivos(g) == ["misma_lista"]


def test_una_escuela_y_una_posta_nunca_son_una() -> None:
    perfiles = [perfil("propio:escuela"), perfil("propio:posta"), perfil("1|x")]
    g = agrupado(perfiles, [("propio:escuela", "1|x", 9.0), ("propio:posta", "1|x", 9.0)])
    assert juntos(g) == {frozenset(["propio:escuela", "1|x"])}
    assert motivos(g) == ["dos_registros"]


def test_un_registro_publico_no_se_une_a_quien_tiene_otro_nombre() -> None:
    escuela = perfil("propio:escuela", nombres=["ESCUELA GABRIELA"], fichas=["05ESCUELA", "08GABRIELA"])
    vecino = perfil("1|x", nombres=["FERRETERIA SUR"], fichas=["06FERRETERIA", "05SUR"])
    parecido = perfil("2|x", nombres=["COLEGIO GABRIELA ESCUELA"], fichas=["05COLEGIO", "05ESCUELA", "08GABRIELA"])
    assert motivos(agrupado([escuela, vecino], [("propio:escuela", "1|x", 9.0)])) == ["otro_nombre"]
    assert juntos(agrupado([escuela, parecido], [("propio:escuela", "2|x", 9.0)])) == {
        frozenset(["propio:escuela", "2|x"])
    }


def test_entre_dos_locales_casi_iguales_no_se_elige() -> None:
    perfiles = [perfil("1|x"), perfil("2|x"), perfil("a")]
    cerca = agrupado(perfiles, [("1|x", "a", 9.0), ("2|x", "a", 7.6)])
    assert juntos(cerca) == set()
    assert motivos(cerca) == ["margen", "preferencia"]
    assert juntos(agrupado(perfiles, [("1|x", "a", 9.0), ("2|x", "a", 7.5)])) == {frozenset(["1|x", "a"])}


def test_un_miembro_que_prefiere_otro_local_veta() -> None:
    perfiles = [perfil("1|x"), perfil("2|x"), perfil("a"), perfil("b")]
    g = agrupado(perfiles, [("a", "b", 9.0), ("a", "1|x", 5.0), ("b", "2|x", 6.0), ("b", "1|x", 1.0)])
    assert juntos(g) == {frozenset("ab")}
    assert "preferencia" in motivos(g)


FONO: dict[str, Any] = {"contactos": ["+56552123456"], "contactos_exactos": ["+56552123456"]}
OTRO: dict[str, Any] = {"nombres": ["TALLER LUNA"], "fichas": ["12TALLER", "13LUNA"]}
SIN_NOMBRE: dict[str, Any] = {"nombres": [], "fichas": []}


def test_puntos_lejanos_separan_salvo_la_misma_puerta_o_nombre_y_telefono() -> None:
    aqui, alla = puntos((0, 0)), puntos((0, 121))
    assert motivos(agrupado([perfil("a", puntos=aqui), perfil("b", puntos=alla)], [("a", "b", 9.0)])) == ["extension"]
    for mismo in ({"puertas": ["R|1|"]}, FONO, {"identificadores": ["z"]}):
        perfiles = [perfil("a", puntos=aqui, **mismo), perfil("b", puntos=alla, **mismo)]
        assert juntos(agrupado(perfiles, [("a", "b", 9.0)])) == {frozenset("ab")}
    casi = [perfil("a", puntos=aqui), perfil("b", puntos=puntos((0, 120)))]
    assert juntos(agrupado(casi, [("a", "b", 9.0)])) == {frozenset("ab")}


def test_quien_no_tiene_nombre_solo_se_une_por_una_prueba_exacta() -> None:
    vacio: dict[str, Any] = {"nombres": [], "fichas": []}
    assert motivos(agrupado([perfil("a", **vacio), perfil("b")], [("a", "b", 9.0)])) == ["sin_nombre"]
    for prueba, regla in (("identificadores", "identificador"), ("contactos_exactos", "contacto")):
        perfiles = [perfil("a", **vacio, **{prueba: ["z"]}), perfil("b", **{prueba: ["z"]})]
        g = agrupado(perfiles, [("a", "b", 9.0)])
        assert juntos(g) == {frozenset("ab")}
        assert set(g.uniones["regla"]) == {regla}


def test_un_telefono_de_muchos_no_es_una_prueba() -> None:
    de_muchos: dict[str, Any] = {"contactos": ["z"]}
    perfiles = [perfil("a", **SIN_NOMBRE, **de_muchos), perfil("b", **de_muchos)]
    assert motivos(agrupado(perfiles, [("a", "b", 9.0)])) == ["sin_nombre"]
    con_nombre = agrupado([perfil("a", **de_muchos), perfil("b", **de_muchos)], [("a", "b", 9.0)])
    assert set(con_nombre.uniones["regla"]) == {"parecido"}


@pytest.mark.parametrize(
    ("uno", "otro"),
    [
        ({"puntos": [{"x": 0, "y": 0, "denso": False}]}, {"puntos": [{"x": 0, "y": 121, "denso": False}]}),
        ({"edificios": ["R|1"], "puertas": ["R|1|"]}, {"edificios": ["V|7"], "puertas": ["V|7|"]}),
        (
            {"edificios": ["R|1"], "puertas": ["R|1|LOCAL 1"], "con_unidad": ["R|1"]},
            {"edificios": ["R|1"], "puertas": ["R|1|LOCAL 2"], "con_unidad": ["R|1"]},
        ),
    ],
)
def test_el_telefono_de_otro_nombre_en_otro_sitio_no_une(uno: dict[str, Any], otro: dict[str, Any]) -> None:
    for nombre in (OTRO, SIN_NOMBRE):
        g = agrupado([perfil("a", **FONO, **uno), perfil("b", **FONO, **otro, **nombre)], [("a", "b", 9.0)])
        assert motivos(g) == ["extension"]
        mismo_sitio = [perfil("a", **FONO, **uno), perfil("b", **FONO, **uno, **nombre)]
        assert juntos(agrupado(mismo_sitio, [("a", "b", 9.0)])) == {frozenset("ab")}
    mudado = [perfil("a", **FONO, **uno), perfil("b", **FONO, **otro)]
    assert juntos(agrupado(mudado, [("a", "b", 9.0)])) == {frozenset("ab")}


def test_entre_dos_extranos_de_un_telefono_no_se_elige() -> None:
    perfiles = [perfil("a", **FONO), perfil("b", **FONO), perfil("c", **FONO, **OTRO)]
    empate = agrupado(perfiles, [("a", "b", 9.0), ("a", "c", 7.6)])
    assert juntos(empate) == set()
    assert motivos(empate) == ["margen", "margen"]
    assert juntos(agrupado(perfiles, [("a", "b", 9.0), ("a", "c", 7.5)])) == {frozenset("abc")}, "no tie: both fit"
    iguales = agrupado(perfiles, [("a", "b", 9.0), ("a", "c", 8.9), ("b", "c", 8.0)])
    assert juntos(iguales) == {frozenset("abc")}, "the two that are as near are one business themselves"
    sin_fono = [perfil(n) for n in "abc"]
    assert juntos(agrupado(sin_fono, [("a", "b", 9.0), ("a", "c", 7.6)])) == {frozenset("abc")}


def test_dos_de_una_lista_y_un_telefono_son_rivales() -> None:
    perfiles = [perfil("a", **FONO), *(perfil(n, **FONO, listas=["gremio|2024"]) for n in "bc")]
    g = agrupado(perfiles, [("a", "b", 9.0), ("a", "c", 8.0), ("b", "c", 1.0)])
    assert juntos(g) == set()
    assert set(motivos(g)) == {"margen", "misma_lista"}
    separado = agrupado(perfiles, [("a", "b", 9.0), ("a", "c", 8.0)], [("a", "c", "distinta")])
    assert juntos(separado) == {frozenset("ab")}, "a person's answer ends the tie"


def test_una_decision_une_lo_que_el_modelo_no_vio_y_va_primero() -> None:
    perfiles = [perfil("1|x"), perfil("2|x"), perfil("a"), perfil("b")]
    g = agrupado(perfiles, [("2|x", "a", 9.0)], [("a", "1|x", "misma"), ("a", "b", "misma")])
    assert juntos(g) == {frozenset(["1|x", "a", "b"])}
    assert g.uniones.select("nodo", "regla").rows() == [("a", "decision"), ("b", "decision")]


def test_una_decision_separa_en_cada_union_y_no_se_pregunta_de_nuevo() -> None:
    perfiles = [perfil("a"), perfil("b"), perfil("c")]
    g = agrupado(perfiles, [("a", "b", 9.0), ("b", "c", 8.0), ("a", "c", 7.0)], [("c", "a", "distinta")])
    assert juntos(g) == {frozenset("ab")}
    assert g.dudas.height == 0


def test_separado_de_un_local_el_siguiente_ya_no_tiene_rival() -> None:
    perfiles = [perfil("1|x"), perfil("2|x"), perfil("a")]
    pares: list[Par] = [("1|x", "a", 9.0), ("2|x", "a", 8.9)]
    assert juntos(agrupado(perfiles, pares, [("1|x", "a", "distinta")])) == {frozenset(["2|x", "a"])}


def test_ni_una_persona_une_dos_rut_ni_contradice_a_otra() -> None:
    perfiles = [perfil("1|x"), perfil("1|y"), perfil("2|x"), perfil("a"), perfil("b")]
    g = agrupado(perfiles, [], [("1|x", "a", "misma"), ("2|x", "a", "misma"), ("1|y", "1|x", "misma")])
    assert juntos(g) == {frozenset(["1|x", "1|y", "a"])}
    assert motivos(g) == ["no_se_pudo"]
    assert g.dudas["detalle"].to_list() == ["se respondió «misma», pero tienen RUT distintos"]
    contra = agrupado(perfiles, [], [("a", "b", "misma"), ("b", "a", "distinta")])
    assert juntos(contra) == set()
    assert contra.dudas.select("motivo", "detalle", "tomada").rows() == [
        ("no_se_pudo", "se respondió «misma», pero otra respuesta los separa", "misma")
    ]


def test_cada_respuesta_que_no_se_pudo_obedecer_vuelve() -> None:
    perfiles = [perfil("1|x"), perfil("2|x"), perfil("a"), perfil("b")]
    pares: list[Par] = [("1|x", "a", 9.0), ("2|x", "b", 9.0)]
    g = agrupado(perfiles, pares, [("1|x", "2|x", "misma"), ("a", "a", "distinta"), ("b", "b", "misma")])
    assert g.dudas.select("nodo_a", "nodo_b", "motivo", "tomada").rows() == [
        ("1|x", "2|x", "no_se_pudo", "misma"),
        ("a", "a", "no_se_pudo", "distinta"),
    ]
    assert "la misma lista" in g.dudas["detalle"][1]
    # Two answers about one pair of groups are two doubts.
    dos = [("1|x", "a", "misma"), ("2|x", "b", "misma"), ("1|x", "b", "misma"), ("2|x", "a", "misma")]
    assert motivos(agrupado(perfiles, [], dos)) == ["no_se_pudo", "no_se_pudo"]


def test_un_grupo_se_llama_como_su_local_o_su_primer_registro() -> None:
    perfiles = [perfil("z", desde=2020), perfil("b"), perfil("1|x"), perfil("a"), perfil("propio:e"), perfil("0")]
    g = agrupado(perfiles, [("z", "b", 9.0), ("1|x", "a", 9.0), ("propio:e", "0", 9.0)])
    assert set(g.nodos["grupo"]) == {"z", "1|x", "propio:e"}


def test_de_cada_grupo_se_pregunta_lo_mejor_y_una_vez() -> None:
    perfiles = [perfil("a"), perfil("b"), *(perfil(f"{i}|x") for i in range(1, 6))]
    pares: list[Par] = [("a", "b", 5.0), *((n, f"{i}|x", -float(i) / 10) for i in range(1, 6) for n in "ab")]
    g = agrupado(perfiles, pares)
    assert g.dudas.select("nodo_a", "nodo_b").rows() == [(f"{i}|x", "a") for i in range(1, 4)]


NODOS = ["1|x", "1|y", "2|x", "propio:e", "propio:p", "a", "b", "c", "d"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_el_orden_no_cambia_nada_y_las_guardas_se_cumplen(datos: st.DataObject) -> None:
    listas = {n: datos.draw(st.sampled_from([[], ["e|1"], ["e|2"]])) for n in "abcd"}
    perfiles = [perfil(n, listas=listas.get(n, [])) for n in NODOS]
    posibles = [(a, b) for i, a in enumerate(NODOS) for b in NODOS[i + 1 :] if not ("|" in a and "|" in b)]
    elegidos = datos.draw(st.lists(st.sampled_from(posibles), unique=True, max_size=18))
    pares: list[Par] = [(a, b, float(datos.draw(st.integers(-3, 6)))) for a, b in elegidos]
    dichas = datos.draw(
        st.lists(st.tuples(st.sampled_from(posibles), st.sampled_from(["misma", "distinta"])), max_size=4)
    )
    decisiones = [(a, b, t) for (a, b), t in dichas]
    g = agrupado(perfiles, pares, decisiones)
    otro = agrupado(
        datos.draw(st.permutations(perfiles)),
        datos.draw(st.permutations(pares)),
        datos.draw(st.permutations(decisiones)),
    )
    assert all(
        uno.equals(dos) for uno, dos in ((g.nodos, otro.nodos), (g.dudas, otro.dudas), (g.uniones, otro.uniones))
    )
    de_quien = dict(g.nodos.rows())
    separados = [{a, b} for a, b, t in decisiones if t == "distinta"]
    decididos = {n for a, b, t in decisiones if t == "misma" for n in (a, b)}
    for grupo in juntos(g):
        assert len({n.split("|")[0] for n in grupo if "|" in n}) <= 1
        assert sum(n.startswith("propio:") for n in grupo) <= 1
        assert not any(par <= grupo for par in separados)
        nombradas = [x for n in grupo if n not in decididos for x in listas.get(n, [])]
        assert len(nombradas) == len(set(nombradas))
    assert not any(de_quien[a] == de_quien[b] and a != b for a, b in g.dudas.select("nodo_a", "nodo_b").rows())
