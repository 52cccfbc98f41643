"""Vector tiles, read by GDAL: what they count, where it stands, who may see them, and how large they get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import pyogrio
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Connection, Engine, event, exc, text

from api.ogc.teselas import router
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries import teselas
from observatorio.db.queries.malla import ZOOM_MAXIMO, Tesela, tesela_de
from observatorio.vocabulario import Rol

CUT, ANIO = "02201", 2024
CENTRO = (-68.93, -22.46)
MUNDO = Tesela(0, 0, 0)
MERCATOR = 20_037_508.342_789_244
EXACTOS = (Rol.PLANIFICADOR, Rol.MUNICIPAL)
FORMALIDADES = ("formal", "en_proceso", "informal", "indeterminado")
# Two thirds crowd into a few blocks, with several at one door; the rest lies over the comuna. Some are public by law.
SEMBRAR = text(
    """
    INSERT INTO catastro.establecimiento_anio
           (cut, anio, id, precision, tamano_ventas, tamano_trabajadores, tamano, formalidad, seccion, nombre, publica,
            procedencia, geom)
    SELECT :cut, :anio, md5(i::text)::char(16), 'puerta', t, t, t,
           (ARRAY['formal', 'formal', 'en_proceso', 'informal', 'indeterminado', 'inactivo'])[1 + i * 7 % 6],
           CASE WHEN i % 50 > 0 THEN chr(65 + i * 31 % 13 * (i % 2)) END, 'Escuela número ' || i, i % 400 = 0, '{}',
           ST_SetSRID(CASE i % 3 WHEN 0 THEN ST_MakePoint(-69.1 + i * 0.6180339 % 1, -23.0 + i * 0.7548776 % 1.8)
                ELSE ST_MakePoint(-68.93 + i * 0.6180339 % 0.01, -22.46 + i / 5 * 0.7548776 % 0.01) END, 4326)
      FROM generate_series(1, :cuantos) AS i, LATERAL (SELECT (ARRAY['micro', 'grande'])[1 + i % 2]) AS x (t)
    """
)
CUENTA = "SELECT count(*) FROM catastro.establecimiento_anio WHERE cut = '02201' AND anio = 2024 AND geom IS NOT NULL"


@pytest.fixture(scope="module")
def poblada(ciudad_comun: Any) -> Any:
    """The small city with nine thousand establishments more, and the tiles of its years."""
    with ciudad_comun.motor.begin() as conn:
        conn.execute(SEMBRAR, {"cut": CUT, "anio": ANIO, "cuantos": 9_000})
        conn.execute(text("SELECT catastro.rehacer_mosaico(cut, anio) FROM catastro.version"))
        conn.execute(text("UPDATE territorio.zona SET area_km2 = ST_Area(geom::geography) / 1e6"))
    with ciudad_comun.motor.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE catastro.mosaico, catastro.establecimiento_anio"))
    return ciudad_comun


@pytest.fixture(scope="module")
def motor_api(poblada: Any) -> Iterator[Engine]:
    """An engine with the API's own login."""
    engine = crear_engine(poblada.settings, "api")
    yield engine
    engine.dispose()


@pytest.fixture
def como(poblada: Any, lector: httpx.Client) -> Callable[..., httpx.Response]:
    """Asks a path under `/ogc` as a role."""

    def pedir(rol: Rol, ruta: str, **cabeceras: str) -> httpx.Response:
        llave = {} if rol is Rol.PUBLICO else {"X-API-Key": poblada.claves[rol]}
        return lector.get(f"/ogc{ruta}", headers={**llave, **cabeceras})

    return pedir


