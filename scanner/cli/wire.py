"""Wiring: config.toml, store, key, sessions and clock, put together for every command and for the Python API."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.engine.settings import Config, load
from scanner.model.secret import KEY_VARIABLE

if TYPE_CHECKING:
    from scanner.aws.sessions import Identity, Sessions, Target
    from scanner.engine.redact import Redactor
    from scanner.model.kind import Kind
    from scanner.model.rule import Rule
    from scanner.store import Store

KEY_BYTES = 32


class UsageError(ValueError):
    """The command line asks for what cannot be done: one clear line, exit code 2."""


class BrokenOffError(UsageError):
    """A scan was broken off by no fault of what was asked: one clear line that says how it goes on, exit code 3."""


@dataclass(frozen=True)
class Wiring:
    """The configuration in force: where it was read, and what the command line says instead."""

    config: Config
    name: str = "config.toml"
    store_url: str = ""

    @classmethod
    def find(cls, path: Path | None, store: str = "") -> Wiring:
        """Read `--config`, else ./config.toml, else phiward/config.toml below the XDG directories, else nothing.

        Raises:
            ConfigError: the file cannot be read or says what phiward does not know.
        """
        found = path or next((place for place in _places() if _is_there(place)), None)
        config = load(found) if found else Config()
        return cls(config, str(found) if found else "config.toml", store or config.store.url)

    def store(self) -> Store:
        """Open the store.

        Raises:
            StoreError: it cannot be opened; the message says why and how to mend it.
        """
        from scanner.engine.registry import kinds
        from scanner.kinds.canon import normaliser
        from scanner.store import Store

        return Store.open(self.store_url, lambda: normaliser(kinds().values()))

    def redactor(self) -> Redactor:
        """Make the redactor, with the key of the environment or of the file beside the database.

        Raises:
            UsageError: the key's file can be read by others, or cannot be written.
        """
        from scanner.engine.redact import Redactor

        given = os.environ.get(KEY_VARIABLE)
        return Redactor(given.encode() if given else _key_file(key_beside(self.store_url)))

    def rules(self, packs: Sequence[str] = (), ids: Sequence[str] = (), kinds: Sequence[str] = ()) -> list[type[Rule]]:
        """Choose the rules: those named, else those of the packs, of the kinds named.

        Raises:
            UsageError: a rule or kind is named that does not exist.
            UnknownPackError: a pack is named that does not exist.
        """
        from scanner.engine.packs import select

        known = self.known_rules()
        named = [_named(known, text, "rule") for text in ids]
        chosen = named or select(known.values(), packs or self.config.packs.enabled)
        if kinds:
            wanted = {kind.cfn for kind in self.kinds(kinds).values()}
            chosen = [rule for rule in chosen if wanted & {kind.cfn for kind in rule.judged()}]
        return chosen

    def known_rules(self) -> dict[str, type[Rule]]:
        """Give all rules there are, those of `[rules] paths` included.

        Raises:
            UnknownNameError: a path holds no rule.
        """
        from scanner.engine.registry import rules, rules_from

        own = rules_from(Path(text) for text in self.config.rule_paths) if self.config.rule_paths else {}
        return {**own, **rules()}

    def kinds(self, names: Sequence[str]) -> dict[str, type[Kind]]:
        """Give the kinds named by CloudFormation type or class, without regard to case.

        Raises:
            UsageError: a kind is named that does not exist.
        """
        from scanner.engine.registry import kinds

        known = {kind.cfn.casefold(): kind for kind in kinds().values()}
        known |= {kind.__name__.casefold(): kind for kind in kinds().values()}
        chosen = [_named(known, text.casefold(), "kind") for text in names]
        return {kind.cfn: kind for kind in chosen}

    def targets(
        self, sessions: Sessions, identity: Identity, accounts: Sequence[str] = (), regions: Sequence[str] = ()
    ) -> list[Target]:
        """Say where to look: the accounts of config.toml and the organization, else our own; see `Survey.targets`.

        Raises:
            UsageError: an account or Region is named that is none.
            ConfigError: an OU is named that the organization does not have.
            AwsError: the organization, or our own account's Regions, cannot be listed.
        """
        from scanner.cli.accounts import survey

        return survey(self, sessions, identity).targets(accounts, regions)


@dataclass(frozen=True)
class Clock:
    """The clock of the roof; the demo sets it to its own time."""

    fixed: datetime | None = None

    def now(self) -> datetime:
        """Give the moment, in UTC."""
        return self.fixed or datetime.now(UTC)


def _places() -> Iterable[Path]:
    yield Path("config.toml")
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    for folder in (home, *os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")):
        yield Path(folder) / "phiward" / "config.toml"


def _is_there(place: Path) -> bool:
    """Say whether there is such a file, as far as we may look."""
    try:
        return place.is_file()
    except OSError:
        return False


def _named(known: Mapping[str, Any], text: str, what: str) -> Any:
    from difflib import get_close_matches

    if text in known:
        return known[text]
    by_alias = {
        alias: value
        for value in known.values()
        for alias in (*getattr(value, "aliases", ()), *getattr(value, "was", ()))
    }
    for name in (text, f"phiward:{text}"):
        if name in by_alias:
            return by_alias[name]
    near = get_close_matches(text, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UsageError(f"there is no {what} {text!r}{hint}")


def key_beside(url: str) -> Path:
    """Name the key's file: beside the database's file, or in the current folder for a server."""
    text = url.removeprefix("sqlite:///")
    path = Path("phiward.db") if "://" in text else Path(text)
    return path.with_suffix(".key")


def _key_file(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
    except FileExistsError:
        pass
    except OSError as error:
        raise UsageError(
            f"{path}: the redaction key cannot be written ({error.strerror}); set {KEY_VARIABLE}"
        ) from error
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"{path}: others can read the redaction key; run chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the redaction key cannot be read ({error.strerror})") from error
