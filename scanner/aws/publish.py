"""What is told to AWS: findings imported into Security Hub, messages published to SNS topics; nothing else is written.

No other part of `scanner` may call these operations. They are never called by the scanner's own credentials, which may
only read: `[publish]` of config.toml names a role or profile with a policy of its own.

Source: AWS Security Hub API reference, BatchImportFindings; Amazon SNS API reference, Publish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.errors import AwsError, Refusal
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import Sessions, Target
from scanner.model.gap import GapState
from scanner.model.operation import permission_of

IMPORT, PUBLISH = "securityhub.BatchImportFindings", "sns.Publish"
OPERATIONS = (IMPORT, PUBLISH)
"""All that is written, and by nobody else."""

HUB_OFF = "InvalidAccessException"
TOPIC_PARTS = 6
LONGEST_SUBJECT = 100
LONGEST_BODY = 262_144
CUT = "\n[cut]"


class PublishError(AwsError):
    """Something was not published: one line that says what, why, and how to mend it."""


@dataclass(frozen=True)
class Imported:
    """How an import went: how many findings were taken; of the others their `Id` and why not."""

    taken: int = 0
    failed: Sequence[tuple[str, str]] = ()


def hub_bucket() -> Bucket:
    """Pace BatchImportFindings: 10 requests a second for each account and Region (Security Hub partner guide)."""
    return Bucket(rate=10.0, least=0.5, most=10.0, step=0.25, burst=10.0)


@dataclass(frozen=True)
class Publisher:
    """Publishes, by credentials that may; the client refuses every operation but the two."""

    client: AwsClient

    @classmethod
    def of(cls, sessions: Sessions, targets: Mapping[str, Target], patience: Patience | None = None) -> Publisher:
        """Make a publisher that enters these accounts."""
        client = AwsClient(sessions, targets, frozenset(OPERATIONS), 4, Limits(hub_bucket), patience or Patience())
        return cls(client)

    def import_findings(self, account: str, region: str, findings: Sequence[Mapping[str, Any]]) -> Imported:
        """Import one request's findings, all of one account and Region (`securityhub.BatchImportFindings`).

        Raises:
            PublishError: the request was refused as a whole.
        """
        request = _request(IMPORT, {"Findings": findings}, "SuccessCount")
        try:
            answer = self.client.one((account, region), request)
        except Refusal as error:
            raise PublishError(f"{account} {region}: {_why(error)}") from error
        failed = [
            (str(each.get("Id", "")), f"{each.get('ErrorCode', '')}: {each.get('ErrorMessage', '')}")
            for each in answer.get("FailedFindings", ())
        ]
        return Imported(int(answer["SuccessCount"]), failed)

    def publish_message(self, topic: str, subject: str, body: str) -> str:
        """Publish to an SNS topic, named by its ARN, and give the message's id (`sns.Publish`).

        SNS takes a subject of at most 100 printable ASCII characters in one line, and at most 256 KB: what is more is
        cut, other characters of the subject become `?`.

        Raises:
            PublishError: the topic is no ARN, lies in an account that was not entered, or takes no message.
        """
        parts = topic.split(":")
        if len(parts) != TOPIC_PARTS or parts[0] != "arn" or parts[2] != "sns" or not parts[5]:
            raise PublishError(f"{topic}: no ARN of an SNS topic, such as arn:aws:sns:us-east-1:111122223333:phiward")
        region, account = parts[3], parts[4]
        if account not in self.client.targets:
            raise PublishError(f"{topic}: nobody may publish in account {account}; see [publish] in config.toml")
        params = {"TopicArn": topic, "Subject": subject_line(subject), "Message": _fitting(body)}
        try:
            return str(self.client.one((account, region), _request(PUBLISH, params, "MessageId"))["MessageId"])
        except Refusal as error:
            raise PublishError(f"{topic}: {_why(error)}") from error


def subject_line(text: str) -> str:
    """Write text as SNS takes a subject: one line of printable ASCII, that begins with a letter, figure or mark."""
    said = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return said.encode("ascii", "replace").decode()[:LONGEST_SUBJECT].strip() or "phiward"


def _fitting(body: str) -> str:
    data = body.encode("utf-8", "replace")
    if len(data) <= LONGEST_BODY:
        return data.decode() or "-"
    return data[: LONGEST_BODY - len(CUT)].decode("utf-8", "ignore") + CUT


def _request(operation: str, params: Mapping[str, Any], expect: str) -> Request:
    return Request(operation, params, expect, permission=permission_of(operation))


def _why(error: Refusal) -> str:
    gap = error.gap
    said = ": ".join(part for part in (gap.call, gap.error, gap.message) if part)
    if gap.error == HUB_OFF:
        return f"{said}; enable Security Hub there, or name another Region in [publish] region"
    return f"{said}; allow {gap.permission} to [publish]" if gap.state is GapState.DENIED else said
