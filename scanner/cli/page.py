"""Groups, commands and their help pages in plain text and the terminal's own styles: loading rich takes longer."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from scanner.model.exits import MISUSE

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

Function = TypeVar("Function", bound=Callable[..., Any])
Row = tuple[str, str]

_KIND = re.compile(r"<(?:list\[)?(str|[Pp]ath|int|int range|float|datetime)\]?>")
WORDS = {"str": "TEXT", "path": "PATH", "int": "NUMBER", "int range": "NUMBER", "float": "NUMBER", "datetime": "MOMENT"}
"""What stands for a value, by its Python type."""

WIDEST = 120
NARROWEST = 50
FIRST = 30
"""The widest first column; what is longer has a line of its own."""


class OneCommand(TyperCommand):
    """A command with a page of ours."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the page."""
        formatter.write(page(self, ctx, ()))


class Group(TyperGroup):
    """A group of commands with a page of ours, which is also what it says when no command is named."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the page."""
        known = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, (one.help or "").partition("\n\n")[0]) for name, one in known if one and not one.hidden]
        formatter.write(page(self, ctx, rows))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the arguments; show the page where there are none."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(MISUSE)
        return super().parse_args(ctx, args)


class Program(typer.Typer):
    """A program of commands, or a group of them within it."""

    def __init__(self, *, help: str, name: str | None = None) -> None:
        """Begin without commands."""
        super().__init__(name=name, help=help, cls=Group, pretty_exceptions_enable=False, rich_markup_mode=None)

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Add a function as a command."""
        return super().command(name, cls=OneCommand, **options)


def page(command: Command, ctx: Context, commands: Sequence[Row]) -> str:
    """Write the help of a command: usage, what it does, arguments, options, the commands below it."""
    width = max(min(shutil.get_terminal_size().columns, WIDEST), NARROWEST)
    rows: dict[str, list[Row]] = {"argument": [], "option": []}
    for parameter in command.get_params(ctx):
        row = parameter.get_help_record(ctx)
        if row is not None:
            rows[parameter.param_type_name].append((_KIND.sub(_word, row[0]), row[1]))
    usage = " ".join(command.collect_usage_pieces(ctx))
    lines = ["", f"{_bold('Usage:')} {ctx.command_path} {usage}".rstrip(), ""]
    for paragraph in (command.help or "").split("\n\n"):
        lines += [*wrapped(paragraph, width), ""]
    for title, some in (("Arguments", rows["argument"]), ("Options", rows["option"]), ("Commands", commands)):
        if some:
            lines += [_bold(title), *_table(some, width), ""]
    return "\n".join(lines)


def _word(kind: re.Match[str]) -> str:
    return WORDS[kind[1].lower()]


def wrapped(text: str, width: int) -> list[str]:
    """Break text into lines between words."""
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _table(rows: Sequence[Row], width: int) -> Iterator[str]:
    first = min(max(len(name) for name, _ in rows), FIRST) + 4
    for name, text in rows:
        lines = wrapped(text, width - first)
        fits = len(name) <= first - 4
        if not fits:
            yield "  " + _name(name)
        for number, line in enumerate(lines or [""]):
            lead = f"  {_name(name)}" + " " * (first - 2 - len(name)) if fits and number == 0 else " " * first
            yield f"{lead}{line}".rstrip()


def _bold(text: str) -> str:
    return _styled(text, bold=True)


def _name(text: str) -> str:
    return _styled(text, fg=typer.colors.CYAN)


def _styled(text: str, **styles: Any) -> str:
    """Set text in the terminal's styles; where no terminal reads, they are taken out again as it is written."""
    return text if os.environ.get("NO_COLOR") else typer.style(text, **styles)
