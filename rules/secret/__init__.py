"""Rules on Secrets Manager."""
