"""How the demo organisation is filled: one module per system, built of the same small parts, by boto3 calls alone."""
