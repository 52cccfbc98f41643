"""Local content of a network of two buyers and five suppliers, counted by hand."""

from __future__ import annotations

import polars as pl

from observatorio.indicadores.proveedores import Compras, medir

UNO, DOS = 1, 2
A, B, C, D, E = 11, 12, 13, 14, 15
RED = pl.DataFrame(
    [(UNO, A, 1), (UNO, B, 1), (UNO, C, 1), (UNO, D, 2), (DOS, B, 1), (DOS, D, 1), (DOS, E, 3)],
    schema={"tractora": pl.Int32, "rut": pl.Int32, "nivel": pl.Int32},
    orient="row",
)
# Of C nothing is known by N1; A and D meet it.
SABIDOS = pl.DataFrame(
    [(A, "N1", True), (B, "N1", False), (D, "N1", True), (E, "N1", False), *((r, "N4", True) for r in (A, B, C, D, E))],
    schema={"rut": pl.Int32, "criterio": pl.String, "cumple": pl.Boolean},
    orient="row",
)
COMPRAS = pl.DataFrame(
    [(UNO, A, 300, True), (UNO, B, 600, False), (UNO, C, 1_000, True), (DOS, B, None, False), (DOS, D, 100, True)],
    schema={"tractora": pl.Int32, "rut": pl.Int32, "monto_clp": pl.Int64, "entero": pl.Boolean},
    orient="row",
)
NOMBRES: dict[int, str | None] = {UNO: "Minera Uno"}


def test_cada_tractora_y_todas_juntas() -> None:
    uno, dos, todas = medir(RED, SABIDOS, [UNO, DOS], NOMBRES, criterios=["N1"])
    assert (uno.nombre, dos.nombre, todas.rut) == ("Minera Uno", None, None)
    # Known of A, B and D: A directly and D through another are local.
    assert (uno.proveedores, uno.sabidos, uno.locales, uno.directos, uno.indirectos) == (4, 3, 2, 1, 1)
    assert uno.contenido == 100 * 2 / 3
    assert uno.contenido_directo == 50
    assert (dos.proveedores, dos.sabidos, dos.locales, dos.directos, dos.indirectos) == (3, 3, 1, 1, 0)
    # A, B, C, D, E once each; D is direct, because it is so for one of them.
    assert (todas.proveedores, todas.sabidos, todas.locales, todas.directos, todas.indirectos) == (5, 4, 2, 2, 0)
    assert todas.contenido == 50
    assert uno.compras is None


def test_por_gasto() -> None:
    uno, dos, todas = medir(RED, SABIDOS, [UNO, DOS], NOMBRES, COMPRAS, ["N1"])
    # Of C it is not known whether it is local: its thousand are declared and belong to neither.
    assert uno.compras == Compras(1_900, 900, 300, 100 * 300 / 900, 2, 3)
    assert dos.compras == Compras(100, 100, 100, 100.0, 1, 2)
    assert todas.compras == Compras(2_000, 1_000, 400, 40.0, 3, 5)


def test_por_cada_criterio_y_sobre_nadie() -> None:
    hechos = medir(RED, SABIDOS, [UNO], NOMBRES, COMPRAS)
    assert [(h.criterio, h.rut) for h in hechos] == [(c, r) for c in ("N1", "N2", "N3", "N4") for r in (UNO, None)]
    por_n2 = hechos[2]
    assert (por_n2.proveedores, por_n2.sabidos, por_n2.locales, por_n2.contenido) == (4, 0, 0, None)
    assert por_n2.compras == Compras(1_900, 0, 0, None, 2, 3)
    assert hechos[6].contenido == 100
    (solo, todas) = medir(RED.clear(), SABIDOS, [UNO], NOMBRES, COMPRAS.clear(), ["N1"])
    assert (solo.proveedores, solo.contenido) == (todas.proveedores, todas.contenido) == (0, None)
