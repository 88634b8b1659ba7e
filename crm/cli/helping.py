"""The help of every command, in French where click itself would speak English."""

from __future__ import annotations

import click


class Order(click.Command):
    """A command whose own option says what it does in French."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _in_french(super().get_help_option(ctx))


class Orders(click.Group):
    """A group of commands."""

    command_class = Order

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _in_french(super().get_help_option(ctx))

    def lines(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Each command with its one line."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(name, command.get_short_help_str(limit=200)) for name, command in found if command]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl(self.lines(ctx))


def _in_french(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Affiche cette aide."
    return option
