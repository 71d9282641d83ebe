"""One block of the world, from its seed to the bytes it adds to each file. Blocks know nothing of each other."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from cloison.world.b2 import Lots, write_lots
from cloison.world.care import asked, make_lines, make_visits
from cloison.world.chance import Subject, generator
from cloison.world.contracts import make_contracts, make_rights
from cloison.world.day import Questions, Slip, make_questions
from cloison.world.families import make_families
from cloison.world.insurers import Market, make_insurers
from cloison.world.invoices import Flaw, Invoices, make_invoices, spoil
from cloison.world.movements import Lines as MovementLines
from cloison.world.movements import Mistake, Sheet, files, make_movements
from cloison.world.people import Cradle, make_people
from cloison.world.professionals import Kind, Practices, make_practices, practices_csv
from cloison.world.quotes import TRADES, Quotes, make_quotes
from cloison.world.text import Ints, as_day

PERSONS_PER_BLOCK = 16_384
INVOICES_PER_PERSON = 0.345
CONCENTRATORS = ("MEDIC", "OFFIC", "BIOLO", "AUXIL", "TRANS")
_CONCENTRATOR_OF_KIND = np.array([0, 0, 1, 2, 3, 3, 3, 4], np.int64)


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides the bytes of a world."""

    persons: int
    insurers: int
    seed: int
    day: date
    parquet_every: int = 0

    @property
    def blocks(self) -> int:
        return -(-self.persons // PERSONS_PER_BLOCK)

    def persons_of(self, block: int) -> int:
        return min(PERSONS_PER_BLOCK, self.persons - block * PERSONS_PER_BLOCK)


@dataclass(frozen=True, slots=True)
class Block:
    """What one block adds to the files, and to the counts of the truth."""

    persons: int
    movements: tuple[dict[int, Sheet], dict[int, Sheet]]
    practices: bytes
    questions: bytes
    lots: tuple[Lots, ...]
    resent: tuple[Lots, ...]
    question_of: Ints
    quotes: Quotes
    counts: dict[str, dict[str, int]]
    truth: dict[str, Ints]


@cache
def market_of(recipe: Recipe) -> Market:
    """Insurers, once per process."""
    return Market.of(make_insurers(recipe.seed, recipe.insurers, recipe.parquet_every))


def make_block(recipe: Recipe, number: int) -> Block:
    """Draw and write one block."""
    market, day = market_of(recipe), as_day(recipe.day)

    def chance(subject: Subject) -> np.random.Generator:
        return generator(recipe.seed, number, subject)

    persons = recipe.persons_of(number)
    families = make_families(chance(Subject.FAMILIES), persons, day)
    people = make_people(chance(Subject.PEOPLE), families, Cradle.of(number, recipe.blocks))
    drawn = chance(Subject.CONTRACTS)
    contracts = make_contracts(drawn, families, market, number * 2 * PERSONS_PER_BLOCK, day)
    rights = make_rights(drawn, families, contracts)
    movements = make_movements(chance(Subject.MOVEMENTS), contracts, rights, families.birth_day, day)

    drawn = chance(Subject.PROFESSIONALS)
    practices = make_practices(drawn, number, round(persons * INVOICES_PER_PERSON))
    practice_lines = practices_csv(drawn, practices)
    drawn = chance(Subject.CARE)
    visits = make_visits(drawn, practices, day)
    invoices = make_invoices(
        chance(Subject.MISTAKES), visits, practices, people, contracts, rights, movements, market, day
    )
    lines = make_lines(drawn, visits, practices, invoices.outside)
    lines, impossible = spoil(lines, invoices)
    product = contracts.product[rights.contract[invoices.right]]
    practice = visits.practice[lines.invoice]
    due = asked(lines, visits.kind[lines.invoice], product[lines.invoice], practices.optam[practice],
                practices.sector_two[practice], market)  # fmt: skip
    questions = make_questions(
        chance(Subject.QUESTIONS), number, invoices, practices, people, contracts, rights, movements, market, day
    )

    quotes = make_quotes(chance(Subject.QUOTES), number, persons, people, contracts, rights, movements, market, day)

    def lots_of(chosen: Ints) -> tuple[Lots, ...]:
        target = _CONCENTRATOR_OF_KIND[visits.kind[chosen]]
        return tuple(
            write_lots(chosen[target == index], invoices, lines, due, impossible, practices, day)
            for index in range(len(CONCENTRATORS))
        )

    everything = np.arange(invoices.right.size)
    twice = np.flatnonzero(invoices.flaw == Flaw.DUPLICATE_SAME_FILE)
    written = np.sort(np.concatenate((everything, twice)))
    resent = np.flatnonzero(invoices.flaw == Flaw.DUPLICATE_NEXT_FILE)
    return Block(
        persons,
        (
            files(movements.first, movements, people, contracts, rights, market),
            files(movements.second, movements, people, contracts, rights, market),
        ),
        practice_lines + quotes.practices,
        questions.lines,
        lots_of(written),
        lots_of(resent),
        questions.of_invoices(invoices.right.size),
        quotes,
        {**_counts(movements.first, movements.second, invoices, practices, questions), "quotes": quotes.counts},
        _truth(invoices, practices, due, lines.invoice, lines.total, lines.amo),
    )


def _counts(
    first: MovementLines, second: MovementLines, invoices: Invoices, practices: Practices, questions: Questions
) -> dict[str, dict[str, int]]:
    def named(values: Ints, names: list[str]) -> dict[str, int]:
        return {name: int(count) for name, count in zip(names, np.bincount(values, minlength=len(names)), strict=True)}

    return {
        "movement_lines": {"first_day": first.right.size, "second_day": second.right.size},
        "movement_kinds_second_day": named(second.kind, ["creation", "modification", "end"]),
        "movement_mistakes": named(first.mistake, [mistake.name.lower() for mistake in Mistake]),
        "practices": named(practices.kind, [kind.name.lower() for kind in Kind]) | dict.fromkeys(TRADES, 1),
        "invoices": named(invoices.visits.kind, [kind.name.lower() for kind in Kind]),
        "invoice_mistakes": named(invoices.flaw, [flaw.name.lower() for flaw in Flaw]),
        "invoices_uncovered": {"uncovered": int(invoices.uncovered.sum())},
        "invoices_ended_since": {"ended_since": int(invoices.ended_since.sum())},
        "questions": {"asked": questions.number.size, "before_an_invoice": int((questions.invoice >= 0).sum())},
        "question_mistakes": named(questions.slip, [slip.name.lower() for slip in Slip]),
    }


def _truth(
    invoices: Invoices, practices: Practices, due: Ints, invoice: Ints, total: Ints, amo: Ints
) -> dict[str, Ints]:
    def added(column: Ints) -> Ints:
        return np.bincount(invoice, column, minlength=invoices.right.size).astype(np.int64)

    return {
        "practice": practices.number[invoices.visits.practice].astype(np.int64),
        "number": invoices.number.astype(np.int64),
        "kind": invoices.visits.kind,
        "mistake": invoices.flaw,
        "uncovered": invoices.uncovered.astype(np.int64),
        "ended_since": invoices.ended_since.astype(np.int64),
        "total_cents": added(total),
        "amo_cents": added(amo),
        "asked_cents": added(due),
    }
