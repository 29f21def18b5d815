"""IFBench as crabtk's instruction set ``ifbench``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from crabtk import Checker, Constraint, Params
from crabtk_ifbench.arguments import drawn
from crabtk_ifbench.meanings import MEANINGS, constraints, written_as
from crabtk_ifbench.reference.checks import CHECKS


class IFBench:
    """The 58 instructions of IFBench (arXiv 2507.02833)."""

    name = "ifbench"
    ids: ClassVar[Mapping[str, tuple[str, ...]]] = {
        id_: tuple(dict.fromkeys(part.type for part in parts)) for id_, parts in MEANINGS.items()
    }

    def upstream(self, id_: str, kwargs: Params, prompt: str, seed: int) -> Checker:
        """Return the reference's checker, bug for bug.

        Where the reference crashes on a text, the text fails. The checker has no memory and can be pickled.

        Args:
            id_: One of ``ids``.
            kwargs: The reference's keyword arguments; None counts as absent.
            prompt: Not looked at: what is to be repeated stands in the keyword arguments.
            seed: Of the numbers and choices that the reference draws where a keyword argument is absent.

        Raises:
            VerificationError: The id is unknown, a keyword argument is unfit, or nltk's data is missing (the last
                only when a text is judged).
        """
        values = drawn(id_, kwargs, seed)
        return partial(CHECKS[id_], **values)

    def canonical(self, id_: str, kwargs: Params, prompt: str) -> Sequence[Constraint]:
        """Return the canonical constraints that together say what the id's wording says.

        What a wording says beyond what code can see (that the questions are about art, say) is left out.

        Raises:
            VerificationError: The id is unknown, or a keyword argument is missing, unknown or of a wrong kind.
        """
        return constraints(id_, kwargs, prompt)

    def alias(self, constraint: Constraint) -> tuple[str, Params] | None:
        """Return the id and keyword arguments that mean the same; None where no single id does."""
        return written_as(constraint)
