output "task_role_arn" {
  description = "Give this as ScannerArn to cloudformation/audit-role.json."
  value       = aws_iam_role.task.arn
}

output "redaction_key_arn" {
  description = "Put the redaction key here before the first night."
  value       = aws_secretsmanager_secret.redaction_key.arn
}

output "task_security_group" {
  description = "The security group of the task."
  value       = aws_security_group.task.id
}
