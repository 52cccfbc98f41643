"""What a process keeps of its public answers: no more than it has room for, the oldest unasked first."""

from __future__ import annotations

from api.memoria import Guardada, Memoria


def respuesta(n: int) -> Guardada:
    return Guardada(b"x" * n, {"Content-Disposition": str(n)})


def test_se_va_lo_que_nadie_pidio_hace_mas() -> None:
    memoria = Memoria(10)
    memoria.guardar("a", respuesta(4))
    memoria.guardar("b", respuesta(5))
    assert memoria.leer("a") == respuesta(4)
    memoria.guardar("c", respuesta(6))
    assert memoria.leer("b") is None
    assert memoria.leer("a") == respuesta(4)
    assert memoria.leer("c") == respuesta(6)


def test_lo_que_no_cabe_no_echa_a_nadie() -> None:
    memoria = Memoria(10)
    memoria.guardar("a", respuesta(4))
    memoria.guardar("enorme", respuesta(11))
    assert memoria.leer("enorme") is None
    assert memoria.leer("a") == respuesta(4)
