"""Entering accounts: whose keys sign which call, how a role's session is called, how many calls an account gets."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from scanner.aws.client import BUDGET_SPENT, AwsClient, Request
from scanner.aws.errors import Refusal
from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions, Target
from scanner.model.gap import GapState
from tests.aws.gather import ACCOUNT, QUICK, Serve
from tests.aws.stub import Answer, Asked, said, xml, xml_refused

HERE = (ACCOUNT, "us-east-1")
CLUSTERS = Request("ecs.ListClusters", {}, "clusterArns", permission="ecs:ListClusters")


def _keys_of(asked: Asked) -> Answer:
    account = asked.params["RoleArn"].split(":")[4]
    keys = f"<AccessKeyId>AKIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    return xml(
        f"<R><AssumeRoleResult><Credentials>{keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
        "</AssumeRoleResult></R>"
    )


def _assumed(serve: Serve, sessions: Sessions, limits: Limits, answer: Any) -> tuple[Any, Any]:
    stub = serve({"sts.AssumeRole": answer, "ecs.ListClusters": said(clusterArns=[])})
    target = Target(ACCOUNT, role="phiward", external_id="abc")
    return stub, AwsClient(sessions, {ACCOUNT: target}, frozenset({"ecs.ListClusters"}), 2, limits, QUICK)


def _keys(asked: Asked) -> Answer:
    assert asked.params["RoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/phiward"
    assert asked.params["ExternalId"] == "abc"
    return _keys_of(asked)


def test_a_role_is_assumed_once_for_all_calls(serve: Serve, sessions: Sessions, limits: Limits) -> None:
    stub, client = _assumed(serve, sessions, limits, _keys)
    client.one(HERE, CLUSTERS)
    client.one(HERE, CLUSTERS)
    assert (stub.count("sts.AssumeRole"), stub.count("ecs.ListClusters")) == (1, 2)


def test_accounts_share_clients_and_each_call_is_signed_for_its_own(
    serve: Serve, sessions: Sessions, limits: Limits
) -> None:
    stub = serve({"sts.AssumeRole": _keys_of, "ecs.ListClusters": said(clusterArns=[])})
    own = Target("000000000000")
    targets = {each: Target(each, role="phiward") for each in ("111111111111", "222222222222")} | {own.account: own}
    client = AwsClient(sessions, targets, frozenset({"ecs.ListClusters"}), 2, limits, QUICK)
    asked = [account for account in [*targets, *reversed(targets)] for _ in range(2)]
    for account in asked:
        client.one((account, "us-east-1"), CLUSTERS)
    signers = [each.signer for each in stub.asked if each.key == "ecs.ListClusters"]
    assert signers == ["AKIATEST" if account == own.account else f"AKIA{account}" for account in asked]
    assert len(client._clients) == 1  # noqa: SLF001  what is shared
    assert stub.count("sts.AssumeRole") == 2


def test_a_call_that_s3_sends_to_another_region_is_signed_for_its_account_again(
    serve: Serve, sessions: Sessions, limits: Limits
) -> None:
    body = b"<Error><Code>PermanentRedirect</Code><Message>no</Message><Bucket>b</Bucket></Error>"
    elsewhere = Answer(body, 301, {"x-amz-bucket-region": "eu-west-1", "Content-Type": "text/xml"})
    here = xml("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
    stub = serve({"sts.AssumeRole": _keys_of, "s3 GET /b?versioning": [elsewhere, here]})
    target, allowed = Target(ACCOUNT, role="phiward"), frozenset({"s3.GetBucketVersioning"})
    client = AwsClient(sessions, {ACCOUNT: target}, allowed, 2, limits, QUICK)
    answer = client.one((ACCOUNT, "global"), Request("s3.GetBucketVersioning", {"Bucket": "b"}))
    assert answer["Status"] == "Enabled"
    assert [(each.signer, each.region) for each in stub.asked if each.key.startswith("s3")] == [
        (f"AKIA{ACCOUNT}", "us-east-1"),
        (f"AKIA{ACCOUNT}", "eu-west-1"),
    ]


def test_the_session_of_a_role_has_the_name_and_the_tags_that_were_chosen(
    serve: Serve, sessions: Sessions, limits: Limits
) -> None:
    stub = serve({"sts.AssumeRole": _keys_of, "ecs.ListClusters": said(clusterArns=[])})
    target = Target(ACCOUNT, role="phiward", session_name="night@phiward", session_tags=(("team", "platform"),))
    AwsClient(sessions, {ACCOUNT: target}, frozenset({"ecs.ListClusters"}), 2, limits, QUICK).one(HERE, CLUSTERS)
    (params,) = stub.params("sts.AssumeRole")
    assert params["RoleSessionName"] == "night@phiward"
    assert (params["Tags.member.1.Key"], params["Tags.member.1.Value"]) == ("team", "platform")
    assert "ExternalId" not in params


def test_when_the_budget_of_an_account_is_spent_it_is_not_asked_again(
    serve: Serve, sessions: Sessions, limits: Limits
) -> None:
    stub = serve({"sts.AssumeRole": _keys_of, "ecs.ListClusters": said(clusterArns=[])})
    targets = {each: Target(each, role="phiward") for each in ("111111111111", "222222222222")}
    budgets = {"111111111111": 2}
    client = AwsClient(
        sessions, targets, frozenset({"ecs.ListClusters"}), 2, limits, QUICK, budgets=budgets
    )  # fmt: skip
    for region in ("us-east-1", "eu-west-1"):
        client.one(("111111111111", region), CLUSTERS)
    with pytest.raises(Refusal) as told:
        client.one(("111111111111", "us-west-2"), CLUSTERS)
    assert (told.value.code, told.value.gap.state) == (BUDGET_SPENT, GapState.ERROR)
    assert "all 2 calls of account 111111111111 are spent (max_calls)" in str(told.value)
    for _ in range(3):
        client.one(("222222222222", "us-east-1"), CLUSTERS)
    assert stub.count("ecs.ListClusters") == 5


def test_a_role_that_may_not_be_assumed_is_what_is_named(serve: Serve, sessions: Sessions, limits: Limits) -> None:
    stub, client = _assumed(serve, sessions, limits, xml_refused("AccessDenied"))
    with pytest.raises(Refusal) as told:
        client.one(HERE, CLUSTERS)
    gap = told.value.gap
    assert (gap.call, gap.permission, gap.state) == ("sts.AssumeRole", "sts:AssumeRole", GapState.DENIED)
    assert stub.count("ecs.ListClusters") == 0


def test_no_credentials_are_a_refusal_of_the_call(
    serve: Serve, limits: Limits, monkeypatch: Any, tmp_path: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    stub = serve({})
    bare = Sessions(boto3.Session(region_name="us-east-1"))
    client = AwsClient(bare, {ACCOUNT: Target(ACCOUNT)}, frozenset({"ecs.ListClusters"}), 2, limits, QUICK)
    with pytest.raises(Refusal) as told:
        client.one(HERE, CLUSTERS)
    assert told.value.code == "NoCredentialsError"
    assert stub.asked == []
