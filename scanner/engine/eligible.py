"""Which services of AWS may hold ePHI, by the dated list that AWS publishes."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

NAMESPACES = {
    "amazonmq": "mq",
    "applicationautoscaling": "autoscaling",
    "certificatemanager": "acm",
    "cognito": "cognito-idp",
    "directoryservice": "ds",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "inspectorv2": "inspector2",
    "kinesisfirehose": "firehose",
    "lex": "lexv2-models",
    "macie": "macie2",
    "msk": "kafka",
    "timestream": "timestream-write",
    "wafregional": "waf-regional",
}
"""Namespaces of resource types that differ from the name of the service's client by more than case and hyphens."""


@cache
def clients() -> frozenset[str]:
    """Give the names of the clients of the eligible services, in lower case."""
    return frozenset(name for row in _rows() for name in row["boto3"].split(";") if name)


def listed_as_of() -> str:
    """Give the date of the list."""
    return max(row["listed_as_of"] for row in _rows())


def is_listed(resource_type: str) -> bool:
    """Say whether the service of a type such as `AWS::S3::Bucket` is in the list."""
    namespace = resource_type.split("::")[1].lower()
    plain = {name.replace("-", "") for name in clients()}
    return NAMESPACES.get(namespace, namespace) in clients() or namespace in plain


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = (resources.files("scanner.engine") / "data" / "hipaa-eligible-services.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
