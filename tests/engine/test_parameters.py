"""A rule's parameters by account and tag, packs of rules, and what is in scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
import pytest

from scanner.engine.evaluate import Context, judge
from scanner.engine.examples import ACCOUNT, AS_OF
from scanner.engine.packs import PACKS, UnknownPackError, packs_of, select
from scanner.engine.parameters import Parameters, described
from scanner.engine.scope import Scope
from scanner.engine.settings import ConfigError, ScopeTable, parse
from scanner.model.call import each
from scanner.model.finding import Verdict
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import Inventory
from scanner.model.kind import Kind, fact
from scanner.model.resource import Resource, Source
from scanner.model.rule import Fail
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster
from tests.engine.doors import Base, Door, door, rule

OTHER = "210987654321"
DENIED = Gap("test.ListTags", "test:ListTags", "AccessDenied", state=GapState.DENIED)


class Own(RuleSettings, frozen=True):
    """The parameters of the rule tried here."""

    minimum: Annotated[int, msgspec.Meta(description="How many.", ge=1)] = 2
    names: tuple[str, ...] = ("a",)
    cidr: Annotated[str, msgspec.Meta(extra={"config": "overlay.cidr"})] = ""


def check(subject: Door, settings: Own) -> Iterator[Fail]:
    if len(subject.locks) < settings.minimum:
        yield Fail("too few locks")


LOCKS = rule("test_locks", check, Settings=Own)
RULES = {LOCKS.id: LOCKS, "test_base": rule("test_base", Base.check)}


def parameters(text: str) -> Parameters:
    return Parameters(parse(text), RULES)


def at(text: str, *, account: str = ACCOUNT, tags: Any = None) -> Own:
    subject = door(tags=tags if tags is not None else {})
    subject.account = account
    made = parameters(text)(LOCKS, subject)
    assert isinstance(made, Own)
    return made


def test_a_rule_has_its_own_defaults() -> None:
    assert at("") == Own()


def test_config_says_another() -> None:
    assert at("[rules.test_locks]\nminimum = 5\nnames = ['x', 'y']") == Own(minimum=5, names=("x", "y"))


def test_a_field_may_come_from_another_table_and_the_rules_own_wins() -> None:
    assert at("[overlay]\ncidr = '10.32.0.0/12'").cidr == "10.32.0.0/12"
    assert at("[overlay]\ncidr = '10.32.0.0/12'\n[rules.test_locks]\ncidr = '10.0.0.0/8'").cidr == "10.0.0.0/8"


OVERRIDES = """
[rules.test_locks]
minimum = 3
names = ["base"]

[[rules.test_locks.override]]
accounts = ["210987654321"]
minimum = 4

[[rules.test_locks.override]]
tags = { stage = "test" }
minimum = 1

