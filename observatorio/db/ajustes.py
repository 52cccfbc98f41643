"""The configuration of the private server, sized to the machine. Written anew at every start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_MB = 1024 * 1024
_SHM_NECESARIA = 512 * _MB
_SIN_LIMITE = 1 << 60
"""Control groups of version 1 say "no limit" with a number near 2^63."""


def ajustes(socket: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the server's parameters: `socket` is the folder of its only door, `extra` wins over the rest."""
    memoria = memoria_total()
    nucleos = len(os.sched_getaffinity(0))
    return {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "iso, ymd",
        "lc_messages": "C",
        # The log is read when a start fails: one line a fault, with its moment and its process.
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_min_messages": "warning",
        # A COPY carries its values in its text, and what somebody searches for may be a name.
        "log_min_error_statement": "panic",
        "shared_buffers": _mb(memoria // 5, 64, 4096),
        "effective_cache_size": _mb(memoria // 2, 128, 65_536),
        "work_mem": _mb(memoria // 256, 8, 64),
        "maintenance_work_mem": _mb(memoria // 32, 64, 1024),
        "max_wal_size": "2GB",
        "min_wal_size": "128MB",
        "wal_compression": "on",
        # Nobody replicates this server; at this level a COPY into a new table needs no log at all.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "checkpoint_completion_target": "0.9",
        # The data are on solid state disks or in memory, where the default of 4 scares the planner off its indexes.
        "random_page_cost": "1.1",
        "effective_io_concurrency": "100",
        # Requests take milliseconds: compiling them would take longer than running them.
        "jit": "off",
        "max_worker_processes": str(max(8, nucleos)),
        "max_parallel_workers": str(nucleos),
        "max_parallel_workers_per_gather": str(min(4, max(1, nucleos // 2))),
        "max_parallel_maintenance_workers": str(min(4, max(1, nucleos // 2))),
        "dynamic_shared_memory_type": _memoria_dinamica(),
        **(extra or {}),
    }


def texto(parametros: Mapping[str, str]) -> str:
    """Return the parameters in the syntax of postgresql.conf."""
    lineas = ("{} = '{}'\n".format(nombre, valor.replace("'", "''")) for nombre, valor in parametros.items())
    return "".join(lineas)


def memoria_total(proc: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the bytes of memory that this process may use: the machine's, or its control group's if that is less."""
    linea = next(x for x in proc.read_text(encoding="ascii").splitlines() if x.startswith("MemTotal:"))
    total = int(linea.split()[1]) * 1024
    for archivo in (cgroup / "memory.max", cgroup / "memory" / "memory.limit_in_bytes"):
        if archivo.is_file() and (valor := archivo.read_text(encoding="ascii").strip()).isdigit():
            limite = int(valor)
            total = min(total, limite) if limite < _SIN_LIMITE else total
    return total


def _mb(octetos: int, minimo: int, maximo: int) -> str:
    return f"{min(max(octetos // _MB, minimo), maximo)}MB"


def _memoria_dinamica(shm: Path = Path("/dev/shm")) -> str:  # noqa: S108 - the kernel's folder, only measured
    # Containers often have 64 MB there, which parallel queries exhaust.
    if shm.is_dir():
        tamano = os.statvfs(shm)
        if tamano.f_bavail * tamano.f_frsize >= _SHM_NECESARIA:
            return "posix"
    return "sysv"
