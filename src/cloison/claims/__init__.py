"""From what was received to what was decided.

`settle` decides a batch; `receive` keeps a file; a batch of invoices is a `ClaimBatch`, whatever format brought it.
"""

from cloison.claims.claim import ClaimBatch, ClaimInvoices, ClaimLines
from cloison.claims.settle import Office, Settlement, settle

__all__ = ["ClaimBatch", "ClaimInvoices", "ClaimLines", "Office", "Settlement", "settle"]
