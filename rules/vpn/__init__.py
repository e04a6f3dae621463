"""Rules on vpn."""
