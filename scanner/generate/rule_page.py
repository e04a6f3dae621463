"""A rule's page: what an auditor and an engineer want to know of it, all from its declaration."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from scanner.engine.citations import citations
from scanner.generate.markdown import code, codes, compact, entry, items, page, plain, section, table
from scanner.generate.parameters import parameters
from scanner.generate.reading import needs, reading
from scanner.generate.remedy import remedy
from scanner.model.operation import ROOTS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from scanner.generate.reading import Judged, Reading
    from scanner.model.kind import Kind
    from scanner.model.rule import Rule

SHOWN = 2
"""How many sound and unsound examples a page shows."""

ELSEWHERE = {
    "config": "AWS Config rule",
    "security-hub": "AWS Security Hub control",
    "prowler": "Prowler check",
    "phiward": "phiward, judged here too",
    "steampipe": "Steampipe control",
    "cis": "CIS AWS Foundations Benchmark",
}
UNMAPPED = (
    "No citation is mapped to this rule, neither by a public source nor by phiward: it is good practice, "
    "and no evidence on the Security Rule."
)
UNREVIEWED = "phiward's own mapping (unreviewed)"
PUBLIC = "Mapped by public sources"


def rule_page(rule: type[Rule], known: Container[str]) -> str:
    """Write a rule's page; `known` are the ids of rules that have a page to link to."""
    learned = reading(rule)
    return page(
        code(rule.id),
        f"**{plain(rule.title)}.**",
        _head(rule),
        section("Why", _why(rule)),
        section("Passes", *_shown(learned, "GOOD")),
        section("Fails", *_shown(learned, "BAD")),
        section("Settings", parameters(rule)),
        section("HIPAA Security Rule", *_hipaa(rule)),
        section("Founding documents", items(str(source) for source in rule.sources)),
        section("The same control elsewhere", table(("where", "id"), _elsewhere(rule))),
        section("Related rules", items(link(name, known) for name in rule.related)),
        section("Remedy", remedy(rule)),
        section("What is read", *_read(learned)),
    )


def link(name: str, known: Container[str], folder: str = "") -> str:
    """Link to a rule's page, or name the rule where there is none yet."""
    return f"[{name}]({folder}{name}.md)" if name in known else f"{code(name)} (no rule of phiward yet)"


def _head(rule: type[Rule]) -> str:
    packs = sorted({source.pack for source in rule.sources if source.pack})
    rows = [
        ("severity", rule.severity),
        ("category", rule.category),
        ("judges", codes(kind.cfn for kind in rule.judged())),
        ("speaks of", f"{plain(rule.describe_scope())}." if rule.describe_scope() else "every one there is"),
        ("looks up", codes(sorted(kind.cfn for kind in rule.needs)) or "nothing else"),
        ("packs", codes(packs) or "none"),
        ("since", rule.since),
    ]
    return table(("", ""), rows + ([("born as", codes(rule.was))] if rule.was else []))


def _why(rule: type[Rule]) -> str:
    return inspect.cleandoc(rule.__doc__ or "").partition("\n")[2].strip()


def _shown(learned: Reading, label: str) -> Iterator[str]:
    chosen = learned.examples.get(label, [])[:SHOWN]
    for number, example in enumerate(chosen, 1):
        if len(chosen) > 1:
            yield f"Example {number}:"
        yield "\n".join(_example(example)).rstrip()


def _example(example: Judged) -> Iterator[str]:
    subject, *others = example.seen
    yield f"- {code(subject.kind)}" + ("" if subject.facts else ": nothing is read of it")
    yield from (entry(name, value, 2) for name, value in subject.facts.items())
    for other in others:
        yield f"- {code(other.kind)} {code(other.arn)}"
        yield from (entry(name, value, 2) for name, value in other.facts.items())
    yield from _surroundings(example)
    said = example.said
    yield from (f"- says{_of_part(fail.part)}: {plain(fail.message)}{_weight(fail.severity)}" for fail in said.fails)
    yield from (f"- notes: {plain(note)}" for note in said.notes)


def _surroundings(example: Judged) -> Iterator[str]:
    unread = {other.kind.cfn for other in example.case.others} - {other.kind for other in example.seen}
    if unread:
        yield f"- and where there is also {codes(sorted(unread))}"
    if example.case.settings:
        yield "- with the settings"
        yield from (entry(name, value, 2) for name, value in example.case.settings.items())


def _of_part(part: str) -> str:
    return f" of {code(part)}" if part else ""


def _weight(severity: str | None) -> str:
    return f" ({severity})" if severity else ""


def _hipaa(rule: type[Rule]) -> Iterator[str]:
    head = ("45 CFR", "title", "")
    if not rule.hipaa and not rule.hipaa_proposed:
        yield UNMAPPED
    yield section(PUBLIC, table(head, _cited(rule.hipaa)), level=3)
    yield section(UNREVIEWED, table(head, _cited(rule.hipaa_proposed)), level=3)


def _cited(cited: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for name in cited:
        known = citations()[name]
        yield name, known.title, f"{known.kind}{'; ' + known.note if known.note else ''}"


def _elsewhere(rule: type[Rule]) -> Iterator[tuple[str, str]]:
    for alias in rule.aliases:
        catalogue, _, name = alias.partition(":")
        yield ELSEWHERE[catalogue], code(name)


def _read(learned: Reading) -> Iterator[str]:
    rows = [
        (code(kind.cfn), code(name), code(kind.facts[name].annotation), _from(kind, name))
        for kind, names in sorted(learned.facts.items(), key=lambda item: item[0].cfn)
        for name in names
    ]
    yield "Learned by judging all examples of the rule."
    yield section("Facts", table(("kind", "fact", "type", "lies in"), rows), level=3)
    calls = ((code(cfn), code(call), permissions, gives) for cfn, call, permissions, gives in _calls(learned))
    head = ("kind", "API operation", "IAM permission", "gives")
    yield section("API operations and IAM permissions", table(head, calls), level=3)


def _calls(learned: Reading) -> Iterator[tuple[str, str, str, str]]:
    """Give kind, operation, permissions, and what comes of it; an operation called in two ways stands once."""
    given: dict[tuple[str, str, str], list[str]] = {}
    for need in needs(learned.facts):
        for operation in need.call.operations:
            gives = given.setdefault((need.kind.cfn, operation, codes(need.call.permissions)), [])
            gives += ["which there are"] if need.call.form in ROOTS else []
            gives += map(code, sorted(need.facts))
    for (cfn, operation, permissions), gives in given.items():
        yield cfn, operation, permissions, ", ".join(dict.fromkeys(gives)) or "what other calls refer to"


def _from(kind: type[Kind], name: str) -> str:
    path: Any = kind.facts[name].api
    if path is None:
        return "no answer of AWS"
    return code(path) if isinstance(path, str) else f"always {code(compact(path.value))}"
