"""Rules on ECR repositories."""
