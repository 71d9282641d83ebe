"""PostgreSQL, keys and sealed bytes; nothing about insurance.

The doors are `storage.database` (pools, one role each), `storage.transaction` (what use cases may hold),
`storage.bulk` (numpy columns to COPY) and `storage.migrate`.
"""
