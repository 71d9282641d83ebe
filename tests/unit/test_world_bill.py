"""Billing: guarantee numbers of the answers are stamped into the invoices, and nothing else moves."""

import csv
from datetime import date
from pathlib import Path

import pytest

from cloison.world import bill, build
from cloison.world.build import Manifest

ANSWERS = "question;reponse;engagement;valable_du;valable_au;domaines;ordre;motif;message;action;acteur\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return build(1_000, tmp_path_factory.mktemp("world"), seed=5, day=date(2026, 11, 20))


def links(world: Manifest) -> list[dict[str, str]]:
    with world.invoices_questions.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def write_answers(folder: Path, engagements: dict[str, str]) -> Path:
    path = folder / "answers.csv"
    lines = [
        f"{question};{'covered' if number else 'not_covered'};{number};2026-11-01;2026-12-01;MED;1;;;;\n"
        for question, number in engagements.items()
    ]
    path.write_text(ANSWERS + "".join(lines), encoding="utf-8")
    return path


def test_an_invoice_carries_the_number_that_its_question_got(world: Manifest, tmp_path: Path):
    linked = links(world)
    promised = {link["question"]: f"ENG{link['question']}" for link in linked[::2]}
    refused = {link["question"]: "" for link in linked if link["question"] not in promised}
    stamped = bill(world.out, write_answers(tmp_path, promised | refused), tmp_path / "sent")
    assert stamped == sum(link["question"] in promised for link in linked)
    for link in linked:
        sent = (tmp_path / "sent" / link["fichier"]).read_bytes()
        start = (int(link["position"]) - 1) * 128
        assert sent[start + 38 : start + 39] == b"S"
        assert sent[start + 64 : start + 84].decode() == promised.get(link["question"], "").ljust(20)


def test_nothing_else_moves(world: Manifest, tmp_path: Path):
    answers = write_answers(tmp_path, {link["question"]: "E" * 20 for link in links(world)})
    bill(world.out, answers, tmp_path / "sent")
    for path in world.b2:
        sent = (tmp_path / "sent" / path.name).read_bytes().replace(b"E" * 20, b" " * 20)
        assert sent == path.read_bytes()


def test_answers_without_any_promise_leave_the_files_as_they_were(world: Manifest, tmp_path: Path):
    assert bill(world.out, write_answers(tmp_path, {}), tmp_path / "sent") == 0
    assert [(tmp_path / "sent" / path.name).read_bytes() for path in world.b2] == [
        path.read_bytes() for path in world.b2
    ]


def test_a_guarantee_number_too_long_for_the_record_is_refused(world: Manifest, tmp_path: Path):
    with pytest.raises(ValueError, match="at most 20 characters"):
        bill(world.out, write_answers(tmp_path, {"1": "E" * 21}), tmp_path / "sent")


def test_the_world_itself_is_not_changed(world: Manifest, tmp_path: Path):
    before = [path.read_bytes() for path in world.b2]
    bill(world.out, write_answers(tmp_path, {link["question"]: "ENG1" for link in links(world)}), tmp_path / "sent")
    assert before == [path.read_bytes() for path in world.b2]
