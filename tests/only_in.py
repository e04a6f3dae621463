"""An import-linter contract: a library that only its homes may import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


class OnlyIn(Contract):
    """Holds external modules to the packages named as their homes.

    Unlike the linter's own `protected` contract it stands while a module is imported by nobody yet and
    while a home does not exist yet; unlike `forbidden` it needs no list of everyone else to be kept.
    """

    type_name = "only_in"
    modules = fields.ListField(subfield=fields.StringField())
    homes = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every direct import of a module by someone outside its homes."""
        del verbose
        homes = cast("list[str]", self.homes)
        strays: list[dict[str, Any]] = [
            dict(detail)
            for module in cast("list[str]", self.modules)
            if module in graph.modules
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if not any(importer == home or importer.startswith(f"{home}.") for home in homes)
            for detail in graph.get_import_details(importer=importer, imported=module)
        ]
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each stray import with its line."""
        for stray in check.metadata["strays"]:
            output.print_error(f"- {stray['importer']} -> {stray['imported']} (l.{stray['line_number']})", bold=False)
