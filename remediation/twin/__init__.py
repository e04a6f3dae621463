"""The twin: the resources that a plan concerns, rebuilt from the snapshot in a moto of its own, to try the plan on."""
