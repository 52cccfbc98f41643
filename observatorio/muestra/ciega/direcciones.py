"""Addresses as the other hands write them: built again from the door, or with letters and figures out of place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

from observatorio.muestra.azar import Reales, Textos
from observatorio.muestra.ciega import letras
from observatorio.muestra.ciega.esquinas import cercanas
from observatorio.muestra.ciega.letras import Cambio, una
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.lugares import Lugares, a_metros

_POSTAL = "1390000"
_UNIDADES = {
    "LOCAL": ("LOC {n}", "TIENDA {n}", "STAND {n}", "L-{n}", "LOCAL COMERCIAL Nº {n}"),
    "OFICINA": ("OFIC {n}", "DEPTO {n}", "PISO {piso} OF {cola}", "{n}", "SALA {n}"),
    "PUESTO": ("PTO {n}", "LOCAL {n}", "MODULO {n}", "STAND {n}", "P{n}"),
    "BODEGA": ("GALPON {n}", "BOD {n}", "NAVE {n}"),
}
PRIMERAS = frozenset(
    f"direccion_{x}"
    for x in ("esquina", "interseccion", "entre", "frente", "rango", "numero_antes", "unidad", "villa", "con_villa")
)

Armado = Callable[["_Puerta", np.random.Generator], str]


class _Puerta:
    """One door with its parts, to write it in another way."""

    def __init__(self, calle: str, numero: str, resto: str, villa: str, zona: str, xy: Reales) -> None:
        self.calle, self.numero, self.resto, self.villa, self.zona, self.xy = calle, numero, resto, villa, zona, xy

    @property
    def urbana(self) -> bool:
        return self.zona not in ("industrial", "ruta", "mina", "externa", "region")

    def con_resto(self, base: str) -> str:
        return f"{base}, {self.resto}" if self.resto else base


def cambios(lugares: Lugares) -> Mapping[str, Cambio]:
    """Every fault of an address in one line, by name, for these doors (one per row)."""
    xy = a_metros(lugares.lon, lugares.lat)
    partes = (lugares.calle, lugares.numero, lugares.resto, lugares.villa, lugares.zona, xy)

    def de(armado: Armado) -> Cambio:
        return lambda fila, texto, rng: armado(_Puerta(*(parte[fila] for parte in partes)), rng)

    return {
        "direccion_antigua": antigua,
        "direccion_esquina": de(_esquina),
        "direccion_interseccion": de(_interseccion),
        "direccion_entre": de(_entre),
        "direccion_frente": de(_frente),
        "direccion_rango": de(_rango),
        "direccion_numero_antes": de(_numero_antes),
        "direccion_unidad": de(_unidad),
        "direccion_villa": de(_villa),
        "direccion_con_villa": de(_con_villa),
        "direccion_transpuesta": numero_transpuesto,
        "direccion_postal": _postal,
        "direccion_pegada": pegada,
        "direccion_fonetica": letras.fonetico,
        "direccion_ocr": letras.escaneado,
    }


def cambios_de_via(numero: Textos, villa: Textos) -> Mapping[str, Cambio]:
    """Every fault of a street in a cell of its own, by name; some change the cell of its number in `numero` too."""

    def en_la_calle(fila: int, texto: str, rng: np.random.Generator) -> str:
        if not numero[fila]:
            return texto
        junto, numero[fila] = f"{texto} {numero[fila]}", ""
        return junto

    def por_villa(fila: int, texto: str, rng: np.random.Generator) -> str:
        return str(villa[fila])

    return {
        "direccion_antigua": antigua,
        "direccion_fonetica": letras.fonetico,
        "direccion_ocr": letras.escaneado,
        "direccion_pegada": letras.pegado,
        "direccion_en_la_calle": en_la_calle,
        "direccion_villa": por_villa,
    }


def antigua(fila: int, texto: str, rng: np.random.Generator) -> str:
    """The street by its old name or its nickname."""
    for calle, apodos in tasas().apodos.items():
        if texto == calle or texto.startswith((f"{calle} ", f"{calle},")):
            return una(rng, apodos) + texto[len(calle) :]
    return texto


def _con_esquina(p: _Puerta, rng: np.random.Generator, vecinas: int) -> list[str]:
    return cercanas(p.calle, p.xy)[0][:vecinas] if p.urbana else []


def _esquina(p: _Puerta, rng: np.random.Generator) -> str:
    otras = _con_esquina(p, rng, 1)
    if not otras:
        return ""
    junta = una(rng, ("ESQ.", "ESQUINA", "ESQ", "/ESQ."))
    return p.con_resto(f"{p.calle} {p.numero} {junta} {otras[0]}")


def _interseccion(p: _Puerta, rng: np.random.Generator) -> str:
    otras = _con_esquina(p, rng, 1)
    if not otras:
        return ""
    par = [p.calle, otras[0]] if rng.random() < 0.7 else [otras[0], p.calle]
    return una(rng, (" CON ", " ESQ ", " Y ", " ESQUINA ")).join(par)


def _entre(p: _Puerta, rng: np.random.Generator) -> str:
    otras = _con_esquina(p, rng, 2)
    if len(otras) < 2:
        return ""
    return f"{p.calle} ENTRE {otras[0]} Y {otras[1]}"


def _frente(p: _Puerta, rng: np.random.Generator) -> str:
    referencia = una(rng, tasas().referencias["lugares"])
    if p.numero.isdigit() and p.urbana and rng.random() < 0.4:
        # The other side of the street has the numbers of the other parity.
        return f"{p.calle} FRENTE AL {int(p.numero) + (1 if int(p.numero) % 2 == 0 else -1)}"
    return f"{p.calle} {una(rng, ('FRENTE A', 'AL LADO DE', 'COSTADO', 'FTE.'))} {referencia}"


def _rango(p: _Puerta, rng: np.random.Generator) -> str:
    if not p.numero.isdigit() or p.zona == "industrial":
        return ""
    desde, paso = int(p.numero), 2 * int(rng.integers(1, 5))
    hasta = desde + paso
    if rng.random() < 0.3:
        desde, hasta = max(desde - paso, 1), desde
    return p.con_resto(f"{p.calle} {desde}{una(rng, (' AL ', '-', ' Y ', ' A '))}{hasta}")


def _numero_en_rango(fila: int, texto: str, rng: np.random.Generator) -> str:
    return (
        f"{texto}{una(rng, ('-', '/', ' AL '))}{int(texto) + 2 * int(rng.integers(1, 5))}" if texto.isdigit() else texto
    )


def _numero_antes(p: _Puerta, rng: np.random.Generator) -> str:
    if not p.numero.isdigit():
        return ""
    if p.zona == "industrial":
        return f"{p.resto} SITIO {p.numero} {p.calle}"
    return p.con_resto(f"{una(rng, ('', 'Nº ', '# '))}{p.numero} {p.calle}")


def _unidad(p: _Puerta, rng: np.random.Generator) -> str:
    """The unit, or the site of a district, in other words."""
    if p.zona == "industrial":
        manzana = p.calle.removeprefix("MANZANA ")
        moldes = (
            f"{p.resto} MZA {manzana} LOTE {p.numero}",
            f"{p.resto} {manzana}-{p.numero}",
            f"BARRIO INDUSTRIAL {p.resto} ST. {p.numero} MANZ. {manzana}",
            f"SITIO {p.numero} MANZANA {manzana}",
        )
        return una(rng, moldes)
    clase, _, codigo = p.resto.partition(" ")
    if clase not in _UNIDADES or not codigo:
        return ""
    unidad = una(rng, _UNIDADES[clase]).format(n=codigo, piso=codigo[:-2] or "1", cola=codigo[-2:])
    return f"{p.calle} {p.numero} {unidad}"


def _villa(p: _Puerta, rng: np.random.Generator) -> str:
    """The neighbourhood instead of the street."""
    if not p.villa or not p.urbana or p.zona == "aldea":
        return ""
    return una(rng, (f"{p.villa} {p.numero}", f"{p.villa} CASA {p.numero}", f"{p.villa} S/N", f"{p.villa}"))


def _con_villa(p: _Puerta, rng: np.random.Generator) -> str:
    if not p.villa or not p.urbana or p.zona == "aldea":
        return ""
    nombre = re.sub("^(VILLA|POBLACION|BARRIO) ", "", p.villa)
    return f"{p.con_resto(f'{p.calle} {p.numero}')} {una(rng, (p.villa, f'PBL {nombre}', f'SECTOR {nombre}', nombre))}"


def numero_transpuesto(fila: int, texto: str, rng: np.random.Generator) -> str:
    """Two neighbouring figures of the first number of two or more that change places."""
    numero = re.search(r"\d{2,}", texto)
    if not numero:
        return texto
    return texto[: numero.start()] + letras.transponer(numero.group(), rng) + texto[numero.end() :]


def _postal(fila: int, texto: str, rng: np.random.Generator) -> str:
    return texto + una(rng, (f", {_POSTAL}", f", {_POSTAL} CALAMA", f" C.P. {_POSTAL}", ", CALAMA, CHILE", " - CALAMA"))


def pegada(fila: int, texto: str, rng: np.random.Generator) -> str:
    """A blank that is missing, often the one before the number."""
    if re.search(r"[A-ZÑ] \d", texto) and rng.random() < 0.6:
        return re.sub(r"([A-ZÑ]) (\d)", r"\1\2", texto, count=1)
    return letras.pegado(fila, texto, rng)


DE_NUMERO: Mapping[str, Cambio] = {
    "direccion_transpuesta": numero_transpuesto,
    "direccion_rango": _numero_en_rango,
}
"""The faults of a number in a cell of its own, by name."""
