"""The adapter to AWS: it reads what kinds declare, and can do nothing else."""
