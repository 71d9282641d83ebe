"""Which row of a product counts: the columns of a shelf, checked against one act at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cloison.errors import Misuse
from cloison.rules import Sector, code_ids
from cloison.rules.codes import ACT_TABLE, FAMILIES
from cloison.rules.produits import NONE, Guarantee, Product, family_named, family_number, in_turn
from cloison.rules.shelf import FAMILY_ACCOUNTS, Shelf
from cloison.rules.vocabulary import Domain, Formula

FIRST = date(2026, 1, 1)


def found(shelf: Shelf, product: int, name: str, sector: Sector, day: date, network: bool = False) -> int:
    code = code_ids(np.array([name.encode()], "S5"))
    where = np.array([product]), code, np.array([sector], np.int8), np.array([network])
    return int(shelf.find(*where, np.array([day], "datetime64[D]"))[0])


def test_the_row_that_says_most_counts_and_its_days_do():
    """The family before the domain, the kind of doctor before all doctors, the row of the day of care."""
    rows = (
        Guarantee(Domain.MED, Formula.TM, 10_000),
        Guarantee(Domain.MED, Formula.BR, 20_000, family="consultations", start=FIRST),
        Guarantee(Domain.MED, Formula.BR, 15_000, family="consultations", optam=False, end=date(2026, 2, 1)),
    )
    sold = Product("P", "p", False, rows)
    shelf = Shelf.of([replace(sold, code="empty", guarantees=()), sold])
    cases = [
        ("G", Sector.ONE, date(2025, 12, 31), 0),
        ("G", Sector.ONE, FIRST, 1),
        ("CNP", Sector.ONE, FIRST, 1),
        ("CNP", Sector.TWO, date(2026, 1, 31), 2),
        ("PHC", Sector.ONE, date(2026, 1, 31), NONE),
        ("G", Sector.TWO, date(2026, 1, 31), 2),
        ("G", Sector.TWO, date(2026, 2, 1), 1),
        ("ATM", Sector.TWO, date(2026, 2, 1), 0),
        ("B", Sector.ONE, date(2026, 2, 1), NONE),
        ("ZZ", Sector.ONE, date(2026, 2, 1), NONE),
    ]
    for name, sector, day, row in cases:
        assert found(shelf, 1, name, sector, day) == row, (name, sector, day)
        assert found(shelf, 0, name, sector, day) == NONE
        assert found(shelf, 7, name, sector, day) == NONE


def test_the_network_counts_before_the_kind_of_doctor_and_only_inside_it():
    rows = (
        Guarantee(Domain.OPTI, Formula.BR, 10_000, optam=False),
        Guarantee(Domain.OPTI, Formula.FR, 10_000, network=True),
        Guarantee(Domain.OPTI, Formula.EUR, amount_cents=100, family="lunettes_classe_b"),
    )
    shelf = Shelf.of([Product("P", "p", False, rows)])
    assert found(shelf, 0, "M01", Sector.NOT_CONCERNED, FIRST) == 0
    assert found(shelf, 0, "M01", Sector.NOT_CONCERNED, FIRST, network=True) == 1
    assert found(shelf, 0, "M03", Sector.NOT_CONCERNED, FIRST, network=True) == 2


def test_a_row_without_a_formula_takes_a_family_out_of_its_domain():
    rows = (Guarantee(Domain.PHAR, Formula.TM, 10_000), Guarantee(Domain.PHAR, Formula.NONE, family="medicaments_15"))
    shelf = Shelf.of([Product("P", "p", False, rows)])
    assert found(shelf, 0, "PH7", Sector.NOT_CONCERNED, FIRST) == 0
    assert found(shelf, 0, "PH1", Sector.NOT_CONCERNED, FIRST) == NONE


def test_a_domain_is_opened_by_the_row_that_waits_least_whatever_it_is_about():
    rows = (
        Guarantee(Domain.DENT, Formula.TM, 10_000, waiting_days=90),
        Guarantee(Domain.DENT, Formula.TM, 10_000, family="soins_dentaires", waiting_days=10),
        Guarantee(Domain.DENT, Formula.NONE, family="orthodontie"),
        Guarantee(Domain.AUDI, Formula.FR, 10_000, family="aides_auditives_1", start=FIRST),
    )
    shelf = Shelf.of([Product("P", "p", False, rows)])

    def opened(domain: Domain, day: date) -> int:
        return int(shelf.find_domain(np.array([0]), np.array([domain]), np.array([day], "datetime64[D]"))[0])

    unknown = shelf.find_domain(np.array([1, -1, 0, 0]), np.array([2, 9, 0, 11]), np.full(4, FIRST, "datetime64[D]"))
    assert unknown.tolist() == [NONE] * 4, "another product, none, no domain, one to come"
    assert opened(Domain.DENT, FIRST) == 1
    assert opened(Domain.AUDI, FIRST) == 3
    assert opened(Domain.AUDI, FIRST - timedelta(days=1)) == NONE
    assert opened(Domain.MED, FIRST) == NONE


def test_a_domain_of_a_network_is_opened_for_its_practices_alone():
    rows = (
        Guarantee(Domain.OPTI, Formula.TM, 10_000, network=True),
        Guarantee(Domain.DENT, Formula.TM, 10_000, waiting_days=30),
        Guarantee(Domain.DENT, Formula.FR, 10_000, network=True),
    )
    shelf = Shelf.of([Product("P", "p", False, rows)])
    domain, day = np.array([Domain.OPTI, Domain.OPTI, Domain.DENT, Domain.DENT]), np.full(4, FIRST, "datetime64[D]")
    inside = np.array([False, True, False, True])
    product = np.zeros(4, np.int64)
    assert shelf.find_domain(product, domain, day, inside).tolist() == [NONE, 0, 1, 2]
    assert shelf.find_domain(product, domain, day).tolist() == [0, 0, 2, 2]


def test_families_keep_their_numbers():
    """They are stored: a family is added at the end, and never moved."""
    assert FAMILIES[:5] == ("consultations", "biologie", "medicaments_100", "medicaments_65", "medicaments_30")
    assert FAMILIES[10:13] == ("soins_dentaires", "protheses", "protheses_panier_0")
    assert FAMILIES[20:25] == (
        "sejours", "forfait_journalier", "forfait_urgences", "actes_lourds", "dispositifs",
    )  # fmt: skip
    assert all(family_named(family_number(family)) == family for family in ("", *FAMILIES))


def test_the_ceiling_of_a_family_is_an_account_of_its_own_and_variants_of_a_row_share_it():
    rows = (
        Guarantee(Domain.DENT, Formula.TM, 10_000),
        Guarantee(Domain.DENT, Formula.TM, 10_000, network=True),
        Guarantee(Domain.DENT, Formula.TM, 10_000, family="protheses"),
        Guarantee(Domain.DENT, Formula.TM, 10_000, family="protheses", network=True),
    )
    accounts = Shelf.of([Product("P", "p", False, rows)]).rows.account(np.arange(4)).tolist()
    assert accounts == [9, 9, FAMILY_ACCOUNTS + 12, FAMILY_ACCOUNTS + 12]


DOMAINS = (Domain.MED, Domain.DENT)
DAYS = st.dates(date(2025, 12, 1), date(2026, 2, 1))
SOME = [act.family for act in ACT_TABLE if act.domain in DOMAINS]


@st.composite
def guarantees(draw: st.DrawFn) -> Guarantee:
    domain = draw(st.sampled_from(DOMAINS))
    start = draw(DAYS)
    return Guarantee(
        domain=domain,
        formula=draw(st.sampled_from([Formula.NONE, Formula.TM, Formula.BR])),
        rate_bp=10_000,
        family=draw(st.sampled_from(["", *(act.family for act in ACT_TABLE if act.domain == domain)])),
        optam=draw(st.sampled_from([None, True, False])),
        network=draw(st.booleans()),
        waiting_days=draw(st.integers(0, 3)),
        start=start,
        end=draw(st.sampled_from([date.max, start + timedelta(days=draw(st.integers(1, 40)))])),
    )


def products(rows: Sequence[Sequence[Guarantee]]) -> list[Product]:
    """Products of these rows; a row that would hold at the same time as another about the same is left out."""
    made: list[Product] = []
    for number, drawn in enumerate(rows):
        kept: list[Guarantee] = []
        for row in drawn:
            try:
                Product("P", "p", False, in_turn([*kept, row]))
            except Misuse:
                continue
            kept.append(row)
        made.append(Product(f"P{number}", "p", False, in_turn(kept)))
    return made


@given(
    st.lists(st.lists(guarantees(), max_size=9), min_size=1, max_size=3),
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from([number for number, act in enumerate(ACT_TABLE) if act.domain in DOMAINS]),
            st.sampled_from(Sector),
            st.booleans(),
            DAYS,
        ),
        min_size=1,
        max_size=30,
    ),
)
def test_columns_find_what_a_search_act_by_act_finds(
    rows: list[list[Guarantee]], asked: list[tuple[int, int, Sector, bool, date]]
):
    sold = products(rows)
    shelf = Shelf.of(sold)
    everything = [row for product in sold for row in product.guarantees]
    product, code, sector, network, day = (list(column) for column in zip(*asked, strict=True))
    days = np.array(day, "datetime64[D]")
    places = shelf.find(np.array(product), np.array(code, np.int16), np.array(sector, np.int8), np.array(network), days)
    domain = np.array([ACT_TABLE[each].domain for each in code])
    opened = shelf.find_domain(np.array(product), domain, days, np.array(network))
    for at, (number, act, kind, inside, when) in enumerate(asked):
        optam = kind in (Sector.ONE, Sector.TWO_OPTAM)
        wanted = sold[number].on(when, act, optam, inside) if number < len(sold) else None
        if wanted is None or wanted.formula == Formula.NONE:
            assert places[at] == NONE
        else:
            assert everything[places[at]] is wanted
        held = [
            row
            for row in (sold[number].guarantees if number < len(sold) else ())
            if row.domain == domain[at]
            and row.start <= when < row.end
            and row.formula != Formula.NONE
            and (inside or not row.network)
        ]
        assert (opened[at] == NONE) == (not held)
        if held:
            assert everything[opened[at]].waiting_days == min(row.waiting_days for row in held)
