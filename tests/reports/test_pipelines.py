"""What holds for every form for pipelines: as approved, the same from the same, with nothing in it that acts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from reports import FORMATS
from reports.ci import spot, uri, whereabouts
from scanner.cli.options import Format
from tests.reports.pipelines import GOLDEN, LIVE, STATES

FOLDER = Path(__file__).parent / "golden"
FORMS = ("sarif", "junit", "github", "gitlab", "markdown")


@pytest.mark.parametrize("name", FORMS)
def test_the_rendering_is_as_it_was_approved(name: str) -> None:
    """`PHIWARD_GOLDEN=1` writes the files anew, for a reader to approve in the diff."""
    path, made = FOLDER / f"pipeline.{FORMATS[name].suffix}", str(FORMATS[name].render(GOLDEN))
    if os.environ.get("PHIWARD_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMS)
def test_the_order_of_the_findings_makes_no_difference(name: str) -> None:
    turned = msgspec.structs.replace(GOLDEN, findings=GOLDEN.findings[::-1], coverage=GOLDEN.coverage[::-1])
    assert FORMATS[name].render(turned) == FORMATS[name].render(GOLDEN)


def test_the_forms_that_the_command_line_offers_are_those_that_there_are() -> None:
    assert {form.value for form in Format} == set(FORMATS)


def test_no_two_forms_are_written_to_one_file() -> None:
    assert len({form.suffix for form in FORMATS.values()}) == len(FORMATS)


def test_an_empty_scan_can_be_told_in_every_form() -> None:
    empty = msgspec.structs.replace(LIVE, findings=[], coverage=[], rules=[], complete=True)
    assert json.loads(str(FORMATS["sarif"].render(empty)))["runs"][0]["results"] == []
    assert json.loads(str(FORMATS["gitlab"].render(empty))) == []
    assert ET.fromstring(str(FORMATS["junit"].render(empty))).get("tests") == "0"  # noqa: S314  our own rendering
    assert str(FORMATS["github"].render(empty)).startswith("::notice title=phiward::scan ")
    assert "**0 new**, 0 known, 0 not assessed, 0 accepted." in str(FORMATS["markdown"].render(empty))


@pytest.mark.parametrize("name", FORMS)
def test_no_form_calls_an_account_compliant(name: str) -> None:
    assert "compliant" not in str(FORMATS[name].render(GOLDEN)).lower()


def test_a_resource_keeps_its_path_whatever_its_rule_says_of_it() -> None:
    new = STATES["new"]
    key = "key/3f0c9a1e-4c1e-4d0a-9a55-0242ac1201f5"
    assert whereabouts(new) == f"111122223333/us-east-1/AWS-KMS-Key/{key}"
    full = msgspec.structs.replace(new, key=new.resource, name="renamed", message="other", part="p", status="still")
    assert whereabouts(full) == whereabouts(new)
    assert spot(new, None) == (f"aws/{whereabouts(new)}", 1, False)


@pytest.mark.parametrize("name", ["../../x", "..", ".", "", "a//b", "/abs"])
def test_no_name_leads_out_of_its_path(name: str) -> None:
    path = spot(msgspec.structs.replace(STATES["new"], key=name), None).path
    assert path.startswith("aws/111122223333/us-east-1/AWS-KMS-Key/")
    assert not {"", ".", ".."} & set(path.split("/"))
    assert uri(path) == path


def test_a_file_is_taken_by_fingerprint_before_resource() -> None:
    new = STATES["new"]
    assert spot(new, {new.resource: ("./keys.tf", 4)}) == ("keys.tf", 4, True)
    assert spot(new, {new.resource: ("keys.tf", 4), new.fingerprint: ("mod\\a.tf", 0)}) == ("mod/a.tf", 1, True)
    assert not spot(new, {"another": ("keys.tf", 4)}).real
