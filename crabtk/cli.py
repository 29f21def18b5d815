"""The command line: thin; heavy imports happen inside commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crabtk import __version__
from crabtk.commands.cache_units import days, size
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


_processes = click.option("--processes", type=click.IntRange(1), default=1, show_default=True)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
_seed = click.option("--seed", default=42, show_default=True, help="Of what is drawn at random.")
_ledger = click.option(
    "--ledger", type=click.Path(path_type=Path, dir_okay=False), help="Write refused rows here (JSON Lines)."
)


@cli.command()
@click.argument("file")
@click.option("--format", "format_", default="auto", show_default=True, help="Seed format, if not to be recognised.")
@click.option("--types", multiple=True, help="Only these: a name, a family; repeatable.  [default: all for training]")
@click.option("--without", multiple=True, help="Not these: a name, a family, an instruction set; repeatable.")
@_seed
@_processes
@_json
@_ledger
def measure(
    file: str,
    format_: str,
    types: tuple[str, ...],
    without: tuple[str, ...],
    seed: int,
    processes: int,
    as_json: bool,
    ledger: Path | None,
) -> None:
    """Print the constraints that code finds true of each response in FILE (a file, a folder or hf:owner/name)."""
    from crabtk.commands.measure import measure_file

    measure_file(
        file,
        format_=format_,
        types=types,
        without=without,
        seed=seed,
        processes=processes,
        as_json=as_json,
        ledger=ledger,
    )


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--registry",
    type=click.Choice(["upstream", "fixed"]),
    default="fixed",
    show_default=True,
    help="Whose verdict on benchmark ids: the reference's, bug for bug, or what the wording says.",
)
@click.option("--prompts", type=click.Path(path_type=Path), help="Rows that say what was asked, by key or prompt.")
@click.option(
    "--seed", default=0, show_default=True, help="Of what a reference draws; 0 is that of published verdicts."
)
@_processes
@_json
@_ledger
def verify(
    file: Path,
    registry: Any,
    prompts: Path | None,
    seed: int,
    processes: int,
    as_json: bool,
    ledger: Path | None,
) -> None:
    """Judge the responses in FILE by what each row says was asked.

    A row holds `response` and either IFEval's `instruction_id_list` and `kwargs`, or `constraints`, a list of
    {"type", "params"}. FILE may be a dataset folder that crabtk wrote.
    """
    from crabtk.commands.verify import verify_file

    verify_file(
        file, prompts=prompts, registry=registry, seed=seed, processes=processes, as_json=as_json, ledger=ledger
    )


@cli.command()
@click.argument("benchmark")
@click.option("--responses", type=click.Path(path_type=Path), required=True, help="File or folder of responses.")
@click.option(
    "--prompts",
    type=click.Path(path_type=Path),
    help="File or folder of the benchmark's prompts.  [default: an installed package or the hub's cache]",
)
@click.option(
    "--registry",
    type=click.Choice(["both", "upstream", "fixed"]),
    help="Whose verdicts: the reference's, what the wordings say, or both and the difference.  [default: both]",
)
@click.option("--set", "options", multiple=True, metavar="KEY=VALUE", help="Option of the benchmark; repeatable.")
@click.option("--model", default="model", show_default=True, help="What to call the model of rows that name none.")
@click.option("--only-answered", is_flag=True, help="Leave out prompts without a response, which else count as failed.")
@click.option(
    "--judge-settings",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file with [engines] and scoring.judge, for benchmarks that ask a judge.",
)
@click.option(
    "--lm-eval", type=click.Path(path_type=Path, file_okay=False), help="Also write lm-eval's results and samples here."
)
@_json
@_ledger
def score(benchmark: str, prompts: Path | None, responses: Path, **given: Any) -> None:
    """Score responses that were made elsewhere on BENCHMARK.

    A row of responses names its prompt by `key` or `prompt` and holds `response`; `model` tells models apart. The
    samples that lm-eval logs are read, too. `crabtk plugins` lists the benchmarks.
    """
    from crabtk.commands.score import ScoreOptions, score_file

    score_file(ScoreOptions(benchmark, prompts, responses, **given))


@cli.command()
@click.argument("name", required=False)
@click.option("--search", help="Only those whose name, description or benchmark ids hold these words.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Say what the type finds in the text on standard input.")
@_seed
@_json
def types(name: str | None, search: str | None, from_stdin: bool, seed: int, as_json: bool) -> None:
    """List the constraint types, or show the one called NAME in full."""
    from crabtk.commands.types import list_types, show_type

    if name is None:
        if from_stdin:
            raise click.UsageError("--stdin needs the name of a type.")
        list_types(search, as_json)
    else:
        show_type(name, sys.stdin.read() if from_stdin else None, seed, as_json)


@cli.group()
def cache() -> None:
    """Look after the response cache, also while a run uses it."""


_store = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=".crabtk",
    show_default=True,
    help="Folder that the settings call runtime.store.",
)


@cache.command()
@_store
@_json
def stats(store: Path, as_json: bool) -> None:
    """Print what it holds and how often it is hit.

    Sizes by engine are those of the answers, without what SQLite adds. Hits and misses are those of all runs.
    """
    from crabtk.commands.cache import show_stats

    show_stats(store, as_json)


@cache.command("verify")
@_store
@click.option("--repair", is_flag=True, help="Delete what is unreadable; a run asks for it anew.")
@_json
def verify_cache(store: Path, repair: bool, as_json: bool) -> None:
    """Read every entry and check the file.

    An entry that does not match its checksum is unreadable: no run trusts it. The exit code is 1 if something is wrong
    and was not repaired.
    """
    from crabtk.commands import cache as command

    if not command.verify_cache(store, repair, as_json):
        sys.exit(1)


@cache.command()
@_store
@click.option(
    "--older-than", type=days, metavar="DURATION", help="Only what was last used longer ago, as in 30d, 6w or 1y."
)
@click.option("--larger-than", type=size, metavar="SIZE", help="Only as much as makes the file this small, as in 2GiB.")
@click.option("--engine", help='Only of engines with this in their identity: a backend, a model; or "unknown".')
@click.option("--dry-run", is_flag=True, help="Delete nothing, say what would go.")
def prune(store: Path, older_than: int | None, larger_than: int | None, engine: str | None, dry_run: bool) -> None:
    """Delete entries, least recently used first.

    Only those go that meet all conditions given. The file shrinks accordingly.
    """
    if older_than is None and larger_than is None and engine is None:
        raise click.UsageError("Say what may go: --older-than, --larger-than or --engine.")
    from crabtk.commands.cache import prune_cache

    prune_cache(store, older_than=older_than, larger_than=larger_than, engine=engine, dry_run=dry_run)


@cache.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_store
def export(file: Path, store: Path) -> None:
    """Write all entries to FILE as JSON Lines.

    FILE is compressed if its name ends in .zst. Unreadable entries are left out.
    """
    from crabtk.commands.cache import export_cache

    export_cache(store, file)


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
