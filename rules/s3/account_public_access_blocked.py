"""s3_account_public_access_blocked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._buckets import BLOCK_SETTINGS
from scanner.kinds.account import Account
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Gaps, Missing, Rule
from scanner.model.source import WebProposal

EVERY: dict[str, Any] = dict.fromkeys(BLOCK_SETTINGS.values(), True)


class AccountPublicAccessBlocked(Rule):
    """Public access is blocked at account level.

    A bucket's own block can be taken off by whoever may configure the bucket, and a bucket made tomorrow may be made
    without one. The account's block holds for every bucket, old and new, whatever their policies and access control
    lists say.
    """

    kind = Account
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(3)(i)",
        "164.312(a)(1)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    sources = (WebProposal(),)
    aliases = (
        "config:s3-account-level-public-access-blocks-periodic",
        "config:s3-account-level-public-access-blocks",
        "security-hub:S3.1",
        "prowler:s3_account_level_public_access_blocks",
        "steampipe:s3_public_access_block_bucket_account",
        "steampipe:s3_public_access_block_account",
        "cis:v3.0/2.1.4",
        "cis:v4.0/2.1.4",
        "cis:v5.0/2.1.4",
        "cis:v6.0/3.1.4",
        "cis:v7.0/3.1.4",
    )
    remedy = Custodian(
        "account",
        {"type": "set-s3-public-block", **EVERY},
        filters=[{"not": [{"type": "s3-public-block", "key": name, "value": True} for name in EVERY]}],
        effect=Effect(
            sets=dict.fromkeys(BLOCK_SETTINGS, True),
            risk="medium",
            undo=(
                Write(
                    "s3control.PutPublicAccessBlock",
                    {
                        "AccountId": "{account}",
                        "PublicAccessBlockConfiguration": {api: f"${fact}" for fact, api in BLOCK_SETTINGS.items()},
                    },
                ),
            ),
            terraform={"aws_s3_account_public_access_block": dict.fromkeys(BLOCK_SETTINGS, True)},
        ),
    )
    GOOD = ({},)
    BAD = (dict.fromkeys(BLOCK_SETTINGS, False), *({name: False} for name in BLOCK_SETTINGS))

    @staticmethod
    def check(account: Account) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        off = []
        for name, label in BLOCK_SETTINGS.items():
            with gaps:
                if not getattr(account, name):
                    off.append(label)
        if off:
            yield Fail(f"off for the account: {', '.join(off)}")
        yield from gaps
