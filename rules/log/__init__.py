"""Rules on CloudWatch log groups."""
