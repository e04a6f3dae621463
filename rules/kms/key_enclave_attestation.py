"""kms_key_enclave_attestation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from scanner.kinds.kms import KmsKey
from scanner.model.inventory import any_of
from scanner.model.policy import Condition, PolicyDocument, Principal, Statement
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Note, Rule
from scanner.model.rule import Settings as RuleSettings

PREFIX = "kms:recipientattestation:"
IMAGE = frozenset({f"{PREFIX}{name}" for name in ("imagesha384", "pcr0", "pcr8")})
"""What is measured of the image: its hash, by either name, or the certificate that signed it."""
OPERATIONS = (
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateRandom",
)
"""What an enclave may ask with an attestation document (AWS KMS Developer Guide, "AWS Nitro Enclaves")."""
HOLDING = frozenset({"StringEquals", "StringEqualsIgnoreCase"})
REFUSING = frozenset({"StringNotEquals", "StringNotEqualsIgnoreCase"})
MEASUREMENT = re.compile(r"[0-9a-f]{96}")

ROLE = "arn:aws:iam::123456789012:role/enclave"
ONE, TWO, NOUGHT = "a1" * 48, "b2" * 48, "0" * 96


def _attested(
    value: object = ONE, name: str = "ImageSha384", test: str = "StringEqualsIgnoreCase"
) -> dict[str, object]:
    return {test: {f"kms:RecipientAttestation:{name}": value}}


def _statement(condition: object = None, principal: object = None, **different: object) -> dict[str, object]:
    """A statement for the examples: it lets the enclave's role decrypt."""
    made: dict[str, object] = {
        "Effect": "Allow",
        "Principal": principal or {"AWS": ROLE},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
    }
    return made | ({"Condition": condition} if condition else {}) | different


def _key(*statements: object, **facts: object) -> dict[str, object]:
    return {"policy": PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})} | facts


OWNER = {"AWS": "arn:aws:iam::123456789012:root"}
GUARD = _statement(_attested(test="StringNotEqualsIgnoreCase"), "*", Effect="Deny")


