"""A commit that is only listed is judged as the ordinary check judges a clone of it, or not at all."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.acceptance import test_known_clean
from tests.acceptance.test_known_clean import FORM, MARKDOWN, trees
from tests.conftest import ANSWERS, Run, git, write_tree

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.fleet.listed_validation import ListedValidation
from issue_scaffold.forge.forges import SharedForges
from issue_scaffold.report.finding import finding_document
from issue_scaffold.report.report import TargetReport
from issue_scaffold.sync.check import CheckOptions, check_target
from issue_scaffold.sync.listed_check import ListedCheck
from issue_scaffold.sync.listed_tree import KnownContents, ListedEntry, UnknownContentError
from issue_scaffold.template.renderer import Renderer, open_renderer
from issue_scaffold.validate.run import ValidateOptions, validate

bases = test_known_clean.bases
FOLDER = "040000"
TREES = int(os.environ.get("SCAFFOLD_LISTED_TREES", "51"))
OPTIONS = CheckOptions()
Judged = TargetReport | str


def listing(root: Path, *, is_recursive: bool = True) -> dict[str, ListedEntry]:
    """Return the entries of a repository's head: all of them, or those that one page of a host has."""
    found = {}
    for row in filter(None, git(root, "ls-tree", "-r", "-t", "-z", "HEAD").split("\0")):
        meta, _, path = row.partition("\t")
        mode, _, oid = meta.split()
        found[path] = ListedEntry(mode, oid)
    if is_recursive:
        return {path: entry for path, entry in found.items() if entry.mode != FOLDER}
    return {path: entry for path, entry in found.items() if is_on_a_page(path, entry.mode)}


def is_on_a_page(path: str, mode: str) -> bool:
    """Tell whether an entry is of the root or of a listed folder; those of listed folders themselves are left out."""
    parts = path.split("/")
    most = {".github": 3, "docs": 2, "config": 2, "lib": 2}.get(parts[0], 1)
    return len(parts) == most or (len(parts) < most and mode != FOLDER)


def content(root: Path, oid: str) -> bytes:
    command = ["git", "-C", str(root), "cat-file", "blob", oid]
    return subprocess.run(command, check=True, capture_output=True).stdout


def judged(check: ListedCheck, root: Path, entries: Mapping[str, ListedEntry], *, fetches: bool) -> Judged:
    """Return what is said of a listing, having fetched what was asked for; else why nothing is said."""
    missing: dict[str, str] = {}
    for _ in range(9):
        for oid in missing.values():
            check.contents.add(oid, content(root, oid))
        try:
            return check.check(root.name, entries)
        except UnknownContentError as error:
            if not (fetches and error.oids):
                return f"to be fetched: {error}"
            missing = dict(error.oids)
        except ScaffoldError as error:
            return error.message
    return "to be fetched: too large"


def ordinary(root: Path, renderer: Renderer) -> Judged:
    try:
        return check_target(root.name, OPTIONS, renderer)
    except ScaffoldError as error:
        return error.message


def validated(root: Path, entries: Mapping[str, ListedEntry]) -> object:
    """Return what the validator says of a listing, having fetched what was asked for; None where it says nothing."""
    contents = KnownContents()
    validation = ListedValidation(contents)
    for _ in range(4):
        try:
            return said(validation.report("", entries, SharedForges()))
        except UnknownContentError as error:
            for oid in error.oids.values():
                contents.add(oid, content(root, oid))
        except ScaffoldError as error:
            return error.message
    return None


def said(report: TargetReport) -> object:
    """Return a report without the folder that it is of."""
    lead = f"{report.target}/"
    findings = [finding_document(one) for one in report.findings]
    return (
        report.status,
        json.dumps(findings).replace(lead, "") if report.target else json.dumps(findings),
        report.notes,
    )


