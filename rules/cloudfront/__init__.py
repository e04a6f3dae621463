"""Rules on CloudFront distributions."""
