"""What is compared between two profiles, in which levels, and how much each level weighs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from observatorio import referencia
from observatorio.catastro.enlace.perfil_nombres import ARCHIVO

NULO = "nulo"
"""The level of a pair about which a comparison has nothing to say: it adds nothing."""

DECLARADAS = {
    "actividad": {
        "division_de_registro": 4.0,
        "otra_de_registro": -4.0,
        "palabras": -2.5,
        "division": -3.0,
        "otra": -4.0,
    },
    "identificador": {"igual": 12.0, "otro": 0.0},
}
"""Weights in bits that no list of members can teach. A public register gives its activity as a code, and the divisions
that count are those of one firm in sixteen or fewer: sharing one is worth four bits. An identifier that an office keeps
from year to year is as good as a name and a place."""

_DISTANCIA = (
    "list_min(flatten(list_transform(puntos_l, lambda a: list_transform(puntos_r, lambda b:"
    " (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)))))"
)
_PARECIDO = (
    "list_max(flatten(list_transform(nombres_l, lambda a: list_transform(nombres_r, lambda b:"
    " jaro_winkler_similarity(a, b)))))"
)
_CONTENIDO = (
    "list_max(flatten(list_transform(nombres_l, lambda a: list_transform(nombres_r, lambda b:"
    " list_has_all(string_split(a, ' '), string_split(b, ' '))"
    " or list_has_all(string_split(b, ' '), string_split(a, ' '))))))"
)
_BITS = (
    "coalesce(list_sum(list_transform(list_intersect(fichas_l, fichas_r),"
    " lambda f: cast(substr(f, 1, 2) as integer))), 0)"
)
_NUMERO_PARECIDO = (
    "list_max(flatten(list_transform(edificios_l, lambda a: list_transform(edificios_r, lambda b:"
    " split_part(a, '|', 1) = split_part(b, '|', 1) and levenshtein(a, b) = 1))))"
)

_SIN_NOMBRE = "len(nombres_l) = 0 or len(nombres_r) = 0"
_SIN_LUGAR = "(len(puntos_l) = 0 or len(puntos_r) = 0) and (len(vias_l) = 0 or len(vias_r) = 0)"
_SIN_GIRO = "(len(giros_l) = 0 or len(giros_r) = 0) and (len(divisiones_l) = 0 or len(divisiones_r) = 0)"
_SIN_PALABRAS = "len(giros_l) = 0 or len(giros_r) = 0"
_REGISTRO = "clase_l = 'propio' or clase_r = 'propio'"
_MISMA_DIVISION = "list_has_any(divisiones_l, divisiones_r)"
_OTRA_PUERTA = "len(edificios_l) > 0 and len(edificios_r) > 0"
MISMO_NOMBRE = f"(list_has_any(nombres_l, nombres_r) or {_PARECIDO} >= 0.94)"
_MISMA_UNIDAD = "list_has_any(list_filter(puertas_l, lambda p: right(p, 1) <> '|'), puertas_r)"
MISMA_PUERTA = f"(list_has_any(exclusivos_l, exclusivos_r) or {_MISMA_UNIDAD})"
_OTRA_UNIDAD = "list_has_any(con_unidad_l, con_unidad_r)"
_MISMO_EDIFICIO = "list_has_any(edificios_l, edificios_r)"
A_15_M = f"{_DISTANCIA} <= 225"
_A_40_M = f"{_DISTANCIA} <= 1600"
_A_100_M = f"coalesce({_DISTANCIA}, 0) <= 10000"
RESTO = "ELSE"

COMPARACIONES: dict[str, tuple[tuple[str, str], ...]] = {
    "nombre": (
        (NULO, _SIN_NOMBRE),
        ("igual_raro", "list_has_any(raros_l, raros_r)"),
        ("igual", "list_has_any(nombres_l, nombres_r)"),
        ("casi_igual", f"{_PARECIDO} >= 0.94"),
        ("parecido", f"{_PARECIDO} >= 0.88"),
        ("contenido", f"{_BITS} >= 12 and {_CONTENIDO}"),
        ("palabras_raras", f"{_BITS} >= 14"),
        ("palabras", f"{_BITS} >= 9"),
        ("palabra", f"{_BITS} >= 5"),
        ("otra_persona", "persona_l and persona_r"),
        ("persona_y_letrero", "persona_l or persona_r"),
        ("distinto", RESTO),
    ),
    "lugar": (
        (NULO, _SIN_LUGAR),
        ("puerta", "list_has_any(exclusivos_l, exclusivos_r) and list_has_any(puertas_l, puertas_r)"),
        ("unidad", _MISMA_UNIDAD),
        ("edificio_propio", "list_has_any(exclusivos_l, exclusivos_r)"),
        ("otra_unidad", _OTRA_UNIDAD),
        ("edificio", _MISMO_EDIFICIO),
        ("numero_parecido", f"{_NUMERO_PARECIDO} and {_A_100_M}"),
        ("a_15_m", f"{A_15_M} and not ({_OTRA_PUERTA})"),
        ("a_15_m_otra_puerta", A_15_M),
        ("a_40_m", f"{_A_40_M} and not ({_OTRA_PUERTA})"),
        ("a_40_m_otra_puerta", _A_40_M),
        ("a_150_m", f"{_DISTANCIA} <= 22500"),
        ("lejos", RESTO),
    ),
    "actividad": (
        (NULO, _SIN_GIRO),
        ("division_de_registro", f"({_REGISTRO}) and list_has_any(divisiones_raras_l, divisiones_raras_r)"),
        ("otra_de_registro", f"({_REGISTRO}) and not ({_MISMA_DIVISION})"),
        ("giro_raro", "list_has_any(giros_raros_l, giros_raros_r)"),
        ("giro", "list_has_any(giros_l, giros_r)"),
        ("palabras", "list_has_any(palabras_giro_l, palabras_giro_r)"),
        ("division_sin_giro", f"({_SIN_PALABRAS}) and {_MISMA_DIVISION}"),
        ("otra_sin_giro", _SIN_PALABRAS),
        ("division", _MISMA_DIVISION),
        ("otra", RESTO),
    ),
    "nombre_y_lugar": (
        (NULO, f"{_SIN_NOMBRE} or ({_SIN_LUGAR}) or not {MISMO_NOMBRE}"),
        ("misma_puerta", MISMA_PUERTA),
        ("otra_unidad", _OTRA_UNIDAD),
        ("cerca", f"{_MISMO_EDIFICIO} or {A_15_M} or ({_NUMERO_PARECIDO} and {_A_100_M})"),
        ("lejos", RESTO),
    ),
    "nombre_y_actividad": (
        (NULO, f"{_SIN_NOMBRE} or {_SIN_PALABRAS} or not {MISMO_NOMBRE}"),
        ("mismo_giro", "list_has_any(giros_l, giros_r)"),
        ("otro_giro", RESTO),
    ),
    "contacto": (
        (NULO, "len(contactos_l) = 0 or len(contactos_r) = 0"),
        ("igual", "list_has_any(contactos_l, contactos_r)"),
        ("otro", RESTO),
    ),
    "identificador": (
        ("igual", "list_has_any(identificadores_l, identificadores_r)"),
        ("otro", RESTO),
    ),
}
"""Each comparison and its levels in SQL: the first that holds is taken. Distances are squares of metres; names in
profiles are in one spelling and order. `nombre_y_lugar` and `nombre_y_actividad` correct the sum of their two parts."""


ORDENADAS: dict[str, tuple[tuple[str, ...], ...]] = {
    "nombre": (("igual_raro", "igual"), ("casi_igual", "parecido"), ("palabras", "palabra")),
    "lugar": (("puerta", "edificio_propio", "edificio"), ("a_15_m", "a_40_m", "a_150_m", "lejos")),
    "actividad": (
        ("giro_raro", "giro", "palabras", "division", "otra"),
        ("division_sin_giro", "otra_sin_giro"),
    ),
    "contacto": (("igual", "otro"),),
}
"""Levels of which none may weigh more than the one before it: where those who learn from few pairs find the contrary,
the two weigh the same."""

NUNCA_A_FAVOR = {"contacto": ("otro",)}
"""Levels that are no reason to join."""


@dataclass(frozen=True)
class Modelo:
    """What was learned: the weight of knowing nothing and of each level, in bits, and the thresholds.

    `acepta` and `revisa` are the weights from which a pair joins, or goes to a person; `margen` is how much better the
    best premises must be than the second. `sha256` stands for the file and for the levels.
    """

    previa: float
    pesos: dict[str, dict[str, float]]
    acepta: float
    revisa: float
    margen: float
    sha256: str


@cache
def modelo() -> Modelo:
    """The frozen model of `data/referencia/enlace.json`. Raises `KeyError` when a level has no weight in it."""
    crudo = (referencia.datos_dir() / "referencia" / ARCHIVO).read_bytes()
    dicho = json.loads(crudo)["modelo"]
    pesos = {c: {n: float(dicho["pesos"][c][n]) for n in niveles(c)} for c in COMPARACIONES}
    sello = hashlib.sha256(crudo + repr(COMPARACIONES).encode()).hexdigest()
    acepta, revisa, margen = (float(dicho[u]) for u in ("acepta", "revisa", "margen"))
    return Modelo(float(dicho["previa"]), pesos, acepta, revisa, margen, sello)


def niveles(comparacion: str) -> list[str]:
    """The levels that weigh, from the strongest agreement down."""
    return [n for n, _ in COMPARACIONES[comparacion] if n != NULO]


def ajustes(m: Modelo, con_niveles: bool) -> dict[str, Any]:
    """The settings of Splink 5 for a model; with `con_niveles` its answer tells the level of each comparison."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "i",
        "probability_two_random_records_match": 1 / (1 + 2**-m.previa),
        "blocking_rules_to_generate_predictions": ["l.i = r.i"],
        "comparisons": [
            {"output_column_name": c, "comparison_levels": [_nivel(n, sql, m.pesos[c]) for n, sql in COMPARACIONES[c]]}
            for c in COMPARACIONES
        ],
        "retain_matching_columns": con_niveles,
        "retain_intermediate_calculation_columns": True,
    }


def _nivel(nombre: str, condicion: str, pesos: dict[str, float]) -> dict[str, Any]:
    """A level whose two probabilities are in the proportion of its weight, which is all that a score depends on."""
    nivel: dict[str, Any] = {"sql_condition": condicion, "label_for_charts": nombre}
    if nombre == NULO:
        return nivel | {"is_null_level": True}
    u = 0.5 / max(1.0, 2.0 ** pesos[nombre])
    return nivel | {"m_probability": u * 2.0 ** pesos[nombre], "u_probability": u}
