"""Scans of several accounts, as scanners beside each other write them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.store.nights import ACCOUNT, REGION, finding, key, listing

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.store import ScanInfo, Store

OTHER = "444455556666"
THIRD = "777788889999"
OF_ONE, OF_OTHER = ((ACCOUNT, REGION),), ((OTHER, REGION),)


def write(store: Store, info: ScanInfo, *names: str) -> None:
    for account, region in info.targets:
        things = [key(name, account=account, region=region) for name in names or ("k1",)]
        store.add(info.id, account, region, things, [listing(account=account, region=region)])


def finish(store: Store, info: ScanInfo, verdict: str = "FAIL") -> list[Finding]:
    told = [finding(verdict, account=account, region=region) for account, region in info.targets]
    return store.finish(info.id, told, finished=info.started + timedelta(minutes=5))
