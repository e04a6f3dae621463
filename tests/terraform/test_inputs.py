"""Real plans and states, where the machine has them: they are other people's and are never copied."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.given import GivenError
from scanner.terraform import read

FOLDER = Path(os.environ.get("PHIWARD_IAC_INPUTS", "inputs/iac"))
FILES = sorted(file for file in FOLDER.glob("*") if file.suffix in {".json", ".tfstate", ".yaml"})
REFUSED = {
    "cycloidio__inframap__version_3_state.json": "version 3",
    "snyk__driftctl__invalid_version.tfstate": "terraform_version 'invalid'",
}
COUNTS = {
    "Andr1yK__aws_devops_task_3_configure_network__tfplan.json": (3, 4, 1),
    "bridgecrewio__checkov__ecs_tfplan.json": (0, 1, 0),
    "bridgecrewio__checkov__terragoat_55res_tfplan.json": (0, 33, 0),
    "bridgecrewio__checkov__utf16_tfplan.json": (0, 1, 0),
    "cycloidio__inframap__ecs_lb_sg_state_v4.json": (0, 7, 0),
    "cycloidio__inframap__repeated_modules_state_v4.json": (0, 11, 0),
    "fugue__regula__cloudtrail_s3_noop_drift4_plan.json": (3, 3, 4),
    "fugue__regula__tfplan.0.12.json": (0, 4, 0),
    "fugue__regula__tfplan.0.15.json": (0, 4, 0),
    "infracost__infracost__plan_with_target.json": (2, 2, 1),
    "snyk__driftctl__aws_lb_listener.tfstate": (0, 6, 0),
    "snyk__driftctl__aws_s3_full.tfstate": (0, 3, 0),
    "snyk__driftctl__aws_vpc_security_group_rule.tfstate": (0, 0, 0),
    "terraform-compliance__cli__issue-158_plan.json": (0, 16, 0),
    "terraform-compliance__cli__issue_522_resource_drift15_plan.json": (4, 5, 15),
}
"""Resources of our kinds before and after, and entries of drift."""

pytestmark = pytest.mark.skipif(not FILES, reason="the inputs are not here; PHIWARD_IAC_INPUTS names their folder")


def _read(name: str) -> Any:
    return read(FOLDER / name, name, kinds=kinds(), redactor=Redactor(b"k" * 32))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_read_or_refused_quickly(file: Path) -> None:
    started = time.perf_counter()
    if file.name in REFUSED or file.suffix == ".yaml":
        with pytest.raises(GivenError) as refused:
            _read(file.name)
        assert "\n" not in str(refused.value)
        assert REFUSED.get(file.name, "no JSON") in str(refused.value)
    else:
        is_state = file.suffix == ".tfstate" or "state_v4" in file.name
        assert _read(file.name).sort == ("state" if is_state else "plan")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_what_they_hold(name: str) -> None:
    if not (FOLDER / name).is_file():
        pytest.skip("not here")
    found = _read(name)
    before = len(found.before.resources) if found.before else 0
    assert (before, len(found.after.resources), len(found.drift)) == COUNTS[name]


def test_drift_of_four_plans_holds_six_deletions() -> None:
    names = [name for name, (_, _, drift) in COUNTS.items() if drift and (FOLDER / name).is_file()]
    drift = [told for name in names for told in _read(name).drift]
    assert len(drift) == 21
    assert sum(told.deletes for told in drift) == 6
    assert sum(told.before == told.after for told in drift) >= 9
