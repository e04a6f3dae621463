"""Rules on FSx."""
