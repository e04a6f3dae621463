"""Rules on Security Hub."""
