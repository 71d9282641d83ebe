"""Worker processes: each starts clean, and none outlives the process that started it.

A process killed by SIGKILL tells nobody. Its workers would finish the piece in hand beside whoever took over, then wait
for ever with keys and connections open; so each watches its master and ends with it.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import ParamSpec

Told = ParamSpec("Told")


def worker_pool(processes: int) -> ProcessPoolExecutor:
    """So many processes, started as they are needed."""
    return ProcessPoolExecutor(processes, get_context("spawn"), follow_master)


def prepared_pool(
    processes: int, prepare: Callable[Told, None], *arguments: Told.args, **options: Told.kwargs
) -> ProcessPoolExecutor:
    """The same; each process calls `prepare` first."""
    told = (prepare, arguments, options)
    return ProcessPoolExecutor(processes, get_context("spawn"), _started, told)


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
