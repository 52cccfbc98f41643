"""Where each record stands in the end, and how that is measured."""

from __future__ import annotations

import polars as pl
import pytest

from observaciones_hechas import observaciones
from observatorio.catastro.lectura import COLUMNAS
from observatorio.catastro.lugares.medida_lugares import medir
from observatorio.catastro.lugares.ubicar import EXTERNAS, Ubicado, centroides, clave_externa, por_consultar, ubicar
from observatorio.vocabulario import Precision

LON, LAT = -68.93, -22.46
METRO = 1 / 111_320


def vistas(filas: list[dict[str, object]]) -> pl.DataFrame:
    """Records of firms of their own, at a door where they have a point."""
    propias = (
        {"rut": 76_000_000 + k, "precision": "sin_ubicacion" if fila.get("lon") is None else "puerta"} | fila
        for k, fila in enumerate(filas)
    )
    return observaciones(*propias, fuente="patentes")


def calle(nombre: str = "RAMIREZ", norte: float = 0.0) -> list[dict[str, object]]:
    return [
        {"calle": nombre, "numero": str(n), "lon": LON + n * METRO, "lat": LAT + norte * METRO}
        for n in range(1000, 2000, 50)
    ]


def ubicadas(filas: list[dict[str, object]], externas: pl.DataFrame | None = None) -> Ubicado:
    return ubicar(vistas(filas), "02201", externas)


def ultimas(resultado: Ubicado, n: int) -> list[dict[str, object]]:
    return resultado.obs.tail(n).select("lon", "lat", "precision", "lugar_regla", "punto_propio").to_dicts()


def test_el_punto_propio_va_antes_que_la_direccion() -> None:
    """Even where its address says another place: the person was there."""
    propio, calculado = ultimas(
        ubicadas(
            [
                *calle(),
                {"calle": "RAMIREZ", "numero": "1500", "lon": LON, "lat": LAT + 0.01, "precision": "gps"},
                {"calle": "RAMIREZ", "numero": "1500"},
            ]
        ),
        2,
    )
    assert propio == {
        "lon": LON,
        "lat": LAT + 0.01,
        "precision": "gps",
        "lugar_regla": None,
        "punto_propio": True,
    }
    assert calculado["punto_propio"] is False
    assert calculado["lugar_regla"] == f"geocodificado:{calculado['precision']}"
    assert calculado["lon"] == pytest.approx(LON + 1500 * METRO, abs=5 * METRO)
    assert calculado["lat"] == pytest.approx(LAT, abs=5 * METRO)


def test_todas_las_filas_en_su_orden_con_su_precision() -> None:
    filas = [*calle(), {}, {"calle": "LOS ALAMOS", "numero": "3"}, {"cut": None}, {"lon": 0.0, "lat": 0.0}]
    resultado = ubicadas(filas)
    entrada = vistas(filas)
    assert resultado.obs.select("carga", "fila", "parte").equals(entrada.select("carga", "fila", "parte"))
    assert resultado.obs.columns == [*COLUMNAS, "punto_propio", "lugar_regla"]
    assert set(resultado.obs["precision"]) <= {str(p) for p in Precision}
    assert (
        ultimas(resultado, 4)
        == [{"lon": None, "lat": None, "precision": "sin_ubicacion", "lugar_regla": None, "punto_propio": False}] * 4
    )
    assert resultado.resumen["filas"].sum() == len(filas) - 1


def test_solo_se_geocodifica_la_comuna() -> None:
    resultado = ubicadas([*calle(), {"calle": "RAMIREZ", "numero": "1500", "cut": "02101"}])
    assert ultimas(resultado, 1)[0]["lon"] is None
    ajena = ubicadas([*calle(), {"cut": "02101", "lon": -70.4, "lat": -23.65}])
    assert ultimas(ajena, 1)[0]["punto_propio"] is True


