"""Rules on Classic Load Balancers."""
