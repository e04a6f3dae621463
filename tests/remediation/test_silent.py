"""What Custodian says it has done, without an error, and has not: the rehearsal refutes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import pytest

from remediation import rehearsal
from remediation.planning import Choice, Ground, steps_for
from remediation.rehearsal import rehearse
from remediation.staging import Scene
from remediation.twin.looking import look
from remediation.twin.site import Site
from scanner.demo.server import DemoServer
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, kinds_needed, rules
from scanner.kinds.ec2_launch import OwnImage
from scanner.model.finding import Finding
from scanner.model.inventory import Inventory
from scanner.model.plan import Outcome, Plan
from scanner.model.remedy import Custodian, Direct
from scanner.model.resource import Snapshot
from scanner.model.rule import Fail, Rule

pytestmark = pytest.mark.long

ACCOUNT, REGION = "111122223333", "us-east-1"
NIGHT = datetime(2026, 3, 4, 2, tzinfo=UTC)
NETWORK = ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup")
REDACTOR = Redactor(b"the test's own")


class ImageNotPublic(Rule):
    """Images are not public."""

    id = "image_not_public"
    kind = OwnImage
    severity = "high"
    remedy = Custodian("ami", {"type": "set-permissions", "remove": "matched"}, filters=[{"type": "cross-account"}])
    GOOD = ({"state": "available"},)
    BAD = ({"state": "failed"},)

    @staticmethod
    def check(image: OwnImage) -> Iterator[Fail]:
        if image.resource.sections["box"].doc["Public"]:
            yield Fail("everybody may launch it")


BOTH_AT_ONCE = Custodian(
    "ec2",
    {"type": "set-metadata-access", "tokens": "required", "hop-limit": 1},
    filters=[{"MetadataOptions.HttpTokens": "optional"}],
)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Give a server with nothing in it: what one test leaves would be found by the next."""
    with DemoServer() as started:
        started.set_clock(NIGHT)
        yield started


Client = Callable[[str], Any]


def instance(client: Client) -> None:
    """One hop, but no tokens asked for."""
    subnet = client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    made = client("ec2").run_instances(
        SubnetId=subnet,
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1,
        MetadataOptions={"HttpTokens": "optional", "HttpPutResponseHopLimit": 1},
    )  # fmt: skip
    assert made["Instances"][0]["MetadataOptions"]["HttpTokens"] == "optional"


def image(client: Client) -> None:
    ec2 = client("ec2")
    host = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    made = ec2.create_image(InstanceId=host, Name="shared-with-all")["ImageId"]
    ec2.modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"Group": "all"}]})


def distribution(client: Client) -> None:
    origin = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "press", "Comment": "", "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "web", "DomainName": "press.example.org", "CustomOriginConfig": origin}],
            },
            "DefaultCacheBehavior": {"TargetOriginId": "web", "ViewerProtocolPolicy": "allow-all"},
        }
    )  # fmt: skip


def rehearsed(server: DemoServer, seed: Callable[[Client], None], rule: type[Rule]) -> Outcome:
    """Seed, look, judge, plan and rehearse: what came of the one step."""
    site = Site(server.url)
    seed(lambda service: site.client(ACCOUNT, service, REGION))
    wanted = kinds_needed([rule]) | {name: kinds()[name] for name in NETWORK}
    snapshot = look(site, {(ACCOUNT, REGION), (ACCOUNT, "global")}, wanted, REDACTOR, NIGHT)
    context = Context(Inventory.of(snapshot.resources, snapshot.coverage), NIGHT)
    found = list(evaluate([rule], context))
    steps = steps_for(found, Ground(context, {rule.id: rule}, kinds()), Choice()).steps
    assert [step.form for step in steps] == ["custodian"]
    plan = Plan(
        id="plan-1", scan="s", as_of="", made_at="", phiward="", accounts={}, chosen={}, left_out={},
        steps=tuple(steps),
    )  # fmt: skip

    def judge(some: Sequence[type[Rule]], seen: Snapshot) -> list[Finding]:
        return list(evaluate(some, Context(Inventory.of(seen.resources, seen.coverage), NIGHT)))

    (outcome,) = rehearse(plan, Scene(snapshot, {rule.id: rule}, judge, REDACTOR), "", {}).outcomes
    return outcome


def with_remedy(name: str, remedy: Custodian | Direct) -> type[Rule]:
    """Give a rule another remedy."""
    return type(name, (rules()[name],), {"remedy": remedy, "id": name, "__doc__": rules()[name].__doc__})


def test_two_conditions_in_one_action_mend_neither(server: DemoServer) -> None:
    outcome = rehearsed(server, instance, with_remedy("ec2_instance_imdsv2_required", BOTH_AT_ONCE))
    assert outcome.verdict == "refuted", outcome.why
    assert outcome.why == "no error, 1 resource matched, and it still fails: ec2_instance_imdsv2_required"


def test_a_public_image_stays_public(server: DemoServer) -> None:
    outcome = rehearsed(server, image, ImageNotPublic)
    assert outcome.verdict == "refuted", outcome.why
    assert outcome.why == "no error, 1 resource matched, and it still fails: image_not_public"


def test_a_refusal_that_custodian_only_logs_is_seen(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(DemoServer):
        def __enter__(self) -> Self:
            started = super().__enter__()
            started.deny("cloudfront.UpdateDistribution")
            return started

    monkeypatch.setattr(rehearsal, "DemoServer", Refusing)
    outcome = rehearsed(server, distribution, rules()["cloudfront_viewer_policy_https"])
    assert outcome.verdict == "refuted", outcome.why
    assert outcome.why == "no error, 1 resource matched, and it still fails: cloudfront_viewer_policy_https"
