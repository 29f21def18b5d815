"""Words and sentences of Chinese, Japanese, Thai and Hindi as Multi-IF's reference counts them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from crabtk import ParsedText
from crabtk_multi_if.spoken import detected

HAN = ("zh", "zh-cn", "zh-tw", "ja")
LANGUAGES = frozenset((*HAN, "th", "hi"))
"""What the reference counts otherwise than IFEval's does; Hindi in sentences alone."""

_PASSED_OVER = re.compile(r"""[\\.!?．/_,{}<>:;$%^&*(+"'—！，。？、`~@#￥…（）：；《》“”()\[\]»〔〕\-「」]+""")
_CHARACTER = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\u3040-\u309f\u30a0-\u30ff\uac00-\ud7af]")
_HAN_SENTENCE = re.compile("[^!?。.！？．\n]+[!?。.！？．\n]?")
_HINDI_END = re.compile(r"(?<=[।!?])\s*")


def word_count(text: ParsedText) -> int | None:
    """Return the number of words; None where the reference counts as IFEval's does."""
    language = text.part(detected)
    if language in HAN:
        return _han_words(text.raw)
    if language == "th" and _has_thai():
        return len(_thai("word_tokenize")(text.raw))
    return None


def sentence_count(text: ParsedText) -> int | None:
    """Return the number of sentences; None where the reference counts as IFEval's does."""
    language = text.part(detected)
    if language in HAN:
        return sum(len(_HAN_SENTENCE.findall(line.strip())) for line in text.raw.splitlines())
    if language == "hi":
        return sum(bool(sentence.strip()) for sentence in _HINDI_END.split(text.raw))
    if language == "th" and _has_thai():
        return sum(len(_thai("sent_tokenize")(line)) for line in text.raw.splitlines())
    return None


def _han_words(raw: str) -> int:
    """Count each Chinese, Japanese or Korean character, each emoji, and each run between spaces of what is left."""
    import emoji

    bare = _PASSED_OVER.sub("", raw)
    emojis = emoji.emoji_count(bare)
    bare = emoji.replace_emoji(bare, "")
    return emojis + len(_CHARACTER.findall(bare)) + len(_CHARACTER.sub(" ", bare).split())


def _thai(name: str) -> Callable[[str], Sequence[str]]:
    """Return a function of pythainlp, which is an extra of this package."""
    function: Callable[[str], Sequence[str]] = getattr(import_module("pythainlp.tokenize"), name)
    return function


@cache
def _has_thai() -> bool:
    if find_spec("pythainlp") and find_spec("pycrfsuite"):
        return True
    warnings.warn(
        "A response is in Thai, whose words and sentences the reference counts by pythainlp; they are counted like "
        'English now, and these verdicts are not the reference\'s: pip install "crabtk-multi-if[thai]"',
        stacklevel=2,
    )
    return False
