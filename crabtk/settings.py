"""The one settings file: typed, closed, documented.

A file is TOML. ``preset`` names a base that it changes; presets lie in ``crabtk/presets``. Paths in a file are
relative to that file's folder, paths in a preset to the current folder.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[int, Field(ge=1)]


def _ordered(bounds: tuple[int, int]) -> tuple[int, int]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the first of {list(bounds)} must not exceed the second")
    return bounds


Limit = Annotated[int | None, Field(ge=0), AfterValidator(lambda limit: limit or None)]
"""At most so many; 0 stands for no limit, so that a file can lift the limit of its preset."""

Bounds = Annotated[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], AfterValidator(_ordered)]
"""Smallest and largest allowed number, both included."""


def selects(patterns: tuple[str, ...], name: str) -> bool:
    """Tell whether a ``family:name`` is chosen by its name, its family (``family`` or ``family:*``) or ``*``."""
    family = name.partition(":")[0]
    return any(pattern in ("*", name, family, f"{family}:*") for pattern in patterns)


class Section(BaseModel):
    """What all sections share: frozen, closed, a docstring under each field."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Source(Section):
    """One source of rows."""

    path: str
    """A file or folder, or ``hf:owner/name`` for a Hugging Face dataset."""
    format: str = "auto"
    """Of its rows; ``auto`` recognises it from content."""
    name: str | None = None
    """How tables call the source; by default the file's name."""
    licence: str = "unknown"
    """For the dataset card."""
    limit: Limit = None
    """At most so many pairs of it, drawn by hash after selection; 0 is all."""
    revision: str | None = None
    """Of a Hugging Face dataset; part of the fingerprint."""
    hf_split: str = "train"
    """Split of a Hugging Face dataset."""
    hf_config: str | None = None
    """Configuration (subset) of a Hugging Face dataset."""


class SeedSource(Source):
    """One source of pairs."""

    path: str
    """A file or folder; ``crabtk:samples`` for the shipped sample; ``hf:owner/name`` for a Hugging Face dataset."""
    format: str = "auto"
    """Name of a seed reader; ``auto`` recognises it from content."""
    use: Literal["seed", "chat"] = "seed"
    """``seed``: read for constraints; ``chat``: general chat, mixed in unchanged."""


class RankedSource(Source):
    """One source of responses with a ranking."""

    format: str = "auto"
    """``ultrafeedback``, ``ultrafeedback-binarized`` or ``chosen-rejected``; ``auto``: each row tells."""


class Seeds(Section):
    """Which pairs become seeds."""

    sources: tuple[SeedSource, ...] = Field(default=(), strict=False)
    """At least one with ``use = "seed"``."""
    response_words: Bounds = Field(default=(200, 100_000), strict=False)
    """Words of a seed's response (runs of letters or digits; characters in scripts without spaces)."""
    instruction_words: Bounds = Field(default=(1, 70), strict=False)
    """Words of a seed's instruction."""
    let_through: Share = 0.1
    """Share of pairs that are taken whatever their word counts, drawn by hash."""
    languages: tuple[str, ...] = Field(default=(), strict=False)
    """ISO 639-1 codes to keep; empty keeps all."""
    held_out: Share = 0.1
    """Share of the pairs, drawn by a hash of the instruction, that is kept for scores."""
    dev: Share = 0.05
    """Share kept for choices during training: evaluation, early stopping, the best checkpoint."""
    max_bytes: Positive = 200_000
    """Pairs with a longer text (UTF-8 bytes) go to the ledger."""


class Measuring(Section):
    """Measured constraints: those found by code."""

    types: tuple[str, ...] = Field(default=("*",), strict=False)
    """Names of constraint types, families (``keyword`` or ``keyword:*``), or ``*``.

    Types that are there to measure transfer (IFBench's) are taken only if named by name or family.
    """
    without: tuple[str, ...] = Field(default=(), strict=False)
    """What to leave out: names, families, or instruction sets (``ifeval``: every type that one of its ids means)."""
    reference_sample: Positive = 100
    """How many other responses tell how informative a constraint is, of types that the shipped table lacks."""


class Translation(Section):
    """Translated constraints: those written by a model."""

    engine: str = "default"
    """Which of ``[engines]``."""
    enabled: bool = True
    """False skips the stage; measured constraints remain."""
    limit: Limit = None
    """At most so many seeds are translated, drawn by hash; 0 is all."""
    types: tuple[str, ...] = Field(default=("*",), strict=False)
    """Which of the translated types: names, families, or ``*``."""
    max_tokens: Positive = 1024
    """New tokens of one translation."""
    temperature: Annotated[float, Field(ge=0.0)] = 0.4
    """0 is greedy."""
    top_p: Share = 0.3
    """Nucleus sampling."""


