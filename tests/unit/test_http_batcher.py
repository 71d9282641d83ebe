"""The queue of the micro-batcher, against a backend whose every answer the test decides."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from cloison.disclosure.reasons import CHANNEL_FROZEN, UNAVAILABLE
from cloison.errors import Reason, Unavailable
from cloison.gateways.http.reasons import OVERLOADED, TIMED_OUT
from cloison.ops.batcher import POLICIES, Batcher, Policy

POISON = -1


class Backend:
    """Doubles numbers. It holds every batch until told, and notes what came together."""

    def __init__(self, policy: Policy, held: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.inside = 0
        self.most_inside = 0
        self.failure: Exception | None = None
        self.refusal: Reason | None = None
        self.gate = asyncio.Event()
        if not held:
            self.gate.set()
        self.batcher: Batcher[int, int] = Batcher(self.answer, policy)

    async def answer(self, questions: Sequence[int]) -> Sequence[int] | Reason:
        self.batches.append(list(questions))
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            if self.failure is not None:
                raise self.failure
            if POISON in questions:
                raise ValueError("one of them")
            return self.refusal or [2 * each for each in questions]
        finally:
            self.inside -= 1

    def ask(self, *questions: int) -> "asyncio.Task[Sequence[int] | Reason]":
        return asyncio.ensure_future(self.batcher.ask(questions))

    def let_go(self) -> None:
        self.gate.set()


async def turns(count: int = 6) -> None:
    """Let everything that can run, run."""
    for _ in range(count):
        await asyncio.sleep(0)


POLICY = Policy(batch_max=4, in_flight=2, waiting_max=10)


async def test_a_lone_question_leaves_at_once() -> None:
    backend = Backend(POLICY)
    assert await backend.ask(21) == [42]
    assert backend.batches == [[21]]


async def test_questions_of_the_same_moment_share_a_batch() -> None:
    backend = Backend(POLICY)
    assert await asyncio.gather(*(backend.ask(each) for each in range(4))) == [[0], [2], [4], [6]]
    assert backend.batches == [[0, 1, 2, 3]]


async def test_batches_fill_while_others_are_on_their_way() -> None:
    backend = Backend(replace(POLICY, in_flight=1), held=True)
    first = backend.ask(1)
    await turns()
    later = [backend.ask(each) for each in (2, 3, 4)]
    await turns()
    assert backend.batches == [[1]]
    backend.let_go()
    await asyncio.gather(first, *later)
    assert backend.batches == [[1], [2, 3, 4]]


async def test_a_batch_leaves_beside_another_only_when_enough_wait() -> None:
    backend = Backend(replace(POLICY, beside_min=3), held=True)
    asked = [backend.ask(1)]
    await turns()
    asked.extend(backend.ask(each) for each in (2, 3))
    await turns()
    assert backend.batches == [[1]]
    asked.append(backend.ask(4))
    await turns()
    assert backend.batches == [[1], [2, 3, 4]]
    asked.append(backend.ask(5))
    await turns()
    backend.let_go()
    assert await asyncio.gather(*asked) == [[2], [4], [6], [8], [10]]
    assert backend.batches == [[1], [2, 3, 4], [5]]


async def test_no_more_batches_are_on_their_way_than_the_policy_says() -> None:
    backend = Backend(replace(POLICY, batch_max=1, in_flight=3, waiting_max=100))
    await asyncio.gather(*(backend.ask(each) for each in range(50)))
    assert backend.most_inside == 3
    assert len(backend.batches) == 50


async def test_a_batch_is_no_larger_than_the_policy_says_and_keeps_the_order() -> None:
    backend = Backend(replace(POLICY, waiting_max=100))
    answers = await asyncio.gather(*(backend.ask(each) for each in range(30)))
    assert answers == [[2 * each] for each in range(30)]
    assert max(len(batch) for batch in backend.batches) == 4
    assert [each for batch in backend.batches for each in batch] == list(range(30))


async def test_the_questions_of_one_caller_travel_together() -> None:
    backend = Backend(POLICY)
    one, many = backend.ask(1, 2, 3), backend.ask(4, 5)
    assert (await one, await many) == ([2, 4, 6], [8, 10])
    assert backend.batches == [[1, 2, 3], [4, 5]]


async def test_a_caller_with_more_than_a_batch_travels_alone() -> None:
    backend = Backend(POLICY)
    assert await backend.ask(*range(7)) == [2 * each for each in range(7)]
    assert backend.batches == [list(range(7))]


async def test_a_question_beyond_the_bound_is_refused_at_once() -> None:
    backend = Backend(replace(POLICY, in_flight=1), held=True)
    first = backend.ask(0)
    await turns()
    waiting = [backend.ask(each) for each in range(1, 11)]
    await turns()
    with pytest.raises(Unavailable) as refused:
        await backend.ask(99)
    assert refused.value.reason is OVERLOADED
    backend.let_go()
    await asyncio.gather(first, *waiting)
    assert backend.batcher.counts.refused == 1
    assert await backend.ask(5) == [10]


async def test_a_question_that_waited_too_long_is_told_to_come_back() -> None:
    backend = Backend(replace(POLICY, in_flight=1, patience_seconds=0.01), held=True)
    first = backend.ask(1)
    await turns()
    late = backend.ask(2)
    await asyncio.sleep(0.03)
    backend.let_go()
    assert await first == [2]
    with pytest.raises(Unavailable) as told:
        await late
    assert told.value.reason is TIMED_OUT


async def test_a_poisoned_question_fails_alone() -> None:
    backend = Backend(replace(POLICY, batch_max=16, waiting_max=100))
    asked = [backend.ask(each) for each in (1, 2, 3, POISON, 5, 6, 7, 8)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(done[3], ValueError)
    assert [each for at, each in enumerate(done) if at != 3] == [[2], [4], [6], [10], [12], [14], [16]]
    assert len(backend.batches) <= 7


async def test_a_backend_that_does_not_answer_fails_its_batch_once_and_no_other() -> None:
    backend = Backend(replace(POLICY, in_flight=1, batch_max=2))
    backend.failure = Unavailable(UNAVAILABLE)
    first = [backend.ask(1), backend.ask(2)]
    failed = await asyncio.gather(*first, return_exceptions=True)
    assert [type(each) for each in failed] == [Unavailable, Unavailable]
    assert backend.batches == [[1, 2]]
    backend.failure = None
    assert await backend.ask(3) == [6]


async def test_a_closed_channel_is_told_to_every_caller_of_the_batch() -> None:
    backend = Backend(POLICY)
    backend.refusal = CHANNEL_FROZEN
    assert await asyncio.gather(backend.ask(1), backend.ask(2)) == [CHANNEL_FROZEN, CHANNEL_FROZEN]


async def test_a_caller_that_leaves_before_its_turn_is_not_asked_for() -> None:
    backend = Backend(replace(POLICY, in_flight=1), held=True)
    first = backend.ask(1)
    await turns()
    gone, stays = backend.ask(2, 3), backend.ask(4)
    await turns()
    gone.cancel()
    await turns()
    assert backend.batcher.waiting == 1
    backend.let_go()
    assert (await first, await stays) == ([2], [8])
    assert backend.batches == [[1], [4]]


async def test_a_caller_that_leaves_during_its_batch_harms_nobody() -> None:
    backend = Backend(POLICY, held=True)
    gone, stays = backend.ask(1), backend.ask(2)
    await turns()
    gone.cancel()
    backend.let_go()
    assert await stays == [4]
    assert gone.cancelled()


async def test_the_first_of_a_batch_waits_for_others_when_the_policy_says_so() -> None:
    backend = Backend(replace(POLICY, linger_seconds=0.02))
    first = backend.ask(1)
    await asyncio.sleep(0.005)
    second = backend.ask(2)
    assert (await first, await second) == ([2], [4])
    assert backend.batches == [[1, 2]]


async def test_closing_answers_what_waits() -> None:
    backend = Backend(replace(POLICY, in_flight=1, batch_max=1))
    asked = [backend.ask(each) for each in range(5)]
    await turns(1)
    await backend.batcher.close()
    assert await asyncio.gather(*asked) == [[0], [2], [4], [6], [8]]
    assert backend.batcher.idle


async def test_a_backend_with_many_nodes_is_asked_one_by_one() -> None:
    backend = Backend(POLICIES["citus"])
    await asyncio.gather(*(backend.ask(each) for each in range(40)))
    assert {len(batch) for batch in backend.batches} == {1}
    assert backend.most_inside == 32
