# The same as cloudformation/phiward.yaml; deploy/README.md says what each setting is for.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  log_group = "/phiward/nightly"
  tags      = { application = "phiward", data-classification = "phi" }
  config    = <<-TOML
    [store]
    url = "sqlite:////var/lib/phiward/phiward.db"
    [reports]
    out = "/var/lib/phiward/reports"
    [aws]
    role = "${var.audit_role_name}"
    external_id = "${var.external_id}"
    organization = ${var.look_at_organization}
    [accounts."${local.account}"]
    role = "${var.audit_role_name}"
    ${var.config}
  TOML
}

# ---- what lies encrypted ------------------------------------------------------------------------

resource "aws_kms_key" "phiward" {
  description         = "phiward: what was seen, its logs, its redaction key"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
  tags                = local.tags
}

resource "aws_kms_alias" "phiward" {
  name          = "alias/phiward"
  target_key_id = aws_kms_key.phiward.key_id
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }
  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_group}"]
    }
  }
  dynamic "statement" {
    for_each = { TaskDisk = "kms:GenerateDataKeyWithoutPlaintext", TaskDiskGrant = "kms:CreateGrant" }
    content {
      sid       = statement.key
      actions   = [statement.value]
      resources = ["*"]
      principals {
        type        = "Service"
        identifiers = ["fargate.amazonaws.com"]
      }
      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:ecs:clusterAccount"
        values   = [local.account]
      }
      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:ecs:clusterName"
        values   = ["phiward"]
      }
      dynamic "condition" {
        for_each = statement.key == "TaskDiskGrant" ? ["Decrypt"] : []
        content {
          test     = "ForAllValues:StringEquals"
          variable = "kms:GrantOperations"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "nightly" {
  name              = local.log_group
  kms_key_id        = aws_kms_key.phiward.arn
  retention_in_days = 2192
  tags              = local.tags
}

# Its value is not Terraform's, or it would stand in the state: put it there once,
#   aws secretsmanager put-secret-value --secret-id ARN --secret-string "$(openssl rand -hex 32)"
# By it what is kept of secrets is hashed; another key makes nights not comparable, so it does not rotate.
resource "aws_secretsmanager_secret" "redaction_key" {
  name_prefix = "phiward-redaction-key-"
  kms_key_id  = aws_kms_key.phiward.arn
  tags        = local.tags
}

resource "aws_efs_file_system" "files" {
  encrypted       = true
  kms_key_id      = aws_kms_key.phiward.arn
  throughput_mode = "elastic"
  tags            = local.tags
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_efs_backup_policy" "files" {
  file_system_id = aws_efs_file_system.files.id
  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_file_system_policy" "files" {
  file_system_id = aws_efs_file_system.files.id
  policy         = data.aws_iam_policy_document.files.json
}

data "aws_iam_policy_document" "files" {
  statement {
    sid       = "TaskThroughItsAccessPoint"
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.files.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.task.arn]
    }
    condition {
      test     = "Bool"
      variable = "elasticfilesystem:AccessedViaMountTarget"
      values   = ["true"]
    }
  }
  statement {
    sid       = "OnlyEncrypted"
    effect    = "Deny"
    actions   = ["*"]
    resources = [aws_efs_file_system.files.arn]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_efs_access_point" "phiward" {
  file_system_id = aws_efs_file_system.files.id
  posix_user {
    uid = 10001
    gid = 10001
  }
  root_directory {
    path = "/phiward"
    creation_info {
      owner_uid   = 10001
      owner_gid   = 10001
      permissions = "0700"
    }
  }
  tags = local.tags
}

resource "aws_efs_mount_target" "files" {
  for_each        = toset(var.subnet_ids)
  file_system_id  = aws_efs_file_system.files.id
  subnet_id       = each.value
  security_groups = [aws_security_group.files.id]
}

# ---- the network --------------------------------------------------------------------------------

resource "aws_security_group" "task" {
  name_prefix = "phiward-task-"
  description = "phiward's task: nobody may come in; out to AWS by HTTPS, and to its files"
  vpc_id      = var.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_egress_rule" "aws" {
  security_group_id = aws_security_group.task.id
  description       = "the AWS APIs"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "files" {
  security_group_id            = aws_security_group.task.id
  description                  = "its file system"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_security_group.files.id
}

resource "aws_security_group" "files" {
  name_prefix = "phiward-files-"
  description = "phiward's file system: the task may come in"
  vpc_id      = var.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "files" {
  security_group_id            = aws_security_group.files.id
  description                  = "NFS"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_security_group.task.id
}
