"""The process in which Cloud Custodian runs; see `remediation.custodian`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any

IDENTITY = "the credentials given belong to account {found}, not to {account}"


def serve() -> None:
    """Answer each line with one; what Custodian prints goes to standard error."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        out.write(json.dumps(answer(json.loads(line))) + "\n")
        out.flush()


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Run a policy: `matched` says how many resources it matched, `error` what went wrong."""
    from c7n.exceptions import PolicyValidationError

    try:
        return {"matched": run(asked)}
    except PolicyValidationError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return {"error": f"Custodian does not take the policy: {' '.join(lines[:3])}"}
    except Exception as error:  # noqa: BLE001  whatever went wrong inside Custodian is told to the one who waits
        return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:1000]}


def run(asked: Mapping[str, Any]) -> int:
    """Run a policy in the account and Region that are asked for, after a look at whose credentials they are.

    Raises:
        PermissionError: the credentials are another account's.
        Exception: whatever Custodian raises.
    """
    from c7n.utils import local_session, reset_session_cache

    from remediation.session import PointedSession

    def session(assume: bool = True, region: str | None = None) -> Any:  # noqa: ARG001, FBT001, FBT002  c7n calls it so
        return PointedSession(asked["endpoint"], region or asked["region"], **asked["credentials"])

    reset_session_cache()  # Custodian keeps one session for 45 minutes, whatever account is asked for
    found = local_session(session).client("sts").get_caller_identity()["Account"]
    if found != asked["account"]:
        raise PermissionError(IDENTITY.format(found=found, account=asked["account"]))
    with TemporaryDirectory() as folder:  # what it writes there holds whole descriptions, and nobody reads it
        return _matched(asked, session, folder)


def _matched(asked: Mapping[str, Any], session: Any, folder: str) -> int:
    from c7n.config import Config
    from c7n.loader import PolicyLoader

    config = Config.empty(
        region=asked["region"], regions=(asked["region"],), account_id=asked["account"], output_dir=folder,
        cache="", cache_period=0, dryrun=asked["dryrun"],
    )  # fmt: skip
    loaded = PolicyLoader(config).load_data({"policies": [asked["policy"]]}, "memory://policy", session_factory=session)
    matched = 0
    for policy in loaded:
        policy.expand_variables(policy.get_variables())
        policy.validate()
        matched += len(policy() or ())
    return matched


if __name__ == "__main__":
    serve()
