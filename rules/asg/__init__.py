"""Rules on Auto Scaling groups."""
