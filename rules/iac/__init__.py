"""Rules on iac."""
