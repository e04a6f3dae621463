"""The described account's identities: roles, users, groups and their policies; everything of IAM that is listed."""

from __future__ import annotations

from urllib.parse import quote

from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, allow, listing, policy, says

ROLES = 120
"""The sorts of roles come again after so many."""
EXECUTION, HOSTS, LINKED, OTHERS = 40, 42, 50, 58
"""Where among them begin those of task execution, of instances, of services by themselves, of everything else."""
LINKED_FOR = ("ecs", "autoscaling", "elasticloadbalancing", "rds", "guardduty", "config", "securityhub", "backup")
AWS_POLICIES = (
    "ReadOnlyAccess", "AdministratorAccess", "service-role/AmazonECSTaskExecutionRolePolicy",
    "AmazonSSMManagedInstanceCore", "service-role/AWSLambdaBasicExecutionRole", "SecurityAudit",
)  # fmt: skip


def _document(*statements: Json) -> str:
    return quote(policy(*statements), safe="")


def role_name(place: Place, index: int) -> str:
    """Name a role."""
    sort = index % ROLES
    words = ((EXECUTION, "task"), (HOSTS, "execution"), (LINKED, "host"), (OTHERS, "linked"), (ROLES, "function"))
    word = next(text for below, text in words if sort < below)
    if word == "linked":
        return f"AWSServiceRoleFor{LINKED_FOR[sort - LINKED].title()}{index // ROLES or ''}"
    return f"{place.app(index)}-{word}-{index}"


def role_arn(place: Place, index: int) -> str:
    """Give a role's ARN."""
    return place.iam(f"role{_path(index)}{role_name(place, index)}")


