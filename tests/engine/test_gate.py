"""The gate: only what a plan makes new or worse stops it, and nothing unknown is taken for good or bad."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.engine.gate import Gate, stops, unclear
from scanner.engine.registry import rules
from scanner.kinds.losses import losses
from scanner.model.finding import Finding, Verdict
from scanner.model.given import Given, Origin, PlannedChange, Setting
from scanner.model.planned import DOCUMENT, token, unknown
from scanner.model.resource import Coverage, Resource, Snapshot, Source, seen
from scanner.run import Judge, gate

ACCOUNT, REGION, KEY, BUCKET = "123456789012", "us-east-1", "AWS::KMS::Key", "AWS::S3::Bucket"
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
CHOSEN = ("kms_key_rotation", "s3_bucket_versioning")


def key(id: str = "k1", **document: Any) -> Resource:
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}" if not id.startswith("$") else id
    planned = {
        "key_id": id,
        "arn": arn,
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "is_enabled": True,
        **document,
    }
    made = Resource(KEY, id, arn=arn, account=ACCOUNT, region=REGION, tags={}, source=Source.PLAN)
    made.sections = {DOCUMENT: seen(planned)}
    return made


def setting(*resources: Resource) -> Setting:
    names = {each.id: each.id.strip("${}").removeprefix("aws_kms_key.") for each in resources}
    return Setting(list(resources), {key_id: Origin(address=f"aws_kms_key.{name}") for key_id, name in names.items()})


def judged(before: Setting | None, after: Setting, snapshot: Snapshot | None = None, **more: Any) -> Gate:
    judge = Judge([rules()[name] for name in CHOSEN])
    return gate(Given(name="plan.json", sort="plan", before=before, after=after, **more), judge, AS_OF, snapshot)


def ids(found: Any) -> list[tuple[str, str]]:
    return sorted((each.rule, each.key) for each in found)


def test_the_same_world_twice_has_nothing_new() -> None:
    world = setting(key("k1", enable_key_rotation=False), key("k2", enable_key_rotation=True))
    found = judged(world, world)
    assert found.new == []
    assert ids(found.kept) == [("kms_key_rotation", "k1")]
    assert stops(found, "info") == []


def test_a_world_without_before_is_new_as_a_whole() -> None:
    found = judged(None, setting(key("k1", enable_key_rotation=False), key("k2", enable_key_rotation=False)))
    assert ids(found.new) == [("kms_key_rotation", "k1"), ("kms_key_rotation", "k2")]


def test_only_what_turns_bad_is_new_and_what_turns_good_is_fixed() -> None:
    before = setting(key("k1", enable_key_rotation=True), key("k2", enable_key_rotation=False))
    after = setting(key("k1", enable_key_rotation=False), key("k2", enable_key_rotation=True))
    found = judged(before, after)
    assert (ids(found.new), ids(found.fixed)) == ([("kms_key_rotation", "k1")], [("kms_key_rotation", "k2")])
    assert found.origins[found.new[0].fingerprint].address == "aws_kms_key.k1"


@pytest.mark.parametrize(("fail_on", "count"), [("info", 1), ("medium", 1), ("high", 0), ("critical", 0)])
def test_only_violations_at_or_above_a_severity_stop(fail_on: str, count: int) -> None:
    found = judged(None, setting(key(enable_key_rotation=False)))
    assert [each.severity for each in found.new] == ["medium"]
    assert len(stops(found, fail_on)) == count


def test_a_replaced_resource_keeps_its_old_violations() -> None:
    """Its id is another after the plan; its address is the same."""
    old, new = key("k1", enable_key_rotation=False), key(token("aws_kms_key.k1"), enable_key_rotation=False)
    found = judged(setting(old), setting(new))
    assert (found.new, len(found.kept)) == ([], 1)


def test_what_is_unknown_until_apply_is_a_doubt_where_it_was_decided_before() -> None:
    before = setting(key("k1", enable_key_rotation=True))
    found = judged(before, setting(key("k1", enable_key_rotation=unknown("known after apply"))))
    assert (found.new, found.fixed) == ([], [])
    assert [each.rule for each in unclear(found, "medium")] == ["kms_key_rotation"]
    assert unclear(found, "high") == []


def test_what_is_unknown_and_new_is_no_doubt() -> None:
    found = judged(None, setting(key("k1", enable_key_rotation=unknown("known after apply"))))
    assert (found.new, found.doubts) == ([], [])


def test_a_violation_that_can_no_longer_be_seen_is_not_fixed() -> None:
    before = setting(key("k1", enable_key_rotation=False))
    found = judged(before, setting(key("k1", enable_key_rotation=unknown("known after apply"))))
    assert (found.fixed, len(found.doubts)) == ([], 1)


def test_a_failed_plan_is_incomplete() -> None:
    assert judged(None, setting(), errored=True).problems


def live(id: str = "k1", *, rotates: bool) -> Resource:
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}"
    meta: dict[str, Any] = {
        "KeyId": id,
        "Arn": arn,
        "KeyManager": "CUSTOMER",
        "KeyState": "Enabled",
        "KeySpec": "SYMMETRIC_DEFAULT",
    }
    meta |= {"Origin": "AWS_KMS", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False}
    sections = {"key": seen({"KeyId": id, "KeyArn": arn}), "meta": seen(meta)}
    sections["turn"] = seen({"KeyRotationEnabled": rotates})
    return Resource(KEY, id, arn=arn, account=ACCOUNT, region=REGION, tags={}, sections=sections)


def snapshot(*resources: Resource) -> Snapshot:
    whole = Coverage(ACCOUNT, REGION, KEY, "key", "kms.ListKeys", listing=True)
    return Snapshot("scan", AS_OF, list(resources), [whole], targets=[(ACCOUNT, REGION)])


def test_a_plan_over_a_scan_changes_only_what_it_speaks_of() -> None:
    """k2 stands in another state: the plan does not name it, and it stays as it was seen."""
    plan = {
        "before": setting(key("k1", enable_key_rotation=True)),
        "after": setting(key("k1", enable_key_rotation=False)),
    }
    found = judged(**plan, snapshot=snapshot(live("k1", rotates=True), live("k2", rotates=False)))
    assert (ids(found.new), ids(found.kept)) == ([("kms_key_rotation", "k1")], [("kms_key_rotation", "k2")])


def test_a_plan_over_a_scan_does_not_excuse_what_was_changed_by_hand() -> None:
    """The plan leaves rotation as it knows it; the scan saw that it is off."""
    same = setting(key("k1", enable_key_rotation=True))
    found = judged(same, same, snapshot=snapshot(live("k1", rotates=False)))
    assert (found.new, ids(found.kept)) == ([], [("kms_key_rotation", "k1")])


def test_what_a_plan_deletes_is_gone_from_the_scan_too() -> None:
    before = setting(key("k1", enable_key_rotation=False))
    found = judged(before, setting(), snapshot=snapshot(live("k1", rotates=False)))
    assert ids(found.fixed) == [("kms_key_rotation", "k1")]


def removal(type: str, *actions: str, **before: Any) -> list[Finding]:
    change = PlannedChange(
        address=f"{type}.x", type=type, kind=BUCKET, resource="claims", actions=actions, before=before
    )
    bucket = Resource(BUCKET, "claims", arn="arn:aws:s3:::claims", account=ACCOUNT, region="global", tags={})
    bucket.source = Source.PLAN
    return list(judged(Setting([bucket]), Setting(), changes=[change]).new)


def test_taking_a_safeguard_away_is_a_violation_on_what_it_guarded() -> None:
    (found,) = removal("aws_s3_bucket_public_access_block", "delete")
    assert (found.rule, found.verdict, found.severity) == ("plan_removes_safeguard", Verdict.FAIL, "high")
    assert found.resource == "arn:aws:s3:::claims"
    assert "deletes the block of public access" in found.message


@pytest.mark.parametrize(
    ("type", "actions", "before", "severity"),
    [
        ("aws_db_instance", ("delete",), {}, "critical"),
        ("aws_s3_bucket", ("delete", "create"), {"force_destroy": False}, "high"),
        ("aws_s3_bucket", ("delete", "create"), {"force_destroy": True}, "critical"),
        ("aws_flow_log", ("delete",), {}, "high"),
        ("aws_flow_log", ("create", "delete"), {}, "low"),
        ("aws_cloudtrail", ("delete",), {}, "critical"),
        ("aws_kms_key", ("delete",), {}, "critical"),
    ],
)
def test_what_is_destroyed_weighs_by_what_it_is(
    type: str, actions: tuple[str, ...], before: dict[str, Any], severity: str
) -> None:
    (found,) = removal(type, *actions, **before)
    assert found.severity == severity


@pytest.mark.parametrize("actions", [("no-op",), ("update",), ("create",), ("read",), ("forget",)])
def test_what_deletes_nothing_destroys_nothing(actions: tuple[str, ...]) -> None:
    assert removal("aws_db_instance", *actions) == []


def test_the_table_of_losses_says_what_each_is() -> None:
    known = losses()
    assert set(known) == {"plan_removes_safeguard", "plan_destroys_data"}
    for sort in known.values():
        assert sort.title
        assert all(
            each.what and each.severity in {"info", "low", "medium", "high", "critical"} for each in sort.types.values()
        )


def test_a_plan_of_one_account_changes_nothing_in_its_sister() -> None:
    """Accounts that are built alike have keys, groups and roles of the same names."""
    other = live("k1", rotates=False)
    other.account, other.arn = "210987654321", other.arn.replace(ACCOUNT, "210987654321")
    both = snapshot(live("k1", rotates=True), other)
    both.targets = [(ACCOUNT, REGION), (other.account, REGION)]
    both.coverage = [*both.coverage, Coverage(other.account, REGION, KEY, "key", "kms.ListKeys", listing=True)]
    gone = judged(setting(key("k1", enable_key_rotation=True)), setting(), both)
    assert (gone.fixed, [each.account for each in gone.kept]) == ([], [other.account])
    unsaid = key("k1", enable_key_rotation=True)
    unsaid.account, unsaid.arn = "", "k1"
    assert [each.account for each in judged(setting(unsaid), setting(), both).kept] == [other.account]


def test_of_the_members_of_a_class_the_worst_counts() -> None:
    """A member that passes hides none that fails, in whatever order they are judged."""
    good, bad = (key(name, enable_key_rotation=rotates) for name, rotates in (("k1", True), ("k2", False)))
    good.identity = bad.identity = "keys"
    for members in ((good, bad), (bad, good)):
        found = judged(None, Setting(list(members)))
        assert [each.rule for each in found.new] == ["kms_key_rotation"]
