"""Pure renderings of findings, changes, coverage and trend."""
