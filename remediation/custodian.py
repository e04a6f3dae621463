"""Cloud Custodian in a process of its own: policies go in, what it matched comes out."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from typing import IO, Any, Self

MISSING = (
    "Cloud Custodian is not installed: install phiward with the extra `custodian`, as in `uv tool install "
    "'phiward[custodian]'`; plans, their reports and runbooks need none"
)


class CustodianError(Exception):
    """Custodian cannot be run, or a policy failed: the message says why."""


class _Process:
    """One running Custodian."""

    def __init__(self, held: tuple[int, ...]) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  it lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "remediation.custodian_child"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._said, text=True, pass_fds=held, start_new_session=True,
        )  # fmt: skip

    def ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Give a line and take the answer."""
        into, out = _pipe(self._process.stdin), _pipe(self._process.stdout)
        try:
            into.write(json.dumps(asked) + "\n")
            into.flush()
            line = out.readline()
        except OSError as error:
            raise CustodianError(f"Custodian's process ended: {error}") from error
        if not line:
            self._said.seek(0)
            last = [line for line in self._said.read().splitlines() if line.strip()][-1:]
            raise CustodianError(f"Custodian's process ended: {' '.join(last) or 'it said nothing'}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Let it finish what it does, and end."""
        with suppress(OSError):  # it may have ended by itself, with something still to be written to it
            _pipe(self._process.stdin).close()
        self._process.wait()
        _pipe(self._process.stdout).close()
        self._said.close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise CustodianError("Custodian's process has no pipes")
    return pipe


class Custodian:
    """Runs policies: `with Custodian() as custodian:`; it ends with the block.

    `endpoint` is where AWS is called, empty for AWS itself. `held` are file descriptors that the process keeps open,
    such as a lock's: what it does is waited for even where this process was killed.
    """

    def __init__(self, endpoint: str = "", held: tuple[int, ...] = ()) -> None:
        """Prepare; the process is started by the first policy."""
        self._endpoint = endpoint
        self._held = held
        self._process: _Process | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def run(
        self, policy: Mapping[str, Any], account: str, region: str, credentials: Mapping[str, str], *, dryrun: bool
    ) -> int:
        """Run a policy in an account and Region, and say how many resources it matched; with `dryrun` nothing is done.

        Raises:
            CustodianError: Custodian is not installed, does not take the policy, or AWS refused a call.
        """
        if find_spec("c7n") is None:
            raise CustodianError(MISSING)
        if self._process is None:
            self._process = _Process(self._held)
        answer = self._process.ask({
            "policy": policy, "account": account, "region": region, "credentials": dict(credentials),
            "endpoint": self._endpoint, "dryrun": dryrun,
        })  # fmt: skip
        if "error" in answer:
            raise CustodianError(answer["error"])
        return int(answer["matched"])
