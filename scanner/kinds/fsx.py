"""FSx: file systems of all four types."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact


class FsxFileSystem(
    Kind,
    cfn="AWS::FSx::FileSystem",
    tf=(
        "aws_fsx_windows_file_system",
        "aws_fsx_lustre_file_system",
        "aws_fsx_ontap_file_system",
        "aws_fsx_openzfs_file_system",
    ),
):
    """A file system: `LUSTRE`, `WINDOWS`, `ONTAP` or `OPENZFS`."""

    box = each("fsx.DescribeFileSystems", "FileSystems")

    id: str = fact("box.FileSystemId", plan="id", sample="fs-0123456789abcdef0")
    arn: str = fact(
        "box.ResourceARN",
        plan="arn",
        sample="arn:aws:fsx:us-east-1:123456789012:file-system/fs-0123456789abcdef0",
    )
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    type: str = fact("box.FileSystemType", template="FileSystemType", sample="WINDOWS")
    deployment: str = fact(
        "box.LustreConfiguration.DeploymentType | box.WindowsConfiguration.DeploymentType"
        " | box.OntapConfiguration.DeploymentType | box.OpenZFSConfiguration.DeploymentType",
        plan="deployment_type",
        sample="MULTI_AZ_1",
    )
    key: str = fact(
        "box.KmsKeyId",
        plan="kms_key_id",
        template="KmsKeyId",
        default={"api": ""},
        sample="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        doc="Empty for scratch file systems of Lustre, which lie under a key of the service.",
    )
    vpc: str = fact("box.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    volatile = ("box.Lifecycle", "box.AdministrativeActions")

    @property
    def scratch(self) -> bool:
        """Whether it is one of Lustre for data that may be lost."""
        return self.type == "LUSTRE" and self.deployment.startswith("SCRATCH")
