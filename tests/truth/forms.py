"""What the wordings of tables, code, data formats, layout, choices and order say, read a second time."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from tests.truth.plain_markdown import (
    Fence,
    Table,
    bare_of_emphasis,
    cells,
    fences,
    has_word,
    holds_for_all,
    lines_of,
    tables,
    without_fences,
)

OPINIONS: dict[str, Callable[[str, dict], bool]] = {}


def opinion(name: str) -> Callable[[Callable[[str, dict], bool]], Callable[[str, dict], bool]]:
    def register(function: Callable[[str, dict], bool]) -> Callable[[str, dict], bool]:
        OPINIONS[name] = function
        return function

    return register


# Tables


def _regular(table: Table) -> bool:
    return len(table.header) == table.divider


@opinion("table:count")
def table_count(raw: str, params: dict) -> bool:
    found = tables(raw)
    loose = sum(1 for line in lines_of(raw) if re.match(r"^\s*\|?\s*:?-{1,}:?\s*\|[\s:|-]*$", line))
    return holds_for_all(params, [len(found), sum(map(_regular, found)), sum(bool(t.rows) for t in found), loose])


@opinion("table:rows")
def table_rows(raw: str, params: dict) -> bool:
    found = tables(raw)
    if not found or not all(map(_regular, found)):
        return False
    by_block = sum(len(table.rows) for table in found)
    with_pipe = sum("|" in row for table in found for row in table.rows)
    with_text = sum(has_word(row) for table in found for row in table.rows)
    return holds_for_all(params, [by_block, with_pipe, with_text])


@opinion("table:columns")
def table_columns(raw: str, params: dict) -> bool:
    n = params["columns"]
    return any(
        _regular(table) and len(table.header) == n and all(len(cells(row)) <= n for row in table.rows)
        for table in tables(raw)
    )


@opinion("table:header")
def table_header(raw: str, params: dict) -> bool:
    return any([bare_of_emphasis(cell) for cell in table.header] == params["cells"] for table in tables(raw))


# Code


def _one_line_fences(raw: str) -> int:
    """Triple backticks that open and close on one line, which a hasty reader takes for a block."""
    return sum(bool(re.search(r"```[^`\n]+```", line)) for line in without_fences(raw))


@opinion("code:count")
def code_count(raw: str, params: dict) -> bool:
    found = fences(raw)
    marks = sum(1 for line in lines_of(raw) if re.match(r"^[ \t>]*(?:```|~~~)", line))
    return holds_for_all(
        params, [len(found), sum(f.closed for f in found), len(found) + _one_line_fences(raw), (marks + 1) // 2]
    )


@opinion("code:absent")
def code_absent(raw: str, params: dict) -> bool:
    return "```" not in raw and "~~~" not in raw


def _tag(fence: Fence) -> str:
    return fence.info.split()[0] if fence.info.split() else ""


@opinion("code:block")
def code_block(raw: str, params: dict) -> bool:
    return any(f.closed and _tag(f).casefold() == params["language"].casefold() for f in fences(raw))


@opinion("code:tagged")
def code_tagged(raw: str, params: dict) -> bool:
    found = fences(raw)
    return bool(found) and all(f.closed and re.match(r"[^\W_]", _tag(f)) for f in found) and not _one_line_fences(raw)


@opinion("code:only")
def code_only(raw: str, params: dict) -> bool:
    found = fences(raw)
    lines = lines_of(raw.strip())
    marks = [line for line in lines if re.match(r"^\s*(?:```|~~~)", line)]
    return (
        len(found) == 1
        and found[0].closed
        and re.match(r"```|~~~", lines[0]) is not None
        and re.fullmatch(r"`{3,}|~{3,}", lines[-1]) is not None
        and len(marks) == 2
    )


@opinion("code:lines")
def code_lines(raw: str, params: dict) -> bool:
    found = fences(raw)
    return bool(found) and all(f.closed and len(f.content) <= params["lines"] for f in found)


_SLASHES = {"c", "cpp", "c++", "java", "javascript", "js", "jsx", "ts", "tsx", "typescript", "go", "rust", "swift"}
_SLASHES |= {"kotlin", "scala", "csharp", "c#", "cs", "php", "dart", "scss", "groovy", "solidity", "glsl", "arduino"}
_HASHES = {"python", "py", "bash", "sh", "shell", "zsh", "ruby", "rb", "r", "perl", "yaml", "yml", "toml", "julia"}
_HASHES |= {"dockerfile", "makefile", "elixir", "powershell", "php", "nix", "gdscript", "coffeescript", "console"}
_DASHES = {"sql", "mysql", "postgresql", "lua", "haskell", "hs", "ada", "vhdl", "plsql", "tsql", "applescript"}
_MARKUP = {"html", "xml", "svg", "vue", "markdown", "md", "xaml", "jsx"}
_PERCENT = {"latex", "tex", "matlab", "octave", "erlang", "prolog"}


def _comment(line: str, tag: str) -> bool:
    line, tag = line.strip(), tag.casefold()
    known = tag in _SLASHES | _HASHES | _DASHES | _MARKUP | _PERCENT
    marks = []
    if tag in _SLASHES or not known or tag == "css":
        marks += [r"//", r"/\*"]
    if tag in _HASHES or not known:
        marks += [r"#(?!include|define|if|endif|!|pragma|import)"]
    if tag in _DASHES or not known:
        marks += [r"--"]
    if tag in _MARKUP or not known:
        marks += [r"<!--"]
    if tag in _PERCENT or not known:
        marks += [r"%"]
    if not known:
        marks += [r";", r"'", r"REM\b", r"\(\*", r"\{-"]
    return has_word(line) and any(re.match(mark, line) for mark in marks)


@opinion("code:comments")
def code_comments(raw: str, params: dict) -> bool:
    return any(_comment(line, _tag(f)) for f in fences(raw) if f.closed for line in f.content)


@opinion("code:function")
def code_function(raw: str, params: dict) -> bool:
    name = re.escape(params["name"])
    words = r"def|function\*?|func|fn|fun|sub|procedure|proc|defn|defun|defp|let(?:\s+rec)?"
    keyword = rf"\b(?:{words})\s+(?:\([^)]*\)\s*)?{name}\b"
    assigned = (
        rf"\b{name}\s*(?::[^=\n]+)?(?:=|<-)\s*(?:async\s+)?(?:function\b|lambda\b|\([^)]*\)\s*(?::[^=]+)?=>|\w+\s*=>)"
    )
    shell = rf"^\s*{name}\s*\(\)\s*\{{"
    typed = rf"^[ \t]*(?:[\w:<>,\[\]*&~.?]+[ \t*&]+)+{name}\s*\([^;{{}}]*\)[^;{{}}()]*\{{"
    method = rf"^[ \t]*(?:async\s+|static\s+|get\s+|set\s+)*{name}\s*\([^;{{}}]*\)\s*\{{"
    not_calls = {"if", "for", "while", "switch", "catch", "return", "else", "new"}
    if params["name"] in not_calls:
        return False
    return any(
        re.search(shape, "\n".join(fence.content), re.MULTILINE) is not None
        for fence in fences(raw)
        if fence.closed
        for shape in (keyword, assigned, shell, typed, method)
    )


@opinion("code:spans")
def code_spans(raw: str, params: dict) -> bool:
    lines = without_fences(raw)
    plain = sum(len(re.findall(r"(?<!`)`(?!`)[^`]+(?<!`)`(?!`)", line)) for line in lines)
    text = re.sub(r"\n\s*\n", "\0", "\n".join(lines))
    over_lines = sum(len(m[0]) == 1 for m in re.findall(r"(?<!`)(`+)(?!`)([^\0]+?)(?<!`)\1(?!`)", text))
    halves = sum(line.count("`") for line in lines) / 2
    return holds_for_all(params, [plain, over_lines]) and (halves == plain or "``" in "\n".join(lines))


# JSON


def _unfenced(raw: str) -> str:
    raw = raw.strip()
    match = re.fullmatch(r"(`{3,}|~{3,})[^\n`]*\n(.*)\n[ \t]*\1", raw, re.DOTALL)
    return match[2] if match else raw


class _Object(dict):
    """An object; ``doubled`` where a key occurs twice, so that readers count its entries differently."""

    doubled = False


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    value.doubled = len(value) < len(pairs)
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _json(raw: str) -> Any:
    """The value; None where it is no JSON object or array of the plain kind."""
    try:
        value = json.loads(_unfenced(raw), object_pairs_hook=_object, parse_constant=_refuse)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


@opinion("json:valid")
def json_valid(raw: str, params: dict) -> bool:
    return _json(raw) is not None and has_word(raw)


@opinion("json:kind")
def json_kind(raw: str, params: dict) -> bool:
    return isinstance(_json(raw), {"object": dict, "list": list}[params["kind"]])


@opinion("json:items")
def json_items(raw: str, params: dict) -> bool:
    value = _json(raw)
    return value is not None and not getattr(value, "doubled", False) and holds_for_all(params, [len(value)])


@opinion("json:keys")
def json_keys(raw: str, params: dict) -> bool:
    value = _json(raw)
    return isinstance(value, dict) and set(params["keys"]) <= set(value)


@opinion("json:only_keys")
def json_only_keys(raw: str, params: dict) -> bool:
    value = _json(raw)
    return isinstance(value, _Object) and set(params["keys"]) == set(value) and not value.doubled


def _is(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}[kind])


def _conforms(value: Any, schema: dict) -> bool:
    known = {"type", "required", "properties", "items", "additionalProperties", "minItems", "maxItems"}
    assert set(schema) <= known, schema
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return False
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return (
            set(schema.get("required", ())) <= set(value)
            and all(_conforms(value[key], part) for key, part in properties.items() if key in value)
            and (schema.get("additionalProperties", True) is not False or set(value) <= set(properties))
        )
    if isinstance(value, list):
        return schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)) and (
            "items" not in schema or all(_conforms(item, schema["items"]) for item in value)
        )
    return True


@opinion("json:schema")
def json_schema(raw: str, params: dict) -> bool:
    value = _json(raw)
    return value is not None and _conforms(value, json.loads(params["schema"]))


# CSV


def _csv(raw: str, delimiter: str) -> tuple[str, list[list[str]]] | None:
    body = _unfenced(raw).strip("\n")
    mark = {"comma": ",", "tab": "\t", "semicolon": ";"}[delimiter]
    try:
        rows = list(csv.reader(io.StringIO(body), delimiter=mark, strict=True))
    except csv.Error:
        return None
    if len(rows) < 2 or len(rows[0]) < 2 or len({len(row) for row in rows}) != 1:
        return None
    return body, rows


@opinion("csv:columns")
def csv_columns(raw: str, params: dict) -> bool:
    found = _csv(raw, params["delimiter"])
    return found is not None and [cell.strip() for cell in found[1][0]] == params["columns"]


@opinion("csv:rows")
def csv_rows(raw: str, params: dict) -> bool:
    found = _csv(raw, params["delimiter"])
    return found is not None and len(found[1]) - 1 == params["n"]


@opinion("csv:quoted")
def csv_quoted(raw: str, params: dict) -> bool:
    found = _csv(raw, params["delimiter"])
    if found is None:
        return False
    mark = {"comma": ",", "tab": "\t", "semicolon": ";"}[params["delimiter"]]
    field = r'"(?:[^"]|"")*"'
    return re.fullmatch(rf"{field}(?:[{mark}\n]{field})*", found[0]) is not None


@opinion("csv:quoted_special")
def csv_quoted_special(raw: str, params: dict) -> bool:
    found = _csv(raw, "comma")
    if found is None:
        return False
    data = found[0].split("\n", 1)[1]
    return any(re.search(r"[^\w\s]|_", field) for field in re.findall(r'(?:^|,)"((?:[^"]|"")*)"(?=,|$)', data, re.M))


# Tags


@opinion("tag:wrapped")
def tag_wrapped(raw: str, params: dict) -> bool:
    text, tag = raw.strip(), params["tag"]
    either = re.findall(rf"</?{re.escape(tag)}\b", text, re.IGNORECASE)
    return text.startswith(f"<{tag}>") and text.endswith(f"</{tag}>") and len(either) == 2


@opinion("tag:count")
def tag_count(raw: str, params: dict) -> bool:
    tag = re.escape(params["tag"])
    shape = rf"<{tag}>((?:(?!<{tag}>|</{tag}>).)*)</{tag}>"
    exact = [part for part in re.findall(shape, raw, re.DOTALL) if has_word(part)]
    loose = [part for part in re.findall(shape, raw, re.DOTALL | re.IGNORECASE) if has_word(part)]
    every = len(re.findall(rf"<{tag}(?:\s[^<>]*)?>", raw, re.IGNORECASE))
    closing = len(re.findall(rf"</{tag}\s*>", raw, re.IGNORECASE))
    return holds_for_all(params, [len(exact), len(loose), every, closing])


_ELEMENTS = re.findall(
    r"\w+",
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink "
    "blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn "
    "dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 "
    "h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark marquee menu "
    "meta meter nav nobr noframes noscript object ol optgroup option output p param picture pre progress q rp "
    "rt ruby s samp script search section select slot small source span strike strong style sub summary sup "
    "svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr ",
)


@opinion("html:absent")
def html_absent(raw: str, params: dict) -> bool:
    names = "|".join(_ELEMENTS)
    return re.search(rf"<\s*/?\s*(?:{names})(?:\s[^<>]*)?\s*/?\s*>|<!DOCTYPE|<!--", raw, re.IGNORECASE) is None


# Formulas


@opinion("formula:count")
def formula_count(raw: str, params: dict) -> bool:
    text = "\n".join(without_fences(raw))
    displayed = r"\$\$(?:(?!\n\s*\n)[^$])+\$\$|\\\[(?:(?!\n\s*\n).)+?\\\]|\\\((?:(?!\n\s*\n).)+?\\\)"
    rest, shown = re.subn(displayed, " ", text, flags=re.DOTALL)
    inline = re.findall(r"(?<![\\$\w])\$(?![\s$])([^$\n]+?)(?<![\s\\])\$(?![\d$])", rest)
    loose = re.findall(r"\$([^$\n]+)\$", rest)
    return holds_for_all(params, [shown + len(inline), shown + len(loose)])


# Layout


@opinion("layout:line_length")
def line_length(raw: str, params: dict) -> bool:
    return max(map(len, lines_of(raw))) <= params["characters"] and has_word(raw)


@opinion("layout:stairs")
def stairs(raw: str, params: dict) -> bool:
    indents = [len(line) - len(line.lstrip()) for line in lines_of(raw) if line.strip()]
    return len(indents) > 1 and all(a < b for a, b in itertools.pairwise(indents))


@opinion("layout:word_per_line")
def word_per_line(raw: str, params: dict) -> bool:
    return has_word(raw) and all(sum(map(has_word, line.split())) <= 1 for line in lines_of(raw))


# Choices and sequences


@opinion("choice:one_of")
def one_of(raw: str, params: dict) -> bool:
    def bare(text: str) -> str:
        return text.strip().rstrip(".!?。").strip().casefold()

    return bare(raw) in map(bare, params["options"])


@opinion("sequence:separated")
def separated(raw: str, params: dict) -> bool:
    line = raw.strip()
    if "\n" in line or "\r" in line:
        return False
    mark = {"comma": r"[,，、،]", "semicolon": r"[;；]", "vertical_bar": r"\|"}[params["separator"]]
    parts = re.split(mark, line.rstrip("."))
    words = [(len(part.split()), len(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", part))) for part in parts]
    return holds_for_all(params, [len(parts)]) and all(1 <= n <= 5 for both in words for n in both)


@opinion("sequence:multiples")
def multiples(raw: str, params: dict) -> bool:
    wanted = [n for n in range(params["start"], params["end"] + 1) if n % params["of"] == 0]
    return [int(number) for number in re.findall(r"\d+", raw)] == wanted


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def sorted_by_any_reading(entries: list[str], *, descending: bool) -> bool:
    """Whether the entries are in order letter by letter, word by word, and with marks left aside or not."""
    keys: tuple[Callable[[str], Any], ...] = (
        str.casefold,
        _plain,
        lambda text: re.sub(r"[\W_]+", "", _plain(text)),
        lambda text: re.findall(r"[^\W_]+", _plain(text)),
    )
    pairs = list(itertools.pairwise(entries))
    return all(all((key(b) <= key(a)) if descending else (key(a) <= key(b)) for a, b in pairs) for key in keys)


@opinion("order:lines")
def order_lines(raw: str, params: dict) -> bool:
    marks = r"^\s*(?:>\s*)*(?:[-*+•◦▪●‣–—]\s+|\(?\d+[.):]\s*|#+\s+)*[*_]*"
    lines = [re.sub(marks, "", line).strip() for line in without_fences(raw) if has_word(line)]
    return len(lines) >= 3 and sorted_by_any_reading(lines, descending=params["direction"] == "descending")


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+(?!\.?\d)|\d+"


@opinion("order:numbers")
def order_numbers(raw: str, params: dict) -> bool:
    def ordered(numbers: list[float]) -> bool:
        pairs = itertools.pairwise(numbers)
        return len(numbers) > 1 and all((a <= b) if params["direction"] == "ascending" else (a >= b) for a, b in pairs)

    every = [float(unicodedata.normalize("NFKC", n).replace(",", "")) for n in re.findall(_NUMBER, raw)]
    alone = [float(n.replace(",", "")) for n in re.findall(rf"(?<![^\W\d_])(?:{_NUMBER})(?![^\W\d_])", raw)]
    return ordered(every) and ordered(alone)


# Quizzes


def _questions(raw: str) -> list[tuple[int, str]]:
    label = re.compile(r"^[\s>#*_+•-]*Question[ \t]+(\d+)(?!\d)", re.MULTILINE)
    marks = list(label.finditer(raw))
    ends = [mark.start() for mark in marks[1:]] + [len(raw)]
    return [(int(mark[1]), raw[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]


_OPTION = re.compile(r"^[\s>*_+•-]*\(?([A-Za-z])[*_]*[.)]", re.MULTILINE)


@opinion("quiz:multiple_choice")
def multiple_choice(raw: str, params: dict) -> bool:
    found = _questions(raw)
    letters = "abcdefghijklmnopqrstuvwxyz"[: params["options"]]
    return [number for number, _ in found] == list(range(1, params["questions"] + 1)) and all(
        "".join(_OPTION.findall(text)).lower() == letters for _, text in found
    )


@opinion("quiz:longer_questions")
def longer_questions(raw: str, params: dict) -> bool:
    found = _questions(raw)
    lengths = [len(" ".join(_OPTION.split(text, maxsplit=1)[0].split())) for _, text in found]
    numbers = [number for number, _ in found]
    return (
        len(found) > 1
        and numbers == list(range(1, len(found) + 1))
        and all(a < b for a, b in itertools.pairwise(lengths))
    )


@opinion("reverse:letters")
def reverse_letters(raw: str, params: dict) -> bool:
    def letters(text: str) -> str:
        return re.sub(r"[\W_]", "", text).casefold()

    return letters(raw) == letters(params["text"])[::-1]


@opinion("reverse:words")
def reverse_words(raw: str, params: dict) -> bool:
    def words(text: str) -> list[str]:
        return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.casefold())

    return words(raw) == words(params["text"])[::-1]
