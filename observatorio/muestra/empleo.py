"""Employment, sales brackets and money of each year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatorio import referencia
from observatorio.muestra.azar import Enteros, Logicos, Reales, Textos, elegir, generador
from observatorio.muestra.empresas import Empresas, Locales
from observatorio.muestra.historia import Sitio, Vida
from observatorio.muestra.parametros import Parametros, tabla
from observatorio.muestra.sectores import Sectores

_LIMITES_TAMANO = {"micro": (2, 4), "pequena": (5, 7), "mediana": (8, 9), "grande": (10, 13), "sin_dato": (1, 1)}


@dataclass(frozen=True)
class Empleo:
    """Premises x year, people: `total = local + conmutante`; `interregional`: the commuters from another region.

    Firm x year: `dependientes`. `turno` per premises.
    """

    total: Enteros
    local: Enteros
    conmutante: Enteros
    interregional: Enteros
    extranjeros: Enteros
    contrato: Enteros
    turno: Textos
    dependientes: Enteros


@dataclass(frozen=True)
class Dinero:
    """Firm x year, in pesos: sales bracket, own capital, taxes; premises x year: patente."""

    tramo: Enteros
    capital: Enteros
    iva: Enteros
    renta: Enteros
    patente: Enteros


def emplear(
    semilla: int, emp: Empresas, loc: Locales, vida: Vida, sitio: Sitio, par: Parametros, sec: Sectores
) -> Empleo:
    """Share the workers of each firm out among its open premises, and say where they live."""
    rng = generador(semilla, "empleo")
    p, t = sitio.activo.shape
    crece = np.exp(np.cumsum(rng.normal(0, par.historia.crecimiento, (len(emp), t)), axis=1))
    firma = np.round(emp.dependientes[:, None] * crece).astype(np.int64)
    dependientes = _repartir(firma, sitio.activo, loc)
    propias = np.flatnonzero(loc.faena >= 0)
    plantas = np.array([int(f["trabajadores"]) for f in tabla("tractoras")])
    dependientes[propias] = np.round(plantas[loc.faena[propias], None] * crece[loc.empresa[propias]]).astype(np.int64)
    principal = (np.arange(p) < len(emp)) & (loc.tipo == "casa_matriz")
    duenos = (~emp.juridica | np.isin(emp.tamano, ["micro", "sin_dato"]))[loc.empresa] & principal
    familiar = ~emp.juridica[loc.empresa] & principal & (rng.random(p) < par.empleo.familiares)
    total = np.where(sitio.activo, np.maximum(dependientes + (duenos * 1 + familiar)[:, None], 1), 0)
    tasa = np.where(loc.tipo == "faena", 0.55, sec.conmutante[emp.sector[loc.empresa]])
    tasa = np.where(loc.zona == "externa", 0.05, tasa)
    tasa_anual = np.where(total < 5, tasa[:, None] * par.empleo.conmutante_pequeno, tasa[:, None])
    conmutante = rng.binomial(total, np.where(loc.tipo[:, None] == "faena", tasa[:, None], tasa_anual))
    informal = emp.informal0[loc.empresa]
    contrato = rng.binomial(
        np.minimum(dependientes, total),
        np.where(informal, par.empleo.contrato_informal, par.empleo.contrato_formal)[:, None],
    )
    con_turno = (rng.random(p) < sec.turno[emp.sector[loc.empresa]]) | (loc.tipo == "faena")
    turnos = elegir(rng, list(par.empleo.turnos), p, np.array(list(par.empleo.turnos.values())))
    de_turno = np.where(con_turno, par.empleo.interregional_turno, par.empleo.interregional)[:, None]
    return Empleo(
        total=total,
        local=total - conmutante,
        conmutante=conmutante,
        interregional=generador(semilla, "origen").binomial(conmutante, np.broadcast_to(de_turno, conmutante.shape)),
        extranjeros=rng.binomial(total, par.empleo.extranjeros),
        contrato=np.where(sitio.activo, contrato, 0),
        turno=np.where(con_turno, turnos, ""),
        dependientes=_por_empresa(np.where(sitio.activo, dependientes, 0), loc, len(emp)),
    )


def _repartir(firma: Enteros, activo: Logicos, loc: Locales) -> Enteros:
    """Split each firm's workers over its open premises in proportion to `parte`; the parts add up to the whole."""
    orden = np.argsort(loc.empresa, kind="stable")
    empresa = loc.empresa[orden]
    primero = np.r_[True, empresa[1:] != empresa[:-1]]
    grupo = np.cumsum(primero) - 1
    salida = np.zeros(activo.shape, dtype=np.int64)
    for k in range(activo.shape[1]):
        peso = loc.parte[orden] * activo[orden, k]
        suma = np.bincount(grupo, weights=peso)[grupo]
        # Within the firm: running sum of the shares, rounded, then differences, so that nothing is lost.
        acumulado = np.cumsum(peso)
        base = (acumulado - peso)[primero][grupo]
        corrido = np.where(suma > 0, (acumulado - base) / np.where(suma > 0, suma, 1.0), 0.0)
        redondo = np.round(corrido * firma[empresa, k]).astype(np.int64)
        antes = np.where(primero, 0, np.r_[0, redondo[:-1]])
        salida[orden, k] = redondo - antes
    return salida


