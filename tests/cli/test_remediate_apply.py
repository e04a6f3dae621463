"""Applying an approved plan: what drifted is skipped loudly, a surprise stops it, waves take what is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.remedying import DOORS, HOME, INSIGHTS, ROTATES, Place, words

if TYPE_CHECKING:
    import pytest

    from scanner.demo import DemoServer

INLINE = "iam_no_inline_policies"
ON, OFF = "enhanced", "disabled"


def test_what_drifted_is_skipped_what_was_mended_is_left_the_rest_is_done(place: Place) -> None:
    place.clusters("a", "b", "d")
    group = place.door()
    place.approved(INSIGHTS, DOORS)
    place.observe("b", ON)
    place.client("ec2").delete_security_group(GroupId=group)
    place.server.forget_calls()
    ran = place.apply()
    told = {each[1]: each[2] for each in words(ran.out)}
    assert ran.code == 1
    steps = {"a": "done", "b": "already", group: "skipped", "d": "done"}
    assert {name: told[place.step(name).id] for name in steps} == steps
    assert "what it is about is not there any more" in ran.out
    assert "2 done, 1 already, 1 skipped" in ran.out
    assert place.writes() == {"UpdateClusterSettings": 2}
    assert place.events(group) == place.events("b") == ["step skipped"]


def test_a_resource_that_fails_differently_now_has_drifted(place: Place) -> None:
    group = place.door()
    place.clusters("a")
    place.approved(INSIGHTS, DOORS)
    more = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    place.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[more])
    dry = place.apply("--dry-run")
    assert (dry.code, [each[2] for each in words(dry.out)]) == (1, ["would", "skipped"])
    ran = place.apply()
    assert ran.code == 1
    assert "skipped" in ran.out
    assert "it has changed since the plan was made: ingress is " in ran.out
    assert place.ports(group) == [(0, 65535), (22, 22)]
    assert place.observed() == {"a": ON}
    place.client("ec2").revoke_security_group_ingress(GroupId=group, IpPermissions=[more])
    assert place.apply().code == 0
    assert place.ports(group) == [(80, 80), (443, 443)]


def test_a_document_that_others_changed_is_not_written_as_it_was(place: Place) -> None:
    iam = place.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="host", AssumeRolePolicyDocument=document(trust))
    wide, narrow = ({"Effect": "Allow", "Action": action, "Resource": "*"} for action in ("s3:*", "s3:GetObject"))
    embedded = {"RoleName": "host", "PolicyName": "reads"}
    iam.put_role_policy(**embedded, PolicyDocument=document(wide))
    place.approved(INLINE)
    iam.put_role_policy(**embedded, PolicyDocument=document(narrow))
    for ran in (place.apply("--dry-run"), place.apply()):
        assert ran.code == 1
        assert "what it would write is made from what is there, and that is another now" in ran.out
    assert iam.get_role_policy(**embedded)["PolicyDocument"]["Statement"] == [narrow]
    assert iam.list_attached_role_policies(RoleName="host")["AttachedPolicies"] == []
    iam.put_role_policy(**embedded, PolicyDocument=document(wide))
    assert place.apply().code == 0
    assert iam.list_role_policies(RoleName="host")["PolicyNames"] == []


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_what_is_not_seen_is_not_gone(place: Place, loopback: DemoServer) -> None:
    place.clusters("a")
    place.approved()
    loopback.deny("ecs:ListClusters", account=place.account)
    ran = place.apply()
    assert ran.code == 1
    assert f"it has changed since the plan was made: {INSIGHTS} unknown now" in ran.out
    assert place.events() == ["step skipped"]
    loopback.allow()
    assert place.apply().code == 0
    assert place.observed() == {"a": ON}


def test_a_change_that_cannot_be_seen_is_not_done(
    place: Place, loopback: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from remediation.hands import Hands

    place.clusters("a", "b")
    place.approved()
    write = Hands.write

    def blinded(self: Hands, *given: object, **named: object) -> None:
        write(self, *given, **named)  # type: ignore[arg-type]
        loopback.deny("ecs:ListClusters", account=place.account)

    monkeypatch.setattr(Hands, "write", blinded)
    ran = place.apply()
    assert ran.code == 1
    assert f"was carried out, and {INSIGHTS} does not hold yet" in ran.out
    assert place.events("a")[-1] == "step failed"
    assert not place.events("b")
    monkeypatch.undo()


def test_a_refused_call_stops_the_plan_which_goes_on_when_it_is_allowed(place: Place, loopback: DemoServer) -> None:
    group = place.door()
    place.clusters("a", "b")
    place.approved(INSIGHTS, DOORS)
    place.server.forget_calls()
    loopback.deny("ec2:RevokeSecurityGroupIngress", account=place.account)
    ran = place.apply("--no-canary", "--rule", DOORS)
    assert ran.code == 1
    assert ran.out.startswith(f"stopped: step {place.step(group).id} (")
    assert "ec2.RevokeSecurityGroupIngress" in ran.out
    assert "nothing was done" in ran.out, "EC2 says beforehand, to a DryRun, that it would refuse"
    assert place.log()[-1].event == "apply stopped"
    loopback.allow()
    loopback.deny("ecs:UpdateClusterSettings", account=place.account)
    ran = place.apply("--rule", INSIGHTS)
    assert (ran.code, len(ran.out.strip().splitlines())) == (1, 1)
    assert "failed: ecs.UpdateClusterSettings" in ran.out
    assert place.events("a") == ["step began", "call began", "step failed"]
    assert not place.events("b")
    assert place.observed() == {"a": OFF, "b": OFF}
    loopback.allow()
    assert place.apply().code == 0
    assert place.observed() == {"a": ON, "b": ON}
    assert place.ports(group) == [(80, 80), (443, 443)]


def test_steps_before_the_one_that_failed_are_looked_at(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from remediation.hands import Hands, StepError

    place.clusters("a", "b", "c")
    place.approved()
    write, second = Hands.write, place.step("b").id

    def failing(self: Hands, step: object, *given: object, **named: object) -> None:
        if getattr(step, "id", "") == second:
            raise StepError("no")
        write(self, step, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Hands, "write", failing)
    ran = place.apply("--no-canary")
    assert ran.code == 1
    assert [each[2] for each in words(ran.out)] == ["done"]
    assert place.events("a")[-1] == "step ended"
    assert place.events("b") == ["step began", "step failed"]
    assert not place.events("c")
    monkeypatch.undo()


def test_a_dry_run_changes_nothing(place: Place) -> None:
    group = place.door()
    place.client("kms").create_key()
    place.clusters("a")
    place.approved(INSIGHTS, DOORS, ROTATES)
    entries = len(place.log())
    place.server.forget_calls()
    ran = place.apply("--dry-run")
    assert (ran.code, [each[2] for each in words(ran.out)]) == (0, ["would"] * 3)
    asked = place.writes()
    assert set(asked) == {"AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"}, "EC2 is asked with DryRun"
    assert (place.ports(group), place.observed()) == ([(0, 65535)], {"a": OFF})
    assert len(place.log()) == entries


def test_waves_take_what_is_asked_for(place: Place) -> None:
    other = str(int(place.account) + 100_000_000_000)
    place.others.append(other)
    place.clusters("a", "b", "c")
    place.clusters("held", hold="yes")
    place.clusters("far", account=other)
    group = place.door()
    place.approved(INSIGHTS, DOORS)

    def on() -> set[str]:
        return {name for name, value in place.observed().items() if value == ON}

    assert place.apply("--limit", "1", "--rule", INSIGHTS, "--account", f"n{place.account}").code == 0
    assert len(on()) == 1
    assert place.apply("--limit", "1", "--rule", INSIGHTS, "--account", place.account).code == 0
    assert len(on()) == 2, "what is done is not counted again"
    assert place.apply("--step", place.step("far").id[:6]).code == 0
    assert set(place.observed(other).values()) == {ON}
    assert place.apply("--severity", "critical").code == 0
    assert place.ports(group) == [(80, 80), (443, 443)]
    assert len(on()) == 2
    assert place.apply("--exclude-tag", "hold=yes").code == 0
    assert on() == {"a", "b", "c"}
    assert place.apply("--exclude-tag", "HOLD").out.strip() == "nothing was to be done"
    assert place.apply().code == 0
    assert on() == {"a", "b", "c", "held"}


def test_the_canary_comes_first_and_stops_the_rest(place: Place, loopback: DemoServer) -> None:
    place.clusters("a", "b", "c")
    plan = place.approved()
    loopback.deny("ecs:UpdateClusterSettings", account=place.account)
    assert place.apply().code == 1
    assert [each.step for each in place.log() if each.event == "step began"] == [plan.steps[0].id]
    loopback.allow()
    place.server.forget_calls()
    assert place.apply().code == 0
    made = [call.operation for call in loopback.calls() if call.account == place.account and call.service == "ecs"]
    changes = [at for at, name in enumerate(made) if name == "UpdateClusterSettings"]
    assert len(changes) == 3
    assert "DescribeClusters" in made[changes[0] : changes[1]], "the first is looked at before there is a second"


def test_what_a_canary_makes_worse_stops_the_rest(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from remediation.hands import Hands

    place.clusters("a", "b")
    place.approved()
    write = Hands.write

    def clumsy(self: Hands, *given: object, **named: object) -> None:
        write(self, *given, **named)  # type: ignore[arg-type]
        place.clusters("new")

    monkeypatch.setattr(Hands, "write", clumsy)
    ran = place.apply()
    assert ran.code == 1
    assert f"since these steps {INSIGHTS} is FAIL on arn:aws:ecs:{HOME}:{place.account}:cluster/new" in ran.out
    assert place.observed()["b"] == OFF
    monkeypatch.undo()


def test_an_approval_that_is_taken_back_meanwhile(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from remediation.hands import Hands

    place.clusters("a", "b", "c")
    place.approved()
    write = Hands.write

    def watched(self: Hands, *given: object, **named: object) -> None:
        write(self, *given, **named)  # type: ignore[arg-type]
        assert place.run("remediate", "approve", "--revoke", "--reason", "stop").code == 0

    monkeypatch.setattr(Hands, "write", watched)
    ran = place.apply()
    assert ran.code == 2
    assert "is not approved" in ran.err
    assert sorted(place.observed().values()) == [OFF, OFF, ON]
    monkeypatch.undo()
