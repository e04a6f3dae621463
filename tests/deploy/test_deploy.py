"""What lies in deploy/: the templates judged by our own rules, the rest held to what the README says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import cloudformation
from scanner.cli.doctor_here import USES
from scanner.cli.scanning import make_judge, passing_redactor
from scanner.cli.wire import Clock, Wiring
from scanner.engine.registry import kinds, rules
from scanner.engine.settings import Config
from scanner.generate.audit_role import MOST, audit_role
from scanner.generate.policy import LIMIT, permissions, policy, size
from scanner.model.finding import Verdict
from scanner.run import gate
from tests.cli.test_misuse import NOBODY

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
TEMPLATES = DEPLOY / "cloudformation"
README = DEPLOY / "README.md"
ACCOUNT = "123456789012"
GIVEN = {
    "VpcId": "vpc-0a", "SubnetIds": "subnet-0a,subnet-0b", "ExternalId": "0123456789abcdef",
    "OrganizationId": "o-abcdefghij", "Image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/phiward@sha256:{'a' * 64}",
    "ClusterArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/phiward", "TaskSecurityGroup": "sg-0a",
    "TaskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/task", "ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/execution",
    "RedactionKeyArn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:key-abc", "LogGroup": "/phiward/nightly",
    "ScannerArn": f"arn:aws:iam::{ACCOUNT}:role/task",
}  # fmt: skip
WEIGHTY = ("medium", "high", "critical")
REMAINS = {
    "audit-role.json": set(),
    "phiward.yaml": {
        ("secret_automatic_rotation_on", "RedactionKey"),
        ("secret_rotation_enabled", "RedactionKey"),
    },
    "dask.yaml": {
        ("ecs_service_min_two_tasks", "SchedulerService"),
        ("ecs_service_security_group_from_load_balancer_only", "SchedulerService"),
        ("ecs_service_security_group_from_load_balancer_only", "WorkerService"),
        ("ecs_service_traffic_encrypted_in_transit", "SchedulerService"),
        ("ecs_service_zero_downtime_deployment", "SchedulerService"),
    },
}
"""What of it fails at or above medium: each is reasoned in deploy/README.md, and nothing else may come."""


class Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads the short forms of CloudFormation's functions as mappings; of merge keys it knows nothing."""


Loader.add_multi_constructor("!", lambda loader, tag, node: {tag: _plain(loader, node)})


def _plain(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def template(name: str) -> Any:
    return yaml.load((TEMPLATES / name).read_text(), Loader)  # noqa: S506  it is a SafeLoader


@pytest.mark.parametrize("name", sorted(REMAINS))
def test_a_template_fails_by_our_own_rules_only_where_the_readme_says_why(name: str) -> None:
    file = TEMPLATES / name
    asked = template(name)["Parameters"]
    given = cloudformation.read(
        file, name, kinds=kinds(), redactor=passing_redactor(), account=ACCOUNT, region="us-east-1",
        parameters={key: value for key, value in GIVEN.items() if key in asked},
    )  # fmt: skip
    found = gate(given, make_judge(Wiring(Config()), list(rules().values())), Clock().now())
    assert found.judged > 10
    assert not found.problems
    assert not [each for each in found.doubts if each.verdict is Verdict.ERROR]
    failed = {(each.rule, each.name) for each in found.new if each.severity in WEIGHTY}
    assert failed == REMAINS[name]
    said = README.read_text()
    assert all(rule in said for rule, _ in failed)


@pytest.mark.parametrize("name", sorted(REMAINS))
def test_a_template_is_what_cloudformation_takes(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    assert len(text.encode()) <= 51_200, "the limit of a template that is given as text"
    assert not [token for token in yaml.scan(text) if isinstance(token, yaml.AliasToken)], "it takes no aliases"
    document = template(name)
    known = {*document["Resources"], *document["Parameters"]}
    used = {
        each for each in re.findall(r'!Ref "?([A-Za-z]+)\b(?!::)|!GetAtt ([A-Za-z]+)\.', text) for each in each if each
    }
    assert used - known <= {"AWS"}


def test_the_role_is_made_from_the_declarations_and_fits() -> None:
    made = audit_role(kinds().values())
    assert json.loads((TEMPLATES / "audit-role.json").read_text()) == made, "make docs"
    parts = [each["Properties"]["PolicyDocument"] for each in made["Resources"].values() if "Managed" in each["Type"]]
    assert 1 <= len(parts) <= MOST
    assert parts == policy(kinds().values())
    assert all(size(part) <= LIMIT for part in parts)
    actions = [action for part in parts for statement in part["Statement"] for action in statement["Action"]]
    assert sorted(actions) == [each.action for each in permissions(kinds().values())]
    (trust,) = made["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Ref": "ScannerArn"}}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}


