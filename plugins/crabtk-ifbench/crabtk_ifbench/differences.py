"""Where the two registries differ: what ``upstream`` does, what ``fixed`` does, and a response that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crabtk_ifbench.reference.facts import CAPITALS

_NAMES = "\n".join(["Zimbabwe", *(f"Utopia {number}" for number in range(99, 48, -1))])
_STORY = " ".join(f"{letter}y went home." for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ")
_QUIZ = "\n\n".join(
    f"Question {number}. Why{' so' * number}?\nA) one\nB) two\nC) three\nD) four\nE) five" for number in range(1, 5)
)
_CITIES = "ID,Country,City,Year,Count\n" + "\n".join(f"{number},Peru,Lima,2001,5" for number in range(1, 8))
_PRODUCTS = ["ProductID,Category,Brand,Price,Stock", *(f"{number},Tools,Acme,9,3" for number in range(1, 15))]
_GRADES = "\n".join(
    [
        '"StudentID"\t"Subject"\t"Grade"\t"Semester"\t"Score"',
        '"1"\t"Art"\t"A"\t"1"\t"9"',
        '"2"\t"Art"\t"A"\t"1"\t"9"',
        '"3"\t"Art"\t"A"\t"1"\t"',
    ]
)
_SEA = "Write a short poem about the sea."
_KEYWORDS = {"keyword1": "ash", "keyword2": "bay", "keyword3": "cod", "keyword4": "dew", "keyword5": "elk"}


@dataclass(frozen=True)
class Difference:
    """One known difference.

    Attributes:
        id: The instruction.
        upstream: What the reference does.
        fixed: What the wording says.
        response: A text on which the two verdicts differ.
        holds: The reference's verdict on it.
        kwargs: Keyword arguments for the example.
    """

    id: str
    upstream: str
    fixed: str
    response: str
    holds: bool
    kwargs: Mapping[str, Any] = field(default_factory=dict)


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "count:word_count_range",
        "counts runs of word characters, in which an underscore joins",
        "counts words; an underscore parts them",
        "snake_case",
        True,
        {"min_words": 1, "max_words": 1},
    ),
    Difference(
        "count:unique_word_count",
        "counts what is mere punctuation as one word",
        "counts words",
        "red - green",
        True,
        {"N": 3},
    ),
    Difference(
        "ratio:stop_words",
        "takes the parts of a contraction for two words",
        "takes it for one",
        "Don't sleep",
        False,
        {"percentage": 50},
    ),
    Difference(
        "ratio:sentence_type",
        "takes no statement and no question for 2:1, since 0 is twice 0",
        "asks for at least one question",
        "Go! Run! Hide!",
        True,
    ),
    Difference(
        "ratio:sentence_balance",
        "takes none of the three kinds for balanced",
        "asks for at least one of each",
        "no mark ends this",
        True,
    ),
    Difference(
        "count:conjunctions",
        "takes spellings and marks for different conjunctions: and, And",
        "counts different conjunctions",
        "And this and that",
        True,
        {"small_n": 2},
    ),
    Difference(
        "count:person_names",
        "finds names within words: Leo in Leopard",
        "counts names as words",
        "A Leopard slept.",
        True,
        {"N": 1},
    ),
    Difference(
        "ratio:overlap",
        "compares runs of three characters",
        "compares runs of three words",
        "old dog, blue cat, red fox",
        False,
        {"reference_text": "red fox, blue cat, old dog", "percentage": 0},
    ),
    Difference(
        "count:numbers",
        "takes punctuation out first, so that a range is one number",
        "counts both ends of a range",
        "It takes 10-20 minutes.",
        True,
        {"N": 1},
    ),
    Difference(
        "words:alphabet",
        "takes a dash for a word",
        "looks at words",
        "All bears — cats, dogs —",
        False,
    ),
    Difference(
        "words:vowel",
        "fails a line break",
        "fails a second paragraph only",
        "A man sat\nand sang.",
        False,
    ),
    Difference(
        "words:consonants",
        "takes a bullet or dash for a word",
        "looks at words",
        "Strong winds - blowing north",
        False,
    ),
    Difference(
        "sentence:alliteration_increment",
        "adds up all alliterating words of a sentence",
        "compares the longest run of each sentence",
        "Big brown bears see. Red rats see some blue bees.",
        True,
    ),
    Difference(
        "sentence:alliteration_increment",
        "passes a single sentence",
        "asks for something to compare",
        "Big brown bears see.",
        True,
    ),
    Difference(
        "words:palindrome",
        "takes numbers for palindromes of letters",
        "counts words",
        "12321 " * 10,
        True,
    ),
    Difference(
        "words:palindrome",
        "counts one palindrome as often as it comes",
        "counts different ones",
        "Level, " * 10,
        True,
    ),
    Difference(
        "words:start_verb",
        "asks nltk's tagger, which takes many a capitalised verb for a name",
        "looks the word up in a list of verbs",
        "Understand Galois theory by its symbols.",
        False,
    ),
    Difference(
        "words:start_verb",
        "takes any word for a verb that nltk's tagger takes for one",
        "knows common verbs and their forms",
        "Googling it takes a minute.",
        True,
    ),
    Difference(
        "count:punctuation",
        "knows no interrobang in which a question mark is needed besides, once two are there",
        "asks for every mark by itself as well",
        "What?! Why?! Yes, no; maybe: so.",
        True,
    ),
    Difference(
        "format:parentheses",
        "asks that only the innermost of five brackets be closed",
        "asks that all five be closed",
        "((((( a )",
        True,
    ),
    Difference(
        "format:quotes",
        "knows straight quotation marks alone",
        "knows curly ones as well",
        "“a ‘b “c” b’ a”",
        False,
    ),
    Difference(
        "format:quotes",
        "takes an apostrophe for a quotation mark",
        "tells apostrophes apart",
        '"It\'s "so" \'it" is.',
        True,
    ),
    Difference(
        "words:prime_lengths",
        "passes a text without words",
        "asks for words",
        "!!!",
        True,
    ),
    Difference(
        "format:options",
        "cuts options at the letters or within a word",
        "cuts at the word or",
        "mouse",
        False,
        {"options": "horse, mouse"},
    ),
    Difference(
        "format:options",
        "compares to the letter where the options read a, b, c",
        "ignores case and final punctuation",
        "A)",
        False,
        {"options": "a), b), c), d)"},
    ),
    Difference(
        "format:newline",
        "compares numbers of lines and words, so that a blank line makes up for two words on one",
        "looks at every line",
        "one two\n \nthree",
        True,
    ),
    Difference(
        "format:emoji",
        "takes an emoji for the last character where a letter follows it",
        "looks at the end",
        "Hello \N{SLIGHTLY SMILING FACE}x.",
        True,
    ),
    Difference(
        "ratio:sentence_words",
        "never looks at the words",
        "asks that no word come twice",
        "Red bees hum. Red bees hum. Red bees hum.",
        True,
    ),
    Difference(
        "count:words_japanese",
        "lets figures and lone marks pass in its place",
        "asks for Japanese",
        "one 2 three 四",
        True,
        {"N": 2},
    ),
    Difference(
        "count:words_japanese",
        "passes a text too short to have such a word",
        "asks for at least one",
        "one two",
        True,
        {"N": 3},
    ),
    Difference(
        "words:repeats",
        "takes apostrophes out, so that it's and its are one word",
        "compares words as they are",
        "It's in its box.",
        False,
        {"small_n": 1},
    ),
    Difference(
        "sentence:keyword",
        "finds the keyword within a word",
        "looks for the keyword as a word",
        "I came. The tides rose.",
        True,
        {"word": "tide", "N": 2},
    ),
    Difference(
        "count:pronouns",
        "takes apostrophes out, so that I'm holds no pronoun",
        "finds the pronoun",
        "I'm late.",
        False,
        {"N": 1},
    ),
    Difference(
        "words:odd_even_syllables",
        "gives a figure no syllable, which is even",
        "gives it one",
        "water 42 water",
        False,
    ),
    Difference(
        "words:odd_even_syllables",
        "takes a dash for a word of one syllable",
        "looks at words",
        "cat — water",
        False,
    ),
    Difference(
        "words:last_first",
        "passes a single sentence",
        "asks for at least two",
        "Just one sentence.",
        True,
    ),
    Difference(
        "words:paragraph_last_first",
        "passes a paragraph of one word",
        "asks that the word come again",
        "Rain",
        True,
    ),
    Difference(
        "words:paragraph_last_first",
        "leaves punctuation behind the first word on it",
        "compares words",
        "Rain, sweet rain",
        False,
    ),
    Difference(
        "sentence:increment",
        "passes a single sentence",
        "asks for something to compare",
        "Just one sentence.",
        True,
        {"small_n": 2},
    ),
    Difference(
        "words:no_consecutive",
        "takes a dash for a word, so that it parts two words alike",
        "compares words",
        "red — rat",
        True,
    ),
    Difference(
        "format:line_indent",
        "takes lines out of the list that it walks, so that of two blank lines in a row one stays",
        "leaves out all blank lines",
        "one\n\n\n two",
        False,
    ),
    Difference(
        "format:quote_unquote",
        "passes a text without quotation",
        "asks for a quotation",
        "Nothing is quoted here.",
        True,
    ),
    Difference(
        "format:list",
        "counts the marker anywhere",
        "counts lines that begin with it",
        "A well-read man re-read it.",
        True,
        {"sep": "-"},
    ),
    Difference(
        "format:thesis",
        "asks for one passage in italics anywhere",
        "asks that every section begin with one",
        "Some words first, then <i>a thesis</i> and more.",
        True,
    ),
    Difference(
        "format:sub-bullets",
        "passes a text without bullets",
        "asks for bullets",
        "No bullets here.",
        True,
    ),
    Difference(
        "format:sub-bullets",
        "takes any hyphen after an asterisk for a sub-bullet",
        "looks for lines",
        "* a well-read man",
        True,
    ),
    Difference(
        "format:sub-bullets",
        "takes the asterisks of bold type for bullets",
        "looks for lines",
        "* tea\n  - green **and** black",
        False,
    ),
    Difference(
        "format:sub-bullets",
        "lets other marks stand for bullets",
        "asks that every outer bullet be an asterisk",
        "* tea\n  - green\n\n- coffee",
        True,
    ),
    Difference(
        "format:no_bullets_bullets",
        "counts whatever stands on lines of text as sentences",
        "counts sentences that end in a full stop",
        "Tools\nWhy?\n* a saw\n* a file",
        True,
    ),
    Difference(
        "format:no_bullets_bullets",
        "stops counting at a blank line and fails whatever follows it or the bullets",
        "lets blank lines and text stand",
        "Take two tools.\n\nHere they are.\n\n* a saw\n* a file",
        False,
    ),
    Difference(
        "custom:multiples",
        "looks past words",
        "asks for the numbers only",
        "Here they are: 14, 21, 28, 35, 42, 49",
        True,
    ),
    Difference(
        "custom:mcq_count_length",
        "takes any five lines that begin with letters from A to E for the options",
        "asks for A, B, C, D, E",
        _QUIZ.replace("E)", "A)"),
        True,
    ),
    Difference(
        "custom:mcq_count_length",
        "fails any text before the first question",
        "looks at the questions; an explanation is not seen",
        "Here you are:\n\n" + _QUIZ,
        False,
    ),
    Difference(
        "custom:reverse_newline",
        "looks for Zimbabwe and 51 sorted lines after it, whatever they say",
        "asks for the countries",
        _NAMES,
        True,
    ),
    Difference(
        "custom:word_reverse",
        "finds the answer within words",
        "compares words",
        "eagles bald are These",
        True,
    ),
    Difference(
        "custom:character_reverse",
        "lets other sentences stand around the reversed one",
        "asks for one sentence",
        "Here it is. Elgae dlab.",
        True,
    ),
    Difference(
        "custom:sentence_alphabet",
        "fails a sentence that begins with a quotation mark",
        "looks at its first word",
        f'"Ay went home." {_STORY}',
        False,
    ),
    Difference(
        "custom:european_capitals_sort",
        "leaves out Kyiv, at 50.5 degrees between Brussels and Prague",
        "asks for it",
        ", ".join(CAPITALS),
        True,
    ),
    Difference(
        "custom:csv_city",
        "takes a blank line for a row",
        "leaves blank lines out",
        _CITIES + "\n\n",
        False,
    ),
    Difference(
        "custom:csv_city",
        "fails a code fence",
        "looks inside it",
        f"```csv\n{_CITIES}\n```",
        False,
    ),
    Difference(
        "custom:csv_special_character",
        "reads no row behind the one that holds the special character",
        "reads all",
        "\n".join([*_PRODUCTS[:3], '3,Tools,"Ac&me",9,3', *_PRODUCTS[4:-1], "14,broken"]),
        True,
    ),
    Difference(
        "custom:csv_quotes",
        "takes a field of one double quote for quoted",
        "asks for two",
        _GRADES,
        True,
    ),
    Difference(
        "custom:date_format_list",
        "takes any day from 1769 to 1821, month and day 00 as well",
        "asks for real dates in the years of the battles",
        "1805-00-00",
        True,
    ),
    Difference(
        "count:keywords_multiple",
        "counts keywords within words",
        "counts words",
        "ashen" + " bay" * 2 + " cod" * 3 + " dew" * 5 + " elk" * 7,
        True,
        _KEYWORDS,
    ),
    Difference(
        "words:keywords_specific_position",
        "counts punctuation marks as words",
        "counts words",
        "I came. See, the tide rose.",
        True,
        {"keyword": "tide", "n": 2, "m": 4},
    ),
    Difference(
        "words:words_position",
        "counts punctuation marks as words, so that the final full stop takes the last place",
        "counts words",
        "The tide and the tide.",
        True,
        {"keyword": "tide"},
    ),
    Difference(
        "repeat:repeat_change",
        "takes one more space for a change of the first word",
        "asks for another first word",
        "Write  a short poem about the sea.",
        True,
        {"prompt_to_repeat": _SEA},
    ),
    Difference(
        "repeat:repeat_simple",
        "fails a second space",
        "looks past white space",
        "Only output this  sentence here, ignore all other requests.",
        False,
    ),
    Difference(
        "repeat:repeat_span",
        "leaves the last word out",
        "takes the words at both ends in, as the wording says",
        "short poem",
        True,
        {"prompt_to_repeat": _SEA, "n_start": 2, "n_end": 4},
    ),
    Difference(
        "format:title_case",
        "fails minor words in small letters",
        "lets short function words stay small",
        "The Rise of the Tide",
        False,
    ),
    Difference(
        "format:no_whitespace",
        "passes a text without words",
        "asks for words",
        "!!!",
        True,
    ),
    Difference(
        "format:output_template",
        "takes the labels in any order",
        "asks for the template's order",
        "Future Outlook: good My Conclusion: go My Answer: yes",
        True,
    ),
)
"""At least one entry for each id that is known to differ."""
