"""The demo organisation: its accounts, how it is filled, and the configuration by which it is scanned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scanner.demo import deeds
from scanner.demo.nights import report_traffic
from scanner.demo.systems import cells, city_webapps, media_site, phi_cluster
from scanner.demo.systems.cloud import HOME, RECOVERY, REGIONS, Cloud
from scanner.demo.systems.foundation import AUDIT_ROLE, EXTERNAL_ID, Choices, Foundation, lay, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.demo.server import DemoServer

MANAGEMENT_ACCOUNT = "123456789012"
FIRST_NIGHT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
REMEDIATION_ROLE = "PhiwardRemediation"
"""Who carries plans out; moto lets any role be assumed, so it is not made and nothing judges it."""
_STATIC = {"aws_access_key_id": "AKIADEMO", "aws_secret_access_key": "demo"}  # the server asks for no signature
_FOUNDED = timedelta(days=400)
_BUILT = timedelta(days=90)
_TUNNELS_UP = (("datacenter-a", 0), ("datacenter-b", 0), ("datacenter-b", 1))
_DENIED = "kms.GetKeyRotationStatus"


@dataclass(frozen=True)
class _Plan:
    """An account: its group, how its foundation is laid, and what is built on it."""

    group: str
    choices: Choices
    build: Callable[[Cloud, Foundation], None]


_PLANS = {
    "phi-cluster": _Plan("clusters", Choices(), phi_cluster.build),
    "city-webapps": _Plan("web", Choices(encrypts_everywhere=False, blocks_public_buckets=False), city_webapps.build),
    "cell-alpha": _Plan("cells", Choices(), lambda cloud, base: cells.build(cloud, base, cells.ALPHA)),
    "cell-beta": _Plan("cells", Choices(), lambda cloud, base: cells.build(cloud, base, cells.BETA)),
    "cell-gamma": _Plan(
        "cells",
        Choices(blocks_public_snapshots=False, blocks_public_buckets=False),
        lambda cloud, base: cells.build(cloud, base, cells.GAMMA),
    ),
    "media-site": _Plan(
        "web",
        Choices(trail=False, encrypts_everywhere=False, blocks_public_buckets=False, keeps_default_vpc=True),
        media_site.build,
    ),
}


@dataclass(frozen=True)
class Organisation:
    """A filled demo: the server, its accounts by name, and the first night's moment."""

    server: DemoServer
    accounts: dict[str, str]
    clouds: dict[str, Cloud]
    start: datetime
    role: str = AUDIT_ROLE
    regions: tuple[str, ...] = REGIONS
    management: str = MANAGEMENT_ACCOUNT

    def role_arn(self, name: str) -> str:
        """The role to assume for reading an account, by the account's name."""
        return f"arn:aws:iam::{self.accounts[name]}:role/{self.role}"

    def environment(self) -> dict[str, str]:
        """What boto3's chain must find to act as the management account: endpoint, key and Region."""
        return {
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_ACCESS_KEY_ID": _STATIC["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": _STATIC["aws_secret_access_key"],
            "AWS_DEFAULT_REGION": self.regions[0],
        }

    def config_toml(self, store_url: str) -> str:
        """The config.toml by which all six accounts are scanned into the store at `store_url`."""
        regions = ", ".join(f'"{region}"' for region in self.regions)
        head = (
            f'[store]\nurl = "{store_url}"\n\n'
            f'[aws]\nregions = [{regions}]\nrole = "{self.role}"\nexternal_id = "{EXTERNAL_ID}"\n\n'
            f'[remediation]\nrole = "{REMEDIATION_ROLE}"\nexternal_id = "{EXTERNAL_ID}"\n\n'
            f'[scope]\ntags = {{ "data-classification" = "phi" }}\n\n'
            f'[address_plan]\nclusters = "10.16.0.0/16"\n'
            f'web = ["10.20.0.0/16", "10.72.0.0/16"]\ncells = "10.64.0.0/14"\n\n'
            f'[cells.cells]\nblueprint = "cell-alpha"\n\n{_cell_values()}\n[dr]\nregion = "{RECOVERY}"\n\n'
            f'[rules.iam_ecs_changes_by_pipeline_only]\npipeline_roles = ["*-deploy", "terraform"]\n\n'
            f'[overlay]\ncidr = "{phi_cluster.OVERLAY}"\nports = {list(phi_cluster.OVERLAY_PORTS)}\n'
        )
        rows = (
            f'\n[accounts."{self.accounts[name]}"]\nname = "{name}"\n'
            f'group = "{plan.group}"\nenvironment = "production"\n'
            for name, plan in _PLANS.items()
        )
        return head + "".join(rows)


def _cell_values() -> str:
    """Write what each cell has of its own: its addresses and its client."""
    rows = (
        f'[cells.cells.values."cell-{cell.client}"]\ncidr = "{cell.cidr}"\nclient = "{cell.client}"\n'
        for cell in (cells.ALPHA, cells.BETA, cells.GAMMA)
    )
    return "\n".join(rows)


def seed(server: DemoServer, start: datetime = FIRST_NIGHT) -> Organisation:
    """Fill an empty server with the organisation as it stands on the night of `start`."""
    server.set_clock(start - _FOUNDED)
    management = Cloud(server.url, MANAGEMENT_ACCOUNT, "management", _STATIC)
    accounts = _found(management)
    clouds = {name: _enter(server, management, name, account) for name, account in accounts.items()}
    foundations = {}
    for name, plan in _PLANS.items():
        foundations[name] = lay(clouds[name], MANAGEMENT_ACCOUNT, plan.choices)
    server.set_clock(start - _BUILT)
    for name, plan in _PLANS.items():
        clouds[name].now = start
        plan.build(clouds[name], foundations[name])
    made = Organisation(server, accounts, clouds, start)
    server.set_clock(start)
    for connection, number in _TUNNELS_UP:
        deeds.tunnel(made, clouds["city-webapps"], name=connection, number=number, status="UP")
    report_traffic(made, start)
    _register(made)
    server.deny(_DENIED, account=accounts["cell-gamma"])
    server.forget_calls()
    return made


def _register(made: Organisation) -> None:
    """Happen what no call does: agents of Systems Manager register, a root user's device is lost, a key is made."""
    for name in ("cell-alpha", "phi-cluster"):
        cloud = made.clouds[name]
        for block in cloud.client("ec2").describe_instances()["Reservations"]:
            for instance in block["Instances"]:
                made.server.happen(
                    "node", account=cloud.account, region=HOME, instance=instance["InstanceId"], Patch=0, Association=0
                )
    made.server.happen("root", account=made.accounts["media-site"], mfa=False)
    person(made.clouds["cell-beta"], "export-bot", mfa=False, console=False, keys=1)


def _found(management: Cloud) -> dict[str, str]:
    """Make the organization and its accounts; answers their ids by name."""
    organizations = management.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    return {
        name: organizations.create_account(AccountName=name, Email=f"{name}@example.org")["CreateAccountStatus"][
            "AccountId"
        ]
        for name in _PLANS
    }


def _enter(server: DemoServer, management: Cloud, name: str, account: str) -> Cloud:
    """Act in an account by the role that an organization makes in each of its accounts."""
    arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    granted = management.client("sts").assume_role(RoleArn=arn, RoleSessionName="founding")["Credentials"]
    credentials = {
        "aws_access_key_id": granted["AccessKeyId"],
        "aws_secret_access_key": granted["SecretAccessKey"],
        "aws_session_token": granted["SessionToken"],
    }
    return Cloud(server.url, account, name, credentials)
