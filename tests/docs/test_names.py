"""Nothing installs this project by its bare name: nobody holds it on an index, so that anybody could.

What names an address or a path behind the name (`NAME @ git+https://…`), or no name at all, is well.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("README.md", "CONTRIBUTING.md", "action.yml", "copier.yml", "noxfile.py", "pyproject.toml", ".ci", ".github")
FOLDERS = ("docs", "src", "template", "templates", "tests", "scripts", "benchmarks")
LEFT_OUT = {"__pycache__", "node_modules"}
NAME = "issue" + "-scaffold"
# A program that installs, what it is asked to do, and the name without an address. `uninstall` asks no index for it;
# neither does `pipx inject`, which takes the name of an environment.
BY_NAME = re.compile(
    r"\b(?:pip3?|pipx|uv|uvx|tool|conda|brew|poetry|pdm)\s+(?:install|add|download|wheel|run|upgrade)\b[^,;|&`\n]*?"
    r"(?<![\w./@-])issue[-_]scaffold(?:\[[\w,-]*\])?+(?![\w./-]|\s*@)"
    r"|\buvx\s+(?:--from\s+)?issue[-_]scaffold\b"
)


def texts() -> list[Path]:
    found = [ROOT / name for name in PLACES if (ROOT / name).is_file()]
    for folder in (*PLACES, *FOLDERS):
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)]
    return sorted(found)


def test_nothing_installs_the_project_by_its_bare_name() -> None:
    seen = 0
    for path in texts():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        seen += 1
        for line in text.splitlines():
            if "issue" in line:
                assert not BY_NAME.search(line), f"{path.relative_to(ROOT)}: {line}"
    assert seen > 300


@pytest.mark.parametrize(
    "line",
    [
        f"pip install {NAME}",
        f"python -m pip install '{NAME}[github]'",
        f'pip install --upgrade "{NAME}==1.0"',
        f"pipx install {NAME}",
        f"pipx run {NAME} check",
        f"uv tool install {NAME}",
        f"uv add {NAME}>=1",
        f"uvx --from {NAME} scaffold",
        f"pip install click {NAME}",
    ],
)
def test_a_bare_name_is_seen(line: str) -> None:
    assert BY_NAME.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "pip install .",
        f'python -m pip install "{NAME} @ git+https://git.example.com/tools/{NAME}.git@v0.1.0"',
        f'pip install "{NAME}[github] @ git+https://git.example.com/a.git"',
        f"pipx install git+https://git.example.com/tools/{NAME}.git@v0.1.0",
        f"pip install '/home/me/{NAME}[github]'",
        f"pipx inject {NAME} PyGithub",
        f"pipx uninstall {NAME}",
    ],
)
def test_an_address_or_a_path_is_well(line: str) -> None:
    assert not BY_NAME.search(line)
