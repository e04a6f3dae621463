"""The engine: evaluates, compares and normalises, and knows no service."""