def test_un_centroide_no_es_un_lugar() -> None:
    """Four firms of different streets on one point: by their address where it is known, nowhere otherwise."""
    centro = {"lon": -68.9294, "lat": -22.4624}
    resultado = ubicadas(
        [
            *calle(),
            *calle("VARGAS", 300),
            *({"calle": c, "numero": n} | centro for c, n in (("RAMIREZ", "1500"), ("VARGAS", "1200"))),
            *({"calle": c, "numero": n} | centro for c, n in (("LOS ALAMOS", "1"), ("AYSEN", "2"))),
        ]
    )
    uno, otro, *perdidos = ultimas(resultado, 4)
    assert (uno["lugar_regla"], otro["lugar_regla"]) == ("geocodificado:puerta", "geocodificado:puerta")
    assert (
        perdidos
        == [{"lon": None, "lat": None, "precision": "centroide", "lugar_regla": "centroide", "punto_propio": False}] * 2
    )


@pytest.mark.parametrize(
    "direcciones",
    [
        [("RAMIREZ", "3310")] * 9,
        [("RAMIREZ", "3310")] * 6 + [("RAMIRZE", "3310"), ("RAMIRES", "3311"), ("VARGAS", "10")],
        [("AVENIDA PRAT", "1"), ("PRAT", "1"), ("AVENIDA PRTA", "1")],
        [("RAMIREZ", "1"), ("VARGAS", "2"), ("VARGAS", "2")],
    ],
)
def test_un_edificio_no_es_un_centroide(direcciones: list[tuple[str, str]]) -> None:
    """A tower, slips in its street, its name with and without its kind, a corner."""
    filas = [{"calle": c, "numero": n, "lon": LON, "lat": LAT} for c, n in direcciones]
    assert centroides(vistas(filas)).is_empty()


def test_un_negocio_que_escribe_tres_calles_no_es_un_centroide() -> None:
    filas = [{"calle": c, "numero": "1", "lon": LON, "lat": LAT, "rut": 76_000_001} for c in ("A LOA", "TALCA", "INTI")]
    assert centroides(vistas(filas)).is_empty()
    otros = [f | {"rut": 76_000_001 + k} for k, f in enumerate(filas)]
    assert centroides(vistas(otros)).rows() == [(LON, LAT, 3, 3, 3)]


def test_registros_publicos_sin_direccion() -> None:
    def lista(n: int, describe: str) -> pl.DataFrame:
        filas = [{"rut": None, "id_fuente": str(k), "lon": LON, "lat": LAT, "describe": describe} for k in range(n)]
        return centroides(vistas(filas))

    assert lista(3, "establecimiento").is_empty()
    assert lista(9, "establecimiento").height == 1
    assert lista(9, "predio").is_empty()


def test_la_carga_corrida_vuelve_a_su_sitio_y_lo_dice() -> None:
    """The file of parcels stands 184 m east and 374 m north of where everybody else sees them."""
    buenas = [{"lon": LON + k * 200 * METRO, "lat": LAT, "rut": 76_000_000 + k} for k in range(12)]
    grados = (184 * METRO / 0.924, 374 * METRO)
    malas = [
        {
            "carga": 2,
            "fuente": "predios",
            "sha256": "y",
            "describe": "predio",
            "precision": "sector",
            "rut": f["rut"],
            "lon": float(str(f["lon"])) + grados[0],
            "lat": LAT + grados[1],
        }
        for f in buenas
    ]
    resultado = ubicadas([*buenas, *malas])
    assert resultado.corrimientos.select("carga", "datum").rows() == [(2, "psad56")]
    for antes, fila in zip(buenas, ultimas(resultado, 12), strict=True):
        assert (fila["lugar_regla"], fila["precision"], fila["punto_propio"]) == ("datum:psad56", "sector", True)
        assert abs(float(str(fila["lon"])) - float(str(antes["lon"]))) < 8 * METRO
        assert abs(float(str(fila["lat"])) - LAT) < 8 * METRO


def _externas(lon: float, lat: float, precision: str = "puerta", calle_: str = "LOS ALAMOS") -> pl.DataFrame:
    clave = clave_externa(pl.DataFrame({"calle": [calle_], "numero": ["3"]}))[0]
    return pl.DataFrame([(clave, "02201", "nominatim", lon, lat, precision)], schema=EXTERNAS, orient="row")


