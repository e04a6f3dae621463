"""Rules on environments."""
