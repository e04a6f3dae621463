"""The acceptance tests of drift that need no account: recorded answers, classes, secrets, order."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.engine.drift import Comparer, groups
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.kinds.canon import canon, normaliser
from scanner.model.change import Change, Suppressed
from scanner.model.resource import Coverage, Resource, Snapshot, seen

KINDS = kinds()
PAIRS = Path(__file__).parents[3] / "shared/inputs/iac/c7n_pairs"
ACCOUNT, REGION = "123456789012", "us-east-1"
INSTANCE, TASKS, SERVICE = "AWS::EC2::Instance", "AWS::ECS::TaskDefinition", "AWS::ECS::Service"
VPN, GROUP = "AWS::EC2::VPNConnection", "AWS::EC2::SecurityGroup"


def night(day: int, *resources: Resource) -> Snapshot:
    places = {(each.region, each.kind) for each in resources} | {(REGION, SERVICE)}
    listings = [Coverage(ACCOUNT, region, kind, "x", "x.List", listing=True) for region, kind in sorted(places)]
    return Snapshot(f"n{day}", datetime(2026, 11, day, tzinfo=UTC), list(resources), listings)


def resource(kind: str, id: str, identity: str = "", **sections: Any) -> Resource:
    made = {name: seen(copy.deepcopy(doc)) for name, doc in sections.items()}
    return Resource(kind, id, account=ACCOUNT, region=REGION, identity=identity, tags={}, sections=made)


def told(before: Snapshot, after: Snapshot, *, explain: bool = False) -> list[Change | Suppressed]:
    def lookup(account: str, region: str, kind: str) -> list[Resource]:
        return [each for each in after.resources if (each.account, each.region, each.kind) == (account, region, kind)]

    comparer = Comparer(normaliser(KINDS.values()), lookup, explain=explain)
    return list(comparer.compare(groups(before, after)))


def changed(before: Snapshot, after: Snapshot) -> list[Change]:
    return [each for each in told(before, after) if isinstance(each, Change)]


def recorded(test: str, name: str) -> Any:
    file = PAIRS / test / f"api__{name}_1.json"
    if not file.is_file():
        pytest.skip("the recorded answers are not here")
    return plain(json.loads(file.read_text())["data"])


def plain(value: Any) -> Any:
    """Read recorded moments as text."""
    if isinstance(value, dict):
        if value.get("__class__") == "datetime":
            return "{year}-{month}-{day}T{hour}:{minute}:{second}Z".format(**value)
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def machine(box: dict[str, Any]) -> Resource:
    tags = {tag["Key"]: tag["Value"] for tag in box.get("Tags", ())}
    made = resource(INSTANCE, box["InstanceId"], box=box)
    made.tags = tags
    return made


MUTATIONS: tuple[tuple[str, str, Any], ...] = (
    ("imageid", "ImageId", "ami-00000000000000000"),
    ("instancetype", "InstanceType", "m7g.large"),
    ("subnetid", "SubnetId", "subnet-0"),
    ("placement.availabilityzone", "Placement.AvailabilityZone", "us-east-1f"),
    ("placement.tenancy", "Placement.Tenancy", "dedicated"),
    ("securitygroups", "SecurityGroups.0.GroupId", "sg-0"),
    ("iaminstanceprofile", "IamInstanceProfile", {"Arn": "arn:aws:iam::123456789012:instance-profile/p"}),
    ("keyname", "KeyName", "a-key"),
    ("ebsoptimized", "EbsOptimized", True),
    ("monitoring", "Monitoring.State", "enabled"),
    ("sourcedestcheck", "SourceDestCheck", False),
    ("metadataoptions.httptokens", "MetadataOptions.HttpTokens", "required"),
    ("tags.name", "Tags", "renamed"),
    ("blockdevices[", "BlockDeviceMappings.0.Ebs.VolumeId", "vol-0"),
)


def put(document: Any, path: str, value: Any) -> None:
    *way, last = [int(word) if word.isdigit() else word for word in path.split(".")]
    for word in way:
        document = document[word]
    assert document[last] != value if not isinstance(document, dict) or last in document else True
    document[last] = value


@pytest.mark.parametrize(("shown", "path", "value"), MUTATIONS, ids=[row[0] for row in MUTATIONS])
def test_each_property_of_a_recorded_instance_is_one_change(shown: str, path: str, value: Any) -> None:
    answer = recorded("ec2_igw_subnet", "ec2.DescribeInstances")
    box = next(item for block in answer["Reservations"] for item in block["Instances"] if item.get("SubnetId"))
    again = copy.deepcopy(box)
    if path == "Tags":
        again["Tags"] = [{"Key": "Name", "Value": value}]
        box["Tags"] = [{"Key": "Name", "Value": "as it was"}]
    else:
        put(again, path, value)
    (change,) = changed(night(1, machine(box)), night(2, machine(again)))
    assert change.path.lower().startswith(shown)


def test_recorded_instances_and_groups_do_not_differ_from_themselves() -> None:
    """All that AWS answers in another order or moment is no change."""
    answer = recorded("ec2_igw_subnet", "ec2.DescribeInstances")
    boxes = [item for block in answer["Reservations"] for item in block["Instances"]]
    turned = [reversed_lists(box) | {"LaunchTime": "2030-01-01T00:00:00Z"} for box in boxes]
    assert changed(night(1, *map(machine, boxes)), night(2, *map(machine, turned))) == []
    rules = recorded("ec2_security_group_filter_multi_enis", "ec2.DescribeSecurityGroups")["SecurityGroups"]
    before = [resource(GROUP, box["GroupId"], box=box) for box in rules]
    after = [resource(GROUP, box["GroupId"], box=reversed_lists(box)) for box in rules]
    assert changed(night(1, *before), night(2, *after)) == []


def reversed_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: reversed_lists(item) for name, item in reversed(value.items())}
    return [reversed_lists(item) for item in reversed(value)] if isinstance(value, list) else value


ORDERED = [
    pytest.param(cfn, path, id=f"{cfn}.{path}") for cfn, kind in KINDS.items() for path in sorted(canon(kind).ordered)
]


@pytest.mark.parametrize(("cfn", "path"), ORDERED)
def test_the_order_of_an_ordered_list_is_compared(cfn: str, path: str) -> None:
    made = canon(KINDS[cfn])
    if any(path == noise or path.startswith((f"{noise}.", f"{noise}[")) for noise in made.volatile):
        pytest.skip("not compared at all")
    forms = [form for form in made.forms if path == form or path.startswith((f"{form}.", f"{form}["))]
    if forms:
        pytest.skip("a form reads it; tried with the forms")
    section, *steps = path.replace("[]", ".[]").split(".")
    documents = []
    for items in (["a", "b"], ["b", "a"]):
        document: Any = items
        for step in reversed(steps):
            document = [{"name": "a", **document}] if step == "[]" else {step: document}
        documents.append(document)
    before, after = (resource(cfn, "x", **{section: document}) for document in documents)
    assert len(changed(night(1, before), night(2, after))) == 1


def revision(number: int, image: str = "web:1") -> Resource:
    container = {
        "name": "app",
        "image": image,
        "environment": [],
        "portMappings": [{"containerPort": 80, "hostPort": 0}],
    }
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:{number}"
    document = {"taskDefinitionArn": arn, "family": "web", "revision": number, "containerDefinitions": [container]}
    return resource(TASKS, arn, "web", described={"taskDefinition": document, "tags": []})


def service(number: int) -> Resource:
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/phi/web"
    family = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:{number}"
    made = resource(SERVICE, arn, service={"serviceArn": arn, "serviceName": "web", "taskDefinition": family})
    made.name = "web"
    return made


def test_nine_revisions_of_the_same_are_no_change() -> None:
    assert changed(night(1, revision(1), service(1)), night(2, revision(10), service(10))) == []


def test_another_image_is_one_change_on_the_service() -> None:
    (change,) = changed(night(1, revision(1), service(1)), night(2, revision(2, "web:2"), service(2)))
    assert (change.kind, change.name) == (SERVICE, "web")
    assert change.path == "taskDefinition.containers[app].image"
    assert (change.before, change.after) == ("web:1", "web:2")


def member(number: int, image: str = "ami-1") -> Resource:
    box = {
        "InstanceId": f"i-{number}", "ImageId": image, "PrivateIpAddress": f"10.0.0.{number}",
        "State": {"Name": "running"},
        "LaunchTime": f"2026-11-0{number}", "SubnetId": f"subnet-{number % 3}",
        "Placement": {"AvailabilityZone": f"us-east-1{'abc'[number % 3]}", "Tenancy": "default"},
        "NetworkInterfaces": [{"NetworkInterfaceId": f"eni-{number}", "PrivateIpAddress": f"10.0.0.{number}"}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": f"vol-{number}"}}],
        "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "hosts"}],
        "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "hosts"}], "MetadataOptions": {"HttpTokens": "required"},
    }  # fmt: skip
    return resource(INSTANCE, f"i-{number}", "hosts", box=box)


def test_a_group_that_replaces_all_its_members_did_not_change() -> None:
    assert changed(night(1, *map(member, (1, 2, 3))), night(2, *map(member, (4, 5, 6)))) == []


def test_one_member_of_another_image_is_one_change_of_the_group() -> None:
    after = night(2, member(4), member(5), member(6, "ami-2"))
    (change,) = changed(night(1, *map(member, (1, 2, 3))), after)
    assert (change.key, change.path, change.members) == ("hosts", "ImageId", ("i-6",))
    assert change.why.startswith("1 of 3")


SECRET = "correct-horse-battery-staple"


@pytest.mark.parametrize(
    ("kind", "section", "before", "after"),
    [
        (
            VPN, "box",
            {"Options": {"TunnelOptions": [{"OutsideIpAddress": "192.0.2.1", "PreSharedKey": "k1"}]}},
            {"Options": {"TunnelOptions": [{"OutsideIpAddress": "192.0.2.1", "PreSharedKey": SECRET}]}},
        ),
        (INSTANCE, "script", {"Value": "IyEvYmluL3NoCg=="}, {"Value": "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ=="}),
        (
            TASKS, "described",
            {"taskDefinition": {"containerDefinitions": [{"environment": [{"name": "TOKEN", "value": "old"}]}]}},
            {"taskDefinition": {"containerDefinitions": [{"environment": [{"name": "TOKEN", "value": SECRET}]}]}},
        ),
    ],
    ids=["pre-shared key", "user data", "environment"],
)  # fmt: skip
def test_of_a_secret_only_its_change_is_told(kind: str, section: str, before: Any, after: Any) -> None:
    redactor = Redactor(b"key")
    sides = [resource(kind, "x", **{section: doc}) for doc in (before, after)]
    for side in sides:
        side.sections = {section: seen(redactor.section(KINDS[kind], section, side.sections[section].doc))}
    found = told(night(1, sides[0]), night(2, sides[1]), explain=True)
    (change,) = [each for each in found if isinstance(each, Change)]
    assert change.redacted
    assert (change.before, change.after) == (None, None)
    assert SECRET not in repr(found)
    assert "redacted" not in repr((change.before, change.after, change.path))


def test_hashes_of_two_keys_are_not_compared() -> None:
    sides = []
    for key in (b"one", b"two"):
        document = Redactor(key).section(KINDS[INSTANCE], "script", {"Value": "c2VjcmV0"})
        sides.append(resource(INSTANCE, "x", script=document))
    found = told(night(1, sides[0]), night(2, sides[1]), explain=True)
    assert [each for each in found if isinstance(each, Change)] == []
    assert any("another redaction key" in each.reason for each in found if isinstance(each, Suppressed))
