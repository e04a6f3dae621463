"""What rules on task definitions, containers and their roles say besides their verdict: severities, parts, words."""

from __future__ import annotations

import pytest

from rules.ecs.container_stop_timeout_bounded import seconds
from scanner.engine.evaluate import Judgement
from scanner.engine.examples import judge_example
from scanner.engine.registry import rules
from scanner.kinds.containers import Container, LogConfiguration, LogRouter, Ulimit
from scanner.kinds.ecs_service_parts import Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import ManagedPolicy
from scanner.kinds.iam_reading import document
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Case, Example, Other


def _said(name: str, example: Example) -> Judgement:
    return judge_example(rules()[name], example)


@pytest.mark.parametrize(
    "path",
    [
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/var/run",
        "/var/run/",
        "/run",
        "/var",
        "/",
        "//",
        "/run/containerd",
        "/run/../run/containerd/containerd.sock",
        "/run/podman/podman.sock",
        "/var/run/crio/crio.sock",
        "\\\\.\\pipe\\docker_engine",
        "//./pipe/docker_engine",
    ],
)
def test_a_path_to_the_runtime_s_socket_is_critical(path: str) -> None:
    (fail,) = _said("ecs_task_no_host_path_volume", {"volumes": (Volume("v", host_path=path),)}).fails
    assert (fail.part, fail.severity) == ("v", "critical")


@pytest.mark.parametrize(
    "path", ["/srv/data", "/var/log", "/running", "/run/secrets", "/var/runner", "\\\\.\\pipe\\claims", "C:\\data"]
)
def test_another_path_of_the_host_is_of_the_rule_s_severity(path: str) -> None:
    (fail,) = _said("ecs_task_no_host_path_volume", {"volumes": (Volume("v", host_path=path),)}).fails
    assert fail.severity is None
    assert path in fail.message


@pytest.mark.parametrize(("text", "expected"), [("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("2h", 7200), ("1.5m", 90)])
def test_durations_are_read_as_the_agent_does(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "30", "s", "30 s", "30s!", "soon", "$TIMEOUT", "1d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        seconds(text)


def test_each_namespace_and_each_option_is_a_part_of_its_own() -> None:
    said = _said("ecs_task_no_host_pid_or_ipc", {"pid_mode": "host", "ipc_mode": "host"})
    assert [fail.part for fail in said.fails] == ["PID", "IPC"]
    options = Container("web", security_options=("seccomp:unconfined",))
    said = _said("ecs_container_security_options", {"requires": ("EC2",), "containers": (options,)})
    assert [fail.part for fail in said.fails] == ["web no-new-privileges", "web label", "web seccomp"]


def test_only_containers_without_units_are_named() -> None:
    said = _said("ecs_container_cpu_limit", {"cpu": "", "containers": (Container("a", cpu=1), Container("b"))})
    assert [fail.part for fail in said.fails] == ["b"]


def test_the_log_router_is_named_where_there_is_one() -> None:
    web = Container("web", log=LogConfiguration("awsfirelens"))
    router = Container("router", router=LogRouter("fluentbit"))
    for containers, words in (((web, router), "the start of the log router router"), ((web,), "wait for a log router")):
        (fail,) = _said("ecs_firelens_starts_first", {"network_mode": "bridge", "containers": containers}).fails
        assert words in fail.message


@pytest.mark.parametrize(("ulimits", "words"), [((), "not set"), ((Ulimit("nofile", 1024),), "is 1024")])
def test_the_limit_of_open_files_is_said(ulimits: tuple[Ulimit, ...], words: str) -> None:
    behind = Other(Service, targets=(Target("arn:tg", container="web"),))
    example = Case({"containers": (Container("web", ulimits=ulimits), Container("log"))}, others=[behind])
    (fail,) = _said("ecs_container_nofile_ulimit", example).fails
    assert fail.part == "web"
    assert words in fail.message


def test_what_needs_an_execution_role_is_named() -> None:
    containers = (Container("web", environment_files=("arn:aws:s3:::a/b",)), Container("log", credentials="arn:x"))
    example = {"execution_role": "", "requires": ("EC2",), "containers": containers}
    (fail,) = _said("ecs_task_execution_role_when_needed", example).fails
    assert "web takes environment files; log comes from a registry" in fail.message


def test_administration_is_named_once() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    everything = document({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    others = [Other(TaskDefinition, task_role="claims-task"), Other(ManagedPolicy, arn=arn, document=everything)]
    (fail,) = _said("ecs_task_role_least_privilege", Case({"attached": (arn,)}, others=others)).fails
    assert (fail.part, fail.message) == ("AdministratorAccess", f"{arn} is attached")
