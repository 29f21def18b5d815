"""Assets built from the stages, with the settings read here, so that the UI's stale marks are true.

The settings come from the variable CRABTK_SETTINGS; without it, from the preset ``demo``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from assets.metadata import metadata_of
from assets.watch import LogObserver
from crabtk.errors import CrabtkError
from crabtk.graph.open import open_run
from crabtk.graph.publish import publish_outputs
from crabtk.graph.stage import Stage
from crabtk.graph.stages import STAGES
from crabtk.settings_file import VARIABLE, Loaded, load_settings

GROUPS = {
    **dict.fromkeys(("sft_model", "preferences", "dpo_model", "rl_prompts", "grpo_model"), "models"),
    "control_models": "controls",
    **dict.fromkeys(("responses", "judgements", "scores"), "scores"),
    **dict.fromkeys(("dataset", "report"), "outputs"),
}


def _asset(stage: Stage, loaded: Loaded, code_version: str) -> dg.AssetsDefinition:
    check = f"{stage.name}_schema"
    specs = [dg.AssetCheckSpec(check, asset=stage.name, blocking=True)] if stage.schemas else []

    @dg.asset(
        name=stage.name,
        deps=list(stage.inputs),
        description=stage.description,
        code_version=code_version,
        group_name=GROUPS.get(stage.name, "data"),
        check_specs=specs,
        # One engine at a time on one accelerator, within a run and across runs.
        pool="gpu" if stage.engine else None,
    )
    # Dagster reads the annotation, and takes a result with a parameter for several outputs.
    def asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with _said_plainly(), open_run(loaded, LogObserver(context.log)) as run:
            outcome = run.stage(stage.name)
            publish_outputs(run, stage.name)
            rejected = outcome.stored.rows["rejected"]
            # A table that does not fit its schema never gets here; rows that do not have left for the ledger.
            checks = [
                dg.AssetCheckResult(passed=True, check_name=check, metadata={"rejected": rejected}) for _ in specs
            ]
            return dg.MaterializeResult(
                data_version=dg.DataVersion(outcome.stored.data_version),
                metadata=metadata_of(run, outcome),
                check_results=checks,
            )

    return asset


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Show what a user can act on as the failure's description, which the UI puts first."""
    try:
        yield
    except CrabtkError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _definitions() -> dg.Definitions:
    loaded = load_settings(None, None if os.environ.get(VARIABLE) else "demo")
    with open_run(loaded) as run:
        return dg.Definitions(assets=[_asset(stage, loaded, run.code_version(name)) for name, stage in STAGES.items()])


defs = _definitions()
