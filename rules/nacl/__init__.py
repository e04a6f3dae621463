"""Rules on nacl."""
