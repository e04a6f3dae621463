"""efs_policy_requires_tls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.efs import FileSystem
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Runbook
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
    remedy = Runbook(
        "See that all clients mount with TLS: option tls of the mount helper, and of task volumes.",
        "Add to the policy a statement with Effect Deny, Principal *, Action elasticfilesystem:Client* and condition"
        ' {"Bool": {"aws:SecureTransport": "false"}}: aws efs put-file-system-policy --file-system-id {id}'
        " --policy file://policy.json",
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
