"""The base class of readers of row-wise formats: a reader says how to tell a row and what its pair is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crabtk.readers.rejection import rejected
from crabtk.types import Message, Pair, Record, Rejected


class Found(NamedTuple):
    """What a row holds. Texts are taken as they stand; the stage refuses those that are null or empty.

    Attributes:
        language: As the source states it (``pt-BR`` will do), else None.
        messages: The whole conversation where it is more than the pair, else empty.
    """

    instruction: Any
    response: Any
    system: Any = None
    language: Any = None
    messages: tuple[Message, ...] = ()


class RowReader(ABC):
    """Reads a format in which each row stands for itself.

    A reader of your own is two methods::

        class Questions(RowReader):
            name = "questions"

            def recognises(self, value):
                return self.has(value, "question", "answer")

            def pair(self, value):
                return value["question"], value["answer"]

    Attributes:
        name: What settings call the format.
    """

    name: str

    @abstractmethod
    def recognises(self, value: Any) -> bool:
        """Tell whether a decoded record is of this format."""

    @abstractmethod
    def pair(self, value: Mapping[str, Any]) -> Found | tuple[Any, Any]:
        """Return a row's instruction and response, or a ``Found`` that says more.

        Args:
            value: The row; never anything but a mapping.

        Raises:
            ValueError: The row cannot be read; the message becomes the reason in the ledger. A missing key
                or a value of a wrong type may simply raise what Python raises.
        """

    def read(self, records: Iterable[Record]) -> Iterator[Pair | Rejected]:
        """Yield a pair, or the reason why there is none, for each record in order."""
        for record in records:
            try:
                found = self._found(record.value)
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                yield rejected(record, f'no row of format "{self.name}": {_sentence(error)}')
            else:
                yield Pair(
                    found.instruction,
                    found.response,
                    record.file,
                    record.row,
                    found.system,
                    found.language,
                    found.messages,
                )

    def _found(self, value: Any) -> Found:
        if not isinstance(value, Mapping):
            raise ValueError(f"it is {kind(value)}, not an object with named values")
        return Found(*self.pair(value))

    @staticmethod
    def has(value: Any, *keys: str) -> bool:
        """Tell whether a value is a mapping with all these keys."""
        return isinstance(value, Mapping) and all(key in value for key in keys)


_KINDS = {"NoneType": "null", "str": "a text", "list": "a list", "bool": "true or false", "dict": "an object"}


def kind(value: Any) -> str:
    """Name a decoded value's kind in words of JSON."""
    return _KINDS.get(type(value).__name__, "a number" if isinstance(value, (int, float)) else type(value).__name__)


def _sentence(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    return f"{error}" if type(error) is ValueError else f"{type(error).__name__}: {error}"
