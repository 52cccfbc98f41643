"""What the service measures of itself, for Prometheus: requests, the pool of connections, how fresh the data are.

With several processes each writes its counts into files of the folder that they share, and whichever is asked adds them
up (`PROMETHEUS_MULTIPROC_DIR`, which `observatorio serve --workers` sets).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, QueuePool, exc

from observatorio.db.engine import transaccion
from observatorio.db.queries.fuentes import ultimas_cargas
from observatorio.db.queries.publicacion import vigentes
from observatorio.errors import ErrorBase
from observatorio.vocabulario import Rol

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_METODOS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_CORTES: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ESPERA_MS: Final = 2_000


class Medidas:
    """The counts of this process, and the page that shows those of all."""

    def __init__(self, engine: Engine, cut: str) -> None:
        self._pool = engine.pool
        self._estado = _EstadoDeDatos(engine, cut)
        self._varios = VARIABLE in os.environ
        # With several processes the files are what is read: a registry here would count this process twice.
        propio = None if self._varios else CollectorRegistry()
        self._registro = propio
        self._peticiones = Counter(
            "observatorio_peticiones", "Peticiones atendidas.", ("metodo", "ruta", "estado"), registry=propio
        )
        self._segundos = Histogram(
            "observatorio_peticion_segundos", "Lo que tardó cada una.", ("ruta",), buckets=_CORTES, registry=propio
        )
        self._ocupadas = Gauge(
            "observatorio_conexiones_ocupadas",
            "Conexiones a la base en uso.",
            registry=propio,
            multiprocess_mode="livesum",
        )

    def contar(self, metodo: str, ruta: str, estado: int, segundos: float) -> None:
        """Count a request: `ruta` is the route's pattern, for an address may carry the id of somebody's business."""
        self._peticiones.labels(metodo if metodo in _METODOS else "otro", ruta, str(estado)).inc()
        self._segundos.labels(ruta).observe(segundos)
        self._mirar_conexiones()

    def pagina(self) -> bytes:
        """Everything, in Prometheus's text format."""
        self._mirar_conexiones()
        registro = self._registro
        if registro is None:
            _olvidar_muertos(Path(os.environ[VARIABLE]))
            registro = CollectorRegistry()
            multiprocess.MultiProcessCollector(registro)
        datos = CollectorRegistry()
        datos.register(self._estado)
        return generate_latest(registro) + generate_latest(datos)

    def _mirar_conexiones(self) -> None:
        if isinstance(self._pool, QueuePool):
            self._ocupadas.set(self._pool.checkedout())


class _EstadoDeDatos(Collector):
    """How fresh the data are, asked of the database as the public sees it, each time that somebody looks."""

    def __init__(self, engine: Engine, cut: str) -> None:
        self._engine = engine
        self._cut = cut

    def collect(self) -> Iterator[Metric]:
        """One gauge that says whether the database answers and, if it does, the rest."""
        base = _medida("base", "Si la base de datos responde.")
        version = GaugeMetricFamily(
            "observatorio_version_publicada", "Versión del catastro que se publica.", labels=["anio"]
        )
        edad = GaugeMetricFamily("observatorio_ultima_carga_segundos", "Edad de la última carga.", labels=["fuente"])
        try:
            with transaccion(self._engine, Rol.PUBLICO, _ESPERA_MS) as conn:
                for publicacion in vigentes(conn, self._cut):
                    version.add_metric([str(publicacion.anio)], publicacion.version)
                for fuente, ultima in ultimas_cargas(conn).items():
                    edad.add_metric([fuente], (datetime.now(UTC) - ultima.fin).total_seconds())
            base.add_metric([], 1)
        except (ErrorBase, exc.SQLAlchemyError):
            base.add_metric([], 0)
        yield from (base, version, edad)


def _medida(nombre: str, ayuda: str, *etiquetas: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"observatorio_{nombre}", ayuda, labels=etiquetas)


def _olvidar_muertos(carpeta: Path) -> None:
    """Drop what processes that are no more said of their present; what they counted stays."""
    for archivo in carpeta.glob("gauge_live*_*.db"):
        pid = archivo.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            multiprocess.mark_process_dead(int(pid), str(carpeta))
