from __future__ import annotations

from typing import Any

import pytest

from scanner.aws.client import Request
from scanner.aws.errors import Refusal
from scanner.aws.paging import paging_of
from tests.aws.gather import ACCOUNT, Connect, Serve
from tests.aws.stub import Answer, Asked, Script, said, xml

HERE = (ACCOUNT, "us-east-1")
EVERYWHERE = (ACCOUNT, "global")


def _roles(first: str, more: str = "") -> Answer:
    return xml(
        f"<ListRolesResponse><ListRolesResult><Roles><member><RoleName>{first}</RoleName></member></Roles>"
        f"{more}</ListRolesResult></ListRolesResponse>"
    )


def _distributions(name: str, rest: str) -> Answer:
    items = f"<Items><DistributionSummary><Id>{name}</Id></DistributionSummary></Items>"
    return xml(f"<DistributionList>{rest}{items}</DistributionList>")


def _balancers(name: str, more: str = "") -> Answer:
    item = f"<member><LoadBalancerArn>{name}</LoadBalancerArn></member>"
    return xml(
        "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult>"
        f"<LoadBalancers>{item}</LoadBalancers>{more}</DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"
    )


def _vpcs(name: str, more: str = "") -> Answer:
    return xml(
        f"<DescribeVpcsResponse><vpcSet><item><vpcId>{name}</vpcId></item></vpcSet>{more}</DescribeVpcsResponse>"
    )


def _buckets(name: str, more: str = "") -> Answer:
    item = f"<Bucket><Name>{name}</Name></Bucket>"
    return xml(f"<ListAllMyBucketsResult><Buckets>{item}</Buckets>{more}</ListAllMyBucketsResult>")


