"""s3_bucket_public_access_blocked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from rules._bucket_remedies import BLOCK_PUBLIC
from rules._buckets import BLOCK_SETTINGS, account_has
from scanner.kinds.account import Account
from scanner.kinds.s3 import Bucket
from scanner.model.inventory import World, any_of
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import WebProposal

OPEN: dict[str, Any] = dict.fromkeys(BLOCK_SETTINGS, False)
ALL: dict[str, Any] = dict.fromkeys(BLOCK_SETTINGS, True)


class BucketPublicAccessBlocked(Rule):
    """Public access is blocked at bucket or account level.

    A policy or an access control list is changed in a second, by a deployment or by mistake, and a bucket of
    patients' records stands open. The four block settings hold whatever the policies say. Each counts where it is
    on for the bucket or for the whole account.
    """

    kind = Bucket
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(C)", "164.312(e)(1)")
    sources = (WebProposal(),)
    needs = (Account,)
    remedy = BLOCK_PUBLIC
    GOOD = (
        Case({}, others=[Other(Account, **OPEN)]),
        Case(OPEN, others=[Other(Account)]),
        Case({"block_public_acls": False}, others=[Other(Account, **OPEN | {"block_public_acls": True})]),
    )
    BAD = (
        Case(OPEN, others=[Other(Account, **OPEN)]),
        *(Case({name: False}, others=[Other(Account, **OPEN)]) for name in BLOCK_SETTINGS),
        *(Case(OPEN, others=[Other(Account, **ALL | {name: False})]) for name in BLOCK_SETTINGS),
    )
    UNKNOWN = (Case(OPEN, lacking=[Account]),)

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        off = []
        for name, label in BLOCK_SETTINGS.items():
            with gaps:
                if not any_of((partial(getattr, bucket, name), partial(account_has, world, name))):
                    off.append(label)
        if off:
            yield Fail(f"off for the bucket and for the account: {', '.join(off)}")
        yield from gaps
