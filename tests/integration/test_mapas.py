"""What the maps show, on a real PostGIS and under the real roles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import h3
import pytest
from sqlalchemy import Connection, text

from maps import definitions, layers, render
from maps.contract import Mapa, Punto, TipoMapa
from observatorio import catalogo, referencia
from observatorio.db.queries.mapas import Caja
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

MAPAS = catalogo.discover(definitions, Mapa)
CUT, ANIO, LAT = "02201", 2024, -22.4624
MALICIA = "<img src=x onerror=alert(1)> ${7*7} {{7*7}} {% raw %} </script><script>alert(1)</script>"


def sembrar(conn: Connection, puntos: list[Punto], nombre: str = "Local", persona: str = "juridica") -> None:
    """Insert establishments of 2024, their H3 zones, and the version of the register that holds them."""
    conn.execute(text("SELECT catastro.asegurar_anio(:a)"), {"a": ANIO})
    for nivel in ("comuna", "h3_7", "h3_8", "h3_9"):
        conn.execute(
            text("INSERT INTO territorio.nivel VALUES (:n, :n, 'prueba', true) ON CONFLICT DO NOTHING"), {"n": nivel}
        )
    for i, p in enumerate(puntos):
        fila = {"id": f"{persona}-{i:04d}", "nombre": nombre, "persona": persona, "lon": p.lon, "lat": p.lat}
        fila |= {"seccion": p.seccion, "tamano": p.tamano, "formalidad": p.formalidad, "publica": p.seccion in "PQ"}
        fila["division"] = next(d.division for d in referencia.divisiones() if d.seccion == p.seccion)
        conn.execute(
            text(
                """INSERT INTO catastro.establecimiento_anio (cut, anio, id, nombre, tipo_persona, geom, precision,
                    seccion, division, tamano_ventas, tamano_trabajadores, tamano, formalidad, publica, procedencia)
                VALUES ('02201', 2024, :id, :nombre, :persona, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'gps',
                    :seccion, :division, :tamano, :tamano, :tamano, :formalidad, :publica, '{}')"""
            ),
            fila,
        )
        for resolucion in (7, 8, 9):
            zona = h3.latlng_to_cell(p.lat, p.lon, resolucion)
            borde = [[x, y] for y, x in h3.cell_to_boundary(zona)]
            geometria = json.dumps({"type": "Polygon", "coordinates": [[*borde, borde[0]]]})
            conn.execute(
                text(
                    "INSERT INTO territorio.zona (nivel, zona, cut, geom) VALUES (:n, :z, '02201',"
                    " ST_Multi(ST_GeomFromGeoJSON(:g))) ON CONFLICT DO NOTHING"
                ),
                {"n": f"h3_{resolucion}", "z": zona, "g": geometria},
            )
            conn.execute(
                text("INSERT INTO catastro.establecimiento_zona VALUES ('02201', 2024, :n, :id, :z)"),
                {"n": f"h3_{resolucion}", "id": fila["id"], "z": zona},
            )
    conn.execute(
        text(
            """INSERT INTO catastro.version (cut, anio, version, huella, establecimientos)
               VALUES ('02201', 2024, 1, '', :n) ON CONFLICT (cut, anio) DO NOTHING"""
        ),
        {"n": len(puntos)},
    )


def como(conn: Connection, rol: Rol) -> None:
    """From here to the end of the transaction, act under the PostgreSQL role of `rol`."""
    conn.execute(text("SELECT set_config('role', :r, true)"), {"r": f"obs_{rol.value}"})


def barrio(cuantos: int, informales: int, lon: float = -68.9294, seccion: str = "G") -> list[Punto]:
    """Establishments that all stand within a few metres of each other."""
    return [
        Punto(lon + i * 1e-7, LAT, seccion, formalidad="informal" if i < informales else "formal")
        for i in range(cuantos)
    ]


def vista(exacta: bool = True, nivel: str = "h3_8", **filtros: str) -> layers.Vista:
    return layers.Vista(cut=CUT, anio=ANIO, filtros=filtros, nivel=nivel, exacta=exacta, lat=LAT)


def pedir(conn: Connection, mapa: str, que: layers.Vista, **kw: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    respuesta = json.loads(layers.datos(conn, MAPAS[mapa], que, **kw))
    return respuesta["meta"], respuesta["datos"]["features"]


@pytest.mark.parametrize("mapa", MAPAS.values(), ids=MAPAS.keys())
def test_the_example_of_every_map_is_drawn_as_it_says(conexion: Connection, mapa: Mapa) -> None:
    sembrar(conexion, list(mapa.ejemplo.establecimientos))
    como(conexion, Rol.PLANIFICADOR)
    meta, rasgos = pedir(conexion, mapa.id, vista(), zoom=mapa.ejemplo.zoom)
    assert len(rasgos) == mapa.ejemplo.figuras
    if mapa.tipo is TipoMapa.PUNTOS:
        assert sum(r["properties"]["n"] for r in rasgos) == mapa.ejemplo.total
        tabla = layers.tabla_sectores(conexion, vista())
        assert tabla.ubicados == len(tabla.filas) == mapa.ejemplo.total
    else:
        assert sum(c["n"] for c in meta["cifras"].values()) == mapa.ejemplo.total
        assert sorted(c["valor"] for c in meta["cifras"].values()) == list(mapa.ejemplo.valores)
        assert {r["properties"]["zona"] for r in rasgos} == set(meta["cifras"])


def test_a_cluster_counts_by_section_and_lies_among_its_members(conexion: Connection) -> None:
    sembrar(conexion, [*barrio(3, 0), Punto(-68.9293, LAT, "I")])
    _, rasgos = pedir(conexion, "sectores", vista(), zoom=13)
    assert [r["properties"] for r in rasgos] == [{"n": 4, "s": {"G": 3, "I": 1}}]
    assert rasgos[0]["geometry"]["coordinates"] == pytest.approx([-68.92938, LAT], abs=2e-5)


def test_moving_the_map_never_cuts_a_cluster_in_two(conexion: Connection) -> None:
    dispersos = [Punto(-68.95 + i * 0.0007, LAT + (i % 9) * 0.002, "G") for i in range(80)]
    sembrar(conexion, dispersos)
    todo = {str(r["geometry"]): r["properties"]["n"] for r in pedir(conexion, "sectores", vista(), zoom=13)[1]}
    assert sum(todo.values()) == 80
    for corrido in range(5):
        oeste = -68.945 + corrido * 0.004
        caja = Caja(oeste, LAT - 0.001, oeste + 0.02, LAT + 0.01)
        for rasgo in pedir(conexion, "sectores", vista(), caja=caja, zoom=13)[1]:
            assert todo[str(rasgo["geometry"])] == rasgo["properties"]["n"]


def test_too_many_points_stay_in_clusters_and_the_map_says_so(
    conexion: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sembrar(conexion, barrio(6, 0))
    monkeypatch.setattr(layers, "MAXIMO_PUNTOS", 5)
    meta, rasgos = pedir(conexion, "sectores", vista(), zoom=18)
    assert meta["modo"] == "grupos"
    assert "Hay 6 establecimientos" in meta["aviso"]
    assert [r["properties"]["n"] for r in rasgos] == [6]


def test_filters_and_closed_establishments(conexion: Connection) -> None:
    sembrar(conexion, [*barrio(4, 1), Punto(-68.9294, LAT, "I"), Punto(-68.9294, LAT, "I", formalidad="inactivo")])
    cuenta = {
        "": vista(),
        "I": vista(seccion="I"),
        "informal": vista(formalidad="informal"),
        "inactivo": vista(formalidad="inactivo"),
        "grande": vista(tamano="grande"),
    }
    totales = {k: sum(r["properties"]["n"] for r in pedir(conexion, "sectores", v)[1]) for k, v in cuenta.items()}
    assert totales == {"": 5, "I": 1, "informal": 1, "inactivo": 1, "grande": 0}


def test_a_planner_reads_no_name_of_a_natural_person(conexion: Connection) -> None:
    sembrar(conexion, barrio(1, 0), nombre="María Pérez", persona="natural")
    sembrar(conexion, barrio(1, 0), nombre="Comercial Loa", persona="juridica")
    como(conexion, Rol.PLANIFICADOR)
    crudo = layers.datos(conexion, MAPAS["sectores"], vista(), zoom=18)
    assert "María" not in crudo
    assert {r["properties"]["nombre"] for r in json.loads(crudo)["datos"]["features"]} == {None, "Comercial Loa"}
    assert {f["nombre"] for f in layers.tabla_sectores(conexion, vista()).filas} == {None, "Comercial Loa"}


def test_without_a_key_only_what_is_public_by_law_is_a_point(conexion: Connection, tmp_path: Path) -> None:
    sembrar(conexion, [*barrio(20, 5), *barrio(2, 0, seccion="P"), *barrio(1, 0, seccion="Q")])
    publicar(conexion, Settings(cut=CUT, state_dir=tmp_path), ANIO)
    como(conexion, Rol.PUBLICO)
    for zoom in (13, 18):
        _, rasgos = pedir(conexion, "sectores", vista(exacta=False), zoom=zoom)
        secciones = {s for r in rasgos for s in r["properties"].get("s", {r["properties"].get("seccion"): 1})}
        assert secciones == {"P", "Q"}
    assert layers.tabla_sectores(conexion, vista(exacta=False)).ubicados == 3


def test_what_has_no_place_is_in_the_table_of_a_map_of_cells(conexion: Connection) -> None:
    sembrar(conexion, barrio(4, 1))
    conexion.execute(text("DELETE FROM catastro.establecimiento_zona WHERE id LIKE '%-0000'"))
    cifras = layers.cifras(conexion, MAPAS["informalidad"], vista())
    (fuera,) = cifras.sin_celda
    assert (fuera.dimensiones["zona"], fuera.valor, [c.n for c in cifras.celdas]) == ("fuera_de_zonas", 100.0, [3])
    conexion.execute(text("UPDATE catastro.establecimiento_anio SET geom = NULL WHERE id LIKE '%-0000'"))
    (perdido,) = layers.cifras(conexion, MAPAS["informalidad"], vista()).sin_celda
    assert (perdido.dimensiones["zona"], perdido.valor) == ("sin_ubicacion", 100.0)


def test_the_folium_page_holds_nothing_inline_and_nothing_of_another_host(conexion: Connection) -> None:
    for mapa in MAPAS.values():
        pagina = render.servida(conexion, mapa, Settings(cut=CUT, sintetico=True))
        assert len(pagina.html) < 200_000
        assert "Datos sintéticos" in pagina.html
        assert not re.search(r"https?:|//\w", pagina.html + pagina.css)
        assert not re.search(r"https?:", pagina.js)
        assert not re.search(r"<style|style=|\son\w+=|javascript:", pagina.html)
        assert re.findall(r"<script(?![^>]* src=)", pagina.html) == []
        assert pagina == render.servida(conexion, mapa, Settings(cut=CUT, sintetico=True))


def test_the_text_of_a_loaded_zone_never_passes_through_folium(conexion: Connection) -> None:
    conexion.execute(text("INSERT INTO territorio.nivel VALUES ('barrio', 'b', 'p', false)"))
    conexion.execute(
        text(
            "INSERT INTO territorio.zona (nivel, zona, nombre, cut, geom) VALUES ('barrio', :m, :m, '02201',"
            " ST_Multi(ST_MakeEnvelope(-68.95, -22.48, -68.9, -22.44, 4326)))"
        ),
        {"m": MALICIA},
    )
    pagina = render.servida(conexion, MAPAS["sectores"], Settings(cut=CUT))
    assert "-68.95" in pagina.js
    for parte in (pagina.html, pagina.js, pagina.css):
        assert "onerror" not in parte
        assert "raw" not in parte
        assert "49" not in re.sub(r"-?\d+\.\d+", "", parte)


@pytest.mark.parametrize("mapa", MAPAS.values(), ids=MAPAS.keys())
def test_a_static_page_is_whole_in_its_folder(conexion: Connection, tmp_path: Path, mapa: Mapa) -> None:
    sembrar(conexion, [*barrio(14, 4), Punto(-68.88, LAT, "I")], nombre=MALICIA)
    como(conexion, Rol.PLANIFICADOR)
    pagina = render.construir(conexion, mapa, tmp_path, ANIO, Rol.PLANIFICADOR, settings=Settings(cut=CUT))
    html = pagina.read_text(encoding="utf-8")
    pedidos = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert {"datos.js", "folium.js", "folium.css", "leaflet/leaflet.js"} <= set(pedidos)
    assert all((pagina.parent / p).is_file() for p in pedidos)
    datos = (pagina.parent / "datos.js").read_text(encoding="utf-8")
    cuerpo = json.loads(datos.split("=", 1)[1].strip().removesuffix(";"))
    if mapa.tipo is TipoMapa.PUNTOS:
        assert all(
            sum(r["properties"].get("n", 1) for r in z["datos"]["features"]) == 15 for z in cuerpo["zooms"].values()
        )
        assert "Comercio</th><td>14</td><td>0</td>" in html
    else:
        assert len(cuerpo["datos"]["features"]) == 2
        assert ("28,6 %" if mapa.id == "informalidad" else "<td>14</td>") in html
    assert "<img" not in html
