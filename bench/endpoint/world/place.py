"""A place of a described account: chances, names and shares that follow from the seed, and what was made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeVar

from bench.endpoint.world.sizes import EVERYWHERE, LEAST, SIZES

Params = Mapping[str, Any]
Answer = Mapping[str, Any] | str
"""An answer's members, whole, or the code of a refusal."""
Json = dict[str, Any]

APPS = (
    "claims", "portal", "billing", "imaging", "labs", "records", "scheduling", "pharmacy", "intake", "telehealth",
    "referrals", "consent",
)  # fmt: skip
"""What the account's teams run."""
GOOD = 0.7
"""The share of settings that are as they should be."""


@lru_cache(200_000)
def _drawn(text: str) -> str:
    return blake2b(text.encode(), digest_size=32).hexdigest()


@dataclass(eq=False)
class Place:
    """One account in one of its Regions; `order` is the Region's place among `regions`."""

    seed: int
    account: str
    region: str
    regions: tuple[str, ...]
    scale: float
    now: datetime
    memo: dict[Any, Any] = field(default_factory=dict)
    endpoint: Callable[[], str] = str

    @property
    def order(self) -> int:
        """The Region's number; a Region that nothing lies in comes after all others."""
        return self.regions.index(self.region) if self.region in self.regions else len(self.regions)

    @property
    def home(self) -> bool:
        """Whether this is the account's first Region, where its trail is."""
        return self.order == 0

    # ---- chances ----

    def hex(self, length: int, *what: object) -> str:
        """Draw hexadecimal digits for something."""
        return _drawn(f"{self.seed}/{self.account}/{'/'.join(map(str, what))}")[:length]

    def number(self, below: int, *what: object) -> int:
        """Draw a number from 0."""
        return int(self.hex(12, *what), 16) % below

    def yes(self, *what: object, share: float = GOOD) -> bool:
        """Draw a yes or no."""
        return self.number(1_000_000, *what) < share * 1_000_000

    def pick(self, choices: Any, *what: object) -> Any:
        """Draw one of a sequence."""
        return choices[self.number(len(choices), *what)]

    # ---- shares ----

    def count(self, kind: str) -> int:
        """Say how many there are of a kind in all Regions together."""
        size, grows = SIZES[kind]
        found = max(LEAST.get(kind, 1), round(size * self.scale)) if grows else size
        return max(found, len(self.regions)) if kind in EVERYWHERE else found

    def mine(self, kind: str) -> range:
        """Number those of a kind that lie in this Region."""
        return range(self.order, self.count(kind), len(self.regions)) if self.region in self.regions else range(0)

    def ref(self, kind: str, index: int) -> int:
        """Choose, for something that lies here, one of a kind that lies here too; the same over however many Regions.

        Raises:
            ZeroDivisionError: there is none here.
        """
        count = self.count(kind)
        if count % len(self.regions) == 0:
            return index % count
        mine = self.mine(kind)
        return mine[index // len(self.regions) % len(mine)]

    # ---- words ----

    def arn(self, service: str, rest: str) -> str:
        """Write an ARN of this account and Region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def iam(self, rest: str) -> str:
        """Write an ARN of IAM."""
        return f"arn:aws:iam::{self.account}:{rest}"

    def uuid(self, *what: object) -> str:
        """Draw a UUID."""
        text = self.hex(32, *what)
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def ago(self, days: float, *what: object) -> datetime:
        """Give a moment: so many days ago, or up to so many where something is named."""
        spread = self.number(1000, "ago", *what) / 1000 if what else 1.0
        return (self.now - timedelta(days=days * spread)).replace(microsecond=0)

    def app(self, index: int) -> str:
        """Name the application that something belongs to."""
        return APPS[index % len(APPS)]

    def tags(self, kind: str, index: int, name: str = "", key: str = "Key", value: str = "Value") -> list[Json]:
        """Tag something; some lack what they should have."""
        found = {"Name": name} if name else {}
        found["environment"] = self.pick(("production", "production", "staging"), "environment", kind, index)
        if self.yes("classified", kind, index, share=0.85):
            found["data-classification"] = "phi" if self.yes("phi", kind, index, share=0.6) else "internal"
        if self.yes("owned", kind, index, share=0.85):
            found["owner"] = f"team-{self.app(index)}"
        return [{key: one, value: text} for one, text in found.items()]


T = TypeVar("T")
Speaker = Callable[[Place, Params], Answer]


def listing(make: Callable[[Place], T]) -> Callable[[Place], T]:
    """Make what a place has once."""

    def made(place: Place) -> T:
        if made not in place.memo:
            place.memo[made] = make(place)
        found: T = place.memo[made]
        return found

    return made


def says(member: str, make: Callable[[Place], Any]) -> Speaker:
    """Answer with one member, whatever is asked."""
    return lambda place, _: {member: make(place)}


def saying(**members: Any) -> Speaker:
    """Answer always the same."""
    return lambda _place, _params: members


def refusing(code: str) -> Speaker:
    """Refuse always."""
    return lambda _place, _params: code


def table(make: Callable[[Place], Any], key: str) -> Callable[[Place], Mapping[str, Json]]:
    """Index what a place has by a member."""
    return listing(lambda place: {item[key]: item for item in make(place)})


def one(member: str, of: Callable[[Place], Mapping[str, Any]], param: str, gone: str) -> Speaker:
    """Answer with what a parameter names, or refuse where there is no such thing."""

    def answer(place: Place, params: Params) -> Answer:
        found = of(place).get(params.get(param, ""))
        return gone if found is None else {member: found} if member else found

    return answer


def some(member: str, of: Callable[[Place], Mapping[str, Any]], param: str) -> Speaker:
    """Answer with those that a list of names names; with all where it names none."""

    def answer(place: Place, params: Params) -> Answer:
        known = of(place)
        wanted = params.get(param)
        return {member: [known[name] for name in wanted if name in known] if wanted else list(known.values())}

    return answer


def numbered(find: Callable[[Place, Params], int | None], gone: str, make: Callable[[Place, int], Answer]) -> Speaker:
    """Answer for the thing whose number `find` gives, or refuse where there is no such thing."""

    def answer(place: Place, params: Params) -> Answer:
        index = find(place, params)
        return gone if index is None else make(place, index)

    return answer


def policy(*statements: Json) -> str:
    """Write a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Any, resources: Any = "*", **more: Any) -> Json:
    """Write a statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}