def test_lo_que_se_supo_afuera() -> None:
    """Used where the gazetteer knows nothing, with or without a unit; never outside the comuna, never over a door."""
    filas = [*calle(), {"calle": "LOS ALAMOS", "numero": "3", "resto": "LOCAL 2"}]
    (fila,) = ultimas(ubicadas(filas, _externas(LON, LAT)), 1)
    assert fila == {
        "lon": LON,
        "lat": LAT,
        "precision": "puerta",
        "lugar_regla": "externo:nominatim",
        "punto_propio": False,
    }
    assert ultimas(ubicadas(filas, _externas(-70.4, -23.65)), 1)[0]["lon"] is None
    conocida = [*calle(), {"calle": "RAMIREZ", "numero": "3"}, *calle("LOS ALAMOS", 500)]
    conocida.append({"calle": "LOS ALAMOS", "numero": "1500"})
    assert ultimas(ubicadas(conocida, _externas(LON, LAT)), 1)[0]["lugar_regla"] == "geocodificado:puerta"


def test_que_vale_la_pena_preguntar() -> None:
    """Each unknown door once, without units; not what is known, what has no number or what was asked."""
    filas = [
        *calle(),
        {"calle": "LOS ALAMOS", "numero": "3", "resto": "LOCAL 1"},
        {"calle": "LOS ALAMOS", "numero": "3", "resto": "LOCAL 2"},
        {"calle": "LOS ALAMOS", "numero": "S/N"},
        {"calle": "RAMIREZ", "numero": "1500"},
        {"calle": "TALCA", "numero": "9", "cut": "02101"},
    ]
    resultado = ubicadas(filas)
    assert por_consultar(resultado, "02201").select("calle", "numero").rows() == [("LOS ALAMOS", "3")]
    vacia = _externas(LON, LAT).with_columns(lon=pl.lit(None, pl.Float64), lat=pl.lit(None, pl.Float64))
    assert por_consultar(ubicadas(filas, vacia), "02201", vacia).is_empty()


def test_no_depende_del_orden_ni_de_las_cargas() -> None:
    filas = [*calle(), *calle("RAMIRZE"), *({"calle": "RAMIREZ", "numero": str(n)} for n in range(900, 2100, 33))]
    obs = vistas(filas)
    uno = ubicar(obs, "02201").obs
    otro = ubicar(obs.reverse().with_columns(carga=pl.lit(77, pl.Int64)), "02201").obs.reverse()
    assert uno.drop("carga").equals(otro.drop("carga"))


def test_sin_observaciones() -> None:
    resultado = ubicar(pl.DataFrame(schema=COLUMNAS), "02201")
    assert resultado.obs.is_empty()
    assert resultado.resumen.is_empty()


def test_medir() -> None:
    """One repaired, one repaired to the wrong place, one lost and found by its address, one earlier place."""
    claves = ["carga", "fila", "parte"]
    lejos = LAT + 0.01
    filas = [
        *calle(),
        {"lon": LON, "lat": LAT + 9 * METRO},
        {"lon": LON, "lat": lejos},
        {"calle": "RAMIREZ", "numero": "1500"},
        {"lon": LON, "lat": lejos + METRO},
    ]
    obs = ubicadas(filas).obs
    fallas = [""] * 20 + ["coord_signo", "nombre_errata;coord_signo", "coord_cero", "direccion_anterior;coord_signo"]
    registros = obs.select(*claves, id_establecimiento=pl.concat_str(pl.lit("L"), "fila")).with_columns(
        falla=pl.Series(fallas)
    )
    verdad = pl.DataFrame(
        {
            "anio": [2024] * 24,
            "id_establecimiento": [f"L{k}" for k in range(24)],
            "lon": [LON + n * METRO for n in range(1000, 2000, 50)] + [LON, LON, LON + 1500 * METRO, LON],
            "lat": [LAT] * 24,
        }
    )
    por_falla, por_precision = medir(obs, registros, verdad, "02201")
    assert por_falla.rows() == [("coord_signo", True, 3, 1, 1, 0, 1, 0), ("coord_cero", False, 1, 0, 0, 1, 0, 1)]
    assert por_precision.select("precision", "punto_propio", "filas").rows() == [
        ("puerta", True, 23),
        ("puerta", False, 1),
    ]
    assert por_precision["parte"].sum() == pytest.approx(1)
    assert por_precision["error_mediano_m"].to_list() == [0, pytest.approx(0, abs=1)]