@pytest.fixture
def leer(tmp_path: Path) -> Callable[..., gpd.GeoDataFrame]:
    """Decodes a tile with GDAL: features in EPSG:3857, without those of its border unless they are asked for."""

    def abrir(cuerpo: bytes, t: Tesela, borde: bool = False) -> gpd.GeoDataFrame:
        archivo = tmp_path / "tesela.mvt"
        archivo.write_bytes(cuerpo)
        leida = pyogrio.read_dataframe(f"MVT:{archivo}", X=str(t.x), Y=str(t.y), Z=str(t.z), CLIP="NO")
        if borde:
            return leida
        # GDAL's own clip takes the eastern and the southern edge too, where the next tile begins.
        unidad = 2 * MERCATOR / 2**t.z / 4096
        x = ((leida.geometry.centroid.x + MERCATOR) / unidad).round() - 4096 * t.x
        y = ((MERCATOR - leida.geometry.centroid.y) / unidad).round() - 4096 * t.y
        return leida[(x >= 0) & (x < 4096) & (y >= 0) & (y < 4096)]

    return abrir


Leer = Callable[..., gpd.GeoDataFrame]
Como = Callable[..., httpx.Response]


def ruta(t: Tesela, coleccion: str = "establecimientos", consulta: str = "") -> str:
    return f"/collections/{coleccion}/tiles/WebMercatorQuad/{t.z}/{t.y}/{t.x}{consulta}"


def todas(z: int, pedir: Callable[[Tesela], bytes], dentro: Tesela = MUNDO) -> Iterator[tuple[Tesela, bytes]]:
    """Every tile of a zoom that holds something, found by going down through those that do."""
    cuerpo = pedir(dentro)
    if cuerpo and dentro.z == z:
        yield dentro, cuerpo
    elif cuerpo:
        for dx in (0, 1):
            for dy in (0, 1):
                yield from todas(z, pedir, Tesela(dentro.z + 1, 2 * dentro.x + dx, 2 * dentro.y + dy))


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


@pytest.mark.parametrize("rol", EXACTOS)
@pytest.mark.parametrize(
    ("z", "filtros"), [(6, {}), (12, {}), (16, {}), (16, {"seccion": "B"}), (13, {"tamano": "micro"})]
)
def test_cada_rol_llega_por_el_indice(motor_api: Engine, rol: Rol, z: int, filtros: dict[str, str]) -> None:
    with transaccion(motor_api, rol) as conn:
        plan = _plan(conn, lambda: teselas.establecimientos(conn, "capa", CUT, ANIO, tesela_de(*CENTRO, z), filtros))
    assert "mosaico_celda" in plan
    assert "Seq Scan" not in plan


def test_los_puntos_publicos_llegan_por_el_indice(motor_api: Engine) -> None:
    with transaccion(motor_api, Rol.PUBLICO) as conn:
        plan = _plan(conn, lambda: teselas.puntos_publicos(conn, "capa", CUT, ANIO, tesela_de(*CENTRO, 12)))
    assert "Seq Scan on establecimiento_anio" not in plan


def _plan(conn: Connection, hacer: Callable[[], object]) -> str:
    """How the server goes about what a function asks of it."""
    pedidos: list[tuple[str, Any]] = []

    def anotar(_c: object, _cursor: object, orden: str, parametros: Any, _ctx: object, _varias: bool) -> None:
        pedidos.append((orden, parametros))

    event.listen(conn.engine, "before_cursor_execute", anotar)
    try:
        hacer()
    finally:
        event.remove(conn.engine, "before_cursor_execute", anotar)
    orden, parametros = pedidos[-1]
    return "\n".join(conn.exec_driver_sql(f"EXPLAIN {orden}", parametros).scalars())


@pytest.mark.parametrize("rol", Rol)
def test_cada_rol_ve_su_mundo(como: Como, rol: Rol) -> None:
    centro = tesela_de(*CENTRO, 12)
    for coleccion in ("establecimientos", "establecimientos_2023", "establecimientos_2024"):
        debe = 200 if rol in EXACTOS else 404
        rutas = (
            f"/collections/{coleccion}/tiles",
            f"/collections/{coleccion}/tiles/WebMercatorQuad",
            ruta(centro, coleccion),
        )
        assert [como(rol, r).status_code for r in rutas] == [debe] * 3, coleccion
    for coleccion in ("puntos_publicos", "zonas_h3_8", "zonas_unidad_vecinal"):
        assert como(rol, f"/collections/{coleccion}/tiles/WebMercatorQuad").status_code == 200
        assert como(rol, ruta(centro, coleccion)).status_code == 200
    alcance = "public" if rol is Rol.PUBLICO else "private"
    assert como(rol, ruta(centro, "puntos_publicos")).headers["cache-control"] == f"{alcance}, no-cache"


