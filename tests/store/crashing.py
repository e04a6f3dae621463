"""Nights for the crash tests, the same whoever writes them; and, run as a program, who writes them and is killed."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from scanner.model.resource import seen
from scanner.store import Store
from tests.store.nights import ACCOUNT, finding, key, listing, night

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.model.resource import Coverage, Resource
    from scanner.store import ScanInfo

TARGETS = tuple((account, region) for account in (ACCOUNT, "444455556666") for region in ("eu-west-1", "global"))
KEYS = 6


def info_of(number: int) -> ScanInfo:
    return night(number, targets=TARGETS)


def seen_in(number: int, account: str, region: str) -> tuple[list[Resource], list[Coverage]]:
    """Each night one key is gone, one is changed, and in every third night one listing is refused."""
    refused = number % 3 == 2 and region == "global"
    names = [some for some in range(KEYS) if some != number % KEYS and not (refused and some < KEYS // 2)]
    things = [
        key(
            f"k{some}",
            account=account,
            region=region,
            meta=seen({"KeyId": some, "Changed": number if some == (number + 1) % KEYS else 0}),
            turn=seen({"Rotates": (number + some) % 4 > 0}),
        )
        for some in names
    ]
    return things, [listing("denied" if refused else "ok", account=account, region=region)]


def judged(number: int) -> list[Finding]:
    return [
        finding("PASS" if (number + int(thing.id[1:])) % 4 else "FAIL", thing.id, account=account, region=region)
        for account, region in TARGETS
        for thing in seen_in(number, account, region)[0]
    ]


def write(store: Store, number: int) -> None:
    """Write a night, or what is missing of it."""
    info = info_of(number)
    store.begin(info)
    done = store.places_done(info.id)
    for account, region in TARGETS:
        if (account, region) not in done:
            store.add(info.id, account, region, *seen_in(number, account, region))
    store.finish(info.id, judged(number), finished=info.started + timedelta(minutes=5))


class Fuse:
    """Kills this process as it sends its so-many-th statement or commit, or some time after that."""

    def __init__(self, at: int, after: float) -> None:
        self.at, self.after, self.sent = at, after, 0
        event.listen(Engine, "before_cursor_execute", self.burn)
        event.listen(Engine, "commit", self.burn)

    def burn(self, *_: Any) -> None:
        self.sent += 1
        if self.sent == self.at:
            if self.after:
                threading.Timer(self.after, kill_me).start()
            else:
                kill_me()


def kill_me() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fall(url: str, number: int, at: int, after: float) -> dict[str, Any]:
    """Write a night in a child; say whether it was killed, and if not, how many statements it sent."""
    heard, tells = os.pipe()
    child = os.fork()
    if child == 0:
        fuse = Fuse(at, after)
        with Store.open(url) as store:
            write(store, number)
        os.write(tells, str(fuse.sent).encode())
        os._exit(0)
    os.close(tells)
    with os.fdopen(heard) as pipe:
        sent = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"killed": status == -signal.SIGKILL, "code": status, "sent": int(sent or 0)}


def main() -> None:
    """Answer each line of standard input, the arguments of `fall` in JSON, by a line."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(fall(**json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
