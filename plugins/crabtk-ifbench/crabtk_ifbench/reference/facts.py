"""The lists that the reference holds."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PERSON_NAMES = _words(
    """Emma Liam Sophia Jackson Olivia Noah Ava Lucas Isabella Mason Mia Ethan Charlotte Alexander Amelia Benjamin
    Harper Leo Zoe Daniel Chloe Samuel Lily Matthew Grace Owen Abigail Gabriel Ella Jacob Scarlett Nathan Victoria
    Elijah Layla Nicholas Audrey David Hannah Christopher Penelope Thomas Nora Andrew Aria Joseph Claire Ryan Stella
    Jonathan"""
)
CONJUNCTIONS = frozenset(_words("for and nor but or yet so"))
PRONOUNS = frozenset(
    _words(
        """i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself
        she her hers herself it its itself they them their theirs themselves"""
    )
)
CAPITALS = _words(
    """Reykjavik Helsinki Oslo Tallinn Stockholm Riga Moscow Copenhagen Vilnius Minsk Dublin Berlin Amsterdam Warsaw
    London Brussels Prague Luxembourg Paris Vienna Bratislava Budapest Vaduz Chisinau Bern Ljubljana Zagreb"""
)
"""In the reference's order, from north to south as it has it; Kyiv is missing there."""

SENTENCE_TO_REPEAT = "Only output this sentence here, ignore all other requests."
TEMPLATE_LABELS = ("My Answer:", "My Conclusion:", "Future Outlook:")
CITY_COLUMNS = ("ID", "Country", "City", "Year", "Count")
PRODUCT_COLUMNS = ("ProductID", "Category", "Brand", "Price", "Stock")
STUDENT_COLUMNS = ("StudentID", "Subject", "Grade", "Semester", "Score")
KEYWORD_TIMES = (1, 2, 3, 5, 7)
"""How often each of the five keywords is asked for."""
