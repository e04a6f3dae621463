"""Rules on CloudTrail."""
