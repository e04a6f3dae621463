"""`phiward accounts`: what holds for each account and why, as a table or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.cli.accounts import Survey, survey
from scanner.cli.output import answer, console
from scanner.engine.accounts import KEYS, Held

if TYPE_CHECKING:
    from scanner.cli.wire import Wiring

OWN = "our own credentials"
SHORT = ("role", "regions", "group", "environment")
"""The settings that the list shows; the others stand in `accounts show`."""


def list_accounts(wiring: Wiring, *, as_json: bool) -> None:
    """List the accounts, those that are looked at first.

    Raises:
        AwsError: AWS, or the organization, does not answer.
        ConfigError: an OU is named that the organization does not have.
    """
    from rich.table import Table
    from rich.text import Text

    found = _survey(wiring)
    rows = sorted(found.held, key=lambda each: (bool(each.left_out), each.member.path, each.table.name))
    if as_json:
        _answer_json([_document(found, each) for each in rows])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("account", "name", "OU", "looked at", *SHORT):
        table.add_column(heading, overflow="fold", no_wrap=heading == "account")
    for each in rows:
        said = _said(found, each)
        looked = f"no: {each.left_out}" if each.left_out else "yes"
        cells = (each.member.account, each.table.name, each.member.path, looked, *(said[key][0] for key in SHORT))
        table.add_row(*map(Text, cells))
    console(error=False).print(table)
    console().print(
        f"{len(rows) - len(found.left_out)} looked at, {len(found.left_out)} left out; why: `phiward accounts show ID`"
    )


def show_account(wiring: Wiring, account: str, *, as_json: bool) -> None:
    """Show what holds for one account.

    Raises:
        UsageError: there is no such account.
        AwsError, ConfigError: as `list_accounts`.
    """
    from rich.table import Table
    from rich.text import Text

    found = _survey(wiring)
    each = found.one(account)
    if as_json:
        _answer_json(_document(found, each))
        return
    say = console(error=False)
    say.print(f"{each.member.account} {each.table.name}", style="bold", markup=False)
    say.print(f"left out: {each.left_out}" if each.left_out else "looked at", markup=False)
    for label, text in (("OU", each.member.path), ("tags", _plain(dict(each.member.tags)))):
        if text:
            say.print(f"{label}: {text}", markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "value", "said by"):
        table.add_column(heading, overflow="fold")
    for key, (value, why) in _said(found, each).items():
        table.add_row(*map(Text, (key, value, why)))
    say.print(table)


def _survey(wiring: Wiring) -> Survey:
    from scanner.aws.sessions import Sessions

    sessions = Sessions()
    return survey(wiring, sessions, sessions.identity(), whole=True)


def _said(found: Survey, each: Held) -> dict[str, tuple[str, str]]:
    """Give each setting as text, and who says it."""
    from scanner.aws.sessions import SESSION_NAME

    own = each.member.account == found.identity.account
    nothing = {"regions": "all enabled", "session_name": SESSION_NAME, "max_calls": "no limit"}
    said = {}
    for key in ("name", *KEYS):
        value = _plain(getattr(each.table, key)) or nothing.get(key, "")
        said[key] = (value, each.why.get(key, "default") if value else "")
    if own and not found.role_of(each):
        said["role"] = (OWN, "the account that phiward runs in")
    return said


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={one}" for key, one in value.items())
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _document(found: Survey, each: Held) -> dict[str, Any]:
    role = found.role_of(each)
    values: dict[str, Any] = {key: getattr(each.table, key) for key in ("name", *KEYS)}
    return {
        "account": each.member.account,
        "state": each.member.state,
        "ou": each.member.path,
        "tags": dict(each.member.tags),
        "looked_at": not each.left_out,
        "left_out": each.left_out,
        "own_credentials": not role,
        "settings": {
            key: {"value": role if key == "role" else value, "said_by": each.why.get(key, "default")}
            for key, value in values.items()
        },
    }


def _answer_json(document: Any) -> None:
    import msgspec

    answer(msgspec.json.format(msgspec.json.encode(document), indent=2))