class KeyEnclaveAttestation(Rule):
    """Keys used by Nitro Enclaves enforce attestation.

    An enclave is worth its name only if the key opens to nothing else: KMS compares what the Nitro hypervisor measured
    of the enclave's image with what the key policy demands. A statement without it, with no measurement of the image,
    with a wildcard, or with zeros, which is what an enclave in debug mode measures, opens the key to any program of the
    role. Keys are judged whose policy speaks of attestation, or that are tagged as an enclave's.
    """

    kind = KmsKey
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(D)",
        "164.312(a)(1)",
        "164.312(a)(2)(iv)",
        "164.312(b)",
        "164.312(c)(1)",
        "164.312(c)(2)",
    )
    aliases = (
        "prowler:kms_key_enclave_attestation_bypassable_path",
        "prowler:kms_key_enclave_attestation_no_deployment_binding",
        "prowler:kms_key_enclave_attestation_not_enforced",
        "prowler:kms_key_enclave_attestation_pcr_mismatch",
        "prowler:kms_key_enclave_attestation_unknown_image",
        "prowler:kms_key_enclave_debug_attestation_detected",
    )
    related = ("kms_key_policy_not_public",)
    remedy = Runbook(
        "Take the measurements from the build of the enclave's image: nitro-cli build-enclave prints PCR0 and PCR8.",
        "Demand them in each statement that lets the enclave's role use the key: Condition StringEqualsIgnoreCase"
        " kms:RecipientAttestation:ImageSha384, without wildcards.",
        "Let no other statement allow that role to decrypt: aws kms put-key-policy --key-id {id} --policy file://key.json",
        "See that the enclave still starts, and that the role is refused outside of it.",
        effect=Effect(
            risk="high",
            downtime="an enclave whose image is not the named one can no longer decrypt",
            terraform={"aws_kms_key": {"policy": "POLICY"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        enclave_tags: Annotated[
            Mapping[str, str], msgspec.Meta(description="The tags that say that a key is an enclave's.")
        ] = msgspec.field(default_factory=lambda: {"used-by": "nitro-enclave"})
        measurements: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="The measurements of known images, in hexadecimal; none: any but zeros."),
        ] = ()

    TAGS = {"Used-By": "nitro-enclave"}
    GOOD = (
        _key(_statement(_attested())),
        _key(_statement(_attested(name="PCR0", test="StringEquals"))),
        _key(_statement(_attested([ONE, TWO], name="PCR8"))),
        _key(_statement(_attested(ONE.upper())), tags=TAGS),
        _key(_statement(_attested() | {"StringEquals": {"kms:RecipientAttestation:PCR3": TWO}})),
        Case(_key(_statement(_attested())), settings={"measurements": (ONE.upper(), TWO)}),
        _key(_statement(_attested()), _statement(principal=OWNER, Action="kms:*")),
        _key(_statement(_attested()), _statement(Action=["kms:DescribeKey", "kms:Encrypt"])),
        _key(_statement(_attested()), _statement(principal={"AWS": "arn:aws:iam::123456789012:role/other"})),
        _key(_statement(_attested()), _statement(Effect="Deny")),
        Case(
            _key(_statement(_attested() | {"StringEquals": {"kms:RecipientAttestation:PCR3": TWO}})),
            settings={"measurements": (ONE,)},
        ),
        _key(_statement(_attested() | {"StringEquals": {"kms:EncryptionContext:app": "claims"}})),
        _key(_statement(_attested(test="StringNotEqualsIfExists"), "*", Effect="Deny"), _statement()),
        _key(GUARD | {"Principal": {"AWS": ROLE}, "Action": "kms:Decrypt"}, _statement()),
        _key(GUARD, _statement()),
        _key(GUARD, _statement(_attested()), _statement()),
        _key(GUARD | {"Principal": {"AWS": ROLE}}, _statement(_attested()), _statement()),
    )
    BAD = (
        _key(_statement(), tags=TAGS),
        Case(_key(_statement(), tags={"enclave": "yes"}), settings={"enclave_tags": {"enclave": "yes"}}),
        _key(_statement(_attested(name="PCR3"))),
        _key(_statement(_attested(NOUGHT))),
        _key(_statement(_attested([ONE, NOUGHT]))),
        _key(_statement(_attested() | {"StringEquals": {"kms:RecipientAttestation:PCR3": NOUGHT}})),
        _key(_statement(_attested("a1*", test="StringLike"))),
        _key(_statement(_attested("*"))),
        _key(_statement(_attested(ONE[:-1]))),
        _key(_statement(_attested(test="StringEqualsIfExists"))),
        _key(_statement(_attested(test="ForAllValues:StringEquals"))),
        _key(_statement(_attested(test="StringNotEquals"))),
        Case(_key(_statement(_attested(TWO))), settings={"measurements": (ONE,)}),
        _key(_statement(_attested()), _statement()),
        _key(_statement(_attested()), _statement(principal="*")),
        _key(_statement(_attested(), {"AWS": [f"{ROLE}-2", ROLE]}), _statement()),
        _key(_statement(_attested()), _statement(Action="kms:GenerateDataKey*")),
        _key(_statement(_attested()), _statement(_attested(), Action="kms:*"), _statement(Action="kms:*")),
        _key(_statement(_attested(NOUGHT, test="StringNotEquals"), "*", Effect="Deny"), _statement()),
        _key(_statement(_attested(test="StringEquals"), "*", Effect="Deny"), _statement()),
        _key(
            _statement(_attested(test="StringNotEquals"), Effect="Deny", Action="kms:Decrypt"),
            _statement(_attested()),
            _statement(),
        ),
        _key(
            _statement(_attested(test="StringNotEquals"), {"AWS": "arn:aws:iam::123456789012:role/x"}, Effect="Deny"),
            _statement(_attested()),
            _statement(),
        ),
    )
    SKIP = (
        _key(_statement()),
        _key(_statement(), tags={"used-by": "backup"}),
        _key(_statement(_attested()), manager="AWS"),
    )

    @staticmethod
    def applies(key: KmsKey, settings: Settings) -> bool:
        """Customer managed keys whose policy speaks of attestation, or that are tagged as an enclave's."""
        if key.manager != "CUSTOMER":
            return False
        return any_of(
            (
                lambda: any(_tests(entry) for entry in key.policy.statements),
                lambda: key.has_tags(settings.enclave_tags),
            )
        )

    @staticmethod
    def check(key: KmsKey, settings: Settings) -> Iterator[Fail | Note]:
        speaking = [entry for entry in key.policy.statements if _tests(entry)]
        if not speaking:
            yield Fail("the key is an enclave's, but no statement of its policy demands attestation")
        for entry in speaking:
            for flaw in _flaws(entry, {text.lower() for text in settings.measurements}):
                yield Fail(f"{entry.label} of the key policy {flaw}", part=f"policy {entry.label}")
        yield from _ways_round(key.policy.statements, speaking)


def _tests(entry: Statement) -> list[Condition]:
    return [test for test in entry.conditions if test.key.startswith(PREFIX)]


def _flaws(entry: Statement, known: set[str]) -> Iterator[str]:
    """Why a statement with attestation does not bind the key to a known image."""
    tests = _tests(entry)
    holding = HOLDING if entry.allows else REFUSING
    if not any(test.key in IMAGE for test in tests):
        yield "demands no measurement of the enclave's image"
    for test in tests:
        name = test.key.removeprefix(PREFIX)
        if test.operator not in holding or test.quantifier or (test.if_exists and entry.allows):
            yield f"does not hold every request to {name}: {test.written}"
        for value in (text.lower() for text in test.values):
            if not MEASUREMENT.fullmatch(value):
                yield f"compares {name} with {value}, which is no measurement"
            elif not value.strip("0"):
                yield f"takes {name} of zeros, as an enclave in debug mode has it"
            elif known and test.key in IMAGE and value not in known:
                yield f"takes {name} {value[:16]}..., which is no known image"


def _ways_round(statements: tuple[Statement, ...], speaking: list[Statement]) -> Iterator[Fail | Note]:
    """Statements that let the enclave's own principals decrypt outside of it."""
    named = {who for entry in speaking if entry.allows and entry.principals for who in entry.principals.items}
    guards = [entry for entry in speaking if not entry.allows and not any(_flaws(entry, set()))]
    for entry in statements:
        asked = [act for act in OPERATIONS if entry.actions.overlaps(act)]
        if not entry.allows or entry in speaking or not asked or not entry.principals:
            continue
        for who in entry.principals.items:
            guarded = any(_guards(deny, who, asked) for deny in guards)
            said = f"{entry.label} of the key policy lets {who.value} use the key without attestation"
            if not guarded and any(who.is_anyone or who.canonical == own.canonical for own in named):
                yield Fail(said, part=f"policy {entry.label}")
            elif not guarded and any(who.covers(own) for own in named):
                yield Note(f"{said}, as far as policies of IAM allow it")


def _guards(deny: Statement, who: Principal, asked: list[str]) -> bool:
    return bool(deny.principals and deny.principals.covers(who)) and all(deny.actions.covers(act) for act in asked)
