"""Compares two documents of a section as their kind is compared."""

from __future__ import annotations

from typing import Any

from scanner.engine.drift.canonicalise import Sections, canonicalise
from scanner.engine.drift.diff import At, Leaf, diff
from scanner.engine.drift.grade import Grade, grade
from scanner.engine.registry import kinds
from scanner.kinds.canon import canon
from scanner.model.canon import Canon

KINDS = kinds()
ROLE, BUCKET, KEY = "AWS::IAM::Role", "AWS::S3::Bucket", "AWS::KMS::Key"
SERVICE, TASKS, MANAGED = "AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::IAM::ManagedPolicy"
TRUST = "AssumeRolePolicyDocument"
ACCOUNT = "123456789012"
LINUX = {"name": "ecs.os-type", "value": "linux"}


def changes(kind: str, section: str, before: Any, after: Any) -> list[tuple[Leaf, Grade]]:
    """Compare two documents of a section as a kind is compared."""
    made: Canon = canon(KINDS[kind])
    node = Sections(made).node(section)
    leaves = diff(canonicalise(before, node), canonicalise(after, node), node, At().member(section, node))
    return [(leaf, grade(leaf, made)) for leaf in leaves]


def only(kind: str, section: str, before: Any, after: Any) -> tuple[Leaf, Grade]:
    """Compare, and expect one change."""
    found = changes(kind, section, before, after)
    assert len(found) == 1, found
    return found[0]


def definition(container: Any = None, **more: Any) -> dict[str, Any]:
    """Make the answer of DescribeTaskDefinition with one container."""
    container = {"name": "app", "image": "web:1"} | (container or {})
    return {"taskDefinition": {"family": "web", "containerDefinitions": [container], **more}}


def statement(**more: Any) -> dict[str, Any]:
    """Make a policy of one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **more}]}
