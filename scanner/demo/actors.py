"""Who does what in the demo: people, pipelines and services, each with credentials, an address and a tool of its own.

Their calls are really signed with their credentials, and carry the tool's `User-Agent` and the address, so that
CloudTrail tells of them as it tells of real ones. Addresses are of documentation ranges (RFC 5737).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scanner.demo.systems.cloud import Cloud

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation

_LANDING = "OrganizationAccountAccessRole"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
_CLI = (
    "aws-cli/2.32.3 md/awscrt#0.28.4 ua/2.1 os/linux#6.8.0-88-generic md/arch#x86_64 lang/python#3.13.9"
    " md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off"
)
_BOTO = (
    "Boto3/1.41.2 md/Botocore#1.41.2 ua/2.1 os/linux#6.8.0-1040-aws md/arch#x86_64 lang/python#3.13.9"
    " md/pyimpl#CPython Botocore/1.41.2"
)
_TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.5 (+https://www.terraform.io) terraform-provider-aws/6.22.0"
    " (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.6 ua/2.1 os/linux"
    " lang/go#1.24.10 md/GOOS#linux md/GOARCH#amd64"
)
_OLD_TERRAFORM = "HashiCorp Terraform/1.13.5 (+https://www.terraform.io) aws-sdk-go-v2/1.39.6 os/linux lang/go#1.24.10"
_AGENT = "Amazon ECS Agent - v1.97.1 (c2f2a5c8) (+http://aws.amazon.com/ecs/)"
_SCALING_ROLE = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


@dataclass(frozen=True)
class Actor:
    """Who acts: by the session of a `role`, or as an IAM `user`; from `address`, with the tool that `agent` names."""

    role: str = ""
    session: str = ""
    user: str = ""
    address: str = ""
    agent: str = ""
    channel: str = ""


ACTORS: Mapping[str, Actor] = {
    "ana.moreno": Actor(_LANDING, "ana.moreno@example.org", "", "198.51.100.23", _BROWSER, "console"),
    "jon.silva": Actor(_LANDING, "jon.silva@example.org", "", "198.51.100.41", "console.amazonaws.com", "console"),
    "mara.okafor": Actor(_LANDING, "mara.okafor@example.org", "", "203.0.113.77", _CLI, "CLI"),
    "dmitri.volkov": Actor(
        _LANDING, "dmitri.volkov@example.org", "", "cloudformation.amazonaws.com", "cloudformation.amazonaws.com",
        "CloudFormation",
    ),
    "export-bot": Actor("", "", "export-bot", "203.0.113.9", _CLI, "CLI"),
    "pipeline-deploy": Actor("pipeline-deploy", "release-2184", "", "192.0.2.18", _BOTO, "SDK"),
    "terraform": Actor("terraform", "plan-and-apply-4821", "", "192.0.2.44", _TERRAFORM, "Terraform"),
    "platform-terraform": Actor(_LANDING, "platform-apply-977", "", "192.0.2.45", _TERRAFORM, "Terraform"),
    "jenkins-deploy": Actor("jenkins-deploy", "jenkins-417", "", "192.0.2.61", _OLD_TERRAFORM, "Terraform"),
    "auto-scaling": Actor(
        _SCALING_ROLE, "AutoScaling", "", "autoscaling.amazonaws.com", "autoscaling.amazonaws.com", "service"
    ),
    "container-host": Actor("", "", "", "203.0.113.130", _AGENT, "SDK"),
}  # fmt: skip
"""By the name that `Change.actor` gives; `container-host` is the agent of a host, with the role of its host."""


def act_as(organisation: Organisation, account: str, actor: str | Actor, occasion: str) -> Cloud:
    """Give the account `account` (its name) as `actor` sees it; `occasion` tells apart what it does at other times."""
    who = ACTORS[actor] if isinstance(actor, str) else actor
    founding = organisation.clouds[account]
    if who.user:
        (found,) = founding.client("iam").list_access_keys(UserName=who.user)["AccessKeyMetadata"]
        credentials = {"aws_access_key_id": found["AccessKeyId"], "aws_secret_access_key": "not checked"}
    else:
        granted = founding.client("sts").assume_role(
            RoleArn=founding.arn("iam", f"role/{who.role}"), RoleSessionName=who.session
        )["Credentials"]
        credentials = {
            "aws_access_key_id": granted["AccessKeyId"],
            "aws_secret_access_key": granted["SecretAccessKey"],
            "aws_session_token": granted["SessionToken"],
        }
    made = Cloud(organisation.server.url, founding.account, account, credentials)
    made.come_from(who.address, who.agent, f"{occasion}/{who.session or who.user}")
    made.now = founding.now
    return made


def host_agent(role: str, instance: str) -> Actor:
    """Give the ECS agent of an instance, which acts with the instance's role."""
    return replace(ACTORS["container-host"], role=role, session=instance)
