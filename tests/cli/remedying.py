"""A small account of its own for each test of remediation; commands run here or in a process of theirs."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.loaders import JSONFileLoader

from remediation.files import read, write
from remediation.journal import REHEARSED
from scanner.cli import run
from scanner.cli.remedies.ground import journal_of
from scanner.cli.wire import Wiring
from scanner.demo import DemoServer
from scanner.model.plan import Plan, Step
from scanner.model.resource import Snapshot
from scanner.store import RemedyEvent

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
HOME = "us-east-1"
INSIGHTS, DOORS, ROTATES = "ecs_cluster_container_insights", "sg_no_open_all_ports", "kms_key_rotation"
READS = ("Get", "List", "Describe", "Head", "Batch", "AssumeRole", "Lookup", "Search")
EVERYTHING = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
_READ = JSONFileLoader.load_file
_NUMBERS = count(300000000001)

DRIVER = """
import json, os, signal, sys
from remediation.custodian import _Process
from remediation.journal import Journal
from scanner.cli import run

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell had it ignored
when, event, number, sign, commands = json.loads(sys.argv[1])
sign = getattr(signal, sign)
note, ask, seen = Journal.note, _Process.ask, [0]

def noting(self, what, step="", **body):
    seen[0] += what == event
    fatal = what == event and seen[0] == number
    if fatal and when == "before":
        os.kill(os.getpid(), sign)
    note(self, what, step, **body)
    if fatal and when == "after":
        os.kill(os.getpid(), sign)

def asking(self, asked):
    if asked["dryrun"]:
        return ask(self, asked)
    os.kill(self._process.pid, signal.SIGSTOP)
    print("child", self._process.pid, flush=True)
    self._process.stdin.write(json.dumps(asked) + "\\n")
    self._process.stdin.flush()
    os.kill(os.getpid(), sign)

Journal.note = noting
if event == "policy":
    _Process.ask = asking
for command in commands:
    code = run(command)
    print("exit", code, flush=True)
sys.exit(code)
"""


class Ran(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


def lead(patch: pytest.MonkeyPatch, server: DemoServer) -> None:
    """Have boto3 call the server."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIADEMO", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": HOME}
    for name, value in {**keys, "AWS_ENDPOINT_URL": server.url}.items():
        patch.setenv(name, value)
    patch.setattr(JSONFileLoader, "load_file", _load)


@cache
def _model(path: str) -> Any:
    """Read one of botocore's files once, not for each command again."""
    return _READ(JSONFileLoader(), path)


def _load(loader: Any, path: str) -> Any:
    """Read once for all what is left as it was read; phiward's own loader leaves of it what is called."""
    return _model(path) if type(loader) is JSONFileLoader else _READ(loader, path)


