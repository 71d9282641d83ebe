"""A world depends on its recipe alone, and its files agree with each other and with what was planted."""

import csv
import json
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.fr import nir as official

from cloison.world import block as block_module
from cloison.world import build
from cloison.world.build import Manifest
from cloison.world.movements import COLUMNS

DAY = date(2026, 11, 20)
PERSONS = 6_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return build(PERSONS, tmp_path_factory.mktemp("world"), seed=11, day=DAY)


@pytest.fixture(scope="module")
def truth(world: Manifest) -> dict[str, dict[str, int]]:
    return json.loads(world.truth.read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def content(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


@dataclass
class Invoice:
    """One invoice read the slow way."""

    file: str
    position: int
    head: str
    sub: str
    lines: list[str]
    total: str


def invoices_of(path: Path) -> Iterator[Invoice]:
    text = path.read_bytes().decode("ascii")
    assert len(text) % 128 == 0
    records = [text[start : start + 128] for start in range(0, len(text), 128)]
    index = 0
    while index < len(records):
        if records[index][0] == "2":
            end = next(rank for rank in range(index, len(records)) if records[rank][0] == "5")
            yield Invoice(
                path.name, index + 2, records[index], records[index + 1], records[index + 2 : end], records[end]
            )
            index = end
        index += 1


@pytest.fixture(scope="module")
def invoices(world: Manifest) -> list[Invoice]:
    return [invoice for path in world.b2 for invoice in invoices_of(path)]


@pytest.fixture(scope="module")
def planted(world: Manifest) -> dict[tuple[str, int], dict[str, object]]:
    return {(row["file"], row["position"]): row for row in pq.read_table(world.truth_invoices).to_pylist()}


def number(record: str, position: int, width: int) -> int:
    return int(record[position - 1 : position - 1 + width])


# ------------------------------------------------------------------------------------------------ the same bytes


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), persons=st.integers(1, 900), chunk=st.integers(1, 5))
def test_a_world_depends_on_its_recipe_alone(
    seed: int, persons: int, chunk: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(block_module, "PERSONS_PER_BLOCK", 200)
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    build(persons, one, seed=seed, day=DAY)
    build(persons, two, seed=seed, day=DAY, chunk=chunk)
    assert content(one) == content(two)


def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path):
    persons = 3 * block_module.PERSONS_PER_BLOCK - 5_000
    build(persons, tmp_path / "one", seed=3, day=DAY)
    build(persons, tmp_path / "two", seed=3, day=DAY, processes=2, chunk=2)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_another_seed_is_another_world(world: Manifest, tmp_path: Path):
    other = build(PERSONS, tmp_path, seed=12, day=DAY)
    assert world.questions.read_bytes() != other.questions.read_bytes()


def test_memory_does_not_grow_with_the_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(block_module, "PERSONS_PER_BLOCK", 2_000)
    build(2_000, tmp_path / "warm", seed=1, day=DAY)
    peaks: list[int] = []
    for persons in (6_000, 36_000):
        tracemalloc.start()
        build(persons, tmp_path / str(persons), seed=1, day=DAY)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.parametrize("persons", [1, 2, 7, 60])
def test_a_hamlet_is_a_world_too(persons: int, tmp_path: Path):
    manifest = build(persons, tmp_path, seed=1, day=DAY)
    assert manifest.movements


@pytest.mark.parametrize(("persons", "insurers"), [(0, 84), (10, 1)])
def test_a_world_without_people_or_choice_is_refused(persons: int, insurers: int, tmp_path: Path):
    with pytest.raises(ValueError, match="at least one person and two insurers"):
        build(persons, tmp_path, seed=1, day=DAY, insurers=insurers)


# ------------------------------------------------------------------------------------------------------ movements


def movements_of(world: Manifest, day: str) -> list[dict[str, str]]:
    return [row for path in world.movements if day in path.name for row in rows(path)]


def test_nirs_of_movements_are_right_but_for_planted_keys(world: Manifest, truth: dict[str, dict[str, int]]):
    lines = movements_of(world, "20261118")
    wrong = [row for row in lines if not official.is_valid(row["nir"])]
    assert len(wrong) == truth["movement_mistakes"]["nir_key"] > 0


def test_each_mistake_of_movements_is_where_it_was_planted(world: Manifest, truth: dict[str, dict[str, int]]):
    lines = movements_of(world, "20261118")
    products = {product["code"] for insurer in json.loads(world.insurers_file.read_text(encoding="utf-8"))
                for product in insurer["products"]}  # fmt: skip
    mistakes = truth["movement_mistakes"]
    assert len(lines) == truth["movement_lines"]["first_day"]
    assert sum(row["date_debut"] == "2026-02-30" for row in lines) == mistakes["impossible_date"] > 0
    assert sum(row["nom_naissance"] == "" for row in lines) == mistakes["missing_field"] > 0
    assert sum(row["produit"] not in products for row in lines) == mistakes["unknown_product"] > 0
    repeated = Counter(tuple(row.values()) for row in lines)
    assert sum(count - 1 for count in repeated.values()) == mistakes["duplicate_line"] > 0


