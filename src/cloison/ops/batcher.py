"""The micro-batcher: questions asked at the same time share the round trips to the database.

A batch takes whatever waits when a place is free, so its size follows the load: alone, a question leaves at once; under
load, batches fill while others are on their way. How many, how large and how long is a policy of the backend, as data.
Beyond the bound of the queue a question is refused at once, with the time after which to send it again: a pile-up
would answer nobody. It lives in ops because it knows clocks and tasks, and nothing of what is asked.

A batch that fails is halved and tried again until what poisons it is alone: its neighbours get their answers. When the
backend does not answer, nothing is tried again: every caller of that batch, and no other, is told.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cloison.errors import Reason, Unavailable
from cloison.gateways.http.reasons import OVERLOADED, TIMED_OUT

Question = TypeVar("Question")
Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a backend likes to be asked.

    `batch_max` questions together, `in_flight` batches at once, `waiting_max` questions in the queue and no more. While
    one batch is on its way, another leaves beside it once `beside_min` questions wait: small batches cost more together
    than the time that they save.
    `linger_seconds`: how long the first of a batch may wait for others although a place is free. `patience_seconds`:
    how long a question may wait before it is told to come back.
    """

    batch_max: int = 256
    in_flight: int = 2
    beside_min: int = 1
    waiting_max: int = 2048
    linger_seconds: float = 0.0
    patience_seconds: float = 5.0


POLICIES = {
    "postgresql": Policy(beside_min=32),
    # Batched look-ups lose on Citus, where questions go to many nodes: one by one, many at once.
    "citus": Policy(batch_max=1, in_flight=32),
}


@dataclass(eq=False, slots=True)
class _Asked(Generic[Question, Reply]):
    """The questions of one caller: they travel and are answered together."""

    questions: Sequence[Question]
    answers: "asyncio.Future[Sequence[Reply] | Reason]"
    since: float
    queued: bool = True


@dataclass(slots=True)
class Counts:
    """What happened so far."""

    batches: int = 0
    questions: int = 0
    refused: int = 0
    retried: int = 0


class Batcher(Generic[Question, Reply]):
    """Gathers the questions of many callers for one backend. Belongs to one event loop."""

    def __init__(
        self,
        answer: Callable[[Sequence[Question]], Awaitable[Sequence[Reply] | Reason]],
        policy: Policy,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.policy = policy
        self.counts = Counts()
        self._answer = answer
        self._loop = loop or asyncio.get_running_loop()
        self._queue: deque[_Asked[Question, Reply]] = deque()
        self._waiting = 0
        self._running: set[asyncio.Task[None]] = set()
        self._woken: asyncio.Handle | None = None

    @property
    def waiting(self) -> int:
        """Questions in the queue."""
        return self._waiting

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is on its way."""
        return not self._queue and not self._running

    @property
    def _has_room(self) -> bool:
        """Whether a batch may leave now."""
        enough = not self._running or self._waiting >= self.policy.beside_min
        return enough and len(self._running) < self.policy.in_flight

    async def ask(self, questions: Sequence[Question]) -> Sequence[Reply] | Reason:
        """The answers, in order; or why there are none. Raises Unavailable when there is no room, or no time."""
        if self._waiting + len(questions) > self.policy.waiting_max:
            self.counts.refused += len(questions)
            raise Unavailable(OVERLOADED)
        asked: _Asked[Question, Reply] = _Asked(questions, self._loop.create_future(), self._loop.time())
        self._queue.append(asked)
        self._waiting += len(questions)
        self._wake()
        try:
            return await asked.answers
        finally:
            if asked.queued:  # the caller left before its turn
                asked.queued = False
                self._waiting -= len(questions)

    def _wake(self) -> None:
        """Start batches soon: after every request that has already arrived was read."""
        if self._woken is None and self._has_room:
            if self.policy.linger_seconds:
                self._woken = self._loop.call_later(self.policy.linger_seconds, self._start)
            else:
                self._woken = self._loop.call_soon(self._start)

    def _start(self) -> None:
        self._woken = None
        while self._has_room and (batch := self._take()):
            task = self._loop.create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if self._queue:
            self._wake()

    def _take(self) -> "list[_Asked[Question, Reply]]":
        """The next callers, in their order, as many as fit; one that brings more than fit travels alone."""
        batch: list[_Asked[Question, Reply]] = []
        room, oldest = self.policy.batch_max, self._loop.time() - self.policy.patience_seconds
        while self._queue and (not batch or len(self._queue[0].questions) <= room):
            asked = self._queue.popleft()
            if not asked.queued:
                continue
            asked.queued = False
            self._waiting -= len(asked.questions)
            if asked.since < oldest:
                self.counts.refused += len(asked.questions)
                asked.answers.set_exception(Unavailable(TIMED_OUT))
                continue
            batch.append(asked)
            room -= len(asked.questions)
        return batch

    async def _run(self, batch: "list[_Asked[Question, Reply]]") -> None:
        batch = [asked for asked in batch if not asked.answers.done()]
        if not batch:
            return
        questions = [question for asked in batch for question in asked.questions]
        self.counts.batches += 1
        self.counts.questions += len(questions)
        try:
            answers = await self._answer(questions)
        except (Unavailable, asyncio.CancelledError) as failure:
            self._fail(batch, failure)
        except Exception as failure:  # noqa: BLE001  whatever it is, it is told to whom it concerns and to nobody else
            if len(batch) == 1:
                self._fail(batch, failure)
                return
            self.counts.retried += 1
            middle = len(batch) // 2
            await self._run(batch[:middle])
            await self._run(batch[middle:])
        else:
            self._deal(batch, answers)

    def _deal(self, batch: "list[_Asked[Question, Reply]]", answers: Sequence[Reply] | Reason) -> None:
        place = 0
        for asked in batch:
            count = len(asked.questions)
            if not asked.answers.done():
                asked.answers.set_result(answers if isinstance(answers, Reason) else answers[place : place + count])
            place += count

    def _fail(self, batch: "list[_Asked[Question, Reply]]", failure: BaseException) -> None:
        for asked in batch:
            if asked.answers.done():
                continue
            if isinstance(failure, asyncio.CancelledError):
                asked.answers.cancel()
            else:
                asked.answers.set_exception(failure)

    async def close(self) -> None:
        """Answer what waits, then take nothing more."""
        while not self.idle:
            self._wake()
            await asyncio.sleep(0.01)
