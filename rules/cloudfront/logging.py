"""cloudfront_logging."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scanner.kinds.cloudfront import Distribution
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule


class Logging(Rule):
    """CloudFront: access logging is on.

    The bucket and the load balancer behind a distribution see only CloudFront; who asked for which record is in the
    distribution's own log. It is written into a bucket, or delivered by CloudWatch Logs; a delivery source from which
    nothing is delivered records nothing. Real-time logs, which may hold a sample only, do not count.
    """

    kind = Distribution
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(D)",)
    aliases = (
        "config:cloudfront-accesslogs-enabled",
        "security-hub:CloudFront.5",
        "prowler:cloudfront_distributions_logging_enabled",
        "steampipe:cloudfront_distribution_logging_enabled",
        "cis:v7.0/4.10",
    )
    related = ("s3_bucket_access_logging",)
    remedy = Runbook(
        "Choose a bucket or log group for the access logs that keeps them for six years.",
        "In us-east-1: aws logs put-delivery-source --name NAME --resource-arn {arn} --log-type ACCESS_LOGS",
        "aws logs put-delivery-destination --name NAME --delivery-destination-configuration"
        " destinationResourceArn=arn:aws:s3:::BUCKET",
        "aws logs create-delivery --delivery-source-name NAME --delivery-destination-arn ARN",
        effect=Effect(
            cost="storage of the logs; into CloudWatch Logs about 0.50 USD for each GB",
            terraform={"aws_cloudfront_distribution": {"logging_config": {"bucket": "LOGS.s3.amazonaws.com"}}},
        ),
    )
    GOOD = (
        {"logs": True},
        {"logs": False, "log_source": "front", "log_delivery": "d-1"},
    )
    BAD = (
        {"logs": False, "log_source": "", "log_delivery": ""},
        {"logs": False, "log_source": "front", "log_delivery": ""},
    )

    @staticmethod
    def check(distribution: Distribution) -> Iterator[Fail]:
        if any_of((partial(getattr, distribution, "logs"), partial(getattr, distribution, "log_delivery"))):
            return
        source = distribution.log_source
        yield Fail(f"the delivery source {source} delivers nothing" if source else "access logs are off")
