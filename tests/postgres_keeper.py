"""Starts a PostgreSQL server, tells its URL, and goes on in the background until nobody holds the lease any more.

Run as `postgres_keeper.py BINARIES LEASE TOLD`: LEASE is a file on which each user of the server holds a shared lock;
TOLD is written as JSON once the server answers, and removed before it stops. The server and its data lie in a temporary
folder, listen on a Unix socket there alone, and are gone afterwards.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

NAME = "phiward"
PR_SET_PDEATHSIG = 1
HURRIED = "fsync=off synchronous_commit=off full_page_writes=off autovacuum=off jit=off shared_buffers=32MB"
SETTINGS = f"{HURRIED} max_connections=80 listen_addresses= log_min_messages=fatal"


def main(binaries: Path, lease: Path, told: Path) -> int:
    """Start the server; the parent process ends when it answers, its child stays as the keeper."""
    heard, tells = os.pipe()
    if os.fork():
        os.close(tells)
        with os.fdopen(heard) as pipe:
            said = pipe.read()
        if said:
            sys.stderr.write(said)
        return 1 if said else 0
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    for inherited in {int(entry.name) for entry in Path("/proc/self/fd").iterdir()} - {0, 1, 2, tells}:
        with suppress(OSError):
            os.close(inherited)
    folder = Path(tempfile.mkdtemp(prefix="phiward-", dir="/tmp"))  # a socket's path is at most 107 bytes
    try:
        _keep(binaries, folder, lease, told, tells)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _keep(binaries: Path, folder: Path, lease: Path, told: Path, tells: int) -> None:
    owner = owner_of_servers()
    try:
        make_cluster(binaries, folder, owner)
        server = serve(binaries, folder, owner)
    except BaseException as error:
        os.write(tells, f"PostgreSQL did not start: {error}\n".encode())
        raise
    try:
        told.write_text(json.dumps({"url": url_of(folder), "pid": server.pid}))
        os.close(tells)
        with lease.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            told.unlink(missing_ok=True)
            stop(server)
    finally:
        told.unlink(missing_ok=True)
        stop(server)


def url_of(folder: Path) -> str:
    """Give the URL of the server of a folder."""
    return f"postgresql://{NAME}@/postgres?host={folder}"


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop a server, the longer it takes the harder."""
    for how, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        if server.poll() is None:
            server.send_signal(how)
            try:
                server.wait(patience)
            except subprocess.TimeoutExpired:
                continue


def owner_of_servers() -> dict[str, Any]:
    """Say as whom to run: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def make_cluster(binaries: Path, folder: Path, owner: Mapping[str, Any]) -> None:
    """Make the data of a server in a folder of its own, which is given to the owner."""
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data = folder / "data"
    make = [str(binaries / "initdb"), "-D", str(data), "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-sync"]
    # Most servers order text as people do, so that of the tests does; versions before 15 know no such provider.
    locale = ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]
    made = subprocess.run([*make, *locale], **_quiet(folder, owner), stderr=subprocess.PIPE, text=True, check=False)
    if made.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        made = subprocess.run(
            [*make, locale[0]], **_quiet(folder, owner), stderr=subprocess.PIPE, text=True, check=False
        )
    if made.returncode != 0:
        raise RuntimeError(made.stderr.strip())
    guarded = "local all guarded scram-sha-256\n"  # who has this role is asked for a password, all others are trusted
    (data / "pg_hba.conf").write_text(guarded + (data / "pg_hba.conf").read_text())


def _quiet(folder: Path, owner: Mapping[str, Any]) -> dict[str, Any]:
    return {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "cwd": folder, **owner}


def serve(binaries: Path, folder: Path, owner: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """Start the server of a folder, and wait until it answers."""
    log = folder / "log"
    settings = [word for setting in SETTINGS.split() for word in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
    with log.open("ab") as out:
        server = subprocess.Popen(command, **_quiet(folder, owner), stderr=out, preexec_fn=_dies_with_us)  # noqa: PLW1509
    ready = [str(binaries / "pg_isready"), "-q", "-h", str(folder), "-U", NAME, "-d", "postgres"]
    deadline = time.monotonic() + 60
    while subprocess.run(ready, check=False, stdin=subprocess.DEVNULL).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            stop(server)
            raise RuntimeError(log.read_text(errors="replace").strip() or "it does not answer")
        time.sleep(0.05)
    return server


def _dies_with_us() -> None:
    """Have the kernel stop the server at once should the keeper be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
