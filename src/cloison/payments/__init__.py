"""What is owed and what moved: double-entry books per insurer, orders on its own bank account, answers of its bank.

The doors are `ledger` (dues in, positions out), `payables` (runs, orders, what each payment pays), `answers` and
`reconcile` (what banks say), `details` (sealed bank accounts) and `remittance` (what a practice reads).
"""
