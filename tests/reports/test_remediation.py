"""A plan in the terminal and as a ticket: as approved, whole, honest about its rehearsal, nothing in it acts."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml
from markdown_it import MarkdownIt
from rich.console import Console

from reports import remediation_markdown, remediation_text
from reports.remediation_code import cli_operation, command, commands, hcl, policy_yaml
from reports.remediation_view import VERDICTS, View, lines, moment_of, reversal
from scanner.model.plan import Change, WriteCall
from tests.reports.factory import NASTY
from tests.reports.remediation_sample import EVENTS, attacked, hostile, plan, rehearsal
from tests.reports.remediation_steps import (
    DOMAIN,
    ENCRYPT,
    GROUP,
    IN_CODE,
    LOCKED,
    ROTATION,
    STEPS,
    TUNNEL,
)

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"
PLAN = plan()
RENDERED: dict[str, Callable[[], str]] = {
    "remediation.80.txt": lambda: remediation_text.render(PLAN, rehearsal(), EVENTS, width=80),
    "remediation.160.txt": lambda: remediation_text.render(PLAN, rehearsal(), EVENTS, width=160),
    "remediation.md": lambda: remediation_markdown.render(PLAN, rehearsal(), EVENTS),
}
TERRAFORM = shutil.which("terraform")


@pytest.mark.parametrize("name", RENDERED)
def test_the_rendering_is_as_it_was_approved(name: str) -> None:
    """`PHIWARD_GOLDEN=1` writes the files anew, for a reader to approve in the diff."""
    path, made = GOLDEN / name, RENDERED[name]()
    if os.environ.get("PHIWARD_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def page(text: str) -> str:
    made: str = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return made


def fenced(text: str) -> list[tuple[str, str]]:
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table"]).parse(text)
    return [(token.info, token.content) for token in tokens if token.type == "fence"]


@pytest.mark.parametrize("name", RENDERED)
def test_every_step_is_told_once_in_order_within_its_place(name: str) -> None:
    text = " ".join(RENDERED[name]().split())
    places = [text.index(step.id[:8]) for step in STEPS]
    assert [STEPS[n].id for n in sorted(range(len(STEPS)), key=places.__getitem__)] == [
        seen.step.id for place in View(PLAN).places for seen in place.seen
    ]
    assert PLAN.hash in text.replace(" ", "")
    assert "4 findings without a step: accepted as a risk" in text or "- 4: accepted as a risk" in text


def test_a_rehearsal_of_another_plan_is_not_believed() -> None:
    altered = plan(STEPS[1:])
    assert altered.hash != PLAN.hash
    for text in (
        remediation_text.render(altered, rehearsal(), width=160),
        remediation_markdown.render(altered, rehearsal()),
    ):
        assert "The rehearsal that was given is of another plan" in text
        assert f"{len(altered.steps)} not rehearsed" in text.replace("*", "")
        assert "refuted:" not in text
        assert "cannot be approved" not in text
    assert View(altered, rehearsal()).rehearsal is None


def test_a_plan_without_rehearsal_says_so_and_proves_nothing() -> None:
    assert {seen.verdict for seen in View(PLAN).seen} == {"not-rehearsed"}
    assert "Not rehearsed: no step" in remediation_text.render(PLAN)
    assert "Not rehearsed: no step" in remediation_markdown.render(PLAN)


def test_events_of_another_plan_are_left_out_and_those_before_a_change_are_marked() -> None:
    view = View(PLAN, None, EVENTS)
    assert view.news == ["approved by m.okafor 2026-11-20 09:00Z: change 4711"]
    assert view.seen[0].event == "verified 2026-11-20 09:02Z"
    old = [{"plan": PLAN.id, "hash": "0" * 64, "event": "approved", "step": ""}]
    assert View(PLAN, None, old).news == ["approved (of this plan before it was altered)"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (ROTATION, ("yes", "1 operation brings the former state back")),
        (DOMAIN, ("no", DOMAIN.lasting)),
        (GROUP, ("no", "the step names nothing that undoes it")),
        (IN_CODE, ("in code", "take the change out of the code and apply it")),
        (
            msgspec.structs.replace(IN_CODE, undo=ROTATION.undo, lasting="data is gone"),
            ("yes", "1 operation brings the former state back"),
        ),
        (msgspec.structs.replace(ENCRYPT, lasting=""), ("by hand", "as the steps were done")),
    ],
)
def test_whether_a_step_can_be_undone_is_never_guessed(step: Any, said: tuple[str, str]) -> None:
    assert reversal(step) == said


def test_what_changes_is_told_by_value_or_by_the_steps_words() -> None:
    step = msgspec.structs.replace(TUNNEL, changes=(Change("a", before=[1]), Change("b", after="x")))
    assert [tuple(line) for line in lines(step)] == [("a", "[1]", TUNNEL.after), ("b", "not set", "x")]
    assert [tuple(line) for line in lines(msgspec.structs.replace(TUNNEL, changes=()))] == [("", "", TUNNEL.after)]
    assert lines(msgspec.structs.replace(ROTATION, changes=())) == []


def test_a_long_plan_is_cut_in_the_terminal_with_a_pointer() -> None:
    console = Console(file=io.StringIO(), width=100, color_system=None, force_terminal=False)
    with console.capture() as captured:
        remediation_text.show(console, PLAN, rehearsal(), limit=3, file="fix/plan.json")
    said = captured.get()
    assert "… and 5 more steps, which fix/plan.json holds." in said
    assert [step.id[:8] in said for step in STEPS] == [True, True, False, True] + 4 * [False]
    assert "8 steps for 9 findings in 3 accounts" in said
    assert said.count("us-west-2") == 0


def test_an_empty_plan_can_be_told() -> None:
    empty = plan(())
    assert "0 steps for 0 findings" in remediation_text.render(empty, rehearsal(empty, ()))
    assert "# Remediation: 0 steps" in remediation_markdown.render(empty)


@pytest.mark.parametrize("width", [40, 80, 160])
def test_hostile_names_command_no_terminal_and_keep_the_width(width: int) -> None:
    said = remediation_text.render(*attacked(), width=width)
    assert not set(said) & {"\x1b", "\x07", "\u202e"}
    assert "[bold red]" in said
    assert max(len(line) for line in said.splitlines()) <= width


def test_hostile_names_make_no_element_link_heading_or_mention_in_a_ticket() -> None:
    text = remediation_markdown.render(*attacked())
    assert not {c for c in text if c < " " and c != "\n"} | (set(text) & {"\u202e", "\u2028", "\x85", "\x7f"})
    made = page(text)
    tags = Counter(re.findall(r"<\s*(\w+)", made))
    assert set(tags) <= set("h1 h2 h3 p code strong ul ol li table thead tbody tr th td pre".split())
    steps = len(hostile().steps)
    assert (tags["h1"], tags["h3"], tags["ol"]) == (1, steps, steps)
    blocks = {"custodian": 3, "direct": 3, "patch": 1, "runbook": 2}
    assert tags["pre"] == sum(blocks[step.form] for step in hostile().steps)
    outside = re.sub(r"<code.*?</code>", "", made, flags=re.DOTALL)
    assert "@" not in outside
    assert not re.search(r"(?<!&)#\d", outside)


def test_the_blocks_of_a_ticket_are_the_very_text_that_does_it() -> None:
    blocks = fenced(remediation_markdown.render(PLAN))
    policies = [yaml.safe_load(text)["policies"] for info, text in blocks if info == "yaml"]
    assert policies == [[step.policy] for step in STEPS if step.form == "custodian"]
    scripts = [text.rstrip("\n") for info, text in blocks if info == "sh"]
    assert scripts == [commands(calls) for step in ordered() for calls in (step.writes, step.undo) if calls]


def ordered() -> list[Any]:
    return [seen.step for place in View(PLAN).places for seen in place.seen]


def test_a_command_gives_the_shell_the_parameters_and_nothing_else() -> None:
    for text in (*NASTY, "it's `id` $(id) ${x}\n"):
        call = WriteCall("s3.PutBucketPolicy", {"Bucket": text, "Policy": json.dumps({text: 1})}, "us-east-1")
        said = command(call)
        words = shlex.split(said)
        assert words[:3] + words[3:5] == ["aws", "s3api", "put-bucket-policy", "--region", "us-east-1"]
        assert words[5] == "--cli-input-json"
        assert json.loads(words[6]) == call.parameters
        assert len(words) == 7
        assert said.isascii()
        ran = subprocess.run(
            ["/bin/sh", "-c", f'set -f; aws() {{ for word; do printf "%s\\0" "$word"; done; }}; {said}'],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.split("\0")[:-1] == words[1:]
    assert command(WriteCall("iam.CreateServiceLinkedRole", {}, "global")) == "aws iam create-service-linked-role"


def test_operations_have_the_names_that_the_aws_cli_gives_them() -> None:
    import botocore.session
    from botocore import xform_name

    session = botocore.session.get_session()
    wrong = {}
    for service in "s3 iam kms rds elbv2 cloudtrail logs ecs efs guardduty wafv2 config secretsmanager".split():
        for name in session.get_service_model(service).operation_names:
            if cli_operation(name) != xform_name(name, "-"):
                wrong[name] = xform_name(name, "-")
    assert wrong == {}
    assert cli_operation("ModifyVpnTunnelOptions") == "modify-vpn-tunnel-options"


def test_yaml_comes_back_as_the_policy_whatever_is_in_it() -> None:
    shared = ["0123", "yes", "1e3"]
    for text in (*NASTY, "null", "- a: b", "# x", "2026-11-20"):
        policy = {"name": "x", "filters": [{"type": "value", "key": text, "value": shared}], "actions": [shared]}
        said = policy_yaml(policy)
        assert yaml.safe_load(said) == {"policies": [policy]}
        assert "&id" not in said
        assert said.isascii()


def test_code_sets_arguments_maps_and_blocks_and_no_template_is_left() -> None:
    said = hcl(IN_CODE)
    assert said.startswith(
        '# module.web["blue"].aws_launch_template.hosts[0]\nresource "aws_launch_template" "hosts" {'
    )
    assert '"note"  = "$${file(\\"x\\")}"' in said
    assert '  metadata_options {\n    http_tokens                 = "required"' in said
    assert "  block_device_mappings {\n" in said
    assert hcl(LOCKED) == ""
    policy = msgspec.structs.replace(IN_CODE, terraform={"aws_sqs_queue": {"policy": {"Version": "x"}}}, managed_by="")
    assert (
        hcl(policy) == 'resource "aws_sqs_queue" "web-hosts" {\n  policy = jsonencode({\n    "Version" = "x"\n  })\n}'
    )


@pytest.mark.skipif(TERRAFORM is None, reason="needs Terraform")
def test_terraform_itself_finds_nothing_to_set_otherwise(tmp_path: Path) -> None:
    for n, step in enumerate([*STEPS, *hostile().steps]):
        if step.terraform:
            (tmp_path / f"{n}.tf").write_text(hcl(step) + "\n", encoding="utf-8")
    ran = subprocess.run(
        [str(TERRAFORM), "fmt", "-check", "-diff", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def test_every_verdict_has_its_words_and_a_bad_moment_is_one_all_the_same() -> None:
    text = remediation_markdown.render(PLAN, rehearsal())
    assert all(f"- **{said}**: " in text for said in VERDICTS.values())
    assert moment_of("2026-11-20T02:30:00Z").hour == 2
    assert moment_of("yesterday") == moment_of("2000-01-01T00:00:00")
