"""Rules on ec2."""
