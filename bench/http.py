# ruff: noqa: A005  the name that this figure has in the plan
"""Eligibility over HTTP, beside the yardstick of PostgreSQL: see parts/over_http.py.

    python bench/http.py [--quick] [--persons N] [--seconds S]

This script has the name of a module of the standard library, and stands in the folder that Python looks in first when
it runs the scripts beside it. Imported by that mistake, it steps aside.
"""

import sys

if __name__ != "__main__":
    folder = sys.path.pop(0)
    del sys.modules["http"]
    import http as _standard  # noqa: F401  # pyright: ignore[reportUnusedImport]  it takes the place of this module

    sys.path.insert(0, folder)
else:
    sys.path.append(sys.path.pop(0))
    from parts.over_http import main

    main()
