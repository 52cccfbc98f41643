"""One spelling for the words of an address: the text that the parser and the matching key work on."""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.lote import donde
from observatorio.normalizar.texto import plegar

MARCA_NUMERO = "#"
"""Stands, as a word of its own, before what the source itself calls the number (`N°`, `Nro.`, `#`)."""

SIN_NUMERO = "S/N"

UNIDADES = (
    "LOCAL|OFICINA|DEPTO|BLOQUE|PISO|TORRE|CASA|BODEGA|MODULO|STAND|PUESTO|BOX|GALPON|SITIO|LOTE|PARCELA|HIJUELA"
    "|MANZANA|INTERIOR|LETRA|ETAPA|NAVE|PATIO"
)

_ABREVIATURAS = {
    palabra: completa
    for completa, cortas in {
        "AVENIDA": "AV AVDA AVD AVE AVENID",
        "PASAJE": "PJE PSJE PJ PSJ PASJ PASAJ",
        "POBLACION": "POBL POB PBL POBLAC",
        "CAMINO": "CAM CMNO CNO",
        "CALLE": "CLLE CLL",
        "RUTA": "RTA",
        "MANZANA": "MZ MZA MZNA MANZ MZN",
        "SITIO": "ST SIT",
        "LOTE": "LT LTE",
        "PARCELA": "PARC PCLA",
        "BLOQUE": "BLK BLOCK BLQ BLOQ",
        "DEPTO": "DPTO DEPARTAMENTO DP DTO DEPT DPT DEP",
        "OFICINA": "OF OFIC OFI OFC",
        "LOCAL": "LC LOC",
        "BODEGA": "BOD BDG",
        "TORRE": "TORR",
        "GALPON": "GALP",
        "CONJUNTO": "CONJ",
        "CONDOMINIO": "COND",
        "EDIFICIO": "EDIF",
        "VILLA": "VLLA",
        "KM": "KMS KILOMETRO KILOMETROS KLM KMT",
        "GENERAL": "GRAL GNRAL GRL",
        "PRESIDENTE": "PDTE PRES PRDTE",
        "SANTA": "STA",
        "SANTO": "STO",
        "SAN": "SN",
        "ALMIRANTE": "ALTE ALMTE",
        "COMANDANTE": "CDTE CMTE CMDTE",
        "CAPITAN": "CAP CPTN",
        "TENIENTE": "TTE",
        "CORONEL": "CNEL",
        "SARGENTO": "SGTO",
        "PROFESOR": "PROF",
        "DOCTOR": "DR",
        "INGENIERO": "ING",
        "HERMANOS": "HNOS",
        "BERNARDO": "BDO",
        "FRANCISCO": "FCO",
        "NORTE": "NTE",
        "ORIENTE": "OTE",
        "PUERTO": "PTO",
        "INDUSTRIAL": "IND",
    }.items()
    for palabra in cortas.split()
}

# Private marks for signs that must outlive the cleaning: they are blanked in what comes in, and translated at the end.
_BARRA, _GUION, _DECIMAL, _SN = "¦", "¬", "¤", "¢"
_MARCAS = {_BARRA: "/", _GUION: "-", _DECIMAL: ",", _SN: SIN_NUMERO}

_PEGADAS = r"\b(KM|MZ|MZA|MANZANA|ST|SITIO|LT|LOTE|LC|LOCAL|OF|OFICINA|DP|DPTO|DEPTO|BLK|BLOQUE|PISO|PARC|CASA)([0-9])"
_SIN_NUMERO = r"\bS\s?[/.]\s?N(?:RO|UMERO)?\b[°.]*|\bSIN (?:NUMERO|NRO|NUM)\b\.?"
_KM_DECIMAL = r"\b(KMS?|KILOMETROS?)[. ]*([0-9]+)[.,]([0-9]+)"
_NUMERO = r"(?:\bN(?:RO|UM|UMERO|O)?[.:]?\s?°?[.:]?\s?|#\s*)([0-9])"
_SIGNOS = r"[/'-]"


