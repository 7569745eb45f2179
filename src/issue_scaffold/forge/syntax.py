"""What a person did wrong in a file that isn't YAML, by where and why the parser gave up.

Owns the words; the parser's own are kept only where nothing better is known.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source


class Stop(NamedTuple):
    """Where a parser gave up (`offset`), what it said, and where began what it was reading."""

    problem: str
    offset: int
    context: str
    context_offset: int | None

    @property
    def begin(self) -> int:
        """Where what it was reading began, as far as it says so."""
        if self.context_offset is None:
            return self.offset
        return self.context_offset


class _Line(NamedTuple):
    """One line of a text, without its break."""

    start: int
    end: int
    text: str

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    @property
    def is_entry(self) -> bool:
        return self.text.lstrip().startswith("- ")


_VALUE = late_pattern(
    r"^[ \t]*(?:- +)*(?:[^\s:#'\"\[{&*!|>@`%-][^:#\n]*?:[ \t]+|- +)"
    r"(?P<value>\S.*?)(?P<tail>[ \t]*)$"
)
_VALUE_START = late_pattern(r"^\s*(?:- +)*(?:[\w.-]+:[ \t]+)?(?=[\[{])")
_OPENING = {"[": "]", "{": "}"}
_STARTERS = {
    "@": "a value can't begin with `@`",
    "`": "a value can't begin with a backtick",
    "%": "a value can't begin with `%`",
    "*": "a value that begins with `*` is an alias to YAML",
    "&": "a value that begins with `&` is an anchor to YAML",
    "!": "a value that begins with `!` is a tag to YAML",
    "[": "a value that begins with `[` is a list to YAML",
    "{": "a value that begins with `{` is a mapping to YAML",
    "}": "a value can't begin with `}`",
    "]": "a value can't begin with `]`",
    ",": "a value can't begin with a comma",
    "|": "a value that begins with `|` is a block of text to YAML",
    ">": "a value that begins with `>` is a block of text to YAML",
    "?": "a value that begins with `? ` is a key to YAML",
    "-": "a list can't begin on the line of its key",
}
# What libyaml says that it was doing when a value's first character misled it.
_IN_VALUE = late_pattern(
    "scanning an (?:alias|anchor)|scanning a (?:block scalar|tag|directive)|next token"
    "|parsing a (?:block node|flow sequence|flow mapping)"
)
# What it then says of where it stopped.
_MISREAD = late_pattern("sequence entries|mapping keys|tag handle|undefined alias")


def explain(source: Source, stop: Stop) -> Problem:
    """Return the problem of a text that can't be parsed."""
    if not source.text:
        return Problem(0, 0, "the file is empty")
    if stop.problem.startswith(("JSON: ", "TOML: ")):
        return _span(source, stop.offset, stop.problem)
    for words, step in _STEPS:
        found = step(source, stop) if words.search(stop.problem) else None
        if found is not None:
            return found
    message = "not valid YAML"
    if stop.problem:
        message = f"{message}: {stop.problem}"
    return _span(source, stop.offset, message)


def _line(source: Source, offset: int) -> _Line:
    start = source.line_start(min(offset, len(source.text)))
    end = source.line_end(start)
    return _Line(start, end, source.text[start:end])


def _span(source: Source, offset: int, message: str, hint: str | None = None) -> Problem:
    offset = min(offset, max(0, len(source.text) - 1))
    if source.text[offset : offset + 1] == "\n" and offset and source.text[offset - 1] != "\n":
        offset -= 1
    return Problem(offset, min(len(source.text), offset + 1), message, hint)


def _whole_line(source: Source, offset: int, message: str, hint: str) -> Problem:
    line = _line(source, offset)
    return Problem(line.start + line.indent, line.end, message, hint)


def _never_closed(source: Source, offset: int, *, is_list: bool) -> Problem:
    what = "list" if is_list else "mapping"
    message = f"the {what} that begins here is never closed"
    return _span(source, offset, message, "close it, or quote the text")


