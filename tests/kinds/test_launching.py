"""Images, launch templates, Auto Scaling and Systems Manager: facts as they come out of the answers of AWS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from scanner.engine.detect import names_secret
from scanner.engine.redact import Redactor
from scanner.kinds.account import RegionSettings
from scanner.kinds.autoscaling import AutoScalingGroup, LaunchConfiguration
from scanner.kinds.autoscaling_reading import Mixture, ScalingPolicy
from scanner.kinds.ec2_instances import Instance, transition_moment
from scanner.kinds.ec2_launch import Device, LaunchTemplate, MachineImage, devices
from scanner.kinds.images import ReplicationRule, image_sizes
from scanner.kinds.ssm import Compliance, Document
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import Kind
from scanner.model.resource import ABSENT, Resource, Section, seen, unseen

K = TypeVar("K", bound=Kind)
DENIED = unseen(Gap("ssm.DescribeInstanceInformation", state=GapState.DENIED))


def view(kind: type[K], **sections: Any) -> K:
    known = {name: doc if isinstance(doc, Section) else seen(doc) for name, doc in sections.items()}
    return kind(Resource(kind.cfn, "id", account="123456789012", region="us-east-1", sections=known))


@pytest.mark.parametrize(
    ("reason", "moment"),
    [
        ("User initiated (2026-10-10 13:14:21 GMT)", datetime(2026, 10, 10, 13, 14, 21, tzinfo=UTC)),
        ("Server.SpotInstanceShutdown (2026-01-02 03:04:05 UTC)", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("", None),
        ("User initiated shutdown", None),
        ("User initiated (yesterday)", None),
    ],
)
def test_the_reason_for_a_change_of_state_says_when_it_was(reason: str, moment: datetime | None) -> None:
    assert transition_moment(reason) == moment
    assert view(Instance, box={"StateTransitionReason": reason}).changed == moment


def test_an_instance_that_is_not_registered_has_no_ping_and_no_compliance() -> None:
    found = view(Instance, box={"InstanceId": "i-1"}, node=ABSENT, summaries=ABSENT)
    assert (found.ssm_ping, found.compliance) == ("", ())
    assert (found.operator, found.enclaves) == ("", False)
    with pytest.raises(Unknown):
        _ = view(Instance, box={}, node=DENIED).ssm_ping


def test_compliance_is_read_by_type_with_what_fails() -> None:
    patch = {
        "ComplianceType": "Patch",
        "Status": "NON_COMPLIANT",
        "OverallSeverity": "CRITICAL",
        "NonCompliantSummary": {"NonCompliantCount": 3},
    }
    other = {"ComplianceType": "Association", "Status": "COMPLIANT"}
    assert view(Instance, summaries=[patch, other]).compliance == (
        Compliance("Patch", "NON_COMPLIANT", "CRITICAL", 3),
        Compliance("Association"),
    )


def test_devices_are_volumes_and_what_is_left_out() -> None:
    given: list[dict[str, Any]] = [
        {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}},
        {"DeviceName": "/dev/xvdb", "Ebs": {}},
        {"DeviceName": "/dev/xvdc", "NoDevice": ""},
        {"DeviceName": "/dev/xvdd", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/xvde", "VirtualName": "ephemeral1", "NoDevice": False},
    ]
    assert devices(given) == (
        Device("/dev/xvda", encrypted=True),
        Device("/dev/xvdb"),
        Device("/dev/xvdc", dropped=True),
    )


def test_a_template_names_its_images_but_not_those_behind_a_parameter() -> None:
    texts = [
        {"VersionNumber": number, "LaunchTemplateData": data}
        for number, data in enumerate(
            (
                {"ImageId": "ami-1", "InstanceMarketOptions": {"MarketType": "spot"}},
                {"ImageId": "resolve:ssm:/images/hosts"},
                {},
            ),
            1,
        )
    ]
    found = view(LaunchTemplate, texts=texts)
    assert found.images == ("ami-1",)
    assert [version.spot for version in found.versions] == [True, False, False]


def test_an_image_that_is_gone_is_told_from_one_that_is_there() -> None:
    there = view(
        MachineImage,
        wanted="ami-1",
        about={"ImageId": "ami-1", "CreationDate": "2026-06-01T08:00:00.000Z", "OwnerId": "1"},
    )
    assert (there.visible, there.owner, there.owner_alias) == (True, "1", "")
    assert there.created == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    gone = view(MachineImage, wanted="ami-1", about=ABSENT)
    assert (gone.id, gone.visible) == ("ami-1", False)
    with pytest.raises(Unknown):
        _ = gone.owner


def test_scaling_policies_scale_unless_they_are_disabled_or_only_forecast() -> None:
    given = [
        {"PolicyName": "a", "PolicyType": "TargetTrackingScaling", "Enabled": True},
        {"PolicyName": "b", "PolicyType": "StepScaling"},
        {"PolicyName": "c", "PolicyType": "StepScaling", "Enabled": False},
        {"PolicyName": "d", "PolicyType": "PredictiveScaling", "PredictiveScalingConfiguration": {}},
        {
            "PolicyName": "e",
            "PolicyType": "PredictiveScaling",
            "PredictiveScalingConfiguration": {"Mode": "ForecastAndScale"},
        },
    ]
    found = view(AutoScalingGroup, scaling=given).scaling_policies
    assert found[0] == ScalingPolicy("a")
    assert [policy.name for policy in found if policy.scales] == ["a", "b", "e"]
    assert view(AutoScalingGroup, scaling=ABSENT).scaling_policies == ()


def test_a_mixed_instances_policy_has_the_defaults_of_aws() -> None:
    overrides = [{"InstanceType": "m5.large"}, {"InstanceType": "m5.large"}, {"InstanceRequirements": {}}]
    spread = {"OnDemandPercentageAboveBaseCapacity": 0, "SpotAllocationStrategy": "capacity-optimized"}
    mixed = {"LaunchTemplate": {"Overrides": overrides}, "InstancesDistribution": spread}
    found = view(AutoScalingGroup, box={"MixedInstancesPolicy": mixed}).mixture
    assert found == Mixture(0, "capacity-optimized", ("m5.large",), by_attributes=True)
    assert view(AutoScalingGroup, box={"MixedInstancesPolicy": {}}).mixture == Mixture()
    plain = view(AutoScalingGroup, box={})
    assert (plain.mixture, plain.launch_version, plain.launch_configuration) == (None, "$Default", "")


def test_a_launch_configuration_keeps_no_user_data_and_may_leave_the_address_to_the_subnet() -> None:
    kept = Redactor(b"key").section(LaunchConfiguration, "box", {"UserData": "ZWNobyBoaQ==", "ImageId": "ami-1"})
    assert "ZWNobyBoaQ==" not in str(kept)
    found = view(LaunchConfiguration, box=kept)
    assert (found.user_data.present, found.public_ip, found.spot_price) == (True, None, "")
    assert view(LaunchConfiguration, box={"AssociatePublicIpAddress": False}).public_ip is False


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("/claims/db-password", True),
        ("claimsApiKey", True),
        ("/claims/api.keys", True),
        ("/claims/SECRET", True),
        ("/claims/password/", True),
        ("/password/stage", False),
        ("/claims/password-policy", False),
        ("/claims/token", False),
    ],
)
def test_a_name_is_one_for_a_secret_by_its_end(name: str, secret: bool) -> None:
    assert names_secret(name) is secret


def test_further_words_may_mean_a_secret() -> None:
    assert names_secret("/claims/tokens", ("token",))
    assert not names_secret("/claims/tokenx", ("token",))
    assert not names_secret("/claims/xay", ("x.y",))


def test_a_document_says_with_whom_it_is_shared() -> None:
    assert view(Document, sharing={"AccountIds": ["all"]}).shared_with == ("all",)
    assert view(Document, sharing={"AccountIds": []}).shared_with == ()


def test_replication_rules_cover_by_prefix() -> None:
    given = [
        {"destinations": [{"region": "us-west-2", "registryId": "1"}]},
        {"destinations": [], "repositoryFilters": [{"filter": "prod/", "filterType": "PREFIX_MATCH"}]},
    ]
    every, some = view(RegionSettings, replication={"rules": given}).ecr_replication
    assert every == ReplicationRule(("us-west-2 1",))
    assert every.covers("web")
    assert [some.covers(name) for name in ("prod/web", "web/prod/", "prod")] == [True, False, False]


def test_an_image_has_the_size_of_its_configuration_and_layers_and_an_index_none() -> None:
    assert image_sizes('{"config": {"size": 1}, "layers": [{"size": 20}, {"size": 300}]}') == (321,)
    assert image_sizes('{"config": {}, "layers": []}') == (0,)
    assert image_sizes('{"manifests": []}') == ()
