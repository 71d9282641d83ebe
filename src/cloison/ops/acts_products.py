"""A list of acts whose guarantees are those of products: two columns instead of the seven that say what is guaranteed.

    product   AMC number and code, such as 75004407/CONF2
    network   yes or no: the practice is in a network of this insurer

The row of each act is found and joined by the functions that decide invoices (`rules.shelf`, `rules.guaranteed`). What
depends on a person's contract is left out: waiting periods and annual ceilings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from cloison.errors import Defect, Misuse, Place
from cloison.ops import products
from cloison.rules import FAULTS, Acts, Teeth
from cloison.rules.guaranteed import guaranteed, shared_caps
from cloison.rules.listing import Listing, Row
from cloison.rules.produits import Product
from cloison.rules.shelf import Shelf

NEUTRAL = {"formula": "none", "rate": "0", "amount": "0", "act_cap": "", "ceiling": "", "ceiling_left": "0",
           "responsable": "no"}  # fmt: skip
"""The columns that a product answers, with what stands in them until it does."""
ASKED = ("product", "network")
_YES_OR_NO = {"yes": True, "no": False}


class Sold:
    """Products by the name that a list gives them."""

    def __init__(self, sold: Sequence[tuple[str, Product]]) -> None:
        self._number = {f"{amc}/{product.code}": number for number, (amc, product) in enumerate(sold)}
        self._responsable = np.array([product.responsable for _, product in sold], np.bool_)
        self._shelf = Shelf.of([product for _, product in sold])

    @classmethod
    def read(cls, file: Path) -> Self:
        """The products of an insurers file."""
        return cls([(amc, product) for amc, some in products.read_products(file) for product in some])

    def header(self, source: str, header: Sequence[str]) -> list[str]:
        """The columns of the acts without the two of products. Raises Misuse where one lacks or is said twice."""
        if missing := [name for name in ASKED if name not in header]:
            raise Misuse(FAULTS["rules.columns_missing"], ", ".join(missing), Place(source, 1))
        if twice := [name for name in NEUTRAL if name in header]:
            raise Misuse(FAULTS["rules.columns_wrong"], f"said by the product: {', '.join(twice)}", Place(source, 1))
        return [*(name for name in header if name not in ASKED), *NEUTRAL]

    def row(self, row: Row) -> dict[str, str]:
        """The cells of a line, in the columns of `header`."""
        return {name: cell for name, cell in row.items() if name not in ASKED} | NEUTRAL

    def defect(self, source: str, line: int, row: Row) -> Defect | None:
        """What is wrong with the two columns of a line."""
        if row["product"].strip() not in self._number:
            return Defect(FAULTS["rules.cell_wrong"], Place(source, line, "product"), "wanted: AMC/code of the file")
        if row["network"].strip() not in _YES_OR_NO:
            return Defect(FAULTS["rules.cell_wrong"], Place(source, line, "network"), "wanted: yes or no")
        return None

    def joined(self, listing: Listing, rows: Mapping[int, Row]) -> Acts:
        """The acts with what their products guarantee."""
        acts = listing.acts
        said = [rows[line] for line in listing.lines]
        product = np.array([self._number[row["product"].strip()] for row in said], np.int64)
        network = np.array([_YES_OR_NO[row["network"].strip()] for row in said], np.bool_)
        row = self._shelf.find(product, acts.code, acts.sector, network, acts.care_date)
        person = np.where(acts.person_key >= 0, acts.person_key, len(acts) + np.arange(len(acts)))
        caps = shared_caps(self._shelf.rows, row, person, acts.care_date, acts.quantity, acts.equipment, Teeth.none())
        return replace(
            acts,
            **guaranteed(self._shelf.rows, row),
            **caps,
            responsable=self._responsable[product] if len(product) else np.empty(0, np.bool_),
        )
