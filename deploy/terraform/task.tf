# ---- who may do what ----------------------------------------------------------------------------

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ecs:${local.region}:${local.account}:*"]
    }
  }
}

resource "aws_iam_role" "task" {
  name_prefix        = "phiward-task-"
  description        = "phiward: may assume the audit role of each account, and nothing else"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "look" {
  name   = "look"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.look.json
}

data "aws_iam_policy_document" "look" {
  statement {
    sid       = "Enter"
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = ["arn:${local.partition}:iam::*:role/${var.audit_role_name}"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceOrgID"
      values   = [var.organization_id]
    }
  }
  statement {
    sid = "Accounts"
    actions = [
      "ec2:DescribeRegions",
      "organizations:ListAccounts",
      "organizations:ListAccountsForParent",
      "organizations:ListOrganizationalUnitsForParent",
      "organizations:ListRoots",
      "organizations:ListTagsForResource",
      "sts:GetCallerIdentity",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "execution" {
  name_prefix        = "phiward-execution-"
  description        = "ECS: pulls phiward's image, hands it its redaction key, takes its log"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "start" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.start.json
}

data "aws_iam_policy_document" "start" {
  statement {
    sid       = "LogIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    sid       = "Pull"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["arn:${local.partition}:ecr:${local.region}:${local.account}:repository/${var.repository_name}"]
  }
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.nightly.arn}:*"]
  }
  statement {
    sid       = "Secret"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.redaction_key.arn]
  }
  statement {
    sid       = "Unwrap"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.phiward.arn]
  }
}

resource "aws_iam_role" "scheduler" {
  name_prefix        = "phiward-scheduler-"
  description        = "EventBridge Scheduler: starts phiward's task"
  assume_role_policy = data.aws_iam_policy_document.scheduler.json
  tags               = local.tags
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role_policy" "run" {
  name   = "run"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.run.json
}

data "aws_iam_policy_document" "run" {
  statement {
    sid       = "Run"
    actions   = ["ecs:RunTask"]
    resources = [aws_ecs_task_definition.phiward.arn]
    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.phiward.arn]
    }
  }
  statement {
    sid       = "HandOver"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.task.arn, aws_iam_role.execution.arn]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
  statement {
    sid       = "TellWhatDidNotStart"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.not_started.arn]
  }
  statement {
    sid       = "Wrap"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.phiward.arn]
  }
}

# ---- the task -----------------------------------------------------------------------------------

resource "aws_ecs_cluster" "phiward" {
  name = "phiward"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
  configuration {
    managed_storage_configuration {
      fargate_ephemeral_storage_kms_key_id = aws_kms_key.phiward.id
    }
  }
  tags = local.tags
}

resource "aws_ecs_task_definition" "phiward" {
  family                   = "phiward"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 4096
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.files.id
      transit_encryption = "ENABLED"
      authorization_config {
        access_point_id = aws_efs_access_point.phiward.id
        iam             = "ENABLED"
      }
    }
  }
  volume {
    name = "scratch"
  }
  container_definitions = jsonencode([{
    name                   = "phiward"
    image                  = var.image
    essential              = true
    user                   = "10001:10001"
    privileged             = false
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    workingDirectory       = "/var/lib/phiward"
    command                = ["scan", "--quiet"]
    stopTimeout            = 60
    mountPoints = [
      { sourceVolume = "files", containerPath = "/var/lib/phiward", readOnly = false },
      { sourceVolume = "scratch", containerPath = "/tmp", readOnly = false },
    ]
    environment = [
      { name = "AWS_REGION", value = local.region },
      { name = "PHIWARD_CONFIG_TOML", value = local.config },
    ]
    secrets = [{ name = "PHIWARD_REDACTION_KEY", valueFrom = aws_secretsmanager_secret.redaction_key.arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.nightly.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "scan"
        mode                  = "blocking"
      }
    }
  }])
  tags = local.tags
}

resource "aws_sqs_queue" "not_started" {
  name_prefix               = "phiward-not-started-"
  kms_master_key_id         = aws_kms_key.phiward.id
  message_retention_seconds = 1209600
  tags                      = local.tags
}

resource "aws_scheduler_schedule" "nightly" {
  name                         = "phiward-nightly"
  description                  = "phiward looks at every account"
  schedule_expression          = var.schedule_expression
  schedule_expression_timezone = "UTC"
  kms_key_arn                  = aws_kms_key.phiward.arn
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_ecs_cluster.phiward.arn
    role_arn = aws_iam_role.scheduler.arn
    dead_letter_config {
      arn = aws_sqs_queue.not_started.arn
    }
    retry_policy {
      maximum_retry_attempts       = 12
      maximum_event_age_in_seconds = 3600
    }
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.phiward.arn
      task_count          = 1
      launch_type         = "FARGATE"
      platform_version    = "LATEST"
      propagate_tags      = "TASK_DEFINITION"
      network_configuration {
        assign_public_ip = false
        security_groups  = [aws_security_group.task.id]
        subnets          = var.subnet_ids
      }
    }
  }
  depends_on = [aws_efs_mount_target.files]
}
