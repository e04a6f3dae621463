"""`media-site`: a public website with media, as proposed on paper and built in a week.

A load balancer before Fargate tasks, media in S3 behind CloudFront, Aurora in two zones. It holds no PHI by intent, and
is watched because it shares the organisation: nobody finished its audit trail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.demo.systems import edge, neglect
from scanner.demo.systems.cloud import Cloud, pairs, role, tagged
from scanner.demo.systems.containers import cluster, container, log_group, push, repository, service, task
from scanner.demo.systems.foundation import deployer, person
from scanner.demo.systems.network import Network, network, opened, trusted
from scanner.demo.systems.policies import TASK_EXECUTION, allow, read_by_distribution, world_readable
from scanner.demo.systems.storage import bucket

if TYPE_CHECKING:
    from scanner.demo.systems.foundation import Foundation


def build(cloud: Cloud, _foundation: Foundation) -> None:
    """Fill the account."""
    home = network(cloud, "media-site", "10.72.0.0/16", nat="one")
    person(cloud, "web.editor", mfa=False)
    deployer(cloud, "site-deploy", restricted=True)
    website = _website(home)
    _media(cloud)
    _database(home, website)
    neglect.open_database(home)
    neglect.open_subnets(home)
    neglect.public_repository(cloud, "website")


def _website(home: Network) -> str:
    """The site, in haste; answers the group of its tasks."""
    cloud = home.cloud
    uri = repository(cloud, "website", sound=False)
    push(cloud, "website", "latest", user="www-data")
    log_group(cloud, "/ecs/website")
    cluster(cloud, "website", insights="disabled")
    front = home.group("website-front", opened(80, "0.0.0.0/0"), opened(443, "0.0.0.0/0"), purpose="Load balancer")
    group = home.group("website", trusted(8080, front), purpose="website tasks")
    public = home.subnets("public", "production")
    balancer = edge.balancer(home, "website", public, [front], "production")
    target = edge.targets(home, "website", protocol="HTTP", port=8080)
    edge.https(home, balancer, edge.certificate(cloud, "www.media.example.org"), target)
    edge.http(home, balancer, edge.TO_HTTPS)
    reading = allow(["s3:GetObject"], [f"arn:aws:s3:::media-{cloud.account}/*"])
    own = role(cloud, "website-task", ["ecs-tasks"], managed=[TASK_EXECUTION], inline={"read": reading})
    definition = task(
        cloud,
        "website",
        [container("website", f"{uri}:latest")],
        taskRoleArn=own,
        executionRoleArn=own,
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
    )
    where = {"subnets": public, "securityGroups": [group], "assignPublicIp": "ENABLED"}
    service(
        cloud,
        "website",
        "website",
        definition,
        2,
        launchType="FARGATE",
        platformVersion="1.3.0",
        networkConfiguration={"awsvpcConfiguration": where},
        loadBalancers=[{"targetGroupArn": target, "containerName": "website", "containerPort": 8080}],
    )
    return group


def _media(cloud: Cloud) -> None:
    """Media that CloudFront alone may read, and a press kit that anyone may."""
    name = f"media-{cloud.account}"
    distribution = cloud.client("cloudfront").create_distribution(DistributionConfig=_distribution(cloud, name))[
        "Distribution"
    ]
    tags = tagged("media", "production", owner="editorial")
    bucket(cloud, name, tags, statements=[read_by_distribution(name, distribution["ARN"])])
    press = f"media-press-{cloud.account}"
    bucket(
        cloud,
        press,
        tagged("media-press", "production", owner="editorial"),
        over_tls_alone=False,
        statements=[world_readable(press)],
        blocked=False,
    )
    neglect.plain_distribution(cloud, press)


def _distribution(cloud: Cloud, bucket_name: str) -> dict[str, Any]:
    origin = {
        "Id": "media",
        "DomainName": f"{bucket_name}.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E127EXAMPLE51Z"},
    }
    port = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    site = {"Id": "site", "DomainName": "www.media.example.org", "CustomOriginConfig": port}
    behaviour = {
        "TargetOriginId": "media",
        "ViewerProtocolPolicy": "redirect-to-https",
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
    }
    certificate = edge.certificate(cloud, "media.example.org")
    return {
        "CallerReference": "media-site",
        "Comment": "media of the site",
        "Enabled": True,
        "Origins": {"Quantity": 2, "Items": [origin, site]},
        "DefaultCacheBehavior": behaviour,
        "ViewerCertificate": {
            "CloudFrontDefaultCertificate": False,
            "ACMCertificateArn": certificate,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }


def _database(home: Network, website: str) -> None:
    """Aurora with two members in two zones."""
    rds = home.cloud.client("rds")
    group = home.group("aurora", trusted(3306, website), purpose="Aurora")
    tags = pairs(tagged("website", "production"))
    rds.create_db_subnet_group(
        DBSubnetGroupName="website",
        DBSubnetGroupDescription="private subnets",
        SubnetIds=home.subnets("private", "production"),
        Tags=tags,
    )
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="website",
        DBParameterGroupFamily="aurora-mysql8.0",
        Description="TLS only",
        Tags=tags,
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="website",
        Parameters=[{"ParameterName": "require_secure_transport", "ParameterValue": "ON", "ApplyMethod": "immediate"}],
    )
    rds.create_db_cluster(
        DBClusterIdentifier="website",
        Engine="aurora-mysql",
        EngineVersion="8.0.mysql_aurora.3.08.0",
        MasterUsername="site",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        BackupRetentionPeriod=7,
        DBSubnetGroupName="website",
        DBClusterParameterGroupName="website",
        VpcSecurityGroupIds=[group],
        Tags=tags,
    )
    for letter in "ab":
        rds.create_db_instance(
            DBInstanceIdentifier=f"website-{letter}",
            DBClusterIdentifier="website",
            DBInstanceClass="db.r6g.large",
            Engine="aurora-mysql",
            AvailabilityZone=home.region + letter,
            PubliclyAccessible=False,
            Tags=tags,
        )
