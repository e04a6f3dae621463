"""`phiward remediate`: plans made, rehearsed, approved, applied, verified, undone."""