def task_role(place: Place, index: int) -> str:
    """Give the ARN of the role of a task definition."""
    return role_arn(place, index // EXECUTION * ROLES % place.count("role") + index % EXECUTION)


def execution_role(place: Place, index: int) -> str:
    """Give the ARN of the role by which a task is started."""
    return role_arn(place, EXECUTION + index % (HOSTS - EXECUTION))


def _path(index: int) -> str:
    sort = index % ROLES
    return f"/aws-service-role/{LINKED_FOR[sort - LINKED]}.amazonaws.com/" if LINKED <= sort < OTHERS else "/"


def _trust(place: Place, index: int) -> str:
    sort = index % ROLES
    service = "ecs-tasks" if sort < HOSTS else "ec2" if sort < LINKED else "lambda"
    if LINKED <= sort < OTHERS:
        service = LINKED_FOR[sort - LINKED]
    who: Json = {"Service": f"{service}.amazonaws.com"}
    condition: Json = {}
    if sort >= OTHERS and place.yes("role-foreign", index, share=0.15):
        who = {"AWS": f"arn:aws:iam::{place.number(10**9, 'vendor', index) + 10**11}:root"}
        if place.yes("role-external", index):
            condition = {"Condition": {"StringEquals": {"sts:ExternalId": place.hex(12, "external", index)}}}
    elif sort < HOSTS and place.yes("role-confused", index):
        condition = {"Condition": {"StringEquals": {"aws:SourceAccount": place.account}}}
    return _document({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", **condition})


def _statement(place: Place, *what: object) -> Json:
    if place.yes("wide", *what, share=0.06):
        return allow(place.pick(("*", "s3:*", "iam:PassRole", "kms:Decrypt"), "wild", *what))
    app = place.app(place.number(12, "app", *what))
    choices = (
        (["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{app}-archive/*"),
        (["dynamodb:GetItem", "dynamodb:Query"], f"arn:aws:dynamodb:*:{place.account}:table/{app}"),
        (["sqs:SendMessage"], f"arn:aws:sqs:*:{place.account}:{app}"),
        (["secretsmanager:GetSecretValue"], f"arn:aws:secretsmanager:*:{place.account}:secret:{app}-*"),
        (["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:*:{place.account}:log-group:/{app}:*"),
    )
    return allow(*place.pick(choices, "choice", *what))


def _attached(arns: list[str]) -> list[Json]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def _aws(name: str) -> str:
    return f"arn:aws:iam::aws:policy/{name}"


def _policy_arn(place: Place, index: int) -> str:
    return place.iam(f"policy/{place.app(index)}-access-{index}")


def _of_role(place: Place, index: int) -> list[str]:
    sort = index % ROLES
    if EXECUTION <= sort < HOSTS:
        return [_aws(AWS_POLICIES[2])]
    if LINKED <= sort < OTHERS:
        return [_aws(AWS_POLICIES[4])]
    own = _policy_arn(place, index % place.count("policy"))
    return [_aws(AWS_POLICIES[3]), own] if HOSTS <= sort < LINKED else [own]


@listing
def _roles(place: Place) -> list[Json]:
    return [_role(place, index) for index in range(place.count("role"))]


def _role(place: Place, index: int) -> Json:
    name = role_name(place, index)
    inline = [_statement(place, "role", index)] if place.yes("role-inline", index, share=0.5) else []
    made: Json = {
        "Path": _path(index), "RoleName": name, "RoleId": f"AROA{place.hex(17, 'role', index).upper()}",
        "Arn": role_arn(place, index), "CreateDate": place.ago(700, "role", index),
        "AssumeRolePolicyDocument": _trust(place, index),
        "InstanceProfileList": [], "AttachedManagedPolicies": _attached(_of_role(place, index)),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": _document(one)} for one in inline],
        "Tags": place.tags("role", index), "RoleLastUsed": {},
    }  # fmt: skip
    if place.yes("role-used", index, share=0.9):
        made["RoleLastUsed"] = {"LastUsedDate": place.ago(30, "role-used", index), "Region": place.regions[0]}
    if place.yes("role-boundary", index, share=0.3):
        boundary = _policy_arn(place, 0)
        made["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    return made


def user_name(place: Place, index: int) -> str:
    """Name a user."""
    return f"{place.app(index)}-user-{index}"


def _user(place: Place, index: int) -> Json:
    direct = place.yes("user-direct", index, share=0.3)
    return {
        "Path": "/", "UserName": user_name(place, index), "UserId": f"AIDA{place.hex(17, 'user', index).upper()}",
        "Arn": place.iam(f"user/{user_name(place, index)}"), "CreateDate": place.ago(900, "user", index),
        "GroupList": [] if direct else [f"group-{index % place.count('group')}"],
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": _document(_statement(place, "user", index))}]
        if place.yes("user-inline", index, share=0.2) else [],
        "AttachedManagedPolicies": _attached([_aws(AWS_POLICIES[0])]) if direct else [],
        "Tags": place.tags("user", index),
    }  # fmt: skip


def _group(place: Place, index: int) -> Json:
    name = f"group-{index}"
    return {
        "Path": "/", "GroupName": name, "GroupId": f"AGPA{place.hex(17, 'group', index).upper()}",
        "Arn": place.iam(f"group/{name}"), "CreateDate": place.ago(900, "group", index), "GroupPolicyList": [],
        "AttachedManagedPolicies": _attached([_aws(AWS_POLICIES[1 if index == 0 else 5])]),
    }  # fmt: skip


def _managed(place: Place, arn: str, statement: Json, attached: int) -> Json:
    version = {
        "Document": _document(statement), "VersionId": "v1", "IsDefaultVersion": True,
        "CreateDate": place.ago(600, arn),
    }  # fmt: skip
    return {
        "PolicyName": arn.rpartition("/")[2], "PolicyId": f"ANPA{place.hex(17, arn).upper()}", "Arn": arn,
        "Path": "/service-role/" if ":policy/service-role/" in arn else "/", "DefaultVersionId": "v1",
        "AttachmentCount": attached, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True,
        "CreateDate": version["CreateDate"], "UpdateDate": version["CreateDate"], "PolicyVersionList": [version],
    }  # fmt: skip


@listing
def _policies(place: Place) -> list[Json]:
    own = [
        _managed(place, _policy_arn(place, index), _statement(place, "policy", index), 3)
        for index in range(place.count("policy"))
    ]
    stated = {
        AWS_POLICIES[1]: allow("*"),
        AWS_POLICIES[2]: allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "logs:PutLogEvents"]),
    }
    return own + [
        _managed(place, _aws(name), stated.get(name, allow(["ec2:Describe*", "logs:Describe*"])), 2)
        for name in AWS_POLICIES
    ]


def _details(place: Place, _: Params) -> Answer:
    return {
        "UserDetailList": _users(place), "GroupDetailList": _groups(place), "RoleDetailList": _roles(place),
        "Policies": _policies(place),
    }  # fmt: skip


_users = listing(lambda place: [_user(place, index) for index in range(place.count("user"))])
_groups = listing(lambda place: [_group(place, index) for index in range(place.count("group"))])


def profile_arn(place: Place, index: int) -> str:
    """Give the ARN of an instance profile."""
    return place.iam(f"instance-profile/host-{index % place.count('profile')}")


@listing
def _profiles(place: Place) -> list[Json]:
    shown = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")
    return [
        {
            "Path": "/",
            "InstanceProfileName": f"host-{index}",
            "InstanceProfileId": f"AIPA{place.hex(17, 'profile', index).upper()}",
            "Arn": profile_arn(place, index),
            "CreateDate": place.ago(700, "profile", index),
            "Roles": [{name: _role(place, HOSTS + index % (LINKED - HOSTS))[name] for name in shown}],
        }
        for index in range(place.count("profile"))
    ]


def tagged(place: Place, wanted: str) -> list[Json]:
    """Give the tags of what IAM does not list with them."""
    if wanted == "iam:policy":
        numbers = range(place.count("policy"))
        return [{"ResourceARN": _policy_arn(place, index), "Tags": place.tags("policy", index)} for index in numbers]
    return [
        {"ResourceARN": profile_arn(place, index), "Tags": place.tags("profile", index)}
        for index in range(place.count("profile"))
    ]


ANSWERS: dict[str, Speaker] = {
    "iam.GetAccountAuthorizationDetails": _details,
    "iam.ListInstanceProfiles": says("InstanceProfiles", _profiles),
}
