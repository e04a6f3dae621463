"""Who made a change, kind by kind: where names, clusters, classes and accounts make it hard."""

from __future__ import annotations

from scanner.engine.attribution import attribute
from scanner.engine.trail_event import TrailEvent
from scanner.model.canon import Canon, Touch
from scanner.model.change import Action, Change, Confidence
from tests.engine import trail_records as trail
from tests.engine.test_attribution import who
from tests.engine.trail_records import ANNA, BRUNO, CANONS, PIPELINE, event, group_call, ports

HIGH, MEDIUM, LOW, NONE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW, Confidence.NONE


def test_a_service_is_told_from_its_namesake_in_another_cluster() -> None:
    grown = trail.change("AWS::ECS::Service", f"arn:aws:ecs:{trail.REGION}:{trail.ACCOUNT}:service/live/web", before=2,
                         path="desiredCount", property="described.desiredCount", after=5)  # fmt: skip
    asked = {"service": "web", "desiredCount": 5}
    assert who(grown, event("UpdateService", "ecs", {**asked, "cluster": "live"})).confidence is HIGH
    assert who(grown, event("UpdateService", "ecs", {**asked, "cluster": "test"})).confidence is NONE
    assert who(grown, event("UpdateService", "ecs", asked)).confidence is NONE, "that is the cluster `default`"


def test_a_task_definition_that_is_shown_on_its_service() -> None:
    image = f"{trail.ACCOUNT}.dkr.ecr.{trail.REGION}.amazonaws.com/web:2"
    service = f"arn:aws:ecs:{trail.REGION}:{trail.ACCOUNT}:service/live/web"
    shown = trail.change("AWS::ECS::Service", service, key="web-task",
                         path="taskDefinition.containers[app].image", before="old:1", after=image,
                         property="described.taskDefinition.containerDefinitions.image")  # fmt: skip
    tables: dict[str, Canon] = {name: each for name, each in CANONS.items() if name != "AWS::ECS::Service"}
    asked = {"family": "web-task", "containerDefinitions": [{"name": "app", "image": image}]}
    ((_, found),) = attribute([shown], [event("RegisterTaskDefinition", "ecs", asked, PIPELINE)], tables)
    assert (found.confidence, found.session) == (HIGH, "GitHubActions")


def test_a_setting_of_the_account_has_no_name() -> None:
    weak = trail.change("AWS::::Account", f"AWS::::Account/{trail.ACCOUNT}/global/{trail.ACCOUNT}", region="global",
                        path="passwords.MinimumPasswordLength", property="passwords.MinimumPasswordLength", before=14,
                        after=6)  # fmt: skip
    asked = {"minimumPasswordLength": 6, "requireSymbols": False}
    assert who(weak, event("UpdateAccountPasswordPolicy", "iam", asked, awsRegion="us-east-1")).confidence is HIGH
    assert who(weak, event("CreateUser", "iam", {"userName": "x"}, awsRegion="us-east-1")).confidence is NONE


def test_a_service_that_acts_by_itself() -> None:
    instance = "i-0123456789abcdef0"
    gone = trail.change("AWS::EC2::Instance", f"arn:aws:ec2:{trail.REGION}:{trail.ACCOUNT}:instance/{instance}",
                        action=Action.REMOVED)  # fmt: skip
    asked = {"instancesSet": {"items": [{"instanceId": instance}]}}
    ended = event("TerminateInstances", "ec2", asked, trail.SCALING, agent="autoscaling.amazonaws.com",
                  sourceIPAddress="autoscaling.amazonaws.com")  # fmt: skip
    found = who(gone, ended)
    assert (found.confidence, found.channel) == (HIGH, "service")
    assert found.actor.endswith("AWSServiceRoleForAutoScaling")


