"""Everything that is printed goes through here, and comes out inert whatever it holds.

File names, messages, versions and labels come from repositories, templates and servers. Shown, none
of them may move the cursor, hide or reorder text, begin a line of its own, be taken for a command
by a workflow's runner, or hold a credential. Colours are marked while a text is put together, with
signs that no data can guess, and become colours, or nothing, when it is printed.
"""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Any, Final

import click

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.masking import masked, secrets_of

_NONCE: Final = os.urandom(8).hex()
_OPEN: Final = f"\0{_NONCE}("
_CLOSE: Final = ")\0"
_MARK: Final = late_pattern(f"{re.escape(_OPEN)}([0-9;]*){re.escape(_CLOSE)}")
_COLOURS: Final = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}
# Joiners and the choice between text and picture belong to words and emoji.
_HARMLESS: Final = frozenset("\t\u200c\u200d\ufe0e\ufe0f")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1b": "\\x1b"}
# GitHub's runner takes a line that begins with `::` behind blanks for a command, and `##[` anywhere
# in a line: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs. That of
# Azure takes `##vso[`.
_HASHES: Final = late_pattern(r"#(?=#(?:vso)?\[)", re.IGNORECASE)
# What JSON allows in a string, and a terminal or a log doesn't show as it is.
_UNSAFE_IN_JSON: Final = late_pattern(
    "[\x7f-\x9f\xad\u061c\u070f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_HASHES_IN_JSON: Final = late_pattern(r"##(?=(?:vso)?\[)", re.IGNORECASE)


def style(
    text: str, *, fg: str | None = None, bg: tuple[int, int, int] | None = None, bold: bool = False
) -> str:
    """Return a text that will be printed in a colour, bold, or on a colour; `fg` may be "dim"."""
    codes = [
        str(code)
        for code in (_COLOURS.get(fg or ""), 1 if bold else None, 2 if fg == "dim" else None)
        if code
    ]
    if bg is not None:
        codes.append("48;2;" + ";".join(map(str, bg)))
    return f"{_OPEN}{';'.join(codes)}{_CLOSE}{text}{_OPEN}0{_CLOSE}" if codes else text


def is_terminal(stream: IO[str] | None) -> bool:
    """Return whether a stream is there, and somebody may look at it."""
    return stream is not None and stream.isatty()


def say(*lines: str, err: bool = False, color: bool | None = None) -> None:
    """Print lines: each comes out as one line. `color` None means only on a terminal."""
    if not lines:
        return
    if color is None:
        color = _shows_colours(sys.stderr if err else sys.stdout)
    put(text_of(lines, color=color), err=err)


def _shows_colours(stream: IO[str] | None) -> bool:
    """Return whether a stream is to have colours: as the user asked for, else on a terminal."""
    context = click.get_current_context(silent=True)
    if context is not None and context.color is not None:
        return context.color
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def text_of(lines: Iterable[str], *, color: bool) -> str:
    """Return lines as they are printed, with colours or without."""
    return _text_of(lines, secrets_of(os.environ), color=color)


def _text_of(lines: Iterable[str], secrets: tuple[str, ...], *, color: bool) -> str:
    return "".join(f"{_coloured(_inert(line, secrets), color=color)}\n" for line in lines)


class RowOutput:
    """Rows for standard output, by the thousand: what `say` asks each time is asked once."""

    def __init__(self) -> None:
        """Ask the environment and the stream."""
        self._secrets = secrets_of(os.environ)
        self._color = _shows_colours(sys.stdout)

    def say(self, line: str) -> None:
        """Print a line, as `say` does."""
        put(_text_of([line], self._secrets, color=self._color))

    def put_json(self, document: object) -> None:
        """Print a value as JSON on one line, as `json_text` gives it."""
        put(_json_text(_masked(document, self._secrets), indent=None))


def paragraph(text: str) -> tuple[str, ...]:
    """Return the lines of a message of our own that has several.

    What a quoted text breaks looks like a part of it.
    """
    first, *others = text.split("\n")
    return (first, *(line if line.startswith("  ") else f"  {line}" for line in others))


def show_error(message: str, hint: str | None) -> None:
    """Print an error: what is wrong, then what to do; on a terminal in lines that fit it."""
    say(*_fitting("error:", "", message, fg="red", bold=True), err=True)
    if hint:
        say(*_fitting("hint:", "  ", hint, fg="cyan"), err=True)


def _fitting(lead: str, indent: str, text: str, *, fg: str, bold: bool = False) -> list[str]:
    """Return the lines of a message behind its lead, which is coloured."""
    first, *others = paragraph(f"{lead} {text}")
    if is_terminal(sys.stderr):
        from issue_scaffold.text.wrapping import wrapped

        width = terminal_width()
        first, *more = wrapped(inert(first), width - len(indent), further="  ")
        for line in others:
            kept = line[: len(line) - len(line.lstrip())]
            more += wrapped(inert(line), width - len(indent), indent=kept)
        others = more
    first = style(lead, fg=fg, bold=bold) + first.removeprefix(lead)
    return [indent + first, *others]


def terminal_width() -> int:
    """Return how many columns a line may have; the last one of the terminal stays free."""
    import shutil

    return max(20, shutil.get_terminal_size().columns - 1)


def fits_screen(lines: Sequence[str]) -> bool:
    """Return whether lines can be read at once, or go where nobody reads along."""
    if not lines or not is_terminal(sys.stdout):
        return True
    import shutil

    return len(lines) < shutil.get_terminal_size().lines


def page(lines: Iterable[str]) -> None:
    """Print lines; through the user's pager if a terminal can't show them at once."""
    text = list(lines)
    if fits_screen(text):
        say(*text)
        return
    if os.environ.get("NO_COLOR"):
        click.echo_via_pager(text_of(text, color=False), color=False)
    else:  # click takes the colours out for pagers that show none
        click.echo_via_pager(text_of(text, color=True))


def put(text: str, *, err: bool = False) -> None:
    """Print a text that is inert already, as it is: a document that was rendered."""
    click.echo(text, nl=False, err=err, color=True)


def confirm(question: str) -> bool:
    """Return whether a person agrees; the question is ours, and goes to standard error."""
    return click.confirm(question, err=True)


def edit(text: str) -> str | None:
    """Return what a person makes of a text in their editor; None if they didn't save it.

    Raises click.ClickException if there is no editor.
    """
    edited = click.edit(text, extension=".md")
    if edited is None:
        return None
    return str(edited).rstrip("\n")


def put_product(text: str) -> None:
    """Print what was made: byte for byte into a file or a pipe, inert on a terminal."""
    if is_terminal(sys.stdout):
        say(*text.removesuffix("\n").split("\n"))
    else:
        put(text)


def redraw(text: str) -> None:
    """Draw a line of ours on standard error; the next one, or `redraw("")`, takes its place."""
    click.echo(f"\r\x1b[K{text}", nl=False, err=True)


def inert(text: str) -> str:
    """Return a text as one line that is only looked at, marked colours kept, secrets masked."""
    return _inert(text, secrets_of(os.environ))


def _inert(text: str, secrets: tuple[str, ...]) -> str:
    text = masked(text, secrets)
    # Most of what isn't printable are marks alone.
    if not text.isprintable() and not _MARK.sub("", text).isprintable():
        text = "".join(part if _MARK.fullmatch(part) else escaped(part) for part in _split(text))
    if "::" in text or "##" in text:
        text = _without_commands(text)
    return text


def escaped(text: str) -> str:
    """Return a text with what isn't shown as it is written out, as in `U+001B`."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _HARMLESS else _escape(char) for char in text
    )


def json_text(document: object, *, is_product: bool = False, indent: int | None = 2) -> str:
    """Return a value as JSON, indented or on one line, without what can't be shown.

    That is escaped, half a character replaced, a secret masked. In a product, which says what is to
    be elsewhere, nothing is masked.
    """
    value = document if is_product else _masked(document, secrets_of(os.environ))
    return _json_text(value, indent=indent)


def _json_text(value: object, *, indent: int | None) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    text = _UNSAFE_IN_JSON.sub(_json_escape, text)
    return _HASHES_IN_JSON.sub(r"#\\u0023", text) + "\n"


def yaml_text(text: str) -> str:
    """Return a text as a YAML scalar in double quotation marks, on one line; nothing is masked."""
    from issue_scaffold.text.scalars import yaml_scalar

    # JSON's escapes are YAML's, but for characters beyond the sixteenth bit: it writes two.
    return _UNSAFE_IN_JSON.sub(_yaml_escape, yaml_scalar(text, '"'))


def without_secrets(text: str) -> str:
    """Return a text without secrets, for a format that has an escape of its own."""
    return masked(text, secrets_of(os.environ))


def _split(text: str) -> Iterable[str]:
    at = 0
    for mark in _MARK.finditer(text):
        yield text[at : mark.start()]
        yield mark[0]
        at = mark.end()
    yield text[at:]


def _escape(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    import unicodedata

    if unicodedata.category(char) == "Zs":  # a blank of another width
        return char
    code = ord(char)
    if code < 0x100:  # noqa: PLR2004 - two digits are enough
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - or four


def _without_commands(text: str) -> str:
    plain = _MARK.sub("", text)
    if plain.lstrip().startswith("::"):
        at = _first_colon(text)
        text = f"{text[:at]}\\{text[at:]}"
    return _HASHES.sub(r"#\\", text)


def _first_colon(text: str) -> int:
    at = 0
    for part in _split(text):
        if not _MARK.fullmatch(part) and ":" in part:
            return at + part.index(":")
        at += len(part)
    return at


def _coloured(line: str, *, color: bool) -> str:
    if _OPEN not in line:
        return line
    return _MARK.sub(lambda mark: f"\x1b[{mark[1]}m" if color else "", line)


def _masked(value: Any, secrets: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return masked(value, secrets)
    if isinstance(value, dict):
        return {masked(str(key), secrets): _masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, secrets) for item in value]
    return value


def _yaml_escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code > 0xFFFF:  # noqa: PLR2004 - the sixteenth bit
        return f"\\U{code:08x}"
    return _json_escape(found)


def _json_escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - half a character, which strict readers refuse
        return "\ufffd"
    import json

    return json.dumps(found[0])[1:-1]


def read_line(prompt: str) -> str:
    """Return a line that a person types, empty for Enter alone; the prompt is ours."""
    line: str = click.prompt(prompt, default="", show_default=False)
    return line
