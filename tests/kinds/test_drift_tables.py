"""Every table of how kinds are compared: its paths lie in the answers, its words are known, its events exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest

from scanner.aws.timestamps import section_shape
from scanner.engine.registry import kinds
from scanner.kinds.canon import Table, canon, tables
from scanner.kinds.forms import FORMS
from scanner.model import path as paths
from scanner.model.canon import Touch
from scanner.model.change import Impact
from scanner.model.kind import Kind
from scanner.model.operation import ROOTS
from scanner.model.rule import SEVERITIES

KINDS = [pytest.param(kind, tables()[name], id=name) for name, kind in kinds().items() if name in tables()]
HEAD = "@"
DIRECTIONS = {"", "better", "worse"}

OTHER_NAMES: Mapping[str, frozenset[str]] = {
    # CloudTrail tells S3's calls apart by what they are made on (S3 User Guide, "CloudTrail events").
    "s3": frozenset(
        {"PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock", "PutBucketObjectLockConfiguration"}
    ),
    "s3control": frozenset({"PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"}),
    # The root user recovers a password at sign-in, which is no API call (AWS Sign-In, "CloudTrail").
    "iam": frozenset({"PasswordRecoveryRequested", "PasswordRecoveryCompleted"}),
    # AWS Backup reports what it does by itself as events of the service (AWS Backup Developer Guide, "CloudTrail").
    "backup": frozenset({"BackupDeleted", "BackupJobStarted", "BackupJobCompleted", "RecoveryPointDeleted"}),
}
"""Names of events that are no operation of botocore's model, by service: what CloudTrail writes of its own."""


@cache
def _operations(service: str) -> frozenset[str]:
    names = botocore.session.get_session().get_service_model(service).operation_names
    return frozenset(names) | OTHER_NAMES.get(service, frozenset())


def touches(table: Table) -> Iterator[Touch]:
    """Give all of a table's touches."""
    yield from (*table.touches, table.added, table.removed)


def paths_of(table: Table) -> Iterator[tuple[str, str]]:
    """Give what names a path in a table, with the key that it stands under."""
    for key in ("volatile", "labels", "forms", "policies", "defaults", "show"):
        yield from ((key, path) for path in getattr(table, key))
    for key in ("keep", "ordered", "individual"):
        yield from ((key, path) for path in getattr(table, key))
    yield from (("touches", touch.path) for touch in table.touches)
    yield from (("folded", each.property) for each in table.folded)


def problem(kind: type[Kind], table: Table, path: str) -> str:
    """Say where a path leaves the answers of a kind; below a form it is the form that says what there is.

    A property is a path without its elements, so that lists and maps may be stepped over.
    """
    section, rest = paths.split(path) if path[0] != HEAD else (HEAD, path[2:])
    if section == HEAD:
        return "" if rest.startswith("tags.") else f"{path}: of a resource itself only the tags are read"
    if section not in kind.calls:
        return f"{path}: there is no section {section}"
    formed = {text.replace("[]", "") for text in (*table.forms, *table.policies)}
    shape, plain = section_shape(kind.calls[section]), section
    for step in paths.steps(rest):
        if plain in formed or shape is None or getattr(shape, "is_document_type", False):
            return ""
        if step.verb == "each" and shape.type_name != "list":
            return f"{path}: {plain} is no list"
        if step.verb == "each":
            shape = shape.member
            continue
        while shape.type_name == "list":
            shape = shape.member
        if shape.type_name == "map":
            shape, plain = shape.value, f"{plain}.{step.argument}"
            continue
        if shape.type_name != "structure" or step.argument not in shape.members:
            return f"{path}: {plain} has no member {step.argument}"
        shape, plain = shape.members[step.argument], f"{plain}.{step.argument}"
    return ""


