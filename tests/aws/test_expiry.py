"""Credentials that expire: those of a role are renewed and nothing is lost, our own end it all at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import UnauthorizedSSOTokenError

from scanner.aws import far
from scanner.aws.client import AwsClient, Request
from scanner.aws.errors import CredentialsEndedError, Refusal
from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.model.secret import KEY_VARIABLE
from tests.aws.conftest import LOADER
from tests.aws.gather import ACCOUNT, QUICK, Connect, Serve
from tests.aws.stub import Answer, Asked, Script, refused, said, xml, xml_refused

HERE = (ACCOUNT, "us-east-1")
ROLE = Target(ACCOUNT, role="phiward")
CLUSTERS = Request("ecs.ListClusters", {}, "clusterArns", permission="ecs:ListClusters")
GONE = refused("ExpiredTokenException")
WHO = f"<Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/a</Arn>"
KNOWN = xml(f"<R><GetCallerIdentityResult>{WHO}</GetCallerIdentityResult></R>")
LONG = datetime.now(UTC) + timedelta(days=1)


def _keys(number: int) -> Answer:
    keys = f"<AccessKeyId>AKIA{number}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    until = "<Expiration>2099-01-01T00:00:00Z</Expiration>"
    return xml(f"<R><AssumeRoleResult><Credentials>{keys}{until}</Credentials></AssumeRoleResult></R>")


def _giving() -> Callable[[Asked], Answer]:
    """Give another key each time."""
    numbers = itertools.count(1)
    return lambda _: _keys(next(numbers))


def _good_for(*signers: str) -> Callable[[Asked], Answer]:
    return lambda asked: said(clusterArns=["a"]) if asked.signer in signers else GONE


def _client(sessions: Sessions, limits: Limits, target: Target = ROLE) -> AwsClient:
    return AwsClient(sessions, {ACCOUNT: target}, frozenset({"ecs.ListClusters"}), 4, limits, QUICK)


def _renewing(renew: Callable[[], dict[str, str]]) -> Sessions:
    """Give sessions whose own credentials are renewed, as those of a sign-on are."""
    inner = botocore.session.Session()
    inner.register_component("data_loader", LOADER)
    inner._credentials = RefreshableCredentials("AKIA0", "s", "t", LONG, renew, "sso")  # noqa: SLF001  as boto3 does
    return Sessions(boto3.Session(botocore_session=inner, region_name="us-east-1"))


def _new(number: int) -> dict[str, str]:
    return {"access_key": f"AKIA{number}", "secret_key": "s", "token": "t", "expiry_time": LONG.isoformat()}


# ---- of a role ----


def test_a_role_whose_key_has_expired_is_assumed_again_once_for_all(
    serve: Serve, sessions: Sessions, limits: Limits
) -> None:
    stub = serve({"sts.AssumeRole": _giving(), "ecs.ListClusters": _good_for("AKIA2")})
    client, told = _client(sessions, limits), list[Any]()
    threads = [threading.Thread(target=lambda: told.append(client.one(HERE, CLUSTERS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert told == [{"clusterArns": ["a"]}] * 4
    assert stub.count("sts.AssumeRole") == 2
    assert stub.count("sts.GetCallerIdentity") == 0


def test_a_role_whose_new_keys_have_expired_too_is_a_refusal(serve: Serve, sessions: Sessions, limits: Limits) -> None:
    stub = serve({"sts.AssumeRole": _giving(), "ecs.ListClusters": GONE})
    with pytest.raises(Refusal) as told:
        _client(sessions, limits).one(HERE, CLUSTERS)
    assert told.value.code == "ExpiredTokenException"
    assert stub.count("ecs.ListClusters") == QUICK.tries


@pytest.mark.parametrize("enter", [True, False])
def test_a_role_that_our_own_expired_credentials_cannot_assume_ends_all(
    serve: Serve, sessions: Sessions, limits: Limits, *, enter: bool
) -> None:
    stub = serve({name: xml_refused("ExpiredToken") for name in ("sts.AssumeRole", "sts.GetCallerIdentity")})
    client = _client(sessions, limits)
    for _ in range(3):
        with pytest.raises(CredentialsEndedError, match="have expired and cannot be renewed"):
            sessions.entry_gap(ROLE) if enter else client.one(HERE, CLUSTERS)
    assert [asked.key for asked in stub.asked] == ["sts.AssumeRole", "sts.GetCallerIdentity"]


def test_what_a_role_session_says_incompletely_is_asked_again(serve: Serve, sessions: Sessions) -> None:
    stub = serve({"sts.AssumeRole": [xml("<R><AssumeRo"), xml("<R><AssumeRoleResult/></R>"), _keys(1)]})
    assert sessions.entry_gap(ROLE) is None
    assert stub.count("sts.AssumeRole") == 3


def test_a_role_session_that_stays_incomplete_is_a_gap(serve: Serve, sessions: Sessions) -> None:
    serve({"sts.AssumeRole": xml("<R><AssumeRo")})
    gap = sessions.entry_gap(ROLE)
    assert gap is not None
    assert (gap.call, gap.error) == ("sts.AssumeRole", "IncompleteAnswer")


def test_of_many_places_one_waits_for_an_sts_that_does_not_answer(
    serve: Serve, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Config(read_timeout=0.3, retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr("scanner.aws.sessions.SHORT", quick)
    stub = serve({"sts.AssumeRole": Answer(hang=True)})
    told: list[Any] = []
    threads = [threading.Thread(target=lambda: told.append(sessions.entry_gap(ROLE))) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert time.monotonic() - began < 2.0
    assert [gap.error for gap in told] == ["ReadTimeoutError"] * 8
    assert stub.count("sts.AssumeRole") == 1


# ---- our own ----


def test_our_own_that_have_expired_end_all_and_nothing_more_is_asked(serve: Serve, connect: Connect) -> None:
    stub = serve({"ecs.ListClusters": GONE, "sts.GetCallerIdentity": xml_refused("ExpiredToken")})
    client = connect("ecs.ListClusters")
    for _ in range(20):
        with pytest.raises(CredentialsEndedError, match="ExpiredToken") as told:
            client.one(HERE, CLUSTERS)
        assert "\n" not in str(told.value)
    assert [asked.key for asked in stub.asked] == ["ecs.ListClusters", "sts.GetCallerIdentity"]


SOUND: dict[str, Script] = {
    "who we are is known": KNOWN,
    "who we are is not answered": xml("<R><GetCaller"),
    "who we are is a fault": xml_refused("InternalFailure", 500),
}


@pytest.mark.parametrize("way", SOUND)
def test_one_operation_that_says_so_is_a_refusal_of_its_own(serve: Serve, connect: Connect, way: str) -> None:
    stub = serve({"ecs.ListClusters": GONE, "sts.GetCallerIdentity": SOUND[way]})
    with pytest.raises(Refusal) as told:
        connect("ecs.ListClusters").one(HERE, CLUSTERS)
    assert told.value.gap.error == "ExpiredTokenException"
    assert stub.count("ecs.ListClusters") == QUICK.tries


def test_our_own_that_can_be_renewed_are(serve: Serve, limits: Limits) -> None:
    stub = serve({"ecs.ListClusters": _good_for("AKIA7")})
    client = _client(_renewing(lambda: _new(7)), limits, Target(ACCOUNT))
    assert client.one(HERE, CLUSTERS) == {"clusterArns": ["a"]}
    assert [asked.signer for asked in stub.asked] == ["AKIA0", "AKIA7"]


def _signed_out() -> dict[str, str]:
    raise UnauthorizedSSOTokenError


def _expired_already() -> dict[str, str]:
    return {**_new(0), "expiry_time": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize("renew", [_signed_out, _expired_already, lambda: _new(0)])
def test_our_own_whose_sign_on_has_ended_end_all(
    serve: Serve, limits: Limits, renew: Callable[[], dict[str, str]]
) -> None:
    stub = serve({"ecs.ListClusters": GONE, "sts.GetCallerIdentity": xml_refused("ExpiredToken")})
    client = _client(_renewing(renew), limits, Target(ACCOUNT))
    for _ in range(3):
        with pytest.raises(CredentialsEndedError):
            client.one(HERE, CLUSTERS)
    assert len(stub.asked) <= 3


# ---- on a worker of a cluster ----


def test_a_worker_whose_credentials_expired_says_so_and_begins_anew(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {KEY_VARIABLE: "key", "AWS_ACCESS_KEY_ID": "AKIA0", "AWS_SECRET_ACCESS_KEY": "s"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(far, "_PROCESSES", {})
    stub = serve({
        "sts.GetCallerIdentity": [KNOWN, xml_refused("ExpiredToken"), KNOWN],
        "ecs.ListClusters": lambda asked: said(clusterArns=[]) if asked.signer == "AKIA1" else GONE,
    })  # fmt: skip
    target, key_id = Target(ACCOUNT, regions=("us-east-1",)), Redactor(b"key").key_id
    kinds = ("AWS::ECS::Cluster",)
    task = far.Task(target, "us-east-1", kinds, LONG, "us-east-1", 4, far.code(), key_id, asks={kinds[0]: frozenset()})
    with pytest.raises(CredentialsEndedError, match=r"Dask worker .*: the AWS credentials have expired"):
        far.look(task)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA1")
    assert far.look(task).resources == []
    assert stub.count("ecs.ListClusters") == 2