@pytest.mark.parametrize("rol", ["publico", "socio", "admin"])
def test_la_base_tampoco_se_lo_da(poblada: Any, rol: str) -> None:
    with poblada.motor.begin() as conn:
        conn.execute(text(f"SET LOCAL ROLE obs_{rol}"))
        with pytest.raises(exc.ProgrammingError, match="permission denied"):
            conn.execute(text("SELECT id FROM catastro.mosaico LIMIT 1"))


def test_los_puntos_publicos_llevan_su_nombre(como: Como, leer: Leer, poblada: Any) -> None:
    with poblada.motor.connect() as conn:
        hay = conn.scalar(text(f"{CUENTA} AND publica AND formalidad <> 'inactivo'"))
    hechas = list(todas(12, lambda t: como(Rol.PUBLICO, ruta(t, "puntos_publicos")).content))
    leidas = [leer(cuerpo, t) for t, cuerpo in hechas]
    assert sum(una["n"].sum() for una in leidas) == hay > 10
    assert {frozenset(una.columns) for una in leidas} == {
        frozenset({"mvt_id", "n", "seccion", "id", "nombre", "geometry"})
    }
    for una in leidas:
        assert una["nombre"][una["n"] == 1].str.startswith("Escuela número").all()
        assert una["nombre"][una["n"] > 1].isna().all()


def test_las_zonas_se_ven_cuando_caben(como: Como, leer: Leer) -> None:
    cerca, lejos = tesela_de(*CENTRO, 12), tesela_de(*CENTRO, 4)
    leida = leer(como(Rol.PUBLICO, ruta(cerca, "zonas_unidad_vecinal")).content, cerca)
    assert set(leida["zona"]) == {"uv1", "uv2"}
    assert set(leida["nombre"]) == {"Unidad uv1", "Unidad uv2"}
    assert leida.geometry.area.min() > 0
    assert como(Rol.PUBLICO, ruta(lejos, "zonas_unidad_vecinal")).status_code == 204


def test_fuera_de_rango_no_existe_y_lo_mal_escrito_se_dice(como: Como) -> None:
    base = "/collections/establecimientos/tiles/WebMercatorQuad"
    ausentes = (
        f"{base}/{ZOOM_MAXIMO + 1}/0/0", f"{base}/3/8/0", f"{base}/3/0/8", f"{base}/-1/0/0", f"{base}/3/-1/0",
        f"{base}/1/0/{10**40}", "/collections/establecimientos_1890/tiles", "/collections/zonas_nada/tiles",
        "/collections/catastro/tiles", "/collections/establecimientos/tiles/WorldCRS84Quad", "/tileMatrixSets/Otra",
    )  # fmt: skip
    malas = (
        f"{base}/a/0/0", f"{base}/1/0/0?color=rojo", f"{base}/1/0/0?seccion=B&seccion=C", f"{base}/1/0/0?f=png",
        f"{base}/1/0/0?tamano=enorme", f"{base}/1/0/0?seccion=Z9", f"{base}?f=xml", "/tileMatrixSets?color=rojo",
        "/collections/zonas_h3_8/tiles/WebMercatorQuad/1/0/0?seccion=B",
    )  # fmt: skip
    for r in ausentes:
        assert como(Rol.PLANIFICADOR, r).status_code == 404, r
    for r in malas:
        respuesta = como(Rol.PLANIFICADOR, r)
        assert respuesta.status_code == 400, r
        assert respuesta.headers["content-type"] == "application/problem+json"
    vacia = como(Rol.PLANIFICADOR, f"{base}/5/3/3")
    assert (vacia.status_code, vacia.content) == (204, b"")