STYLES: dict[str, tuple[str, str, str, str, list[Answer]]] = {
    "nextToken": (
        "ecs.ListClusters", "ecs.ListClusters", "nextToken", "clusterArns",
        [said(clusterArns=["a"], nextToken="t1"), said(clusterArns=["b"], nextToken="t2"), said(clusterArns=["c"])],
    ),
    "NextToken": (
        "events.ListRules", "events.ListRules", "NextToken", "Rules",
        [said(Rules=[{"Name": "a"}], NextToken="t1"), said(Rules=[], NextToken="t2"), said(Rules=[{"Name": "c"}])],
    ),
    "NextToken without a paginator": (
        "events.ListEventBuses", "events.ListEventBuses", "NextToken", "EventBuses",
        [said(EventBuses=[{"Name": "a"}], NextToken="t1"), said(EventBuses=[{"Name": "b"}], NextToken="t2"),
         said(EventBuses=[])],
    ),
    "Marker and IsTruncated": (
        "iam.ListRoles", "iam.ListRoles", "Marker", "Roles",
        [_roles("a", "<IsTruncated>true</IsTruncated><Marker>t1</Marker>"),
         _roles("b", "<IsTruncated>true</IsTruncated><Marker>t2</Marker>"),
         _roles("c", "<IsTruncated>false</IsTruncated>")],
    ),
    "NextMarker to Marker": (
        "elbv2.DescribeLoadBalancers", "elasticloadbalancing.DescribeLoadBalancers", "Marker", "LoadBalancers",
        [_balancers("a", "<NextMarker>t1</NextMarker>"), _balancers("b", "<NextMarker>t2</NextMarker>"),
         _balancers("c")],
    ),
    "Truncated and NextMarker": (
        "kms.ListKeys", "kms.ListKeys", "Marker", "Keys",
        [said(Keys=[{"KeyId": "a"}], Truncated=True, NextMarker="t1"),
         said(Keys=[{"KeyId": "b"}], Truncated=True, NextMarker="t2"),
         said(Keys=[{"KeyId": "c"}], Truncated=False)],
    ),
    "EC2's nextToken": (
        "ec2.DescribeVpcs", "ec2.DescribeVpcs", "NextToken", "Vpcs",
        [_vpcs("a", "<nextToken>t1</nextToken>"), _vpcs("b", "<nextToken>t2</nextToken>"),
         _vpcs("c", "<nextToken></nextToken>")],
    ),
    "NextMarker without a paginator": (
        "waf-regional.ListIPSets", "waf-regional.ListIPSets", "NextMarker", "IPSets",
        [said(IPSets=[{"Id": "a"}], NextMarker="t1"), said(IPSets=[{"Id": "b"}], NextMarker="t2"), said(IPSets=[])],
    ),
    "a nested NextMarker": (
        "cloudfront.ListDistributions", "cloudfront GET /2020-05-31/distribution", "Marker", "DistributionList",
        [_distributions("a", "<IsTruncated>true</IsTruncated><NextMarker>t1</NextMarker>"),
         _distributions("b", "<IsTruncated>true</IsTruncated><NextMarker>t2</NextMarker>"),
         _distributions("c", "<IsTruncated>false</IsTruncated>")],
    ),
    "a nested NextMarker without a paginator": (
        "cloudfront.ListCachePolicies", "cloudfront GET /2020-05-31/cache-policy", "Marker", "CachePolicyList",
        [xml(f"<CachePolicyList>{more}<MaxItems>1</MaxItems><Quantity>1</Quantity></CachePolicyList>")
         for more in ("<NextMarker>t1</NextMarker>", "<NextMarker>t2</NextMarker>", "")],
    ),
    "ContinuationToken": (
        "s3.ListBuckets", "s3 GET /", "continuation-token", "Buckets",
        [_buckets("a", "<ContinuationToken>t1</ContinuationToken>"),
         _buckets("b", "<ContinuationToken>t2</ContinuationToken>"), _buckets("c")],
    ),
    "PaginationToken, empty at the end": (
        "resourcegroupstaggingapi.GetResources", "tagging.GetResources", "PaginationToken", "ResourceTagMappingList",
        [said(ResourceTagMappingList=[{}], PaginationToken="t1"),
         said(ResourceTagMappingList=[{}], PaginationToken="t2"),
         said(ResourceTagMappingList=[], PaginationToken="")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_a_list_is_read_to_its_end(serve: Serve, connect: Connect, style: str) -> None:
    operation, key, ask, member, answers = STYLES[style]
    stub = serve({key: answers})
    pages = list(connect(operation).pages(HERE, Request(operation, {}, expect=member)))
    assert len(pages) == 3
    assert [params.get(ask) for params in stub.params(key)] == [None, "t1", "t2"]


def test_one_joins_the_lists_of_all_pages(serve: Serve, connect: Connect) -> None:
    operation, key, *_, answers = STYLES["nextToken"]
    serve({key: answers})
    assert connect(operation).one(HERE, Request(operation, {}))["clusterArns"] == ["a", "b", "c"]


def test_several_tokens_go_on_together_and_one_that_ends_is_not_sent_again(serve: Serve, connect: Connect) -> None:
    def page(*names: str) -> Answer:
        more = "".join(f"<Next{name}>n</Next{name}>" for name in names)
        flag = "true" if names else "false"
        sets = "<ResourceRecordSets></ResourceRecordSets><MaxItems>1</MaxItems>"
        return xml(
            f"<ListResourceRecordSetsResponse>{sets}<IsTruncated>{flag}</IsTruncated>{more}"
            "</ListResourceRecordSetsResponse>"
        )

    key = "route53 GET /2013-04-01/hostedzone/Z1/rrset"
    stub = serve({key: [page("RecordName", "RecordType", "RecordIdentifier"), page("RecordName"), page()]})
    operation = "route53.ListResourceRecordSets"
    assert len(list(connect(operation).pages(HERE, Request(operation, {"HostedZoneId": "Z1"})))) == 3
    assert [sorted(params) for params in stub.params(key)] == [[], ["identifier", "name", "type"], ["name"]]


CUT: dict[str, tuple[str, str, Script]] = {
    "IsTruncated": ("iam.ListRoles", "iam.ListRoles", _roles("a", "<IsTruncated>true</IsTruncated>")),
    "Truncated": ("kms.ListKeys", "kms.ListKeys", said(Keys=[], Truncated=True)),
    "nested IsTruncated": (
        "cloudfront.ListDistributions",
        "cloudfront GET /2020-05-31/distribution",
        _distributions("a", "<IsTruncated>true</IsTruncated>"),
    ),
    "AdditionalRoutesAvailable": (
        "ec2.SearchTransitGatewayRoutes",
        "ec2.SearchTransitGatewayRoutes",
        xml(
            "<SearchTransitGatewayRoutesResponse><routeSet/><additionalRoutesAvailable>true"
            "</additionalRoutesAvailable></SearchTransitGatewayRoutesResponse>"
        ),
    ),
}
NEEDED: dict[str, dict[str, Any]] = {
    "ec2.SearchTransitGatewayRoutes": {
        "TransitGatewayRouteTableId": "tgw-rtb-1",
        "Filters": [{"Name": "state", "Values": ["active"]}],
    }
}


@pytest.mark.parametrize("style", CUT)
def test_a_list_that_is_cut_short_without_a_token_is_refused(serve: Serve, connect: Connect, style: str) -> None:
    operation, key, script = CUT[style]
    serve({key: script})
    pages = connect(operation).pages(EVERYWHERE, Request(operation, NEEDED.get(operation, {})))
    assert next(pages)
    with pytest.raises(Refusal, match="there is no token") as told:
        next(pages)
    assert told.value.code == "ListCutShort"


def test_a_token_after_the_last_page_is_not_followed(serve: Serve, connect: Connect) -> None:
    stub = serve({"kms.ListKeys": said(Keys=[], Truncated=False, NextMarker="again")})
    assert len(list(connect("kms.ListKeys").pages(HERE, Request("kms.ListKeys", {})))) == 1
    assert len(stub.asked) == 1


def test_a_token_that_comes_twice_ends_the_list_as_incomplete(serve: Serve, connect: Connect) -> None:
    stub = serve({"ecs.ListClusters": said(clusterArns=["a"], nextToken="t")})
    with pytest.raises(Refusal) as told:
        list(connect("ecs.ListClusters").pages(HERE, Request("ecs.ListClusters", {})))
    assert told.value.code == "TokenRepeated"
    assert len(stub.asked) == 2


def test_a_circle_of_tokens_ends(serve: Serve, connect: Connect) -> None:
    def turn(asked: Asked) -> Answer:
        return said(clusterArns=[], nextToken={"t1": "t2", "t2": "t3"}.get(asked.params.get("nextToken", ""), "t1"))

    stub = serve({"ecs.ListClusters": turn})
    with pytest.raises(Refusal, match="twice"):
        list(connect("ecs.ListClusters").pages(HERE, Request("ecs.ListClusters", {})))
    assert len(stub.asked) == 4


def test_the_pages_before_a_refusal_are_given(serve: Serve, connect: Connect) -> None:
    serve({"ecs.ListClusters": [said(clusterArns=["a"], nextToken="t"), said(400, __type="AccessDeniedException")]})
    pages = connect("ecs.ListClusters").pages(HERE, Request("ecs.ListClusters", {}, permission="ecs:ListClusters"))
    assert next(pages)["clusterArns"] == ["a"]
    with pytest.raises(Refusal, match="ecs:ListClusters"):
        next(pages)


def test_an_operation_without_pages_has_no_tokens(connect: Connect, sessions: Any) -> None:
    client = sessions.base.client("sts")
    assert paging_of(client, "GetCallerIdentity").tokens == ()
    assert connect().made == 0
