"""efs_policy_requires_tls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rules._former import former, former_policy, with_statement
from scanner.kinds.efs import FileSystem
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


ARN = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0123456789abcdef0"
NO_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def _policy(**different: object) -> PolicyDocument | None:
    """A policy for the examples: a sound statement, but for what differs."""
    sound = {"Effect": "Deny", "Principal": "*", "Action": "elasticfilesystem:ClientMount", "Resource": "*"}
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": sound | {"Condition": NO_TLS} | different})


DENIED = {
    "Sid": "DenyClientsWithoutTls",
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "*",
    "Condition": NO_TLS,
}
AS_WITHOUT_POLICY = {
    "Sid": "AllowClientsByMountTarget",
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": [f"elasticfilesystem:Client{name}" for name in ("Mount", "Write", "RootAccess")],
    "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
}
"""What EFS allows where a file system has no policy (EFS User Guide, "Using IAM to control access to file systems")."""


def _denying(system: FileSystem, _part: str) -> Iterator[Write]:
    """Add the statement that denies; where there was no policy, also what AWS allows without one."""
    before = former_policy(system, "pol") or {"Version": "2012-10-17", "Statement": [_of(system, AS_WITHOUT_POLICY)]}
    policy = with_statement(before, _of(system, DENIED))
    yield Write("efs.PutFileSystemPolicy", {"FileSystemId": system.id, "Policy": policy})


def _of(system: FileSystem, statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**statement, "Resource": system.arn}


def _as_before(system: FileSystem, _part: str) -> Iterator[Write]:
    policy = former(system, "pol")
    if policy is None:
        yield Write("efs.DeleteFileSystemPolicy", {"FileSystemId": system.id})
    else:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        yield Write("efs.PutFileSystemPolicy", {"FileSystemId": system.id, "Policy": text})


class PolicyRequiresTls(Rule):
    """File system policies deny clients without TLS.

    A client that mounts without TLS sends files of ePHI in the clear over the network. Only the file system's policy
    can refuse it: a statement that denies mounting to everyone where aws:SecureTransport is false.
    """

    kind = FileSystem
    severity = "medium"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(37),)
    aliases = ("steampipe:efs_file_system_enforces_ssl",)
    remedy = Direct(
        "efs.PutFileSystemPolicy",
        by=_denying,
        also=("efs.DeleteFileSystemPolicy",),
        why="Custodian can take statements out of a file system's policy, not put one in",
        effect=Effect(
            after="the policy denies clients without TLS; what it allows stays, or is written out as AWS's default was",
            risk="high",
            downtime="clients that mount without TLS are refused",
            undo=_as_before,
            terraform={"aws_efs_file_system_policy": {"policy": "the policy with the statement that denies"}},
            follows=("ecs_efs_volume_transit_encryption",),
        ),
    )
    GOOD = (
        {"policy": _policy()},
        {"policy": _policy(Action="*")},
        {"policy": _policy(Resource=ARN)},
        {"policy": _policy(Action="elasticfilesystem:Client*")},
    )
    BAD = (
        {"policy": None},
        {"policy": _policy(Effect="Allow")},
        {"policy": _policy(Condition={"Bool": {"aws:SecureTransport": "true"}})},
        {"policy": _policy(Principal={"AWS": "arn:aws:iam::123456789012:role/web"})},
        {"policy": _policy(Action="elasticfilesystem:ClientWrite")},
        {"policy": _policy(Resource=ARN.replace("fs-0", "fs-1"))},
    )

    @staticmethod
    def check(system: FileSystem) -> Iterator[Fail]:
        if system.policy is None:
            yield Fail("there is no policy, so clients may mount without TLS")
            return
        missing = system.policy.denies_insecure_transport(
            [system.arn], "elasticfilesystem", actions=["elasticfilesystem:ClientMount"]
        )
        if missing:
            yield Fail("; ".join(missing))
