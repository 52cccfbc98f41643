"""A second opinion: τ-Argus, the tool of the statistical offices, in its open edition (`pytauargus`).

It is asked for one two-way table at a time, which is what it protects by its optimal method: for the cells that are
sensitive by themselves, for the bounds of what its own pattern hides, and for an audit of ours.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from pytauargus import protect
from pytauargus.batch import Apriory
from pytauargus.engine import Engine, run_batch

from observatorio.reserva.ataque import Atacante, Cota, Geografia
from observatorio.reserva.entrega import Plan, Protegida, atacar, proteger
from observatorio.reserva.primaria import Regla
from observatorio.reserva.sistema import TOTAL, Clave
from registros_inventados import al_azar, publicar_a_mano, sin_secundaria

DIMENSIONES = ("a", "b")
PLAN = Plan(tablas=(DIMENSIONES,), sumas={"empleo": None}, regla=Regla(dinero=4, p=10))
REGLAS = "FREQ(4,5)|P(10,1)"
"""The rules of `PLAN` in its words: four contributors; p = 10% against one attacker; 5% around what is too few."""


@pytest.fixture(autouse=True)
def _aparte(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its optimiser leaves its notes wherever it is called."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=range(6))
def registros(request: pytest.FixtureRequest) -> pl.DataFrame:
    """One establishment a contributor, which is all that it knows of contributors; and nobody in one of the cells."""
    registros = al_azar(request.param, 220, {"a": 5, "b": 4})
    registros = registros.with_columns(contribuyente=pl.int_range(pl.len()).cast(pl.Utf8))
    return registros.filter(pl.col("empleo").is_not_null(), (pl.col("a") != "a4") | (pl.col("b") != "b3"))


@pytest.fixture
def nuestra(registros: pl.DataFrame) -> Protegida:
    return proteger(registros, PLAN, "empleo")


def argus(registros: pl.DataFrame, carpeta: Path, *, suprime: bool) -> tuple[Engine, dict[Clave, tuple[float, str]]]:
    """Its engine with the table and the rules, and the value and status of each cell after its suppression, if any."""
    microdatos = {"a": registros["a"].to_list(), "b": registros["b"].to_list()}
    microdatos["empleo"] = [float(x) for x in registros["empleo"]]
    hecho = protect(
        microdatos, list(DIMENSIONES), response="empleo", safety_rules=REGLAS, workdir=str(carpeta), run=suprime
    )
    if not suprime:
        guion = Path(hecho.files["arb"])
        lineas = guion.read_text(encoding="utf-8").splitlines(keepends=True)
        guion.write_text("".join(f for f in lineas if "<SUPPRESS>" not in f), encoding="utf-8")
        return run_batch(str(guion)), {}
    filas = hecho.tables[0].rows
    return hecho.engine, {_clave(f["a"], f["b"]): (float(f["empleo"]), str(f["status"])) for f in filas}


def _clave(*codigos: object) -> Clave:
    return tuple(TOTAL if c == "Total" else str(c) for c in codigos)


def _cita(clave: Clave) -> frozenset[tuple[str, str]]:
    return frozenset((d, v) for d, v in zip(DIMENSIONES, clave, strict=True) if v != TOTAL)


def test_las_mismas_celdas_son_delicadas(registros: pl.DataFrame, nuestra: Protegida, tmp_path: Path) -> None:
    _, suyas = argus(registros, tmp_path, suprime=True)
    s = nuestra.sistema
    assert {c: v for c, (v, _) in suyas.items() if v} == dict(zip(s.claves, s.valor.tolist(), strict=True))
    assert {c for c, (_, estado) in suyas.items() if estado == "U"} == {s.claves[i] for i in nuestra.encargo.requisitos}


def test_de_su_patron_se_deduce_lo_mismo(registros: pl.DataFrame, tmp_path: Path) -> None:
    """Its audit starts from the least value of the table, which is an empty cell's 0; told the same, so it is here."""
    motor, suyas = argus(registros, tmp_path, suprime=True)
    detalle = {c: int(v) for c, (v, _) in suyas.items() if TOTAL not in c and v}
    ocultas = [c for c, (_, estado) in suyas.items() if estado in ("U", "M")]
    cotas = Atacante(publicar_a_mano(DIMENSIONES, detalle, ocultas, minimo=0), Geografia()).acotar()
    orden = list(suyas)
    auditadas = {orden[fila["cell"]]: Cota(fila["min"], fila["max"]) for fila in motor.audit(0)}
    assert auditadas
    assert {_cita(c): x for c, x in auditadas.items()} == cotas


def test_nuestro_patron_le_parece_protegido(registros: pl.DataFrame, nuestra: Protegida, tmp_path: Path) -> None:
    motor, _ = argus(registros, tmp_path, suprime=False)
    s = nuestra.sistema
    primarias = set(nuestra.encargo.requisitos)
    anadidas = [c for i, c in enumerate(s.claves) if nuestra.patron.oculta[i] and i not in primarias]
    lineas = [",".join(["Total" if v == TOTAL else v for v in c] + ["ML"]) for c in anadidas]
    (tmp_path / "patron.hst").write_text("\n".join(lineas), encoding="utf-8")
    puestas = motor.apply_apriori(Apriory(str(tmp_path / "patron.hst"), 1, ","))
    assert puestas["status_ok"] == len(anadidas)
    auditadas = motor.audit(0)
    assert len(auditadas) == int(nuestra.patron.oculta.sum())
    assert [fila for fila in auditadas if fila["unsafe"]] == []


def test_de_lo_delicado_a_secas_dice_que_no_basta(registros: pl.DataFrame, nuestra: Protegida, tmp_path: Path) -> None:
    """So its audit can say no: where the sensitive cells alone are hidden it finds some unsafe."""
    motor, _ = argus(registros, tmp_path, suprime=False)
    assert any(fila["unsafe"] for fila in motor.audit(0))
    assert atacar(sin_secundaria(nuestra))
