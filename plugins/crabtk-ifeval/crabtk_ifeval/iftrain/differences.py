"""Known differences between IFTrain's reference and its wording."""

from __future__ import annotations

from crabtk_ifeval.difference import Difference

_RIVER = {"keyword": "river"}
_CLOCK = {"phrase": "The old clock keeps good time", "small_n": 2}
_ASK = {"prompt_to_repeat": "Name two rivers."}
_SPAN = {"prompt_to_repeat": "Name the longest river.", "n_start": 5, "n_end": 15}
_COMPOSITION = {"n_sent": 1, "n_words": 3}

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "keywords:word_once", "finds the keyword inside longer words", "whole words", "A riverbank.", True, _RIVER
    ),
    Difference(
        "keywords:word_count_different_numbers",
        "counts the keyword inside longer words",
        "whole words",
        "A river and its riverbank.",
        False,
        {"keyword": "river", "frequency": 2, "relation": "less than"},
    ),
    Difference(
        "keywords:exclude_word_harder",
        "misses the keyword beside a mark or a line break and at either end",
        "the word anywhere",
        "We swam in the river.",
        True,
        _RIVER,
    ),
    Difference(
        "keywords:exclude_word_harder",
        "misses the keyword in another letter case",
        "the word in any case",
        "The wide River runs.",
        True,
        _RIVER,
    ),
    Difference(
        "keywords:keyword_specific_position",
        "counts punctuation marks as words",
        "words",
        "Well, river.",
        False,
        {"keyword": "river", "n": 1, "m": 2},
    ),
    Difference(
        "keywords:keyword_specific_position",
        "compares letter case",
        "the word in any case",
        "River stones are smooth.",
        False,
        {"keyword": "river", "n": 1, "m": 1},
    ),
    Difference(
        "keywords:no_adjacent_consecutive",
        "takes a bracket or quotation mark for the first letter",
        "first letters",
        "Lovely (morning)",
        True,
    ),
    Difference(
        "keywords:no_adjacent_consecutive", "takes digits for letters", "letters of the alphabet", "1 2 3", False
    ),
    Difference(
        "keywords:palindrome", "passes a single letter or sign", "a word of three letters or more", "I went home.", True
    ),
    Difference(
        "keywords:palindrome",
        "misses a palindrome beside a mark or with a capital",
        "letter case and marks aside",
        "Radar works.",
        False,
    ),
    Difference(
        "keywords:start_end",
        "takes the final mark for the last word",
        "words, marks aside",
        "Rain falls on rain.",
        False,
    ),
    Difference("keywords:start_end", "takes marks for words", "words", "! what is this !", True),
    Difference(
        "letters:letter_counting",
        "counts Latin letters without accents alone",
        "letters of any script",
        "été là",
        True,
        {"N": 4, "relation": "less than"},
    ),
    Difference(
        "letters:letter_counting2",
        "takes a random letter for any sign that is no Latin letter",
        "the sign itself",
        "Wow! Hey! Yes!",
        False,
        {"letter": "!", "let_frequency": 3, "let_relation": "at least"},
    ),
    Difference(
        "copy:repeat_phrase",
        "asks for a change in the last repetition alone",
        "each repetition has one word replaced",
        "The old clock keeps good time. The new clock keeps good time.",
        True,
        _CLOCK,
    ),
    Difference(
        "copy:repeat_phrase",
        "compares letter case",
        "letter case aside",
        "the new clock keeps good time. the old watch keeps good time.",
        False,
        _CLOCK,
    ),
    Difference("copy:copy", "compares white space", "the words", "Name two\nrivers.", False, _ASK),
    Difference("copy:copying_simple", "compares white space", "the words", "Name  two rivers.", False, _ASK),
    Difference(
        "copy:copying_multiple",
        "compares white space",
        "the words",
        "Name  two rivers.\n******\nName two rivers.",
        False,
        {**_ASK, "N": 2},
    ),
    Difference(
        "new:copy_span_idx",
        "leaves out the character at the end index, which the wording includes",
        "both ends are included",
        "the longest",
        False,
        _SPAN,
    ),
    Difference(
        "new:copy_span_idx",
        "takes a start of 0 for none and draws another",
        "0 is the first character",
        "Name",
        False,
        {"prompt_to_repeat": "Name the longest river.", "n_start": 0, "n_end": 3},
    ),
    Difference(
        "detectable_format:sentence_hyphens",
        "passes a single sentence",
        "two or more sentences, joined",
        "The door is open.",
        True,
    ),
    Difference(
        "detectable_format:sentence_hyphens",
        "takes a hyphen inside a word for a joint",
        "hyphens between sentences",
        "The well-known door is open.-Nobody is in.",
        False,
    ),
    Difference(
        "detectable_format:square_brackets",
        "refuses marks outside the brackets",
        "the words stand in brackets",
        "[The] [tide], [in].",
        False,
    ),
    Difference(
        "detectable_format:bigram_wrapping",
        "refuses marks after the brackets",
        "the pairs stand in brackets",
        "<<The tide>> <<comes in>>.",
        False,
    ),
    Difference(
        "detectable_format:bigram_wrapping",
        "passes single words in brackets of their own",
        "pairs of words",
        "<<The>> <<tide>>",
        True,
    ),
    Difference(
        "paragraphs:paragraphs",
        "divides at three asterisks anywhere in a line",
        "a divider stands on a line of its own",
        "The first part. *** The second part.",
        True,
    ),
    Difference(
        "paragraphs:paragraphs2",
        "refuses more than one blank line between paragraphs, and blank lines that hold a space",
        "a blank line or more",
        "The first part.\n\n\n\nThe second part.",
        False,
    ),
    Difference(
        "first_word:first_word_sent",
        "takes a mark for part of the word",
        "marks aside",
        "Rivers, wide ones, run here.",
        False,
        {"first_word": "rivers"},
    ),
    Difference(
        "first_word:first_word_answer",
        "takes a mark for part of the word",
        "marks aside",
        "Today, it rains.",
        False,
        {"first_word": "Today"},
    ),
    Difference(
        "last_word:last_word_sent",
        "drops marks inside the word",
        "marks after the word aside",
        "We looked at ho-me.",
        True,
        {"last_word": "home"},
    ),
    Difference(
        "last_word:last_word_answer",
        "takes a mark that stands alone for the last word",
        "the last word",
        "We talked all night :)",
        False,
        {"last_word": "night"},
    ),
    Difference(
        "punctuation:punctuation_dot", "knows the ASCII full stop alone", "every full stop", "これは文です。", True
    ),
    Difference(
        "punctuation:punctuation_exclamation",
        "knows the ASCII exclamation mark alone",
        "every exclamation mark",
        "¡Hola",
        True,
    ),
    Difference(
        "count:lowercase_counting",
        "overlooks words with letters beyond ASCII",
        "letters of any script",
        "été là hélas",
        True,
        {"N": 1},
    ),
    Difference("count:count_unique", "counts punctuation marks as words", "words", "Cats, dogs, birds", False),
    Difference("count:count_unique", "compares letter case", "letter case aside", "The cat saw the dog", True),
    Difference(
        "count:count_increment_word",
        "counts a keyword inside longer words",
        "whole words",
        "Sunlight, moon and moon.",
        True,
        {"keyword1": "sun", "keyword2": "moon"},
    ),
    Difference(
        "count:counting_composition",
        "divides at *** and not at * * *, which the wording shows",
        "three asterisks with spaces",
        "Go right now\n\n***\n\nStay here please\n\n***\n\nCome back soon",
        True,
        _COMPOSITION,
    ),
    Difference(
        "count:counting_composition",
        "counts the full stop as a word",
        "words",
        "Go right now.\n\n* * *\n\nStay here please.\n\n* * *\n\nCome back soon.",
        False,
        _COMPOSITION,
    ),
)
