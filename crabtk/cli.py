"""The command line: thin; heavy imports happen inside commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crabtk import __version__
from crabtk.errors import CrabtkError

if TYPE_CHECKING:
    from crabtk.settings_file import Loaded

_settings_options = [
    click.option(
        "--settings",
        "path",
        type=click.Path(path_type=Path),
        help="Settings file (TOML); also by the variable CRABTK_SETTINGS.",
    ),
    click.option("--preset", help="A preset instead of a file, or beneath it: demo, paper, h100."),
    click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change one setting; repeatable."),
]


def _with_settings(command: Any) -> Any:
    for option in reversed(_settings_options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crabtk")
def cli() -> None:
    """Turn instruction–response pairs into data that teaches models to follow complex instructions."""


@cli.command()
@_with_settings
@click.option("--to", "target", default="report", show_default=True, help="Last stage to make.")
@click.option("--plain", is_flag=True, help="No live progress bars, one line per event.")
def run(path: Path | None, preset: str | None, overrides: tuple[str, ...], target: str, plain: bool) -> None:
    """Make everything from seeds to scores; what is unchanged is found in the store."""
    from crabtk.console import run_and_show

    run_and_show(_load(path, preset, overrides), target, plain)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def plugins(as_json: bool) -> None:
    """List what is registered: name, kind, distribution, version, and where it comes from."""
    import json

    from crabtk.plugins import load

    rows = [
        {"name": p.name, "kind": p.kind, "distribution": p.distribution, "version": p.version, "from": p.module}
        for p in load().plugins.values()
    ]
    if as_json:
        click.echo("\n".join(json.dumps(row) for row in rows))
        return
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    for row in [{key: key for key in widths}, *rows]:
        click.echo("  ".join(row[key].ljust(width) for key, width in widths.items()).rstrip())


@cli.command()
@_with_settings
@click.option("--reference", is_flag=True, help="Explain every setting instead.")
def settings(path: Path | None, preset: str | None, overrides: tuple[str, ...], reference: bool) -> None:
    """Show the settings in force, with preset, file and changes joined."""
    from crabtk import settings_file

    if reference:
        click.echo(settings_file.reference(), nl=False)
    else:
        click.echo(settings_file.dump(_load(path, preset, overrides).settings), nl=False)


@cli.command()
@click.argument("preset")
@click.argument("path", type=click.Path(path_type=Path), default=Path("crabtk.toml"))
def init(preset: str, path: Path) -> None:
    """Write a preset with its comments to PATH (crabtk.toml), to be edited."""
    from crabtk.errors import SettingsError
    from crabtk.settings_file.layers import preset_text

    text = preset_text(preset)
    if path.exists():
        raise SettingsError(f"{path} exists already; name another file.")
    path.write_text(text, "utf-8")
    click.echo(f"{path} written. Edit it, then: crabtk run --settings {path}")


def _load(path: Path | None, preset: str | None, overrides: tuple[str, ...]) -> Loaded:
    from crabtk.settings_file import load_settings

    return load_settings(path, preset, overrides)


def main() -> None:
    """Run the command line; errors that a user can act on are one message, not a traceback."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. What is finished is kept; the same command goes on from there.", err=True)
        sys.exit(130)
    except CrabtkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
