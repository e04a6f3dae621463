"""Rules on cells: accounts that are built alike, one for each client."""
