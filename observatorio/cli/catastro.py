"""Commands on the catastro itself. What does the work is imported when it is asked for, so that help is instant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from observatorio.cli.opciones import opcion_anio
from observatorio.cli.salida import decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

app = typer.Typer()

_SUCESOS = {
    "nacimiento": "nacimiento",
    "muerte": "muerte",
    "reactivacion": "reactivación",
    "mudanza": "mudanza",
    "llegada": "llegada de otra comuna",
    "salida": "salida a otra comuna",
}
"""What happened, as a person reads it."""


@app.command("consolidate")
def consolidar_anios(
    anio: Annotated[int | None, opcion_anio("Rehacer este año aunque nada haya cambiado.")] = None,
) -> None:
    """Pone el catastro al día con las cargas vigentes, y con él las zonas y las cifras públicas.

    Lo que no cambió queda como está; --anio obliga a rehacer ese año.

    Ejemplo: observatorio consolidate --anio 2024
    """
    from observatorio.cli.consolidacion import consolidar_todo

    with motor() as engine:
        consolidar_todo(engine, ajustes(), anio)


@app.command("publish")
def publicar_anio(anio: Annotated[int, opcion_anio("Año que se publica.")]) -> None:
    """Publica las cifras de un año ya consolidado, protegidas y con su prueba (docs/reserva.md).

    Ejemplo: observatorio publish --anio 2024
    """
    from observatorio.db.queries import auditoria
    from observatorio.indicadores.publicar import publicar

    with motor() as engine, engine.begin() as conn:
        (resumen,) = publicar(conn, ajustes(), anio, avisar=decir)
        auditoria.anotar(conn, auditoria.INGESTA, "publicar", {"anios": [anio]})
        auditoria.sellar(conn)
    celdas = ", ".join(f"{numero(n)} {estado}" for estado, n in sorted(resumen.celdas.items()))
    decir(f"{anio}: publicación {resumen.publicacion}, {resumen.tablas} cuadros; celdas: {celdas}.")


@app.command("procedencia")
def mostrar_procedencia(
    establecimiento: Annotated[str, typer.Argument(help="Id del establecimiento.")],
    campo: Annotated[
        list[str] | None,
        typer.Option(help="Lo que cada registro dice de este campo, también los que perdieron; se puede repetir."),
    ] = None,
    todos: Annotated[bool, typer.Option("--todos", help="Lo mismo, de todos los campos.")] = False,
) -> None:
    """Cada campo de un establecimiento: fuente, carga, fila y regla; qué registros hablan de él y por qué; qué le pasó.

    Con --campo o --todos, en cambio, lo que dijo cada registro, y en qué años vale su palabra.

    Ejemplo: observatorio procedencia 3f2a9c0d1e5b7a86 --campo telefono
    """
    from observatorio.catastro.origenes import CAMPOS_DICHOS, origenes
    from observatorio.db.queries.catastro import registros_de
    from observatorio.db.queries.relevos import sucesor
    from observatorio.db.queries.sucesos import de_establecimiento

    pedidos = CAMPOS_DICHOS if todos else tuple(dict.fromkeys(campo or ()))
    _revisar_campos(pedidos)
    with motor() as engine, engine.connect() as conn:
        filas = origenes(conn, establecimiento)
        if not filas and (nuevo := sucesor(conn, establecimiento)) is not None:
            decir(f"Ese identificador pasó a ser {nuevo}.")
            establecimiento = nuevo
            filas = origenes(conn, establecimiento)
        registros = registros_de(conn, establecimiento)
        sucesos = de_establecimiento(conn, establecimiento)
    if not filas:
        raise ErrorConsulta(
            f"No existe el establecimiento «{establecimiento}».",
            "Los ids están en el portal y en las descargas; aparecen después de «observatorio consolidate».",
        )
    if pedidos:
        _mostrar_dichos(establecimiento, pedidos)
        return
    tabla(
        ("Año", "Campo", "Valor", "Fuente", "Carga", "Archivo", "Fila", "Regla"),
        (
            (f["anio"], f["campo"], f["valor"], f["fuente"], f["carga"], f["archivo"], f["fila"], f["regla"])
            for f in filas
        ),
        titulo="De dónde salió cada campo",
    )
    tabla(
        ("Año", "Fuente", "Carga", "Archivo", "Fila", "Por qué es suyo", "Peso"),
        (
            (r["anio"], r["fuente"], r["carga"], r["archivo"], r["fila"], r["regla"], _bits(r["peso"]))
            for r in registros
        ),
        titulo="Qué registros hablan de él",
    )
    tabla(
        ("Año", "Suceso", "Provisorio"),
        ((s.anio, _SUCESOS[s.tipo], "sí" if s.provisorio else "no") for s in sucesos),
        titulo="Qué le pasó",
    )
    if not sucesos:
        decir("Nada que se sepa.")


def _revisar_campos(campos: Sequence[str]) -> None:
    """Refuse fields that no record states, saying which do, or from which others they follow."""
    from observatorio.catastro.origenes import CAMPOS_DICHOS
    from observatorio.catastro.reglas import DERIVADOS

    for uno in campos:
        if uno in CAMPOS_DICHOS:
            continue
        if uno in DERIVADOS:
            bases = ", ".join(b for b in DERIVADOS[uno] if b in CAMPOS_DICHOS)
            raise ErrorConsulta(f"Ningún registro dice «{uno}»: sale de otros campos.", f"Pida estos: {bases}.")
        raise ErrorConsulta(f"No existe el campo «{uno}».", f"Los que hay: {', '.join(CAMPOS_DICHOS)}.")


def _mostrar_dichos(establecimiento: str, campos: Sequence[str]) -> None:
    """For each field what every record said of it, the winners marked by the years in which their word stands."""
    from observatorio.catastro.origenes import lo_dicho, quienes_cuentan

    with motor() as engine, engine.connect() as conn:
        dichos = lo_dicho(conn, establecimiento, campos)
    tabla(
        ("Campo", "Valor", "Año", "Fuente", "Carga", "Archivo", "Fila", "Vale en", "Regla"),
        (
            (d.campo, d.valor, d.anio, d.fuente, d.carga, d.archivo, d.fila, _anios(d.vale), d.regla or "no ganó")
            for d in dichos
        ),
        titulo="Lo que dijo cada registro",
    )
    for uno in campos if len(campos) == 1 else ():
        ambito, actores = quienes_cuentan(uno)
        de_quien = "de este local" if ambito == "establecimiento" else "de la empresa"
        orden = f"; se cree primero a: {', '.join(actores)}" if actores else ""
        decir(f"Cuentan los registros {de_quien}{orden}.")


def _anios(anios: Sequence[int]) -> str | None:
    """Years as a person writes them: `2019, 2021-2023`."""
    tramos: list[list[int]] = []
    for uno in anios:
        if tramos and uno == tramos[-1][-1] + 1:
            tramos[-1].append(uno)
        else:
            tramos.append([uno])
    return ", ".join(str(t[0]) if len(t) == 1 else f"{t[0]}-{t[-1]}" for t in tramos) or None


def _bits(peso: float | None) -> str | None:
    """The weight of a probable match; exact rules have none."""
    return None if peso is None else numero(peso, 1)


@app.command("evaluar")
def evaluar_ciudades(
    semilla: Annotated[list[int] | None, typer.Option(help="Semilla de una ciudad; se puede repetir.")] = None,
    perfil: Annotated[str, typer.Option(help="Perfil de suciedad: base o ciega.")] = "base",
    size: Annotated[int, typer.Option(help="Negocios de cada ciudad.", min=200)] = 12_000,
    out: Annotated[Path | None, typer.Option(help="Documento en que se escriben las cifras, entre sus marcas.")] = None,
) -> None:
    """Mide el enlace, los lugares y la formalidad contra la verdad de ciudades sintéticas.

    Con --out se miden además las ciudades del documento: la habitual, otras tres y la del perfil escrito a ciegas.

    Ejemplo: observatorio evaluar --semilla 7 --size 3000
    """
    from observatorio.cli.evaluacion import CIUDADES, escribir, evaluar, informe

    pedidas = [(perfil, s) for s in semilla] if semilla else list(CIUDADES) if out else [(perfil, 20231201)]
    evaluadas = []
    for suyo, una in pedidas:
        decir(f"Ciudad {suyo} {una}")
        evaluadas.append(evaluar(ajustes(), una, size, suyo))
    texto = informe(evaluadas)
    if out is None:
        decir(texto)
    else:
        escribir(out, texto)


@app.command("entrenar")
def entrenar_enlace(
    archivo: Annotated[Path, typer.Argument(help="Dónde se escribe el modelo.")],
) -> None:
    """Aprende de las cargas vigentes los pesos del enlace y los escribe como un modelo nuevo.

    Ninguna consolidación aprende por sí sola: el modelo cambia cuando alguien pone este archivo en data/referencia, y
    entonces todo se enlaza otra vez.

    Ejemplo: observatorio entrenar enlace.json
    """
    from observatorio.catastro.consolidar import ubicar_todas
    from observatorio.catastro.enlace.entrenamiento import como_json, entrenar
    from observatorio.catastro.enlace.locales import locales_de_rut
    from observatorio.catastro.lectura import leer_observaciones
    from observatorio.cli.destino import escribiendo

    with motor() as engine, engine.connect() as conn:
        obs = ubicar_todas(conn, ajustes().cut, leer_observaciones(conn)).obs
    aprendido = entrenar(obs, locales_de_rut(obs, ajustes().cut), ajustes().cut)
    texto = como_json(aprendido)
    with escribiendo(archivo):
        archivo.write_text(texto, encoding="utf-8")
    pares, iguales = numero(aprendido["pares"]), numero(aprendido["iguales"])
    decir(f"{archivo}: aprendido de {pares} pares conocidos, {iguales} de un mismo local.")
