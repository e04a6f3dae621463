from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from scanner.engine.registry import rules
from scanner.model.given import Given
from scanner.model.planned import UNKNOWN
from scanner.model.policy import PolicyDocument
from tests.cloudformation.probes import INPUTS, TEMPLATES, document, findings, given, resource_of, verdicts

CLINIC = TEMPLATES / "clinic.yaml"
REAL = sorted(path for end in ("yaml", "yml", "template") for path in INPUTS.rglob(f"*.{end}"))
REAL += sorted(INPUTS.rglob("*quickstart*.json"))


@pytest.fixture(scope="module")
def clinic() -> Given:
    return given(CLINIC, probes=False)


def test_a_resource_says_what_it_is_and_where_it_is_written(clinic: Given) -> None:
    data, logs = resource_of(clinic, "Data"), resource_of(clinic, "Logs")
    assert (data.id, data.arn, data.name) == ("${Data}", "arn:aws:s3:::${Data}", "claims data")
    assert (logs.id, logs.arn, logs.name) == ("claims-logs", "arn:aws:s3:::claims-logs", "claims-logs")
    assert (data.account, data.region, data.partition) == ("123456789012", "global", "aws")
    assert data.tags == {"Name": "claims data", "phi": "true"}
    origin = clinic.after.origins["claims-logs"]
    text = CLINIC.read_text().splitlines()
    assert (origin.address, origin.file, text[origin.line - 1].strip()) == ("Logs", str(CLINIC), "Logs:")
    assert resource_of(clinic, "Definition").identity == "claims"
    assert resource_of(clinic, "Database").id == "claims"


