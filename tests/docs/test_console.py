"""What the documentation shows on a terminal is what happens there, and what a page promises is what comes of it.

`pages.py` says how a page is read and run. A how-to page is followed in a repository that somebody works in: it has
uncommitted work of its own, and that is there at the end. The README is run with the command that its own first lines
install: tests/installation/.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, environment, examples, problems
from tests.labels.fake_github import FakeGitHub, FakeServer

# The peers' examples need the peers, in their newest versions: `nox -s peers` runs them, and nothing else here.
PEERS = ROOT / "docs" / "explanation" / "peers.md"
LABELS = ROOT / "docs" / "how-to" / "labels.md"
HOW_TO = sorted((ROOT / "docs" / "how-to").glob("*.md"))
OUTCOME = "\n**Outcome:** "
ISSUES = (1, 2, 3)


def pages() -> list[Path]:
    """Return the pages that show a terminal."""
    if os.environ.get("SCAFFOLD_PEERS"):
        return [PEERS]
    every = set(ROOT.glob("docs/**/*.md")) - {PEERS}
    return sorted(page for page in every if "```console" in page.read_text(encoding="utf-8"))


def shop_on_github() -> FakeGitHub:
    """Return GitHub as `docs/how-to/labels.md` tells of it: the repository octo/shop and its labels."""
    github = FakeGitHub()
    shop = github.repository("octo/shop")
    shop.add("defect", "ff0000", "Something is broken")
    shop.add("old docs", "ffffff")
    shop.add("documentation", "0075ca", "Improvements to the documentation")
    shop.add("stale", "ffffff")
    for number in ISSUES:
        shop.put(number, "old docs")
    return github


@pytest.fixture
def shop() -> Iterator[FakeServer]:
    """Serve GitHub on a loopback port."""
    server = FakeServer(shop_on_github())
    yield server
    server.close()


def wrong(page: Path, folder: Path, server: FakeServer, renderings: Path) -> str:
    """Run a page's examples; return what is otherwise than the page says.

    The reader has rendered the bundled template before. The README is followed by one who hasn't.
    """
    work = folder / "work"
    work.mkdir()
    home = environment(folder / "home")
    shutil.copytree(renderings, home["SCAFFOLD_CACHE_DIR"])
    env = home | {
        "GH_TOKEN": server.github.token,
        "GITHUB_API_URL": server.address,
        "NO_PROXY": "127.0.0.1",
    }
    return "\n\n".join(problems(examples(page.read_text(encoding="utf-8")), work, env))


@pytest.mark.parametrize(
    "page", [page for page in pages() if page != LABELS], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_examples_do_what_the_page_shows(page: Path, tmp_path: Path, shop: FakeServer, known_renderings: Path) -> None:
    found = wrong(page, tmp_path, shop, known_renderings)
    assert not found, found


def test_labels_page_does_what_it_shows_and_no_issue_loses_a_label(
    tmp_path: Path, shop: FakeServer, known_renderings: Path
) -> None:
    found = wrong(LABELS, tmp_path, shop, known_renderings)
    assert not found, found
    repository = shop.github.repository("octo/shop")
    assert {number: repository.on(number) for number in ISSUES} == {key: {"documentation"} for key in ISSUES}


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.name)
def test_a_how_to_page_says_its_outcome_and_asserts_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = examples(text)
    shown = [example for example in found if example.kind == "shown"]
    assert OUTCOME in text, "the page doesn't say what one has at its end"
    assert shown, "the page shows no command"
    assert found[-1].kind == "outcome", "what the page ends with is not asserted"


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.name)
def test_a_how_to_page_is_followed_where_somebody_works(page: Path) -> None:
    found = examples(page.read_text(encoding="utf-8"))
    changing = re.compile(r"scaffold (init|update|accept|convert|labels)\b")
    if any(changing.search(example.command) for example in found if example.kind == "shown"):
        assert any("own_work" in example.command for example in found if example.kind == "setup")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_line_of_an_outcome_passes_whatever_happens(page: Path) -> None:
    for example in examples(page.read_text(encoding="utf-8")):
        if example.kind == "outcome":
            lines = example.command.splitlines()
            assert lines
            assert not [line for line in lines if line.lstrip().startswith("!") or "||" in line]


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: page.name)
def test_no_shell_example_goes_unrun(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if "<!-- snippet: " not in text:  # those are tested as what they are
        assert not re.findall(r"^ *```(?:sh|bash|shell)\b.*$", text, re.MULTILINE)


SETUP = "<!-- setup\ngit init --quiet shop && cd shop\nown_work\n-->\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```console\n$ echo one\ntwo\n```", "shows"),
        ("```console\n$ false\n```", "exited with 1"),
        ("```console\n$ exit 0\n```", "never ended"),
        ("<!-- outcome\ntrue\nholds README.md nothing\ntrue\n-->", "README.md lacks: nothing"),
        ("<!-- outcome\nlacks README.md project\n-->", "README.md has: project"),
        ("<!-- outcome\nabsent README.md\n-->", "README.md is there"),
        ("<!-- outcome\nexists LICENSE\n-->", "LICENSE is not there"),
        ("<!-- outcome\ncommitted notes.txt\n-->", "not committed: ?? notes.txt"),
        ("<!-- outcome\nexits 0 false\n-->", "exit code 1, not 0"),
        ("<!-- outcome\nsays two echo one\n-->", "lacks: two"),
        ("<!-- outcome\nat_version v1.0.0\n-->", "No such file"),
        ("```console\n$ git checkout --quiet HEAD -- .\n```", "own work was lost"),
        ("```console\n$ git clean --quiet --force\n```", "own work was lost"),
        ("```console\n$ echo one\none\n```\n<!-- outcome\nexits 1 false\nabsent LICENSE\n-->", ""),
    ],
)
def test_a_page_that_is_wrong_is_found(text: str, problem: str, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    found = list(problems(examples(SETUP + text), work, environment(tmp_path / "home")))
    assert problem in "\n".join(found)
    assert bool(found) == bool(problem)
