"""Writes `data/provider_aws.json`: what Terraform's AWS provider has for the types that kinds read or remedies write.

The names are taken from HashiCorp's own bindings, which are made of the provider's schema: `pip download --no-deps
cdktf-cdktf-provider-aws==VERSION`, then `python -m tests.kinds.provider_extract WHEEL PROVIDER_VERSION DATE`.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scanner.engine.registry import kinds, rules

DATA = Path(__file__).parent / "data" / "provider_aws.json"
_CLASS = re.compile(r"^class (\w+) extends cdktf\.(\w+) \{$(.*?)^\}$", re.MULTILINE | re.DOTALL)
_LEAF = re.compile(r"this\.(?:get\w+Attribute|interpolationForAttribute)\(['\"](\w+)['\"]\)")
_BLOCK = re.compile(r"new (\w+)\(this, ['\"](\w+)['\"]")
_ELEMENT = re.compile(r"return new (\w+)\(this\.terraformResource, this\.terraformAttribute")
_TYPE = re.compile(r'^(\w+)\.tfResourceType = "(\w+)";$', re.MULTILINE)

Tree = dict[str, Any]


def wanted() -> set[str]:
    """Name the Terraform types that the kinds read and the remedies write."""
    read = {name for kind in kinds().values() for name in (*kind.tf, *kind.tf_parts)}
    return read | {name for rule in rules().values() for name in rule.remedy.effect.terraform}


def tree(classes: dict[str, tuple[str, str]], name: str) -> Tree:
    """Give the attributes of a class of the bindings: a block by its own attributes, anything else as None."""
    base, body = classes[name]
    if base in {"ComplexList", "ComplexMap"}:
        return tree(classes, _ELEMENT.findall(body)[0])
    leaves = dict.fromkeys(_LEAF.findall(body))
    blocks = {held: tree(classes, of) for of, held in _BLOCK.findall(body) if of in classes}
    return {**leaves, **{held: None for of, held in _BLOCK.findall(body) if of not in classes}, **blocks}


def sources(wheel: Path) -> Iterator[str]:
    """Give the bindings' modules, of which most declare one type."""
    with zipfile.ZipFile(wheel) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(inner))) as archive:
            for member in archive:
                if re.fullmatch(r"package/lib/[^/]+/index\.js", member.name) and (held := archive.extractfile(member)):
                    yield held.read().decode()


def extract(wheel: Path) -> dict[str, Tree]:
    """Give the attributes of each type that is wanted and that the bindings have."""
    names = wanted()
    found: dict[str, Tree] = {}
    for text in sources(wheel):
        for name, type_ in _TYPE.findall(text):
            classes = {each: (base, body) for each, base, body in _CLASS.findall(text)} if type_ in names else {}
            if name in classes and classes[name][0] == "TerraformResource":  # a data source may have the same name
                found[type_] = tree(classes, name)
    return found


def main(wheel: str, version: str, as_of: str) -> None:
    """Write the extract."""
    package, release = Path(wheel).name.split("-")[:2]
    source = f"{package.replace('_', '-')} {release} (PyPI)"
    held = {"as_of": as_of, "provider": f"hashicorp/aws {version}", "source": source, "types": extract(Path(wheel))}
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text(json.dumps(held, sort_keys=True, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