def test_lo_que_no_cambio_no_se_envia_otra_vez(como: Como, poblada: Any) -> None:
    r = ruta(tesela_de(*CENTRO, 12))
    primera = como(Rol.PLANIFICADOR, r)
    etiqueta = primera.headers["etag"]
    assert primera.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert primera.headers["cache-control"] == "private, no-cache"
    assert como(Rol.PLANIFICADOR, r).content == primera.content
    igual = como(Rol.PLANIFICADOR, r, **{"If-None-Match": etiqueta})
    assert (igual.status_code, igual.content) == (304, b"")
    assert como(Rol.MUNICIPAL, r, **{"If-None-Match": etiqueta}).status_code == 200
    publica = ruta(tesela_de(*CENTRO, 12), "puntos_publicos")
    de_publico = como(Rol.PUBLICO, publica).headers["etag"]
    cambiar = text("UPDATE catastro.version SET version = version + :cuanto WHERE anio = 2024")
    with poblada.motor.begin() as conn:
        conn.execute(cambiar, {"cuanto": 1})
    try:
        assert como(Rol.PLANIFICADOR, r, **{"If-None-Match": etiqueta}).status_code == 200
        assert como(Rol.PUBLICO, publica, **{"If-None-Match": de_publico}).status_code == 200
    finally:
        with poblada.motor.begin() as conn:
            conn.execute(cambiar, {"cuanto": -1})


def test_los_metadatos_llevan_a_las_teselas(como: Como) -> None:
    lista = como(Rol.PLANIFICADOR, "/collections/establecimientos/tiles").json()
    (uno,) = lista["tilesets"]
    propio = next(e["href"] for e in uno["links"] if e["rel"] == "self")
    assert propio.startswith("http://127.0.0.1")
    juego = como(Rol.PLANIFICADOR, propio.partition("/ogc")[2]).json()
    plantilla = next(e for e in juego["links"] if e["rel"] == "item")
    assert plantilla["templated"] is True
    centro = tesela_de(*CENTRO, 12)
    valores = {"tileMatrix": centro.z, "tileRow": centro.y, "tileCol": centro.x}
    assert como(Rol.PLANIFICADOR, plantilla["href"].partition("/ogc")[2].format(**valores)).status_code == 200
    oeste, sur = juego["boundingBox"]["lowerLeft"]
    este, norte = juego["boundingBox"]["upperRight"]
    assert oeste < CENTRO[0] < este
    assert sur < CENTRO[1] < norte
    assert {"n", "seccion", "id"} <= juego["layers"][0]["propertiesSchema"]["properties"].keys()
    tilejson = como(Rol.PLANIFICADOR, "/collections/establecimientos/tiles/WebMercatorQuad?f=tilejson").json()
    assert tilejson["tiles"][0].endswith("/{z}/{y}/{x}")
    assert tilejson["vector_layers"][0]["id"] == juego["layers"][0]["id"] == "establecimientos"


def test_el_sistema_de_teselas_es_el_registrado(como: Como) -> None:
    (una,) = como(Rol.PUBLICO, "/tileMatrixSets").json()["tileMatrixSets"]
    matriz = como(Rol.PUBLICO, una["links"][0]["href"].partition("/ogc")[2]).json()
    primera, ultima = matriz["tileMatrices"][0], matriz["tileMatrices"][-1]
    # The figures of the register: annex D of 17-083r4.
    assert (primera["scaleDenominator"], primera["cellSize"]) == pytest.approx((559082264.028717, 156543.033928041))
    assert (ultima["id"], ultima["matrixWidth"]) == ("24", 16777216)
    assert ultima["scaleDenominator"] == pytest.approx(33.3238997477864)
    assert primera["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])


def test_el_documento_dice_todas_las_rutas(como: Como) -> None:
    documento = como(Rol.PLANIFICADOR, "/api").json()["paths"]
    servidas = {r.path for r in router.routes if isinstance(r, APIRoute)}
    nombres = {"z": "{tileMatrix}", "y": "{tileRow}", "x": "{tileCol}", "matriz": "{tileMatrixSetId}"}
    for coleccion in ("establecimientos", "puntos_publicos", "zonas_h3_8"):
        esperadas = {ruta.format(coleccion=coleccion, **nombres) for ruta in servidas}
        assert esperadas <= documento.keys(), coleccion