def unificar(s: pl.Series) -> pl.Series:
    """Folded text with expanded words, where ` , ` separates parts and ` # ` precedes an explicit number.

    `S/N`, ranges (`1234/1236`), suffixes (`1234-A`) and kilometres (`KM 12,5`) keep their signs. Idempotent.
    """
    texto = plegar(s).str.replace_all(f"[{''.join(_MARCAS)}_]", " ")
    texto = donde(texto, texto.str.contains(r"\bKMS?[. ]*[0-9]|\bKILOM"), _kilometros)
    texto = donde(texto, texto.str.contains(r"\bS\s?[/.]\s?N|\bSN\b|\bSIN N"), _sin_numero)
    texto = texto.str.replace(r"^C/ ?", "CALLE ")
    texto = donde(texto, texto.str.contains(_SIGNOS), _signos)
    texto = donde(texto, texto.str.contains(r"[0-9]\.[0-9]"), _miles)
    texto = texto.str.replace_all(_PEGADAS, "$1 $2")
    texto = donde(texto, texto.str.contains(r"#|°|\bN[ORU.: ]"), _numeros)
    texto = texto.str.replace_all(r"[,;()\[\]|]", " , ")
    texto = texto.str.replace_all(rf"[^\p{{L}}\p{{N}} ,#{''.join(_MARCAS)}]", " ")
    texto = _expandir(texto)
    texto = donde(texto, texto.str.contains(r"\bPISO\b|\bP [0-9]"), _pisos)
    texto = texto.str.replace_all(rf"\b({UNIDADES}|KM|RUTA) # ", "$1 ")
    texto = texto.str.replace_all(r"(?: ,)+ , ", " , ").str.strip_chars(" ,")
    return texto.str.replace_many(list(_MARCAS), list(_MARCAS.values()))


def _kilometros(s: pl.Series) -> pl.Series:
    decimal = s.str.replace_all(_KM_DECIMAL, f"KM $2{_DECIMAL}$3")
    return decimal.str.replace_all(rf"{_DECIMAL}([0-9]*?)0+\b", f"{_DECIMAL}$1").str.replace_all(
        rf"{_DECIMAL}( |$)", "$1"
    )


def _sin_numero(s: pl.Series) -> pl.Series:
    return s.str.replace_all(_SIN_NUMERO, f" {_SN} ").str.replace_all(r"\bSN\s*(,|$)", f" {_SN} $1")


def _signos(s: pl.Series) -> pl.Series:
    """Keep slashes between figures and hyphens beside them; an isolated hyphen parts, an apostrophe joins."""
    texto = s.str.replace_all(r"\bO\s?'\s?HIGGINS", "OHIGGINS").str.replace_all("'", "", literal=True)
    for _ in range(2):
        texto = texto.str.replace_all(r"([0-9])\s*/\s*([0-9])", f"$1{_BARRA}$2")
        texto = texto.str.replace_all(r"([0-9])\s*-\s*([0-9]|[A-Z]\b)", f"$1{_GUION}$2")
    texto = texto.str.replace_all(r"\b([A-Z])-([0-9])", f"$1{_GUION}$2")
    return texto.str.replace_all(" -+ ", " , ")


def _miles(s: pl.Series) -> pl.Series:
    return s.str.replace_all(r"\b([0-9]{1,3})\.([0-9]{3})\b", "$1$2")


def _numeros(s: pl.Series) -> pl.Series:
    return (
        s.str.replace_all(_NUMERO, f" {MARCA_NUMERO} $1")
        .str.replace_all(r"#+(\s*#)*\s*([^0-9 #]|$)", " $2")
        .str.replace_all("°", " ")
    )


def _expandir(s: pl.Series) -> pl.Series:
    """Every word between blanks of its own, so that neighbouring abbreviations are both found."""
    palabras = " " + s.str.replace_all(" ", "  ", literal=True) + " "
    completas = [f" {palabra} " for palabra in _ABREVIATURAS]
    abiertas = palabras.str.replace_many(completas, [f" {palabra} " for palabra in _ABREVIATURAS.values()])
    return abiertas.str.replace_all(" +", " ").str.strip_chars(" ").str.replace_all(r"\bO HIGGINS\b", "OHIGGINS")


def _pisos(s: pl.Series) -> pl.Series:
    orden = s.str.replace_many(
        ["PRIMER PISO", "SEGUNDO PISO", "TERCER PISO", "CUARTO PISO"], [f"PISO {n}" for n in "1234"]
    )
    return orden.str.replace_all(r"\bP ([0-9])", "PISO $1").str.replace_all(r"\b([0-9]{1,2}) PISO( ,|$)", "PISO $1$2")
