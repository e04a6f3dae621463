"""An account's own words and addresses, replaced by what they stand for in every account."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.engine.parity.plan import Member

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_V4 = r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]|/\d)"
_OWN = re.compile(r"\$\{account\.\w+\}")


class Words:
    """The words of one account: `text` puts `${name}` in the place of each, where it stands as a word.

    Addresses within a word that is a CIDR become `${name}+offset/length`, so that equal plans of subnets are equal.
    """

    def __init__(self, words: Mapping[str, str], names: Mapping[str, str] | None = None) -> None:
        """Take the words by the names they stand under; `names` gives those that are written in their place."""
        self._names: dict[str, str] = {}
        self._networks: list[tuple[Network, str]] = []
        for key, text in words.items():
            name = (names or {}).get(key, key)
            network = _network(text) if "/" in text else None
            if network is not None:
                self._networks.append((network, name))
            self._names.setdefault(text, name)
        self._networks.sort(key=lambda item: item[0].prefixlen, reverse=True)
        longest = sorted(self._names, key=len, reverse=True)
        parts = [_V4] if self._networks else []
        parts += [rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])" for word in longest]
        self._pattern = re.compile("|".join(parts)) if parts else None

    def text(self, given: str) -> str:
        """Replace the words in a text."""
        if self._pattern is None:
            return given
        if ":" in given and any(network.version == 6 for network, _ in self._networks):  # noqa: PLR2004  IPv6
            placed = self._placed(given)
            if placed != given:
                return placed
        return self._pattern.sub(self._replaced, given)

    def _replaced(self, found: re.Match[str]) -> str:
        word = found[0]
        if word in self._names:
            return f"${{{self._names[word]}}}"
        return self._placed(word)

    def _placed(self, address: str) -> str:
        """Say where an address or range lies in the narrowest of the account's own ranges."""
        given = _network(address)
        for own, name in self._networks:
            if given is None or given.version != own.version or not given.subnet_of(own):  # type: ignore[arg-type]
                continue
            offset = int(given.network_address) - int(own.network_address)
            if given == own:
                return f"${{{name}}}"
            return f"${{{name}}}+{offset}" + (f"/{given.prefixlen}" if "/" in address else "")
        return address


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def shown(text: str) -> str:
    """Write a name as people know it: `*` stands for the account's id, name and environment."""
    return _OWN.sub("*", text)


def words_of(members: Sequence[Member]) -> dict[str, Words]:
    """Give the words of each account.

    Two names that stand for one word in any account stand for one another in all: else the same text would be told
    by one name here and by the other there.
    """
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while first.get(name, name) != name:
            name = first[name]
        return name

    for one in members:
        by_text: dict[str, str] = {}
        for name, text in one.words.items():
            known = by_text.setdefault(text, name)
            ours, theirs = sorted((root(known), root(name)))
            first[theirs] = ours
    return {one.account: Words(one.words, {name: root(name) for name in one.words}) for one in members}