def test_periods_of_a_right_overlap_only_where_planted(world: Manifest, truth: dict[str, dict[str, int]]):
    periods: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for row in movements_of(world, "20261118"):
        who = tuple(row[name] for name in ("amc", "contrat", "nir", "date_naissance", "rang_naissance", "ordre"))
        periods[who].append((row["date_debut"], row["date_fin"] or "9999-12-31"))
    overlaps = sum(
        second[0] <= first[1] for spans in periods.values() for first, second in pairwise(sorted(set(spans)))
    )
    assert overlaps == truth["movement_mistakes"]["overlap"] > 0


def test_a_right_begins_before_it_ends_and_not_before_birth(world: Manifest):
    for row in movements_of(world, "20261118"):
        assert not row["date_fin"] or row["date_debut"] <= row["date_fin"]
        if row["date_debut"] != "2026-02-30":
            assert row["date_debut"].replace("-", "") >= row["date_naissance"] or row["date_naissance"][4:6] > "12"


def test_the_second_day_speaks_of_known_rights(world: Manifest):
    known = {(row["amc"], row["contrat"], row["date_naissance"]) for row in movements_of(world, "20261118")}
    changes = movements_of(world, "20261119")
    assert {row["mouvement"] for row in changes} == {"M", "F"}
    assert {(row["amc"], row["contrat"], row["date_naissance"]) for row in changes} <= known
    assert 0.004 < len(changes) / PERSONS < 0.02
    assert all(row["date_fin"] for row in changes if row["mouvement"] == "F")


def test_a_member_number_names_one_family(world: Manifest):
    families: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in movements_of(world, "20261118"):
        families[row["amc"], row["adherent"]].add(row["contrat"])
    assert all(len(contracts) == 1 for contracts in families.values())


def test_some_people_have_two_insurers(world: Manifest):
    orders = Counter(row["ordre"] for row in movements_of(world, "20261118"))
    assert 0.01 < orders["2"] / orders["1"] < 0.12


def test_some_insurers_send_parquet_with_the_same_lines(tmp_path: Path, world: Manifest):
    other = build(PERSONS, tmp_path, seed=11, day=DAY, parquet_every=20)
    tables = [path for path in other.movements if path.suffix == ".parquet"]
    assert len({path.name.split("_")[1] for path in tables}) == 4
    for path in tables:
        twin = world.out / "movements" / f"{path.stem}.csv"
        assert pq.read_schema(path).names == list(COLUMNS)
        assert pq.read_table(path).to_pylist() == rows(twin)


# ------------------------------------------------------------------------------------------------- the day of care


def test_the_day_has_about_one_invoice_for_three_people(world: Manifest, truth: dict[str, dict[str, int]]):
    assert sum(truth["invoices"].values()) == round(PERSONS * 0.345)
    assert len(rows(world.practices)) == sum(truth["practices"].values())


def test_each_invoice_mistake_is_planted(truth: dict[str, dict[str, int]]):
    assert all(truth["invoice_mistakes"].values())
    assert all(truth["question_mistakes"].values())
    assert truth["invoices_ended_since"]["ended_since"] > 0


def test_totals_of_invoices_add_up_but_where_planted(
    invoices: list[Invoice], planted: dict[tuple[str, int], dict[str, object]]
):
    assert len(invoices) == len(planted)
    for invoice in invoices:
        wanted = planted[invoice.file, invoice.position]
        fees = invoice.lines[0][0] == "4"
        places = ((98, 7), (108, 7), (115, 8), (123, 6)) if fees else ((83, 8), (94, 8), (102, 8), (122, 7))
        base, amo, total, asked = (sum(number(line, *place) for line in invoice.lines) for place in places)
        written = (58, 66, 90) if fees else (115, 50, 82)
        end = invoice.total
        excess = 1_000 if wanted["mistake"] == "wrong_totals" else 0
        assert number(end, 39, 3) == len(invoice.lines)
        assert [number(end, place, 8) for place in written] == [total + excess, amo, asked]
        assert number(end, 42, 8) == (0 if fees else base)
        assert (total, amo, asked) == (wanted["total_cents"], wanted["amo_cents"], wanted["asked_cents"])
        assert amo + asked <= total or wanted["mistake"] != "none"


def test_batches_and_files_add_up(world: Manifest):
    for path in world.b2:
        text = path.read_bytes().decode("ascii")
        records = [text[start : start + 128] for start in range(0, len(text), 128)]
        assert records[0][:3] == "000"
        assert records[-1][:3] == "999"
        assert number(records[-1], 56, 8) == len(records)
        heads = [record for record in records[1:-1] if record[0] == "1"]
        ends = [record for record in records[1:-1] if record[0] == "6"]
        assert number(records[-1], 83, 3) == len(heads) == len(ends) <= 999
        assert [number(record, 20, 3) for record in heads] == list(range(1, len(heads) + 1))
        assert [number(record, 52, 3) for record in ends] == list(range(1, len(heads) + 1))
        totals = [number(record, 58, 8) + number(record, 115, 8) for record in records if record[0] == "5"]
        assert sum(number(record, 25, 9) for record in ends) == sum(totals)
        assert sum(number(record, 11, 3) for record in ends) == len(totals)


