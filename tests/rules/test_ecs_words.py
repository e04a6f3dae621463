"""What rules on ECS say besides their verdict: severities, notes, parts."""

from __future__ import annotations

from scanner.engine.evaluate import Judgement
from scanner.engine.examples import judge_example
from scanner.engine.registry import rules
from scanner.kinds.containers import Container, Variable
from scanner.kinds.ecr import Image
from scanner.kinds.ecs_service_parts import ConnectService
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.images import ImageConfig
from scanner.model.policy import PolicyDocument
from scanner.model.rule import Case, Example, Other


def _said(name: str, example: Example) -> Judgement:
    return judge_example(rules()[name], example)


def test_sys_ptrace_is_of_low_severity_on_fargate_alone() -> None:
    one = (Container("web", added=("SYS_PTRACE", "SYS_ADMIN")),)
    said = _said("ecs_container_no_dangerous_capabilities", {"containers": one})
    assert [(fail.part, fail.severity) for fail in said.fails] == [("web SYS_PTRACE", "low"), ("web SYS_ADMIN", None)]
    said = _said("ecs_container_no_dangerous_capabilities", {"containers": one, "requires": ("EC2",)})
    assert [fail.severity for fail in said.fails] == [None, None]


def test_the_image_s_user_is_cited() -> None:
    name = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
    example = Case({"containers": (Container("web", name),)}, others=[Other(Image, id=name, own=ImageConfig("1000"))])
    assert _said("ecs_container_non_root", example).notes == [f"web runs as 1000, the user of the image {name}"]


def test_a_secret_is_named_by_container_and_variable_and_by_its_detector() -> None:
    one = (Container("web", environment=(Variable("DB_PASSWORD", ("Secret Keyword",)),)),)
    (fail,) = _said("ecs_container_no_plaintext_secrets", {"containers": one}).fails
    assert fail.part == "web DB_PASSWORD"
    assert fail.message == "the value of DB_PASSWORD looks like a secret (Secret Keyword)"


def test_a_trust_without_a_source_is_noted() -> None:
    task = Other(TaskDefinition, task_role="claims-task")
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
    bound = allow | {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
    notes = {
        name: _said(
            "ecs_task_role_trust_is_ecs_tasks_only",
            Case({"trust": PolicyDocument.parse({"Statement": statement})}, others=[task]),
        ).notes
        for name, statement in (("open", allow), ("bound", bound))
    }
    assert len(notes["open"]) == 1
    assert notes["bound"] == []


def test_what_encrypts_the_traffic_is_named_and_app_mesh_noted() -> None:
    example = Case({"offers": (ConnectService("http", tls=True),)}, others=[Other(TaskDefinition, proxy="APPMESH")])
    encrypted, mesh = _said("ecs_service_traffic_encrypted_in_transit", example).notes
    assert encrypted == "encrypted by TLS of Service Connect"
    assert "App Mesh" in mesh
    plain = Case({"offers": (ConnectService("http", tls=True),)}, others=[Other(TaskDefinition)])
    assert len(_said("ecs_service_traffic_encrypted_in_transit", plain).notes) == 1
