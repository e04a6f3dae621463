"""dynamodb_table_encrypted_with_cmk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.dynamodb import Table
from scanner.kinds.kms import KmsKey
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model.inventory import World


KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MINE = Other(KmsKey, arn=KEY)
THEIRS = Other(KmsKey, arn=KEY, manager="AWS")


def _outside(table: Table, tags: Mapping[str, str], accounts: tuple[str, ...]) -> bool:
    """Say whether the scope surely leaves the table out: it bears a scope tag, and none with the value of PHI."""
    if table.account in accounts:
        return False
    borne = {key: said for key in tags if (said := table.tag(key)) is not None}
    return bool(borne) and all(said.casefold() != tags[key].casefold() for key, said in borne.items())


class TableEncryptedWithCmk(Rule):
    """DynamoDB tables are encrypted with a customer managed key.

    Under a customer managed key, who may read ePHI is decided twice, each use of the key is recorded, and access ends
    with the key. Under a key that AWS owns none of this holds. A table that the scope's tags put outside may lie under
    AWS's own key for DynamoDB. A key of another account can only be the customer's.
    """

    kind = Table
    needs = (KmsKey,)
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(iv)",)
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Choose a customer managed key whose policy lets the table's users use it.",
        "Set it, which takes no downtime: aws dynamodb update-table --table-name {id} --sse-specification"
        " Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY",
        "See that the table can still be read by each of its users.",
        effect=Effect(
            risk="medium",
            cost="1 USD a month for a key, and about 0.03 USD for 10,000 requests",
            terraform={"aws_dynamodb_table": {"server_side_encryption": {"enabled": True, "kms_key_arn": "KEY"}}},
        ),
    )
    GOOD = (
        Case({}, others=[MINE]),
        Case({"sse": "UPDATING"}, others=[MINE]),
        {"key": KEY.replace("123456789012", "999999999999")},
        Case({"tags": {"Data": "public"}}, others=[THEIRS], settings={"scope_tags": {"data": "phi"}}),
        Case({"tags": {"data": "public"}}, others=[MINE], settings={"scope_tags": {"data": "phi"}}),
    )
    BAD = (
        Case({"sse": "", "sse_type": "", "key": ""}, others=[MINE]),
        Case({"sse": "DISABLED"}, others=[MINE]),
        Case({"sse_type": "AES256"}, others=[MINE]),
        {},
        {"key": ""},
        Case({}, others=[THEIRS]),
        Case({"tags": {"data": "phi"}}, others=[THEIRS], settings={"scope_tags": {"data": "PHI"}}),
        Case({"tags": {"team": "web"}}, others=[THEIRS], settings={"scope_tags": {"data": "phi"}}),
        Case(
            {"tags": {"data": "public", "team": "care"}},
            others=[THEIRS],
            settings={"scope_tags": {"data": "phi", "team": "care"}},
        ),
        Case(
            {"tags": {"data": "public"}},
            others=[THEIRS],
            settings={"scope_tags": {"data": "phi"}, "scope_accounts": ("123456789012",)},
        ),
        Case({"tags": {"data": "public"}}, settings={"scope_tags": {"data": "phi"}}),
        Case({"tags": {"data": "public"}, "sse": ""}, others=[THEIRS], settings={"scope_tags": {"data": "phi"}}),
    )
    UNKNOWN = (Case({}, lacking=[KmsKey]),)

    class Settings(RuleSettings, frozen=True):
        """What holds PHI."""

        scope_tags: Annotated[
            dict[str, str],
            msgspec.Meta(
                description="Tags of what holds PHI; a table with another value of one of them lies outside.",
                extra={"config": "scope.tags"},
            ),
        ] = msgspec.field(default_factory=dict)
        scope_accounts: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Accounts that hold PHI as a whole.", extra={"config": "scope.accounts"}),
        ] = ()

    @staticmethod
    def check(table: Table, world: World, settings: Settings) -> Iterator[Fail]:
        if table.sse not in {"ENABLED", "UPDATING"} or table.sse_type != "KMS":
            yield Fail("the table is encrypted with a key that AWS owns")
        elif table.key.split(":")[4:5] in ([], [table.account]):
            key = world.get(KmsKey, table.key) if table.key else None
            if key is None:
                yield Fail(f"the key {table.key or 'that is not named'} is not there")
            elif key.manager != "CUSTOMER" and not _outside(table, settings.scope_tags, settings.scope_accounts):
                yield Fail(f"the key {table.key} is managed by AWS")
