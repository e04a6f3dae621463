"""Rules on RDS."""
