"""Incremental nights, on moto with an event history: what is spared, what is not, and how a wrong shortcut shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import boto3
import pytest

from scanner.aws.sessions import Sessions
from scanner.cli.commands import do_scan
from scanner.cli.incremental import NIGHT
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, UsageError, Wiring
from scanner.demo import DemoServer
from scanner.engine.incremental import FULL, INCREMENTAL, sample_of
from scanner.kinds.steady import steady
from tests.cli.incrementally import BUCKETS, FIRST, RULES, Account, bucket, judged, register, reused, seen

NUMBERS = count(200000000001)


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the sample of one without chance: else it takes, now and then, the very answer that a test is about."""

    def draw(names: Sequence[str], share: float, seed: str) -> set[str]:
        logging = [name for name in names if name.endswith(" log")]
        return sample_of(names, share, seed) if share == 1 else set(sorted(logging or names)[:1])

    monkeypatch.setattr("scanner.aws.incremental_place.sample_of", draw)


@pytest.fixture
def account(loopback: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Three buckets, two keys, a repository and a task definition, made days before the first night."""
    number = next(NUMBERS)
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    own = {"AWS_ENDPOINT_URL": loopback.url, "AWS_DEFAULT_REGION": "us-east-1", "PHIWARD_REDACTION_KEY": "0" * 32}
    for name, value in {**own, "AWS_ACCESS_KEY_ID": "AKIADEMO", "AWS_SECRET_ACCESS_KEY": "demo"}.items():
        monkeypatch.setenv(name, value)
    loopback.set_clock(FIRST - timedelta(days=3))
    role = f"arn:aws:iam::{number}:role/Test"
    entry = boto3.Session().client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", entry["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", entry["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", entry["SessionToken"])
    made = Account(loopback, tmp_path, number)
    for name in BUCKETS:
        made.client("s3").create_bucket(Bucket=f"{name}-{number}")
    for _ in range(2):
        made.client("kms").create_key()
    made.client("ecr").create_repository(repositoryName="images")
    yield made
    loopback.allow()
    loopback.happen("trail_lag", minutes=0)


def test_an_unchanged_night_makes_fewer_calls_and_says_the_same(account: Account) -> None:
    first, before = account.scan()
    second, after = account.scan()
    assert first.night is not None
    assert second.night is not None
    assert (first.night.mode, second.night.mode) == (FULL, INCREMENTAL)
    assert (seen(second), judged(second)) == (seen(first), judged(first))
    assert after["s3:GetBucketPolicy"] + after["s3:GetBucketAcl"] <= 1 < before["s3:GetBucketPolicy"]
    assert after["ecr:GetLifecyclePolicy"] <= 1
    for name in ("s3:ListBuckets", "kms:ListKeys", "kms:DescribeKey", "kms:GetKeyRotationStatus"):
        assert after[name] == before[name] > 0, name
    assert after.total() < before.total() - 20
    assert second.calls < first.calls
    assert sum(each.reused for each in first.coverage) == 0
    assert sum(each.reused for each in second.coverage) == sum(each.spared for each in second.night.places)
    with account.wiring.store() as store:
        assert list(store.between(first.scan, second.scan)) == []
        assert [scan.versions[NIGHT] for scan in store.scans()] == [FULL, INCREMENTAL]
    assert "answers taken from scan " + first.scan in second.night.line
    assert all(each.sampled >= 1 and not each.wrong for each in second.night.places)


CHANGES: dict[str, tuple[str, Callable[[Account], object]]] = {
    "versions of a bucket": ("AWS::S3::Bucket", lambda account: account.client("s3").put_bucket_versioning(
        Bucket=bucket(account), VersioningConfiguration={"Status": "Enabled"})),
    "tags of a bucket": ("AWS::S3::Bucket", lambda account: account.client("s3").put_bucket_tagging(
        Bucket=bucket(account), Tagging={"TagSet": [{"Key": "owner", "Value": "ward"}]})),
    "a policy of a key": ("AWS::KMS::Key", lambda account: account.client("kms").put_key_policy(
        KeyId=key(account), PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": []}))),
    "the policy of a repository": ("AWS::ECR::Repository", lambda account: account.client("ecr").set_repository_policy(
        repositoryName="images", policyText=json.dumps({"Version": "2012-10-17", "Statement": [{
            "Sid": "all", "Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]}]}))),
}  # fmt: skip


def key(account: Account) -> str:
    return str(account.client("kms").list_keys()["Keys"][0]["KeyId"])


@pytest.mark.parametrize("name", CHANGES)
def test_what_an_event_names_is_read(account: Account, name: str) -> None:
    kind, change = CHANGES[name]
    first, _ = account.scan()
    account.at(12)
    change(account)
    second, _ = account.scan()
    whole, _ = account.scan(incremental=False)
    assert whole.night is not None
    assert whole.night.mode == FULL
    assert seen(second) == seen(whole) != seen(first)
    assert judged(second) == judged(whole)
    spared = reused(second)
    calls = sum(1 for of, _ in steady() if of == kind)
    others = len([each for each in second.snapshot.resources if each.kind == kind]) - 1
    assert sum(spared.values()) > 0
    assert spared[kind] <= others * calls, "fewer where the sample took one"


def test_a_new_revision_is_read_and_an_old_one_is_not(account: Account) -> None:
    account.server.set_clock(FIRST - timedelta(days=3))
    for family in ("web", "mail", "batch"):
        register(account, family)
    wanted = Wanted(rules=("ecs_container_not_privileged",))
    account.scan(wanted)
    account.at(12)
    register(account, "web", "two")
    second, calls = account.scan(wanted)
    described = {
        each.id.rpartition("/")[2]: each.sections["described"].doc["taskDefinition"]["containerDefinitions"][0]["image"]
        for each in second.snapshot.resources
        if each.kind == "AWS::ECS::TaskDefinition"
    }
    assert described == {"web:2": "two", "mail:1": "one", "batch:1": "one"}
    assert calls["ecs:DescribeTaskDefinition"] in {1, 2}  # the new one, and one of the others where the sample took it


def test_a_thing_made_since_hinders_no_other(account: Account) -> None:
    account.scan()
    account.at(12)
    account.client("s3").create_bucket(Bucket=bucket(account, "ward-d"))
    account.client("s3").put_bucket_versioning(
        Bucket=bucket(account, "ward-d"), VersioningConfiguration={"Status": "Enabled"}
    )
    account.client("s3").delete_bucket(Bucket=bucket(account, "ward-b"))
    second, calls = account.scan()
    names = {each.id for each in second.snapshot.resources if each.kind == "AWS::S3::Bucket"}
    assert names == {bucket(account, each) for each in ("ward-a", "ward-c", "ward-d")}
    assert calls["s3:GetBucketReplication"] in {1, 2}  # of the new bucket, and perhaps of the sample
    assert reused(second)["AWS::S3::Bucket"] >= 15


def test_an_event_that_names_nothing_known_puts_the_service_in_doubt(account: Account) -> None:
    account.scan()
    account.at(12)
    account.client("ecr").put_registry_policy(
        policyText=json.dumps({"Version": "2012-10-17", "Statement": [{
            "Sid": "copies", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.number}:root"},
            "Action": ["ecr:ReplicateImage"], "Resource": [f"arn:aws:ecr:us-east-1:{account.number}:repository/*"]}]})
    )  # fmt: skip
    second, calls = account.scan()
    assert calls["ecr:GetRepositoryPolicy"] == 1
    assert reused(second)["AWS::ECR::Repository"] == 0 < reused(second)["AWS::KMS::Key"]


def _without_event(account: Account) -> None:
    """Change a bucket at a moment that no window reaches: the history does not tell of it."""
    account.server.set_clock(FIRST - timedelta(days=2))
    account.client("s3").put_bucket_versioning(Bucket=bucket(account), VersioningConfiguration={"Status": "Enabled"})


def test_a_change_that_no_event_names_is_found_by_the_sample(
    account: Account, capfd: pytest.CaptureFixture[str]
) -> None:
    account.table = "sample = 1.0"
    first, _ = account.scan()
    _without_event(account)
    second, _ = account.scan()
    assert second.night is not None
    (warning,) = second.night.warnings
    assert f"arn:aws:s3:::{bucket(account)} ver" in warning
    assert "all was read in full" in warning
    (wrong,) = [each for each in second.night.places if each.wrong]
    assert (wrong.region, len(wrong.wrong)) == ("global", 1)
    assert seen(second) != seen(first)
    assert seen(second) == seen(account.scan(incremental=False)[0])
    assert not any(each.reused for each in second.coverage if each.region == "global")


def test_a_change_that_no_event_names_is_found_on_the_full_night(account: Account) -> None:
    account.table = "full_every = 3\nsample = 0.0001"
    account.scan()
    _without_event(account)
    modes, states = [], []
    for _ in range(3):
        result, _ = account.scan()
        assert result.night is not None
        modes.append(result.night.mode)
        (one,) = [each for each in result.snapshot.resources if each.id == bucket(account)]
        states.append(one.sections["ver"].doc.get("Status"))
    assert modes == [INCREMENTAL, INCREMENTAL, FULL]
    assert states[2] == "Enabled"
    assert states[0] is None  # which is what an incremental night cannot see


def test_a_late_event_is_found_by_the_next_night(account: Account) -> None:
    account.table = "sample = 0.0001"
    account.scan()
    account.server.happen("trail_lag", minutes=30)
    account.at(23.75)
    account.client("s3").put_bucket_versioning(Bucket=bucket(account), VersioningConfiguration={"Status": "Enabled"})
    account.scan()
    third, _ = account.scan()
    (one,) = [each for each in third.snapshot.resources if each.id == bucket(account)]
    assert one.sections["ver"].doc["Status"] == "Enabled"
    assert third.night is not None
    assert not third.night.warnings


def test_without_the_history_all_is_read(account: Account) -> None:
    first, before = account.scan()
    account.server.deny("cloudtrail:LookupEvents")
    second, after = account.scan()
    assert reused(second) == Counter()
    assert seen(second) == seen(first)
    assert {name: calls for name, calls in after.items() if "Lookup" not in name} == dict(before)
    assert second.night is not None
    assert any("CloudTrail's history was refused: AccessDenied" in reason for reason in second.night.reasons)


def test_what_the_night_before_did_not_learn_is_read(account: Account) -> None:
    account.server.deny("s3:GetBucketPolicy")
    account.scan()
    account.server.allow()
    _, calls = account.scan()
    assert calls["s3:GetBucketPolicy"] == len(BUCKETS)
    assert calls["s3:GetBucketAcl"] <= 1


def test_another_key_or_another_version_is_no_night_before(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.scan()
    monkeypatch.setenv("PHIWARD_REDACTION_KEY", "1" * 32)
    other, _ = account.scan()
    monkeypatch.setattr("scanner.kinds.steady.version", lambda: "other")
    third, _ = account.scan()
    said = [(each.night.mode, each.night.why) for each in (other, third) if each.night is not None]
    assert [mode for mode, _ in said] == [FULL, FULL]
    assert "another redaction key" in said[0][1]
    assert "other answers were taken to stay" in said[1][1]


def test_off_by_default_and_refused_on_a_cluster(account: Account) -> None:
    account.scan()
    wiring = Wiring(account.wiring.config.model_copy(update={"aws": account.wiring.config.aws.model_copy(
        update={"incremental": None})}), store_url=account.wiring.store_url)  # fmt: skip
    with wiring.store() as store:
        account.pass_time()
        result = run_scan(wiring, Wanted(rules=RULES), Sessions(), store=store, clock=Clock(account.server.clock))
        assert result.night is None
        assert NIGHT not in store.scans()[-1].versions
    with account.wiring.store() as store, pytest.raises(UsageError, match="not carried to a cluster"):
        run_scan(account.wiring, Wanted(rules=RULES, engine="dask://127.0.0.1:1"), Sessions(), store=store)


def test_the_command_tells_of_it(
    account: Account, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    account.table = "sample = 1.0"
    account.scan()
    _without_event(account)
    account.pass_time()
    monkeypatch.setattr("scanner.cli.scanning.Clock", lambda: Clock(account.server.clock))
    code = do_scan(
        account.wiring, Wanted(rules=RULES), fail_on="critical", allow_incomplete=True, as_json=True, quiet=True,
        verbose=False,
    )  # fmt: skip
    assert code in {0, 1}
    told = capfd.readouterr()
    assert "warning: " in told.err
    document = json.loads(told.out)["incremental"]
    assert document["mode"] == INCREMENTAL
    (wrong,) = [each for each in document["places"] if each["wrong"]]
    assert wrong["region"] == "global"
