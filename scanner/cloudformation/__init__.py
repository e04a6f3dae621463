"""Reads CloudFormation templates into resources; a stranger to the other adapters and to the rules."""

from scanner.cloudformation.reading import read

__all__ = ["read"]
