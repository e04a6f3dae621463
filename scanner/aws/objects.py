"""Objects of S3 that the user names, such as a Terraform state, read by the caller's own credentials."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scanner.aws.sessions import Sessions
from scanner.model.given import GivenError


def read_object(bucket: str, key: str, sessions: Sessions | None = None) -> bytes:
    """Read an object whole.

    Raises:
        GivenError: it does not exist, or may not be read.
    """
    where = f"s3://{bucket}/{key}"
    try:
        client = (sessions or Sessions()).base.client("s3")
        body: Any = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        said = error.response.get("Error", {})
        raise GivenError(
            f"{where}: {said.get('Code', '')}: {said.get('Message', '')}; allow s3:GetObject on it, or give a file"
        ) from error
    except BotoCoreError as error:
        raise GivenError(f"{where}: cannot be read: {error}") from error
    return bytes(body)