def committed(folder: Path, home: Path) -> Path | None:
    """Return a clone of what is in a folder; None where git can't take it."""
    git(folder, "init", "--quiet")
    git(folder, "config", "maintenance.auto", "false")  # it would go on while the folder is removed
    git(folder, "config", "gc.auto", "0")
    (folder / ".git" / "index").unlink(missing_ok=True)
    (folder / ".git" / "info" / "sparse-checkout").unlink(missing_ok=True)
    try:
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--allow-empty", "-m", "all")
    except subprocess.CalledProcessError:
        return None
    clone = home / "clone" / "target"
    shutil.rmtree(clone, ignore_errors=True)
    git(home, "clone", "--quiet", str(folder), str(clone))
    return clone


def test_it_gives_what_the_ordinary_check_gives_or_nothing(
    bases: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = without_content = validations = 0
    (tmp_path / "clone").mkdir()
    monkeypatch.chdir(tmp_path / "clone")
    with open_renderer() as renderer:
        for number, (names, folder) in enumerate(trees(bases, tmp_path, TREES, times=1)):
            root = committed(folder, tmp_path)
            if root is None:
                continue
            expected = ordinary(root, renderer)
            check = ListedCheck(renderer, OPTIONS)
            (report,) = validate(ValidateOptions(paths=[root.name]))
            for is_recursive in (True, False):
                entries = listing(root, is_recursive=is_recursive)
                by_listing = validated(root, entries)
                assert by_listing in {None, said(report)}, f"{number}: {names}"
                validations += by_listing is not None
                if ANSWERS in entries and not entries[ANSWERS].mode.startswith("12"):
                    check.contents.add(entries[ANSWERS].oid, content(root, entries[ANSWERS].oid))
                for fetches in (False, True, True):  # the last time it is known
                    found = judged(check, root, entries, fetches=fetches)
                    if not str(found).startswith("to be fetched"):
                        assert found == expected, f"{number}: {names}"
                        told += fetches
                        without_content += not fetches
    assert told > TREES // 2
    assert without_content > TREES // 4
    assert validations > TREES


def test_a_clean_one_is_known_by_the_ids_alone(bases: list[Path], tmp_path: Path) -> None:
    folder = bases[1]
    write_tree(folder, {"src/main.py": "print()\n", "SECURITY.md": "Write to us\n"})
    root = committed(folder, tmp_path)
    assert root is not None
    entries = listing(root, is_recursive=False)
    with open_renderer() as renderer:
        check = ListedCheck(renderer, OPTIONS)
        check.contents.add(entries[ANSWERS].oid, content(root, entries[ANSWERS].oid))
        assert check.check("acme/api", entries).status == "clean"
        other = {**entries, FORM: entries[MARKDOWN]}
        assert check.check("acme/api", other).status == "findings"


def test_a_listing_says_only_what_it_has(bases: list[Path], tmp_path: Path) -> None:
    root = committed(bases[1], tmp_path)
    assert root is not None
    entries = listing(root)
    without = {path: entry for path, entry in entries.items() if not path.startswith(".github/")}
    with open_renderer() as renderer:
        check = ListedCheck(renderer, OPTIONS)
        with pytest.raises(UnknownContentError):
            check.check("acme/api", entries)
        check.contents.add(entries[ANSWERS].oid, content(root, entries[ANSWERS].oid))
        assert check.check("acme/api", without).findings  # they are missing
        for place in (".github", "docs", "config"):  # what is in them nobody has listed
            folder = ListedEntry(FOLDER, "0" * 40)
            with pytest.raises(UnknownContentError):
                check.check("acme/api", {**without, place: folder})
        assert check.is_initialised({**without, "src": ListedEntry(FOLDER, "0" * 40)})


def test_a_content_is_believed_by_its_id_alone(scaffold: Run) -> None:
    del scaffold
    with open_renderer() as renderer:
        contents = ListedCheck(renderer, OPTIONS).contents
    oid = "ce013625030ba8dba906f756967f9e9ca394464a"  # git hash-object of "hello\n"
    assert not contents.add(oid, b"hello")
    assert contents.get(oid) is None
    assert contents.add(oid, b"hello\n")
    assert contents.get(oid) == b"hello\n"
