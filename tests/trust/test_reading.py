"""Whatever lies where a file is read, reading it ends soon and in a message: every hostile shape in every place."""

import os
import shutil
import socket
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ANSWERS, write_tree

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import AbsentFileError, NotAFileError, read_file
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.text.limits import MAX_BYTES, MAX_NODES
from issue_scaffold.text.yaml_values import YamlValueError, load_value

SECRET = "hunter2-canary"  # noqa: S105 - nobody's
Bounded = Callable[..., str]


def pipe(place: Path) -> None:
    os.mkfifo(place)


def device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def huge(place: Path) -> None:
    with place.open("wb") as file:
        file.write(b"# much\n" * 1000)
        file.truncate(MAX_BYTES * 100)


def lines(place: Path) -> None:
    place.write_bytes(b"# too many\n" * (MAX_BYTES // 10))


def outside(place: Path) -> None:
    secret = Path(os.environ["HOME"], "secret.yml")
    secret.write_text(f"name: {SECRET}\n{SECRET}: [\n", encoding="utf-8")
    place.symlink_to(secret)


def loop(place: Path) -> None:
    place.symlink_to(place.name)


def folder(place: Path) -> None:
    place.mkdir()


def nowhere(place: Path) -> None:
    place.symlink_to("nowhere")


def listening(place: Path) -> None:
    short = Path("/tmp", f"scaffold-{os.getpid()}.socket")  # noqa: S108 - a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short))
        short.rename(place)


SHAPES = [pipe, device, huge, lines, outside, loop, folder, nowhere, listening]
# Where each reader looks, and the commands that go there.
PLACES: dict[str, list[tuple[str, ...]]] = {
    ANSWERS: [("check", "."), ("update", ".", "--dry-run"), ("accept", "README.md", "--reason", "x")],
    ".github/scaffold.yml": [("check", "."), ("validate", "."), ("update", ".", "--restore", "--dry-run")],
    ".github/labels.yml": [("check", "."), ("validate", "."), ("update", ".", "--restore", "--dry-run")],
    ".pre-commit-config.yaml": [("check", "."), ("update", ".", "--restore", "--dry-run")],
    ".github/ISSUE_TEMPLATE/config.yml": [
        ("check", ".", "--fail-on", "invalid-foreign"),
        ("validate", "."),
        ("catalog", "new", "../new", "--from", "."),
    ],
    ".github/ISSUE_TEMPLATE/infrastructure.yml": [("check", "."), ("validate", "."), ("init", "../other", "-n")],
    ".github/ISSUE_TEMPLATE/more.md": [("validate", "."), ("catalog", "new", "../new", "--from", ".")],
    ".github/labels/more.json": [("validate", "."), ("labels", "plan", "--repo", "o/n")],
    "labels.toml": [("validate", "."), ("labels", "plan", "--repo", "o/n", "--file", "labels.toml")],
    ".git": [("check", "."), ("update", ".", "--dry-run")],
    "data.yml": [
        ("update", ".", "--dry-run", "--data-file", "data.yml"),
        ("validate", "data.yml"),
        ("convert", "data.yml"),
        ("labels", "plan", "--repo", "o/n", "--file", "data.yml"),
    ],
    "copier.yml": [("catalog", "check", "."), ("catalog", "add", ".github/ISSUE_TEMPLATE/config.yml")],
}
CASES = [
    pytest.param(place, command, shape, id=f"{place}-{' '.join(command[:2])}-{shape.__name__}")
    for place, commands in PLACES.items()
    for command in commands
    for shape in SHAPES
]
# Where what can't be read as a file may be passed over: a folder holds other files, a dangling link is no file.
PASSED_OVER = {"folder", "nowhere", "loop"}


@pytest.mark.parametrize(("place", "command", "shape"), CASES)
def test_no_shape_of_a_file_harms(
    place: str,
    command: tuple[str, ...],
    shape: Callable[[Path], None],
    target: Path,
    bounded: Bounded,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(target)
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    spoilt = target / place
    spoilt.parent.mkdir(parents=True, exist_ok=True)
    if spoilt.is_dir():
        shutil.rmtree(spoilt)
    spoilt.unlink(missing_ok=True)
    (target / "template/catalog").mkdir(parents=True)
    shape(spoilt)
    said = bounded(*command)
    assert SECRET not in said
    if command[0] in {"check", "validate"} and shape.__name__ not in PASSED_OVER and place != ".git":
        assert not said.startswith("0\n"), said
        assert Path(place).name in said


def test_what_is_read_lies_below_the_folder(tmp_path: Path) -> None:
    write_tree(tmp_path, {"root/a": "a", "root/d/b": "b", "out/c": "c", "root/.git/config": SECRET})
    root = tmp_path / "root"
    (root / "in").symlink_to("d")
    (root / "out").symlink_to("../out")
    (root / "config").symlink_to(".git/config")
    assert read_file("in/b", below=root) == b"b"
    assert read_file("d/../a", below=root) == b"a"
    for path in ("out/c", "../out/c", str(tmp_path / "out/c"), "config", "d", "."):
        with pytest.raises(NotAFileError):
            read_file(path, below=root)
    for path in ("a/b", "none", "d/none", "a\0b"):
        with pytest.raises(AbsentFileError):
            read_file(path, below=root)


@pytest.mark.parametrize(("named", "moment"), [("d/b", "open"), ("in/b", "realpath")])
def test_a_file_that_is_swapped_for_a_link_on_the_way_is_not_followed(
    named: str, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder becomes a link out of the tree: before it is opened, and after the links to it were resolved."""
    write_tree(tmp_path, {"root/d/b": "b", "out/b": SECRET})
    (tmp_path / "root/in").symlink_to("d")
    owner = os if moment == "open" else os.path
    original = getattr(owner, moment)
    last = "root" if moment == "open" else "b"

    def swapped(path: str | os.PathLike[str], *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original
        found = original(path, *more, **named)
        if Path(path).name == last and not (tmp_path / "root/d").is_symlink():
            shutil.rmtree(tmp_path / "root/d")
            (tmp_path / "root/d").symlink_to("../out")
        return found

    monkeypatch.setattr(owner, moment, swapped)
    with pytest.raises(ScaffoldError):
        read_file(named, below=tmp_path / "root")
    assert (tmp_path / "root/d").is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_leave_to_read_is_a_message(target: Path, bounded: Bounded) -> None:
    (target / ANSWERS).chmod(0)
    assert "permission denied" in bounded("check", target)


def test_the_limit_is_that_of_each_use(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * MAX_BYTES)
    assert len(read_file("a", below=tmp_path)) == MAX_BYTES
    with pytest.raises(NotAFileError, match="larger than 1 KiB"):
        read_file("a", below=tmp_path, limit=1024)


def bomb(first: str, repeat: Callable[[str], str]) -> str:
    """Return eleven lines, each of which says nine times what the one before says."""
    names = "abcdefghijk"
    rows = [f"{new}: &{new} {repeat(', '.join([f'*{old}'] * 9))}\n" for old, new in pairwise(names)]
    return f"a: &a {first}\n" + "".join(rows)


BOMBS = {
    "lists": bomb("[x]", lambda inner: f"[{inner}]"),
    "merges": bomb("{k: v}", lambda inner: f"{{<<: [{inner}]}}"),
    "keys": bomb("[x]", lambda inner: f"{{? [{inner}] : x}}"),
    "itself": "a: &a [*a]\n",
    "itself below": "a: &a {b: {c: [*a]}}\n",
    "levels": "a: " + "[" * 5000 + "]" * 5000 + "\n",
    "levels of blocks": "".join(f"{' ' * level}a:\n" for level in range(300)),
    "values": "a: [" + "x, " * (MAX_NODES + 1) + "]\n",
    "digits": f"a: {'9' * 5000}\n",
    "base 60": f"a: {'1:' * 100_000}1\n",
    "base 60 with a fraction": f"a: {'1:' * 400}1.5\n",
    "date": "a: 2024-99-99\n",
    "time": "a: 2001-12-14t99:59:43.10-05:00\n",
    "timestamp": "a: !!timestamp x\n",
    "boolean": "a: !!bool x\n",
    "integer": 'a: !!int ""\n',
    "object": "a: !!python/object/apply:os.system [id]\n",
    "unhashable": "a: {? {b: c} : d}\n",
    "set": "a: !!set {[b]: }\n",
    "two": "a: 1\n---\nb: 2\n",
    "undefined": "a: *b\n",
    "surrogate": 'a: "\\ud800"\n',
    "zero": "a: \0\n",
}
VALUE_PLACES = {
    ANSWERS: ("check", "."),
    ".github/scaffold.yml": ("check", "."),
    ".github/labels.yml": ("check", "."),
    ".pre-commit-config.yaml": ("check", "."),
    ".github/ISSUE_TEMPLATE/infrastructure.yml": ("validate", "."),
    ".github/ISSUE_TEMPLATE/config.yml": ("validate", "."),
    "data.yml": ("update", ".", "--dry-run", "--data-file", "data.yml"),
    "copier.yml": ("catalog", "check", "."),
    "form.yml": ("convert", "form.yml"),
    "labels.yml": ("labels", "plan", "--repo", "o/n", "--file", "labels.yml"),
}


@pytest.mark.parametrize("place", VALUE_PLACES)
@pytest.mark.parametrize("kind", BOMBS)
def test_no_value_costs_more_than_its_text(
    kind: str, place: str, target: Path, bounded: Bounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(target)
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    lead = (target / place).read_text(encoding="utf-8") if place == ANSWERS else ""
    write_tree(target, {place: lead + BOMBS[kind], "template/catalog/x": "x"})
    said = bounded(*VALUE_PLACES[place])
    if place in {ANSWERS, ".github/labels.yml", ".pre-commit-config.yaml", "data.yml"} and kind != "surrogate":
        assert not said.startswith("0\n"), said


@pytest.mark.parametrize("kind", [kind for kind in BOMBS if kind != "surrogate"])
def test_the_loader_refuses(kind: str) -> None:
    with pytest.raises(YamlValueError):
        load_value(BOMBS[kind])


def test_the_loader_counts_what_aliases_stand_for() -> None:
    row = f"a: &a [{'x, ' * 99}]\n"
    assert load_value(row + f"b: [{'*a, ' * 400}]\n")["b"][399] == ["x"] * 99
    with pytest.raises(YamlValueError, match="2:"):
        load_value(row + f"b: [{'*a, ' * 600}]\n")


def test_a_labels_config_that_the_answers_name_outside_is_not_read(
    target: Path, bounded: Bounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target.parent / "secret.yml").write_text(f"- name: {SECRET}\n  color: nonsense\n", encoding="utf-8")
    answers = (target / ANSWERS).read_text(encoding="utf-8")
    write_tree(target, {ANSWERS: f"{answers}labels_config: ../secret.yml\n"})
    monkeypatch.chdir(target)
    assert SECRET not in bounded("labels", "plan", "--repo", "o/n")


@pytest.mark.parametrize(
    "document",
    [{}, {"ignored": None}, {"ignored": {}}, {"ignored": [1]}, {"ignored": [["a"]]}, {"ignored": [[1, "a"]]}],
)
def test_what_another_release_has_kept_of_valid_files_is_not_believed(
    document: dict[str, object], original: Path, target: Path, bounded: Bounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Path(shutil.copytree(original / "cache", target.parent / "cache"))
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(cache))
    store = CacheStore(cache)
    kept = sorted((cache / "valid").iterdir())
    assert kept
    for file in kept:
        store.write_document("valid", file.stem, document)
    assert bounded("check", target).startswith("0\n")
