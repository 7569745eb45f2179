# ruff: noqa: E501 - a table of snippets
"""Mutated answers and settings files never make `check` fail in an unexpected way, or take long.

How many there are is set as for the other mutations: `SCAFFOLD_FUZZ_INPUTS` (nox -s fuzz: 20,000).
"""

import contextlib
import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, GIT_IDENTITY, Result, Run
from tests.fuzz.test_mutations import BATCHES, INPUTS, SEED, SNIPPETS, mutated

from issue_scaffold.cli.main import main
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.sync.target import open_target
from issue_scaffold.template.renderer import open_renderer

# The whole number where it is asked for; by default, when all tests run, fewer: each is a run of the command.
SHARE = 1 if "SCAFFOLD_FUZZ_INPUTS" in os.environ else 4
SECONDS = 5.0  # of the process; a rendering with answers of its own is among them
SETTINGS = ".github/scaffold.yml"
VALID_SETTINGS = b"""accepted:
- path: .github/labels.yml
  sha256: null
  reason: ours
ignore:
- path: "**"
  rule: form/*
  reason: "why: so"
labels:
  known: [a, &b b, *b]
"""
ODD = (
    b"_src_path: ~nosuchuser/x\n", b'_src_path: "a\\0b"\n', b'_src_path: "https://a\\0b/x.git"\n', b"_src_path: http://[/x\n",
    b'_commit: "-x"\n', b'_commit: "a\\nb"\n', b"_commit: v9.9.9-1-gdeadbee\n", b"_src_path: fd::17/x\n", b"? [a]\n", b"<<: {a: b}\n",
    b"issue_types: {a: b}\n", b"issue_types: 2024-99-99\n", b"labels_config: ../../x\n", b"emoji: !!binary aaaa\n", b"1: x\n",
    b"a: &a [*a]\n", b"x: .nan\n", b"_src_path: ''\n", b"_src_path: '.'\n", b"_src_path: https://h:99999/x\n",
)  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a target of the bundled template, and the cache that made it."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in GIT_IDENTITY.items():
            patch.setenv(name, value)
        patch.setenv("SCAFFOLD_CACHE_DIR", str(folder / "cache"))
        assert main(["init", str(folder / "target"), "--defaults"]) == 0
        assert main(["check", str(folder / "target")]) == 0
    return folder


def spoilt(batch: int, valid: bytes) -> Iterator[bytes]:
    """Yield mutations of a valid file."""
    chance = random.Random(f"answers/{SEED}/{batch}")
    others = [valid, VALID_SETTINGS, *SNIPPETS]
    for _ in range(INPUTS // BATCHES // SHARE):
        content = mutated(valid, chance, others)
        yield content + chance.choice(ODD) if chance.random() < 0.3 else content


@pytest.fixture
def target(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the target, with a warm cache, whose crash reports would lie beside it."""
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(installed / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return Path(shutil.copytree(installed / "target", tmp_path / "target"))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_answers_file_makes_opening_a_target_fail_or_take_long(batch: int, target: Path, scaffold: Run) -> None:
    """All are read and looked up in the cache; every twentieth is checked, which may render it."""
    for number, content in enumerate(spoilt(batch, (target / ANSWERS).read_bytes())):
        (target / ANSWERS).write_bytes(content)
        begin = time.process_time()
        if number % 20 == 0:
            unharmed(scaffold("check", target, "--offline"), content)
        else:
            with open_renderer() as renderer, contextlib.suppress(ScaffoldError):
                renderer.known(open_target(str(target)).recorded(renderer.sources))
        assert time.process_time() - begin < SECONDS, content


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_settings_file_makes_check_fail_or_take_long(batch: int, target: Path, scaffold: Run) -> None:
    for content in spoilt(batch, VALID_SETTINGS):
        (target / SETTINGS).write_bytes(content)
        begin = time.process_time()
        unharmed(scaffold("check", target, "--offline"), content)
        assert time.process_time() - begin < SECONDS, content


def unharmed(done: Result, content: bytes) -> None:
    """Assert that a run ended with a message of ours."""
    assert done.code in {0, 1, 2, 3}, content
    # A parser may call what it found unexpected; this is how an exception of ours is told.
    assert "error: unexpected " not in done.out + done.err, (content, done)
    assert done.out + done.err
