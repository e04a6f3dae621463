"""Rules on EFS."""
