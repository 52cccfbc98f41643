"""The other hand: RUTs, names, addresses, phones, lines of business and points of the profile `ciega`."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from observatorio.muestra import ruts
from observatorio.muestra.azar import Enteros, Textos, textos
from observatorio.muestra.ciega import direcciones, duenos, letras, nombres, puntos
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.manos import Medidas, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.suciedad import anotar


class ManoCiega:
    """Writes about a world with the faults and rates of `data/muestra/suciedad_ciega.toml`."""

    def __init__(self, m: Mundo) -> None:
        self._m = m

    @cached_property
    def _duenos(self) -> duenos.Duenos:
        return duenos.crear(self._m)

    def ruts(self, rng: np.random.Generator, r: Renglones, rut: Enteros, dv: Textos) -> tuple[Enteros, Textos]:
        """The owner's RUT, or two figures that changed places with the digit of before or with one made to fit."""
        rut, dv, t = rut.copy(), textos(dv), tasas().ruts
        u, con_digito = rng.random((len(r), 2)), rng.random(len(r)) < t.con_digito
        hay = rut > 0
        de_dueno = hay & self._m.emp.juridica[r.emp] & (u[:, 0] < t.dueno.get(r.archivo, 0.0))
        suyas = np.flatnonzero(de_dueno)
        rut[suyas], dv[suyas] = self._duenos.rut[r.emp[suyas]], self._duenos.dv[r.emp[suyas]]
        anotar(r.falla, suyas, "rut_dueno")
        for i in np.flatnonzero(hay & ~de_dueno & (u[:, 1] < t.transpuesto.get(r.archivo, 0.0))).tolist():
            rut[i] = int(letras.transponer(str(rut[i]), rng))
            if con_digito[i]:
                dv[i] = ruts.digito_verificador(rut[i : i + 1])[0]
            anotar(r.falla, np.array([i]), "rut_transpuesto_valido" if con_digito[i] else "rut_transpuesto")
        return rut, dv

    def nombres(self, rng: np.random.Generator, r: Renglones, valores: Textos, tasa: float, corte: int) -> Textos:
        """Names with the faults of `[textos]`; the tax office never writes the owner for the firm."""
        t, salida = tasas().textos, textos(valores)
        elegidas = np.flatnonzero((salida != "") & (rng.random(len(salida)) < tasa))
        pesos = t.nombres_sii if r.archivo == "sii_nomina" else t.nombres
        cambios = nombres.cambios(self._m, r, self._duenos)
        letras.alterar(rng, salida, r.falla, elegidas, cambios, pesos, t.segunda, nombres.PRIMERAS)
        return salida

    def direcciones(self, rng: np.random.Generator, r: Renglones, tasa: float) -> Textos:
        """Addresses in one line with the faults of `[textos]`."""
        t, lugares = tasas().textos, self._m.lugares.tomar(r.lugar)
        salida = lugares.direcciones()
        elegidas = np.flatnonzero(rng.random(len(salida)) < tasa)
        cambios = direcciones.cambios(lugares)
        letras.alterar(rng, salida, r.falla, elegidas, cambios, t.direcciones, t.segunda, direcciones.PRIMERAS)
        return salida

    def vias(
        self, rng: np.random.Generator, r: Renglones, calle: Textos, numero: Textos, tasa: float
    ) -> tuple[Textos, Textos]:
        """Street and number, of which some change cells or give way to the neighbourhood."""
        t, calle, numero = tasas().textos, textos(calle), textos(numero)
        elegidas = np.flatnonzero(rng.random(len(calle)) < tasa)
        en_numero = rng.random(len(elegidas)) < t.numero_de_via
        letras.alterar(rng, numero, r.falla, elegidas[en_numero], direcciones.DE_NUMERO, t.numeros, 0.0, frozenset())
        cambios = direcciones.cambios_de_via(numero, self._m.lugares.villa[r.lugar])
        letras.alterar(rng, calle, r.falla, elegidas[~en_numero], cambios, t.vias, 0.0, frozenset())
        return calle, numero

    def giros(self, rng: np.random.Generator, r: Renglones, valores: Textos) -> Textos:
        """The line of business of another firm, or a word that says nothing."""
        g, salida, u = tasas().giros, textos(valores), rng.random(len(r))
        errado = g.errado.get(r.archivo, 0.0)
        otros = np.flatnonzero(u < errado)
        ajenos = self._m.emp.giro[rng.integers(len(self._m.emp), size=len(otros))]
        otros, ajenos = otros[ajenos != salida[otros]], ajenos[ajenos != salida[otros]]
        salida[otros] = ajenos
        anotar(r.falla, otros, "giro_errado")
        vagos = np.flatnonzero((u >= errado) & (u < errado + g.generico.get(r.archivo, 0.0)))
        salida[vagos] = textos(g.textos)[rng.integers(len(g.textos), size=len(vagos))]
        anotar(r.falla, vagos, "giro_generico")
        return salida

    def telefonos(self, rng: np.random.Generator, r: Renglones, numeros: Enteros) -> Textos:
        """Phones in other styles, some missing, some the accountant's, some with a figure wrong or no area code."""
        c, u = tasas().contacto, rng.random((len(r), 4))
        numeros, hay = numeros.copy(), u[:, 3] >= c.sin_telefono
        con_contador = self._duenos.con_contador[r.emp]
        suyos = np.flatnonzero(hay & (u[:, 0] < np.where(con_contador, c.contador, c.contador_ajeno)))
        numeros[suyos] = self._duenos.telefono[r.emp[suyos]]
        anotar(r.falla, suyos, "telefono_contador")
        errados = np.flatnonzero(hay & (u[:, 1] < c.digito))
        numeros[errados] += 1 - 2 * (numeros[errados] % 10 > 4)
        anotar(r.falla, errados, "telefono_digito")
        corto = hay & (u[:, 2] < c.corto)
        anotar(r.falla, np.flatnonzero(corto), "telefono_corto")
        estilo = rng.integers(5, size=len(r))
        escritos = (_telefono(*fila) for fila in zip(numeros.tolist(), estilo.tolist(), corto.tolist(), strict=True))
        return textos([t if h else "" for t, h in zip(escritos, hay, strict=True)])

    def visita(self, rng: np.random.Generator, r: Renglones, lugar: Enteros) -> tuple[Enteros, Enteros]:
        """Some surveyors write down the neighbour's door and stand at it."""
        p = tasas().puntos
        elegidas = np.flatnonzero((r.falla == "") & (rng.random(len(r)) < p.puerta_vecina))
        otra = puntos.vecinas(self._m, r.k, lugar[elegidas])
        elegidas, otra = elegidas[otra >= 0], otra[otra >= 0]
        escrita, parada = r.lugar.copy(), lugar.copy()
        escrita[elegidas] = parada[elegidas] = otra
        anotar(r.falla, elegidas, "puerta_vecina")
        return escrita, parada

    def puntos(self, rng: np.random.Generator, r: Renglones, medidas: Medidas) -> tuple[Textos, Textos]:
        """X and Y as text, some of another place and some written wrong."""
        return puntos.escribir(self._m, rng, r, medidas)


def _telefono(numero: int, estilo: int, corto: bool) -> str:
    abonado = f"{numero:09d}"[2:]
    if corto:
        return abonado if estilo < 3 else f"{abonado[:3]}-{abonado[3:]}"
    moldes = ("55-{0}", "0055 {0}", "56-55-{0}", "55 {1} {2} {3}", "Fono 55{0}")
    return moldes[estilo].format(abonado, abonado[0], abonado[1:4], abonado[4:])
