"""EC2: account and Region settings that moto lacks, snapshots by who may restore them, addresses of instances."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response

from scanner.demo.moto_gaps.graft import add, after

# Operation, member of the answer, AWS's value in a new account, the request's member that sets it (None: no setting).
_SETTINGS: tuple[tuple[str, str, object, str | None], ...] = (
    ("ebs_default_kms_key_id", "KmsKeyId", None, "KmsKeyId"),
    ("snapshot_block_public_access_state", "State", "unblocked", "State"),
    (
        "image_block_public_access_state",
        "ImageBlockPublicAccessState",
        "block-new-sharing",
        "ImageBlockPublicAccessState",
    ),
    ("serial_console_access_status", "SerialConsoleAccessEnabled", False, None),
)
EXTENDS = frozenset(
    f"ec2.{operation}"
    for operation in (
        *("CreateLaunchTemplateVersion", "CreateVpc", "DeleteVpc", "DescribeInstances", "DescribeRegions"),
        *(
            "DescribeSnapshots",
            "DisableImageBlockPublicAccess",
            "DisableSnapshotBlockPublicAccess",
            "EnableImageBlockPublicAccess",
        ),
        *("EnableSnapshotBlockPublicAccess", "GetEbsDefaultKmsKeyId", "GetImageBlockPublicAccessState"),
        *("GetInstanceMetadataDefaults", "GetSerialConsoleAccessStatus", "GetSnapshotBlockPublicAccessState"),
        *("ModifyEbsDefaultKmsKeyId", "ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions"),
        *("MonitorInstances", "RunInstances", "TerminateInstances", "UnmonitorInstances"),
    )
)
"""The operations that this module answers, or whose answer or outcome it changes; not what only DryRun changes."""

_NO_DRY_RUN = (
    *("create_network_acl_entry", "create_vpc_endpoint", "delete_network_acl_entry", "delete_vpc_endpoints"),
    *("disable_ebs_encryption_by_default", "enable_ebs_encryption_by_default", "modify_instance_metadata_options"),
    *("modify_subnet_attribute", "modify_vpc_endpoint", "replace_network_acl_entry"),
)
_REMEMBERED = timedelta(hours=1)
_OTHER_PARTITIONS = ("us-gov-", "cn-", "us-iso", "eu-isoe", "eusc-")
_XEN_FAMILIES = ("m3", "m4", "c3", "c4", "r3", "r4", "t1", "t2")


def _store(response: Any) -> dict[str, Any]:
    """Settings live on moto's backend of that account and Region, and so are reset with it."""
    backend = response.ec2_backend
    if not hasattr(backend, "phiward_settings"):
        backend.phiward_settings = {}
    kept: dict[str, Any] = backend.phiward_settings
    return kept


def _getter(name: str, member: str, initial: object) -> Any:
    def get(response: Any) -> ActionResult:
        value = _store(response).get(name, initial)
        if name == "ebs_default_kms_key_id" and value is None:  # AWS names the AWS managed key until one is chosen
            value = "alias/aws/ebs"
        managed = {} if name == "ebs_default_kms_key_id" else {"ManagedBy": "account"}
        return ActionResult({member: value, **managed})

    return get


def _setter(name: str, member: str, parameter: str) -> Any:
    def put(response: Any) -> ActionResult:
        response.error_on_dryrun()
        value = _store(response)[name] = response._get_param(parameter)  # noqa: SLF001 - moto's way to read a parameter
        return ActionResult({member: value})

    return put


def _disable_snapshot_block(response: Any) -> ActionResult:
    """DisableSnapshotBlockPublicAccess, which moto lacks."""
    response.error_on_dryrun()
    _store(response)["snapshot_block_public_access_state"] = "unblocked"
    return ActionResult({"State": "unblocked"})


def _disable_image_block(response: Any) -> ActionResult:
    """DisableImageBlockPublicAccess, which moto lacks."""
    _store(response)["image_block_public_access_state"] = "unblocked"
    return ActionResult({"ImageBlockPublicAccessState": "unblocked"})


def _get_instance_metadata_defaults(response: Any) -> ActionResult:
    """GetInstanceMetadataDefaults, which moto lacks; an account that set nothing has an empty level."""
    return ActionResult({"AccountLevel": _store(response).get("instance_metadata_defaults", {"ManagedBy": "account"})})


def _modify_instance_metadata_defaults(response: Any) -> ActionResult:
    """ModifyInstanceMetadataDefaults, which moto lacks."""
    response.error_on_dryrun()
    names = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")
    given = {name: response._get_param(name) for name in names}  # noqa: SLF001
    chosen = {name: value for name, value in given.items() if value not in (None, "no-preference", -1)}
    _store(response)["instance_metadata_defaults"] = {"ManagedBy": "account", **chosen}
    return ActionResult({"Return": True})


def _restorable(response: Any, answer: ActionResult) -> ActionResult:
    """DescribeSnapshots: moto ignores RestorableByUserIds; `all` asks for the public ones."""
    users = response._get_param("RestorableByUserIds", [])  # noqa: SLF001
    if not users:
        return answer

    def admits(snapshot: Any) -> bool:
        public = "all" in snapshot.create_volume_permission_groups
        own = response.current_account == snapshot.owner_id
        wanted = set(users) & set(snapshot.create_volume_permission_userids)
        return ("all" in users and public) or ("self" in users and own) or bool(wanted)

    return ActionResult({"Snapshots": [each for each in answer.result["Snapshots"] if admits(each)]})  # type: ignore[index]


