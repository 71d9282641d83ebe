"""Products of an insurers file as the rules read them, and what a contrat responsable among them breaks."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cloison.errors import Misuse
from cloison.gateways.files.insurers import read_insurers
from cloison.ops.reasons import FILE_MISSING
from cloison.rules import TariffBook
from cloison.rules.conformite import Breach, breaches
from cloison.rules.produits import Product


@dataclass(frozen=True, slots=True)
class Checked:
    """One product of one insurer, and each article that it breaks."""

    amc: str
    product: Product
    breaches: tuple[Breach, ...]


def check(file: Path, day: date, tariff: TariffBook) -> list[Checked]:
    """Every product of the file with its breaches on a day. A file or a row that cannot be read raises Misuse."""
    return [
        Checked(amc, product, tuple(breaches(product, day, tariff)))
        for amc, products in read_products(file)
        for product in products
    ]


def read_products(file: Path) -> list[tuple[str, list[Product]]]:
    """The products of each insurer."""
    try:
        data = file.read_bytes()
    except OSError as missing:
        raise Misuse(FILE_MISSING, cause=file.name) from missing
    return [(insurer.amc, [sold.product for sold in insurer.products]) for insurer in read_insurers(data, file.name)]
