"""Rules on vpc."""