[[rules.test_locks.override]]
accounts = ["210987654321"]
tags = { stage = "load", team = "x" }
minimum = 9
"""


@pytest.mark.parametrize(
    ("account", "tags", "minimum"),
    [
        (ACCOUNT, {}, 3),
        (OTHER, {}, 4),
        (ACCOUNT, {"stage": "test"}, 1),
        (OTHER, {"stage": "test"}, 1),
        (OTHER, {"stage": "load"}, 4),
        (OTHER, {"stage": "load", "team": "x", "more": "y"}, 9),
        (ACCOUNT, {"stage": "load", "team": "x"}, 3),
    ],
)
def test_the_last_override_that_speaks_of_a_resource_counts(account: str, tags: Any, minimum: int) -> None:
    made = at(OVERRIDES, account=account, tags=tags)
    assert (made.minimum, made.names) == (minimum, ("base",))


def test_parameters_by_tag_are_unknown_where_the_tags_are() -> None:
    subject = door(tags=Unknown(DENIED))
    with pytest.raises(Unknown, match="test:ListTags"):
        parameters(OVERRIDES)(LOCKS, subject)
    context = Context(Inventory([subject], {}), AS_OF, parameters(OVERRIDES))
    assert judge(LOCKS, subject, context).verdict is Verdict.UNKNOWN


def test_unknown_tags_do_not_matter_where_no_parameter_hangs_on_them() -> None:
    text = "[[rules.test_locks.override]]\naccounts = ['210987654321']\ntags = { a = 'b' }\nminimum = 9\n"
    assert parameters(text)(LOCKS, door(tags=Unknown(DENIED))) == Own()


WRONG = {
    "an unknown rule": (
        "\n[rules.test_lock]\nminimum = 1\n", "line 2, rules.test_lock: there is no such rule; did you mean"),
    "no table": ("[rules]\ntest_locks = 3\n", "line 2, rules.test_locks: give a table of parameters"),
    "an unknown parameter": (
        "[rules.test_locks]\nnames = []\nmaximum = 1\n", "line 3, rules.test_locks.maximum: Object contains unknown"),
    "a wrong type": (
        "[rules.test_locks]\nminimum = 'two'\n", "line 2, rules.test_locks.minimum: Expected `int`, got `str`"),
    "too few": ("[rules.test_locks]\nminimum = 0\n", "line 2, rules.test_locks.minimum: Expected `int` >= 1"),
    "a parameter of a rule that has none": (
        "[rules.test_base]\nminimum = 1\n", "line 2, rules.test_base.minimum: Object contains unknown field"),
    "an override for nobody": (
        "[[rules.test_locks.override]]\nminimum = 1\n", "line 1, rules.test_locks.override 1: say for which"),
    "an override that is no list": (
        "[rules.test_locks.override]\nminimum = 1\n", "line 1, rules.test_locks.override: give a list of tables"),
    "an override of half an account": (
        "[[rules.test_locks.override]]\naccounts = ['123']\n", "line 1, rules.test_locks.override 1: Expected `str`"),
    "accounts that are no list": (
        "[[rules.test_locks.override]]\naccounts = '123456789012'\n", "line 1, rules.test_locks.override 1: Expected"),
    "a wrong type in an override": (
        "[[rules.test_locks.override]]\naccounts = ['123456789012']\nminimum = 'x'\n",
        "line 1, rules.test_locks.minimum: Expected `int`"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_gets_one_line_with_file_line_and_key(what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(ConfigError) as told:
        Parameters(parse(text), RULES, "phi.toml")
    line = str(told.value)
    assert line.startswith(f"phi.toml, {said}"), line
    assert "\n" not in line


def test_parameters_are_described() -> None:
    assert described(LOCKS)[0] == {"name": "minimum", "type": "int", "default": 2, "description": "How many."}
    assert [item["name"] for item in described(LOCKS)] == ["minimum", "names", "cidr"]


# ---- packs ----


GUIDED = rule("test_guided", Base.check, sources=(EcsGuide(63), PhiCluster()))
UNMAPPED = rule("test_unmapped", Base.check, hipaa=(), hipaa_proposed=(), category="resilience")
PROPOSED = rule("test_proposed", Base.check, hipaa=(), hipaa_proposed=("164.308(a)(1)",))
ADVICE = rule("test_advice", Base.check, hipaa=(), category="advisory")
ALL = [GUIDED, UNMAPPED, PROPOSED, ADVICE]


def test_packs_follow_from_what_a_rule_says_of_itself() -> None:
    assert packs_of(GUIDED) == ("ecs-best-practices", "hipaa", "phi-cluster")
    assert packs_of(UNMAPPED) == ("resilience",)
    assert packs_of(PROPOSED) == ("hipaa",)
    assert packs_of(ADVICE) == ("advisory",)


@pytest.mark.parametrize(
    ("packs", "wanted"),
    [
        ((), [GUIDED, UNMAPPED, PROPOSED]),
        (("hipaa",), [GUIDED, PROPOSED]),
        (("phi-cluster", "resilience"), [GUIDED, UNMAPPED]),
        (("advisory",), [ADVICE]),
        (("operations",), []),
    ],
)
def test_packs_select_and_advice_is_off_unless_named(packs: tuple[str, ...], wanted: list[Any]) -> None:
    assert select(ALL, packs) == wanted


def test_an_unknown_pack_is_one_clear_line() -> None:
    with pytest.raises(UnknownPackError, match=r"no pack 'hippa'; did you mean hipaa\? \(packs: ") as told:
        select(ALL, ["hippa"])
    assert all(name in str(told.value) for name in PACKS)


# ---- scope ----


class Card(Kind, cfn="Test::Card"):
    """Something that lies in a VPC."""

    card = each("kms.ListKeys", "Keys")

    id: str = fact("card.Id")
    tags: Mapping[str, str] = fact("card.Tags")
    vpc: str = fact("card.VpcId")


SCOPE = Scope(ScopeTable(tags={"Data": "PHI"}, accounts=(OTHER,), vpcs=("vpc-phi",)), {Card.cfn: Card, Door.cfn: Door})


def thing(kind: str = "Test::Card", account: str = ACCOUNT, tags: Any = None, **facts: Any) -> Resource:
    made = Resource(kind, str(facts.get("id", "x")), account=account, tags=tags, source=Source.FACTS)
    made.facts = {"vpc": "vpc-other", **facts}
    return made


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        (thing(account=OTHER), "yes"),
        (thing(vpc="vpc-phi"), "yes"),
        (thing("AWS::EC2::VPC", id="vpc-phi"), "yes"),
        (thing("AWS::EC2::VPC", id="vpc-other", tags={"data": "none"}), "no"),
        (thing(tags={"data": "phi"}), "yes"),
        (thing(tags={"data": "public"}), "no"),
        (thing(tags={"other": "x"}), "unknown"),
        (thing(tags={}), "unknown"),
        (thing(tags=None), "unknown"),
        (thing(tags={"data": "public"}, vpc=Unknown(DENIED)), "unknown"),
        (thing(tags={"data": "public"}, vpc="vpc-phi"), "yes"),
        (thing("Test::Door", tags={"data": "public"}), "no"),
        (thing("Test::Strange", tags={"data": "public"}), "no"),
    ],
)
def test_what_is_not_said_is_never_silently_out(resource: Resource, wanted: str) -> None:
    assert SCOPE(resource) == wanted


def test_without_a_scope_everything_is_unknown() -> None:
    assert Scope(ScopeTable(), {})(thing(tags={"data": "public"})) == "unknown"