def _commercial(response: Any, answer: ActionResult) -> ActionResult:
    """DescribeRegions: moto mixes partitions, and lists what is not opted in without AllRegions."""
    everything = bool(response._get_param("AllRegions"))  # noqa: SLF001
    regions: list[Any] = answer.result["Regions"]  # type: ignore[index]
    return ActionResult(
        {
            "Regions": [
                region
                for region in regions
                if not region.name.startswith(_OTHER_PARTITIONS)
                and (everything or region.opt_in_status != "not-opted-in")
            ]
        }
    )


def _as_nitro(instance: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    """RunInstances: moto makes every instance a paravirtual Xen guest; AWS's current types are Nitro."""
    family = instance.instance_type.partition(".")[0]
    instance.hypervisor = "xen" if family in _XEN_FAMILIES else "nitro"
    instance.virtualization_type = "hvm"
    instance.ena_support = family not in _XEN_FAMILIES
    instance.kernel_id = None


def _monitoring(state: str) -> Any:
    """MonitorInstances and UnmonitorInstances, which moto lacks."""

    def put(response: Any) -> ActionResult:
        response.error_on_dryrun()
        named = response._get_param("InstanceIds", [])  # noqa: SLF001 - moto's way to read a parameter
        instances = [response.ec2_backend.get_instance(name) for name in named]
        for instance in instances:
            instance.monitoring_state = state
        return ActionResult(
            {"InstanceMonitorings": [{"InstanceId": item.id, "Monitoring": {"State": state}} for item in instances]}
        )

    return put


def _keep_metadata_options(backend: EC2Backend, instance_id: str, **given: Any) -> Any:
    """ModifyInstanceMetadataOptions: moto sets what is not named to nothing, AWS leaves it as it is."""
    options = backend.get_instance(instance_id).metadata_options
    names = {
        "http_tokens": "http_tokens",
        "hop_limit": "http_put_response_hop_limit",
        "http_endpoint": "http_endpoint",
        "http_protocol": "http_protocol_ipv6",
        "metadata_tags": "instance_metadata_tags",
    }
    for name, attribute in names.items():
        if given.get(name) is not None:
            setattr(options, attribute, given[name])
    return options


def _on_source(response: Any, answer: ActionResult) -> ActionResult:
    """CreateLaunchTemplateVersion: moto forgets the source version, of which AWS takes what the new one leaves out."""
    source = response._get_param("SourceVersion")  # noqa: SLF001
    made: Any = answer.result["LaunchTemplateVersion"]  # type: ignore[index]
    if source:
        template = response.ec2_backend.get_launch_template(made["LaunchTemplateId"])
        version = template.get_version(made["VersionNumber"])
        version.data = {**template.get_version(source).data, **version.data}
        made["LaunchTemplateData"] = version.data
    return answer


def _heed_dry_run(name: str) -> None:
    """Let an operation that is asked with DryRun change nothing: moto carries these out all the same."""
    method = getattr(EC2Response, name)

    @wraps(method)
    def asked(response: Any) -> Any:
        response.error_on_dryrun()
        return method(response)

    add(EC2Response, **{name: asked})


def _note_end(instance: Any, previous: Any, *_args: Any) -> Any:
    instance.ended = utcnow()
    return previous


def _forget_ended(_backend: Any, reservations: list[Any], *_args: Any, **_kwargs: Any) -> list[Any]:
    """DescribeInstances: moto lists a terminated instance forever, AWS for about an hour."""
    now = utcnow()
    for reservation in reservations:
        reservation.instances = [
            instance for instance in reservation.instances if now - getattr(instance, "ended", now) < _REMEMBERED
        ]
    return [reservation for reservation in reservations if reservation.instances]


def _open_default_group(backend: Any, vpc: Any, *_args: Any, **_kwargs: Any) -> Any:
    """CreateVpc: AWS lets the members of a VPC's default group reach one another."""
    group = backend.get_security_group_from_name("default", vpc.id)
    if not group.ingress_rules:
        backend.authorize_security_group_ingress(
            group.id, "-1", None, None, ip_ranges=[], source_groups=[{"GroupId": group.id}]
        )
    return vpc


def _acls_go_too(backend: EC2Backend, answer: Any, vpc_id: str) -> Any:
    """Remove with a VPC the network ACL that it was made with, which moto keeps."""
    for name in [name for name, acl in backend.network_acls.items() if acl.vpc_id == vpc_id]:
        del backend.network_acls[name]
    return answer


def install() -> None:
    """Extend moto's EC2 answers."""
    after(EC2Backend, "delete_vpc", _acls_go_too)
    for name, member, initial, parameter in _SETTINGS:
        add(EC2Response, **{f"get_{name}": _getter(name, member, initial)})
        if parameter:
            verb = {"ebs_default_kms_key_id": "modify_"}.get(name, "enable_")
            operation = verb + name.removesuffix("_state")
            add(EC2Response, **{operation: _setter(name, member, parameter)})
    add(
        EC2Response,
        disable_image_block_public_access=_disable_image_block,
        disable_snapshot_block_public_access=_disable_snapshot_block,
        get_instance_metadata_defaults=_get_instance_metadata_defaults,
        modify_instance_metadata_defaults=_modify_instance_metadata_defaults,
        monitor_instances=_monitoring("enabled"),
        unmonitor_instances=_monitoring("disabled"),
    )
    add(EC2Backend, modify_instance_metadata_options=_keep_metadata_options)
    after(EC2Response, "create_launch_template_version", _on_source)
    for name in _NO_DRY_RUN:
        _heed_dry_run(name)
    after(EC2Response, "describe_snapshots", _restorable)
    after(EC2Backend, "create_vpc", _open_default_group)
    after(EC2Response, "describe_regions", _commercial)
    after(EC2Backend, "all_reservations", _forget_ended)
    after(Instance, "__init__", _as_nitro)
    after(Instance, "terminate", _note_end)
