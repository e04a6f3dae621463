"""Rules on Application Load Balancers."""
