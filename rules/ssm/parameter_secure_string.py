"""ssm_parameter_secure_string."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.engine.detect import names_secret
from scanner.kinds.ssm import Parameter
from scanner.model.inventory import any_of
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal

PLAIN = {"id": "/claims/stage", "type": "String"}
NAMED = {"id": "/claims/db-password", "type": "String"}
FOUND = ("Basic Auth Credentials",)


class ParameterSecureString(Rule):
    """Secret parameters are SecureString.

    A parameter in clear is read by everyone who may read parameters, and shown in the console, in history and in
    backups of it. As a secure string it takes the right to use its key as well, and each use is recorded. Values in
    clear are looked at by secret detectors and never kept; a name that ends in a word for a secret counts too, unless
    the value can be none by its form, such as an ARN, a number or a plain URL. A secret that no detector knows, under a
    harmless name, is not found.
    """

    kind = Parameter
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.308(a)(5)(ii)(D)")
    sources = (EcsGuide(63), WebProposal())
    remedy = Runbook(
        "Count the secret as known to others: make a new one where it is used.",
        "Delete {id} and make it anew: aws ssm put-parameter --type SecureString --name {id} --key-id KEY --value V",
        "Give those who read it the right to decrypt with the key, and take its old versions out of code and history.",
    )
    GOOD = (
        {**NAMED, "type": "SecureString", "detectors": FOUND},
        PLAIN,
        {**NAMED, "refers": True},
        {**PLAIN, "id": "/claims/password-policy"},
    )
    BAD = (
        {**PLAIN, "detectors": FOUND},
        {**PLAIN, "type": "StringList", "detectors": FOUND, "refers": True},
        NAMED,
        {**NAMED, "id": "claimsApiKey"},
        {**PLAIN, "id": "/claims/portal.token"},
        Case({**PLAIN, "id": "/claims/pin"}, settings={"words": ("pin",)}),
    )

    class Settings(RuleSettings, frozen=True):
        """Which names are names of secrets."""

        words: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Words for a secret at the end of a name, besides those of detect-secrets."),
        ] = ("token", "credential", "passphrase")

    @staticmethod
    def check(parameter: Parameter, settings: Settings) -> Iterator[Fail]:
        if parameter.type == "SecureString":
            return
        named = names_secret(parameter.id, settings.words)
        if any_of((lambda: parameter.detectors, lambda: named and not parameter.refers)):
            why = "its name is one for a secret" if named else "its value looks like a secret"
            yield Fail(f"the type is {parameter.type}, but {why}")
