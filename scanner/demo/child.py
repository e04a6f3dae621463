"""The server process of the demo: moto's WSGI application on a movable clock, behind a gatekeeper.

Run as `python -m scanner.demo.child --port 0 --random 2027`. It prints its port on standard output once it listens, and
ends when its standard input closes, so that it never outlives the process that started it.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading

from scanner.demo.clock import Clock, install


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def serve(port: int, random: int, clock: Clock) -> None:
    """Listen on loopback and answer until the process ends. moto is loaded here, after the clock was exchanged."""
    from moto.moto_api._internal import mock_random
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    from scanner.demo import moto_gaps
    from scanner.demo.gatekeeper import Gatekeeper

    class QuietHandler(MotoRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Keep the console for the scan that is watched."""

    moto_gaps.install()
    application = Gatekeeper(DomainDispatcherApplication(create_backend_app), clock)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)
    os.environ["MOTO_PORT"] = str(server.port)
    mock_random.seed(random)
    print(server.port, flush=True)  # noqa: T201 - the parent waits for this line
    server.serve_forever()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--random", type=int, default=0)
    options = parser.parse_args()
    clock = Clock()
    install(clock)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(options.port, options.random, clock)


if __name__ == "__main__":
    main()
