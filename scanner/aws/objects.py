"""Objects of S3 that the user names, such as a Terraform state, read by the caller's own credentials."""

from __future__ import annotations

import base64

from scanner.aws.client import AwsClient, Request
from scanner.aws.errors import Refusal
from scanner.aws.sessions import Sessions, Target
from scanner.model.given import GivenError

OPERATION = "s3.GetObject"
"""No scan calls it, and no scan's policy allows it: whoever names an object allows it on that one."""

OWN = Target("")


def read_object(bucket: str, key: str, sessions: Sessions | None = None) -> bytes:
    """Read an object whole.

    Raises:
        GivenError: it does not exist, or may not be read.
    """
    by = sessions or Sessions()
    client = AwsClient(by, {OWN.account: OWN}, frozenset({OPERATION}))
    request = Request(OPERATION, {"Bucket": bucket, "Key": key}, "Body", permission="s3:GetObject")
    try:
        return base64.b64decode(client.one((OWN.account, by.home), request)["Body"])
    except Refusal as error:
        gap = error.gap
        raise GivenError(
            f"s3://{bucket}/{key}: {gap.error}: {gap.message}; allow s3:GetObject on it, or give a file"
        ) from error
