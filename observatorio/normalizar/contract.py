"""What every normaliser returns, and the catalogue of the rules that a value may break."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from observatorio.vocabulario import Gravedad


@dataclass(frozen=True)
class Regla:
    """A rule with its message and its advice in Spanish; `gravedad` says what breaking it costs by default."""

    id: str
    mensaje: str
    consejo: str
    gravedad: Gravedad = Gravedad.VALOR


@dataclass(frozen=True)
class Normalizado:
    """The outcome of normalising one column.

    `valores`: canonical column -> series of the input's length, null where empty or faulty.
    `regla`: series of rule ids (`REGLAS`), null where nothing is wrong. A rule may be reported while a value is kept
    (a RUT without its check digit keeps its number).
    `arreglo`: series of the ids of repairs that were applied, null where none; the raw text must then be kept.
    """

    valores: dict[str, pl.Series]
    regla: pl.Series
    arreglo: pl.Series | None = field(default=None)


_LISTA = (
    Regla(
        "requerido",
        "Falta un valor obligatorio.",
        "Complete la celda; sin este dato la fila no puede entrar.",
        Gravedad.FILA,
    ),
    Regla("rut_formato", "No es un RUT.", "Escriba el RUT con su dígito verificador, por ejemplo 76.286.053-8."),
    Regla(
        "rut_digito",
        "El dígito verificador no corresponde al número.",
        "Revise el número y el dígito en el documento original.",
    ),
    Regla(
        "rut_sin_dv", "El RUT no trae dígito verificador.", "Agregue el dígito después del guion; no se completa solo."
    ),
    Regla("rut_comodin", "Es un RUT de relleno, no de una empresa real.", "Deje la celda vacía si no conoce el RUT."),
    Regla(
        "acteco_formato",
        "No es un código de actividad de seis dígitos.",
        "Use el código ACTECO del SII como texto, por ejemplo 040000.",
    ),
    Regla(
        "acteco_division",
        "Los dos primeros dígitos no son una división de CIIU.CL.",
        "Revise el código en la lista del SII.",
    ),
    Regla(
        "comuna_desconocida",
        "No es una comuna de Chile.",
        "Escriba el nombre oficial o el código de cinco dígitos, por ejemplo Calama o 02201.",
    ),
    Regla("fecha_formato", "No es una fecha.", "Use día-mes-año (31-12-2024) o año-mes-día (2024-12-31)."),
    Regla("fecha_rango", "La fecha está fuera de lo posible.", "Revise el año: se aceptan fechas de 1850 a 2100."),
    Regla("entero_formato", "No es un número entero.", "Escriba solo cifras, por ejemplo 1250 o 1.250."),
    Regla(
        "entero_rango",
        "El número está fuera de lo posible para esta columna.",
        "Revise la cifra; no se aceptan negativos ni valores imposibles.",
    ),
    Regla("numero_formato", "No es un número.", "Use coma para los decimales, por ejemplo 1.234,5."),
    Regla("dinero_formato", "No es un monto en pesos.", "Escriba el monto en pesos, por ejemplo $ 1.234.567."),
    Regla("dinero_rango", "El monto está fuera de lo posible.", "Revise el monto; no se aceptan negativos."),
    Regla("coordenada_formato", "No es una coordenada.", "Use grados decimales, por ejemplo -22,4624 y -68,9294."),
    Regla(
        "coordenada_fuera",
        "El punto no cae en la comuna de la fila, ni corrigiendo las fallas conocidas.",
        "Revise las coordenadas; la fila entra sin ubicación.",
    ),
    Regla(
        "coordenada_ambigua",
        "Más de una corrección de la coordenada cae en la comuna.",
        "Escriba la coordenada completa en grados decimales; la fila entra sin ubicación.",
    ),
    Regla(
        "coordenada_incompleta",
        "Hay latitud sin longitud, o al revés.",
        "Complete las dos coordenadas o deje ambas vacías.",
    ),
    Regla(
        "categoria_desconocida",
        "No es uno de los valores que esta columna admite.",
        "Use uno de los valores de la lista de la plantilla.",
    ),
    Regla("correo_formato", "No es un correo.", "Escriba un solo correo, por ejemplo nombre@empresa.cl."),
    Regla(
        "telefono_formato", "No es un teléfono chileno.", "Escriba nueve cifras, por ejemplo 55 2 345678 o 9 8765 4321."
    ),
    Regla(
        "fila_irregular",
        "La fila tiene más o menos columnas que el encabezado.",
        "Revise comillas y separadores de esta fila.",
        Gravedad.FILA,
    ),
    Regla("anio_rango", "El año está fuera de lo posible.", "Se aceptan años de 1990 a 2100.", Gravedad.FILA),
    Regla("texto_largo", "El texto es más largo de lo que admite la columna.", "Acorte el texto a 500 caracteres."),
)

REGLAS: dict[str, Regla] = {regla.id: regla for regla in _LISTA}
