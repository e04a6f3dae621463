"""Facts derived from sections, and declarations that contradict themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.model.call import each, refs, then
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import PLAIN, REQUIRED, Const, Kind, fact
from scanner.model.operation import permission_of
from scanner.model.planned import DOCUMENT
from scanner.model.resource import ABSENT, SKIPPED, Resource, Section, Source, seen, unseen
from scanner.model.secret import Secret

DENIED = Gap("kms.DescribeKey", "kms:DescribeKey", "AccessDenied", state=GapState.DENIED)


class Key(Kind, cfn="Test::Key"):
    """A kind with a fact of every sort."""

    key = each("kms.ListKeys", "Keys")
    meta = then("kms.DescribeKey", "KeyMetadata", KeyId="$key.KeyId")
    turn = then("kms.GetKeyRotationStatus", KeyId="$key.KeyId", when="meta.KeyManager == 'CUSTOMER'")

    id: str = fact("key.KeyId")
    tags: Mapping[str, str] = fact(Const({}))
    manager: str = fact("meta.KeyManager")
    regions: tuple[str, ...] = fact("meta.Regions")
    created: datetime = fact("meta.Created")
    rotates: bool = fact("turn.On", default=False)
    planned: bool = fact("turn.On", plan="rotates", default={"plan": False})
    note: str = fact("meta.Note | key.Note", default="")
    size: int = fact("meta.Size", parse=int)
    whole: Any = fact("meta")


def read(name: str, **sections: Section) -> Any:
    known = {"key": seen({"KeyId": "k", "Note": "of the list"}), "meta": seen({}), "turn": SKIPPED}
    return PLAIN.read(Resource("Test::Key", "k", sections={**known, **sections}), Key.facts[name])


def gap(name: str, **sections: Section) -> Gap:
    with pytest.raises(Unknown) as told:
        read(name, **sections)
    return told.value.gaps[0]


def test_a_fact_is_what_its_path_yields() -> None:
    assert read("manager", meta=seen({"KeyManager": "AWS"})) == "AWS"
    assert read("regions", meta=seen({"Regions": ["a", "b"]})) == ("a", "b")
    assert read("size", meta=seen({"Size": "12"})) == 12
    assert read("rotates", turn=seen({"On": True})) is True
    assert read("tags") == {}
    assert read("whole", meta=seen({"x": 1})) == {"x": 1}


@pytest.mark.parametrize("text", ["2026-11-21T02:00:00Z", "2026-11-21T02:00:00", "2026-11-21T03:00:00+01:00"])
def test_a_moment_has_a_time_zone(text: str) -> None:
    assert read("created", meta=seen({"Created": text})) == datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize("section", [ABSENT, SKIPPED, seen({}), seen({"On": None})])
def test_a_default_holds_where_the_answer_says_nothing(section: Section) -> None:
    assert read("rotates", turn=section) is False


def test_a_default_of_another_source_does_not_hold_here() -> None:
    assert "holds no turn.On" in gap("planned", turn=ABSENT).message
    plan = Resource("Test::Key", "k", source=Source.PLAN, sections={DOCUMENT: seen({})})
    assert PLAIN.read(plan, Key.facts["planned"]) is False


def test_a_common_default_does_not_stand_for_what_a_source_does_not_say() -> None:
    assert fact("turn.On", default=False).default_in(Source.PLAN) is REQUIRED
    assert fact("turn.On", plan="on", default=False).default_in(Source.PLAN) is False
    assert fact("turn.On", default={"plan": False}).default_in(Source.PLAN) is False


def test_no_default_hides_what_was_not_seen() -> None:
    assert gap("rotates", turn=unseen(DENIED)) == DENIED
    resource = Resource("Test::Key", "k", sections={})
    with pytest.raises(Unknown, match="not collected"):
        PLAIN.read(resource, Key.facts["rotates"])


def test_a_fact_without_default_is_unknown_where_the_answer_lacks_it() -> None:
    assert gap("manager").state is GapState.ERROR
    assert gap("manager", meta=seen({"KeyManager": None})).call == "Test::Key.meta"


@pytest.mark.parametrize(("meta", "wanted"), [
    (seen({"Note": "own"}), "own"), (seen({}), "of the list"), (ABSENT, "of the list"), (SKIPPED, "of the list"),
])  # fmt: skip
def test_the_first_alternative_that_holds_anything_counts(meta: Section, wanted: str) -> None:
    assert read("note", meta=meta) == wanted


def test_an_unseen_alternative_is_not_answered_by_a_later_one() -> None:
    assert gap("note", meta=unseen(DENIED)) == DENIED


@pytest.mark.parametrize("value", ["many", None, [], {}])
def test_what_cannot_be_read_is_unknown_and_no_crash(value: Any) -> None:
    with pytest.raises(Unknown):
        read("size", meta=seen({"Size": value}))


def test_a_value_is_derived_once_and_so_is_its_absence() -> None:
    calls: list[str] = []

    def counted(value: str) -> str:
        calls.append(value)
        return value

    class Counted(Kind, cfn="Test::Counted"):
        """A fact that counts its readings."""

        key = each("kms.ListKeys", "Keys")
        id: str = fact("key.KeyId", parse=counted)
        tags: Mapping[str, str] = fact("key.Tags")

    resource = Resource("Test::Counted", "k", sections={"key": seen({"KeyId": "k"})})
    assert [Counted(resource).id, Counted(resource).id] == ["k", "k"]
    assert calls == ["k"]
    for _ in range(2):
        with pytest.raises(Unknown):
            _ = Counted(resource).tags


def test_tags_are_compared_without_regard_to_case() -> None:
    resource = Resource("Test::Key", "k", source=Source.FACTS)
    resource.facts = {"tags": {"Role": "Bastion", "Name": "b-1"}}
    view = Key(resource)
    assert view.tag("role") == "Bastion"
    assert view.has_tags({"ROLE": "bastion"})
    assert not view.has_tags({"role": "bastion", "other": "x"})
    assert not view.has_tags({})


# ---- declarations ----


def declare(**given: Any) -> None:
    arguments = {"cfn": "Test::Wrong", **{name: given.pop(name) for name in ("cfn", "scope") if name in given}}
    body = {"id": fact("key.KeyId"), "key": each("kms.ListKeys", "Keys"), "__annotations__": {}, **given}
    type("Wrong", (Kind,), {name: value for name, value in body.items() if value is not None}, **arguments)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"cfn": ""}, "`cfn` is missing"),
    ({"scope": "everywhere"}, "neither regional nor global"),
    ({"id": None}, "`id` is missing"),
    ({"key": None, "id": fact("more"), "more": then("kms.DescribeKey", KeyId="x")}, "no call lists the resources"),
    ({"more": then("kms.DescribeKey", KeyId="$other.KeyId")}, "call more uses the unknown section other"),
    ({"more": then("kms.DescribeKey", KeyId="x", when="other.X")}, "call more uses the unknown section other"),
    ({"size": fact("other.Size")}, "fact size reads the unknown section other"),
    ({"secrets": {"other": Secret("Value")}}, "secrets names the unknown section other"),
    ({"secrets": {"key": Secret("Rows[Name=x].Value")}}, "lies behind more than members"),
    ({"secrets": {"key": (Secret("Name"), Secret("Rows[0].Value"))}}, "lies behind more than members"),
    ({"identity": ("group",)}, "identity names the unknown fact group"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_a_declaration_that_contradicts_itself_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        declare(**given)


def test_a_fact_whose_path_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no path"):
        declare(size=fact("key.a]"))


def test_a_sound_declaration_is_taken() -> None:
    declare()


def test_the_permission_of_a_call() -> None:
    assert permission_of("elbv2.DescribeListeners") == "elasticloadbalancing:DescribeListeners"
    assert permission_of("ec2.DescribeVpcs") == "ec2:DescribeVpcs"
    assert each("s3.ListBuckets", "Buckets", iam=["s3:ListAllMyBuckets"]).permissions == ("s3:ListAllMyBuckets",)
    assert refs("Task.images").permissions == ()
