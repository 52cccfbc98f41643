"""How much each may ask: by itself, after waiting, and counted by several processes as one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from api.limite import Limite


def test_lo_que_se_puede_de_una_vez_y_lo_que_vuelve_con_el_tiempo() -> None:
    """Three at once, then one every half minute; being refused costs nothing."""
    ahora = 0.0
    limite = Limite(2, 3, reloj=lambda: ahora)
    assert [limite.tomar("a") for _ in range(5)] == [0, 0, 0, 30, 30]
    assert limite.tomar("b") == 0
    ahora = 29.0
    assert limite.tomar("a") == 1
    ahora = 30.0
    assert [limite.tomar("a") for _ in range(2)] == [0, 30]
    ahora = 1000.0
    assert [limite.tomar("a") for _ in range(4)] == [0, 0, 0, 30]


def test_la_memoria_es_fija_y_quien_no_cabe_pasa() -> None:
    """A table of one place: the second client is not counted; once the first has rested, its place is another's."""
    ahora = 0.0
    limite = Limite(60, 1, casillas=1, reloj=lambda: ahora)
    assert [limite.tomar("a"), limite.tomar("a")] == [0, 1]
    assert [limite.tomar("b"), limite.tomar("b")] == [0, 0]
    ahora = 5.0
    assert [limite.tomar("b"), limite.tomar("b")] == [0, 1]


def test_varios_procesos_cuentan_como_uno(tmp_path: Path) -> None:
    """What another process took is gone for this one."""
    archivo = tmp_path / "peticiones"
    orden = (
        "import sys; from pathlib import Path; from api.limite import Limite; "
        "limite = Limite(1, 3, Path(sys.argv[1])); print([limite.tomar('a') for _ in range(2)])"
    )
    otro = subprocess.run([sys.executable, "-c", orden, str(archivo)], capture_output=True, text=True, check=True)
    assert otro.stdout.strip() == "[0, 0]"
    limite = Limite(1, 3, archivo)
    assert limite.tomar("a") == 0
    assert 0 < limite.tomar("a") <= 60
