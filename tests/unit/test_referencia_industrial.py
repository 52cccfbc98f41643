"""The list of industrial activities begins real codes, and only those."""

from __future__ import annotations

from observatorio import referencia


def test_cada_prefijo_empieza_algun_codigo_y_ninguno_sobra() -> None:
    prefijos = referencia.prefijos_industriales()
    codigos = [a.acteco for a in referencia.actecos()]
    assert all(any(c.startswith(p) for c in codigos) for p in prefijos)
    assert not any(p != q and p.startswith(q) for p in prefijos for q in prefijos)


def test_las_actividades_del_distrito_minero_estan_y_las_de_barrio_no() -> None:
    prefijos = tuple(referencia.prefijos_industriales())
    assert all(c.startswith(prefijos) for c in ("099001", "331202", "465901", "492220", "773009"))
    # A bakery and a corner shop.
    assert not any(c.startswith(prefijos) for c in ("107100", "471100"))
