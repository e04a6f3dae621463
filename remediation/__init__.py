"""The one package that may write to AWS: plan, rehearse, approve, apply, verify, roll back."""
