"""All generated files: their paths, their bytes, and which of those that lie there are stale."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scanner.aws.timestamps import timestamps_file
from scanner.generate.audit_role import audit_role
from scanner.generate.coverage import coverage_page
from scanner.generate.drift_page import drift_page
from scanner.generate.kinds_page import kinds_page
from scanner.generate.markdown import code, codes, page, plain, plural, section, table
from scanner.generate.policy import policy, publish_policy
from scanner.generate.rule_page import rule_page
from scanner.generate.sources_page import sources_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scanner.model.kind import Kind
    from scanner.model.rule import Rule

OWNED = (
    "docs/rules/*.md",
    "docs/iam-policy*.json",
    "docs/kinds.md",
    "docs/coverage.md",
    "docs/drift-tables.md",
    "docs/plans-and-templates.md",
)
"""Where generated files lie: what matches and is not made any more is stale."""


def generated(kinds: Mapping[str, type[Kind]], rules: Mapping[str, type[Rule]]) -> dict[str, str]:
    """Make all generated files, by their path in the project."""
    made = {f"docs/rules/{name}.md": rule_page(rule, rules) for name, rule in rules.items()}
    made["docs/rules/README.md"] = index_page(rules)
    made["docs/kinds.md"] = kinds_page(kinds, rules)
    made["docs/drift-tables.md"] = drift_page(kinds)
    made["docs/plans-and-templates.md"] = sources_page(kinds)
    made["docs/coverage.md"] = coverage_page(rules)
    made["scanner/kinds/data/timestamps.toml"] = timestamps_file(kinds)
    for number, document in enumerate(policy(kinds.values()), 1):
        name = f"docs/iam-policy{f'-{number}' if number > 1 else ''}.json"
        made[name] = json.dumps(document, indent=2) + "\n"
    made["deploy/cloudformation/audit-role.json"] = json.dumps(audit_role(kinds.values()), indent=2) + "\n"
    made["docs/iam-policy-publish.json"] = json.dumps(publish_policy(), indent=2) + "\n"
    return dict(sorted(made.items()))


def index_page(rules: Mapping[str, type[Rule]]) -> str:
    """Write the index of rules, by service."""
    services: dict[str, list[type[Rule]]] = {}
    for name, rule in rules.items():
        services.setdefault(name.partition("_")[0], []).append(rule)
    head = ("rule", "title", "severity", "category", "judges", "45 CFR")
    note = "Citations in *italics* are phiward's own mapping (unreviewed); the others are given by public sources."
    parts = [section(code(name), table(head, map(_row, found))) for name, found in sorted(services.items())]
    return page("Rules", f"{plural(len(rules), 'rule')}. {note}", *parts)


def _row(rule: type[Rule]) -> tuple[str, ...]:
    cited = [*rule.hipaa, *(f"*{name}*" for name in rule.hipaa_proposed)]
    return (
        f"[{rule.id}]({rule.id}.md)",
        plain(rule.title),
        rule.severity,
        rule.category,
        codes(kind.cfn for kind in rule.judged()),
        ", ".join(cited),
    )


def stale(made: Mapping[str, str], root: Path) -> Iterator[str]:
    """Say, one line each, which generated files are missing, differ, or are not made any more."""
    for name, text in made.items():
        file = root / name
        if not file.is_file():
            yield f"{name}: missing"
        elif file.read_bytes() != text.encode():
            yield f"{name}: out of date"
    yield from (f"{name}: nothing makes it any more" for name in _left_over(made, root))


def write(made: Mapping[str, str], root: Path) -> list[str]:
    """Write what differs and remove what nothing makes any more; say which files changed."""
    changed = _left_over(made, root)
    for name in changed:
        (root / name).unlink()
    for name, text in made.items():
        file = root / name
        if not file.is_file() or file.read_bytes() != text.encode():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
            changed.append(name)
    return sorted(changed)


def _left_over(made: Mapping[str, str], root: Path) -> list[str]:
    found = {file.relative_to(root).as_posix() for pattern in OWNED for file in root.glob(pattern)}
    return sorted(found - set(made))
