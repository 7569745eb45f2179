"""What a person did wrong in a file that isn't YAML, worked out from where and why the parser gave up.

Owns the words; the parser's own are kept only where nothing better is known.
"""

import re
from typing import NamedTuple

from issue_scaffold.forge.document import Problem
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source


class Stop(NamedTuple):
    """Where a parser gave up (`offset`), what it said, and where the thing that it was reading began."""

    problem: str
    offset: int
    context: str
    context_offset: int | None


_VALUE = re.compile(
    r"^(?P<lead>[ \t]*(?:- +)*(?:[^\s:#'\"\[{&*!|>@`%-][^:#\n]*?:[ \t]+|- +))(?P<value>\S.*?)(?P<tail>[ \t]*)$"
)
_VALUE_START = re.compile(r"^\s*(?:- +)*(?:[\w.-]+:[ \t]+)?(?=[\[{])")
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
_IN_VALUE = (
    "scanning an alias",
    "scanning an anchor",
    "next token",
    "scanning a block scalar",
    "parsing a block node",
    "scanning a tag",
    "parsing a flow sequence",
    "parsing a flow mapping",
    "scanning a directive",
)


def explain(source: Source, stop: Stop) -> Problem:
    """Return the problem of a text that can't be parsed."""
    if not source.text:
        return Problem(0, 0, "the file is empty")
    if stop.problem.startswith(("JSON: ", "TOML: ")):
        return _span(source, stop.offset, stop.problem)
    for step in (
        _marker,
        _characters,
        _tab,
        _starter,
        _quotes,
        _second_colon,
        _key_without_colon,
        _indentation,
    ):
        found = step(source, stop)
        if found is not None:
            return found
    return _span(
        source, stop.offset, f"not valid YAML: {stop.problem}" if stop.problem else "not valid YAML"
    )


def _line(source: Source, offset: int) -> tuple[int, int, str]:
    start = source.line_start(min(offset, len(source.text)))
    end = source.line_end(start)
    return start, end, source.text[start:end]


def _span(
    source: Source, offset: int, message: str, hint: str | None = None, fix: Fix | None = None
) -> Problem:
    offset = min(offset, max(0, len(source.text) - 1))
    if source.text[offset : offset + 1] == "\n" and offset and source.text[offset - 1] != "\n":
        offset -= 1
    return Problem(offset, min(len(source.text), offset + 1), message, hint, fix=fix)


def _whole_line(
    source: Source, offset: int, message: str, hint: str, fix: Fix | None = None
) -> Problem:
    start, end, line = _line(source, offset)
    return Problem(start + len(line) - len(line.lstrip()), end, message, hint, fix=fix)


