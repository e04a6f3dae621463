"""vpc_endpoint_policy_restricts_principals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.model.inventory import World
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.policy.statement import Statement


ECR = (".ecr.api", ".ecr.dkr")
"""How the names of ECR's two endpoint services end."""


def policy(*statements: dict[str, Any]) -> PolicyDocument:
    """Give an example's policy: each statement allows everybody everything unless it says less."""
    whole = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    found = PolicyDocument.parse({"Version": "2012-10-17", "Statement": [{**whole, **given} for given in statements]})
    assert found is not None  # noqa: S101  a policy that is written here is one
    return found


FULL = policy({})
OURS = policy({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}})
ACCOUNT = policy({"Principal": {"AWS": "123456789012"}, "Action": "ecr:*"})
BUCKETS = policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::claims/*"})
API = {"service": "com.amazonaws.us-east-1.ecr.api", "endpoint_type": "Interface", "vpc": "vpc-1"}
DKR = {**API, "service": "com.amazonaws.us-east-1.ecr.dkr"}


class EndpointPolicyRestrictsPrincipals(Rule):
    """Endpoint policies restrict principals.

    By its default policy an endpoint carries ePHI for anybody's credentials to anybody's buckets: whoever brings keys
    of an account of his own into the network can copy it out unseen. A policy that names the callers, or what may be
    reached, closes that way. For ECR the callers must be bound to the organization or to accounts, alike on both of
    its endpoints. That the buckets or tables named are the right ones is not judged.
    """

    kind = VPCEndpoint
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(61), EcsGuide(62))
    remedy = Runbook(
        "List who uses the endpoint: CloudTrail names it in vpcEndpointId",
        "Write a policy that allows them alone, by aws:PrincipalOrgID or aws:PrincipalAccount; for S3, keep the "
        "buckets of AWS that image layers and updates come from",
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --policy-document file://policy.json --region {region}",
        effect=Effect(
            risk="high",
            downtime="who was not listed is refused, image pulls and updates included",
            terraform={"aws_vpc_endpoint": {"policy": "THE POLICY AS JSON"}},
        ),
    )
    GOOD = (
        {"policy": OURS},
        {"policy": BUCKETS},
        {"policy": policy({"Action": "s3:*", "Resource": "arn:aws:s3:::claims/*"})},
        {"policy": policy({"Action": "s3:Get*"})},
        {"policy": policy({}, {"Effect": "Deny"})},
        {**API, "policy": OURS},
        {**API, "policy": ACCOUNT},
        {**API, "policy": policy({"Condition": {"StringEquals": {"aws:PrincipalAccount": "210987654321"}}})},
        Case({**DKR, "policy": OURS}, others=[Other(VPCEndpoint, id="vpce-2", policy=OURS, **API)]),
        Case(
            {**DKR, "policy": OURS}, others=[Other(VPCEndpoint, id="vpce-2", policy=ACCOUNT, **{**API, "vpc": "vpc-2"})]
        ),
        Case({**API, "policy": OURS}, others=[Other(VPCEndpoint, id="vpce-2", policy=ACCOUNT, **DKR)]),
        Case({**DKR, "policy": OURS}, others=[Other(VPCEndpoint, id="vpce-2", policy=FULL, vpc="vpc-1")]),
    )
    BAD = (
        {"policy": FULL},
        {"policy": policy({"Action": "s3:*"})},
        {"policy": policy({"Principal": {"AWS": "*"}})},
        {"policy": policy({"Condition": {"Bool": {"aws:SecureTransport": "true"}}})},
        {"policy": policy({"Action": ["s3:Get*", "S3:*"]})},
        {"policy": None},
        {**API, "policy": FULL},
        Case({**DKR, "policy": None}, others=[Other(VPCEndpoint, id="vpce-2", policy=OURS, **API)]),
        {**API, "policy": policy({"Action": "ecr:BatchGetImage"})},
        {**API, "policy": policy({"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "Action": "ecr:Get*"})},
        {**DKR, "policy": policy({"Action": "ecr:BatchGetImage"})},
        Case({**DKR, "policy": OURS}, others=[Other(VPCEndpoint, id="vpce-2", policy=ACCOUNT, **API)]),
    )
    SKIP = (
        {"policy": FULL, "takes_policy": False},
        {"policy": FULL, "managed": True},
        {"policy": FULL, "service": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"},
    )
    UNKNOWN = (
        Case({**DKR, "policy": OURS}, lacking=[VPCEndpoint]),
        {},
    )

    @staticmethod
    def applies(endpoint: VPCEndpoint) -> bool | str:
        """Endpoints for services of AWS that heed a policy, unless AWS keeps the endpoint itself."""
        if ".vpce-svc-" in endpoint.service:
            return "it leads to a service of another account, which heeds no policy"
        if endpoint.managed:
            return "AWS made it and keeps it"
        return True if endpoint.takes_policy else "the service heeds no policy of endpoints"

    @staticmethod
    def check(endpoint: VPCEndpoint, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            if endpoint.policy is None:
                yield Fail("it has no policy, which is full access", "policy")
            elif endpoint.service.endswith(ECR):
                for principal in _unbound(endpoint.policy, endpoint.account):
                    yield Fail(f"{principal} is bound to no organization or account", "policy")
            elif full := [entry.label for entry in _open(endpoint.policy) if _is_full(entry)]:
                yield Fail(f"{full[0]} gives everybody full access", "policy")
        with gaps:
            other = _twin(endpoint, world) if endpoint.service.endswith(ECR[1]) else None
            if other is not None and _text(other) != _text(endpoint):
                yield Fail(f"its policy is not that of {other.id}, the endpoint for ECR's API", "twin")
        yield from gaps


def _open(document: PolicyDocument) -> list[Statement]:
    return [grant.statement for grant in document.public(reading="effective")]


def _is_full(entry: Statement) -> bool:
    """Say whether a statement is for a whole service on all resources."""
    return entry.reach.covers("*") and (
        entry.actions.negated or any(value == "*" or value.endswith(":*") for value in entry.actions.values)
    )


def _unbound(document: PolicyDocument, account: str) -> list[str]:
    found = document.cross_account(account)
    return sorted({grant.principal.value for grant in found if grant.account is None and not grant.organizations})


def _twin(endpoint: VPCEndpoint, world: World) -> VPCEndpoint | None:
    name = endpoint.service.removesuffix(ECR[1]) + ECR[0]
    return world.first(VPCEndpoint, vpc=endpoint.vpc, service=name)


def _text(endpoint: VPCEndpoint) -> str:
    return endpoint.policy.canonical(labels=False) if endpoint.policy is not None else ""
