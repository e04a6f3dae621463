"""vpn_tunnel_certificate_or_secret_storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.vpn import CustomerGateway, Telemetry, VPNConnection
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:s2svpn!vpn-1-AbCdEf"  # noqa: S105  an ARN
V = {"customer_gateway": "cgw-1", "telemetry": ()}
DEVICE = Other(CustomerGateway, id="cgw-1")


class TunnelCertificateOrSecretStorage(Rule):
    """Tunnels use certificates or pre-shared keys kept in Secrets Manager.

    A pre-shared key that EC2 keeps itself is shown in clear to everybody who may describe the connection, and with it
    a stranger's device can pass for ours. In Secrets Manager it takes a right of its own to read, each reading is
    logged, and the key can be changed. With certificates there is no key to share.
    """

    kind = VPNConnection
    needs = (CustomerGateway,)
    severity = "low"
    hipaa_proposed = ("164.312(d)", "164.308(a)(5)(ii)(D)")
    sources = (CityWebapps(),)
    remedy = Runbook(
        "Plan some minutes without each tunnel in turn, with somebody at the device",
        "Move one tunnel's key: aws ec2 modify-vpn-tunnel-options --vpn-connection-id {id} "
        "--vpn-tunnel-outside-ip-address IP --tunnel-options PreSharedKey=NEW_KEY --pre-shared-key-storage "
        "SecretsManager --region {region}, set the new key on the device, and when it is up do the other; or make "
        "a customer gateway with a certificate of a private authority",
        "See who may call ec2:DescribeVpnConnections and secretsmanager:GetSecretValue",
        effect=Effect(
            risk="high",
            downtime="each tunnel is down until the device has the new key",
            cost="a secret, 0.40 USD a month",
            terraform={"aws_vpn_connection": {"preshared_key_storage": "SecretsManager"}},
        ),
    )
    GOOD = (
        Case({**V, "key_secret": SECRET}, others=[DEVICE]),
        Case(V, others=[Other(CustomerGateway, id="cgw-1", certificate=CERTIFICATE)]),
        Case({**V, "key_secret": SECRET}, lacking=[CustomerGateway]),
    )
    BAD = (
        Case(V, others=[DEVICE]),
        Case({**V, "telemetry": (Telemetry("203.0.113.5", certificate=CERTIFICATE),)}, others=[DEVICE]),
        Case(V, others=[DEVICE, Other(CustomerGateway, id="cgw-2", certificate=CERTIFICATE)]),
    )
    SKIP = (Case({**V, "state": "deleted"}, others=[DEVICE]),)
    UNKNOWN = (Case(V, lacking=[CustomerGateway]), V)

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection, world: World) -> Iterator[Fail]:
        def by_certificate() -> bool:
            device = world.get(CustomerGateway, connection.customer_gateway)
            if device is None:
                raise Unknown(
                    Gap("ec2.DescribeCustomerGateways", message=f"{connection.customer_gateway} was not found")
                )
            return bool(device.certificate)

        if not any_of([lambda: bool(connection.key_secret), by_certificate]):
            yield Fail("its tunnels use pre-shared keys that EC2 keeps itself and shows in clear")
