"""The policy documents of the demo: sound ones and unsound ones, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]

CONTAINER_HOST = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
TASK_EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
SYSTEMS_MANAGER = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
SIX_YEARS = 2192  # days: 45 CFR 164.316(b)(2)(i)
EVERYTHING: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DATA_PLANE: Statement = {"Effect": "Allow", "Action": ["s3:*", "dynamodb:*", "kms:Decrypt"], "Resource": "*"}
PASS_ANY_ROLE: Statement = {"Effect": "Allow", "Action": ["ecs:*", "iam:PassRole"], "Resource": "*"}


def document(*statements: Statement) -> dict[str, Any]:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}


def assumed_by(services: Sequence[str], condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Let AWS services, named as in `ecs-tasks`, assume a role."""
    named = [f"{service}.amazonaws.com" for service in services]
    statement = {"Effect": "Allow", "Principal": {"Service": named}, "Action": "sts:AssumeRole"}
    return statement | ({"Condition": dict(condition)} if condition else {})


def assumed_by_account(account: str, external_id: str) -> dict[str, Any]:
    """Let another account assume a role when it gives the external id."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }


def allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Allow these actions on these ARNs."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def pass_named_roles(account: str, path: str) -> Statement:
    """Allow passing the roles under a path, to ECS tasks alone."""
    return {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": f"arn:aws:iam::{account}:role/{path}",
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }


def tls_only(bucket: str) -> Statement:
    """Deny whatever does not come over TLS."""
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def world_readable(bucket: str) -> Statement:
    """Let anyone read every object."""
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}


def trail_writes(bucket: str, account: str) -> Statement:
    """Let CloudTrail deliver an account's logs (CloudTrail User Guide, bucket policy)."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }


def read_by_distribution(bucket: str, distribution: str) -> Statement:
    """Let one CloudFront distribution read every object (origin access control)."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
    }


def of_account(account: str) -> Statement:
    """Let the principals of one account do what their own policies allow, by way of an endpoint."""
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
    }
