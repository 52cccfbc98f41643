"""Seals the audit while the service runs, and says each seal aloud.

A seal that was written down outside the database, here in the service's log, is what tells later that its end was not
cut off, nor all of it made anew (`observatorio auditoria verify --ancla`).
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import orjson
from sqlalchemy import Engine, exc
from starlette.concurrency import run_in_threadpool

from observatorio.db.engine import transaccion
from observatorio.db.queries.auditoria import sellar
from observatorio.errors import ErrorBase

SELLOS: Final = logging.getLogger("observatorio.acceso.sellos")
FALLAS: Final = logging.getLogger("observatorio.fallas")


async def sellar_siempre(engine: Engine, segundos: float, fin: asyncio.Event) -> None:
    """Every so many seconds, until `fin` is set. Of several processes, whichever comes first seals.

    It is told to end, and not cancelled: a thread goes on when the task that waits for it is cancelled, and would
    give its connection back to a pool that is closed by then.
    """
    while True:
        try:
            await asyncio.wait_for(fin.wait(), segundos)
        except TimeoutError:
            await run_in_threadpool(_sellar, engine)
        else:
            return


def _sellar(engine: Engine) -> None:
    """Once; with the database away, the next time."""
    try:
        with transaccion(engine) as conn:
            sello = sellar(conn)
    except (ErrorBase, exc.SQLAlchemyError) as error:
        FALLAS.error("auditoría sin sellar: %s", type(error).__name__)
        return
    if sello is not None:
        SELLOS.info(orjson.dumps({"sello": sello}).decode())
