"""The quick way to "clean" gives what the ordinary check gives, whatever lies in a target."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, commit_all, git, write_tree

from issue_scaffold.report.report import TargetReport
from issue_scaffold.sync.check import CheckOptions, check, check_each
from issue_scaffold.sync.known_clean import KnownClean
from issue_scaffold.template.renderer import Renderer, open_renderer

TREES = int(os.environ.get("SCAFFOLD_TREES", "130"))
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
MARKDOWN = ".github/ISSUE_TEMPLATE/infrastructure.md"
LABELS = ".github/labels.yml"
VALID = "name: More\ndescription: More\nbody:\n  - type: input\n    id: one\n    attributes:\n      label: One\n"

Change = Callable[[Path], object]


def put(path: str, content: str | bytes) -> Change:
    return lambda root: write_tree(root, {path: content})


def gone(path: str) -> Change:
    return lambda root: write_tree(root, {path: None})


def own(place: Path) -> Path:
    """Return the place of a file of the target's own; a link, wherever that leads, and a pipe are left alone."""
    if place.is_symlink() or not place.is_file():
        raise FileNotFoundError(place)
    return place


def runnable(path: str) -> Change:
    return lambda root: own(root / path).chmod(0o755)


def all_of(*changes: Change) -> Change:
    return lambda root: [change(root) for change in changes]


def pipe(path: str) -> Change:
    return lambda root: os.mkfifo(root / path)


def append(path: str, text: str) -> Change:
    return lambda root: own(root / path).write_bytes((root / path).read_bytes() + text.encode())


def crlf(path: str) -> Change:
    return lambda root: own(root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))


def link(path: str, aim: str) -> Change:
    def change(root: Path) -> None:
        place = root / path
        if place.is_dir():
            place.rename(root / "elsewhere")
        else:
            place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(aim)

    return change


def stage(*paths: str) -> Change:
    return lambda root: (root / ".git").exists() and git(root, "add", "-f", "--", *paths)


def out_of_git(root: Path) -> object:
    return (root / ".git").exists() and git(root, "rm", "-q", "--cached", "--ignore-unmatch", FORM)


CHANGES: dict[str, Change] = {
    **{f"drift in {path}": append(path, "# mine\n") for path in (FORM, MARKDOWN, LABELS)},
    **{f"CRLF in {path}": crlf(path) for path in (FORM, LABELS, ANSWERS)},
    **{f"{path} deleted": gone(path) for path in (FORM, LABELS)},
    **{f"{path} executable": runnable(path) for path in (FORM, ANSWERS)},
    "answers laid out otherwise": append(ANSWERS, "\n\n# a remark\n"),
    "other answers": append(ANSWERS, "repo_url: https://example.invalid/x\n"),
    "broken answers": append(ANSWERS, "a: [\n"),
    "markers in the answers": append(ANSWERS, "# <<<<<<< mine\n"),
    "a valid form": put(".github/ISSUE_TEMPLATE/more.yml", VALID),
    "a form without a name": put(".github/ISSUE_TEMPLATE/more.yml", VALID.partition("\n")[2]),
    "a form in the workflows": put(".github/workflows/form.yml", VALID),
    "a workflow": put(".github/workflows/ci.yml", "on: push\njobs: {}\n"),
    "a form in another forge's folder": put(".forgejo/ISSUE_TEMPLATE/one.yml", "name: 1\n"),
    "a chooser": put(".github/ISSUE_TEMPLATE/config.yml", "blank_issues_enabled: false\n"),
    "a broken chooser": put(".github/ISSUE_TEMPLATE/config.yml", "blank_issues_enabled: maybe\n"),
    "settings": put(".github/scaffold.yml", "validate:\n  ignore: []\n"),
    "settings in other letters": put(".github/Scaffold.yml", "x: 1\n"),
    "settings of another forge": put(".gitea/scaffold.yml", "validate:\n  ignore: []\n"),
    "an acceptance": put(".github/scaffold.yml", f"own:\n  - path: {FORM}\n    reason: ours\n"),
    "a folder for settings": lambda root: (root / ".github/scaffold.yml").mkdir(),
    "a folder for another forge's settings": put(".forgejo/scaffold.yml/x", ""),
    "linked settings": link(".github/scaffold.yml", "nowhere"),
    "settings in git alone": all_of(
        put(".github/scaffold.yml", "x: 1\n"), stage(".github/scaffold.yml"), gone(".github/scaffold.yml")
    ),
    "a policy": put("SECURITY.md", "Write to us\n"),
    "a legacy template": put("docs/issue_template.md", "Hello\n"),
    "labels at the root": put("labels.yml", "- name: x\n"),
    "other files": put("src/main.py", "print()\n"),
    "a picture": put(".github/ISSUE_TEMPLATE/a.png", b"\0"),
    "a large form": put(".github/ISSUE_TEMPLATE/large.yml", b"#" * (1 << 20) + b"\n#"),
    "an empty form": put(".github/ISSUE_TEMPLATE/empty.yml", ""),
    "a linked form": link(FORM, "infrastructure.md"),
    "a form that leads out": link(FORM, "/etc/hostname"),
    "a linked folder": link(".github/ISSUE_TEMPLATE", "../elsewhere"),
    "a linked forge folder": link(".github", "elsewhere"),
    "linked answers": link(ANSWERS, "/dev/zero"),
    "a link to nothing": link("docs", "nowhere"),
    "a pipe": pipe(".github/ISSUE_TEMPLATE/pipe.yml"),
    "a pipe for a labels config": all_of(gone(LABELS), pipe(LABELS)),
    "a folder for a labels config": all_of(gone(LABELS), put(f"{LABELS}/x", "")),
    "a repository inside": lambda root: (root / ".github/ISSUE_TEMPLATE/.git").mkdir(),
    "a folder of old": lambda root: (root / ".scaffold-staging").mkdir(),
    "a folder in other letters": lambda root: (root / ".github/ISSUE_TEMPLATE").rename(root / ".github/issue_template"),
    "no git": lambda root: shutil.rmtree(root / ".git", ignore_errors=True),
    "an empty index": lambda root: (root / ".git/index").unlink(missing_ok=True),
    "not in git": out_of_git,
    "ignored": all_of(out_of_git, put(".gitignore", ".github\n")),
    "a sparse checkout": lambda root: (root / ".git").exists() and git(root, "sparse-checkout", "set", ".github"),
    "deep": put(".github/ISSUE_TEMPLATE/a/b/c/d/e.yml", "name: 1\n"),
}


