"""The collector on a stub: answers that several resources share, and jobs."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from scanner.kinds.common import tagged, tags
from scanner.model.call import each, job, shared
from scanner.model.kind import Const, Kind, fact
from tests.aws.gather import QUICK, Gather, unknown
from tests.aws.stub import Answer, Asked, Script, refused, said, xml, xml_refused


class Key(Kind, cfn="Test::Key"):
    """Items of one answer for all; all of them, or the first."""

    key = each("kms.ListKeys", "Keys")
    alias = shared("kms.ListAliases", "Aliases", own="$key.KeyId", key="TargetKeyId")
    aliases = shared("kms.ListAliases", "Aliases", own="$key.KeyId", key="TargetKeyId", many=True, Limit=50)

    id: str = fact("key.KeyId")
    tags: Mapping[str, str] = fact(Const({}))
    alias_name: str = fact("alias.AliasName", default="")
    names: tuple[str, ...] = fact("aliases[].AliasName", default=())


KEYS: Mapping[str, Script] = {
    "kms.ListKeys": said(Keys=[{"KeyId": name} for name in "abc"]),
    "kms.ListAliases": said(
        Aliases=[
            {"AliasName": "one", "TargetKeyId": "a"},
            {"AliasName": "two", "TargetKeyId": "a"},
            {"AliasName": "three", "TargetKeyId": "b"},
            {"AliasName": "aws/unused"},
        ]
    ),
}


def test_a_shared_answer_is_asked_for_once(gather: Gather) -> None:
    stub, night = gather(KEYS, Key)
    assert stub.count("kms.ListAliases") == 2
    assert [night.view(Key, name).alias_name for name in "abc"] == ["one", "three", ""]
    assert [night.view(Key, name).names for name in "abc"] == [("one", "two"), ("three",), ()]


def test_a_denied_shared_answer_hides_it_of_all(gather: Gather) -> None:
    _, night = gather({**KEYS, "kms.ListAliases": refused("AccessDeniedException")}, Key)
    assert all("kms:ListAliases" in unknown(night.view(Key, name), "alias_name") for name in "abc")
    entry = night.entry(Key, "alias")
    assert (entry.asked, entry.failed, entry.state) == (3, 3, "denied")


class Engine(Kind, cfn="Test::Engine"):
    """A shared answer whose question differs from resource to resource."""

    key = each("kms.ListKeys", "Keys")
    policy = shared("kms.ListKeyPolicies", "PolicyNames", own="$key.KeyArn", key="Name", KeyId="$key.KeyArn",
                    parse=lambda name: {"Name": name})  # fmt: skip

    id: str = fact("key.KeyId")
    tags: Mapping[str, str] = fact(Const({}))
    named: str = fact("policy.Name", default="")


def test_shared_answers_to_different_questions_are_kept_apart(gather: Gather) -> None:
    keys = [{"KeyId": "a", "KeyArn": "x"}, {"KeyId": "b", "KeyArn": "x"}, {"KeyId": "c", "KeyArn": "y"}]
    script = {
        "kms.ListKeys": said(Keys=keys),
        "kms.ListKeyPolicies": lambda asked: said(PolicyNames=[asked.params["KeyId"]]),
    }
    stub, night = gather(script, Engine)
    assert stub.count("kms.ListKeyPolicies") == 2
    assert [night.view(Engine, name).named for name in "abc"] == ["x", "x", "y"]


class User(Kind, cfn="Test::User", scope="global"):
    """A row of a report that has to be made first."""

    user = each("iam.ListUsers", "Users")
    report = job("iam.GenerateCredentialReport", "iam.GetCredentialReport", "Content", ready="State == 'COMPLETE'",
                 own="$user.UserName", key="user", absent=["ReportExpired"],
                 parse=lambda text: [{"user": name} for name in base64.b64decode(text).decode().split()])  # fmt: skip

    id: str = fact("user.UserName")
    tags: Mapping[str, str] = fact(Const({}))
    row: str = fact("report.user")


def _result(action: str, inner: str) -> Any:
    return xml(f"<R><{action}Result>{inner}</{action}Result></R>")


NAMES = "".join(f"<member><UserName>{name}</UserName></member>" for name in ("ann", "bob"))
USERS: Mapping[str, Script] = {
    "iam.ListUsers": _result("ListUsers", f"<Users>{NAMES}</Users><IsTruncated>false</IsTruncated>"),
    "iam.GetCredentialReport": _result(
        "GetCredentialReport", f"<Content>{base64.b64encode(b'ann bob').decode()}</Content>"
    ),
}
STARTED = _result("GenerateCredentialReport", "<State>STARTED</State>")
COMPLETE = _result("GenerateCredentialReport", "<State>COMPLETE</State>")


def test_a_job_is_polled_until_it_is_ready_and_fetched_once(gather: Gather) -> None:
    stub, night = gather({**USERS, "iam.GenerateCredentialReport": [STARTED, STARTED, COMPLETE]}, User)
    assert [night.view(User, name).row for name in ("ann", "bob")] == ["ann", "bob"]
    assert (stub.count("iam.GenerateCredentialReport"), stub.count("iam.GetCredentialReport")) == (3, 1)


def test_a_job_that_is_never_ready_is_given_up(gather: Gather) -> None:
    stub, night = gather({**USERS, "iam.GenerateCredentialReport": STARTED}, User)
    assert "not ready" in unknown(night.view(User, "ann"), "row")
    assert stub.count("iam.GenerateCredentialReport") == QUICK.polls
    assert stub.count("iam.GetCredentialReport") == 0


@pytest.mark.parametrize("operation", ["GenerateCredentialReport", "GetCredentialReport"])
def test_a_denied_job_names_the_permission_of_its_half(gather: Gather, operation: str) -> None:
    script = {**USERS, "iam.GenerateCredentialReport": COMPLETE, f"iam.{operation}": xml_refused("AccessDenied")}
    _, night = gather(script, User)
    assert f"iam:{operation}" in unknown(night.view(User, "ann"), "row")
    assert night.entry(User, "report").permission == f"iam:{operation}"


# ---- lists that several kinds share ----


class Alarm(Kind, cfn="Test::Alarm"):
    """A thing with tags that are listed in bulk."""

    name_of = each("ecs.ListTaskDefinitionFamilies", "families")
    labels = tagged("$name_of", "cloudwatch:alarm")

    id: str = fact("name_of")
    tags: Mapping[str, str] = fact("labels.Tags", parse=tags(), default={})


class Log(Kind, cfn="Test::Log"):
    """Another."""

    name_of = each("ecs.ListClusters", "clusterArns")
    labels = tagged("$name_of", "logs")

    id: str = fact("name_of")
    tags: Mapping[str, str] = fact("labels.Tags", parse=tags(), default={})


TAGGED = {"ecs.ListTaskDefinitionFamilies": said(families=["a"]), "ecs.ListClusters": said(clusterArns=["l", "m"])}
MAPPED = [{"ResourceARN": name, "Tags": [{"Key": "k", "Value": name}]} for name in "al"]


def test_what_kinds_ask_by_the_same_list_goes_out_in_one_call(gather: Gather) -> None:
    listed = said(ResourceTagMappingList=MAPPED)
    stub, night = gather({**TAGGED, "tagging.GetResources": listed}, Alarm, Log)
    asked = [one.params for one in stub.asked if one.key == "tagging.GetResources"]
    assert [params["ResourceTypeFilters"] for params in asked] == [["cloudwatch:alarm", "logs"]]
    assert (night.view(Alarm, "a").tags, night.view(Log, "l").tags) == ({"k": "a"}, {"k": "l"})
    assert night.view(Log, "m").tags == {}


def test_where_aws_objects_to_one_of_the_list_each_kind_asks_alone(gather: Gather) -> None:
    def some(asked: Asked) -> Answer:
        wanted = asked.params["ResourceTypeFilters"]
        return refused("InvalidParameterException") if "logs" in wanted else said(ResourceTagMappingList=MAPPED)

    stub, night = gather({**TAGGED, "tagging.GetResources": some}, Alarm, Log)
    assert night.view(Alarm, "a").tags == {"k": "a"}
    assert unknown(night.view(Log, "l"), "tags") == "resourcegroupstaggingapi.GetResources: no"
    assert stub.count("tagging.GetResources") == 3


def test_a_denial_of_the_list_is_not_asked_again(gather: Gather) -> None:
    denied = refused("AccessDeniedException")
    stub, night = gather({**TAGGED, "tagging.GetResources": denied}, Alarm, Log)
    assert stub.count("tagging.GetResources") == 1
    assert "tag:GetResources" in unknown(night.view(Alarm, "a"), "tags")
