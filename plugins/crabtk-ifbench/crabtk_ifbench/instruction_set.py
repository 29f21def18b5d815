"""IFBench as crabtk's instruction set ``ifbench``."""

from __future__ import annotations

from crabtk import Checker, Params, ParsedText

from crabtk_ifbench.arguments import drawn
from crabtk_ifbench.reference.checks import CHECKS


class IFBench:
    """The 58 instructions of IFBench (arXiv 2507.02833)."""

    name = "ifbench"

    def upstream(self, id_: str, kwargs: Params, prompt: str, seed: int) -> Checker:
        """Return the reference's checker, bug for bug.

        Where the reference crashes on a text, the text fails.

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
        check = CHECKS[id_]

        def judge(text: ParsedText) -> bool:
            return check(text, **values)

        return judge
