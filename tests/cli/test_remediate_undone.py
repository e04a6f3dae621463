"""Rolling back: the former values come back, last first; what changed since or has no way back is said."""

from __future__ import annotations

import signal
from typing import Any

import msgspec
import pytest

from scanner.model.plan import PlanError
from tests.cli.remedying import DOORS, INSIGHTS, ROTATES, Place, words

ON, OFF = "enhanced", "disabled"
KEPT = "log_group_retention"


def documents(place: Place) -> dict[tuple[str, str], Any]:
    """Give every section of every resource of the newest scan."""
    return {
        (resource.arn, name): (section.state, section.doc)
        for resource in place.snapshot().resources for name, section in resource.sections.items()
    }  # fmt: skip


def test_all_that_was_collected_is_as_before(place: Place) -> None:
    rules = (INSIGHTS, DOORS, ROTATES, KEPT)
    group = place.door()
    place.clusters("a")
    place.client("kms").create_key()
    place.client("logs").create_log_group(logGroupName="kept")
    place.client("logs").put_retention_policy(logGroupName="kept", retentionInDays=7)
    place.approved(*rules)
    before = documents(place)
    assert place.apply().code == 0
    place.scan(*rules)
    assert len([key for key, value in documents(place).items() if before[key] != value]) >= len(rules)
    assert place.run("remediate", "verify").code == 0
    ran = place.rollback()
    assert (ran.code, [each[2] for each in words(ran.out)]) == (0, ["undone"] * 4)
    begun = [each.step for each in place.log() if each.event == "step began"]
    assert [each.step for each in place.log() if each.event == "undo began"] == begun[::-1]
    place.scan(*rules)
    assert documents(place) == before
    assert place.ports(group) == [(0, 65535)]
    assert place.rollback().out.strip() == "nothing was to be done"
    assert place.apply().out.strip() == "nothing was to be done"


def test_a_document_that_others_changed_since_is_not_taken_back(place: Place) -> None:
    iam = place.client("iam")
    weak = {"MinimumPasswordLength": 8, "AllowUsersToChangePassword": True}
    iam.update_account_password_policy(**weak)
    place.approved("iam_password_policy_length")
    assert place.apply().code == 0
    ours = iam.get_account_password_policy()["PasswordPolicy"]
    assert ours["MinimumPasswordLength"] > 8
    longer = {"MinimumPasswordLength": ours["MinimumPasswordLength"], "AllowUsersToChangePassword": True}
    iam.update_account_password_policy(**longer, RequireNumbers=True)
    ran = place.rollback()
    assert ran.code == 1
    assert "iam.AccountPasswordPolicy has changed since, and would be written back whole as it was" in ran.out
    assert iam.get_account_password_policy()["PasswordPolicy"]["RequireNumbers"]
    iam.update_account_password_policy(**longer)
    assert place.rollback().code == 0
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 8


def test_what_two_steps_wrote_whole_is_taken_back_by_both(place: Place) -> None:
    place.client("iam").update_account_password_policy(MinimumPasswordLength=8)
    place.approved("iam_password_policy_strong", "iam_password_policy_baseline")
    assert place.apply().code == 0
    assert place.events().count("step ended") == 2
    ran = place.rollback("--rule", "iam_password_policy_baseline")
    assert ran.code == 1
    assert "would be taken back with it: roll back both" in ran.out
    assert place.rollback().code == 0
    assert place.client("iam").get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 8


def test_our_own_steps_do_not_write_over_each_other(place: Place) -> None:
    place.client("iam").update_account_password_policy(MinimumPasswordLength=8)
    place.approved("iam_password_policy_strong", "iam_password_policy_max_age")
    ran = place.apply()
    assert (ran.code, "1 done, 1 skipped" in ran.out) == (1, True)
    assert place.client("iam").get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 14


