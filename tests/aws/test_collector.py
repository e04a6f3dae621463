"""The collector's frame: places, progress, redaction, bugs; who we are and where to look."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from scanner.aws.collect import Collector, operations
from scanner.aws.errors import AwsError
from scanner.aws.limits import Limits
from scanner.aws.pool import Pool
from scanner.aws.sessions import Sessions, Target, enabled_regions, regions_of_partition
from scanner.engine.redact import Redactor
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.secret import REDACTED, Secret
from tests.aws.gather import ACCOUNT, QUICK, Gather, Serve
from tests.aws.stub import Script, ec2_refused, said, xml, xml_refused

AS_OF = datetime(2026, 11, 21, 2, tzinfo=UTC)


class Key(Kind, cfn="Test::Key"):
    """A key whose description is secret."""

    key = each("kms.ListKeys", "Keys")
    meta = then("kms.DescribeKey", "KeyMetadata", KeyId="$key.KeyId")
    secrets: ClassVar[Mapping[str, Secret]] = {"meta": Secret("Description")}

    id: str = fact("key.KeyId")
    tags: Mapping[str, str] = fact(Const({}))


KEYS: Mapping[str, Script] = {
    "kms.ListKeys": said(Keys=[{"KeyId": "a"}]),
    "kms.DescribeKey": said(KeyMetadata={"KeyId": "a", "Description": "hunter2 is the word"}),
    "sts.AssumeRole": xml_refused("AccessDenied"),
}


def _collector(sessions: Sessions, limits: Limits, *kinds: type[Kind]) -> Collector:
    by_type = {kind.cfn: kind for kind in kinds}
    return Collector(sessions, by_type, Redactor(b"key"), AS_OF, threads=2, limits=limits, patience=QUICK)


def test_secrets_are_redacted_as_they_are_read(gather: Gather) -> None:
    _, night = gather(KEYS, Key)
    section = night.resources[0].sections["meta"]
    assert "hunter2" not in repr(section)
    assert REDACTED in section.doc["Description"]


def test_places_in_skip_are_left_out_and_progress_is_told(serve: Serve, sessions: Sessions, limits: Limits) -> None:
    told: list[tuple[int, int, int]] = []
    stub = serve(KEYS)
    collector = _collector(sessions, limits, Key)
    collector.tick = lambda *figures: told.append(figures)
    target = Target(ACCOUNT, regions=("us-east-1", "eu-west-1"))
    places = list(collector.collect([target], skip=[(ACCOUNT, "us-east-1")]))
    assert [(place.account, place.region) for place in places] == [(ACCOUNT, "eu-west-1")]
    assert {asked.region for asked in stub.asked} == {"eu-west-1"}
    assert told[-1] == (1, 1, 2)


def test_an_account_that_cannot_be_entered_is_said_for_every_call(
    serve: Serve, sessions: Sessions, limits: Limits
) -> None:
    stub = serve(KEYS)
    target = Target(ACCOUNT, regions=("us-east-1",), role="phiward")
    (place,) = _collector(sessions, limits, Key).collect([target])
    assert place.resources == []
    assert {(entry.call, entry.state, entry.permission) for entry in place.coverage} == {
        ("key", "denied", "sts:AssumeRole"),
        ("meta", "denied", "sts:AssumeRole"),
    }
    assert {asked.key for asked in stub.asked} == {"sts.AssumeRole"}


def test_the_operations_that_may_be_called_are_those_declared() -> None:
    assert operations([Key]) == {"kms.ListKeys", "kms.DescribeKey"}


@pytest.mark.timeout(20)
def test_a_bug_in_a_task_ends_the_collection_and_does_not_hang(gather: Gather) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("a bug of ours")

    class Broken(Kind, cfn="Test::Broken"):
        """A parse that raises what no answer can bring about."""

        key = each("kms.ListKeys", "Keys", parse=broken)

        id: str = fact("key")
        tags: Mapping[str, str] = fact(Const({}))

    with pytest.raises(RuntimeError, match="a bug of ours"):
        gather(KEYS, Broken)


def test_a_pool_takes_nothing_after_a_failure_or_its_end() -> None:
    pool, done = Pool(1), list[int]()

    def fail() -> None:
        raise KeyError("x")

    for task in (lambda: time.sleep(0.1), fail, lambda: done.append(0)):
        pool.submit(task)
    while pool._failure is None:  # noqa: SLF001  until it is known
        time.sleep(0.001)
    with pytest.raises(KeyError):
        pool.check()
    pool.submit(done.append, 1)
    pool.close()
    pool.submit(done.append, 2)
    assert done == []


def test_a_pool_does_not_wait_for_what_does_not_end() -> None:
    pool, held, begun, done = Pool(2), threading.Event(), threading.Event(), list[int]()

    def hang() -> None:
        begun.set()
        held.wait(30)

    pool.submit(hang)
    pool.submit(hang)
    pool.submit(done.append, 1)
    assert begun.wait(5)
    began = time.monotonic()
    pool.close(grace=0.1)
    assert time.monotonic() - began < 5
    held.set()
    for thread in pool._threads:  # noqa: SLF001  those that it left behind
        thread.join(5)
        assert thread.daemon
    assert done == []


def test_a_pool_has_no_more_threads_than_it_has_tasks() -> None:
    pool, done = Pool(8), list[int]()
    for number in range(3):
        pool.submit(done.append, number)
    assert len(pool._threads) <= 3  # noqa: SLF001  how wide it got
    while len(done) < 3:
        time.sleep(0.001)
    pool.close()
    assert sorted(done) == [0, 1, 2]


# ---- who we are, and where to look ----


def _identity(account: str) -> Any:
    arn = f"arn:aws-us-gov:sts::{account}:assumed-role/a/b"
    return xml(
        f"<R><GetCallerIdentityResult><Account>{account}</Account><Arn>{arn}</Arn></GetCallerIdentityResult></R>"
    )


def test_the_identity_names_account_and_partition(serve: Serve, sessions: Sessions) -> None:
    serve({"sts.GetCallerIdentity": _identity(ACCOUNT)})
    who = sessions.identity()
    assert (who.account, who.partition) == (ACCOUNT, "aws-us-gov")


def test_credentials_that_are_refused_are_one_clear_line(serve: Serve, sessions: Sessions) -> None:
    serve({"sts.GetCallerIdentity": xml_refused("ExpiredToken")})
    with pytest.raises(AwsError, match="AWS refuses the credentials") as told:
        sessions.identity()
    assert "\n" not in str(told.value)


def test_an_endpoint_that_is_not_there_is_one_clear_line(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(AwsError, match="AWS cannot be reached"):
        sessions.identity()


def test_regions_are_the_enabled_ones_of_the_partition(serve: Serve, sessions: Sessions) -> None:
    names = [("us-east-1", "opt-in-not-required"), ("eu-west-1", "opted-in"), ("me-south-1", "not-opted-in")]
    names.append(("us-gov-west-1", "opt-in-not-required"))
    items = "".join(
        f"<item><regionName>{name}</regionName><optInStatus>{state}</optInStatus></item>" for name, state in names
    )
    serve(
        {
            "ec2.DescribeRegions": xml(
                f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
            )
        }
    )
    known = regions_of_partition(sessions.base, "aws")
    assert enabled_regions(sessions.base.client("ec2"), known) == ("eu-west-1", "us-east-1")


def test_regions_that_cannot_be_listed_are_one_clear_line(serve: Serve, sessions: Sessions) -> None:
    serve({"ec2.DescribeRegions": ec2_refused("UnauthorizedOperation")})
    with pytest.raises(AwsError, match=r"ec2:DescribeRegions or set \[aws\] regions"):
        enabled_regions(sessions.base.client("ec2"), ())


def test_a_profile_that_does_not_exist_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AwsError, match="AWS_PROFILE"):
        Sessions()


def test_a_listing_may_name_the_account_and_the_moment(gather: Gather) -> None:
    class Event(Kind, cfn="Test::Event"):
        """A listing with references to where and when it is made."""

        event = each("cloudtrail.ListPublicKeys", "PublicKeyList", StartTime="$as_of-24h", NextToken="$account")

        id: str = fact("event")
        tags: Mapping[str, str] = fact(Const({}))

    stub, _ = gather({"cloudtrail.ListPublicKeys": said(PublicKeyList=[])}, Event)
    asked = stub.params("cloudtrail.ListPublicKeys")[0]
    assert asked["NextToken"] == ACCOUNT
    assert datetime.fromtimestamp(asked["StartTime"], UTC) == datetime(2026, 11, 20, 2, tzinfo=UTC)
