"""How long a request may take: `asyncio.timeout` for very many short requests, one timer for all of them.

All have the same time, so the first to begin is the first that is late: the timer looks at it alone.
"""

import asyncio
from types import TracebackType


class Deadlines:
    """Cancels what takes longer than `seconds`, and tells it as TimeoutError where it waited. One event loop."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[Within, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, within: "Within", loop: asyncio.AbstractEventLoop) -> None:
        """What begins now is late after its time."""
        within.due = loop.time() + self._seconds
        self._running[within] = None
        if self._timer is None:
            self._timer = loop.call_at(within.due, self._look, loop)

    def end(self, within: "Within") -> None:
        """It ended, in time or not."""
        self._running.pop(within, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        while self._running:
            first = next(iter(self._running))
            if first.due > loop.time():
                self._timer = loop.call_at(first.due, self._look, loop)
                return
            del self._running[first]
            first.cancel()


class Within:
    """`with Within(deadlines):` around what the current task may not take longer for."""

    __slots__ = ("_before", "_deadlines", "_late", "_task", "due")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._late = False
        self.due = 0.0

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "only a task can be late"
        self._task, self._before = task, task.cancelling()
        self._deadlines.begin(self, task.get_loop())

    def cancel(self) -> None:
        """It is late."""
        self._late = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._deadlines.end(self)
        # Somebody else may have cancelled the task too: then it is not ours to turn into a lateness.
        if self._late and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from failure
