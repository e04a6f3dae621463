"""What moto lacks and the demo answers: called as a scanner would call it, read as boto3 reads it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

from scanner.demo import DemoServer
from tests.demo.conftest import Connect


def test_vpn_connection_keeps_its_tunnels_and_routes(server: DemoServer, connect: Connect, account: str) -> None:
    ec2 = connect("ec2")
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.7", BgpAsn=65010)["CustomerGateway"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]
    strict = {
        "PreSharedKey": "kept_by_aws_and_given_back",
        "IKEVersions": [{"Value": "ikev2"}],
        "Phase1EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
        "Phase1DHGroupNumbers": [{"Value": 20}],
    }
    made = ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer["CustomerGatewayId"],
        VpnGatewayId=gateway["VpnGatewayId"],
        Options={"StaticRoutesOnly": True, "TunnelOptions": [strict, {}]},
    )["VpnConnection"]["VpnConnectionId"]
    ec2.create_vpn_connection_route(VpnConnectionId=made, DestinationCidrBlock="192.168.40.0/24")
    server.happen("tunnel", account=account, region="us-east-1", connection=made, tunnel=0, status="UP")

    (seen,) = ec2.describe_vpn_connections(VpnConnectionIds=[made])["VpnConnections"]
    first, second = seen["Options"]["TunnelOptions"]
    assert seen["Options"]["StaticRoutesOnly"] is True
    assert first["IkeVersions"] == [{"Value": "ikev2"}]
    assert first["Phase1EncryptionAlgorithms"] == [{"Value": "AES256-GCM-16"}]
    assert first["Phase1DHGroupNumbers"] == [{"Value": 20}]
    assert first["PreSharedKey"] == "kept_by_aws_and_given_back"
    assert "IkeVersions" not in second
    assert len(second["PreSharedKey"]) == 32
    assert seen["Routes"] == [{"DestinationCidrBlock": "192.168.40.0/24", "Source": "Static", "State": "available"}]
    assert [t["Status"] for t in seen["VgwTelemetry"]] == ["UP", "DOWN"]
    assert [t["OutsideIpAddress"] for t in seen["VgwTelemetry"]] == [
        first["OutsideIpAddress"],
        second["OutsideIpAddress"],
    ]

    ec2.modify_vpn_tunnel_options(
        VpnConnectionId=made,
        VpnTunnelOutsideIpAddress=second["OutsideIpAddress"],
        TunnelOptions={"IKEVersions": [{"Value": "ikev2"}]},
    )
    (seen,) = ec2.describe_vpn_connections(VpnConnectionIds=[made])["VpnConnections"]
    assert seen["Options"]["TunnelOptions"][1]["IkeVersions"] == [{"Value": "ikev2"}]


def test_ec2_account_settings_have_awss_defaults_and_are_of_one_region(connect: Connect) -> None:
    ec2, elsewhere = connect("ec2"), connect("ec2", "us-west-2")
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    assert ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"] == "block-new-sharing"
    assert ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is False
    assert "HttpTokens" not in ec2.get_instance_metadata_defaults()["AccountLevel"]

    ec2.modify_ebs_default_kms_key_id(KmsKeyId="alias/phi")
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=1)
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/phi"
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    level = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert (level["HttpTokens"], level["HttpPutResponseHopLimit"]) == ("required", 1)
    assert elsewhere.get_snapshot_block_public_access_state()["State"] == "unblocked"
    ec2.disable_snapshot_block_public_access()
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"


def test_public_snapshots_are_told_from_private_ones(connect: Connect) -> None:
    ec2 = connect("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    private, public = (ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2))
    ec2.modify_snapshot_attribute(
        SnapshotId=public, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    found = ec2.describe_snapshots(OwnerIds=["self"], RestorableByUserIds=["all"])["Snapshots"]
    assert [each["SnapshotId"] for each in found] == [public]
    assert {private, public} <= {each["SnapshotId"] for each in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}


def test_new_bucket_is_as_on_aws(connect: Connect) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="clinic-letters")
    connect("s3", "us-west-2").create_bucket(
        Bucket="clinic-replicas", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    (rule,) = s3.get_bucket_encryption(Bucket="clinic-letters")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    block = s3.get_public_access_block(Bucket="clinic-letters")["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    (ownership,) = s3.get_bucket_ownership_controls(Bucket="clinic-letters")["OwnershipControls"]["Rules"]
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    s3.delete_bucket_encryption(Bucket="clinic-letters")
    assert s3.get_bucket_encryption(Bucket="clinic-letters")
    regions = {bucket["Name"]: bucket["BucketRegion"] for bucket in s3.list_buckets()["Buckets"]}
    assert regions == {"clinic-letters": "us-east-1", "clinic-replicas": "us-west-2"}
    first = s3.list_buckets(MaxBuckets=1)
    second = s3.list_buckets(MaxBuckets=1, ContinuationToken=first["ContinuationToken"])
    assert [b["Name"] for b in first["Buckets"] + second["Buckets"]] == ["clinic-letters", "clinic-replicas"]
    assert "ContinuationToken" not in second


def test_credential_report_begins_with_the_root_account(connect: Connect, account: str) -> None:
    iam = connect("iam")
    iam.create_user(UserName="nurse")
    iam.create_login_profile(UserName="nurse", Password="correct horse battery")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="nurse")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="nurse", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    iam.generate_credential_report()
    rows = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
    assert [row["user"] for row in rows] == ["<root_account>", "nurse"]
    assert [row["mfa_active"] for row in rows] == ["true", "true"]
    assert rows[0]["arn"] == f"arn:aws:iam::{account}:root"
    assert None not in rows[0].values()


def test_authorization_details_hold_attached_aws_policies_alone(connect: Connect) -> None:
    iam = connect("iam")
    iam.create_role(RoleName="host", AssumeRolePolicyDocument="{}")
    arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    iam.attach_role_policy(RoleName="host", PolicyArn=arn)
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    own = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    seen = {policy["Arn"] for policy in iam.get_account_authorization_details()["Policies"]}
    assert seen == {arn, own}


def test_rotating_key_tells_its_period(connect: Connect) -> None:
    kms = connect("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)


def test_assumed_role_expires_by_the_machines_clock(server: DemoServer, connect: Connect) -> None:

    server.set_clock(datetime(2020, 1, 1, tzinfo=UTC))
    answer = connect("sts").assume_role(RoleArn="arn:aws:iam::222222222222:role/PhiwardAudit", RoleSessionName="night")
    remaining = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=55) < remaining <= timedelta(hours=1)


def test_new_load_balancer_has_awss_attributes(connect: Connect) -> None:
    elb, ec2 = connect("elbv2"), connect("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    (balancer,) = elb.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"]
    pairs = elb.describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])["Attributes"]
    attributes = {pair["Key"]: pair["Value"] for pair in pairs}
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "false"
    assert attributes["access_logs.s3.enabled"] == "false"


def test_what_has_ended_is_forgotten_after_an_hour(server: DemoServer, connect: Connect) -> None:
    ec2 = connect("ec2", "us-west-2")
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    server.set_clock(moment)
    (host,) = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"]
    ec2.terminate_instances(InstanceIds=[host["InstanceId"]])
    assert len(ec2.describe_instances()["Reservations"]) == 1
    server.set_clock(moment + timedelta(hours=2))
    assert ec2.describe_instances()["Reservations"] == []


def test_http_listener_has_no_tls_policy(connect: Connect) -> None:
    elb, ec2 = connect("elbv2", "us-west-2"), connect("ec2", "us-west-2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    (balancer,) = elb.create_load_balancer(Name="plain", Subnets=subnets)["LoadBalancers"]
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[action])
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert "SslPolicy" not in listener


def test_new_trail_logs_management_events(connect: Connect) -> None:
    connect("s3").create_bucket(Bucket="trail-of-the-clinic")
    trail = connect("cloudtrail")
    trail.create_trail(Name="clinic", S3BucketName="trail-of-the-clinic")
    (selector,) = trail.get_event_selectors(TrailName="clinic")["EventSelectors"]
    assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == ("All", True)


def test_default_group_of_a_new_vpc_lets_its_members_in(connect: Connect) -> None:
    ec2 = connect("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [group["GroupId"]]


def test_regions_are_the_enabled_ones_of_the_partition(connect: Connect) -> None:
    names = {region["RegionName"] for region in connect("ec2").describe_regions()["Regions"]}
    assert {"us-east-1", "us-west-2", "eu-central-1"} <= names
    assert not {name for name in names if name.startswith(("us-gov", "cn-"))}


def test_parameters_have_arns(connect: Connect, account: str) -> None:
    ssm = connect("ssm")
    ssm.put_parameter(Name="/clinic/token", Type="SecureString", Value="x")
    (parameter,) = ssm.describe_parameters()["Parameters"]
    assert parameter["ARN"] == f"arn:aws:ssm:us-east-1:{account}:parameter/clinic/token"


def test_instances_are_nitro_guests_and_their_default_key_is_awss(connect: Connect) -> None:
    ec2, kms = connect("ec2"), connect("kms")
    disk = [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 8}}]
    kinds = {}
    for size in ("m6i.large", "m4.large"):
        (host,) = ec2.run_instances(
            ImageId="ami-1", InstanceType=size, MinCount=1, MaxCount=1, BlockDeviceMappings=disk
        )["Instances"]
        (seen,) = ec2.describe_instances(InstanceIds=[host["InstanceId"]])["Reservations"][0]["Instances"]
        kinds[size] = seen["Hypervisor"]
    assert kinds == {"m6i.large": "nitro", "m4.large": "xen"}
    key = kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]
    assert key["KeyManager"] == "AWS"
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is True


def test_access_advisor_tells_what_a_role_called(connect: Connect) -> None:
    iam = connect("iam")
    allowed = {"Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*"}
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="reader", PolicyName="own", PolicyDocument=document)
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    job = iam.generate_service_last_accessed_details(Arn=role)["JobId"]
    told = iam.get_service_last_accessed_details(JobId=job)
    assert told["JobStatus"] == "COMPLETED"
    assert {each["ServiceNamespace"]: "LastAuthenticated" in each for each in told["ServicesLastAccessed"]} == {
        "ec2messages": True,
        "s3": True,
        "sqs": False,
        "ssm": True,
        "ssmmessages": True,
    }