class Judging(Section):
    """The judge of translated constraints and its audit."""

    engine: str = "default"
    """Which of ``[engines]``."""
    audit_cases: Positive = 80
    """Planted cases, half of them false."""
    max_false_holds: Share = 0.05
    """The threshold on P(yes) keeps the share of false cases judged true at or under this."""
    min_recall: Share = 0.3
    """Share of true cases that must pass at that threshold; else translated constraints stay out.

    With the defaults, at least nine in ten accepted constraints are true where six in ten translated ones are.
    """
    repair: bool = True
    """Ask for a corrected constraint where one fails, and judge that again."""
    max_rouge_l: Share = 0.6
    """Of two constraints of a seed that are more alike than this, one is dropped."""


class Composition(Section):
    """How constraints become training examples."""

    constraints: Bounds = Field(default=(6, 8), strict=False)
    """Constraints of an example; fewer only where the seed has fewer."""
    any_number: Share = 0.3
    """Share of examples that take any number of constraints from 1 up."""
    weights: dict[str, Share] = Field(default_factory=dict)
    """Probability that a constraint type is drawn, by name or family (``keyword:*``); the name wins."""
    default_weight: Share = 0.5
    """Probability of types that ``weights`` does not name."""
    refined_instruction: Share = 0.7
    """Share of examples that use the refined instruction, where one was accepted."""
    demonstrated: Share = 0.5
    """Share of forward examples with demonstrations."""
    demonstrations: Bounds = Field(default=(1, 3), strict=False)
    """How many demonstrations they have."""
    max_words: Limit = None
    """Words of a forward example with its demonstrations; those that would exceed it are left out; 0 is no limit."""
    reverse: Share = 0.3
    """Share of reverse examples among forward and reverse ones."""
    chat: Share = 0.1
    """Share of general chat in the whole; from sources with ``use = "chat"``, else plain seed pairs."""
    kept_out: tuple[str, ...] = Field(default=(), strict=False)
    """Families or types that no training example asks for; dev and held-out examples do, and so measure transfer."""


class Training(Section):
    """Training of the model."""

    enabled: bool = True
    """False stops after the dataset."""
    trainer: str = "trl"
    """Name of a trainer plugin."""
    model: str = ""
    """Folder or hub name; empty is the model of ``engines.default``. Its revision is that of the engine with it."""
    limit: Limit = None
    """At most so many examples, drawn by hash; 0 is all."""
    dev_limit: Limit = 64
    """At most so many dev examples for evaluation during training; 0 is all."""
    weights: dict[str, Annotated[float, Field(ge=0.0)]] = Field(default_factory=dict)
    """Weight of the loss by kind of example: ``forward``, ``reverse``, ``chat``; 1 where a kind is not named."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Of the trainer; checked against its constructor."""


class Pairing(Section):
    """Preference pairs: from sources with a ranking, and from sampled responses ranked by verdicts."""

    enabled: bool = False
    """True makes the pairs that ``[dpo]`` trains on."""
    sources: tuple[RankedSource, ...] = Field(default=(), strict=False)
    """Files of pairs with a ranking (UltraFeedback's formats); empty takes sampled responses alone."""
    engine: str = "default"
    """Which of ``[engines]`` samples; the model that DPO starts from takes the place of its model."""
    judge: str = ""
    """Which of ``[engines]`` judges constraints that code cannot check; empty asks for those of code alone."""
    limit: Limit = None
    """At most so many prompts are sampled for, drawn by hash; 0 is all."""
    samples: Annotated[int, Field(ge=0)] = 4
    """Responses per prompt; 0 samples none."""
    max_tokens: Positive = 1024
    """New tokens of a response."""
    temperature: Annotated[float, Field(ge=0.0)] = 1.0
    """Of the samples."""
    top_p: Share = 1.0
    """Nucleus sampling."""
    min_margin: Share = 0.25
    """Smallest difference between the shares of constraints that hold in the chosen and the rejected response."""
    max_length_ratio: Annotated[float, Field(ge=1.0)] = 2.0
    """Pairs whose longer response has more than so many times the words of the other are dropped."""
    pairs_per_prompt: Positive = 1
    """At most so many pairs of one prompt, the widest margins first."""
    use_seed_response: bool = True
    """Where sampled responses give too few pairs of a prompt, its seed's own response, which holds all that was asked,
    is the chosen one over a sampled one."""
    hindsight: bool = True
    """Also make a failed response the chosen one for a prompt with those constraints only that it satisfies."""


class Dpo(Section):
    """Training on preference pairs, from the fine-tuned model."""

    enabled: bool = False
    """True trains on the pairs."""
    trainer: str = "trl-dpo"
    """Name of a trainer plugin that trains on preferences."""
    limit: Limit = None
    """At most so many pairs, drawn by hash; 0 is all."""
    dev_limit: Limit = 64
    """At most so many dev pairs for evaluation during training; 0 is all."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Of the trainer; checked against its constructor."""