def test_what_has_no_way_back_or_changed_since_is_said(place: Place) -> None:
    group = place.door()
    place.clusters("a", "b", "c", "d")
    steps = place.planned(INSIGHTS, DOORS).steps
    last = msgspec.structs.replace(place.step("d"), undo=(), lasting="what was is not known")
    last = msgspec.structs.replace(last, id=last.mark)
    place.alter(steps=tuple(last if step.name == "d" else step for step in steps))
    place.approve()
    assert place.apply().code == 0
    place.observe("b", "enabled")
    place.observe("c", OFF)
    more = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    place.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[more])
    place.server.forget_calls()
    ran = place.rollback()
    assert ran.code == 1
    told = {each[1]: each[2] for each in words(ran.out)}
    assert [told[place.step(name).id] for name in "abcd"] == ["undone", "skipped", "undone", "skipped"]
    assert 'it has changed since it was carried out: container_insights is "enabled", was "enhanced"' in ran.out
    assert "there is no way back: what was is not known" in ran.out
    assert place.observed() == {"a": OFF, "b": "enabled", "c": OFF, "d": ON}
    assert place.writes() == {"UpdateClusterSettings": 1}, "what is as before already is left alone"
    assert told[place.step(group).id] == "skipped"
    assert place.ports(group) == [(22, 22), (80, 80), (443, 443)]
    assert place.events("b")[-1] == "undo skipped"
    place.observe("b", ON)
    assert place.rollback("--step", place.step("b").id).code == 0
    assert place.observed()["b"] == OFF


def test_a_killed_rollback_is_resumed(place: Place) -> None:
    group = place.door()
    place.clusters("a", "b")
    place.approved(INSIGHTS, DOORS)
    assert place.apply().code == 0
    place.server.forget_calls()
    back = ["remediate", "rollback"]
    assert place.spawn([*back, "--rule", INSIGHTS], when="before", event="undo call ended").code == -signal.SIGKILL
    assert place.observed() == {"a": ON, "b": OFF}, "the last comes first"
    ran = place.apply()
    assert ran.code == 2
    assert f"the rollback of step {place.step('b').id} (" in ran.err
    assert place.spawn(back, when="after", event="undo call began", number=2).code == -signal.SIGKILL
    ran = place.rollback()
    assert ran.code == 0, ran
    assert place.observed() == {"a": OFF, "b": OFF}
    assert place.ports(group) == [(0, 65535)]
    assert place.writes()["UpdateClusterSettings"] == 2, "none was made twice"
    assert [place.events(name)[-1] for name in ("a", "b", group)] == ["undo ended"] * 3


def test_a_rollback_killed_between_two_writes(place: Place) -> None:
    group = place.door()
    place.approved(DOORS)
    assert place.apply().code == 0
    ran = place.spawn(["remediate", "rollback"], when="before", event="undo call ended", number=2)
    assert ran.code == -signal.SIGKILL
    assert place.rollback().code == 0
    assert place.ports(group) == [(0, 65535)]
    assert place.events()[-1] == "undo ended"


def test_a_plan_that_was_altered_is_not_rolled_back(place: Place) -> None:
    place.clusters("a")
    plan = place.approved()
    assert place.apply().code == 0
    assert place.run("remediate", "approve", "--revoke", "--reason", "over").code == 0
    place.alter(phiward="0")
    place.approve()
    for ran in (place.rollback(), place.apply()):
        assert ran.code == 2
        assert "is not what was carried out" in ran.err
    assert place.observed() == {"a": ON}
    place.alter(phiward=plan.phiward)
    assert place.rollback().code == 0, "what is revoked may still be taken back"
    assert place.observed() == {"a": OFF}


def test_a_refused_call_stops_the_rollback(place: Place) -> None:
    place.clusters("a", "b", "c")
    place.approved()
    assert place.apply().code == 0
    place.server.deny("ecs:UpdateClusterSettings", account=place.account)
    ran = place.rollback()
    assert ran.code == 1
    assert ran.out.startswith("stopped: step ")
    assert "cannot be undone: ecs.UpdateClusterSettings" in ran.out
    assert place.log()[-1].event == "apply stopped"
    place.server.allow()
    assert place.rollback().code == 0
    assert set(place.observed().values()) == {OFF}


def test_nothing_is_rolled_back_by_the_scanners_credentials(place: Place) -> None:
    place.clusters("a")
    place.approved()
    assert place.apply().code == 0
    for table, said in (('role = "Auditor"', "the scanner's own identity"), ("", "name in config.toml")):
        place.configure(table)
        ran = place.rollback()
        assert ran.code == 2
        assert said in ran.err
    assert place.observed() == {"a": ON}


def test_a_step_named_that_is_none(place: Place) -> None:
    place.clusters("a")
    place.approved()
    with pytest.raises(PlanError, match="the plan has none such"):
        place.plan.step("zz")
    assert place.rollback("--step", "zz").code == 2
