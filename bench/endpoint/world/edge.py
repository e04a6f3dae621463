"""The described edge: certificates, CloudFront, web ACLs and hosted zones."""

from __future__ import annotations

from datetime import timedelta

from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, saying, says
from bench.endpoint.world.s3 import bucket_name


def certificate_arn(place: Place, index: int) -> str:
    """Give the ARN of a certificate."""
    return place.arn("acm", f"certificate/{place.uuid('certificate', index)}")


_certificate_numbers = listing(
    lambda place: {certificate_arn(place, index): index for index in place.mine("certificate")}
)


@listing
def _certificates(place: Place) -> list[Json]:
    return [
        {
            "CertificateArn": certificate_arn(place, index), "DomainName": f"{place.app(index)}.example.org",
            "Status": "ISSUED", "Type": "AMAZON_ISSUED", "KeyAlgorithm": "RSA-2048", "InUse": True,
            "NotBefore": place.ago(200), "NotAfter": _until(place, index),
        }
        for index in place.mine("certificate")
    ]  # fmt: skip


def _until(place: Place, index: int) -> object:
    return place.ago(0) + timedelta(days=190 if place.yes("certificate-long", index) else 12)


def _certificate(place: Place, index: int) -> Answer:
    return {"Certificate": {
        "CertificateArn": certificate_arn(place, index), "DomainName": f"{place.app(index)}.example.org",
        "Status": "ISSUED", "Type": "AMAZON_ISSUED", "KeyAlgorithm": "RSA-2048", "CreatedAt": place.ago(200),
        "IssuedAt": place.ago(200), "NotBefore": place.ago(200), "NotAfter": _until(place, index), "InUseBy": [],
        "SubjectAlternativeNames": [f"{place.app(index)}.example.org"], "RenewalEligibility": "ELIGIBLE",
    }}  # fmt: skip


def _certificate_of(place: Place, params: Params) -> int | None:
    return _certificate_numbers(place).get(params["CertificateArn"])


def _certificate_tags(place: Place, index: int) -> Answer:
    return {"Tags": place.tags("certificate", index)}


def tagged_certificates(place: Place) -> list[Json]:
    """Give the tags of the certificates."""
    return [
        {"ResourceARN": certificate_arn(place, index), "Tags": place.tags("certificate", index)}
        for index in place.mine("certificate")
    ]


# ---- web ACLs ----


def acl_arn(place: Place, index: int, scope: str = "regional") -> str:
    """Give the ARN of a web ACL."""
    return place.arn("wafv2", f"{scope}/webacl/acl-{index}/{place.uuid('acl', index)}")


def _acls_of(place: Place, scope: str) -> list[tuple[str, int]]:
    if scope == "CLOUDFRONT":
        return [(f"arn:aws:wafv2:us-east-1:{place.account}:global/webacl/edge/{place.uuid('edge')}", 1000)]
    return [(acl_arn(place, index), index) for index in place.mine("webacl")]


def _acls(place: Place, params: Params) -> Answer:
    return {"WebACLs": [
        {"ARN": arn, "Id": arn.rpartition("/")[2], "Name": arn.split("/")[-2], "LockToken": "a"}
        for arn, _ in _acls_of(place, params["Scope"])
    ]}  # fmt: skip


def _acl_logs(place: Place, params: Params) -> Answer:
    if params.get("LogScope", "CUSTOMER") != "CUSTOMER":
        return {"LoggingConfigurations": []}
    stream = f"arn:aws:logs:us-east-1:{place.account}:log-group:aws-waf-logs-claims"
    return {"LoggingConfigurations": [
        {"ResourceArn": arn, "LogDestinationConfigs": [stream], "LogScope": "CUSTOMER", "LogType": "WAF_LOGS"}
        for arn, index in _acls_of(place, params["Scope"]) if place.yes("acl-logs", index)
    ]}  # fmt: skip