def test_every_kind_has_a_table() -> None:
    assert sorted(tables()) == sorted(kinds())


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_paths_lie_in_the_answers(kind: type[Kind], table: Table) -> None:
    found = [f"{key}: {text}" for key, path in paths_of(table) if path and (text := problem(kind, table, path))]
    assert not found


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_ordered_are_lists_and_labels_name_elements(kind: type[Kind], table: Table) -> None:
    formed = tuple(text.replace("[]", "") for text in table.forms)
    for path in table.ordered:
        section, rest = paths.split(path)
        shape = section_shape(kind.calls[section])
        for step in paths.steps(rest) if shape is not None and not path.replace("[]", "").startswith(formed) else ():
            shape = shape.members[step.argument] if step.verb == "member" else shape.member
        assert shape is None or path.replace("[]", "").startswith(formed) or shape.type_name == "list", path
    assert not [path for path in table.labels if not path.endswith("[]")]
    assert not [label for label in table.labels.values() if not re.search(r"\{\w+\}", label)]


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_labels_are_made_of_members(kind: type[Kind], table: Table) -> None:
    found = [
        text
        for path, label in table.labels.items()
        for member in re.findall(r"\{(\w+)\}", label)
        if (text := problem(kind, table, f"{path}.{member}"))
    ]
    assert not found


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_touches_use_known_words(kind: type[Kind], table: Table) -> None:
    for touch in touches(table):
        assert touch.impact in set(Impact), touch
        assert touch.severity in SEVERITIES, touch
        assert touch.gain in DIRECTIONS, touch
        assert not (set(map(repr, touch.good)) & set(map(repr, touch.bad))), touch
        assert not ((touch.good or touch.bad) and touch.gain), f"{kind.cfn}: values and gain both say the direction"
        re.compile(touch.match)
        assert "[]" not in touch.path, touch


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_a_pattern_that_is_not_found_hides_no_shorter_path(kind: type[Kind], table: Table) -> None:
    """The longest path wins before its patterns are looked for, so one of its touches must need none."""
    said = canon(kind).touches
    bare = {touch.path for touch in said if not touch.match}
    hidden = {touch.path for touch in said if touch.match} - bare
    shorter = {path for path in hidden if any(path.startswith(f"{other.path}.") for other in said if other.path)}
    assert not shorter, f"{kind.cfn}: {len(table.touches)} touches"


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_no_touch_is_said_twice_or_of_what_is_left_out(kind: type[Kind], table: Table) -> None:
    said = [(touch.path, touch.match) for touch in table.touches]
    assert len(said) == len(set(said))
    noise = {path.replace("[]", "") for path in canon(kind).volatile}
    below = [path for path, _ in said if any(path == drop or path.startswith(f"{drop}.") for drop in noise)]
    assert not below, "what is left out cannot change"


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_events_are_operations_of_the_services_that_are_asked(kind: type[Kind], table: Table) -> None:
    asked = {call.service for call in kind.calls.values() if call.service}
    known = frozenset().union(*(_operations(service) for service in asked))
    held = [event for touch in touches(table) for event in touch.events]
    held += [event for policy in table.policies.values() for event in policy.events]
    unknown = {event for event in held if event.partition("=")[0] not in known}
    assert not unknown, f"no operations of {', '.join(sorted(asked))}"


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_defaults_are_of_members_that_are_compared(kind: type[Kind], table: Table) -> None:
    noise = set(canon(kind).volatile)
    for path, value in table.defaults.items():
        assert value not in ([], {}), f"{path}: an empty value is the same as none"
        assert path not in noise, f"{path}: what is left out has no default"
        assert not path.endswith("[]"), path
        known = [each for touch in table.touches if touch.path == path.replace("[]", "") for each in touch.good]
        plain = not isinstance(value, dict | list)
        assert all(isinstance(value, type(each)) for each in known if plain), f"{path}: {value!r} beside {known}"


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_reasons_are_said(kind: type[Kind], table: Table) -> None:
    reasons = [*table.volatile.values(), *(each.reason for each in table.folded)]
    assert not [reason for reason in reasons if len(reason.split()) < 2]
    assert not [each for each in table.folded if not each.match or re.compile(each.match).search("")]
    assert all(path in canon(kind).volatile or path not in table.keep for path in table.volatile)


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_what_is_kept_was_noise(kind: type[Kind], table: Table) -> None:
    from scanner.kinds.canon import timestamps

    noise = {*kind.volatile, *timestamps().get(kind.cfn, ())}
    assert not [path for path in table.keep if path not in noise]
    assert not [path for path in table.keep if path in table.volatile]


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_coming_and_going_is_weighed(kind: type[Kind], table: Table) -> None:
    if table.observed or kind.singleton:
        return
    refers = all(call.form in ROOTS and not call.operation for call in kind.roots())
    for touch in (table.added, table.removed):
        assert touch != Touch(), f"{kind.cfn}: `added` and `removed` are not both said"
        assert touch.events or refers, f"{kind.cfn}: no event is named"


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_forms_are_known(kind: type[Kind], table: Table) -> None:
    named = {*table.forms.values(), *(policy.form for policy in table.policies.values())}
    assert named <= set(FORMS), kind.cfn


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("AWS::EC2::FlowLog", "box.FlowLogStatus", None),
        ("AWS::EC2::VPNConnection", "box.Options.TunnelOptions.LogOptions.CloudWatchLogOptions.LogEnabled", False),
        ("AWS::CloudTrail::Trail", "status.IsLogging", False),
        ("AWS::Config::ConfigurationRecorder", "status.recording", False),
        ("AWS::GuardDuty::Detector", "detector.Status", "DISABLED"),
    ],
)
def test_what_must_never_be_noise_is_compared_and_weighs(name: str, path: str, value: Any) -> None:
    held = canon(kinds()[name])
    assert not [drop for drop in held.volatile if path == drop.replace("[]", "") or path.startswith(f"{drop}.")]
    weights = [touch.severity for touch in held.touches if touch.path == path]
    assert weights, path
    assert set(weights) <= {"high", "critical"}
    assert any(touch.good and value not in touch.good for touch in held.touches if touch.path == path)
