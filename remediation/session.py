"""Sessions that call a given endpoint, whatever the environment says."""

from __future__ import annotations

from typing import Any

import boto3

from scanner.aws.endpoints import own_endpoint


class PointedSession(boto3.Session):  # type: ignore[misc]  # boto3 ships no types
    """A session whose clients call `endpoint`; an empty one is AWS, or where the environment points."""

    def __init__(self, endpoint: str, region: str, **keys: str) -> None:
        """Act with these keys, as boto3's own session takes them."""
        super().__init__(region_name=region, **keys)
        self.endpoint = endpoint

    def client(self, *names: Any, **given: Any) -> Any:
        """Make a client."""
        made = super().client(*names, **({**given, "endpoint_url": self.endpoint} if self.endpoint else given))
        return own_endpoint(made)
