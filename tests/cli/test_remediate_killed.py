"""A killed apply is resumed: each open entry is resolved by reading the state; no call is lost, none made twice."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path

import pytest

from scanner.cli import INTERRUPTED
from tests.cli.remedying import DOORS, INSIGHTS, ROTATES, Place, Ran, words

pytestmark = pytest.mark.long

APPLY = ["remediate", "apply"]
ON = "enhanced"
TUNNELS = "vpn_tunnel_logging"


def killed(ran: Ran) -> None:
    assert ran.code == -signal.SIGKILL, ran


def whole(place: Place, *names: str) -> None:
    """Every step was begun, and ended once; each call that began has ended."""
    for name in names:
        events = place.events(name)
        assert events[-1] == "step ended"
        assert events.count("step ended") == 1


MOMENTS = (
    ("after", "step began", 1, set[str]()),
    ("after", "call began", 1, set[str]()),
    ("before", "call ended", 1, {"a"}),
    ("after", "call ended", 1, {"a", "b"}),
    ("before", "step ended", 2, {"a", "b", "c"}),
)
"""When each run is killed, and which clusters were changed by then: each run resolves what the one before left."""


def test_a_kill_at_any_moment(place: Place) -> None:
    place.clusters("a", "b", "c", "d")
    place.approved()
    place.server.forget_calls()
    for when, event, number, changed in MOMENTS:
        killed(place.spawn([*APPLY, "--no-canary", "--wave", "1"], when=when, event=event, number=number))
        assert {name for name, value in place.observed().items() if value == ON} == set(changed), (when, event)
    assert place.events("a") == ["step began", "step began", "call began", "step began", "call began", "step ended"]
    assert place.events("b") == ["step began", "call began", "call ended", "step ended"]
    assert place.events("c") == ["step began", "call began", "call ended"]
    ran = place.apply()
    assert (ran.code, [each[2] for each in words(ran.out)]) == (0, ["done"] * 2)
    assert "begun before, and it is as wanted now" in ran.out
    whole(place, "a", "b", "c", "d")
    assert place.writes() == {"UpdateClusterSettings": 4}
    assert place.apply().out.strip() == "nothing was to be done"


def test_a_kill_between_two_writes_that_show(place: Place) -> None:
    group = place.door()
    place.clusters("a")
    place.approved(DOORS, INSIGHTS)
    killed(place.spawn([*APPLY, "--rule", DOORS], when="after", event="call ended", number=1))
    assert place.ports(group) == [(0, 65535), (80, 80), (443, 443)]
    for _ in range(2):
        ran = place.apply()
        assert ran.code == 1
        assert len(ran.out.strip().splitlines()) == 1
        assert ran.out.startswith(f"stopped: step {place.step(group).id} (")
        assert "it is neither as before nor as wanted (ingress is " in ran.out
        assert place.ports(group) == [(0, 65535), (80, 80), (443, 443)]
        assert place.observed() == {"a": "disabled"}, "nothing further is begun"
    assert place.rollback().code == 0
    assert place.ports(group) == [(0, 65535)]
    assert place.events(group)[-1] == "undo ended"


def tunnels(place: Place) -> str:
    """Make a VPN connection whose tunnels do not log."""
    ec2 = place.client("ec2")
    customer = ec2.create_customer_gateway(BgpAsn=65000, PublicIp="203.0.113.9", Type="ipsec.1")["CustomerGateway"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]
    made = ec2.create_vpn_connection(
        CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=gateway["VpnGatewayId"], Type="ipsec.1"
    )["VpnConnection"]
    return str(made["VpnConnectionId"])


def test_a_kill_between_two_writes_that_do_not_show(place: Place) -> None:
    tunnels(place)
    place.approved(TUNNELS)
    place.server.forget_calls()
    for when in ("before", "after"):
        killed(place.spawn(APPLY, when=when, event="call ended"))
        assert len(place.client("logs").describe_log_groups()["logGroups"]) == 1
    assert place.writes()["CreateLogGroup"] == 2, "the one that was not noted is asked for again, the noted one is not"
    assert place.apply().code == 0
    made = place.writes()
    assert (made["CreateLogGroup"], made["PutRetentionPolicy"]) == (3, 2)
    assert len(place.client("logs").describe_log_groups()["logGroups"]) == 2


def free(place: Place) -> None:
    """Wait until nobody has the lock."""
    with Path(f"{place.folder}/p.db.remedy.lock").open("rb") as file:
        for _ in range(400):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.05)
            else:
                return
    pytest.fail("the lock was never given back")


def test_a_kill_while_custodian_is_at_work(place: Place) -> None:
    key = place.client("kms").create_key()["KeyMetadata"]["KeyId"]
    place.approved(ROTATES)
    place.server.forget_calls()
    ran = place.spawn(APPLY, event="policy")
    killed(ran)
    child = int(ran.out.split()[-1])
    try:
        second = place.apply()
        assert second.code == 2
        assert len(second.err.strip().splitlines()) == 1
        assert f"a plan is being applied here ({place.plan.id}, process " in second.err
        assert "or one that it began)" in second.err
        assert not place.writes()
    finally:
        os.kill(child, signal.SIGCONT)
    free(place)
    assert place.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    ran = place.apply()
    assert ran.code == 0
    assert "begun before, and it is as wanted now" in ran.out
    assert place.writes() == {"EnableKeyRotation": 1}
    assert place.events() == ["step began", "call began", "step ended"]


def test_custodian_itself_is_killed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from remediation.custodian import _Process

    place.client("kms").create_key()
    place.approved(ROTATES)
    ask = _Process.ask

    def fatal(self: _Process, asked: dict[str, object]) -> dict[str, object]:
        if not asked["dryrun"]:
            self._process.kill()
            self._process.wait()
        return ask(self, asked)

    monkeypatch.setattr(_Process, "ask", fatal)
    ran = place.apply()
    assert ran.code == 1
    assert "Custodian's process ended" in ran.out
    assert place.events() == ["step began", "call began", "step failed"]
    monkeypatch.setattr(_Process, "ask", ask)
    assert place.apply().code == 0


def test_a_second_apply_at_the_same_time(place: Place) -> None:
    place.clusters("a")
    plan = place.approved()
    with place.wiring.store() as store, store.remedying(plan.id):
        for ran in (place.apply(), place.apply("--dry-run"), place.rollback()):
            assert ran.code == 2
            assert f"a plan is being applied here ({plan.id}, process {os.getpid()} " in ran.err
            assert "wait until that has ended, then try again" in ran.err
    assert not place.events()
    assert place.apply().code == 0


def test_control_c(place: Place) -> None:
    place.clusters("a", "b", "c")
    place.approved()
    place.server.forget_calls()
    ran = place.spawn([*APPLY, "--no-canary"], when="after", event="call ended", number=2, sign="SIGINT")
    assert ran.code == INTERRUPTED
    assert ran.err.strip() == "phiward: interrupted; the journal knows how far it came: the same command goes on"
    assert place.log()[-1].event == "apply stopped"
    assert place.observed()["c"] == "disabled"
    assert place.apply().code == 0
    whole(place, "a", "b", "c")
    assert place.writes() == {"UpdateClusterSettings": 3}


def test_control_c_lets_custodian_finish_what_it_does(place: Place) -> None:
    place.client("kms").create_key()
    place.approved(ROTATES)
    place.server.forget_calls()
    with place.start(APPLY, event="policy", sign="SIGINT") as process:
        assert process.stdout is not None
        os.kill(int(process.stdout.readline().split()[-1]), signal.SIGCONT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (INTERRUPTED, f"exit {INTERRUPTED}\n")
    assert len(err.strip().splitlines()) == 1
    assert place.writes() == {"EnableKeyRotation": 1}
    assert place.apply().code == 0
    assert place.writes() == {"EnableKeyRotation": 1}


def test_an_open_step_whose_resource_is_gone(place: Place) -> None:
    group = place.door()
    place.approved(DOORS)
    killed(place.spawn(APPLY, when="after", event="step began"))
    place.client("ec2").delete_security_group(GroupId=group)
    ran = place.apply()
    assert ran.code == 1
    assert "what it is about is not there any more" in ran.out
