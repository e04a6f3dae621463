"""IAM as Terraform plans and CloudFormation templates write it, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_iam_role, aws_iam_role_policy, aws_iam_access_key and their likes);
CloudFormation (AWS::IAM::Role, AWS::IAM::RolePolicy, AWS::IAM::Policy, AWS::IAM::AccessKey).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanner.kinds.containers import text
from scanner.kinds.iam_reading import InlinePolicy, document
from scanner.kinds.planned_reading import members_of
from scanner.model.planned import Known, plain


def planned_inline(who: str) -> Callable[[Known], tuple[InlinePolicy, ...]]:
    """Give the reader of the policies embedded in a `role`, `user` or `group`: its blocks, and those apart."""

    def parse(given: Known) -> tuple[InlinePolicy, ...]:
        blocks = [item for item in given.written("inline_policy") or () if item.get("policy")]
        items = [*blocks, *(given.get(f"aws_iam_{who}_policy") or ())]
        found = [InlinePolicy(_name(item), document(item["policy"])) for item in items]
        return tuple({item.name or number: item for number, item in enumerate(found)}.values())

    return parse


def _name(item: Known) -> str:
    return text(item.written("name") or item.written("name_prefix"))


def template_inline(*parts: str) -> Callable[[Known], tuple[InlinePolicy, ...]]:
    """Give the reader of the policies embedded in an identity: `Policies`, and those that stand by themselves."""

    def parse(given: Known) -> tuple[InlinePolicy, ...]:
        items = [item for name in ("Policies", *parts) for item in given.get(name) or ()]
        return tuple(InlinePolicy(item["PolicyName"], document(plain(item["PolicyDocument"]))) for item in items)

    return parse


def template_policy(given: Known) -> tuple[InlinePolicy, ...]:
    """Read an AWS::IAM::Policy, which is embedded in the identities that it names."""
    return (InlinePolicy(given["PolicyName"], document(plain(given["PolicyDocument"]))),)


def _is_active(part: str, status: str, number: int) -> Callable[[Known], bool]:
    """Give the reader that says whether a user has at least so many active access keys."""

    def parse(given: Known) -> bool:
        active = [item for item in given[part] if (item.get(status) or "Active") == "Active"]
        return len(active) >= number

    return parse


ATTACHED = members_of("ManagedPolicyArns", "AWS::IAM::ManagedPolicy.Ref")
"""Reads the managed policies of an identity of a template: those that it names, and those that name it."""


def active_keys(number: int) -> dict[str, Any]:
    """Give the readers that say whether a user has at least so many active access keys."""
    return {
        "plan": _is_active("aws_iam_access_key", "status", number),
        "template": _is_active("AWS::IAM::AccessKey", "Status", number),
    }
