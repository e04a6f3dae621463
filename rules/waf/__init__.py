"""Rules on AWS WAF Classic."""
