"""A synthetic nation outside the walls: people, insurers, professionals, a day of care, and a bank.

It speaks in files only and knows nothing of the inside. `build` writes a nation, `bill` sends its invoices with the
guarantee numbers of the answers, `bank` answers payment orders.
"""

from cloison.world.bank import BankReport, bank
from cloison.world.bill import bill
from cloison.world.build import Manifest, Progress, build
from cloison.world.quotes import QuoteBills, bill_quotes

__all__ = ["BankReport", "Manifest", "Progress", "QuoteBills", "bank", "bill", "bill_quotes", "build"]
