"""People of the world: families, NIRs, names."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from stdnum.fr import nir as official

from cloison.world.chance import Subject, generator
from cloison.world.families import NOBODY, Families, make_families, ordinals
from cloison.world.people import Cradle, People, make_people
from cloison.world.places import all_places
from cloison.world.pyramid import AGES, SHARES
from cloison.world.text import part

DAY = np.datetime64("2026-11-20")
BLOCKS_OF_THE_NATION = 2_015


def people_of(block: int, size: int, blocks: int) -> People:
    families = make_families(generator(7, block, Subject.FAMILIES), size, DAY)
    return make_people(generator(7, block, Subject.PEOPLE), families, Cradle.of(block, blocks))


@pytest.fixture(scope="module")
def people() -> People:
    return people_of(3, 16_384, BLOCKS_OF_THE_NATION)


@pytest.fixture(scope="module")
def families(people: People) -> Families:
    return people.families


def test_each_nir_has_the_right_key(people: People):
    assert all(official.is_valid(number.decode()) for number in people.nir if number)


def test_each_adult_has_a_nir_and_no_child_has_one(people: People):
    assert np.array_equal(people.nir != b"", people.families.age >= 18)


def test_a_nir_belongs_to_one_person_whatever_the_block():
    # Neighbours, the same slot of order numbers in the next class of places, and the last block of the nation.
    blocks = [0, 1, 124, 248, BLOCKS_OF_THE_NATION - 1]
    numbers = np.concatenate([people_of(block, 16_384, BLOCKS_OF_THE_NATION).nir for block in blocks])
    numbers = numbers[numbers != b""]
    assert np.unique(numbers).size == numbers.size


def test_a_nir_agrees_with_the_sex_and_birth_of_its_owner(people: People):
    adult = people.nir != b""
    nir, birth, male = people.nir[adult], people.birth_text[adult], people.families.male[adult]
    assert np.array_equal(part(nir, 1, 3), part(birth, 2, 4))
    assert np.array_equal(np.isin(part(nir, 0, 1), [b"1", b"7"]), male)


def test_some_nirs_are_corsican_temporary_foreign_or_incomplete(people: People):
    numbers = [number.decode() for number in people.nir if number]
    assert any(number[5:7] in ("2A", "2B") for number in numbers) or any(number[5:7] == "20" for number in numbers)
    assert any(number[0] in "78" for number in numbers)
    assert 0.05 < sum(number[5:7] == "99" for number in numbers) / len(numbers) < 0.25
    assert any(int(number[3:5]) > 12 for number in numbers)


def test_a_corsican_nir_has_a_letter_from_1976_only():
    corsicans = [
        number.decode()
        for block in range(4)
        for number in people_of(block, 16_384, 4).nir
        if number[5:7] in (b"2A", b"2B", b"20")
    ]
    assert corsicans
    assert all((number[6] in "AB") == (int(number[1:3]) >= 76 or int(number[1:3]) <= 26) for number in corsicans)


def test_places_of_birth_are_real(shared_data: Path):
    with (shared_data / "fr-ref/insee-cog/v_commune_depuis_1943.csv").open(encoding="utf-8") as file:
        communes = {row["COM"] for row in csv.DictReader(file)} | {f"751{district:02d}" for district in range(1, 21)}
    with (shared_data / "fr-ref/insee-cog/v_pays_territoire_2024.csv").open(encoding="utf-8") as file:
        countries = {row["COG"] for row in csv.DictReader(file)}
    assert {code.decode() for code in all_places().code} <= communes | countries


def test_the_pyramid_is_that_of_insee(shared_data: Path):
    with (shared_data / "fr-ref/population/insee_population_age_sex_2015_2026.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["year"] == "2026" and row["geo"] == "france"]
    shares = np.zeros(2 * AGES)
    for row in rows:
        shares[int(row["age0101"]) + (AGES if row["sex"] == "M" else 0)] = float(row["popx"])
    assert np.allclose(SHARES / SHARES.sum(), shares / shares.sum(), atol=1e-5)


def test_ages_follow_the_pyramid(families: Families):
    expected = (SHARES[:AGES] + SHARES[AGES:]) / SHARES.sum()
    drawn = np.bincount(families.age, minlength=AGES) / families.size
    by_twenty = [(expected[start : start + 20].sum(), drawn[start : start + 20].sum()) for start in range(0, 100, 20)]
    assert all(abs(wanted - found) < 0.015 for wanted, found in by_twenty)


def test_a_mother_was_of_an_age_to_give_birth(families: Families):
    children = families.mother != NOBODY
    at_birth = families.age[families.mother[children]] - families.age[children]
    assert at_birth.min() >= 16
    assert 28 < at_birth.mean() < 33


def test_a_couple_knows_each_other(families: Families):
    coupled = np.flatnonzero(families.partner != NOBODY)
    assert np.array_equal(families.partner[families.partner[coupled]], coupled)
    assert (families.male[coupled] != families.male[families.partner[coupled]]).all()


def test_twins_share_a_birthday_and_not_a_rank(families: Families):
    twins = np.flatnonzero(families.birth_rank == 2)
    assert twins.size
    keys = Counter(
        zip(families.mother.tolist(), families.birth_day.tolist(), families.birth_rank.tolist(), strict=True)
    )
    assert max(count for (mother, _, _), count in keys.items() if mother != NOBODY) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_a_handful_of_people_is_a_world_too(size: int):
    assert people_of(0, size, 1).nir.size == size


def test_ordinals_count_equal_values_before():
    assert ordinals(np.array([5, 7, 5, 5, 7])).tolist() == [0, 0, 1, 2, 1]
    assert ordinals(np.array([], np.int64)).tolist() == []