def _marker(source: Source, stop: Stop) -> Problem | None:
    found = re.compile(r"^(<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE).search(source.text)
    if found is None or found.start() > stop.offset + 2000:
        return None
    hint = "settle the conflict and remove the marker lines"
    return _whole_line(source, found.start(), "a merge conflict was left in the file", hint)


def _characters(source: Source, stop: Stop) -> Problem | None:
    if "control characters" not in stop.problem and "special characters" not in stop.problem:
        return None
    # libyaml counts bytes here, so the character is looked for.
    found = re.search(
        r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", source.text
    )
    at = found.start() if found else stop.offset
    code = f"U+{ord(source.text[at]):04X}" if at < len(source.text) else ""
    return _span(
        source, at, f"control character {code} in the text", "remove it; editors don't show it"
    )


def _tab(source: Source, stop: Stop) -> Problem | None:
    start, _, line = _line(source, stop.offset)
    lead = line[: len(line) - len(line.lstrip(" \t"))]
    if "\t" not in lead:
        return None
    # A tab behind blanks may be part of a block of text, so other lines are mended only if they begin with one.
    indents = {
        found.start(): found[0] for found in re.finditer(r"^\t[ \t]*", source.text, re.MULTILINE)
    }
    indents[start] = lead
    edits = [
        Edit(begin, begin + len(text), text.replace("\t", "  ")) for begin, text in indents.items()
    ]
    at = start + lead.index("\t")
    message = "a tab in the indentation; YAML takes only spaces"
    return Problem(at, at + 1, message, "indent with spaces", fix=Fix(tuple(edits)))


def _starter(source: Source, stop: Stop) -> Problem | None:
    """Explain a value that begins with a character which means something to YAML."""
    offset = stop.context_offset if stop.context_offset is not None else stop.offset
    sequence = "sequence entries" in stop.problem or "mapping keys" in stop.problem
    undefined = "tag handle" in stop.problem or "undefined alias" in stop.problem
    known = any(word in stop.context for word in _IN_VALUE) or sequence or undefined
    if undefined or "node content" in stop.problem or "next token" in stop.context or sequence:
        offset = stop.offset
    char = source.text[offset : offset + 1]
    if not known or char not in _STARTERS:
        return None
    start, end, line = _line(source, offset)
    if char in _OPENING and _OPENING[char] not in line[offset - start :]:
        what = "list" if char == "[" else "mapping"
        return _span(
            source,
            offset,
            f"the {what} that begins here is never closed",
            "close it, or quote the text",
        )
    fix = _quote_rest(source, offset)
    if fix and char in {"|", ">"}:
        fix = fix._replace(unsafe=True)  # a block may have been meant
    hint = (
        "put the value in quotes"
        if char != "-"
        else "begin it on the next line, or put the value in quotes"
    )
    return Problem(offset, end if fix else offset + 1, _STARTERS[char], hint, fix=fix)


def _quote_rest(source: Source, offset: int) -> Fix | None:
    """Put what is left of a line in quotes, unless a comment is in it."""
    _, end, _ = _line(source, offset)
    raw = source.text[offset:end].rstrip()
    if not raw or " #" in raw or raw.endswith(("|", ">", ":")) or not raw.isprintable():
        return None
    start = source.line_start(offset)
    lead = source.text[start:offset]
    if not re.fullmatch(r"\s*(?:- +)*(?:[\w.-]+:[ \t]+)?", lead):
        return None
    return Fix((Edit(offset, offset + len(raw), quoted(raw)),))


def _quotes(source: Source, stop: Stop) -> Problem | None:
    """Explain a quotation that isn't closed, ends too early, or holds a backslash that means nothing."""
    opened = stop.context_offset
    if opened is not None and "quoted scalar" in stop.context:
        if "escape" in stop.problem:
            at = source.text.find("\\", stop.offset - 1)
            hint = "use single quotes, in which a backslash is just a backslash, or write `\\\\`"
            return _span(
                source, max(at, 0), "a backslash that means nothing in double quotes", hint
            )
        mark = source.text[opened]
        return _whole_from(
            source,
            opened,
            f"the quotation that begins here is never closed with {mark}",
            f"add the {mark}",
        )
    start, end, line = _line(source, stop.offset)
    found = re.match(r"^[ \t]*(?:- +)*(?:[^'\"#]*?:[ \t]+)?(?P<mark>['\"])", line)
    if not found or not (start + found.end() <= stop.offset <= end):
        return None
    mark = found["mark"]
    closed = source.text.rfind(mark, start + found.end(), stop.offset)
    if closed < 0:
        return None
    begin = start + found.end() - 1
    if source.text[stop.offset : stop.offset + 1] == ",":
        raw = source.text[begin:end].rstrip()
        fix = Fix((Edit(begin, begin + len(raw), f"[{raw}]"),), unsafe=True)
        message = "several quoted texts where YAML expects one value"
        return Problem(begin, end, message, f"make a list of them: `[{raw}]`", fix=fix)
    hint = "double a quotation mark inside single quotes, or use the other kind around the text"
    return Problem(stop.offset, end, f"text after the closing {mark}", hint)


def _whole_from(source: Source, offset: int, message: str, hint: str) -> Problem:
    return Problem(offset, max(offset + 1, source.line_end(offset)), message, hint)


def _second_colon(source: Source, stop: Stop) -> Problem | None:
    if "mapping values are not allowed" not in stop.problem:
        return None
    start, end, line = _line(source, stop.offset)
    found = _VALUE.match(line)
    if found and start + found.start("value") < stop.offset:
        at = start + found.start("value")
        message = "an unquoted value with a colon: YAML takes it for another key"
        return Problem(
            at,
            end - len(found["tail"]),
            message,
            "put the value in quotes",
            fix=_quote_rest(source, at),
        )
    if start:
        before = _line(source, start - 1)[2]
        if before.strip() and len(line) - len(line.lstrip()) > len(before) - len(before.lstrip()):
            hint = f"indent it like the line above, by {len(before) - len(before.lstrip())}"
            return _whole_line(source, stop.offset, "this line is indented too far", hint)
    return _whole_line(
        source, stop.offset, "a colon where YAML expects none", "put the text in quotes"
    )


def _key_without_colon(source: Source, stop: Stop) -> Problem | None:
    if "could not find expected ':'" not in stop.problem:
        return None
    at = stop.context_offset if stop.context_offset is not None else stop.offset
    _, _, line = _line(source, at)
    hint = "if it is part of the text above, indent it as far; if it is a key, end it with a colon"
    if re.search(r"\w:\S", line):
        hint = "put a space behind the colon"
    return _whole_line(
        source, at, "this line is neither `key: value` nor part of the text above", hint
    )


def _indentation(source: Source, stop: Stop) -> Problem | None:  # noqa: PLR0911 - one case each
    if "document start" in stop.problem:
        message = "text where the YAML has ended"
        hint = "an issue form is YAML to its end: put the text into a `markdown` element, or call the file `.md`"
        return _whole_line(source, stop.offset, message, hint)
    if "did not find expected" not in stop.problem and "expected <block end>" not in stop.problem:
        return None
    if "block" not in stop.context:
        what = "list" if "sequence" in stop.context else "mapping"
        at = stop.context_offset if stop.context_offset is not None else stop.offset
        return _span(
            source,
            at,
            f"the {what} that begins here is never closed",
            "close it, or quote the text",
        )
    start, end, line = _line(source, stop.offset)
    has = len(line) - len(line.lstrip())
    closed = source.text[start : stop.offset].rstrip()[-1:]
    if closed in {"]", "}"}:
        value = _VALUE_START.match(line)
        at = start + value.end() if value else stop.offset
        fix = _quote_rest(source, at) if source.text[stop.offset : end].strip(",; \t") else None
        hint = "quote the whole value" if fix else "remove it"
        return Problem(stop.offset, end, f"text after the closing {closed}", hint, fix=fix)
    context = stop.context_offset or 0
    wanted = context - source.line_start(context)
    if stop.offset >= len(source.text):
        return _span(
            source,
            stop.offset,
            "the file ends too early",
            "look at the indentation of the last lines",
        )
    message = "this line's indentation fits nothing above it"
    stray = line.lstrip().startswith("- ") and "mapping" in stop.context
    if stray and has == wanted:
        return _whole_line(
            source,
            stop.offset,
            "a list entry where a key is expected",
            "indent it, or give it a key",
        )
    if not line.lstrip().startswith("- ") and "collection" in stop.context and has == wanted:
        hint = "begin it with `- `, or indent it as a part of the entry above"
        return _whole_line(source, stop.offset, "a key between the entries of a list", hint)
    near = source.position(context)[0]
    hint = f"indent it by {wanted}, like line {near}, or deeper if it belongs to the line above"
    return _whole_line(source, stop.offset, message, hint) if start or has else None
