"""The dose of property tests: small in `make test`, large in `make drill`."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("drill", max_examples=1000, deadline=None)
settings.register_profile("small", deadline=None)
settings.load_profile("drill" if os.environ.get("PHIWARD_DRILL") else "small")