def test_references_join(clinic: Given) -> None:
    data = document(clinic, "Data")
    assert data["LoggingConfiguration"]["DestinationBucketName"] == resource_of(clinic, "Logs").id
    key = data["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    assert key["KMSMasterKeyID"] == resource_of(clinic, "Key").arn
    assert document(clinic, "Definition")["TaskRoleArn"] == resource_of(clinic, "Task").arn
    assert data["DeletionPolicy"] == "Retain"


def test_parts_are_folded_and_told_where_they_belong_elsewhere(clinic: Given) -> None:
    assert document(clinic, "Ground")["AWS::EC2::SecurityGroupIngress"][0]["FromPort"] == 22
    assert "AWS::S3::BucketPolicy" not in document(clinic, "Logs")
    assert ("Foreign", "AWS::EC2::SecurityGroupIngress") in clinic.after.others
    assert any(note.startswith("Foreign (AWS::EC2::SecurityGroupIngress) is not judged") for note in clinic.notes)


def test_a_part_that_may_not_be_made_makes_unknown_what_it_says(clinic: Given) -> None:
    (policy,) = document(clinic, "Plain")["AWS::S3::BucketPolicy"]
    assert "whether PlainPolicy is made is not known" in policy[UNKNOWN]
    plain = "arn:aws:s3:::${Plain}"
    assert verdicts(findings(clinic, "s3_bucket_tls_only"))[plain] == "UNKNOWN"
    closed = given(CLINIC, probes=False, parameters={"Open": "no"})
    assert "AWS::S3::BucketPolicy" not in document(closed, "Plain")
    (public,) = document(given(CLINIC, probes=False, parameters={"Open": "yes"}), "Plain")["AWS::S3::BucketPolicy"]
    assert public["PolicyDocument"]["Statement"][0]["Principal"] == "*"
    assert verdicts(findings(closed, "s3_bucket_tls_only"))[plain] == "FAIL"


def test_a_part_whose_owner_is_not_known_may_belong_to_any() -> None:
    text = (
        "Parameters: {Which: {Type: String}}\nResources:\n  A: {Type: AWS::S3::Bucket}\n  P:\n"
        "    Type: AWS::S3::BucketPolicy\n    Properties: {Bucket: !Ref Which, PolicyDocument: {Statement: []}}"
    )
    (part,) = document(given(text, probes=False), "A")["AWS::S3::BucketPolicy"]
    assert "P may belong to it" in part[UNKNOWN]


def test_policies_speak_of_the_templates_own_resources_as_of_the_accounts(clinic: Given) -> None:
    policy = PolicyDocument.parse(document(clinic, "Data")["AWS::S3::BucketPolicy"][0]["PolicyDocument"])
    assert policy is not None
    assert policy.cross_account("123456789012", actions=["s3:GetObject"]) == ()
    assert policy.public() == ()
    (part,) = document(given(CLINIC, probes=False, account=""), "Data")["AWS::S3::BucketPolicy"]
    assert "give the account" in part["PolicyDocument"]["Statement"][1]["Principal"]["AWS"][UNKNOWN]


def test_no_secret_is_kept_and_what_detectors_say_is(clinic: Given) -> None:
    said = str([resource.sections for resource in clinic.after.resources]) + str(clinic.notes)
    assert "Sup3rSecretPassw0rd" not in said
    assert "plain-words-in-clear" not in said
    environment = document(clinic, "Definition")["ContainerDefinitions"][0]["Environment"]
    assert all("$redacted" in item["Value"] and "$key" in item["Value"] for item in environment)
    assert environment[0]["Value"]["$redacted"] != environment[1]["Value"]["$redacted"]
    assert [hit["detector"] for hit in environment[2]["Value"]["$detected"]]
    script = document(clinic, "Host")["UserData"]
    assert script["runs_containers"] is True
    assert "$redacted" in document(clinic, "Database")["MasterUserPassword"]


RULES = {
    ("s3_bucket_versioning", "Data"): "PASS",
    ("s3_bucket_versioning", "Logs"): "FAIL",
    ("s3_bucket_versioning", "Plain"): "UNKNOWN",
    ("s3_bucket_kms_encryption", "Data"): "PASS",
    ("s3_bucket_tls_only", "Data"): "PASS",
    ("s3_bucket_tls_only", "Logs"): "FAIL",
    ("s3_bucket_policy_not_public", "Data"): "PASS",
    ("kms_key_rotation", "Key"): "PASS",
    ("kms_key_rotation", "LazyKey"): "FAIL",
    ("sg_no_open_ssh", "Ground"): "FAIL",
    ("rds_storage_encrypted", "Database"): "FAIL",
    ("rds_storage_encrypted", "Sealed"): "PASS",
    ("rds_storage_encrypted", "Doubtful"): "UNKNOWN",
    ("rds_automated_backups", "Database"): "PASS",
}


@pytest.mark.parametrize(("rule", "name"), RULES)
def test_real_rules_judge_a_template(clinic: Given, rule: str, name: str) -> None:
    arn = resource_of(clinic, name).arn
    assert verdicts(findings(clinic, rule))[arn] == RULES[rule, name]


def test_a_template_as_large_as_any_is_read_quickly() -> None:
    group = "  G{0}: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: vpc-1}}}}\n"
    rule = "  R{0}: {{Type: AWS::EC2::SecurityGroupIngress, Properties: {{GroupId: !Ref G{0}, IpProtocol: '-1'}}}}\n"
    text = "Resources:\n" + "".join((group + rule).format(number) for number in range(1500))
    start = time.monotonic()
    found = given(text, probes=False)
    assert time.monotonic() - start < 10
    assert all(len(document_["AWS::EC2::SecurityGroupIngress"]) == 1 for document_ in _documents(found))


def _documents(found: Given) -> list[dict[str, Any]]:
    return [resource.sections["planned"].doc for resource in found.after.resources]


def test_a_name_that_is_secret_names_nothing() -> None:
    text = "Parameters: {N: {Type: String, NoEcho: true, Default: hush}}\nResources:\n  A:\n    Type: AWS::S3::Bucket\n"
    found = given(text + "    Properties: {BucketName: !Ref N}", probes=False)
    assert resource_of(found, "A").id == document(found, "A")["BucketName"] == "${A}"


def test_without_an_account_nobody_is_a_stranger() -> None:
    text = (
        "Resources:\n  D:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n"
        "        - {Name: web, Image: '999999999999.dkr.ecr.us-east-1.amazonaws.com/web:1'}"
    )
    rule = "ecs_image_from_private_ecr"
    assert verdicts(findings(given(text, probes=False), rule)) == {"${D}": "FAIL"}
    assert verdicts(findings(given(text, probes=False, account=""), rule)) == {"${D}": "UNKNOWN"}


def test_a_nested_stack_and_a_macro_are_told_and_make_the_file_partial(clinic: Given) -> None:
    assert clinic.is_partial
    assert "Child is a nested stack: give its template by itself" in clinic.notes
    macro = given("Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function}}")
    assert macro.is_partial
    assert macro.after.others == (("F", "AWS::Serverless::Function"),)
    assert macro.notes[0].startswith("the macro AWS::Serverless-2016-10-31 may change anything")


def test_a_loop_over_what_is_not_known_is_told() -> None:
    text = (
        "Transform: AWS::LanguageExtensions\nParameters: {Some: {Type: CommaDelimitedList}}\nResources:\n"
        "  'Fn::ForEach::Loop': [X, !Ref Some, {'T${X}': {Type: 'AWS::SNS::Topic'}}]"
    )
    assert "what it goes over is not known" in given(text).notes[0]
    two = given(text, parameters={"Some": "A,B"})
    assert [name for name, _ in two.after.others] == ["TA", "TB"]


def test_aliases_and_merged_maps_are_read() -> None:
    text = (
        "x: &x {Flag: 'true', RefNumber: 1}\nResources: {A: {Type: 'Test::Probe::Thing', Properties: {<<: *x, N: *x}}}"
    )
    found = document(given(text), "A")
    assert (found["Flag"], found["RefNumber"], found["N"]) == (True, 1, {"Flag": True, "RefNumber": 1})


def test_a_fact_takes_its_type_or_is_not_known() -> None:
    text = "Resources: {A: {Type: 'Test::Probe::Thing', Properties: {Flag: perhaps, RefNumber: '7'}}}"
    found = document(given(text), "A")
    assert found["RefNumber"] == 7
    assert "'perhaps'" in found["Flag"][UNKNOWN]


@pytest.mark.skipif(not REAL, reason="the published templates are not at hand")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_published_templates_are_read_and_judged_quickly(path: Path) -> None:
    start = time.monotonic()
    found = given(path, probes=False)
    assert time.monotonic() - start < 5
    assert found.after.resources
    assert all(each.verdict != "ERROR" for each in findings(found, *rules()))


def _published(name: str) -> Given:
    found = next((path for path in REAL if name in path.name), None)
    if found is None:
        pytest.skip("the published template is not at hand")
    return given(found, probes=False)


def test_a_template_that_is_vulnerable_by_design_fails() -> None:
    goat = _published("cfngoat")
    failed = {each.rule for each in findings(goat, *rules()) if each.verdict == "FAIL"}
    assert {
        "iam_user_no_access_keys",
        "kms_key_rotation",
        "rds_not_public",
        "rds_storage_encrypted",
        "s3_bucket_versioning",
        "sg_no_open_ssh",
    } <= failed


def test_a_service_on_fargate_is_judged() -> None:
    found = verdicts(findings(_published("fargate_service-dedicated-alb"), "ecs_task_network_mode_awsvpc"))
    assert found == {"${TaskDefinition}": "PASS"}


def test_what_a_template_for_hipaa_encrypts_passes() -> None:
    hipaa = _published("hipaa")
    found = verdicts(findings(hipaa, "s3_bucket_default_encryption", "kms_key_rotation"))
    assert "PASS" in found.values()
