"""What the builders' tests share: seed a moto, look at it, wipe it, rebuild it from what was seen, and compare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from remediation.twin.building import Key, build, concerned
from remediation.twin.likeness import Difference, differences
from remediation.twin.looking import look
from remediation.twin.site import Site
from scanner.demo.server import DemoServer
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.resource import Resource

ACCOUNT, REGION = "111122223333", "us-east-1"
TAGS = [{"Key": "owner", "Value": "platform"}]
NIGHT = datetime(2026, 3, 4, 2, tzinfo=UTC)
Clients = Callable[..., Any]


class Rebuilt(NamedTuple):
    """What was seen first, what of it differs in the twin, and what could not be built."""

    before: list[Resource]
    differing: list[Difference]
    lacking: dict[Key, str]

    def of(self, kind: str) -> list[Resource]:
        """Give the resources of a kind."""
        return [each for each in self.before if each.kind == f"AWS::{kind}"]


@contextmanager
def serving() -> Iterator[DemoServer]:
    """Serve a moto whose clock stands."""
    with DemoServer() as server:
        server.set_clock(NIGHT)
        yield server


def role(name: str) -> str:
    """Give the ARN of a role of the account."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def policy(**statement: Any) -> str:
    """Write a policy of one statement that allows, unless it says otherwise."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


TRUST = policy(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")


def seen(server: DemoServer, site: Site, names: tuple[str, ...]) -> list[Resource]:
    """Look at the kinds in the account's home Region, and at what is global."""
    every = kinds()
    wanted = {f"AWS::{name}": every[f"AWS::{name}"] for name in names}
    assert server.clock is not None
    found = look(site, {(ACCOUNT, REGION), (ACCOUNT, "global")}, wanted, Redactor(b"the test's own"), server.clock)
    assert [each for each in found.coverage if not each.ok] == []
    return found.resources


def rebuilt(server: DemoServer, seed: Callable[[Clients], None], *names: str) -> Rebuilt:
    """Seed, look, wipe, rebuild from what was seen alone, and look again; kinds are named without `AWS::`."""
    site = Site(server.url)
    seed(lambda service, region=REGION: site.client(ACCOUNT, service, region))
    before = seen(server, site, names)
    urlopen(Request(f"{server.url}/moto-api/reset", method="POST")).read()
    site = Site(server.url)
    twin = build(site, concerned(before, before))
    after = seen(server, site, names)
    return Rebuilt(before, list(differences(before, after, kinds())), twin.lacking)
