"""The shapes of Terraform's documents: what is needed of them; everything else is skipped as it is read.

What a resource says stays the bytes it is written in until it is its turn. Source: Terraform, JSON Output Format 1.2;
state file format 4.
"""

from __future__ import annotations

from typing import Any

import msgspec

RAW = msgspec.Raw()
NULL = (b"", b"null")
"""What stands for nothing: a member that is not there, and one that is null."""
LONGEST = max(map(len, NULL))


def given(raw: msgspec.Raw) -> bool:
    """Say whether a member is there and not null."""
    view = memoryview(raw)
    return len(view) > LONGEST or bytes(view) not in NULL


class Head(msgspec.Struct):
    """What tells the sorts of documents apart."""

    format_version: Any = None
    version: Any = None
    terraform_version: Any = None
    resource_changes: msgspec.Raw = RAW
    planned_values: msgspec.Raw = RAW
    values: msgspec.Raw = RAW
    resources: msgspec.Raw = RAW
    configuration: msgspec.Raw = RAW


class ChangeBody(msgspec.Struct):
    """What a plan changes of a resource."""

    actions: list[str] = []
    before: msgspec.Raw = RAW
    after: msgspec.Raw = RAW
    after_unknown: msgspec.Raw = RAW
    before_sensitive: msgspec.Raw = RAW
    after_sensitive: msgspec.Raw = RAW


class ResourceChange(msgspec.Struct):
    """One address of a plan. Terraform 1.0 leaves the address of what has changed outside of it to its parts."""

    type: str
    change: ChangeBody
    address: str = ""
    mode: str = "managed"
    module_address: str | None = None
    name: str = ""
    index: str | int | None = None
    provider_name: str | None = None
    deposed: str | None = None
    previous_address: str | None = None
    action_reason: str | None = None

    def __post_init__(self) -> None:
        """Put the address together where it is not said."""
        if not self.address:
            module = f"{self.module_address}." if self.module_address else ""
            key = (
                "" if self.index is None else f'["{self.index}"]' if isinstance(self.index, str) else f"[{self.index}]"
            )
            self.address = f"{module}{self.type}.{self.name}{key}"


class StateResource(msgspec.Struct):
    """One address of the values of a state."""

    address: str
    type: str
    mode: str = "managed"
    name: str = ""
    index: str | int | None = None
    provider_name: str | None = None
    values: msgspec.Raw = RAW
    sensitive_values: msgspec.Raw = RAW
    deposed_key: str | None = None


class StateModule(msgspec.Struct):
    """A module of the values of a state."""

    resources: list[StateResource] | None = None
    child_modules: list[StateModule] | None = None


class StateValues(msgspec.Struct):
    """The values of a state."""

    root_module: StateModule | None = None


class State(msgspec.Struct):
    """What `terraform show -json` prints of a state, and a plan's prior state."""

    format_version: str | None = None
    terraform_version: str | None = None
    values: StateValues | None = None


class ConfigResource(msgspec.Struct):
    """A resource as the code writes it: each argument is a constant or names what it refers to."""

    address: str
    type: str = ""
    name: str = ""
    mode: str = "managed"
    provider_config_key: str | None = None
    expressions: Any = None
    count_expression: Any = None
    for_each_expression: Any = None

    @property
    def repeated(self) -> bool:
        """Whether there may be several of it, or none."""
        return self.count_expression is not None or self.for_each_expression is not None


class ConfigOutput(msgspec.Struct):
    """An output of a module."""

    expression: Any = None


class ConfigModule(msgspec.Struct):
    """A module as the code writes it."""

    resources: list[ConfigResource] | None = None
    module_calls: dict[str, ModuleCall] | None = None
    outputs: dict[str, ConfigOutput] | None = None


class ModuleCall(msgspec.Struct):
    """A call of a module with the arguments it is given."""

    expressions: Any = None
    module: ConfigModule | None = None


class Provider(msgspec.Struct):
    """The configuration of a provider."""

    name: str = ""
    expressions: Any = None


class Configuration(msgspec.Struct):
    """The code of a plan."""

    provider_config: dict[str, Provider] | None = None
    root_module: ConfigModule | None = None


class Plan(msgspec.Struct):
    """A plan. `planned_values` and `output_changes` are not read."""

    format_version: str | None = None
    terraform_version: str | None = None
    resource_changes: list[ResourceChange] | None = None
    resource_drift: list[ResourceChange] | None = None
    deferred_changes: list[msgspec.Raw] | None = None
    prior_state: State | None = None
    configuration: Configuration | None = None
    variables: dict[str, msgspec.Raw] | None = None
    errored: bool | None = None
    complete: bool | None = None


class Instance(msgspec.Struct):
    """One instance of a resource in a state file."""

    attributes: msgspec.Raw = RAW
    index_key: str | int | None = None
    sensitive_attributes: Any = None
    deposed: str | None = None


class FileResource(msgspec.Struct):
    """A resource in a state file."""

    type: str
    name: str
    mode: str = "managed"
    module: str | None = None
    provider: str | None = None
    instances: list[Instance] | None = None


class StateFile(msgspec.Struct):
    """A state file of version 4."""

    version: int
    terraform_version: str | None = None
    serial: int | None = None
    lineage: str | None = None
    resources: list[FileResource] | None = None
