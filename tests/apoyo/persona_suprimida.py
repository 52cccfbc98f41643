"""A person whom files name, and where in a database anything of her is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import sql
from sqlalchemy import Engine, text

from observatorio.db.copia import cursor

SUYO = (
    "quispe",
    "12345678",
    "12.345.678",
    "71112223",
    "7111 2223",
    "876543210",
    "chanares",
    "chañares",
    "jacinta@",
    "jacinta",
)
"""What only the person's rows hold, in lower case."""
ENCUESTA = """nombre_local;rut;direccion;comuna;funcionando;trab_total;_uuid
Cocinería Jacinta;12345678-5;Pasaje Los Chañares 1234;Calama;si;2;u-1
Cocinería Pedro;9876543-3;Latorre 20;Calama;si;3;u-2
"""
PROVEEDORES = """RUT COMPRADOR;RUT PROVEEDOR;RAZON SOCIAL PROVEEDOR;AÑO;CATEGORIA;MONTO;REGION;COMUNA
61704000-K;12345678-5;JACINTA QUISPE;2024;COLACIONES;876543210;II;CALAMA
61704000-K;76286053-8;VISTA TI LTDA;2024;TI;12000000;II;CALAMA
"""


def volcar(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, by the table's name, and what the statistics quote (`pg_stats`), as text."""
    with engine.connect() as conn:
        nombres = conn.execute(
            text(
                """
                SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' AND c.relname <> 'spatial_ref_sys'
                 ORDER BY 1, 2
                """
            )
        ).all()
        propio = cursor(conn)
        tablas = {}
        for esquema, nombre in nombres:
            propio.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(esquema, nombre)))
            tablas[f"{esquema}.{nombre}"] = [fila[0] for fila in propio]
        propio.execute("SELECT s::text FROM pg_stats s WHERE schemaname !~ '^pg_' ORDER BY 1")
        tablas["pg_stats"] = [fila[0] for fila in propio]
        return tablas


def restos(volcado: Mapping[str, Iterable[str]], suyo: Iterable[str] = SUYO) -> list[str]:
    """Where anything of the person is left."""
    buscado = tuple(suyo)
    return [f"{t}: {f}" for t, filas in volcado.items() for f in filas if any(s in f.lower() for s in buscado)]
