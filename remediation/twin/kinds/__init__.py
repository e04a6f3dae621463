"""How each kind is rebuilt from its sections, service by service."""