def test_a_kind_without_a_table_is_known_by_its_verbs() -> None:
    gone = trail.change("AWS::DynamoDB::Table", f"arn:aws:dynamodb:{trail.REGION}:{trail.ACCOUNT}:table/visits",
                        action=Action.REMOVED)  # fmt: skip
    delete = event("DeleteTable", "dynamodb", {"tableName": "visits"}, resources=[{"ARN": gone.resource}])
    assert who(gone, delete).confidence is HIGH
    assert who(gone, event("DeleteBackup", "dynamodb", {"tableName": "visits"})).confidence is LOW


TABLE = "rtb-0123456789abcdef0"
GATEWAY = "igw-0123456789abcdef0"


def route(action: Action, to: str = "0.0.0.0/0") -> Change:
    value = {"target": GATEWAY, "state": "active"}
    sides = {"after": value} if action is Action.ADDED else {"before": value}
    arn = f"arn:aws:ec2:{trail.REGION}:{trail.ACCOUNT}:route-table/{TABLE}"
    return trail.change(
        "AWS::EC2::RouteTable", arn, action=action, path=f"routes[{to}]", property="box.Routes", **sides
    )


def route_call(name: str, to: str, **more: str) -> TrailEvent:
    return event(name, "ec2", {"routeTableId": TABLE, "destinationCidrBlock": to, **more})


def test_a_route_is_known_by_where_it_leads_to() -> None:
    added, gone = route(Action.ADDED), route(Action.REMOVED)
    assert who(added, route_call("CreateRoute", "0.0.0.0/0", gatewayId=GATEWAY)).confidence is HIGH
    assert who(added, route_call("CreateRoute", "10.0.0.0/8", gatewayId=GATEWAY)).confidence is LOW
    assert who(gone, route_call("DeleteRoute", "0.0.0.0/0")).confidence is HIGH
    assert who(gone, route_call("DeleteRoute", "10.0.0.0/8")).confidence is LOW


def test_tags_are_set_by_calls_that_no_table_need_list() -> None:
    tagged = trail.change("AWS::EC2::SecurityGroup", trail.GROUP_ARN, action=Action.ADDED, path="tags.team",
                          property="@.tags.team", after="care")  # fmt: skip
    resources = {"resourcesSet": {"items": [{"resourceId": trail.GROUP}]}}

    def tag(name: str, value: str) -> TrailEvent:
        return event("CreateTags", "ec2", {**resources, "tagSet": {"items": [{"key": name, "value": value}]}}, BRUNO)

    opened = event("AuthorizeSecurityGroupIngress", "ec2", group_call(ports(22, "0.0.0.0/0")), ANNA,
                   at="2026-11-20T23:00:00Z")  # fmt: skip
    assert who(tagged, tag("team", "care"), opened).session == "bruno.diaz@example.org"
    assert who(tagged, tag("team", "care")).confidence is HIGH
    assert who(tagged, tag("owner", "care")).confidence is LOW
    assert who(tagged, event("TagResource", "ec2", {"resourceArn": trail.GROUP_ARN, "tags": {"team": "care"}})).event
    assert who(tagged, tag("team", "sales")).confidence is LOW
    gone = trail.change("AWS::EC2::SecurityGroup", trail.GROUP_ARN, action=Action.REMOVED, path="tags.team",
                        property="@.tags.team", before="care")  # fmt: skip
    untagged = event("DeleteTags", "ec2", {**resources, "tagSet": {"items": [{"key": "team"}]}})
    assert who(gone, untagged).confidence is HIGH
    others = event("DeleteTags", "ec2", {**resources, "tagSet": {"items": [{"key": "owner"}]}})
    assert who(gone, others).confidence is LOW


