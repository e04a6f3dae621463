"""Rules on GuardDuty."""
