"""phiward: watches AWS accounts that hold protected health information."""