def test_invoice_numbers_are_unique_but_for_planted_duplicates(
    world: Manifest, invoices: list[Invoice], truth: dict[str, dict[str, int]]
):
    numbers = Counter((invoice.file, invoice.head[29:38]) for invoice in invoices)
    inside = sum(count - 1 for count in numbers.values())
    everywhere = Counter(invoice.head[29:38] for invoice in invoices)
    assert inside == truth["invoice_mistakes"]["duplicate_same_file"]
    assert sum(count - 1 for count in everywhere.values()) - inside == truth["invoice_mistakes"]["duplicate_next_file"]
    assert any("renvoi" in path.name for path in world.b2)


def test_nirs_of_invoices_are_right_but_for_planted_keys(
    invoices: list[Invoice], planted: dict[tuple[str, int], dict[str, object]]
):
    for invoice in invoices:
        wrong = planted[invoice.file, invoice.position]["mistake"] == "nir_key"
        assert official.is_valid(invoice.head[11:26]) != wrong


def test_mistakes_on_lines_are_where_they_were_planted(
    invoices: list[Invoice], planted: dict[tuple[str, int], dict[str, object]]
):
    for invoice in invoices:
        mistake = planted[invoice.file, invoice.position]["mistake"]
        first = invoice.lines[0]
        fees = first[0] == "4"
        day, code = (first[69:75], first[75:80]) if fees else (first[43:49], first[55:60])
        quantity = number(first, 81, 2) if fees else number(first, 61, 3)
        assert (day == "260231") == (mistake == "impossible_date")
        assert (code == "ZZZ  ") == (mistake == "unknown_act")
        assert (quantity == 0) == (mistake == "zero_quantity")


def test_an_invoice_asks_the_insurer_that_covers_the_patient(
    world: Manifest, invoices: list[Invoice], planted: dict[tuple[str, int], dict[str, object]]
):
    rights: dict[tuple[str, str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in movements_of(world, "20261118"):
        rights[row["amc"], row["nir"], row["date_naissance"][2:], row["rang_naissance"]].append(row)
    ended = {
        (row["amc"], row["nir"], row["date_naissance"][2:], row["rang_naissance"]): row["date_fin"]
        for row in movements_of(world, "20261119")
        if row["mouvement"] == "F"
    }
    for invoice in invoices:
        wanted = planted[invoice.file, invoice.position]
        mistake = wanted["mistake"]
        head = invoice.head
        who = (head[120:128], head[11:26], head[95:101], head[101:102])
        care = f"20{head[58:60]}-{head[60:62]}-{head[62:64]}"
        promised = any(right["date_debut"] <= care <= (right["date_fin"] or "9999") for right in rights[who])
        assert promised != (mistake in ("wrong_birth_date", "wrong_amc", "closed_right", "nir_key")), mistake
        assert (promised and care > ended.get(who, "9999")) == wanted["ended_since"]
        assert wanted["question"] or not wanted["ended_since"]


def test_an_invoice_is_linked_to_its_question(world: Manifest, invoices: list[Invoice]):
    asked = {row["question"]: row for row in rows(world.questions)}
    by_place = {(invoice.file, invoice.position): invoice for invoice in invoices}
    links = rows(world.invoices_questions)
    assert 0.75 < len(links) / len(invoices) < 0.95
    for link in links:
        question = asked[link["question"]]
        head = by_place[link["fichier"], int(link["position"])].head
        assert question["numero_ps"] == head[1:10]
        assert question["amc"] == head[120:128]
        assert question["date_naissance"][2:] == head[95:101]
        assert question["engagement"] == "O"
        assert not question["nir"] or question["nir"] == head[11:26]


def test_questions_name_the_person_by_card_or_by_nir(world: Manifest):
    questions = rows(world.questions)
    assert all(bool(row["adherent"]) != bool(row["nir"]) for row in questions)
    assert {row["canal"] for row in questions} == {"portal", "api", "card", "machine"}
    assert {row["preuve"] for row in questions if row["canal"] == "portal"} == {"P1"}
    assert all(row["adherent"] for row in questions if row["canal"] in ("portal", "api"))
    assert len({row["question"] for row in questions}) == len(questions)


def test_caseload_is_about_twenty_invoices_per_practice(truth: dict[str, dict[str, int]]):
    assert 14 < sum(truth["invoices"].values()) / sum(truth["practices"].values()) < 26


def test_shares_of_insurers_are_skewed(world: Manifest):
    sizes = np.sort([path.stat().st_size for path in world.movements if "20261118" in path.name])[::-1]
    assert sizes[0] > 8 * np.median(sizes)
