"""Reads Terraform's plans and states into what the rules judge: nothing is run, nothing is fetched."""

from scanner.terraform.reading import read, read_all

__all__ = ["read", "read_all"]
