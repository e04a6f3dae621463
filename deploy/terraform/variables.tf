variable "vpc_id" {
  description = "Where the task runs."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of different Availability Zones, with a way to AWS by NAT gateway or endpoints."
  type        = list(string)
  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "Give at least two subnets."
  }
}

variable "image" {
  description = "The image by its digest, of a private ECR repository."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "An image of a private ECR repository by its digest, not by a tag."
  }
}

variable "repository_name" {
  description = "The name of the image's ECR repository, in this account and Region."
  type        = string
  default     = "phiward"
}

variable "audit_role_name" {
  description = "The role that is assumed in each account; cloudformation/audit-role.json makes it."
  type        = string
  default     = "PhiwardAudit"
}

variable "external_id" {
  description = "What the trust policies of these roles ask for."
  type        = string
  validation {
    condition     = length(var.external_id) >= 16
    error_message = "At least 16 characters."
  }
}

variable "organization_id" {
  description = "The roles that may be assumed are those of this organization."
  type        = string
}

variable "look_at_organization" {
  description = "Whether this account may list the organization's accounts, and they are all to be looked at."
  type        = bool
  default     = true
}

variable "config" {
  description = "What else config.toml says, as TOML tables such as [scope]."
  type        = string
  default     = ""
}

variable "schedule_expression" {
  description = "When, in UTC."
  type        = string
  default     = "cron(0 6 * * ? *)"
}
