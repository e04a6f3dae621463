"""Rules on the services that hold data."""
