"""What vector tiles count, and where it stands, read by GDAL; and how large they get."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from observatorio.db.engine import transaccion
from observatorio.db.queries import teselas
from observatorio.db.queries.malla import ZOOM_MAXIMO, Tesela, tesela_de
from observatorio.vocabulario import Rol
from teselas_pedidas import ANIO, CENTRO, CUENTA, CUT, MERCATOR, Leer, todas

FORMALIDADES = ("formal", "en_proceso", "informal", "indeterminado")


@pytest.mark.parametrize("z", [0, 8, 11])
@pytest.mark.parametrize(
    ("filtros", "condicion"),
    [
        ({}, "formalidad <> 'inactivo'"),
        ({"seccion": "B"}, "formalidad <> 'inactivo' AND seccion = 'B'"),
        (
            {"seccion": "sin_dato", "tamano": "micro"},
            "formalidad <> 'inactivo' AND seccion IS NULL AND tamano = 'micro'",
        ),
        ({"formalidad": "inactivo"}, "formalidad = 'inactivo'"),
    ],
)
def test_las_teselas_de_un_zoom_suman_lo_que_hay(
    motor_api: Engine, leer: Leer, z: int, filtros: dict[str, str], condicion: str
) -> None:
    with transaccion(motor_api, Rol.PLANIFICADOR) as conn:
        hay = conn.scalar(text(f"{CUENTA} AND {condicion}"))
        hechas = todas(z, lambda t: teselas.establecimientos(conn, "capa", CUT, ANIO, t, filtros))
        assert sum(leer(cuerpo, t)["n"].sum() for t, cuerpo in hechas) == hay > 0


@pytest.mark.parametrize("z", [12, 14, 15, 17, ZOOM_MAXIMO])
def test_el_centro_suma_lo_que_hay_en_el(motor_api: Engine, leer: Leer, z: int) -> None:
    centro = tesela_de(*CENTRO, z)
    caja = dict(zip(("o", "s", "e", "n"), centro.caja(), strict=True))
    dentro = "ST_X(geom) >= :o AND ST_X(geom) < :e AND ST_Y(geom) > :s AND ST_Y(geom) <= :n"
    with transaccion(motor_api, Rol.PLANIFICADOR) as conn:
        hay = conn.scalar(text(f"{CUENTA} AND formalidad <> 'inactivo' AND {dentro}"), caja)
        leida = leer(teselas.establecimientos(conn, "capa", CUT, ANIO, centro, {}), centro)
    assert leida["n"].sum() == hay > 0
    assert leida["mvt_id"].is_unique
    assert (leida[list(FORMALIDADES)].fillna(0).sum(axis=1) == leida["n"]).all()


def test_quien_esta_solo_esta_en_su_lugar_y_los_demas_se_cuentan(motor_api: Engine, leer: Leer) -> None:
    centro = tesela_de(*CENTRO, 17)
    with transaccion(motor_api, Rol.PLANIFICADOR) as conn:
        leida = leer(teselas.establecimientos(conn, "capa", CUT, ANIO, centro, {}), centro)
        lugares = {f.id: (f.x, f.y) for f in conn.execute(text(
            """SELECT id, ST_X(ST_Transform(geom, 3857)) AS x, ST_Y(ST_Transform(geom, 3857)) AS y
                 FROM catastro.establecimiento_anio WHERE anio = 2024 AND geom IS NOT NULL"""
        ))}  # fmt: skip
    solos = leida[leida["n"] == 1]
    assert len(solos) > 10
    assert (leida["n"] > 1).any()
    assert (leida["id"].notna() == (leida["n"] == 1)).all()
    unidad = 2 * MERCATOR / 2**17 / 4096
    for id_, punto in zip(solos["id"], solos.geometry, strict=True):
        assert abs(punto.x - lugares[id_][0]) <= unidad
        assert abs(punto.y - lugares[id_][1]) <= unidad


def test_lo_contado_antes_es_lo_que_se_cuenta_ahora(motor_api: Engine, leer: Leer) -> None:
    # What has a filter is counted from each establishment, what has none was counted when the year was consolidated.
    centro = tesela_de(*CENTRO, 13)
    with transaccion(motor_api, Rol.PLANIFICADOR) as conn:

        def pedir(**filtros: str) -> dict[int, int]:
            cuerpo = teselas.establecimientos(conn, "capa", CUT, ANIO, centro, filtros)
            if not cuerpo:
                return {}
            leida = leer(cuerpo, centro, borde=True)
            return dict(zip(leida["mvt_id"], leida["n"], strict=True))

        leida = leer(teselas.establecimientos(conn, "capa", CUT, ANIO, centro, {}), centro, borde=True)
        por_seccion = {s: pedir(seccion=s) for s in (*map(chr, range(65, 86)), "sin_dato")}
        for formalidad in FORMALIDADES:
            contados = leida[leida[formalidad].notna()]
            assert dict(zip(contados["mvt_id"], contados[formalidad], strict=True)) == pedir(formalidad=formalidad)
    assert len(leida) > 10
    for celda, n, seccion in zip(leida["mvt_id"], leida["n"], leida["seccion"], strict=True):
        suyas = {s: cuenta[celda] for s, cuenta in por_seccion.items() if celda in cuenta}
        assert sum(suyas.values()) == n
        assert seccion == min(suyas, key=lambda s: (-suyas[s], s))


def test_el_borde_trae_lo_que_dibuja_la_vecina(motor_api: Engine, leer: Leer) -> None:
    una = tesela_de(*CENTRO, 16)
    otra = Tesela(una.z, una.x + 1, una.y)
    with transaccion(motor_api, Rol.PLANIFICADOR) as conn:
        mias, suyas = (
            leer(teselas.establecimientos(conn, "capa", CUT, ANIO, t, {}), t, borde=True) for t in (una, otra)
        )
    comunes = mias.merge(suyas, on="mvt_id")
    assert len(comunes) > 5
    assert (comunes["n_x"] == comunes["n_y"]).all()
    assert (comunes["geometry_x"].distance(comunes["geometry_y"]) < 0.2).all()


def test_ninguna_tesela_pesa_demasiado(motor_api: Engine, poblada: Any) -> None:
    # The worst there can be: in every cell, and in every cell of the border, one who is alone, with the longest id.
    centro = tesela_de(*CENTRO, 15)
    oeste, sur, este, norte = centro.caja(0.04)
    with poblada.motor.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2030)"))
        conn.execute(
            text(
                """
                INSERT INTO catastro.establecimiento_anio
                       (cut, anio, id, precision, tamano_ventas, tamano_trabajadores, tamano, formalidad, seccion,
                        procedencia, geom)
                SELECT '02201', 2030, md5(i || '-' || j)::char(16), 'puerta', 'micro', 'micro', 'micro',
                       (ARRAY['formal', 'en_proceso', 'informal', 'indeterminado'])[1 + (i + j) % 4],
                       chr(65 + (i * 7 + j) % 20), '{}',
                       ST_SetSRID(ST_MakePoint(:o + (:e - :o) * i / 70.0, :s + (:n - :s) * j / 70.0), 4326)
                  FROM generate_series(0, 70) AS i, generate_series(0, 70) AS j
                """
            ),
            {"o": oeste, "s": sur, "e": este, "n": norte},
        )
        conn.execute(text("SELECT catastro.rehacer_mosaico('02201', 2030)"))
    with transaccion(motor_api, Rol.PLANIFICADOR) as conn:
        peores = [
            teselas.establecimientos(conn, "establecimientos_2030", CUT, 2030, tesela_de(*CENTRO, z), {})
            for z in (14, 15, 16)
        ]
    assert 150_000 < max(map(len, peores)) < 300_000


def test_las_mismas_filas_dan_los_mismos_bytes(motor_api: Engine, poblada: Any) -> None:
    pedidas = [tesela_de(*CENTRO, z) for z in (3, 11, 14, 16)]

    def hacer() -> list[bytes]:
        with transaccion(motor_api, Rol.PLANIFICADOR) as conn:
            return [teselas.establecimientos(conn, "capa", CUT, ANIO, t, {}) for t in pedidas]

    antes = hacer()
    with poblada.motor.begin() as conn:
        # The rows of the year, written again in another order.
        conn.execute(text("CREATE TEMP TABLE otras AS TABLE catastro.establecimiento_anio_2024"))
        conn.execute(text("DELETE FROM catastro.establecimiento_anio WHERE anio = 2024"))
        columnas = conn.scalar(
            text(
                "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns"
                " WHERE table_schema = 'catastro' AND table_name = 'establecimiento_anio' AND is_generated = 'NEVER'"
            )
        )
        conn.execute(
            text(
                f"INSERT INTO catastro.establecimiento_anio ({columnas}) SELECT {columnas} FROM otras ORDER BY md5(id)"
            )
        )
        conn.execute(text("SELECT catastro.rehacer_mosaico('02201', 2024)"))
    assert hacer() == antes