def _por_empresa(valores: Enteros, loc: Locales, n: int) -> Enteros:
    columnas = [np.bincount(loc.empresa, weights=valores[:, k], minlength=n) for k in range(valores.shape[1])]
    return np.column_stack(columnas).astype(np.int64)


def cobrar(
    semilla: int,
    anios: tuple[int, ...],
    emp: Empresas,
    loc: Locales,
    empleo: Empleo,
    patentes: Logicos,
    par: Parametros,
) -> Dinero:
    """Sales brackets by year, and what follows from them: capital, taxes and the patente of DL 3.063."""
    rng = generador(semilla, "dinero")
    n, t, d = len(emp), len(anios), par.dinero
    tramo = _tramos(rng, emp, t, par)
    uf, utm = (np.array([_unidad(u, a, par) for a in anios]) for u in ("UF", "UTM"))
    ventas = _ventas_uf(rng, tramo) * uf
    capital = ventas * d.capital_sobre_ventas * rng.lognormal(0, 0.5, (n, 1))
    capital = np.where(tramo == 1, rng.lognormal(14, 1, (n, 1)), capital)
    anual = np.clip(capital * d.tasa_patente, d.patente_minima_utm * utm, d.patente_maxima_utm * utm)
    gente = np.where(patentes, empleo.total, 0)
    suma = _por_empresa(gente, loc, n)[loc.empresa]
    monto = np.where(patentes, anual[loc.empresa] * gente / np.maximum(suma, 1), 0.0)
    return Dinero(
        tramo=tramo,
        capital=np.round(capital, -3).astype(np.int64),
        iva=np.round(ventas * d.iva_sobre_ventas * rng.lognormal(0, 0.3, (n, t))).astype(np.int64),
        renta=np.round(ventas * d.renta_sobre_ventas * rng.lognormal(0, 0.5, (n, t))).astype(np.int64),
        patente=np.round(monto).astype(np.int64),
    )


def _tramos(rng: np.random.Generator, emp: Empresas, t: int, par: Parametros) -> Enteros:
    limites = np.array([_LIMITES_TAMANO[str(x)] for x in emp.tamano])
    paso = rng.choice([-1, 0, 1], size=(len(emp), t), p=_pasos(par.historia.cambio_tramo))
    paso[:, 0] = 0
    paso[emp.tractora] = 0
    return np.clip(emp.tramo[:, None] + np.cumsum(paso, axis=1), limites[:, :1], limites[:, 1:])


def _pasos(cambio: float) -> list[float]:
    return [cambio / 2, 1 - cambio, cambio / 2]


def _unidad(unidad: str, anio: int, par: Parametros) -> float:
    """The value of the unit at the end of the year, or the stated default when it is not known."""
    del_anio = [u for u in referencia.unidades() if u.unidad == unidad and u.fecha.year == anio and u.pesos]
    if del_anio:
        return float(max(del_anio, key=lambda u: u.fecha).pesos or 0)
    return par.dinero.uf_por_defecto if unidad == "UF" else par.dinero.utm_por_defecto


def _ventas_uf(rng: np.random.Generator, tramo: Enteros) -> Reales:
    """Yearly sales in UF, log-uniform within the bracket; none in bracket 1."""
    bajo, alto = np.zeros(14), np.zeros(14)
    for x in referencia.tramos_ventas():
        if x.tramo > 1:
            bajo[x.tramo] = max(x.uf_desde or 0.0, 20.0)
            alto[x.tramo] = x.uf_hasta or 3_000_000.0
    u = rng.random((len(tramo), 1))
    desde, hasta = np.maximum(bajo[tramo], 1e-9), np.maximum(alto[tramo], 1e-9)
    return np.where(tramo == 1, 0.0, desde * (hasta / desde) ** u)
