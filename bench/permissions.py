"""What a decision costs: new to the policies, and remembered, for a nation of practices asking about many insurers.

`python -m bench.permissions`. Seconds of processor, so that a busy machine does not count, and by the clock. The last
line is one line of JSON.
"""

import json
import time
from random import Random

from cloison.identity import permission_engine as engine
from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.duties import Duty, scopes
from cloison.identity.permissions import Circumstances, Permission, Resource, permit

PRACTICES, INSURERS, QUESTIONS, NEW = 20_000, 84, 100_000, 2_000
TARGET_US = 20.0


def main() -> None:
    """Ask, time, print."""
    random, held = Random(1), scopes(Duty.SOFTWARE)
    contracts = [frozenset[int](), frozenset(range(1, 43)), frozenset(range(1, INSURERS + 1))]
    actors = [
        Actor(3 * number, ActorKind.MACHINE, random.choice([Channel.API, Channel.CARD]), Means.CERTIFICATE,
              organisation=number, practice=number, scopes=held, tenants=random.choice(contracts))
        for number in range(1, PRACTICES + 1)
    ]  # fmt: skip
    proofs = [Circumstances(purpose=1, proof=proof) for proof in (1, 2, 3)]
    asked = [
        (actor, Resource(practice=actor.practice, tenant=random.randint(1, INSURERS)), random.choice(proofs))
        for actor in random.choices(actors, k=QUESTIONS)
    ]
    policies = engine.standard()
    question = engine.Question("practice:eligibility:ask", "machine", "api", "certificate", False, True, False, 1, 1,
                               ((1, 0, 0, 0), (1, 0, 0, 0), (1, 1), (0, 1, 0, 0)))  # fmt: skip
    began = time.process_time()
    for _ in range(NEW):
        policies.answer(question)
    new = (time.process_time() - began) / NEW * 1e6

    engine.decide.cache_clear()
    began, clock = time.process_time(), time.perf_counter()
    refused = sum(
        permit(actor, Permission.ELIGIBILITY_ASK, resource, why) is not None for actor, resource, why in asked
    )
    amortised = (time.process_time() - began) / QUESTIONS * 1e6
    by_clock = (time.perf_counter() - clock) / QUESTIONS * 1e6
    different = engine.decide.cache_info().misses
    print(f"new to the policies   {new:8.1f} us")
    print(f"amortised             {amortised:8.1f} us over {QUESTIONS:,} questions of {PRACTICES:,} practices")
    print(f"  by the clock        {by_clock:8.1f} us")
    print(f"different questions   {different:8,}      (refused: {refused:,})")
    print(json.dumps({"new_us": round(new, 1), "amortised_us": round(amortised, 1),
                      "by_clock_us": round(by_clock, 1), "different": different,
                      "target_us": TARGET_US, "met": amortised < TARGET_US}))  # fmt: skip


if __name__ == "__main__":
    main()
