"""A description for the tests of the endpoint: answers by operation, and who asked what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from bench.endpoint.protocols import Asked, blank, model_of


@dataclass
class Listed:
    """Gives the answers that it holds, else the least that the operation's shape can say."""

    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    latency: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Mapping[str, Any]:
        self.asked.append(asked)
        if asked.operation in self.answers:
            return self.answers[asked.operation]
        service, _, action = asked.operation.partition(".")
        shape = model_of(service).operation_model(action).output_shape
        return blank(shape) if shape is not None else {}


def client(url: str, service: str, *, attempts: int = 1, read: float = 5.0, key: str = "ASIA100000000001") -> Any:
    """Make a client of AWS's own library."""
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, read_timeout=read)
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=url, config=config,
        aws_access_key_id=key, aws_secret_access_key="synthetic", aws_session_token="synthetic",
    )  # fmt: skip
