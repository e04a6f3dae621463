"""Rules on sg."""