@pytest.fixture
def bases(tmp_path: Path, scaffold: Run) -> list[Path]:
    """Return three clean targets with two sets of answers, two in git."""
    folders = []
    for number, prefix in enumerate(["[A] ", "[A] ", "[B] "]):
        folder = tmp_path / f"base-{number}"
        folder.mkdir()
        assert scaffold("init", "-l", "-d", f"title_prefix={prefix}", folder).code == 0
        if number:
            git(folder, "init", "--quiet")
            commit_all(folder)
        folders.append(folder)
    return folders


def trees(bases: list[Path], home: Path, count: int, times: int = 2) -> Iterator[tuple[str, Path]]:
    """Yield targets with up to three changes each, every change alone among them; each is gone afterwards.

    Alone each is made so many `times`: outside of git, and in it.
    """
    chance = random.Random(31)
    single = [[name] for name in CHANGES for _ in bases[:times]]
    for number in range(count):
        names = single[number] if number < len(single) else chance.sample(sorted(CHANGES), chance.randrange(4))
        folder = home / f"tree-{number}"
        shutil.copytree(bases[number % 2 if number < len(single) else number % len(bases)], folder, symlinks=True)
        done = []
        for name in names:
            try:
                CHANGES[name](folder)
            except (OSError, AssertionError):  # what it changes another one has changed
                continue
            except Exception as error:
                if type(error).__name__ != "CalledProcessError":
                    raise
            done.append(name)
        yield ", ".join(done), folder
        shutil.rmtree(folder)


def ordinary(target: Path, renderer: Renderer) -> list[TargetReport]:
    return list(check(CheckOptions(targets=[str(target)]), renderer))


def test_it_gives_what_the_ordinary_check_gives(bases: list[Path], tmp_path: Path) -> None:
    quick = 0
    with open_renderer() as renderer:
        known = KnownClean(renderer, None)
        list(check_each(CheckOptions(targets=[str(base) for base in bases]), renderer, known))
        for names, folder in trees(bases, tmp_path, TREES):
            quick += known.recall(str(folder)) is not None
            options = CheckOptions(targets=[str(folder)])
            found = list(check_each(options, renderer, known))
            assert found == ordinary(folder, renderer), names
            assert list(check_each(options, renderer, known)) == found, names
    assert quick > TREES // 10  # else nothing was shown
    assert quick < TREES


def test_it_remembers_so_many_sets_of_answers_and_finds_the_same_with_few(
    bases: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issue_scaffold.sync.known_clean._MOST_KNOWN", 1)
    monkeypatch.setattr("issue_scaffold.sync.known_clean._MOST_LOOKS", 1)
    with open_renderer() as renderer:
        known = KnownClean(renderer, None)
        for base in [*bases, bases[0], bases[2], bases[2]]:
            options = CheckOptions(targets=[str(base)])
            assert list(check_each(options, renderer, known)) == ordinary(base, renderer)
        assert known.recall(str(bases[2])) is not None
        assert known.recall(str(bases[0])) is None
        assert (len(known._known), len(known._faultless)) == (1, 1)


def test_an_interrupted_run_is_no_clean_target(bases: list[Path]) -> None:
    with open_renderer() as renderer:
        known = KnownClean(renderer, None)
        options = CheckOptions(targets=[str(base) for base in bases])
        assert [one.status for one in check_each(options, renderer, known)] == ["clean"] * 3
        assert known.recall(str(bases[1])) is not None
        from issue_scaffold.writing.journal_places import make_journal_folder

        journal = make_journal_folder(bases[1], "")
        (journal / "manifest.json").write_text("{}")
        assert known.recall(str(bases[1])) is None
