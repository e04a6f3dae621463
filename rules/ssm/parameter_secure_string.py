"""ssm_parameter_secure_string."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from scanner.engine.detect import names_secret
from scanner.kinds.ssm import Parameter
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal

NAMED = {"id": "/claims/db-password", "type": "String"}


class ParameterSecureString(Rule):
    """Secret parameters are SecureString.

    A parameter in clear is read by everyone who may read parameters, and shown in the console, in history and in
    backups of it. As a secure string it takes the right to use its key as well, and each use is recorded. What counts
    is a name that ends in a word for a secret. Values are not looked at: to read them is to be able to read every
    secret, which this scanner refuses; so a secret under a harmless name is not found. Names that only point to a
    secret can be excepted.
    """

    kind = Parameter
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.308(a)(5)(ii)(D)")
    sources = (EcsGuide(63), WebProposal())
    remedy = Runbook(
        "Count the secret as known to others: make a new one where it is used.",
        "Delete {id} and make it anew: aws ssm put-parameter --type SecureString --name {id} --key-id KEY --value V",
        "Give those who read it the right to decrypt with the key, and take its old versions out of code and history.",
        effect=Effect(
            risk="medium",
            downtime="programs that read the parameter between its deletion and its making",
            terraform={"aws_ssm_parameter": {"type": "SecureString", "key_id": "KEY"}},
        ),
    )
    GOOD = (
        {**NAMED, "type": "SecureString"},
        {"id": "/claims/stage", "type": "String"},
        {"id": "/claims/password-policy", "type": "String"},
        Case(NAMED, settings={"excepted": ("/claims/other", "/claims/db-*")}),
    )
    BAD = (
        NAMED,
        {**NAMED, "type": "StringList"},
        {"id": "claimsApiKey", "type": "String"},
        {"id": "/claims/portal.token", "type": "String"},
        Case({"id": "/claims/pin", "type": "String"}, settings={"words": ("pin",)}),
        Case(NAMED, settings={"excepted": ("db-password", "/claims/DB-*")}),
    )

    class Settings(RuleSettings, frozen=True):
        """Which names are names of secrets."""

        words: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Words for a secret at the end of a name, besides those of detect-secrets."),
        ] = ("token", "credential", "passphrase")
        excepted: Annotated[
            tuple[str, ...], msgspec.Meta(description="Names that are none, `*` for any text: `/claims/*-password`.")
        ] = ()

    @staticmethod
    def check(parameter: Parameter, settings: Settings) -> Iterator[Fail]:
        if parameter.type == "SecureString" or any(fnmatchcase(parameter.id, name) for name in settings.excepted):
            return
        if names_secret(parameter.id, settings.words):
            yield Fail(f"the type is {parameter.type}, but its name is one for a secret")
