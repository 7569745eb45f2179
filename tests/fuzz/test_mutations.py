# ruff: noqa: E501 - a table of snippets
"""Mutated files never make the validator, its fixes or its renderers fail, or take long.

`SCAFFOLD_FUZZ_INPUTS` sets how many inputs there are (nox -s fuzz: 20,000), `SCAFFOLD_FUZZ_SEED` which. Seeds are the
project's own examples, and the files under `SCAFFOLD_CORPUS` where that is set.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from issue_scaffold.cli.output.display import render
from issue_scaffold.cli.output.formats import FORMATS
from issue_scaffold.report.report import Report, TargetReport
from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.rules.registry import RULES

INPUTS = int(os.environ.get("SCAFFOLD_FUZZ_INPUTS", "800"))
SEED = int(os.environ.get("SCAFFOLD_FUZZ_SEED", "1"))
BATCHES = 8
# Of processor time. No benchmark: what grows with the square of a file's size takes minutes.
SECONDS = 20.0
SNIPPETS = (
    b"---\n", b"\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"&a ", b"*a", b"<<: *a", b"!x ", b": ", b"- ", b"'", b'"', b"[", b"]",
    b"{", b"}", b"|", b">", b"#", b"%", b"@", b"`", b"\r\n", b"\n\n", b"yes", b"null", b"2024-01-01", b"0o17", b"1:30", b":sym",
    b"\xf0\x9f\x94\xa7", "ðŸ”§".encode(), "ğŸ¯".encode(), "â€™".encode(), b"\xe2\x80\xa8", b"\xc2\x85", b"\\", b"? ", b"<!--",
    b"# scaffold: ignore[form/*] why", b"type: dropdown", b"options: []", b"label:", b"attributes: 1", b"validations: []",
    b"required: 'true'", b"default: 99999999999999999999", b"id: a b", b"color: 001122", b"name:", b"\xed\xa0\x80", b"\x1b[31m",
)  # fmt: skip
PATHS = (
    ".github/ISSUE_TEMPLATE/a.yml",
    ".github/ISSUE_TEMPLATE/a.md",
    ".github/ISSUE_TEMPLATE/config.yml",
    ".github/ISSUE_TEMPLATE/config.yaml",
    ".github/ISSUE_TEMPLATE/sub/a.yml",
    ".github/labels.yml",
    ".github/labels.json",
    ".github/labels.toml",
    ".github/settings.yml",
    ".github/scaffold.yml",
    ".gitea/ISSUE_TEMPLATE/a.yaml",
    ".gitlab/issue_templates/Default.md",
    "loose.yml",
)


def seeds() -> list[bytes]:
    """Return the contents to start from."""
    found = [text.encode() for rule in RULES.values() for text in rule.wrong.values()]
    shared = os.environ.get("SCAFFOLD_CORPUS")
    if shared:
        files = sorted(path for path in Path(shared, "corpus").rglob("*.*") if path.is_file())
        found += [path.read_bytes() for path in files if path.suffix in {".yml", ".yaml", ".md", ".json", ".toml"}]
    return [content[:20_000] for content in found]


def mutated(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Return a content with some accidents in it."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        until = min(len(data), at + chance.randint(1, 40))
        match chance.randrange(7):
            case 0:
                del data[at:until]
            case 1:
                data[at:at] = chance.choice(SNIPPETS)
            case 2:
                data[at:until] = chance.choice(SNIPPETS)
            case 3:
                data[at:at] = data[at:until] * chance.randint(1, 5)
            case 4 if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
            case 5:
                other = chance.choice(others)
                begin = chance.randrange(len(other) + 1)
                data[at:at] = other[begin : begin + 200]
            case _:
                lines = data.splitlines(keepends=True)
                begin = chance.randrange(len(lines) + 1)
                lines[begin : begin + 8] = chance.sample(lines[begin : begin + 8], len(lines[begin : begin + 8]))
                data = bytearray(b"".join(lines))
    return bytes(data)


def inputs(batch: int) -> Iterator[dict[str, bytes]]:
    """Yield repositories of one or a few mutated files."""
    chance = random.Random(f"{SEED}/{batch}")
    contents = seeds()
    for _ in range(INPUTS // BATCHES):
        paths = chance.sample(PATHS, chance.choice((1, 1, 1, 3)))
        yield {path: mutated(chance.choice(contents), chance, contents) for path in paths}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_input_makes_it_fail_or_take_long(batch: int) -> None:
    for number, files in enumerate(inputs(batch)):
        begin = time.process_time()
        located = run_rules(files).diagnostics
        assert time.process_time() - begin < SECONDS, files
        findings = tuple(item.finding() for item in located)
        for finding in findings:
            assert finding.line is not None
            assert finding.line >= 1
            assert finding.column is not None
            assert finding.column >= 1
            if finding.excerpt is not None:
                assert 0 <= finding.excerpt.start <= finding.excerpt.end <= len(finding.excerpt.text), finding
        report = Report(
            command="validate", exit_code=1, targets=(TargetReport(target=".", status="findings", findings=findings),)
        )
        render(report, list(FORMATS)[number % len(FORMATS)]).encode()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_fixes_of_any_input_settle(batch: int) -> None:
    for number, files in enumerate(inputs(batch)):
        if number % 4:
            continue
        unsafe = number % 8 == 0
        mended = fix_files(files, files, unsafe=unsafe, together=True)
        after = dict(files)
        for path, result in mended.items():
            del after[path]
            after[result.path] = result.content
        assert fix_files(after, after, unsafe=unsafe, together=True) == {}, files
