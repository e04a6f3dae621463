"""iam_policy_mfa_for_destructive_ecs_actions."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._policies import policy, trust, where, whole
from scanner.kinds.iam import ManagedPolicy, Role
from scanner.kinds.iam_reading import InlinePolicy
from scanner.model.inventory import World
from scanner.model.policy import Statement, Trusted
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

DESTRUCTIVE = ("ecs:Delete*", "ec2:Terminate*")
USER = "arn:aws:iam::123456789012:user/mara"
SAML = "arn:aws:iam::123456789012:saml-provider/clinic"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
PEOPLE = trust({"AWS": "arn:aws:iam::123456789012:root"})
FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
RECENT = {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
OLD = {"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}
ENCRYPTED = {"Bool": {"aws:SecureTransport": "true"}}
WEAK = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
WITHOUT = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
MISSING = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def _inline(**statement: object) -> InlinePolicy:
    """Make an embedded policy for the examples."""
    return InlinePolicy("own", policy(**statement))


ALL = _inline(Action="*", Resource="*")
DENIED = _inline(Effect="Deny", NotAction="iam:*", Resource="*", Condition=MISSING)
DENIED_IN_PART = _inline(Effect="Deny", Action="ec2:*", Resource="*", Condition=MISSING)
DENIED_SOMEWHERE = _inline(Effect="Deny", Action="*", Resource="arn:aws:s3:::claims", Condition=MISSING)
DENIED_WEAKLY = _inline(Effect="Deny", Action="*", Resource="*", Condition=WITHOUT)
DENIED_AT_NIGHT = _inline(
    Effect="Deny",
    Action="*",
    Resource="*",
    Condition=MISSING | {"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
)
ALLOWED_WITHOUT = _inline(Action="*", Resource="*", Condition=MISSING)


class PolicyMfaForDestructiveEcsActions(Rule):
    """Destructive actions by people require MFA.

    A password or a key that was stolen should not be enough to take down what cares for patients and keeps their
    data. With the second factor asked for, by whoever assumes the role or by the statement itself, a thief can look
    but not destroy.

    People's roles are those that an IAM user, or an account as such without an external ID, may assume. Who signs
    in at an identity provider is asked for the factor there, out of sight of AWS. Permissions boundaries are not
    looked at.
    """

    kind = Role
    needs = (ManagedPolicy,)
    severity = "low"
    hipaa_proposed = ("164.312(d)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(54),)
    remedy = Runbook(
        "Ask for the factor where the role is assumed: add the condition "
        '{"Bool": {"aws:MultiFactorAuthPresent": "true"}} to its trust policy: '
        "aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
        "Or in the statement that allows ecs:Delete* or ec2:Terminate*, with the same condition.",
        "Better, let people sign in through IAM Identity Center, which asks for it each time.",
        effect=Effect(risk="medium", downtime="whoever needs what is taken away is refused"),
    )
    GOOD = (
        {"trust": PEOPLE, "inline": (_inline(Action=["ecs:Describe*", "ec2:Describe*"], Resource="*"),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ecs:DeleteService", Resource="*", Condition=FACTOR),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ec2:*", Resource="*", Condition=RECENT),)},
        {"trust": trust({"AWS": USER}, FACTOR), "inline": (_inline(Action="*", Resource="*"),)},
        {"trust": PEOPLE, "inline": (_inline(Action="*", Resource="*"), DENIED)},
        {"trust": PEOPLE, "inline": (_inline(Effect="Deny", Action="ecs:*", Resource="*"),)},
    )
    BAD = (
        {"trust": PEOPLE, "inline": (_inline(Action="ecs:DeleteService", Resource="*"),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ec2:TerminateInstances", Resource="*"),)},
        {"trust": trust({"AWS": "123456789012"}), "inline": (_inline(Action="*", Resource="*"),)},
        {"trust": trust({"AWS": "*"}), "inline": (_inline(Action="*", Resource="*"),)},
        {"trust": trust({"AWS": USER, "Service": "ec2.amazonaws.com"}), "inline": (_inline(Action="*", Resource="*"),)},
        {"trust": trust({"AWS": USER}, WEAK), "inline": (_inline(Action="*", Resource="*"),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ecs:Delete*", Resource="*", Condition=WEAK),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ecs:Delete*", Resource="*", Condition=WITHOUT),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ecs:Delete*", Resource="*", Condition=OLD),)},
        {"trust": PEOPLE, "inline": (_inline(Action="ecs:Delete*", Resource="*", Condition=ENCRYPTED),)},
        {"trust": PEOPLE, "inline": (_inline(Action="*", Resource="*"), DENIED_IN_PART)},
        {"trust": PEOPLE, "inline": (_inline(Action="*", Resource="*"), DENIED_SOMEWHERE)},
        {"trust": PEOPLE, "inline": (_inline(Action="*", Resource="*"), DENIED_WEAKLY)},
        {"trust": PEOPLE, "inline": (_inline(Action="*", Resource="*"), DENIED_AT_NIGHT)},
        {"trust": PEOPLE, "inline": (_inline(Action="*", Resource="*"), ALLOWED_WITHOUT)},
        Case(
            {"trust": PEOPLE, "attached": (POWER,)},
            others=[Other(ManagedPolicy, arn=POWER, document=policy(NotAction="iam:*", Resource="*"))],
        ),
    )
    SKIP = (
        {"trust": trust({"Service": "ecs-tasks.amazonaws.com"}), "inline": (_inline(Action="*", Resource="*"),)},
        {"trust": trust({"AWS": "arn:aws:iam::123456789012:role/pipeline"}), "inline": (ALL,)},
        {"trust": trust({"AWS": "999999999999"}, {"StringEquals": {"sts:ExternalId": "6f1d"}}), "inline": (ALL,)},
        {"trust": trust({"AWS": "AIDAEXAMPLE1234567890"}), "inline": (ALL,)},
        {"trust": trust({"Federated": SAML}, action="sts:AssumeRoleWithSAML"), "inline": (ALL,)},
    )
    UNKNOWN = (Case({"trust": PEOPLE, "inline": (ALL,), "attached": (POWER,)}, lacking=[ManagedPolicy]),)

    @staticmethod
    def applies(role: Role) -> bool:
        """Roles that IAM users, or all of an account, may assume."""
        return any(_people(role))

    @staticmethod
    def check(role: Role, world: World) -> Iterator[Fail]:
        if all(_asks(one.statement) for one in _people(role)):
            return
        granted = whole(world, role)
        for action in DESTRUCTIVE:
            if any(_refuses(statement, action) for statement in granted.statements):
                continue
            for statement in granted.allows_some(action):
                if not _asks(statement):
                    written = ", ".join(statement.actions.values)
                    yield Fail(f"{action} is allowed without MFA, by {written}{where(statement)}", part=action)


def _people(role: Role) -> Iterator[Trusted]:
    """Give whom of those that a trust policy lets in may be a person: a user, or an account without an external ID."""
    for one in role.trust.trust():
        who = one.principal
        whole_account = (who.whole_account or one.anyone) and not one.external_id
        if who.kind in {"AWS", "*"} and (":user/" in who.value or whole_account):
            yield one


def _asks(statement: Statement) -> bool:
    """Say whether a statement only holds for who gave a second factor."""
    return "aws:multifactorauthage" in statement.demands or any(
        test.key == "aws:multifactorauthpresent" and test.written == "Bool" and set(test.values) == {"true"}
        for test in statement.conditions
    )


def _refuses(statement: Statement, action: str) -> bool:
    """Say whether a statement refuses an action, on everything, to whoever gave no second factor."""
    return (
        not statement.allows
        and [(test.key, test.written, test.values) for test in statement.conditions]
        == [("aws:multifactorauthpresent", "BoolIfExists", ("false",))]
        and statement.actions.covers(action)
        and statement.reach.is_everything
    )
