"""What was searched for: whoever holds the installation's secret can ask whether somebody was; nobody can read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine, text

from ciudad_chica import Ciudad
from observatorio.db.engine import transaccion
from observatorio.db.huellas import ARCHIVO, Huellas
from observatorio.db.queries.auditoria import anotar, listar, sellar
from observatorio.db.sellos import verificar
from observatorio.vocabulario import Rol
from orden_observatorio import observatorio

Llave = Callable[[Rol], dict[str, str]]
API, ITEMS = "/api/v1/establecimientos", "/ogc/collections/establecimientos_2024/items"
DIBUJO = {
    "type": "Feature",
    "properties": {"nota": "la casa de Juan"},
    "geometry": {"type": "Polygon", "coordinates": [[[-69, -23], [-68, -23], [-68, -22], [-69, -22], [-69, -23]]]},
}
NOMBRES = ("Juan Pérez", "JUAN  PEREZ", "pérez, juan")
RUTS = ("12345678-5", "12.345.678-5", "123456785", "12345678")


def _vistas(motor: Engine) -> list[dict[str, Any]]:
    with motor.connect() as conn:
        return [f.detalle for f in reversed(listar(conn, accion="ver_establecimientos"))]


def _consultar(cliente: httpx.Client, como: dict[str, str]) -> list[str]:
    """Ask for the same person in every way there is; what was asked, one for each line of the audit."""
    hechas = []
    for q in (*NOMBRES, *RUTS):
        assert cliente.get(API, params={"q": q}, headers=como).status_code == 200
        hechas.append(q)
    assert cliente.get(API, params={"q": "Juan Pérez", "formato": "csv"}, headers=como).status_code == 200
    assert cliente.post(API, params={"q": "Juan Pérez"}, json=DIBUJO, headers=como).status_code == 200
    filtros = (
        "nombre LIKE '%Juan Pérez%'",
        "seccion = 'G' AND (CASEI(razon_social) LIKE CASEI('juan_pérez') OR empleo_total > 12)",
        "direccion IN ('x', 'PEREZ JUAN')",
        "rut = 12345678",
        "rut BETWEEN 12345678 AND 12345679",
    )
    for params in (
        *({"filter": f} for f in filtros),
        {"filter": '{"op":"=","args":[{"property":"nombre"},"Juan Pérez"]}', "filter-lang": "cql2-json"},
        {"nombre": "JUAN PEREZ"},
        {"rut": "12345678", "seccion": "G", "limit": "5", "bbox": "-69,-23,-68,-22"},
        {"id": "Juan Pérez"},
        {"cursor": "Juan Pérez"},
    ):
        respuesta = cliente.get(ITEMS, params=params, headers=como)
        assert respuesta.status_code == 200, respuesta.text
        hechas.append(next(iter(params.values())))
    return hechas


def test_ninguna_linea_dice_a_quien_se_busco(ciudad: Ciudad, cliente: httpx.Client, llave: Llave) -> None:
    """By whatever door and in whatever words; what is no name stays, and so does the shape of a filter."""
    _consultar(cliente, llave(Rol.MUNICIPAL))
    lineas = _vistas(ciudad.motor)
    todo = orjson.dumps(lineas).decode().upper()
    for dato in ("JUAN", "PEREZ", "PÉREZ", "12345678", "12.345.678", "12345679"):
        assert dato not in todo, dato
    assert len(lineas) == len(NOMBRES) + len(RUTS) + 2 + 10
    con_dibujo = next(d for d in lineas if "poligono" in d)
    assert orjson.loads(con_dibujo["poligono"]).keys() == {"type", "coordinates"}
    por_rut = next(d for d in lineas if "rut" in d)
    assert (por_rut["seccion"], por_rut["limit"], por_rut["bbox"]) == ("G", "5", "-69,-23,-68,-22")
    compuesto = next(d["filter"] for d in lineas if "filter" in d and d["filter"]["op"] == "and")
    assert compuesto["args"][0] == {"op": "=", "args": [{"property": "seccion"}, "G"]}
    assert compuesto["args"][1]["args"][1] == {"op": ">", "args": [{"property": "empleo_total"}, 12]}


def test_quien_tiene_la_clave_pregunta_si_se_busco_a_alguien(
    ciudad: Ciudad, cliente: httpx.Client, llave: Llave
) -> None:
    """By name or RUT, however they are written; of somebody else, nothing. The seals hold over old lines, which keep
    what they have, and over new ones."""
    with transaccion(ciudad.motor) as conn:
        anotar(conn, "municipal", "ver_establecimientos", {"q": "Juan Pérez"})
        sellar(conn)
    _consultar(cliente, llave(Rol.MUNICIPAL))

    def halladas(texto: str) -> int:
        orden = observatorio(
            ciudad.settings, "auditoria", "list", "--texto", texto, "--limite", "99", "--formato", "json"
        )
        assert (orden.returncode, orden.stderr) == (0, ""), orden.stderr
        return len(orjson.loads(orden.stdout))

    assert [halladas(t) for t in ("juan perez", "Pérez Juan", "  JUAN   PÉREZ ")] == [12, 12, 12]
    assert [halladas(t) for t in RUTS] == [7] * 4
    assert [halladas(t) for t in ("juan", "pedro perez", "12345670-K")] == [0, 0, 0]
    assert "sin cambios" in observatorio(ciudad.settings, "auditoria", "verify").stdout
    assert _vistas(ciudad.motor)[0]["q"] == "Juan Pérez"
    with transaccion(ciudad.motor) as conn:
        sellar(conn)
    assert verificar(ciudad.motor).fallas == []


def test_sin_la_clave_no_hay_que_preguntar(ciudad: Ciudad, cliente: httpx.Client, llave: Llave) -> None:
    """Where the secret is not, the command says so; under another one, the digests are others."""
    cliente.get(API, params={"q": "Juan Pérez"}, headers=llave(Rol.MUNICIPAL))
    secreto: Path = ciudad.settings.state_dir / ARCHIVO
    (linea,) = _vistas(ciudad.motor)
    assert linea["q"] == Huellas(secreto.read_bytes()).de_texto("juan perez")
    assert linea["q"] != Huellas(b"x" * 32).de_texto("juan perez")
    secreto.unlink()
    orden = observatorio(ciudad.settings, "auditoria", "list", "--texto", "juan perez")
    assert orden.returncode == 1
    assert "OBS_CLAVE_SUPRESION" in orden.stderr
    assert observatorio(ciudad.settings, "auditoria", "list", "--texto", " ").returncode == 2


@pytest.mark.parametrize("ruta", [API, ITEMS])
def test_ni_el_registro_ni_las_medidas_dicen_que_se_busco(
    lector: httpx.Client, llave_comun: Llave, ruta: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No address with its query string, in a line of the access log or in a label."""
    caplog.set_level("INFO")
    nombre = {"q": "Juana"} if ruta == API else {"nombre": "Juana"}
    assert lector.get(ruta, params=nombre, headers=llave_comun(Rol.MUNICIPAL)).status_code == 200
    assert lector.get(f"{ruta}/Juana", headers=llave_comun(Rol.MUNICIPAL)).status_code == 404
    assert "Juana" not in lector.get("/metrics").text
    assert "Juana" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("observatorio"))


def test_una_sentencia_que_falla_no_dice_con_que(ciudad: Ciudad) -> None:
    """What the service would log of it: the statement without its values."""
    with pytest.raises(Exception, match="no_existe") as fallo, ciudad.motor.connect() as conn:
        conn.execute(text("SELECT no_existe FROM catastro.empresa WHERE razon_social = :q"), {"q": "Juana"})
    assert "Juana" not in str(fallo.value)