def tagged_acls(place: Place) -> list[Json]:
    """Give the tags of the web ACLs of a Region; those of CloudFront are in us-east-1."""
    found = _acls_of(place, "REGIONAL") + (_acls_of(place, "CLOUDFRONT") if place.region == "us-east-1" else [])
    return [{"ResourceARN": arn, "Tags": place.tags("acl", index)} for arn, index in found]


# ---- CloudFront ----


def distribution_arn(place: Place, index: int) -> str:
    """Give the ARN of a distribution."""
    return f"arn:aws:cloudfront::{place.account}:distribution/{_distribution_id(place, index)}"


def _distribution_id(place: Place, index: int) -> str:
    return f"E{place.hex(13, 'distribution', index).upper()}"


CONTROL = "E2QWRUHAPOMQZL"


@listing
def _distributions(place: Place) -> list[Json]:
    return [_distribution(place, index) for index in range(place.count("distribution"))]


def _distribution(place: Place, index: int) -> Json:
    origin: Json = {
        "Id": "bucket", "DomainName": f"{bucket_name(place, 5 + index)}.s3.{place.regions[0]}.amazonaws.com",
        "OriginPath": "", "CustomHeaders": {"Quantity": 0}, "S3OriginConfig": {"OriginAccessIdentity": ""},
    }  # fmt: skip
    if place.yes("signed", index):
        origin["OriginAccessControlId"] = CONTROL
    viewer = "redirect-to-https" if place.yes("edge-https", index) else "allow-all"
    version = "TLSv1.2_2021" if place.yes("edge-modern", index) else "TLSv1"
    return {
        "Id": _distribution_id(place, index), "ARN": distribution_arn(place, index), "Status": "Deployed",
        "LastModifiedTime": place.ago(100, "distribution", index), "DomainName": f"d{index}.cloudfront.net",
        "Aliases": {"Quantity": 0}, "Origins": {"Quantity": 1, "Items": [origin]}, "Comment": "", "Enabled": True,
        "DefaultCacheBehavior": {"TargetOriginId": "bucket", "ViewerProtocolPolicy": viewer},
        "CacheBehaviors": {"Quantity": 0}, "CustomErrorResponses": {"Quantity": 0}, "PriceClass": "PriceClass_All",
        "ViewerCertificate": {"CloudFrontDefaultCertificate": False, "MinimumProtocolVersion": version},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}, "WebACLId": "",
        "HttpVersion": "http2", "IsIPV6Enabled": True, "Staging": False,
    }  # fmt: skip


def _quantified(items: list[Json]) -> Json:
    return {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items), "Items": items}


def _distribution_list(place: Place, _: Params) -> Answer:
    return {"DistributionList": _quantified(_distributions(place))}


def _config(place: Place, params: Params) -> Answer:
    for index, item in enumerate(_distributions(place)):
        if item["Id"] == params["Id"]:
            on = place.yes("edge-logs", index)
            shown = {name: item[name] for name in ("Origins", "DefaultCacheBehavior", "Comment", "Enabled")}
            logging = {"Enabled": on, "IncludeCookies": False, "Bucket": "", "Prefix": ""}
            return {"DistributionConfig": {"CallerReference": str(index), "Logging": logging, **shown}, "ETag": "E1"}
    return "NoSuchDistribution"


def _origin_arn(place: Place) -> str:
    return f"arn:aws:cloudfront::{place.account}:vpcorigin/vo_{place.hex(12, 'origin')}"


def _origins(place: Place, _: Params) -> Answer:
    arn = _origin_arn(place)
    item = {
        "Id": arn.rpartition("/")[2], "Name": "internal", "Status": "Deployed", "Arn": arn,
        "CreatedTime": place.ago(100), "LastModifiedTime": place.ago(100), "OriginEndpointArn": arn,
        "AccountId": place.account,
    }  # fmt: skip
    return {"VpcOriginList": _quantified([item])}


def _origin(place: Place, _: Params) -> Answer:
    arn = _origin_arn(place)
    config = {"Name": "internal", "Arn": arn, "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"ETag": "E1", "VpcOrigin": {
        "Id": arn.rpartition("/")[2], "Arn": arn, "Status": "Deployed", "CreatedTime": place.ago(100),
        "LastModifiedTime": place.ago(100), "VpcOriginEndpointConfig": config,
    }}  # fmt: skip