@dataclass
class Place:
    """An account with a store, a config.toml and a plan of its own; nobody else is in it."""

    server: DemoServer
    folder: Path
    account: str = field(default_factory=lambda: f"{next(_NUMBERS)}")
    others: list[str] = field(default_factory=list)

    def client(self, service: str, account: str = "") -> Any:
        """Act as the people who build in an account."""
        role = f"arn:aws:iam::{account or self.account}:role/Builder"
        keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="builder")["Credentials"]
        names = {
            "AccessKeyId": "access_key_id",
            "SecretAccessKey": "secret_access_key",
            "SessionToken": "session_token",
        }
        return boto3.client(service, HOME, **{f"aws_{name}": keys[key] for key, name in names.items()})

    def configure(self, remediation: str = 'role = "Mender"') -> None:
        """Write config.toml."""
        accounts = "".join(f'[accounts."{each}"]\nname = "n{each}"\n' for each in (self.account, *self.others))
        table = f"[remediation]\n{remediation}\n" if remediation else ""
        (self.folder / "config.toml").write_text(
            f'[store]\nurl = "{self.folder}/p.db"\n[aws]\nregions = ["{HOME}"]\nrole = "Auditor"\n{table}{accounts}'
        )

    def clusters(self, *names: str, account: str = "", **tags: str) -> None:
        """Make clusters without Container Insights."""
        ecs = self.client("ecs", account)
        for name in names:
            ecs.create_cluster(clusterName=name, tags=[{"key": key, "value": value} for key, value in tags.items()])

    def observed(self, account: str = "") -> dict[str, str]:
        """Say of each cluster what Container Insights is."""
        ecs = self.client("ecs", account)
        found = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"], include=["SETTINGS"])["clusters"]
        return {each["clusterName"]: each["settings"][0]["value"] for each in found}

    def observe(self, name: str, value: str) -> None:
        """Set Container Insights of a cluster."""
        settings = [{"name": "containerInsights", "value": value}]
        self.client("ecs").update_cluster_settings(cluster=name, settings=settings)

    def door(self) -> str:
        """Make a security group that is open to the world."""
        ec2 = self.client("ec2")
        group = str(ec2.create_security_group(GroupName="open", Description="open")["GroupId"])
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[EVERYTHING])
        return group

    def ports(self, group: str) -> list[tuple[int, int]]:
        """Say which ports of a group are open."""
        found = self.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        return sorted((each["FromPort"], each["ToPort"]) for each in found["IpPermissions"])

    def run(self, *command: str) -> Ran:
        """Run a command here."""
        out, err = io.StringIO(), io.StringIO()
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = run(list(command))
        finally:
            os.chdir(here)
        assert "Traceback" not in out.getvalue() + err.getvalue()
        return Ran(code, out.getvalue(), err.getvalue())

    def start(
        self, *commands: list[str], when: str = "", event: str = "", number: int = 1, sign: str = "SIGKILL",
        path: str = "",
    ) -> subprocess.Popen[str]:  # fmt: skip
        """Begin commands in a process of their own, which gets a signal before or after it notes an event."""
        given = json.dumps([when, event, number, sign, commands])
        return subprocess.Popen(
            [sys.executable, "-c", DRIVER, given], cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (path, str(ROOT))))},
        )  # fmt: skip

    def spawn(self, *commands: list[str], **given: Any) -> Ran:
        """Run commands so, to their end."""
        with self.start(*commands, **given) as process:
            out, err = process.communicate(timeout=120)
        assert "Traceback" not in err, err
        return Ran(process.returncode, out, err)

    def scan(self, *rules: str) -> None:
        """Scan by some rules."""
        ran = self.run("scan", "-q", *(word for rule in rules for word in ("--rule", rule)))
        assert ran.code in {0, 1}, ran.err

    def planned(self, *rules: str) -> Plan:
        """Scan, and plan for what fails."""
        self.configure()
        self.scan(*(rules or (INSIGHTS,)))
        ran = self.run("remediate", "plan", "-q")
        assert ran.code == 0, ran.err
        return self.plan

    def approved(self, *rules: str) -> Plan:
        """Scan, plan, and approve as if a rehearsal had refuted nothing."""
        plan = self.planned(*rules)
        self.approve()
        return plan

    def approve(self) -> None:
        """Approve the plan."""
        self.rehearsed()
        assert self.run("remediate", "approve", "--reason", "a test").code == 0

    def rehearsed(self, **verdicts: str) -> None:
        """Note a rehearsal."""
        with self.wiring.store() as store:
            outcomes = [{"step": step.id, "verdict": "proved"} | verdicts for step in self.plan.steps]
            journal_of(store, self.plan).note(REHEARSED, outcomes=outcomes)

    def alter(self, **parts: Any) -> None:
        """Change the plan's file."""
        import msgspec

        write(msgspec.structs.replace(self.plan, **parts), self.folder / "remediation.json")

    def apply(self, *options: str) -> Ran:
        """Apply the plan."""
        return self.run("remediate", "apply", *options)

    def rollback(self, *options: str) -> Ran:
        """Take it back."""
        return self.run("remediate", "rollback", *options)

    @property
    def plan(self) -> Plan:
        """The plan as its file says."""
        return read(self.folder / "remediation.json")

    @property
    def wiring(self) -> Wiring:
        """The configuration."""
        return Wiring.find(self.folder / "config.toml")

    def step(self, name: str) -> Step:
        """The step for a resource, by its name."""
        return next(step for step in self.plan.steps if step.name == name)

    def snapshot(self) -> Snapshot:
        """The newest scan."""
        with self.wiring.store() as store:
            return store.snapshot(store.scans()[-1].id)

    def log(self) -> list[RemedyEvent]:
        """The journal."""
        with self.wiring.store() as store:
            return store.remedy_log(self.plan.id)

    def events(self, step: str = "") -> list[str]:
        """What the journal says happened to steps, or to one by its resource's name."""
        of = self.step(step).id if step else ""
        return [each.event for each in self.log() if each.step and each.event != "expected" and of in {"", each.step}]

    def writes(self) -> Counter[str]:
        """The calls that change something, which were made in the account since they were last forgotten."""
        return Counter(
            call.operation for call in self.server.calls()
            if call.account == self.account and not call.operation.startswith(READS)
        )  # fmt: skip


def words(text: str) -> list[list[str]]:
    """Give what was said of each step: mark, id, what became of it."""
    return [line.split()[:3] for line in text.splitlines() if re.match(r"\S [0-9a-f]{12} ", line)]