class Reward(Section):
    """The reward of a response: what its constraints' own checks say."""

    aggregate: Literal["mean", "all", "weighted"] = "mean"
    """``mean`` of the types' scores; ``all``: 1 where each holds, else 0; ``weighted`` by ``weights``."""
    partial: bool = True
    """Partial credit where a type gives it; False counts verdicts alone."""
    weights: dict[str, Annotated[float, Field(ge=0.0)]] = Field(default_factory=dict)
    """Of types or families, for ``weighted``; 1 where none is named."""
    intent: Literal["off", "topic", "judge"] = "topic"
    """The gate: a response that does not answer the instruction gets 0. ``topic`` is a cheap guard by words."""
    judge: str = ""
    """Which of ``[engines]`` judges intent, with ``intent = "judge"``."""


class Rl(Section):
    """Reinforcement learning with the checkers as reward."""

    enabled: bool = False
    """True trains by reward."""
    trainer: str = "trl-grpo"
    """Name of a trainer plugin that trains on prompts."""
    start: Literal["base", "sft", "dpo"] = "sft"
    """Which model it starts from; the latest before it where that one is not trained."""
    limit: Limit = None
    """At most so many prompts, drawn by hash; 0 is all."""
    trip_wires: Annotated[int, Field(ge=0)] = 16
    """Prompts that are never learnt from, on which gaming shows; reported apart."""
    rollouts: Annotated[int, Field(ge=0)] = 4
    """Responses per prompt for calibration by pass rate; 0 takes every prompt as it is."""
    pass_rates: tuple[Share, Share] = Field(default=(0.0, 0.5), strict=False)
    """Prompts are kept whose pass rate is above the first and at most the second."""
    append: Annotated[int, Field(ge=0)] = 2
    """At most so many times a constraint is appended where every rollout passes."""
    engine: str = "default"
    """Which of ``[engines]`` makes the rollouts; the start model takes the place of its model."""
    max_tokens: Positive = 1024
    """New tokens of a rollout."""
    temperature: Annotated[float, Field(ge=0.0)] = 1.0
    """Of the rollouts."""
    reward: Reward = Reward()
    """How a response is rewarded."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Of the trainer; checked against its constructor."""


Arm = Literal["plain", "official", "ours", "no_reverse", "no_demonstrations", "all_families"]


class Controls(Section):
    """Further models, trained on the same responses at equal tokens, to tell what made the difference."""

    arms: tuple[Arm, ...] = Field(default=(), strict=False)
    """``plain``: pairs without constraints; ``official``: constraints as the paper's scripts state them, false ones
    included; ``ours``: this run's examples; ``no_reverse``, ``no_demonstrations`` and ``all_families`` (nothing kept
    out) are this run's with one thing changed."""
    repeats: Positive = 1
    """Trainings of each arm, each with a seed of its own."""


class Scoring(Section):
    """Scores of the base and the trained models."""

    enabled: bool = True
    """False leaves scores out."""
    engine: str = "default"
    """Which of ``[engines]`` generates; the trained model takes the place of its model."""
    judge: str = ""
    """Which of ``[engines]`` judges what code cannot; empty leaves that out, and reports say so."""
    models: dict[str, str] = Field(default_factory=dict)
    """Further models by name: folders or hub names, such as checkpoints or other people's."""
    benchmarks: tuple[str, ...] = Field(default=("held_out",), strict=False)
    """Names of benchmark plugins."""
    limit: Limit = None
    """At most so many prompts of each benchmark, drawn by hash; 0 is all."""
    max_tokens: Positive = 1024
    """New tokens of a response."""
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options by benchmark; checked against its constructor."""


class Engine(Section):
    """An inference engine."""

    backend: str
    """Name of a backend plugin."""
    model: str
    """Folder or hub name."""
    revision: str | None = None
    """Of a hub model; part of the fingerprint."""
    batch_size: Positive = 16
    """Requests of one call; batches are cut at fixed places, and one batch is the most a kill loses.

    Backends that take requests one by one (vllm, sglang, openai, ray) know no batches of crabtk's.
    """
    options: dict[str, Any] = Field(default_factory=dict)
    """Of the backend; checked against its constructor."""


class Runtime(Section):
    """How it runs; shapes no result, so it is in no fingerprint."""

    processes: Positive = 1
    """Processes of code stages."""
    chunk_size: Positive = 64
    """Rows that one process takes at a time."""
    store: str = ".crabtk"
    """Folder of stage results and the response cache."""
    output: str = "out"
    """Folder for the dataset, models and report."""
    retry_errors: bool = False
    """Run stages again whose result lacks answers that an engine failed to give; only these are asked for."""


class Settings(Section):
    """All settings of a run."""

    seed: int = 17
    """Of every random choice."""
    seeds: Seeds = Seeds()
    measuring: Measuring = Measuring()
    translation: Translation = Translation()
    judging: Judging = Judging()
    composition: Composition = Composition()
    training: Training = Training()
    preferences: Pairing = Pairing()
    dpo: Dpo = Dpo()
    rl: Rl = Rl()
    controls: Controls = Controls()
    scoring: Scoring = Scoring()
    engines: dict[str, Engine] = Field(default_factory=dict)
    """By name; stages refer to them."""
    runtime: Runtime = Runtime()
