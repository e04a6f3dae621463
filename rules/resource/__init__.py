"""Rules on resource."""
