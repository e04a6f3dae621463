"""What holds for every form for other tools: the JSON's numbers, the same from the same, nothing that acts."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import msgspec
import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from reports import FORMATS, csv_report, json_report, parquet
from reports.extras import ExtraError
from reports.view import ReportData
from scanner.cli.output import known_errors
from tests.reports import recount
from tests.reports.factory import AS_OF, report
from tests.reports.pipelines import GOLDEN, LIVE, STATES

FORMS = ("ocsf", "asff", "oscal", "prometheus", "parquet")
EVERYTHING = report(extra=list(STATES.values()))
EMPTY = msgspec.structs.replace(report(findings=[], coverage=[], rules=[], trend=[], regions=[]), accounts=())


def text_of(form: str, made: Any) -> str:
    if form != "parquet":
        return str(made)
    table = pd.read_parquet(io.BytesIO(made))
    return "\n".join(map(str, table.to_numpy().ravel()))


def table_of(data: ReportData) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(parquet.render(data)))


def metrics(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        found[family.name] = {tuple(sample.labels.values()): sample.value for sample in family.samples}
    return found


@pytest.mark.parametrize("form", recount.FORMS)
@pytest.mark.parametrize("data", [EVERYTHING, LIVE, GOLDEN], ids=["everything", "states", "golden"])
def test_the_numbers_are_those_of_the_json(form: str, data: ReportData) -> None:
    said = json_report.summary(data)
    mine = recount.summary(recount.FORMS[form](FORMATS[form].render(data)))
    assert mine[""] == {name: said[name] for name in mine[""]}
    for account in said["accounts"]:
        assert mine[account["id"]] == {name: account[name] for name in mine[""]}


@pytest.mark.parametrize("data", [EVERYTHING, LIVE, GOLDEN], ids=["everything", "states", "golden"])
def test_the_gauges_are_the_numbers_of_the_json(data: ReportData) -> None:
    said, found = json_report.summary(data), metrics(str(FORMATS["prometheus"].render(data)))
    for account in said["accounts"]:
        who = (account["id"], account["name"])
        for verdict, count in account["verdicts"].items():
            assert found["phiward_checks"][*who, verdict] == count
        for severity, counts in account["severities"].items():
            for verdict, count in counts.items():
                assert found["phiward_checks_against"][*who, severity, verdict] == count
        assert found["phiward_checks_accepted"][who] == account["accepted"]
    for verdict, count in said["verdicts"].items():
        assert sum(v for labels, v in found["phiward_checks"].items() if labels[2] == verdict) == count
    for status, count in said["status"].items():
        assert sum(v for labels, v in found["phiward_findings"].items() if labels[2] == status) == count
    assert sum(v for labels, v in found["phiward_coverage_calls"].items() if labels[2] != "ok") == said["gaps"]
    assert found["phiward_scan_time_seconds"][("as_of",)] == AS_OF.timestamp()
    assert found["phiward_scan_complete"][()] == 0


@pytest.mark.parametrize("form", FORMS)
def test_the_order_of_the_findings_makes_no_difference(form: str) -> None:
    turned = msgspec.structs.replace(EVERYTHING, findings=EVERYTHING.findings[::-1], coverage=EVERYTHING.coverage[::-1])
    assert FORMATS[form].render(turned) == FORMATS[form].render(EVERYTHING)


@pytest.mark.parametrize("form", FORMS)
def test_no_form_calls_an_account_compliant(form: str) -> None:
    assert "compliant" not in text_of(form, FORMATS[form].render(EVERYTHING)).lower()


def test_an_empty_scan_can_be_told_in_every_form() -> None:
    assert json.loads(str(FORMATS["ocsf"].render(EMPTY))) == []
    assert json.loads(str(FORMATS["asff"].render(EMPTY))) == []
    (result,) = json.loads(str(FORMATS["oscal"].render(EMPTY)))["assessment-results"]["results"]
    assert "findings" not in result
    assert metrics(str(FORMATS["prometheus"].render(EMPTY)))["phiward_checks"] == {}
    assert table_of(EMPTY).empty


@pytest.mark.parametrize(
    ("form", "module", "package"),
    [
        ("ocsf", "py_ocsf_models", "py-ocsf-models"),
        ("oscal", "trestle.oscal.assessment_results", "compliance-trestle"),
        ("prometheus", "prometheus_client", "prometheus-client"),
        ("parquet", "pyarrow", "pyarrow"),
    ],
)
def test_what_is_not_installed_is_said_in_one_line(
    form: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraError, match=rf"{package}.*'phiward\[export\]'") as caught:
        FORMATS[form].render(LIVE)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, known_errors())


def test_no_library_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, reports, reports.ocsf, reports.asff, reports.oscal, reports.prometheus, reports.parquet;"
        "print(sorted({'py_ocsf_models', 'trestle', 'prometheus_client', 'pyarrow', 'pandas'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_parquet_has_the_columns_of_the_csv_typed() -> None:
    table = table_of(EVERYTHING)
    assert list(table.columns) == [*csv_report.COLUMNS, "counts_as", "accepted"]
    assert list(table["fingerprint"]) == [each["fingerprint"] for each in json_report.document(EVERYTHING)["findings"]]
    assert table["as_of"].unique().tolist() == [pd.Timestamp(AS_OF)]
    assert str(table["first_seen"].dtype).endswith("UTC]")
    assert table["accepted"].dtype == bool
    assert set(table.loc[table["rule"] == "sg_no_open_ssh", "hipaa"].map(tuple)) == {("164.312(a)(1)", "164.312(e)(1)")}
    given = table[table["accepted"]].iloc[0]
    assert (str(given["accepted_until"]), given["accepted_by"]) == ("2027-01-31", "j.doe")
    unseen = table[table["status"] == "unseen"]
    assert set(unseen["counts_as"]) == {"UNKNOWN"}
    facts = [fact for facts in table["evidence"] for fact in facts]
    assert {"fact": "rotates", "value": "false", "path": "AWS::KMS::Key turn.KeyRotationEnabled",
            "call": "kms.GetKeyRotationStatus", "resource": ""} in facts  # fmt: skip


def test_the_gauges_tell_what_was_not_assessed_of_the_law() -> None:
    found = metrics(str(FORMATS["prometheus"].render(EVERYTHING)))
    states = {labels[0]: labels[4] for labels in found["phiward_hipaa_citation"]}
    assert len(states) == len(EVERYTHING.standards)
    assert states["164.308(a)(2)"] == "organisational"
    assert states["164.312(a)(2)(iv)"] == "assessed"
    assert ("164.308(a)(2)", "public", "PASS") not in found["phiward_hipaa_checks"]
    counts = {labels[2]: count for labels, count in found["phiward_hipaa_checks"].items()
              if labels[:2] == ("164.312(a)(2)(iv)", "public")}  # fmt: skip
    own = [each for each in EVERYTHING.findings if each.rule == "kms_key_rotation" and each.status != "resolved"]
    assert counts["FAIL"] == sum(each.verdict == "FAIL" and each.status != "unseen" for each in own)
