"""The tractoras over HTTP: exact counts against their own lists, the lists, and who is told what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert, select, text

from observatorio.db import tablas as t
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
RUTA = "/api/v1/tractoras"
CUT, ANIO = "02201", 2024
UNO, DOS, SOLA = 61_704_000, 76_700_001, 76_700_002
PROVEEDORES = range(76_500_000, 76_500_023)
CRITERIOS = ("n1", "n2", "n3", "n4")
Fila = dict[str, Any]


def _red() -> list[Fila]:
    """The suppliers of two tractoras, some of them of both, nearer to one than to the other."""
    filas = []
    for i, rut in enumerate(PROVEEDORES):
        cumple = {"n1": i % 2 == 0, "n2": i % 3 == 0, "n3": i % 5 != 0, "n4": True}
        if i % 4:
            filas.append({"tractora": UNO, "rut": rut, "nivel": 1 + i % 3, **cumple})
        if i % 5:
            filas.append({"tractora": DOS, "rut": rut, "nivel": 1 + i % 4, **cumple})
    return filas


RED = _red()


def _listas(conn: Connection) -> None:
    """The lists of sites that make three firms tractoras, one of them without suppliers, and a list of suppliers."""
    for fuente, describe, destino in (("faenas", "establecimiento", "registro"), ("compras", "empresa", "vinculo")):
        conn.execute(
            insert(t.fuente).values(
                **dict.fromkeys(("fuente", "nombre"), fuente),
                **{"actor": "tractora", "describe": describe, "destino": destino, "cobertura": "censo"},
                **{"licencia": "convenio", "periodicidad": "anual"},
            )
        )
        conn.execute(insert(t.archivo).values(sha256=fuente, nombre=f"{fuente}.csv", bytes=1))
        carga = conn.scalar(
            insert(t.carga)
            .values(fuente=fuente, sha256=fuente, nombre="a.csv", estado="confirmada", licencia="x", anios=[ANIO])
            .returning(t.carga.c.carga)
        )
        conn.execute(text("UPDATE ingreso.carga SET conjunto = carga"))
        conn.execute(insert(t.vigencia).values(conjunto=carga, anio=ANIO, fuente=fuente, filas=1))
        conn.execute(text("SELECT observacion.asegurar_anio(:t, 2024)"), {"t": destino})
        dicho = {"carga": carga, "fuente": fuente, "anio": ANIO}
        if destino == "registro":
            filas = [{**dicho, "fila": i, "rut": rut} for i, rut in enumerate((UNO, UNO, DOS, SOLA))]
            conn.execute(insert(t.registro), filas)
        else:
            nombrado = {"fila": 1, "rut_comprador": UNO, "rut_proveedor": PROVEEDORES[1]}
            conn.execute(insert(t.vinculo).values(**dicho, **nombrado, razon_social_proveedor="De Afuera Ltda."))


@pytest.fixture(scope="module", autouse=True)
def sembrada(ciudad_comun: Any) -> None:
    """The network as a consolidation leaves it."""
    with ciudad_comun.motor.begin() as conn:
        _listas(conn)
        conn.execute(insert(t.nivel_proveedor), [{"cut": CUT, "anio": ANIO, **f} for f in RED])
        firmas = {UNO: "MINERA UNO", DOS: "MINERA DOS", SOLA: "MINERA SOLA", PROVEEDORES[2]: "DE AQUI SPA"}
        conn.execute(
            insert(t.empresa),
            [{"rut": r, "razon_social": n, "tipo_persona": "juridica", "procedencia": {}} for r, n in firmas.items()],
        )


def _cuentas(filas: list[Fila]) -> dict[str, int]:
    """Of the nearest step of each firm."""
    niveles: dict[int, int] = {}
    for f in filas:
        niveles[f["rut"]] = min(f["nivel"], niveles.get(f["rut"], 99))
    directos = sum(n == 1 for n in niveles.values())
    return {"directos": directos, "indirectos": len(niveles) - directos, "distintos": len(niveles)}


@pytest.mark.parametrize("rol", [Rol.PLANIFICADOR, Rol.MUNICIPAL])
@pytest.mark.parametrize("criterio", ["", "N1", "N2", "N3", "N4"])
@pytest.mark.parametrize("nivel_max", [None, 1, 2])
def test_las_cuentas_son_las_de_la_red(
    lector: httpx.Client, llave_comun: Llave, rol: Rol, criterio: str, nivel_max: int | None
) -> None:
    """Each tractora, the one without suppliers too, and all together with each firm once."""
    params = {"criterio": criterio, **({"nivel_max": str(nivel_max)} if nivel_max else {})}
    respuesta = lector.get(RUTA, params=params, headers=llave_comun(rol))
    assert respuesta.status_code == 200, respuesta.text
    cuerpo = respuesta.json()
    cuentan = [f for f in RED if (not criterio or f[criterio.lower()]) and f["nivel"] <= (nivel_max or 99)]
    assert cuerpo["datos"] == [
        {"id": str(rut), "nombre": nombre, **_cuentas([f for f in cuentan if f["tractora"] == rut])}
        for rut, nombre in ((UNO, "MINERA UNO"), (DOS, "MINERA DOS"), (SOLA, "MINERA SOLA"))
    ]
    # Who is nearer to one tractora counts at that step.
    cercanos = {f["rut"]: min(g["nivel"] for g in RED if g["rut"] == f["rut"]) for f in cuentan}
    directos = sum(n == 1 for n in cercanos.values())
    todas = {"directos": directos, "indirectos": len(cercanos) - directos, "distintos": len(cercanos)}
    assert cuerpo["todas"] == todas
    assert (cuerpo["estado"], respuesta.headers["cache-control"]) == ("exacto", "private, no-store")


def test_un_anio_sin_listas_no_tiene_tractoras(lector: httpx.Client, llave_comun: Llave) -> None:
    """Which is an empty answer, and not one about another year."""
    cuerpo = lector.get(RUTA, params={"anio": "2023"}, headers=llave_comun(Rol.PLANIFICADOR)).json()
    assert (cuerpo["anio"], cuerpo["datos"], cuerpo["todas"]["distintos"]) == (2023, [], 0)


def test_el_publico_lee_lo_publicado_y_hoy_no_hay(lector: httpx.Client, llave_comun: Llave) -> None:
    """404 that says so, and no name or number of a firm."""
    for cabeceras in ({}, llave_comun(Rol.SOCIO), llave_comun(Rol.ADMIN)):
        respuesta = lector.get(RUTA, headers=cabeceras)
        assert respuesta.status_code == 404
        assert "No se publica" in respuesta.json()["detail"]
        assert "MINERA" not in respuesta.text


@pytest.mark.parametrize("criterio", ["", "N1", "N2"])
@pytest.mark.parametrize("nivel_max", ["", "1"])
def test_la_lista_se_recorre_entera(lector: httpx.Client, llave_comun: Llave, criterio: str, nivel_max: str) -> None:
    """By threes, each supplier once; as many as the count says."""
    filtros = {k: v for k, v in (("criterio", criterio), ("nivel_max", nivel_max)) if v}
    como = llave_comun(Rol.MUNICIPAL)
    vistos: list[Fila] = []
    params = {**filtros, "limite": "3"}
    while True:
        cuerpo = lector.get(f"{RUTA}/{UNO}/proveedores", params=params, headers=como).json()
        vistos += cuerpo["datos"]
        if cuerpo["siguiente"] is None:
            break
        params["cursor"] = cuerpo["siguiente"]
    esperados = [
        {c: f[c] for c in ("rut", "nivel", *CRITERIOS)}
        for f in RED
        if f["tractora"] == UNO and (not criterio or f[criterio.lower()]) and f["nivel"] <= int(nivel_max or 99)
    ]
    assert [{c: v for c, v in f.items() if c != "nombre"} for f in vistos] == esperados
    cuentas = lector.get(RUTA, params=filtros, headers=como).json()["datos"][0]
    assert len(vistos) == cuentas["distintos"]


def test_los_nombres_son_de_la_empresa_o_de_la_lista_que_la_nombra(lector: httpx.Client, llave_comun: Llave) -> None:
    """A firm of the catastro by its own name; one from elsewhere as its buyer calls it; nobody is made up."""
    datos = lector.get(f"{RUTA}/{UNO}/proveedores", headers=llave_comun(Rol.MUNICIPAL)).json()["datos"]
    nombres = {f["rut"]: f["nombre"] for f in datos}
    assert nombres[PROVEEDORES[2]] == "DE AQUI SPA"
    assert nombres[PROVEEDORES[1]] == "De Afuera Ltda."
    assert nombres[PROVEEDORES[3]] is None


def test_las_listas_son_de_la_municipalidad_y_queda_escrito(
    lector: httpx.Client, llave_comun: Llave, ciudad_comun: Any
) -> None:
    """Nobody else's, and each look names the tractora."""
    ruta = f"{RUTA}/{UNO}/proveedores"
    assert lector.get(ruta).status_code == 401
    for rol in (Rol.SOCIO, Rol.ADMIN, Rol.PLANIFICADOR):
        assert lector.get(ruta, headers=llave_comun(rol)).status_code == 403
    assert lector.get(ruta, headers=llave_comun(Rol.MUNICIPAL)).status_code == 200
    with ciudad_comun.motor.connect() as conn:
        linea = conn.execute(select(t.auditoria_registro).order_by(t.auditoria_registro.c.registro.desc())).first()
    assert linea is not None
    assert (linea.accion, linea.detalle["tractora"], linea.detalle["anio"]) == ("ver_proveedores", UNO, ANIO)


