"""Parts that a form needs and that a plain installation does not bring."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


class ExtraError(RuntimeError):
    """A part that a form needs is not installed; the message says how to bring it."""


def needed(module: str, form: str, package: str, extra: str = "export") -> ModuleType:
    """Load a module of a part that a form needs.

    Raises:
        ExtraError: it is missing.
    """
    return brought(module, f"the form {form} needs", package, extra)


def brought(module: str, why: str, package: str, extra: str) -> ModuleType:
    """Load a module of a part that may be missing; `why` begins the sentence that says so.

    Raises:
        ExtraError: it is.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ExtraError(
            f"{why} {package}, which is not installed: install phiward with its extra, "
            f"`uv tool install 'phiward[{extra}]'`"
        ) from error
