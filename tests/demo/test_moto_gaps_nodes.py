"""What moto lacks of Systems Manager, and the demo answers: called as a scanner would call it."""

from __future__ import annotations

from typing import Any

from scanner.demo import DemoServer
from tests.demo.conftest import Connect


def _nodes(ssm: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ssm.describe_instance_information()["InstanceInformationList"]
    return found


def test_instances_are_managed_once_their_agent_registers(server: DemoServer, connect: Connect, account: str) -> None:
    ec2, ssm = connect("ec2"), connect("ssm")
    made = ec2.run_instances(ImageId="ami-1", MinCount=3, MaxCount=3)["Instances"]
    sound, lacking, stranger = (each["InstanceId"] for each in made)
    assert ssm.describe_instance_information()["InstanceInformationList"] == []
    server.happen("node", account=account, region="us-east-1", instance=sound, Patch=0, Association=0)
    server.happen("node", account=account, region="us-east-1", instance=lacking, Patch=3)

    seen = {each["InstanceId"]: each["PingStatus"] for each in _nodes(ssm)}
    assert seen == {sound: "Online", lacking: "Online"}
    assert stranger not in seen
    told = {
        (item["ResourceId"], item["ComplianceType"]): (
            item["Status"],
            item["NonCompliantSummary"]["NonCompliantCount"],
        )
        for item in ssm.list_resource_compliance_summaries()["ResourceComplianceSummaryItems"]
    }
    assert told == {
        (sound, "Patch"): ("COMPLIANT", 0),
        (sound, "Association"): ("COMPLIANT", 0),
        (lacking, "Patch"): ("NON_COMPLIANT", 3),
    }

    ec2.stop_instances(InstanceIds=[sound])
    ec2.terminate_instances(InstanceIds=[lacking])
    assert {each["InstanceId"]: each["PingStatus"] for each in _nodes(ssm)} == {sound: "ConnectionLost"}
