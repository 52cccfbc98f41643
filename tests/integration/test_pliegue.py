"""What is searched for is folded by Python as PostgreSQL folded what it is searched in."""

from __future__ import annotations

import string

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from observatorio.db.queries import busqueda

PLEGAR = text("SELECT catastro.plegar(:texto)")
CASTELLANO = string.ascii_letters + string.digits + " ÁÉÍÓÚÜÑáéíóúüñÇçÀÈÌÒÙÂÊÎÔÛÄËÏÖÃÕÅÝýÿºª°&.-'%_\\"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(CASTELLANO, max_size=40), st.text(st.characters(codec="utf-8", exclude_characters="\x00"))))
@example("PANADERÍA Ñuñoa 100%")
@example("ΩMEGA İstanbul ẞ")
def test_python_pliega_como_la_base(conexion: Connection, texto: str) -> None:
    assert conexion.scalar(PLEGAR, {"texto": texto}) == busqueda.plegar(texto)


def test_lo_corriente_se_busca_sin_tildes_ni_mayusculas(conexion: Connection) -> None:
    assert conexion.scalar(PLEGAR, {"texto": "Güiña & CÍA «Ñandú»"}) == "guina & cia «nandu»"
