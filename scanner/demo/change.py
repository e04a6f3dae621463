"""What a change in the demo's nights is: what happens to which resource, who does it, and what it does to verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud

Effect = Literal["better", "worse", "neutral"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Deed = Callable[["Organisation", "Cloud"], None]

BUCKET, VPN, SERVICE, USER = "AWS::S3::Bucket", "AWS::EC2::VPNConnection", "AWS::ECS::Service", "AWS::IAM::User"
REPOSITORY, GROUP, TASK = "AWS::ECR::Repository", "AWS::EC2::SecurityGroup", "AWS::ECS::TaskDefinition"
LISTENER, BALANCER = "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::LoadBalancer"
KEY, VPC, TRAIL, CLUSTER = "AWS::KMS::Key", "AWS::EC2::VPC", "AWS::CloudTrail::Trail", "AWS::ECS::Cluster"
INSTANCE, SNAPSHOT, TABLE = "AWS::EC2::Instance", "AWS::EC2::Snapshot", "AWS::EC2::RouteTable"
RECORDER, DETECTOR = "AWS::Config::ConfigurationRecorder", "AWS::GuardDuty::Detector"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change: in `account` (its name), to the resource of `kind` that is called `name`.

    `actor` is a name of `actors.ACTORS`, empty where no call brings it about (a tunnel's state). `path` says where in
    the resource, as a drift report shows it, empty for the resource itself; `severity` what it touches, `info` for the
    better. `verdicts` are the rules it turns, and to what; None where the finding goes with its resource. `shown_on`
    is (part of) the name under which they are found, where that is not `name`; `told` part of the ARN, or the class,
    that drift tells it on, where that is another one.
    """

    night: int
    account: str
    what: str
    kind: str
    name: str
    path: str
    effect: Effect
    severity: Severity
    actor: str
    verdicts: Mapping[str, str | None]
    deed: Deed
    shown_on: str | None = None
    told: str = ""

    @property
    def place(self) -> str:
        """The name under which its findings stand."""
        return self.name if self.shown_on is None else self.shown_on