@pytest.mark.parametrize(
    ("ruta", "estado"),
    [
        (f"{RUTA}?criterio=N5", 400),
        (f"{RUTA}?criterio=n1", 400),
        (f"{RUTA}?nivel_max=0", 400),
        (f"{RUTA}?nivel_max=muchos", 400),
        (f"{RUTA}?anio=1999", 400),
        (f"{RUTA}?orden=x", 400),
        (f"{RUTA}/1/proveedores", 404),
        (f"{RUTA}/{PROVEEDORES[1]}/proveedores", 404),
        (f"{RUTA}/%27%3B--/proveedores", 404),
        (f"{RUTA}/%00/proveedores", 404),
        (f"{RUTA}/{UNO}/proveedores?anio=2023", 404),
        (f"{RUTA}/{UNO}/proveedores?cursor=e001", 400),
        (f"{RUTA}/{UNO}/proveedores?cursor=%3Cscript%3E", 400),
        (f"{RUTA}/{UNO}/proveedores?limite=0", 400),
    ],
)
def test_lo_mal_pedido_se_dice(lector: httpx.Client, llave_comun: Llave, ruta: str, estado: int) -> None:
    """With its status."""
    respuesta = lector.get(ruta, headers=llave_comun(Rol.MUNICIPAL))
    assert (respuesta.status_code, respuesta.headers["content-type"]) == (estado, "application/problem+json")
