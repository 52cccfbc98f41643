"""A RUT in the middle of a text is read alike by the two that look for it: a load, and an erasure of what is stored."""

from __future__ import annotations

import random

import polars as pl
from sqlalchemy import Connection, text

from observatorio.normalizar.mencion import patron_de, ruts_en


def test_postgresql_y_polars_leen_las_mismas_menciones(conexion: Connection) -> None:
    azar = random.Random(7)  # noqa: S311
    numeros = (12_345_678, 9_876_543, 1_000_005)
    fijos = [
        *("12.345.678-5", "123456785", "rut 012345678 k", "112345678", "12.345.678.9", "9.876.543-3", "98765433"),
        *(
            "1000005-K",
            "1000005K",
            "1000005",
            "0001.000.005",
            "1.000.0055",
            "",
            "12 345 678",
            "x12345678x",
            "12..345678",
        ),
    ]
    trozos = ["12", "345", "678", "9876543", "1000005", "-", ".", "5", "0", "K", " ", "a", "33"]
    textos = fijos + ["".join(azar.choices(trozos, k=azar.randint(1, 6))) for _ in range(4000)]
    leidas = ruts_en(pl.Series(textos))
    assert leidas.height > 200
    for numero in numeros:
        de_polars = {textos[i] for i in leidas.filter(pl.col("rut") == numero)["puesto"]}
        consulta = text("SELECT t FROM unnest(CAST(:textos AS text[])) AS t WHERE t ~ :patron")
        de_la_base = set(conexion.execute(consulta, {"textos": textos, "patron": patron_de(numero)}).scalars())
        assert de_la_base == de_polars
        assert de_polars
    assert ruts_en(pl.Series([None, "76.286.053-8", "999.999"], dtype=pl.Utf8)).is_empty(), "no natural person's RUT"
