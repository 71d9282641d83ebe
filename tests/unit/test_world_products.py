"""The products of the world: what is called a contrat responsable is one."""

from datetime import date
from pathlib import Path

from cloison.ops import products
from cloison.rules import TariffBook
from cloison.world.insurers import PRODUCTS, insurers_json, make_insurers

DAY = date(2026, 11, 20)


def test_every_contrat_responsable_of_the_world_keeps_every_article(tmp_path: Path):
    file = tmp_path / "insurers.json"
    file.write_bytes(insurers_json(make_insurers(1, 84), DAY))
    checked = products.check(file, DAY, TariffBook.standard())
    claimed = {each.product.code for each in checked if each.product.responsable}
    assert claimed == {product.code for product in PRODUCTS if product.responsable} == {"ESS1", "CONF2", "PREM3"}
    assert [(each.product.code, each.breaches) for each in checked if each.breaches] == []


def test_the_world_sells_rows_for_families_and_for_doctors_in_and_out_of_optam(tmp_path: Path):
    file = tmp_path / "insurers.json"
    file.write_bytes(insurers_json(make_insurers(1, 84), DAY))
    rows = [row for _, sold in products.read_products(file) for product in sold for row in product.guarantees]
    assert {row.family for row in rows} >= {"", "lunettes_classe_a", "protheses_panier_0", "aides_auditives_1"}
    assert {row.optam for row in rows} == {None, False}
    assert any(row.pair_cap_cents for row in rows)
    assert any(row.family and row.annual_ceiling_cents for row in rows)
