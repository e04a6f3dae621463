"""Load balancers, their listeners and certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scanner.demo.systems.cloud import Cloud, pairs, tagged

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.demo.systems.network import Network

CURRENT_TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"
OLD_TLS = "ELBSecurityPolicy-2016-08"
TO_HTTPS = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}


def certificate(cloud: Cloud, domain: str) -> str:
    """Ask ACM for a certificate; answers its ARN."""
    answer: str = cloud.client("acm").request_certificate(
        DomainName=domain, ValidationMethod="DNS", KeyAlgorithm="RSA_2048", Tags=pairs(tagged(domain, "production"))
    )["CertificateArn"]
    return answer


def imported_certificate(cloud: Cloud, domain: str, until: datetime) -> str:
    """Import a self-made certificate of one year that ends at `until`; answers its ARN."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=365))
        .not_valid_after(until)
        .sign(private, hashes.SHA256())
    )
    answer: str = cloud.client("acm").import_certificate(
        Certificate=made.public_bytes(serialization.Encoding.PEM),
        PrivateKey=private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )["CertificateArn"]
    return answer


def targets(network: Network, name: str, *, protocol: str, port: int, kind: str = "ip") -> str:
    """Make a target group; answers its ARN."""
    (made,) = network.cloud.client("elbv2").create_target_group(
        Name=name,
        Protocol=protocol,
        Port=port,
        VpcId=network.vpc,
        TargetType=kind,
        HealthCheckProtocol=protocol,
        HealthCheckPath="/health",
        Tags=pairs(tagged(name, "production")),
    )["TargetGroups"]
    answer: str = made["TargetGroupArn"]
    return answer


def balancer(network: Network, name: str, subnets: Sequence[str], groups: Sequence[str], environment: str) -> str:
    """Make an internet-facing Application Load Balancer; answers its ARN."""
    (made,) = network.cloud.client("elbv2").create_load_balancer(
        Name=name,
        Subnets=list(subnets),
        SecurityGroups=list(groups),
        Scheme="internet-facing",
        Type="application",
        Tags=pairs(tagged(name, environment, phi=True)),
    )["LoadBalancers"]
    answer: str = made["LoadBalancerArn"]
    return answer


def https(network: Network, front: str, certificate_arn: str, group: str, policy: str = CURRENT_TLS) -> str:
    """Listen on 443 and forward to a target group; answers the listener's ARN."""
    return _listen(
        network,
        LoadBalancerArn=front,
        Protocol="HTTPS",
        Port=443,
        SslPolicy=policy,
        Certificates=[{"CertificateArn": certificate_arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )


def route(network: Network, listener: str, host: str, group: str) -> None:
    """Forward requests for a host name to a target group of their own."""
    network.cloud.client("elbv2").create_rule(
        ListenerArn=listener,
        Priority=10,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )


def http(network: Network, front: str, action: dict[str, Any]) -> str:
    """Listen on 80 and do one thing; answers the listener's ARN."""
    return _listen(network, LoadBalancerArn=front, Protocol="HTTP", Port=80, DefaultActions=[action])


def _listen(network: Network, **what: Any) -> str:
    (made,) = network.cloud.client("elbv2").create_listener(**what)["Listeners"]
    answer: str = made["ListenerArn"]
    return answer