CONTROL_ITEM = {
    "Id": CONTROL, "Name": "buckets", "Description": "", "SigningProtocol": "sigv4", "SigningBehavior": "always",
    "OriginAccessControlOriginType": "s3",
}  # fmt: skip
IDENTITY = {"Id": "E127EXAMPLE51Z", "S3CanonicalUserId": "cd13868f797c227fbea2830611a26fe0a21ba1b8", "Comment": ""}


# ---- Route 53 ----


@listing
def _zones(place: Place) -> list[Json]:
    return [
        {
            "Id": f"/hostedzone/Z{place.hex(13, 'zone', index).upper()}", "Name": f"{place.app(index)}.example.org.",
            "CallerReference": str(index), "Config": {"PrivateZone": bool(index % 2)}, "ResourceRecordSetCount": 3,
        }
        for index in range(place.count("zone"))
    ]  # fmt: skip


def _records(place: Place, params: Params) -> Answer:
    name = next((zone["Name"] for zone in _zones(place) if zone["Id"].endswith(params["HostedZoneId"])), "")
    value = [{"Value": "192.0.2.1"}]
    return {"IsTruncated": False, "MaxItems": "300", "ResourceRecordSets": [
        {"Name": name, "Type": "NS", "TTL": 172800, "ResourceRecords": [{"Value": "ns-1.awsdns-01.org."}]},
        {"Name": f"app.{name}", "Type": "A", "TTL": 60, "ResourceRecords": value},
    ]}  # fmt: skip


def _tags_of_zone(place: Place, zone: str) -> Json:
    tags = place.tags("zone", int(place.hex(3, zone), 16))
    return {"ResourceType": "hostedzone", "ResourceId": zone, "Tags": tags}


def _zone_tags(place: Place, params: Params) -> Answer:
    return {"ResourceTagSet": _tags_of_zone(place, params["ResourceId"])}


def _tags_of_zones(place: Place, params: Params) -> Answer:
    return {"ResourceTagSets": [_tags_of_zone(place, zone) for zone in params["ResourceIds"]]}


def _classic(place: Place) -> str:
    return place.uuid("waf-classic")


ANSWERS: dict[str, Speaker] = {
    "acm.ListCertificates": says("CertificateSummaryList", _certificates),
    "acm.DescribeCertificate": numbered(_certificate_of, "ResourceNotFoundException", _certificate),
    "acm.ListTagsForCertificate": numbered(_certificate_of, "ResourceNotFoundException", _certificate_tags),
    "cloudfront.ListDistributions": _distribution_list,
    "cloudfront.GetDistributionConfig": _config,
    "cloudfront.ListOriginAccessControls": saying(OriginAccessControlList=_quantified([CONTROL_ITEM])),
    "cloudfront.ListCloudFrontOriginAccessIdentities": saying(
        CloudFrontOriginAccessIdentityList=_quantified([IDENTITY])
    ),
    "cloudfront.ListVpcOrigins": _origins,
    "cloudfront.GetVpcOrigin": _origin,
    "wafv2.ListWebACLs": _acls,
    "wafv2.ListLoggingConfigurations": _acl_logs,
    "waf.ListWebACLs": says("WebACLs", lambda place: [{"WebACLId": _classic(place), "Name": "classic"}]),
    "waf.ListLoggingConfigurations": saying(LoggingConfigurations=[]),
    "waf.ListTagsForResource": lambda place, params: {
        "TagInfoForResource": {"ResourceARN": params["ResourceARN"], "TagList": place.tags("waf", 1)}
    },
    "route53.ListHostedZones": lambda place, _: {
        "HostedZones": _zones(place),
        "Marker": "",
        "IsTruncated": False,
        "MaxItems": "100",
    },
    "route53.ListResourceRecordSets": _records,
    "route53.ListTagsForResource": _zone_tags,
    "route53.ListTagsForResources": _tags_of_zones,
}
