"""`phiward accept-gap`: that a call stays unanswered is accepted by somebody, for a reason, until a day."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING

from scanner.cli.output import console
from scanner.cli.wire import Clock, UsageError
from scanner.engine.accepted_gaps import Gaps

if TYPE_CHECKING:
    from scanner.cli.accepting import Words
    from scanner.cli.wire import Wiring
    from scanner.store import ScanInfo, Store

NEAR = 3
"""How many of the declared calls are offered for one that there is not."""


def accept_gap(wiring: Wiring, call: str, account: str, words: Words, clock: Clock | None = None) -> None:
    """Accept that a declared call stays unanswered in a known account; what hangs on it stays UNKNOWN.

    Raises:
        UsageError: there is no such call or account, words are missing, or the day is none or not in the future.
        StoreError: the store cannot take it.
    """
    now = (clock or Clock()).now()
    operation = _declared(call)
    with wiring.store() as store:
        where = _account(wiring, store, account)
        missing = [name for name in ("reason", "owner", "until") if not getattr(words, name).strip()]
        if missing:
            raise UsageError(f"accepting a gap needs {', '.join(f'--{name}' for name in missing)}")
        until = _day(words.until)
        if until <= now.date():
            raise UsageError(f"--until {words.until}: it is not in the future; today is {now:%Y-%m-%d} UTC")
        store.accept_gap(
            operation, where, reason=words.reason, owner=words.owner, until=until.isoformat(),
            by=words.by or getpass.getuser(), at=now,
        )  # fmt: skip
    console().print(
        f"accepted until {until}: {operation} stays unanswered in {where}; what hangs on it stays UNKNOWN",
        soft_wrap=True, markup=False,
    )  # fmt: skip


def revoke_gap(wiring: Wiring, call: str, account: str, words: Words, clock: Clock | None = None) -> None:
    """Take it back; a call that is declared no longer can be revoked too.

    Raises:
        UsageError: there is no such account.
        StoreError: it was not accepted.
    """
    call = _calls().get(call.casefold(), call)
    with wiring.store() as store:
        where = _account(wiring, store, account)
        at = (clock or Clock()).now()
        store.revoke(call, account=where, by=words.by or getpass.getuser(), at=at, reason=words.reason)
    console().print(f"no longer accepted: {call} in {where}", soft_wrap=True, markup=False)


def gaps_of(wiring: Wiring, store: Store, info: ScanInfo) -> Gaps:
    """Give what was accepted of a scan's gaps, and what of it ended since each account's scan before."""
    given = store.accepted_gaps(info.id)
    if not given:
        return Gaps(())
    before = {
        account: earlier.as_of.date().isoformat()
        for earlier in store.scans()
        if earlier.finished and earlier.as_of < info.as_of
        for account in earlier.accounts
    }
    across = {name for name, rule in wiring.known_rules().items() if rule.across}
    return Gaps(given, before, across=across, coverage=store.coverage(info.id))


def _calls() -> dict[str, str]:
    """Give the operations of all declared calls, by their names in lower case."""
    from scanner.engine.registry import kinds

    return {each.operation.casefold(): each.operation for kind in kinds().values() for each in kind.calls.values()}


def _declared(call: str) -> str:
    from difflib import get_close_matches

    known, asked = _calls(), call.casefold()
    if asked in known:
        return known[asked]
    near = [known[name] for name in get_close_matches(asked, sorted(known), NEAR)]
    hint = f"did you mean {', '.join(near)}?" if near else "write it as the report does, such as kms.ListKeys"
    raise UsageError(f"phiward makes no call {call!r}; {hint}")


def _account(wiring: Wiring, store: Store, text: str) -> str:
    """Find an account of config.toml or of a stored scan, by its number or its name."""
    if not text:
        raise UsageError("accepting a gap needs --account: its number or its name")
    named = {account: info.names.get(account, "") for info in store.scans() for account in info.accounts}
    named |= {account: table.name or named.get(account, "") for account, table in wiring.config.accounts.items()}
    found = [account for account, name in named.items() if text == account] or [
        account for account, name in named.items() if name and name.casefold() == text.casefold()
    ]
    if len(found) > 1:
        raise UsageError(f"--account {text}: {', '.join(sorted(found))} are called so; give the number")
    if not found:
        known = ", ".join(f"{name} ({account})" if name else account for account, name in sorted(named.items()))
        raise UsageError(f"--account {text}: neither in config.toml nor in a stored scan; known: {known or 'none'}")
    return found[0]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until {text}: it is no day; write it as 2027-06-30") from None
