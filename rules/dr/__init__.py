"""Rules on disaster recovery: what stands ready in another Region."""
