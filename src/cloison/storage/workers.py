"""Worker processes: each starts clean, and none outlives the process that started it.

A process killed by SIGKILL tells nobody. Its workers would finish the piece in hand beside whoever took over, then wait
for ever with keys and connections open; so each watches its master and ends with it.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import ParamSpec, TypeVar

from cloison.errors import Unavailable
from cloison.storage.reasons import WORKER_LOST

Told = ParamSpec("Told")
Result = TypeVar("Result")


def prepared_pool(
    processes: int, prepare: Callable[Told, None], *arguments: Told.args, **options: Told.kwargs
) -> ProcessPoolExecutor:
    """So many processes, started as they are needed; each calls `prepare` first."""
    told = (prepare, arguments, options)
    return ProcessPoolExecutor(processes, get_context("spawn"), _started, told)


async def asked(
    pool: ProcessPoolExecutor, work: Callable[Told, Result], *arguments: Told.args, **options: Told.kwargs
) -> Result:
    """Have a process of the pool do this. Raises Unavailable when one was killed: what is not committed is not done."""
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *arguments, **options))
    except BrokenProcessPool as broken:
        raise Unavailable(WORKER_LOST) from broken


def follow_master() -> None:
    """End, at once and without a word, when the process that started this one does."""
    Thread(target=_follow, name="follow-master", daemon=True).start()


def _started(prepare: Callable[..., None], arguments: tuple[object, ...], options: dict[str, object]) -> None:
    follow_master()
    prepare(*arguments, **options)


def _follow() -> None:
    master = parent_process()
    assert master is not None, "a worker has a master"
    master.join()
    os.kill(os.getpid(), signal.SIGKILL)
