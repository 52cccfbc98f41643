"""Industrial districts: the heaps that were put there, whatever the order, and profiles that a hand can count."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from pyproj import Transformer

from observatorio import referencia
from observatorio.db.queries.espacial import EN_PUNTOS
from observatorio.indicadores.espacial.distritos import Parametros, agrupar
from observatorio.muestra.lugares import a_metros, puntos
from observatorio.muestra.parametros import tabla

CENTRO = np.array([507_000.0, 7_515_000.0])


def establecimientos(xy: np.ndarray, prefijo: str = "e") -> pl.DataFrame:
    """All formal, of division 25, and silent about their employment."""
    return pl.DataFrame(
        {
            "id": [f"{prefijo}{i:04d}" for i in range(len(xy))],
            "x": xy[:, 0],
            "y": xy[:, 1],
            "division": "25",
            "formalidad": "formal",
            "empleo_total": None,
        },
        schema=dict(EN_PUNTOS),
    )


def dos_montones() -> pl.DataFrame:
    """Forty here, twenty-five five kilometres east of them, and twelve far from all."""
    rng = np.random.default_rng(5)
    aqui = CENTRO + rng.uniform(-200, 200, (40, 2))
    alla = CENTRO + np.array([5_000, 0]) + rng.uniform(-150, 150, (25, 2))
    angulos = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    lejos = CENTRO + 40_000 * np.column_stack([np.cos(angulos), np.sin(angulos)])
    return pl.concat(establecimientos(xy, p) for xy, p in ((aqui, "a"), (alla, "b"), (lejos, "c")))


def test_cada_monton_es_un_distrito_y_lo_disperso_ninguno() -> None:
    hallado = agrupar(dos_montones())
    assert [(d.distrito, d.establecimientos) for d in hallado.distritos] == [("D1", 40), ("D2", 25)]
    miembros = dict(hallado.miembros.iter_rows())
    assert list(miembros) == sorted(miembros)
    assert {i: d for i, d in miembros.items() if i[0] == "c"} == {f"c{i:04d}": None for i in range(12)}
    assert {d for i, d in miembros.items() if i[0] == "a"} == {"D1"}
    assert {d for i, d in miembros.items() if i[0] == "b"} == {"D2"}


def test_el_orden_de_las_filas_no_importa() -> None:
    derecho, barajado = agrupar(dos_montones()), agrupar(dos_montones().sample(fraction=1.0, shuffle=True, seed=3))
    assert derecho.miembros.equals(barajado.miembros)
    assert [(d.contorno.wkb, d.cohesion) for d in derecho.distritos] == [
        (d.contorno.wkb, d.cohesion) for d in barajado.distritos
    ]


def test_el_contorno_encierra_a_los_suyos_y_a_nadie_mas() -> None:
    marco = dos_montones()
    hallado = agrupar(marco)
    lon, lat = Transformer.from_crs(32719, 4326, always_xy=True).transform(marco["x"].to_numpy(), marco["y"].to_numpy())
    lugares = dict(zip(marco["id"], shapely.points(lon, lat), strict=True))
    for d in hallado.distritos:
        assert d.contorno.is_valid
        dentro = {i for i, lugar in lugares.items() if d.contorno.contains(lugar)}
        assert dentro == set(hallado.miembros.filter(pl.col("distrito") == d.distrito)["id"])


def test_perfil_contado_a_mano() -> None:
    """Sixteen on a line of 1,500 m: the outline is a strip 100 m wide with rounded ends."""
    linea = CENTRO + np.column_stack([np.arange(0, 1_600, 100), np.zeros(16)])
    n = pl.int_range(pl.len())
    marco = establecimientos(linea).with_columns(
        division=pl.when(n < 7).then(pl.lit("33")).when(n < 13).then(pl.lit("25")).when(n < 14).then(pl.lit("09")),
        formalidad=pl.when(n < 6)
        .then(pl.lit("formal"))
        .when(n < 8)
        .then(pl.lit("informal"))
        .otherwise(pl.lit("indeterminado")),
        empleo_total=pl.when(n < 4).then(10 * n),
    )
    (d,) = agrupar(marco, Parametros(minimo=16, vecinos=3, divisiones=2)).distritos
    assert (d.establecimientos, d.empleo, d.con_empleo) == (16, 60, 4)
    assert d.divisiones == (("33", 7), ("25", 6))
    assert (d.parte_formal, d.decididos) == (0.75, 8)
    # Rounded ends: a polygon of 16 sides in a circle of 50 m.
    extremos = 16 / 2 * 50**2 * np.sin(2 * np.pi / 16)
    assert d.area_km2 == pytest.approx((1_500 * 100 + extremos) / 1e6)


def test_lo_que_nadie_sabe_no_es_cero() -> None:
    (d,) = agrupar(
        establecimientos(np.tile(CENTRO, (20, 1))).with_columns(
            formalidad=pl.lit("indeterminado"), division=pl.lit(None, pl.String)
        )
    ).distritos
    assert (d.empleo, d.parte_formal, d.divisiones) == (None, None, ())
    # All on one spot: the outline is the margin around it.
    assert 0 < d.area_km2 < np.pi * 0.05**2


@pytest.mark.parametrize("n", [0, 1, 14])
def test_pocos_no_forman_distrito(n: int) -> None:
    hallado = agrupar(establecimientos(np.tile(CENTRO, (n, 1))))
    assert hallado.distritos == []
    assert hallado.miembros.height == n
    assert hallado.miembros["distrito"].null_count() == n


def test_los_distritos_de_la_ciudad_sintetica(ciudad_verdadera: pl.DataFrame) -> None:
    """Its two industrial estates come out whole, and nearly nobody else with them."""
    hallado = agrupar(ciudad_verdadera)
    suyos = hallado.miembros.join(ciudad_verdadera, on="id").with_columns(pl.col("distrito").fill_null(""))
    lugares = shapely.points(suyos.select("x", "y").to_numpy())
    for estate in tabla("distritos"):
        dentro = shapely.contains(shapely.Polygon(puntos(estate["contorno"])), lugares)
        ((nombre, cuantos),) = suyos.filter(pl.Series(dentro))["distrito"].value_counts().sort("count").tail(1).rows()
        assert nombre
        assert cuantos >= 0.95 * dentro.sum()
        assert cuantos >= 0.85 * suyos.filter(pl.col("distrito") == nombre).height


@pytest.fixture
def ciudad_verdadera(grande: object) -> pl.DataFrame:
    """The industrial premises of the synthetic city as they truly were in its last year, in metres."""
    verdad = pl.read_csv(
        f"{grande}/verdad/establecimientos.csv",
        schema_overrides={"acteco": pl.String, "cut": pl.String},
        infer_schema_length=None,
    )
    industriales = verdad.filter(
        (pl.col("anio") == pl.col("anio").max())
        & (pl.col("activo") == 1)
        & (pl.col("cut") == "02201")
        & pl.any_horizontal(pl.col("acteco").str.starts_with(p) for p in referencia.prefijos_industriales())
        & pl.col("lon").is_not_null()
    )
    xy = a_metros(industriales["lon"].to_numpy(), industriales["lat"].to_numpy())
    return industriales.select(
        id="id_establecimiento",
        x=pl.Series(xy[:, 0]),
        y=pl.Series(xy[:, 1]),
        division=pl.col("acteco").str.slice(0, 2),
        formalidad="formalidad",
        empleo_total=pl.col("empleo_total").cast(pl.Int64),
    )
