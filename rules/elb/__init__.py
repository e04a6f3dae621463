"""Rules on load balancers of any type."""
