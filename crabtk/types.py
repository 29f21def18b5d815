"""The frozen values that every part of crabtk exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Params = Mapping[str, Any]
"""Parameters of a constraint: JSON values (str, int, float, bool, lists of them) by name."""

Role = Literal["system", "user", "assistant"]
Split = Literal["train", "dev", "held_out"]
Holds = Literal["holds", "fails", "unknown"]
FinishReason = Literal["stop", "length", "refusal", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Record:
    """One decoded row of a source file, before any seed format is applied.

    Attributes:
        value: The decoded JSON value or Parquet row; usually a mapping.
        file: The file's name, free of the folder that a checkout lies in; folders of a source stay in it.
        row: 1-based line (JSON Lines) or position (JSON lists, Parquet).
    """

    value: Any
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Pair:
    """An instruction–response pair as a reader found it, not yet selected.

    Attributes:
        messages: The whole conversation where the source holds more than the pair; may be empty.
        language: ISO 639-1 code if the source states it, else None (then it is detected).
    """

    instruction: str
    response: str
    file: str
    row: int
    system: str | None = None
    language: str | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that left a table, for the ledger of rejected rows.

    Attributes:
        stage: The stage that refused it.
        file: File, or table name for rows made by crabtk.
        row: 1-based row in ``file``; None where the row is known by ``key`` only.
        key: Identifier (seed_id, constraint_id, …) if it has one.
        reason: One sentence that names the rule.
        raw: The row's text, at most ``RAW_LIMIT`` characters.
    """

    stage: str
    file: str
    row: int | None
    key: str | None
    reason: str
    raw: str


RAW_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Constraint:
    """A requirement on a response.

    Attributes:
        type: ``family:name``.
        params: Empty for constraints that only a model can judge.
        text: The wording that a prompt shows; empty where only the meaning counts.
    """

    type: str
    params: Params
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling parameters of one request. Temperature 0 is greedy."""

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What a backend is asked for.

    At most one of ``json_schema``, ``regex`` and ``choices`` is set. With ``choices`` the backend
    returns one of them as text and their log-probabilities. What many requests share stands first
    in ``messages``, so that prefix caches serve it.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    json_schema: Mapping[str, Any] | None = None
    regex: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What a backend answers.

    Attributes:
        text: The generated text; empty when ``finish_reason`` is ``error``. Where the chat template opens a block of
            hidden reasoning (``<think>``) before it, with that tag in front.
        choice_logprobs: Natural-log probability of each of the request's choices given the prompt
            (not normalised over the choices, so their exponentials sum to at most 1); None without choices.
        error: Why there is no answer, when ``finish_reason`` is ``error``.
        retries: How often the engine had to be asked again.
        cost: What the answer cost, in the currency of the backend's prices; None where it knows none.
    """

    text: str
    finish_reason: FinishReason = "stop"
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    choice_logprobs: Mapping[str, float] | None = None
    error: str | None = None
    retries: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """What a trainer is asked for.

    Attributes:
        model: Folder or hub name of the model to start from.
        examples: JSON Lines, of the kind that the trainer's ``trains_on`` names. Examples:
            ``{"prompt": [message…], "completion": [message], "weight": float}`` (weight: of the loss; absent is 1).
            Preferences: ``{"prompt": [message…], "chosen": [message], "rejected": [message]}``. Prompts:
            ``{"prompt": [message…], "constraints": "[{type, params}…] as JSON text", "kind": "prompt"|"trip_wire"}``.
        output: Folder to write the finished model into; absent or empty at the start.
        work: Folder for checkpoints; kept after a kill, so that the next call goes on from there.
        seed: Of the run.
        evaluation: Rows of the same kind from the dev split, for evaluation during training; None without.
        tokens: Train on so many tokens, passing over the examples as often as that takes; None is what the trainer's
            own options say.
        reference: The model that preference losses and KL measure from; None is ``model``.
        reward: Settings of the reward (``crabtk.settings.Reward`` as JSON values), for trainers on prompts.
        revision: Of ``model`` on the hub, and of ``reference`` where that is the same name; None is the default branch.
    """

    model: str
    examples: Path
    output: Path
    work: Path
    seed: int
    evaluation: Path | None = None
    tokens: int | None = None
    reference: str | None = None
    reward: Mapping[str, Any] = field(default_factory=dict)
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """One report of a running trainer. ``values`` holds loss, learning rate, tokens … by name."""

    step: int
    steps: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What a trainer hands back.

    Attributes:
        history: One mapping per logged step (``step``, ``loss``, …); no wall-clock times, so that a
            resumed run's history equals an uninterrupted one's.
        figures: Counts over the data: examples, tokens, truncated, dropped.
    """

    history: tuple[Mapping[str, float], ...]
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BenchmarkItem:
    """One prompt of a benchmark, with whatever its grading needs as JSON values in ``payload``.

    Attributes:
        after: The item whose conversation comes first, with the model's response to it: a later turn. None is a
            first turn.
        cluster: What items share whose responses stand or fall together, such as variations of one prompt; intervals
            and tests take them for one case. None is the conversation: the first turn's id, reached over ``after``.
    """

    item_id: str
    messages: tuple[Message, ...]
    payload: Mapping[str, Any]
    after: str | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict on one constraint of one response.

    Attributes:
        type: ``family:name``, of a constraint type or a benchmark's own id.
        loose: None where the benchmark has no loose reading.
        variant: Of a benchmark that judges by several registries: which one. Scores name it ``benchmark:variant``.
        score: Partial credit or a judge's probability in [0, 1]; None where there is only the verdict.
        judged_by: ``code``, or the judge's name.
    """

    type: str
    strict: bool
    loose: bool | None = None
    variant: str = ""
    score: float | None = None
    judged_by: str = "code"


@dataclass(frozen=True, slots=True)
class Graded:
    """A response with its grades; those of the item alone, in the benchmark's order."""

    item: BenchmarkItem
    response: str
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure that a benchmark computes by its own formula.

    Attributes:
        metric: Such as ``hsr``.
        group: Such as ``all`` or ``level 3``.
        value: At least 0; shares lie in [0, 1].
        count: Of what it was computed over; at least 1.
        low: Lower end of a 95 % interval; None without one.
        high: Upper end of it.
        variant: As in ``Grade``.
    """

    metric: str
    group: str
    value: float
    count: int
    low: float | None = None
    high: float | None = None
    variant: str = ""
