"""What takes a policy out of the role or group that it is embedded in: the same document as a managed policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.iam_policies import IdentityPolicies

LONGEST_NAME = 128
LONGEST_DOCUMENT = 6144
MOST_ATTACHED = 10
"""IAM's quotas for managed policies: the characters of a name and a document, and how many an identity has."""


def _parts(holder: IdentityPolicies, part: str) -> tuple[str, str, str, str]:
    """Give what holds the policy, the name and ARN of the managed policy to be made, and its document as JSON."""
    if ":user/" in holder.arn:
        raise NotByMachine(
            f"a person must choose the group or role that {holder.name} gets this by: aws iam create-policy,"
            f" aws iam attach-group-policy, aws iam add-user-to-group --user-name {holder.name} --group-name GROUP,"
            f" then aws iam delete-user-policy --user-name {holder.name} --policy-name {part}"
        )
    word = "Role" if ":role/" in holder.arn else "Group"
    answer = former(holder, word.lower()) or {}
    found: dict[str, Any] = next(item for item in answer[f"{word}PolicyList"] if item["PolicyName"] == part)
    document = found["PolicyDocument"]
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    name = f"{holder.name}-{part}"
    if len(name) > LONGEST_NAME or len(text) > LONGEST_DOCUMENT:
        raise NotByMachine(f"{part} is too long for a managed policy by itself: split it, or give it a shorter name")
    if len(answer.get("AttachedManagedPolicies") or ()) >= MOST_ATTACHED:
        raise NotByMachine(f"{holder.name} has {MOST_ATTACHED} managed policies, and no more can be attached")
    return word, name, f"arn:{holder.partition}:iam::{holder.account}:policy/{name}", text


def _take_out(holder: IdentityPolicies, part: str) -> Iterator[Write]:
    word, name, arn, text = _parts(holder, part)
    who = {f"{word}Name": holder.name}
    yield Write("iam.CreatePolicy", {"PolicyName": name, "PolicyDocument": text})
    yield Write(f"iam.Attach{word}Policy", who | {"PolicyArn": arn})
    yield Write(f"iam.Delete{word}Policy", who | {"PolicyName": part})


def _put_back(holder: IdentityPolicies, part: str) -> Iterator[Write]:
    word, _, arn, text = _parts(holder, part)
    who = {f"{word}Name": holder.name}
    yield Write(f"iam.Put{word}Policy", who | {"PolicyName": part, "PolicyDocument": text})
    yield Write(f"iam.Detach{word}Policy", who | {"PolicyArn": arn})
    yield Write("iam.DeletePolicy", {"PolicyArn": arn})


TAKE_OUT = Direct(
    "iam.CreatePolicy",
    why="Custodian deletes embedded policies, but makes no managed policy of them first.",
    by=_take_out,
    also=("iam.AttachRolePolicy", "iam.AttachGroupPolicy", "iam.DeleteRolePolicy", "iam.DeleteGroupPolicy"),
    effect=Effect(
        after="the same document is a managed policy, attached where it was embedded; who may do what stays the same",
        undo=_put_back,
        brings=(
            "ecs_instance_role_least_privilege",
            "ecs_task_execution_role_least_privilege",
            "ecs_task_role_least_privilege",
            "iam_ecs_changes_by_pipeline_only",
            "iam_pass_role_restricted",
            "iam_policy_mfa_for_destructive_ecs_actions",
            "iam_policy_no_administrator_wildcard",
            "iam_policy_no_ecs_wildcard",
            "iam_policy_no_kms_decrypt_all",
            "iam_policy_no_service_wildcard",
        ),
        terraform={"aws_iam_policy": {"name": "{name}-{part}"}, "aws_iam_role_policy_attachment": {"role": "{name}"}},
    ),
)