def _conflict_marker(source: Source, stop: Stop) -> Problem | None:
    found = re.compile(r"^(<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE).search(source.text)
    if found is None or found.start() > stop.offset + 2000:
        return None
    hint = "settle the conflict and remove the marker lines"
    return _whole_line(source, found.start(), "a merge conflict was left in the file", hint)


def _control_character(source: Source, stop: Stop) -> Problem:
    # libyaml counts bytes here, so the character is looked for.
    found = re.search(
        r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", source.text
    )
    at, code = stop.offset, ""
    if found:
        at, code = found.start(), f"U+{ord(found[0]):04X}"
    message = f"control character {code} in the text"
    return _span(source, at, message, "remove it; editors don't show it")


def _tab(source: Source, stop: Stop) -> Problem | None:
    line = _line(source, stop.offset)
    lead = line.text[: len(line.text) - len(line.text.lstrip(" \t"))]
    if "\t" not in lead:
        return None
    # A tab behind blanks may be part of a block of text: other lines must begin with one.
    begins = re.finditer(r"^\t[ \t]*", source.text, re.MULTILINE)
    indents = {found.start(): found[0] for found in begins}
    indents[line.start] = lead
    edits = [
        Edit(begin, begin + len(text), text.replace("\t", "  ")) for begin, text in indents.items()
    ]
    at = line.start + lead.index("\t")
    message = "a tab in the indentation; YAML takes only spaces"
    return Problem(at, at + 1, message, "indent with spaces", fix=Fix(tuple(edits)))


def _starter(source: Source, stop: Stop) -> Problem | None:
    """Explain a value that begins with a character which means something to YAML."""
    offset = _misread(stop)
    if offset is None or source.text[offset : offset + 1] not in _STARTERS:
        return None
    char, line = source.text[offset], _line(source, offset)
    if char in _OPENING and _OPENING[char] not in line.text[offset - line.start :]:
        return _never_closed(source, offset, is_list=char == "[")
    fix = _quote_rest(source, offset)
    if fix and char in {"|", ">"}:
        fix = fix._replace(unsafe=True)  # a block may have been meant
    hint = "put the value in quotes"
    if char == "-":
        hint = f"begin it on the next line, or {hint}"
    end = line.end if fix else offset + 1
    return Problem(offset, end, _STARTERS[char], hint, fix=fix)


def _misread(stop: Stop) -> int | None:
    """Return where the value began that the parser took for something else, None if it didn't."""
    told = _MISREAD.search(stop.problem) is not None
    if not told and _IN_VALUE.search(stop.context) is None:
        return None
    if told or "node content" in stop.problem or "next token" in stop.context:
        return stop.offset
    return stop.begin


def _quote_rest(source: Source, offset: int) -> Fix | None:
    """Put what is left of a line in quotes, unless a comment is in it."""
    line = _line(source, offset)
    raw = source.text[offset : line.end].rstrip()
    if not raw or " #" in raw or raw.endswith(("|", ">", ":")) or not raw.isprintable():
        return None
    if not re.fullmatch(r"\s*(?:- +)*(?:[\w.-]+:[ \t]+)?", source.text[line.start : offset]):
        return None
    return Fix((Edit(offset, offset + len(raw), quoted(raw)),))


def _open_quotation(source: Source, stop: Stop) -> Problem | None:
    """Explain a quotation that isn't closed, or holds a backslash that means nothing."""
    opened = stop.context_offset
    if opened is None or "quoted scalar" not in stop.context:
        return None
    if "escape" in stop.problem:
        at = source.text.find("\\", stop.offset - 1)
        hint = "use single quotes, in which a backslash is just a backslash, or write `\\\\`"
        return _span(source, max(at, 0), "a backslash that means nothing in double quotes", hint)
    mark = source.text[opened]
    message = f"the quotation that begins here is never closed with {mark}"
    end = max(opened + 1, source.line_end(opened))
    return Problem(opened, end, message, f"add the {mark}")


def _behind_quotation(source: Source, stop: Stop) -> Problem | None:
    """Explain a quotation that ends too early."""
    line = _line(source, stop.offset)
    found = re.match(r"^[ \t]*(?:- +)*(?:[^'\"#]*?:[ \t]+)?(?P<mark>['\"])", line.text)
    if not found or not (line.start + found.end() <= stop.offset <= line.end):
        return None
    mark, begin = found["mark"], line.start + found.start("mark")
    if source.text.rfind(mark, begin + 1, stop.offset) < 0:
        return None
    if source.text[stop.offset : stop.offset + 1] == ",":
        raw = source.text[begin : line.end].rstrip()
        fix = Fix((Edit(begin, begin + len(raw), f"[{raw}]"),), unsafe=True)
        message = "several quoted texts where YAML expects one value"
        return Problem(begin, line.end, message, f"make a list of them: `[{raw}]`", fix=fix)
    hint = "double a quotation mark inside single quotes, or use the other kind around the text"
    return Problem(stop.offset, line.end, f"text after the closing {mark}", hint)


def _second_colon(source: Source, stop: Stop) -> Problem:
    line = _line(source, stop.offset)
    found = _VALUE.match(line.text)
    if found and line.start + found.start("value") < stop.offset:
        at = line.start + found.start("value")
        message = "an unquoted value with a colon: YAML takes it for another key"
        end, fix = line.end - len(found["tail"]), _quote_rest(source, at)
        return Problem(at, end, message, "put the value in quotes", fix=fix)
    above = _line(source, line.start - 1) if line.start else line
    if above.text.strip() and line.indent > above.indent:
        hint = f"indent it like the line above, by {above.indent}"
        return _whole_line(source, stop.offset, "this line is indented too far", hint)
    message = "a colon where YAML expects none"
    return _whole_line(source, stop.offset, message, "put the text in quotes")


def _key_without_colon(source: Source, stop: Stop) -> Problem:
    hint = "if it is part of the text above, indent it as far; if it is a key, end it with a colon"
    if re.search(r"\w:\S", _line(source, stop.begin).text):
        hint = "put a space behind the colon"
    message = "this line is neither `key: value` nor part of the text above"
    return _whole_line(source, stop.begin, message, hint)


def _behind_the_end(source: Source, stop: Stop) -> Problem:
    hint = (
        "an issue form is YAML to its end: put the text into a `markdown` element, "
        "or call the file `.md`"
    )
    return _whole_line(source, stop.offset, "text where the YAML has ended", hint)


def _unexpected(source: Source, stop: Stop) -> Problem | None:
    """Explain what fits neither a list nor a mapping that was begun."""
    if "block" not in stop.context:
        return _never_closed(source, stop.begin, is_list="sequence" in stop.context)
    line = _line(source, stop.offset)
    closed = source.text[line.start : stop.offset].rstrip()[-1:]
    if closed in {"]", "}"}:
        return _behind_closing(source, stop.offset, line, closed)
    if stop.offset >= len(source.text):
        hint = "look at the indentation of the last lines"
        return _span(source, stop.offset, "the file ends too early", hint)
    return _misplaced(source, stop, line)


def _behind_closing(source: Source, offset: int, line: _Line, closed: str) -> Problem:
    value = _VALUE_START.match(line.text)
    fix, hint = None, "remove it"
    if value and source.text[offset : line.end].strip(",; \t"):
        fix = _quote_rest(source, line.start + value.end())
    if fix:
        hint = "quote the whole value"
    return Problem(offset, line.end, f"text after the closing {closed}", hint, fix=fix)


def _misplaced(source: Source, stop: Stop, line: _Line) -> Problem | None:
    """Explain a line that begins at the wrong column, or at the right one with the wrong thing."""
    context = stop.context_offset or 0
    wanted = context - source.line_start(context)
    message = "this line's indentation fits nothing above it"
    if line.indent == wanted and line.is_entry and "mapping" in stop.context:
        message, hint = "a list entry where a key is expected", "indent it, or give it a key"
        return _whole_line(source, stop.offset, message, hint)
    if line.indent == wanted and not line.is_entry and "collection" in stop.context:
        hint = "begin it with `- `, or indent it as a part of the entry above"
        return _whole_line(source, stop.offset, "a key between the entries of a list", hint)
    if line.start == line.indent == 0:
        return None
    near = source.position(context)[0]
    hint = f"indent it by {wanted}, like line {near}, or deeper if it belongs to the line above"
    return _whole_line(source, stop.offset, message, hint)


# What is looked for, in this order, where the parser's words for the problem hold these.
_STEPS: Final[tuple[tuple[re.Pattern[str], Callable[[Source, Stop], Problem | None]], ...]] = (
    (late_pattern(""), _conflict_marker),
    (late_pattern("(?:control|special) characters"), _control_character),
    (late_pattern(""), _tab),
    (late_pattern(""), _starter),
    (late_pattern(""), _open_quotation),
    (late_pattern(""), _behind_quotation),
    (late_pattern("mapping values are not allowed"), _second_colon),
    (late_pattern("could not find expected ':'"), _key_without_colon),
    (late_pattern("document start"), _behind_the_end),
    (late_pattern("did not find expected|expected <block end>"), _unexpected),
)