def test_where_no_table_lists_events_the_request_proves_at_most_medium() -> None:
    balancer = f"arn:aws:elasticloadbalancing:{trail.REGION}:{trail.ACCOUNT}:loadbalancer/app/web/0123456789abcdef"
    kind, name = "AWS::ElasticLoadBalancingV2::LoadBalancer", "deletion_protection.enabled"
    off = trail.change(kind, balancer, path=f"attrs[{name}].Value",
                       property="attrs.Value", before="true", after="false")  # fmt: skip

    def modify(key: str, value: str) -> TrailEvent:
        asked = {"loadBalancerArn": balancer, "attributes": [{"key": key, "value": value}]}
        return event("ModifyLoadBalancerAttributes", "elasticloadbalancing", asked)

    found = who(off, modify("deletion_protection.enabled", "false"))
    assert (found.confidence, found.why) == (
        MEDIUM, "the request of ModifyLoadBalancerAttributes shows the value that is there now",
    )  # fmt: skip
    assert who(off, modify("access_logs.s3.enabled", "false")).confidence is LOW


def test_a_flag_is_the_same_by_enable_and_enabled() -> None:
    arn = f"arn:aws:cloudtrail:{trail.REGION}:{trail.ACCOUNT}:trail/audit"
    off = trail.change("AWS::CloudTrail::Trail", arn, path="LogFileValidationEnabled", before=True, after=False,
                       property="trail.LogFileValidationEnabled", name="audit")  # fmt: skip
    asked = {"name": "audit", "enableLogFileValidation": False}
    assert who(off, event("UpdateTrail", "cloudtrail", asked)).confidence is MEDIUM
    assert who(off, event("UpdateTrail", "cloudtrail", {**asked, "enableLogFileValidation": True})).confidence is LOW


def test_a_version_behind_an_event_s_name_is_no_part_of_it() -> None:
    gone = trail.change("AWS::DynamoDB::Table", f"arn:aws:dynamodb:{trail.REGION}:{trail.ACCOUNT}:table/visits",
                        action=Action.REMOVED)  # fmt: skip
    assert (
        who(gone, event("DeleteTable2012_08_10", "dynamodb", {"tableName": "visits"})).event == "DeleteTable2012_08_10"
    )
    assert who(gone, event("DeleteTable20120810", "dynamodb", {"tableName": "visits"})).confidence is HIGH


ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def test_who_attaches_another_policy_is_not_taken_for_who_attached_this_one() -> None:
    canons = {
        "AWS::IAM::Role": trail.canon("AWS::IAM::Role", Touch(path="role.Attached", events=("AttachRolePolicy",)))
    }
    role = f"arn:aws:iam::{trail.ACCOUNT}:role/app"
    given = trail.change("AWS::IAM::Role", role, region="global", path=f"attached[{ADMIN}]", property="role.Attached",
                         action=Action.ADDED, after=ADMIN)  # fmt: skip
    for policy, wanted in ((ADMIN, HIGH), ("arn:aws:iam::aws:policy/ReadOnlyAccess", LOW)):
        asked = {"roleName": "app", "policyArn": policy}
        ((_, found),) = attribute([given], [event("AttachRolePolicy", "iam", asked, awsRegion="us-east-1")], canons)
        assert found.confidence is wanted


def test_a_bucket_that_is_mentioned_in_another_s_policy_was_not_changed_by_it() -> None:
    kind = "AWS::S3::Bucket"
    canons = {kind: trail.canon(kind, Touch(path="pol", events=("PutBucketPolicy",)))}
    given = trail.change(kind, "arn:aws:s3:::phi", path="policy.Statement[All]", property="pol.Statement",
                         action=Action.ADDED, after={"Effect": "Allow", "Resource": "arn:aws:s3:::phi/*"})  # fmt: skip
    statement = {"Sid": "All", "Effect": "Allow", "Resource": ["arn:aws:s3:::phi", "arn:aws:s3:::phi/*"]}
    for bucket, wanted in (("phi", HIGH), ("other", NONE)):
        asked = {"bucketName": bucket, "bucketPolicy": {"Statement": [statement]}}
        ((_, found),) = attribute([given], [event("PutBucketPolicy", "s3", asked)], canons)
        assert found.confidence is wanted
