"""Reckons the fewest calls that AWS's API allows for the facts that are wanted, beside those that phiward makes.

    python -m bench.minimum [--scale 1] [--regions 1] [--write]

A described account (bench/endpoint) is collected once, without latency. An operation that no other can stand for
needs what is made of it: a listing its pages, a setting of one resource a call for each. Where the API has a shorter
way that phiward does not take, `SHORTER` says which, and how many calls it would take. `--write` puts the table into
docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

import boto3

from bench.endpoint.description import key_of
from bench.endpoint.server import Endpoint
from bench.endpoint.world import World
from scanner.aws.collect import Collector, PlaceResult
from scanner.aws.limits import Bucket, Limits
from scanner.aws.patience import Patience
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.resource import Resource

DOC = Path(__file__).parents[1] / "docs" / "performance.md"
MARKS = ("<!-- minimum -->", "<!-- /minimum -->")
REGIONS = ("us-east-1", "eu-west-1", "us-west-2", "ap-south-1")


@dataclass
class Seen:
    """What a collection saw, and the calls that it made by operation."""

    places: Sequence[PlaceResult]
    made: Counter[str]

    def of(self, kind: str) -> list[Resource]:
        """Give the resources of a kind."""
        return [each for place in self.places for each in place.resources if each.kind == kind]

    def count(self, kind: str) -> int:
        """Count the resources of a kind."""
        return len(self.of(kind))

    @property
    def regions(self) -> int:
        """Count the Regions."""
        return len({place.region for place in self.places} - {"global"})


def _by_aws(seen: Seen) -> int:
    keys = [each.sections["meta"].doc for each in seen.of("AWS::KMS::Key")]
    return sum(1 for key in keys if key["KeyManager"] == "AWS")


def _empty(seen: Seen) -> int:
    clusters = [each.sections["cluster"].doc for each in seen.of("AWS::ECS::Cluster")]
    return sum(1 for cluster in clusters if not cluster.get("registeredContainerInstancesCount"))


def _scanned(seen: Seen) -> int:
    images = [each.sections["named"].doc for each in seen.of("AWS::ECR::Image") if each.sections["scan"].doc]
    return len({(image["account"], image["region"], image["repository"]) for image in images})


def _shadows(seen: Seen) -> int:
    return len({each.sections["trail"].doc["TrailARN"] for each in seen.of("AWS::CloudTrail::ShadowTrail")})


SHORTER: dict[str, tuple[Callable[[Seen], int], str]] = {
    "cloudtrail.GetEventSelectors": (_shadows, "a trail is asked as itself and as its shadow in the home Region"),
    "cloudtrail.GetTrailStatus": (_shadows, "a trail is asked as itself and as its shadow in the home Region"),
    "cloudtrail.ListTags": (lambda _: 0, "GetResources lists them beside others"),
    "ec2.DescribeLaunchTemplateVersions": (
        lambda seen: min(seen.regions, 1) * ceil(2 * seen.count("AWS::EC2::LaunchTemplate") / 200),
        "$Default and $Latest of all templates in one listing",
    ),
    "ecr.DescribeImageScanFindings": (_scanned, "DescribeImages tells the counts of a repository's images at once"),
    "ecs.ListContainerInstances": (
        lambda seen: seen.made["ecs.ListContainerInstances"] - _empty(seen), "a cluster says that it has none",
    ),
    "elb.DescribeTags": (lambda _: 0, "GetResources lists them beside others"),
    "elbv2.DescribeTags": (lambda _: 0, "GetResources lists them beside others"),
    "events.ListTagsForResource": (lambda _: 0, "GetResources lists them beside others"),
    "kms.GetKeyPolicy": (
        lambda seen: seen.made["kms.GetKeyPolicy"] - _by_aws(seen), "the policies of AWS's own keys are AWS's",
    ),
    "route53.ListTagsForResource": (
        lambda seen: ceil(seen.count("AWS::Route53::HostedZone") / 10), "ListTagsForResources takes ten zones",
    ),
    "waf.ListTagsForResource": (lambda _: 0, "GetResources lists them beside others"),
    "wafv2.GetWebACLForResource": (
        lambda seen: min(seen.made["wafv2.GetWebACLForResource"], seen.count("AWS::WAFv2::WebACL")),
        "ListResourcesForWebACL, where there are fewer web ACLs than load balancers",
    ),
}  # fmt: skip
"""Operations for which the API has a shorter way: how many calls it would take, and which it is."""


def collect(scale: float, regions: int) -> Seen:
    """Collect a described account."""
    world = World(scale=scale, regions=REGIONS[:regions])
    with Endpoint(world) as endpoint:
        os.environ["AWS_ENDPOINT_URL"] = endpoint.url
        sessions = Sessions(boto3.Session(key_of(world.home), "synthetic", region_name=REGIONS[0]))
        limits = Limits(lambda: Bucket(sleep=lambda _: None))
        collector = Collector(
            sessions, kinds(), Redactor(secrets.token_bytes(32)), datetime.now(UTC), limits=limits,
            patience=Patience(poll=0.2),
        )  # fmt: skip
        places = list(collector.collect([Target(world.home, regions=world.regions)]))
        made = Counter({name: count for name, count in endpoint.served.items() if name != "ecr.download"})
    return Seen(places, made)


def table(seen: Seen) -> str:
    """Write what is made and the fewest as Markdown, those operations apart that are called once."""
    fewest = {name: SHORTER[name][0](seen) if name in SHORTER else count for name, count in seen.made.items()}
    lines = ["| operation | made | fewest | the shorter way |", "| --- | --: | --: | --- |"]
    once: dict[str, list[str]] = defaultdict(list)
    for name, count in sorted(seen.made.items()):
        if count == fewest[name] == 1:
            service, _, action = name.partition(".")
            once[service].append(action)
        else:
            way = SHORTER[name][1] if fewest[name] < count else ""
            lines.append(f"| {name} | {count:,} | {fewest[name]:,} | {way} |")
    ones = sum(map(len, once.values()))
    made, least = seen.made.total(), sum(fewest.values())
    lines += [
        f"| called once | {ones} | {ones} | |",
        f"| **all** | **{made:,}** | **{least:,}** | {made / least:.3f} |",
    ]
    told = "; ".join(f"{service}: {', '.join(actions)}" for service, actions in sorted(once.items()))
    things = len({each.arn for place in seen.places for each in place.resources})
    return f"{things:,} resources in {seen.regions} Region(s).\n\n" + "\n".join([*lines, "", f"Called once: {told}."])


def main() -> None:
    """Reckon and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--regions", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    given = parser.parse_args()
    text = table(collect(given.scale, given.regions))
    print(text)
    if given.write:
        before, _, rest = DOC.read_text().partition(MARKS[0])
        DOC.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}")


if __name__ == "__main__":
    main()
