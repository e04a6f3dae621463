"""File systems: EFS with its mount targets and access points, and FSx."""

from __future__ import annotations

from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource


@builds("AWS::EFS::FileSystem")
def file_system(site: Site, resource: Resource) -> None:
    """Make the file system with its backups and its lifecycle."""
    box = doc(resource, "box")
    made = site.call(
        resource, "efs.CreateFileSystem", **fitting("efs.CreateFileSystem", box, "Tags"), Tags=pairs(resource) or None,
        Backup=doc(resource, "backup").get("Status") in {"ENABLED", "ENABLING"},
    )  # fmt: skip
    site.pair(box["FileSystemArn"], made["FileSystemArn"])
    site.pair(box["FileSystemId"], made["FileSystemId"])
    name = {"FileSystemId": box["FileSystemId"]}
    if doc(resource, "cycle"):
        site.call(resource, "efs.PutLifecycleConfiguration", **name, LifecyclePolicies=doc(resource, "cycle"))


@finishes("AWS::EFS::FileSystem")
def file_system_policy(site: Site, resource: Resource) -> None:
    """Set the policy, which may name roles."""
    if doc(resource, "pol"):
        name = {"FileSystemId": doc(resource, "box")["FileSystemId"]}
        site.call(resource, "efs.PutFileSystemPolicy", **name, Policy=doc(resource, "pol"))


@builds("AWS::EFS::MountTarget")
def mount_target(site: Site, resource: Resource) -> None:
    """Make the mount target in its subnet."""
    box = doc(resource, "box")
    wanted = fitting("efs.CreateMountTarget", box)
    made = site.call(resource, "efs.CreateMountTarget", **wanted, SecurityGroups=doc(resource, "guard") or None)
    for name in ("MountTargetId", "NetworkInterfaceId"):
        site.pair(box.get(name), made.get(name))


@builds("AWS::EFS::AccessPoint")
def access_point(site: Site, resource: Resource) -> None:
    """Make the access point."""
    box = doc(resource, "box")
    wanted = fitting("efs.CreateAccessPoint", box, "Tags")
    made = site.call(resource, "efs.CreateAccessPoint", **wanted, Tags=pairs(resource) or None)
    site.pair(box["AccessPointArn"], made["AccessPointArn"])
    site.pair(box["AccessPointId"], made["AccessPointId"])


@builds("AWS::FSx::FileSystem")
def fsx(site: Site, resource: Resource) -> None:
    """Make the file system of whichever type."""
    box = doc(resource, "box")
    if box.get("Lifecycle") in {"DELETING", "FAILED"}:
        raise UnbuiltError(f"fsx.CreateFileSystem: one that is {box['Lifecycle']} cannot be made")
    made = site.call(
        resource, "fsx.CreateFileSystem", **fitting("fsx.CreateFileSystem", box, "Tags"), Tags=pairs(resource) or None
    )["FileSystem"]  # fmt: skip
    site.pair(box["ResourceARN"], made["ResourceARN"])
    site.pair(box["FileSystemId"], made["FileSystemId"])
