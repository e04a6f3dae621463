"""How moto is extended: methods are set on its classes, or put around those that are there."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def add(owner: type, **methods: object) -> None:
    """Set attributes on a class of moto."""
    for name, method in methods.items():
        setattr(owner, name, method)


def after(owner: type, name: str, then: Callable[..., Any]) -> None:
    """Call `then(self, result, *args, **kwargs)` when the method has answered; what it returns is the answer."""
    method = getattr(owner, name)

    @wraps(method)
    def both(self: Any, *args: Any, **kwargs: Any) -> Any:
        return then(self, method(self, *args, **kwargs), *args, **kwargs)

    setattr(owner, name, both)
