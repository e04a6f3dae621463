"""New rules and kinds: files that hold the form and refuse to load until they are filled."""

from __future__ import annotations

import keyword
import re
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RULE_NAME = re.compile(r"([a-z][a-z0-9]*)_([a-z][a-z0-9]*(?:_[a-z0-9]+)*)")
KIND_NAME = re.compile(r"AWS::([A-Za-z0-9]+)::([A-Z][A-Za-z0-9]*)")

FILES = {
    "AutoScaling": "autoscaling",
    "CertificateManager": "acm",
    "ElasticLoadBalancing": "elb",
    "ElasticLoadBalancingV2": "elbv2",
}
"""CloudFormation's name of a service, where boto3's, which names the file, is not its lower case."""

RULE = Template('''"""$id."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.kind import Kind
from scanner.model.rule import Fail, Rule


class $name(Rule):
    # The docstring is the rule's page. First line: the title, true when all is well. Then: why it matters for ePHI.
    """"""

    # kind: the class in scanner/kinds that is judged; needs: those that the check looks up.
    # severity: info, low, medium, high, critical; category: security, resilience, operations, advisory.
    # hipaa: citations that a public source gives; hipaa_proposed: phiward's own mapping; sources: founding documents.
    # aliases: "config:...", "security-hub:...", "prowler:..."; remedy: Custodian, Direct or Runbook.
    # Examples name the facts that differ from the samples, and may be joined by SKIP and UNKNOWN.
    GOOD = ()
    BAD = ()

    @staticmethod
    def applies(subject: Kind) -> bool:
        """"""  # the resources that the rule speaks of, in words
        return True

    @staticmethod
    def check(subject: Kind) -> Iterator[Fail]:
        yield from ()
''')

KIND = Template('''"""$title."""

from __future__ import annotations

from scanner.model.call import each
from scanner.model.kind import Kind, fact


class $name(Kind, cfn="$cfn"):
    """"""  # what it is, in a sentence

    # tf="...": the class argument that names the Terraform type; scope="global": collected once per account.
    # listing = each("service.Operation", "Member"): every item is one resource; then, batch, shared: further calls.
    # id: str = fact("listing.Member"): each fact with its type and its path in the API, a plan and a template.
    # tags: Mapping[str, str] = fact("listing.Tags", parse=tags()), with tags from scanner.kinds.common.
''')


class ScaffoldError(ValueError):
    """The file cannot be made; the text says why and what to do."""


def new_rule(name: str, root: Path) -> list[Path]:
    """Write the file of a new rule, and its service's package where there is none; give what was written.

    Raises:
        ScaffoldError: the name is no rule id, or there is such a rule.
    """
    match = RULE_NAME.fullmatch(name)
    if match is None or keyword.iskeyword(match[1]):
        raise ScaffoldError(f"{name!r} is no rule id: <service>_<what holds> in lower case, such as kms_key_rotation")
    folder, service, rest = root / "rules", *match.groups()
    for file in sorted(folder.rglob("*.py")):
        if "_".join(file.relative_to(folder).with_suffix("").parts) == name:
            raise ScaffoldError(f"{file.relative_to(root)}: there is such a rule; change that file")
    title = "".join(word.capitalize() for word in rest.split("_"))
    files = {folder / service / f"{rest}.py": RULE.substitute(id=name, name=title)}
    if not (folder / service / "__init__.py").exists():
        files[folder / service / "__init__.py"] = f'"""Rules on {service}."""\n'
    return _write(files)


def new_kind(cfn: str, root: Path) -> list[Path]:
    """Write the file of a new kind: the service's, or one of its own where the service has a file; give its path.

    Raises:
        ScaffoldError: the name is no CloudFormation type, or there is such a kind.
    """
    match = KIND_NAME.fullmatch(cfn)
    if match is None:
        raise ScaffoldError(f"{cfn!r} is no CloudFormation type: AWS::<Service>::<Type>, such as AWS::KMS::Alias")
    folder, service, name = root / "scanner" / "kinds", *match.groups()
    for file in sorted(folder.glob("*.py")):
        if f'cfn="{cfn}"' in file.read_text(encoding="utf-8"):
            raise ScaffoldError(f"{file.relative_to(root)}: there is such a kind; change that file")
    stem = FILES.get(service, service.lower())
    if (folder / f"{stem}.py").exists():
        stem = f"{stem}_{_snake(name)}"
    path = folder / f"{stem}.py"
    if path.exists():
        raise ScaffoldError(f"{path.relative_to(root)}: the file is there; write the class {name} into it")
    return _write({path: KIND.substitute(title=f"{service}: {name}", name=name, cfn=cfn)})


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _write(files: dict[Path, str]) -> list[Path]:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(files)
