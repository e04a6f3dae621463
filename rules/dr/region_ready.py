"""dr_region_ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec

from rules.dr import _there as there
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.backup import RecoveryPoint
from scanner.kinds.cloudformation import Stack
from scanner.kinds.ec2_launch import MachineImage, OwnImage
from scanner.kinds.ecr import Repository
from scanner.kinds.images import ReplicationRule
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.kinds.route53 import HostedZone
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import BucketReplication
from scanner.model.inventory import World, any_of
from scanner.model.kind import Kind
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import WebProposal

WEST = "us-west-2"
SEEN = (Other(RegionSettings, region=WEST), Other(RegionSettings))


def _case(*others: Other, lacking: tuple[type[Kind], ...] = ()) -> Case:
    return Case({}, others=[*SEEN, *others], settings={"dr_region": WEST}, lacking=lacking)


def _ecr(*rules: ReplicationRule) -> Case:
    settings = [Other(RegionSettings, region=WEST), Other(RegionSettings, ecr_replication=rules), Other(Repository)]
    return Case({}, others=settings, settings={"dr_region": WEST})


def _point(arn: str, **facts: Any) -> Other:
    return Other(RecoveryPoint, region=facts.pop("region", WEST), resource_arn=arn, **facts)


BUCKET = "arn:aws:s3:::claims-documents"
CLAIMS = "arn:aws:rds:us-east-1:123456789012:db:claims"
EHR = "arn:aws:rds:us-east-1:123456789012:cluster:ehr"
NAME = "network-01234567-89ab-cdef-0123-456789abcdef"
THEIRS = "210987654321"
COPYING = Other(Bucket, replication=(BucketReplication("copy"),))
COPYING_AWAY = Other(Bucket, replication=(BucketReplication("copy", account=THEIRS),))
THEIR_COPY = Other(Bucket, account=THEIRS, id="copy", home=WEST)
FAR = Other(Bucket, id="copy", home=WEST)
GLOBAL = Other(DBCluster, global_cluster="ehr-world")


def _own_in_use(image: MachineImage) -> bool:
    return image.visible and image.owner == image.account


def _stands_alone(database: DBInstance) -> bool:
    return not database.cluster and not database.source


def _asked(stack: Stack) -> bool:
    return not stack.parent and stack.stands


def _any(_: Kind) -> bool:
    return True


Sort = tuple[type[Any], Callable[[Any], bool], Callable[[Any, World, str], bool]]
PARTS: dict[str, tuple[str, tuple[Sort, ...]]] = {
    "images": ("machine images in use without a copy in", ((MachineImage, _own_in_use, there.image),)),
    "repositories": ("repositories that do not replicate to", ((Repository, _any, there.repository),)),
    "databases": (
        "databases without a replica, a copied snapshot or a backup in",
        ((DBInstance, _stands_alone, there.instance), (DBCluster, _any, there.cluster)),
    ),
    "templates": ("stacks without one of the same name in", ((Stack, _asked, there.stack),)),
    "buckets": ("buckets without replication to, or a backup in,", ((Bucket, _any, there.bucket),)),
}
"""For each part: what is missing in words, and what is asked for of which kinds, and how it is found there."""


def _lacking(sort: Sort, world: World, region: str, gaps: Gaps) -> Iterator[str]:
    kind, asked, found = sort
    with gaps:
        for one in world.everywhere(kind):
            with gaps:
                home = one.home if isinstance(one, Bucket) else one.region
                if home != region and asked(one) and not found(one, world, region):
                    yield one.id


class RegionReady(Rule):
    """The disaster recovery Region is ready.

    When a Region is away, care goes on only if what it needs is already elsewhere: machine images, container images,
    stored documents, databases, the stacks that build the rest, and names that can point there. The machine images in
    use are asked for, and each repository, bucket, database and stack outside of the disaster recovery Region. A stack
    is found again by its name. How old a copied snapshot or a backup is, is not judged; nor are stacks of other tools.
    """

    kind = Account
    needs = (
        RegionSettings,
        MachineImage,
        OwnImage,
        Repository,
        Bucket,
        RecoveryPoint,
        DBInstance,
        DBCluster,
        DBSnapshot,
        DBClusterSnapshot,
        Stack,
        HostedZone,
    )
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(ii)(B)", "164.308(a)(7)(ii)(C)", "164.308(a)(7)(i)")
    sources = (WebProposal(),)
    related = ("ecr_repository_replicated_for_dr", "s3_bucket_replication")
    remedy = Runbook(
        "Copy the machine images in use: aws ec2 copy-image --source-region FROM --source-image-id IMAGE --name NAME",
        "Let the registry replicate its repositories: aws ecr put-replication-configuration",
        "Let buckets replicate to buckets there, or AWS Backup copy their recovery points to a vault there.",
        "Give each database a replica there, replicate its automated backups, or copy its snapshots.",
        "Make the stacks there under the same names, best by a stack set over both Regions.",
        "Add failover records, or latency records for both Regions, with health checks; then rehearse the change.",
        effect=Effect(
            risk="medium", cost="a second copy of images and data, about 0.02 USD for each GB sent, and what runs there"
        ),
    )
    GOOD = (
        _case(),
        _case(Other(MachineImage), Other(OwnImage, region=WEST)),
        _case(Other(MachineImage), Other(OwnImage, region=WEST, name="x", source="ami-0123456789abcdef0")),
        _case(Other(MachineImage, owner=THEIRS)),
        _case(Other(MachineImage, visible=False)),
        _case(Other(MachineImage, region=WEST)),
        _ecr(ReplicationRule((f"eu-west-1 {THEIRS}", f"{WEST} {THEIRS}"))),
        _ecr(ReplicationRule((f"{WEST} {THEIRS}",), ("api",)), ReplicationRule((f"{WEST} {THEIRS}",), ("we",))),
        _case(Other(Repository, region=WEST)),
        _case(COPYING, FAR),
        _case(COPYING_AWAY, THEIR_COPY),
        _case(Other(Bucket), _point(BUCKET)),
        _case(FAR),
        _case(Other(DBInstance, copied_to=("eu-west-1", WEST))),
        _case(Other(DBInstance), Other(DBSnapshot, region=WEST, source_region="us-east-1")),
        _case(Other(DBInstance), _point(CLAIMS)),
        _case(Other(DBInstance, cluster="ehr")),
        _case(Other(DBInstance, source="claims")),
        _case(Other(DBInstance, region=WEST)),
        _case(Other(DBCluster, copied_to=(WEST,))),
        _case(GLOBAL, Other(DBCluster, region=WEST, global_cluster="ehr-world")),
        _case(Other(DBCluster), Other(DBClusterSnapshot, region=WEST, source_region="us-east-1")),
        _case(Other(DBCluster), _point(EHR)),
        _case(Other(Stack), Other(Stack, region=WEST)),
        _case(Other(Stack), Other(Stack, region=WEST, id=NAME, status="UPDATE_COMPLETE")),
        _case(Other(Stack, parent="arn:aws:cloudformation:us-east-1:123456789012:stack/whole/1234abcd")),
        _case(Other(Stack, status="ROLLBACK_COMPLETE")),
        _case(Other(Stack, region=WEST)),
        _case(Other(HostedZone, failover=True)),
        _case(Other(HostedZone), Other(HostedZone, id="Z1", latency_regions=("us-east-1", WEST))),
        _case(Other(HostedZone, addresses=False)),
    )
    BAD = (
        _case(Other(MachineImage)),
        _case(Other(MachineImage), Other(OwnImage, region=WEST, name="another")),
        _case(Other(MachineImage), Other(OwnImage, region=WEST, state="failed")),
        _case(Other(MachineImage), Other(OwnImage)),
        _ecr(),
        _ecr(ReplicationRule((f"{WEST} {THEIRS}",), ("api",))),
        _ecr(ReplicationRule((f"us-west-22 {THEIRS}",))),
        _case(Other(Bucket)),
        _case(Other(Bucket), FAR),
        _case(COPYING, Other(Bucket, id="copy", home="eu-west-1", replication=())),
        _case(Other(Bucket, replication=(BucketReplication("copy", enabled=False),)), FAR),
        _case(COPYING_AWAY, Other(Bucket, account=THEIRS, id="another", home=WEST)),
        _case(Other(Bucket), _point(BUCKET, status="EXPIRED")),
        _case(Other(Bucket), _point(BUCKET, region="us-east-1")),
        _case(Other(Bucket), _point("arn:aws:s3:::another")),
        _case(Other(DBInstance, copied_to=("eu-west-1",))),
        _case(Other(DBInstance), Other(DBSnapshot, region=WEST)),
        _case(Other(DBInstance), Other(DBSnapshot, region=WEST, source_region=WEST)),
        _case(Other(DBInstance), Other(DBSnapshot, region=WEST, source_region="us-east-1", database="billing")),
        _case(Other(DBInstance), Other(DBSnapshot, source_region="us-east-1")),
        _case(Other(DBCluster)),
        _case(GLOBAL, Other(DBCluster, region=WEST, global_cluster="another")),
        _case(Other(DBCluster), Other(DBCluster, region=WEST)),
        _case(Other(DBCluster), Other(DBClusterSnapshot, region=WEST)),
        _case(Other(DBCluster), Other(DBClusterSnapshot, region=WEST, source_region="us-east-1", database="billing")),
        _case(Other(Stack)),
        _case(Other(Stack), Other(Stack, region=WEST, id="another")),
        _case(Other(Stack), Other(Stack, region=WEST, status="DELETE_IN_PROGRESS")),
        _case(Other(Stack, status="UPDATE_COMPLETE")),
        _case(Other(HostedZone, latency_regions=("us-east-1",))),
        _case(Other(Stack), lacking=(MachineImage,)),
    )
    SKIP = (Case({}), Case({}, others=[Other(Stack)]))
    UNKNOWN = (
        Case({}, settings={"dr_region": WEST}, others=[Other(Stack)]),
        _case(COPYING),
        _case(COPYING_AWAY),
        _case(Other(DBInstance), lacking=(DBSnapshot,)),
        *(_case(lacking=(kind,)) for kind in (MachineImage, Repository, Bucket, DBInstance, DBCluster, Stack)),
        _case(Other(HostedZone, addresses=False), lacking=(HostedZone,)),
        _case(Other(MachineImage), lacking=(OwnImage,)),
    )

    class Settings(RuleSettings, frozen=True):
        """Where work goes on when a Region is away."""

        dr_region: Annotated[
            str, msgspec.Meta(description="The disaster recovery Region.", extra={"config": "dr.region"})
        ] = ""

    @staticmethod
    def applies(_: Account, settings: Settings) -> bool | str:
        """Accounts, once the disaster recovery Region is set."""
        return bool(settings.dr_region) or "no disaster recovery Region is set (dr_region)"

    @staticmethod
    def check(_: Account, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps, region = Gaps(), settings.dr_region
        for part, (said, sorts) in PARTS.items():
            found = [name for sort in sorts for name in _lacking(sort, world, region, gaps)]
            if found:
                yield Fail(f"{said} {region}: {there.names(found)}", part=part)
        with gaps:
            if any_of(world.all(HostedZone), lambda zone: zone.addresses) and not any_of(
                world.all(HostedZone), lambda zone: zone.failover or region in zone.latency_regions
            ):
                yield Fail(f"no record fails over, or routes by latency to {region}", part="DNS")
        yield from gaps
