"""Vector tiles as each role: which there are for it, and by which indexes the database reaches them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, exc, text

from observatorio.db.engine import transaccion
from observatorio.db.queries import teselas
from observatorio.db.queries.malla import tesela_de
from observatorio.vocabulario import Rol
from ordenes_dichas import ordenes_dichas
from teselas_pedidas import ANIO, CENTRO, CUT, Como, ruta

EXACTOS = (Rol.PLANIFICADOR, Rol.MUNICIPAL)


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
    with ordenes_dichas(conn) as pedidos:
        hacer()
    orden, parametros = pedidos[-1]
    return "\n".join(conn.exec_driver_sql(f"EXPLAIN {orden}", parametros).scalars())
