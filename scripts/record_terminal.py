"""Record a session of the real command as docs/assets/terminal.svg: `record_terminal.py [--check]`.

The commands run in a pseudo-terminal, so that they print what a person sees, colours included; nothing is edited.
`--defaults` is there because `init` would ask its questions otherwise. The picture holds no time, path or machine, so
recording it again gives the same bytes. Needs a POSIX system.
"""

import argparse
import os
import pty
import re
import subprocess
import sys
import sysconfig
import tempfile
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

PICTURE: Final = Path(__file__).resolve().parent.parent / "docs" / "assets" / "terminal.svg"
SESSION: Final = (
    "scaffold init --defaults demo",
    "cd demo",
    "echo '- [ ] Approved by the team' >> .github/ISSUE_TEMPLATE/infrastructure.md",
    "scaffold check",
    "scaffold update --force --restore .github/ISSUE_TEMPLATE/infrastructure.md",
    "scaffold check",
)
# As few as make the letters 9 pixels high where the picture is 358 pixels wide, as it is on a phone.
COLUMNS: Final = 60
ROWS: Final = 40
FONT, LINE, LEFT, TOP, CHAR = 13, 18, 10, 44, 8.0
BACKGROUND, TEXT, DIM = "#0d1117", "#d6deeb", "#8b949e"
COLOURS: Final = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea"}
_CODE: Final = re.compile(r"\x1b\[([0-9;]*)m")


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of characters looks."""

    colour: str = TEXT
    bold: bool = False

    def after(self, codes: str) -> "Style":
        """Return the style after an SGR sequence's codes."""
        style = self
        for code in map(int, filter(None, codes.split(";") or ["0"])):
            if code == 0:
                style = Style()
            elif code == 1:
                style = Style(style.colour, bold=True)
            elif code == 2:  # noqa: PLR2004 - the terminal's number for dim
                style = Style(DIM, bold=style.bold)
            elif code in COLOURS:
                style = Style(COLOURS[code], bold=style.bold)
        return style


def record() -> str:
    """Run the session in a new folder; return what the terminal showed, prompts included."""
    with tempfile.TemporaryDirectory() as home:
        work = Path(home, "work")
        work.mkdir()
        script = "".join(f"printf '%s\\n' {_quoted(f'$ {line}')}\n{line}\n" for line in SESSION)
        env = {
            "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
            "HOME": home,
            "TERM": "xterm-256color",
            "COLUMNS": str(COLUMNS),
            "LC_ALL": "C.UTF-8",
            "SCAFFOLD_CACHE_DIR": str(Path(home, "cache")),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        return _in_terminal(script, work, env)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _in_terminal(script: str, folder: Path, env: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (ROWS, COLUMNS))
    process = subprocess.Popen(["bash", "-c", script], cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way to say that nobody is left to write
        return b""


def lines_of(shown: str) -> Iterator[list[tuple[str, Style]]]:
    """Yield each terminal row as runs of characters with one style, long lines folded as a terminal does."""
    style = Style()
    for line in shown.rstrip("\n").split("\n"):
        plain = _CODE.sub("", line)
        if plain.startswith("$ "):
            yield from ([(piece, Style(bold=True))] for piece in _folded(plain, COLUMNS))
            continue
        row, column = list[tuple[str, Style]](), 0
        for index, part in enumerate(_CODE.split(line)):
            if index % 2:
                style = style.after(part)
                continue
            for piece in _folded(part, COLUMNS - column):
                if column == COLUMNS:
                    yield row
                    row, column = [], 0
                row.append((piece, style))
                column += len(piece)
        yield row


def _folded(text: str, room: int) -> Iterator[str]:
    """Yield a text in pieces: the first has as many characters as there is room, the others a row's."""
    if room and text:
        yield text[:room]
    yield from (text[start : start + COLUMNS] for start in range(room, len(text), COLUMNS))


def picture(shown: str) -> str:
    """Return an SVG of what the terminal showed. Fonts are the reader's own; nothing is loaded from anywhere."""
    rows = list(lines_of(shown))
    width, height = round(LEFT * 2 + COLUMNS * CHAR), TOP + LINE * len(rows) + 12
    dots = "".join(
        f'<circle cx="{20 + 18 * number}" cy="20" r="6" fill="{fill}"/>'
        for number, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    texts = "\n".join(_row(row, TOP + LINE * number + 6) for number, row in enumerate(rows) if row)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="A terminal: scaffold init, an edit, scaffold check, scaffold update --restore">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>\n{dots}\n'
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" '
        f'font-size="{FONT}">\n'
        f"{texts}\n</g>\n</svg>\n"
    )


def _row(row: list[tuple[str, Style]], y: int) -> str:
    spans, column = [], 0
    for text, style in row:
        weight = ' font-weight="bold"' if style.bold else ""
        # Each run is stretched to its columns, whatever font the reader has.
        place = f'x="{LEFT + column * CHAR:g}" textLength="{len(text) * CHAR:g}" lengthAdjust="spacingAndGlyphs"'
        if text.strip():
            spans.append(f'<tspan {place} fill="{style.colour}"{weight}>{escape(text, quote=False)}</tspan>')
        column += len(text)
    return f'<text y="{y}" xml:space="preserve">{"".join(spans)}</text>'


def main() -> int:
    """Write the picture, or with `--check` say whether it is what the command shows."""
    parser = argparse.ArgumentParser(description="Record docs/assets/terminal.svg from the real command.")
    parser.add_argument("--check", action="store_true", help="exit 1 when the picture is not what the command shows")
    check = parser.parse_args().check
    drawn = picture(record())
    if PICTURE.is_file() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    if check:
        print("docs/assets/terminal.svg is stale: run python scripts/record_terminal.py", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn, encoding="utf-8")
    print("wrote docs/assets/terminal.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
