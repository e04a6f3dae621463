"""What is left behind: an open database, a distribution over plain HTTP, a vendor's role, a key for everybody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scanner.demo.systems.cloud import Cloud, pairs, tagged
from scanner.demo.systems.network import Network, opened
from scanner.demo.systems.policies import allow, document

if TYPE_CHECKING:
    from collections.abc import Mapping

_VENDOR = "444455556666"


def open_database(home: Network) -> None:
    """A content database: public, in clear, in one zone, without copies, and it takes clients without TLS."""
    rds = home.cloud.client("rds")
    group = home.group("cms", opened(3306, "0.0.0.0/0"), purpose="Content database")
    tags = pairs(tagged("cms", "production"))
    rds.create_db_subnet_group(
        DBSubnetGroupName="cms",
        DBSubnetGroupDescription="public subnets",
        SubnetIds=home.subnets("public", "production"),
        Tags=tags,
    )
    rds.create_db_parameter_group(
        DBParameterGroupName="cms", DBParameterGroupFamily="mysql8.0", Description="content", Tags=tags
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="cms",
        Parameters=[{"ParameterName": "require_secure_transport", "ParameterValue": "0", "ApplyMethod": "immediate"}],
    )
    rds.create_db_instance(
        DBInstanceIdentifier="cms",
        DBInstanceClass="db.t3.medium",
        Engine="mysql",
        EngineVersion="8.0.40",
        AllocatedStorage=20,
        MasterUsername="cms",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="cms",
        DBParameterGroupName="cms",
        VpcSecurityGroupIds=[group],
        PubliclyAccessible=True,
        StorageEncrypted=False,
        MultiAZ=False,
        BackupRetentionPeriod=0,
        Tags=tags,
    )


def plain_distribution(cloud: Cloud, bucket_name: str) -> None:
    """A distribution of a bucket that anybody may read anyway, and of a blog, over plain HTTP."""
    port = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    origins: list[Mapping[str, Any]] = [
        {
            "Id": "press",
            "DomainName": f"{bucket_name}.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        },
        {"Id": "blog", "DomainName": "blog.media.example.org", "CustomOriginConfig": port},
    ]
    cloud.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "press",
            "Comment": "press kit and blog",
            "Enabled": True,
            "Origins": {"Quantity": len(origins), "Items": origins},
            "DefaultCacheBehavior": {
                "TargetOriginId": "press",
                "ViewerProtocolPolicy": "allow-all",
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                "MinTTL": 0,
                "TrustedSigners": {"Enabled": False, "Quantity": 0},
            },
            "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
        }
    )


def vendor_role(cloud: Cloud) -> None:
    """A role that a vendor's account may assume without more, and another in which operators delete without MFA."""
    iam = cloud.client("iam")
    for name, account in (("vendor-support", _VENDOR), ("operators", cloud.account)):
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))
        verbs = ["ecs:DeleteService", "ecs:UpdateService", "ec2:TerminateInstances"]
        own = document(allow(verbs if account == cloud.account else ["ecs:Describe*"], ["*"]))
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=json.dumps(own))


def key_for_everybody(cloud: Cloud) -> None:
    """A key for exchanging files whose policy names nobody."""
    kms = cloud.client("kms")
    policy = document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"})
    made = kms.create_key(Description="file exchange", Policy=json.dumps(policy))["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/file-exchange", TargetKeyId=made)


def forgotten_gateway(cloud: Cloud) -> None:
    """A VPN gateway that was to replace the first, and is attached to nothing."""
    cloud.client("ec2").create_vpn_gateway(Type="ipsec.1")


def short_logs(cloud: Cloud, name: str) -> None:
    """A log group that keeps a month."""
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=30)


def public_repository(cloud: Cloud, name: str) -> None:
    """Let everybody pull a repository's images."""
    anybody = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    cloud.client("ecr").set_repository_policy(repositoryName=name, policyText=json.dumps(document(anybody)))


def open_subnets(home: Network) -> None:
    """Let a network ACL admit every port from anywhere into the public subnets."""
    ec2 = home.cloud.client("ec2", home.region)
    made = ec2.create_network_acl(VpcId=home.vpc)["NetworkAcl"]["NetworkAclId"]
    for outward in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=made,
            RuleNumber=100,
            Protocol="6",
            RuleAction="allow",
            Egress=outward,
            CidrBlock="0.0.0.0/0",
            PortRange={"From": 1, "To": 65535},
        )
    public = set(home.subnets("public", "production"))
    for acl in ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [home.vpc]}])["NetworkAcls"]:
        for link in acl["Associations"]:
            if link["SubnetId"] in public:
                ec2.replace_network_acl_association(AssociationId=link["NetworkAclAssociationId"], NetworkAclId=made)
