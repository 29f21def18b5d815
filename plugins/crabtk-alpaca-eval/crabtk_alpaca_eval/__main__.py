"""``python -m crabtk_alpaca_eval``: to AlpacaEval's data format, and from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crabtk import CrabtkError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def _errors() -> Iterator[None]:
    """Print an error that a user can act on as one line, with exit code 1."""
    try:
        yield
    except CrabtkError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def main() -> None:
    """Work with AlpacaEval's files."""


@main.command()
@click.argument("responses", type=_FILE)
@click.option("--prompts", type=_FILE, help="A baseline's outputs; the hub's cache if not given.")
@click.option("--model", help="Whose responses, where the file holds several models'.")
@click.option("--name", help="What the model is called in the output; --model if not given.")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), default=Path("model_outputs.json"))
def export(responses: Path, prompts: Path | None, model: str | None, name: str | None, target: Path) -> None:
    """Write RESPONSES (a run's responses.parquet, or JSON Lines) as a model_outputs.json."""
    from crabtk_alpaca_eval.benchmark import AlpacaEval
    from crabtk_alpaca_eval.outputs import model_outputs, read_responses

    with _errors():
        items = AlpacaEval(prompts=str(prompts or "")).items({})
        rows = model_outputs(items, read_responses(responses, model), name or model or "model")
    target.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", "utf-8")
    click.echo(f"{len(rows)} outputs in {target}")


@main.command()
@click.argument("annotations", type=_FILE)
@click.option("--difficulties", type=_FILE, help="df_gamed.csv; the hub's cache if not given.")
def score(annotations: Path, difficulties: Path | None) -> None:
    """Score what AlpacaEval's own judge said: ANNOTATIONS is its annotations.json."""
    from crabtk_alpaca_eval.annotations import read_annotations
    from crabtk_alpaca_eval.gamed import find_gamed
    from crabtk_alpaca_eval.metrics import win_metrics

    with _errors():
        gamed = find_gamed(str(difficulties or ""), download=False)
        for model, comparisons in read_annotations(annotations).items():
            for metric in win_metrics(comparisons, gamed):
                click.echo(f"{model}\t{metric.metric}\t{metric.value * 100:.2f}\t{metric.count}")


if __name__ == "__main__":
    main(prog_name="python -m crabtk_alpaca_eval")
