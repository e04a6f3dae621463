"""The demo's AWS: a child process that serves moto over HTTP on loopback, with a clock that can be moved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

_RANDOM = 164312  # the Security Rule's technical safeguards; any constant makes moto's ids the same in every run
_MOTO_SETTINGS = {
    "MOTO_ACM_VALIDATION_WAIT": "-1",
    "MOTO_DISABLE_GLOBAL_CORS": "1",
    "MOTO_ECS_SERVICE_RUNNING": "0",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "TZ": "UTC",
}


class Served(NamedTuple):
    """One call as the server saw it: boto3's service name, the operation, the account, the Region it was signed for."""

    service: str
    operation: str
    account: str
    region: str


class DemoServer:
    """An AWS on loopback: `with DemoServer() as server:` starts it, and it ends with the block or with this process.

    Raises `OSError` when the port is taken or the process does not come up.
    """

    def __init__(self, port: int = 0) -> None:
        """Serve on `port`, or on a free one when it is 0."""
        self._port = port
        self._process: subprocess.Popen[str] | None = None
        self._clock: datetime | None = None
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  it lives as long as the process whose errors it takes

    def __enter__(self) -> Self:
        """Start the process and wait until it listens."""
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "scanner.demo.child",
            "--port",
            str(self._port),
            "--random",
            str(_RANDOM),
        ]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env={**_without_aws(dict(os.environ)), **_MOTO_SETTINGS},
        )
        line = self._pipe(self._process.stdout).readline().strip()
        if not line:
            self._said.seek(0)
            said = self._said.read().splitlines()
            why = next((line for line in said if line.strip()), "it said nothing")
            self.close()
            raise OSError(f"the demo's server did not start on 127.0.0.1 port {self._port or '(any free)'}: {why}")
        self._port = int(line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process; harmless when it has ended already."""
        process, self._process = self._process, None
        if process is not None:
            self._pipe(process.stdin).close()
            process.wait(timeout=30)
            self._pipe(process.stdout).close()
        self._said.close()

    @property
    def url(self) -> str:
        """The endpoint to give as AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def clock(self) -> datetime | None:
        """The moment at which the server's clock stands; None while it follows the machine's."""
        return self._clock

    def set_clock(self, moment: datetime) -> None:
        """Move the server's clock to `moment` (which carries a time zone), where it stands still."""
        if moment.tzinfo is None:
            message = f"the demo's clock needs a time zone: {moment.isoformat()} has none"
            raise ValueError(message)
        self._steer("clock", moment.isoformat())
        self._clock = moment

    def seed_random(self, number: int) -> None:
        """Make the ids that follow the same in every run."""
        self._steer("random", number)

    def calls(self) -> list[Served]:
        """Every AWS call since the start or since `forget_calls`, refused ones included, in order of arrival."""
        return [Served(*call) for call in self._steer("calls")]

    def unserved(self) -> list[Served]:
        """Every call that moto has no answer to, since the start or since `forget_calls`."""
        return [Served(*call) for call in self._steer("unserved")]

    def forget_calls(self) -> None:
        """Begin the register of calls anew."""
        self._steer("forget")

    def deny(self, operation: str, account: str = "*", region: str = "*") -> None:
        """Refuse an operation, named `service:Operation` or `service.Operation` (`*` matches any run of characters)."""
        self._steer("deny", [operation.replace(".", ":", 1), account, region])

    def happen(self, event: str, **what: object) -> None:
        """Let something happen that no AWS call brings about; `moto_gaps.happen` knows the events."""
        self._steer("happen", {"event": event, **what})

    def allow(self) -> None:
        """Refuse nothing any more."""
        self._steer("allow")

    def _steer(self, route: str, given: object = None) -> Any:
        body = None if given is None else json.dumps(given).encode()
        request = Request(f"{self.url}/_demo/{route}", data=body, method="GET" if body is None else "PUT")  # noqa: S310
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback, http
            return json.load(answer)

    @staticmethod
    def _pipe(pipe: Any) -> Any:
        """Name a pipe of the process as present: all three were asked for when it was started."""
        return pipe


def _without_aws(environment: dict[str, str]) -> dict[str, str]:
    """Drop what would steer moto's own botocore elsewhere, and moto settings of the caller's."""
    return {name: value for name, value in environment.items() if not name.startswith(("AWS_", "MOTO_"))}
