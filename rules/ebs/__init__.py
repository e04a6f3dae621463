"""Rules on ebs."""