def test_the_task_is_closed() -> None:
    resources = template("phiward.yaml")["Resources"]
    (container,) = resources["Task"]["Properties"]["ContainerDefinitions"]
    assert (container["ReadonlyRootFilesystem"], container["User"], container["Privileged"]) == (
        True,
        "10001:10001",
        False,
    )
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert "SecurityGroupIngress" not in resources["TaskDoor"]["Properties"]
    network = resources["Nightly"]["Properties"]["Target"]["EcsParameters"]["NetworkConfiguration"][
        "AwsvpcConfiguration"
    ]
    assert network["AssignPublicIp"] == "DISABLED"
    (rule,) = resources["TaskDoor"]["Properties"]["SecurityGroupEgress"]
    assert (rule["FromPort"], rule["ToPort"]) == (443, 443)
    (secret,) = container["Secrets"]
    assert secret["Name"] == "PHIWARD_REDACTION_KEY"


def test_the_config_of_the_task_is_one_that_phiward_reads() -> None:
    from scanner.engine.settings import parse

    (container,) = template("phiward.yaml")["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    (text,) = (each["Value"]["Sub"] for each in container["Environment"] if each["Name"] == "PHIWARD_CONFIG_TOML")
    values = {"AuditRoleName": "Audit", "ExternalId": "x" * 16, "Accounts": "organization = true",
              "AWS::AccountId": ACCOUNT, "Config": '[scope]\ntags = { "data-classification" = "phi" }'}  # fmt: skip
    config = parse(re.sub(r"\$\{([A-Za-z:]+)\}", lambda match: values[match[1]], text))
    assert (config.aws.role, config.aws.organization, config.accounts[ACCOUNT].role) == ("Audit", True, "Audit")
    assert config.store.url == "sqlite:////var/lib/phiward/phiward.db"
    code = (DEPLOY / "terraform" / "main.tf").read_text()
    block = re.sub(r"(?m)^    ", "", code.partition("<<-TOML\n")[2].partition("\n  TOML")[0])
    values = {"var.audit_role_name": "Audit", "var.external_id": "x" * 16, "var.look_at_organization": "true",
              "local.account": ACCOUNT, "var.config": values["Config"]}  # fmt: skip
    assert parse(re.sub(r"\$\{([a-z_.]+)\}", lambda match: values[match[1]], block)).model_dump() == config.model_dump()


def test_terraform_has_what_cloudformation_has() -> None:
    code = "".join(file.read_text() for file in sorted((DEPLOY / "terraform").glob("*.tf")))
    known = {kind.cfn: kind.tf for kind in kinds().values()}
    here = set(re.findall(r'^resource "([a-z_0-9]+)"', code, re.MULTILINE))
    lacking = {
        each["Type"]
        for each in template("phiward.yaml")["Resources"].values()
        if known.get(each["Type"]) and not here & set(known[each["Type"]])
    }
    assert lacking == set()
    for line in ('user                   = "10001:10001"', "readonlyRootFilesystem = true", "assign_public_ip = false",
                 'capabilities = { drop = ["ALL"] }', 'transit_encryption = "ENABLED"'):  # fmt: skip
        assert line in code
    variables = set(re.findall(r'^variable "([a-z_]+)"', code, re.MULTILINE))
    assert set(re.findall(r"\bvar\.([a-z_]+)", code)) == variables
    used = set(re.findall(r"\b(aws_[a-z_0-9]+\.[a-z_]+)\b", code))
    made = {".".join(pair) for pair in re.findall(r'^(?:resource|data) "([a-z_0-9]+)" "([a-z_]+)"', code, re.MULTILINE)}
    assert used - made == set()


@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here")
def test_terraform_reads_its_code_and_would_lay_it_out_so() -> None:
    ran = subprocess.run(
        [shutil.which("terraform") or "", "fmt", "-check", "-diff", str(DEPLOY / "terraform")],
        env={"TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1", "HOME": "/tmp"},  # noqa: S108
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_the_image_is_pinned_unprivileged_and_holds_the_lock() -> None:
    text = (DEPLOY / "container" / "Dockerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    words = [line.split() for line in lines]
    assert lines[0] == "ARG BASE", "no default: who builds pins it"
    assert [line for line in lines if line.startswith("FROM")] == ["FROM ${BASE} AS build", "FROM ${BASE}"]
    final = words[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    (user,) = [line[1] for line in final if line[0] == "USER"]
    assert user == "10001:10001"
    assert [line for line in lines if "ADD " in line or "curl" in line or "http" in line] == []
    (sync,) = [line for line in lines if "uv sync" in line]
    assert "--frozen" in sync
    assert "--no-dev" in sync
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"--extra (\w+)", sync)) == set(extras) - {"all", "demo"}
    assert set(USES) == set(extras) - {"all"}, "what `phiward doctor` knows"
    makefile = (ROOT / "Makefile").read_text()
    assert f"uv=={re.search(r'UV_VERSION := (.+)', makefile)[1]}" in text  # type: ignore[index]
    for package in re.search(r"^APT := (.+)$", makefile, re.MULTILINE)[1].split():  # type: ignore[index]
        assert package in text
    copied = {source for line in words if line[0] == "COPY" for source in line[1:-1] if not source.startswith("--")}
    allowed = {
        line[1:]
        for line in (DEPLOY / "container" / "Dockerfile.dockerignore").read_text().splitlines()
        if line[0] == "!"
    }
    assert copied - {"/opt/phiward"} == allowed
    assert all((ROOT / each).exists() for each in allowed)


def test_the_entry_makes_a_config_of_the_variable_and_no_second_one(tmp_path: Path) -> None:
    stub = tmp_path / "bin" / "phiward"
    stub.parent.mkdir()
    stub.write_text('#!/bin/sh\nprintf "%s|" "$@"\ncat "$XDG_CONFIG_HOME/phiward/config.toml"\n')
    stub.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    env = {
        **NOBODY,
        "PATH": f"{stub.parent}:/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "PHIWARD_CONFIG_TOML": '[store]\nurl = "a b"',
    }

    def enter() -> subprocess.CompletedProcess[str]:
        command = [str(DEPLOY / "container" / "entrypoint.sh"), "scan", "--rule", "a b"]
        return subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, check=False, timeout=30)

    ran = enter()
    assert (ran.returncode, ran.stdout) == (0, 'scan|--rule|a b|[store]\nurl = "a b"\n')
    assert (tmp_path / "phiward-config/phiward/config.toml").stat().st_mode & 0o777 == 0o600
    (work / "config.toml").write_text("")
    ran = enter()
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_the_cluster_on_one_host_is_closed_too() -> None:
    compose = yaml.safe_load((DEPLOY / "dask" / "compose.yaml").read_text())
    assert set(compose["services"]) == {"scheduler", "worker", "scan"}
    for service in compose["services"].values():
        assert (service["read_only"], service["cap_drop"], service["user"]) == (True, ["ALL"], "10001:10001")
        assert "ports" not in service, "nobody outside may reach it: who can run code on the workers"
        assert "cluster" in service["networks"]
    assert compose["networks"]["cluster"]["internal"]
    assert compose["services"]["scheduler"]["networks"] == ["cluster"]
