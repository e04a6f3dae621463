"""The collector on a stub: jobs that hand out a ticket, by which their report is asked for until it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from scanner.kinds.iam_use import service_accesses, services_accessed
from scanner.model.call import each, job
from scanner.model.kind import Const, Kind, fact
from tests.aws.gather import QUICK, Gather, unknown
from tests.aws.stub import Script, xml, xml_refused


class Role(Kind, cfn="Test::Role", scope="global"):
    """A role with its report; asked for of roles of EC2 only."""

    role = each("iam.ListRoles", "Roles")
    advisor = job("iam.GenerateServiceLastAccessedDetails", "iam.GetServiceLastAccessedDetails", ticket="JobId",
                  ready="JobStatus in 'COMPLETED','FAILED'", expect="JobStatus", parse=services_accessed,
                  when="role.AssumeRolePolicyDocument contains 'ec2.','ecs.'", Arn="$role.Arn")  # fmt: skip

    id: str = fact("role.RoleName")
    tags: Mapping[str, str] = fact(Const({}))
    services: tuple[Any, ...] = fact("advisor.services", parse=service_accesses)


def _result(action: str, inner: str) -> Any:
    return xml(f"<R><{action}Result>{inner}</{action}Result></R>")


def _report(status: str, inner: str = "") -> Any:
    return _result("GetServiceLastAccessedDetails", f"<JobStatus>{status}</JobStatus>{inner}")


TICKET = "01234567-89ab-cdef-0123-456789abcdef"
ROLES = "".join(
    f"<member><RoleName>{name}</RoleName><Arn>arn:aws:iam::123456789012:role/{name}</Arn>"
    f"<AssumeRolePolicyDocument>{service}</AssumeRolePolicyDocument></member>"
    for name, service in (("host", "ec2.amazonaws.com"), ("function", "lambda.amazonaws.com"))
)
SCRIPT: Mapping[str, Script] = {
    "iam.ListRoles": _result("ListRoles", f"<Roles>{ROLES}</Roles><IsTruncated>false</IsTruncated>"),
    "iam.GenerateServiceLastAccessedDetails": _result("GenerateServiceLastAccessedDetails", f"<JobId>{TICKET}</JobId>"),
}
DONE = _report(
    "COMPLETED",
    "<ServicesLastAccessed><member><ServiceNamespace>s3</ServiceNamespace></member></ServicesLastAccessed>",
)


def test_the_report_is_polled_by_its_ticket(gather: Gather) -> None:
    answers = [_report("IN_PROGRESS"), _report("IN_PROGRESS"), DONE]
    stub, night = gather({**SCRIPT, "iam.GetServiceLastAccessedDetails": answers}, Role)
    assert [(each.service, each.last) for each in night.view(Role, "host").services] == [("s3", None)]
    assert stub.count("iam.GenerateServiceLastAccessedDetails") == 1
    assert stub.count("iam.GetServiceLastAccessedDetails") == len(answers)


def test_it_is_asked_for_only_where_the_trust_policy_names_the_service(gather: Gather) -> None:
    _, night = gather({**SCRIPT, "iam.GetServiceLastAccessedDetails": DONE}, Role)
    assert "the answer holds no advisor.services" in unknown(night.view(Role, "function"), "services")


def test_a_report_that_is_never_there_is_given_up(gather: Gather) -> None:
    stub, night = gather({**SCRIPT, "iam.GetServiceLastAccessedDetails": _report("IN_PROGRESS")}, Role)
    assert "not ready" in unknown(night.view(Role, "host"), "services")
    assert stub.count("iam.GetServiceLastAccessedDetails") == QUICK.polls


def test_a_report_that_failed_is_no_report(gather: Gather) -> None:
    failed = _report("FAILED", "<Error><Code>Internal</Code><Message>try again</Message></Error>")
    _, night = gather({**SCRIPT, "iam.GetServiceLastAccessedDetails": failed}, Role)
    assert "ValueError" in unknown(night.view(Role, "host"), "services")


@pytest.mark.parametrize("operation", ["GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"])
def test_a_refusal_names_the_permission_of_its_half(gather: Gather, operation: str) -> None:
    script = {**SCRIPT, "iam.GetServiceLastAccessedDetails": DONE, f"iam.{operation}": xml_refused("AccessDenied")}
    _, night = gather(script, Role)
    assert f"iam:{operation}" in unknown(night.view(Role, "host"), "services")
