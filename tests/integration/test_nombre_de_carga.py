"""Loads that were in before each kept its own name take the one that their file came with first."""

from __future__ import annotations

from sqlalchemy import Connection, insert, text

from observatorio.db import guiones, tablas


def test_la_migracion_llena_el_nombre_de_las_cargas_que_ya_estaban(conexion: Connection) -> None:
    conexion.execute(text("ALTER TABLE ingreso.carga DROP COLUMN nombre"))
    conexion.execute(
        text(
            """
            INSERT INTO ingreso.fuente (fuente, nombre, actor, describe, destino, cobertura, licencia, periodicidad)
            VALUES ('f', 'f', 'gremio', 'establecimiento', 'registro', 'censo', '', '')
            """
        )
    )
    conexion.execute(
        insert(tablas.archivo),
        [{"sha256": "a", "nombre": "uno.csv", "bytes": 1}, {"sha256": "b", "nombre": "dos.csv", "bytes": 1}],
    )
    conexion.execute(
        text(
            "INSERT INTO ingreso.carga (fuente, sha256, estado, licencia) "
            "SELECT 'f', unnest(ARRAY['a', 'b', 'a']), 'confirmada', ''"
        )
    )
    guiones.ejecutar(conexion, "esquema_0003")
    nombres = conexion.scalars(text("SELECT nombre FROM ingreso.carga ORDER BY carga")).all()
    assert nombres == ["uno.csv", "dos.csv", "uno.csv"]
