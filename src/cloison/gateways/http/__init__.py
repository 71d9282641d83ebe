"""The HTTP gate: requests in, answers and problems out. No rule, no SQL.

gate.py          every request: its number, its limits, its line in the log, its problem when something fails
problems.py      the one error object as application/problem+json
negotiation.py   which format and language a caller reads
eligibility.py   POST /v1/eligibility
service.py       the use cases behind the gate, as ops gives them
"""
