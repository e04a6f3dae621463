"""The directory for plain Custodian: valid by Custodian's own word, bound to its account, never over other files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

from remediation.export import MARK, export
from scanner.model.plan import PlanError
from tests.reports.remediation_sample import hostile, plan
from tests.reports.remediation_steps import CITY, EAST, GROUP, IN_CODE, PHI, ROTATION, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

CUSTODIAN = Path(sys.executable).with_name("custodian")
needs_custodian = pytest.mark.skipif(not CUSTODIAN.exists(), reason="needs phiward's extra: custodian")


def custodian(*words: str | Path, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"HOME": str(folder), "PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": EAST, **more}
    return subprocess.run(
        [CUSTODIAN, *words], capture_output=True, text=True, check=False, timeout=120, cwd=folder, env=env
    )


def policies(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["policies"]
    return found


def test_only_policies_are_written_by_account_and_region_in_the_plans_order(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    made = export(plan(), folder)
    assert [str(path.relative_to(folder)) for path in made] == [
        "111122223333/us-east-1/policies.yml",
        "444455556666/us-east-1/policies.yml",
        "121212121212/global/policies.yml",
        "README.md",
    ]
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(made)
    written = [policy for path in made[:3] for policy in policies(path)]
    assert [{key: value for key, value in policy.items() if key != "conditions"} for policy in written] == [
        step.policy for step in STEPS if step.form == "custodian"
    ]
    assert [policy["conditions"][0]["value"] for policy in written] == [PHI, PHI, CITY, "121212121212"]


@needs_custodian
def test_custodian_itself_takes_every_file(tmp_path: Path) -> None:
    made = [path for name, each in (("a", plan()), ("b", hostile())) for path in export(each, tmp_path / name)[:-1]]
    ran = custodian("validate", *made, folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("Configuration valid") == len(made) == 4
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(made[0].read_text(encoding="utf-8").replace("set-rotation", "set-rotten"), encoding="utf-8")
    assert custodian("validate", wrong, folder=tmp_path).returncode != 0


def test_hostile_values_come_back_as_they_were_and_make_no_line_of_their_own(tmp_path: Path) -> None:
    (path, readme) = export(hostile(), tmp_path / "out")
    steps = [step for step in hostile().steps if step.form == "custodian"]
    assert [policy["filters"] for policy in policies(path)] == [(step.policy or {})["filters"] for step in steps]
    text = path.read_text(encoding="utf-8")
    assert not {c for c in text if c < " " and c != "\n"} | (set(text) & {"\u202e", "\x7f"})
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert len(comments) == len(steps) + 1
    said = readme.read_text(encoding="utf-8").removeprefix(MARK)
    assert not set(said) & set("<>[]\x1b\u202e{}@")


def test_the_readme_says_how_to_run_it_and_what_is_not_in_it(tmp_path: Path) -> None:
    said = export(plan(), tmp_path / "out")[-1].read_text(encoding="utf-8")
    assert plan().hash in said
    assert "4 of the plan's 8 steps" in said
    assert "direct API calls (2), changes in code (1) and runbooks (1)" in said
    assert f"--dryrun -s out/{PHI} --region us-east-1 --cache-period 0 -c {PHI}/us-east-1/policies.yml" in said
    assert "-s out/121212121212 --region us-east-1 --cache-period 0 -c 121212121212/global/policies.yml" in said
    assert "max-resources" in said
    order = [said.index(str((step.policy or {})["name"])) for step in STEPS if step.form == "custodian"]
    assert order == sorted(order)
    assert "**First: step 3 (not in this file), step feedface (not in this plan)**" in said


def test_a_foreign_folder_is_refused_in_one_line_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"not empty, and no earlier export is there; name a new") as caught:
        export(plan(), tmp_path)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    with pytest.raises(PlanError, match="no directory"):
        export(plan(), tmp_path / "README.md")
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine\n"


def test_an_earlier_export_is_replaced_and_none_of_its_policies_stays(tmp_path: Path) -> None:
    export(plan(), tmp_path / "out")
    kept = tmp_path / "out" / "out" / PHI / "resources.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("[]", encoding="utf-8")
    made = export(plan((GROUP,)), tmp_path / "out")
    assert len(made) == 2
    assert {path for path in (tmp_path / "out").rglob("*") if path.is_file()} == {*made, kept}


def test_a_plan_without_policies_has_its_readme(tmp_path: Path) -> None:
    (readme,) = export(plan((IN_CODE,)), tmp_path / "out")
    assert "0 of the plan's 1 steps" in readme.read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [{"account": "../../etc"}, {"region": "../x"}, {"region": ""}])
def test_a_plan_cannot_write_outside_its_folder(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(PlanError, match="is no account and Region"):
        export(plan((msgspec.structs.replace(ROTATION, **wrong),)), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_two_policies_of_one_name_are_told_apart(tmp_path: Path) -> None:
    (path, _) = export(plan((ROTATION, msgspec.structs.replace(ROTATION, id="other"))), tmp_path / "out")
    first, second = (policy["name"] for policy in policies(path))
    assert second == f"{first}-2"


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PlanError, match="the policies cannot be written"):
        export(plan(), tmp_path / "file" / "out")


@pytest.fixture
def aws() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@needs_custodian
def test_custodian_run_mends_in_the_policys_own_account_and_does_nothing_in_another(tmp_path: Path, aws: str) -> None:
    import boto3

    given = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": EAST, "endpoint_url": aws}
    account, keys = boto3.client("sts", **given).get_caller_identity()["Account"], boto3.client("kms", **given)
    key = keys.create_key()["KeyMetadata"]["KeyId"]
    assert account not in {PHI, CITY}
    by_id = {"type": "value", "key": "KeyId", "op": "in", "value": [key]}
    policy = {**(ROTATION.policy or {}), "filters": [by_id, *(ROTATION.policy or {})["filters"][1:]]}
    foreign = msgspec.structs.replace(ROTATION, policy=policy)
    own = msgspec.structs.replace(foreign, account=account)
    env = {"AWS_ENDPOINT_URL": aws, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}

    def run(path: Path, *options: str) -> bool:
        words: tuple[str | Path, ...] = (
            "run",
            *options,
            "-s",
            "out",
            "--region",
            EAST,
            "--cache-period",
            "0",
            "-c",
            path,
        )
        ran = custodian(*words, folder=tmp_path, **env)
        assert ran.returncode == 0, ran.stderr
        turned: bool = keys.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
        return turned

    mine = export(plan((own,)), tmp_path / "own")[0]
    assert run(export(plan((foreign,)), tmp_path / "foreign")[0]) is False
    assert run(mine, "--dryrun") is False
    seen = json.loads((tmp_path / "out" / policy["name"] / "resources.json").read_text(encoding="utf-8"))
    assert [each["KeyId"] for each in seen] == [key]
    assert run(mine) is True
