"""The demo organisation: an AWS on loopback, six accounts of it, and the nights that pass over them.

`DemoServer` serves; `seed(server)` fills it and answers an `Organisation`; `pass_night(organisation, n)` lets
night `n` pass.
Nothing here is real: every name, number and secret is invented, and all calls go to the loopback server.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "ACTORS": "scanner.demo.actors",
    "Actor": "scanner.demo.actors",
    "CHANGES": "scanner.demo.changes",
    "Change": "scanner.demo.changes",
    "DemoServer": "scanner.demo.server",
    "FIRST_NIGHT": "scanner.demo.organisation",
    "LAST_NIGHT": "scanner.demo.nights",
    "Organisation": "scanner.demo.organisation",
    "SECRETS": "scanner.demo.systems.planted",
    "QUIET": "scanner.demo.changes",
    "Served": "scanner.demo.server",
    "pass_night": "scanner.demo.nights",
    "seed": "scanner.demo.organisation",
}

__all__ = [
    "ACTORS",
    "CHANGES",
    "FIRST_NIGHT",
    "LAST_NIGHT",
    "QUIET",
    "SECRETS",
    "Actor",
    "Change",
    "DemoServer",
    "Organisation",
    "Served",
    "pass_night",
    "seed",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562), so that importing this package costs nothing."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
