"""Find the functions that decide too much at once, and conditional expressions inside conditional expressions.

ruff's own count (C901) leaves out boolean operators, conditional expressions and comprehensions, so dense code passes
it. This count has them all: a function starts at one and gets one for every `if`, loop, `except`, `case`, conditional
expression, part of a comprehension, and one for every operand of `and` and `or` after the first; what is defined inside
a function counts with it.

A function above the limit stays only with its reason: a line of its docstring that begins with `Complexity:`.

    python scripts/check_complexity.py            # fail on what is too complex
    python scripts/check_complexity.py --table    # print the measures of the source
"""

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LIMIT = 10
REASON = "Complexity:"
COLUMNS = 100
ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
DECISIONS = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.IfExp,
    ast.comprehension,
    ast.ExceptHandler,
    ast.match_case,
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LAYOUT = {
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.STRING,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


@dataclass
class Measures:
    """What was counted in the source, and what is refused in it."""

    lines: int = 0
    wide: int = 0
    tokens: int = 0
    function_lines: int = 0
    branches: int = 0
    conditionals: int = 0
    nested: int = 0
    excused: int = 0
    refused: list[str] = field(default_factory=list)
    classes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def branches(function: ast.AST) -> int:
    """Return how many decisions a function holds."""
    found = 0
    for node in ast.walk(function):
        if isinstance(node, DECISIONS):
            found += 1
        elif isinstance(node, ast.BoolOp):
            found += len(node.values) - 1
    return found


def is_nested(node: ast.IfExp) -> bool:
    """Return whether a conditional expression holds another one."""
    return any(isinstance(inner, ast.IfExp) for inner in ast.walk(node) if inner is not node)


def measure_function(place: str, function: ast.FunctionDef | ast.AsyncFunctionDef, found: Measures) -> None:
    """Count one function, and refuse it when it is too complex and doesn't say why."""
    count = branches(function)
    found.branches += count
    found.function_lines += (function.end_lineno or function.lineno) - function.lineno + 1
    if count + 1 <= LIMIT:
        return
    if REASON in (ast.get_docstring(function) or ""):
        found.excused += 1
    else:
        found.refused.append(f"{place}: {function.name} has complexity {count + 1} (at most {LIMIT})")


def measure_file(path: Path, found: Measures) -> None:
    """Add what one file holds."""
    text = path.read_text(encoding="utf-8")
    found.lines += text.count("\n")
    found.wide += sum(len(line) > COLUMNS for line in text.splitlines())
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    found.tokens += sum(token.type not in LAYOUT for token in tokens)
    for node in ast.walk(ast.parse(text)):
        place = f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ClassDef):
            found.classes[node.name].add(place)
        elif isinstance(node, FUNCTIONS):
            measure_function(place, node, found)
        elif isinstance(node, ast.IfExp):
            found.conditionals += 1
            if is_nested(node):
                found.nested += 1
                found.refused.append(f"{place}: a conditional expression inside another")


def doubled(found: Measures) -> Iterator[str]:
    """Yield the class names that stand for more than one thing."""
    for name, places in sorted(found.classes.items()):
        if len(places) > 1:
            yield f"{', '.join(sorted(places))}: {name} is defined more than once"


def table(found: Measures) -> str:
    """Return the measures of the source, a line each."""
    rows = {
        "lines": found.lines,
        "tokens": found.tokens,
        "branches per 100 function lines": round(100 * found.branches / found.function_lines, 1),
        "conditional expressions per 1,000 lines": round(1000 * found.conditionals / found.lines, 1),
        "nested conditional expressions": found.nested,
        f"functions with complexity over {LIMIT}, with their reason": found.excused,
        f"functions with complexity over {LIMIT}, without": len(found.refused) - found.nested,
        f"lines over {COLUMNS} columns": found.wide,
        "class names defined more than once": len(list(doubled(found))),
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items())


def main(arguments: list[str]) -> int:
    """Print what is asked for; return 1 when something is refused."""
    found = Measures()
    for path in sorted(SOURCE.rglob("*.py")):
        measure_file(path, found)
    if "--table" in arguments:
        print(table(found))
        return 0
    refused = [*found.refused, *doubled(found)]
    for line in refused:
        print(line)
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
