from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example
from hypothesis import given as forall
from hypothesis import strategies as st

from scanner.model.given import GivenError
from tests.cloudformation.probes import TEMPLATES, given

FINE = "Resources: {A: {Type: 'Test::Probe::Thing'}}"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
TALL = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{'[' * 8}*a{n - 1}{']' * 8}]\n" for n in range(1, 40))
REFUSED = {
    "": "the file is empty",
    "Resources: [": "line 2, column 1: neither YAML nor JSON",
    '{"Resources": {"A": {"Type": }}': "neither YAML nor JSON",
    "Resources:\n  A: {Type: X}\n  A: {Type: X}": "line 3, column 3: 'A' stands twice, first on line 2",
    '{"Resources": {},\n "Resources": {}}': "line 2, column 2: 'Resources' stands twice, first on line 1",
    "- a": "a template is a map",
    "Resources: {}\n---\nResources: {}": "2 documents",
    "Parameters: {}": "no section Resources",
    "Resources: 1": "line 1: Resources must be a map",
    "Resources:\n  A: 1": "line 2, resource A: a resource is a map",
    "Resources:\n  A: {Properties: {}}": "line 2, resource A: Type is missing",
    FINE + "\nParameters: []": "Parameters must be a map",
    FINE + "\nParameters: {P: 1}": "line 2, parameter P: a parameter is a map",
    FINE + "\nParameters: {P: {Type: Number, Default: x}}": "parameter P: 'x' is no number",
    FINE + "\nParameters: {P: {Type: String, Default: z, AllowedValues: [x, y]}}": "give x, y",
    FINE + "\nParameters: {P: {Type: String, Default: " + "z" * 5000 + "}}": "longer than 4096",
    "Resources:\n  A: {Type: X, Condition: C}\nConditions: {C: !Condition D, D: !Condition C}": "stands on itself",
    FINE + "\n" + BOMB: "aliases spelled out",
    FINE + "\n" + TALL: "nested deeper than",
    "a: &a [*a]\n" + FINE: "stands for nothing before it, or for itself",
    "[" * 100_000: "nested deeper than",
    "Resources: {? [a] : b}": "a key must be a text",
    json.dumps({"planned_values": {}, "terraform_version": "1.9.0"}): "a Terraform plan or state",
    "apiVersion: v1\nkind: Pod": "a Kubernetes manifest",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_template_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(GivenError) as refused:
        given(text)
    said = str(refused.value)
    assert said.startswith("stack.yaml")
    assert REFUSED[text] in said
    assert "\n" not in said


@pytest.mark.parametrize("data", [gzip.compress(FINE.encode()), b"\x00\x01", b"\xff\xfea", FINE.encode() + b"\0"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(GivenError, match=r"stack\.yaml"):
        given(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_template_is_read_in_the_encodings_that_editors_write(encoding: str) -> None:
    assert len(given(FINE.encode(encoding)).after.resources) == 1


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GivenError, match="cannot be read: No such file"):
        given(tmp_path / "none.yaml")
    with pytest.raises(GivenError, match="cannot be read: Is a directory"):
        given(tmp_path)


def test_a_file_beyond_all_size_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(b"#" * 5_000_000)
    with pytest.raises(GivenError, match="CloudFormation takes 1 MB at most"):
        given(file)


def test_a_parameter_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(GivenError, match="no parameter 'Stag'; it has Stage"):
        given(FINE + "\nParameters: {Stage: {Type: String}}", parameters={"Stag": "prod"})


def test_a_secret_value_that_is_refused_is_not_shown() -> None:
    text = FINE + "\nParameters: {P: {Type: String, NoEcho: true, AllowedValues: [sesame]}}"
    with pytest.raises(GivenError) as refused:
        given(text, parameters={"P": "open"})
    assert "open" not in str(refused.value)
    assert "sesame" not in str(refused.value)


def test_values_that_grow_without_bounds_are_refused() -> None:
    joined = ", ".join(["!Ref P"] * 12_000)
    text = f"Parameters: {{P: {{Type: String, Default: {'z' * 4000}}}}}\nResources:\n  A:\n    Type: X::Y::Z\n"
    text += f"    Properties: {{N: !Join ['', [{joined}]]}}"
    with pytest.raises(GivenError, match="no template is so"):
        given(text.replace("X::Y::Z", "Test::Probe::Thing"))


def test_a_chain_of_conditions_longer_than_any_is_refused() -> None:
    chain = "".join(f"  C{n}: !Not [!Condition C{n + 1}]\n" for n in range(2000))
    text = f"Conditions:\n{chain}  C2000: !Equals [a, a]\nResources:\n  A: {{Type: X, Condition: C0}}"
    with pytest.raises(GivenError, match="too deeply"):
        given(text)


def test_json_is_read_with_tabs_escapes_and_the_lines_of_its_names() -> None:
    text = (
        '{\n\t"Resources": {\n\t\t"A": {"Type": "Test::Probe::Thing",\n\t\t"Properties": {"N": "\\ud83d\\ude00\\/"}}}}'
    )
    found = given(text)
    assert found.after.origins["${A}"].line == 3
    assert found.after.resources[0].sections["planned"].doc["N"] == "\U0001f600/"


def said_of(data: bytes, *, probes: bool) -> str:
    """Give what is said where a template is refused; nothing where it is read."""
    try:
        given(data, probes)
    except GivenError as refused:
        return str(refused)
    return ""


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["!", "${A}", "${A.B}"])
)
NAMES = st.sampled_from(
    """Ref Condition Fn::GetAtt Fn::Sub Fn::Join Fn::Split Fn::Select Fn::If Fn::FindInMap Fn::Equals Fn::Not Fn::And
    Fn::Or Fn::Base64 Fn::Cidr Fn::GetAZs Fn::ImportValue Fn::Length Fn::ToJsonString Fn::Transform Fn::ForEach::L
    Type Properties Statement Principal Default UserData Environment Tags Key Value A B""".split()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)


@forall(st.dictionaries(st.sampled_from(["A", "B", "Fn::ForEach::L"]), VALUES), VALUES, VALUES, VALUES)
def test_odd_values_raise_nothing_else(
    resources: dict[str, Any], properties: object, condition: object, other: object
) -> None:
    root: dict[str, Any] = {
        "Resources": {"Z": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties, "Condition": "C"}},
        "Conditions": {"C": condition, "D": other},
        "Parameters": {"A": {"Type": "String", "Default": "x"}},
        "Mappings": other,
        "Transform": other,
    }
    root["Resources"].update(resources)
    for part in (root, {"Resources": resources}, {**root, "Mappings": {}, "Conditions": {}}):
        assert "\n" not in said_of(json.dumps(part).encode(), probes=False)


@forall(st.data())
@example(None)
def test_a_file_that_was_damaged_raises_nothing_else(data: st.DataObject | None) -> None:
    text = (TEMPLATES / "functions.yaml").read_bytes()
    if data is not None:
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 40))
        text = text[:place] + data.draw(st.binary(max_size=12)) + text[place + length :]
    assert "\n" not in said_of(text, probes=True)
