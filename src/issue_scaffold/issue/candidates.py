"""The forms that a body can be from: a file, a file as it was once, or those of the repository.

Owns the choice among them. The body is read by each; which fits best is told by how much of it
is found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.forges import GITHUB, Forge, forge_of_path
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import top_level
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.form import Form, InvalidFormError, form_of
from issue_scaffold.issue.parse import parse
from issue_scaffold.issue.printed import is_whole
from issue_scaffold.issue.reading import DoubtKind, Reading
from issue_scaffold.settings.own_forge import own_forge

AUTO: Final = "auto"
# How many versions of a form are tried.
_MOST_REVISIONS: Final = 30
_SHORT: Final = 12
_LIST_TYPES: Final = "list"
Certainty = Literal["certain", "likely", "guess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMatch:
    """A form and what a body is by it. `certainty` says how sure it is that it is the form."""

    form: Form
    reading: Reading
    certainty: Certainty


def match_body(body: str, wanted: str, folder: Path) -> FormMatch:
    """Return what a body is by the form that is `wanted`: a file, a file@revision, or "auto".

    Raises ScaffoldError if there is no such form or it can't be read, and if the body is from none
    of the repository's.
    """
    shared = own_forge(top_level(folder), None)
    if wanted != AUTO:
        form, is_fixed = _named(wanted, folder, shared)
        reading = _read(form, body, shared)
        if not is_fixed and not is_whole(reading):
            form, reading = _older(form, reading, body, folder, shared)
        return FormMatch(form=form, reading=reading, certainty=_certainty(reading, rivals=0))
    return _best(body, folder, shared)


def dialect_of(path: str, shared: Forge = GITHUB) -> Dialect:
    """Return what writes the bodies of a form, by where the form lies.

    Where that is a folder that several forges read, it is by the `shared` forge.
    """
    found = forge_of_path(path, shared)
    dropdown = found.keys.elements.get("dropdown")
    if dropdown is not None and _LIST_TYPES in dropdown.attributes:
        return Dialect.GITEA
    return Dialect.GITHUB


def repository_forms(folder: Path, shared: Forge = GITHUB) -> list[Form]:
    """Return the valid forms of the repository around a folder, by path.

    `shared` is the forge that reads folders which several read.

    Raises ScaffoldError if it can't be read, InvalidFormError if it has forms, and none is valid.
    """
    root = top_level(folder) or folder
    found: list[Form] = []
    broken: list[InvalidFormError] = []
    for path, content in read_repository(root).files.items():
        document = load(path, content, shared)
        if document.kind is FileKind.FORM:
            try:
                found.append(form_of(document))
            except InvalidFormError as error:
                broken.append(error)
    if broken and not found:
        raise broken[0]
    return found


def _read(form: Form, body: str, shared: Forge) -> Reading:
    return parse(form, body, dialect_of(form.path, shared))


def _named(wanted: str, folder: Path, shared: Forge) -> tuple[Form, bool]:
    """Return a named form, and whether it is that of a revision."""
    path, at, revision = wanted.rpartition("@")
    if at and not (folder / wanted).exists():
        return _at_revision(path, revision, folder, shared), True
    content = read_file(folder / wanted, shown=wanted)
    place = path_in_repository(folder / wanted, wanted)
    return form_of(load(place, content, shared)), False


def path_in_repository(place: Path, given: str) -> str:
    """Return a form's path from its repository's root, by which its forge is told.

    It is as it was `given` where it lies in no repository.
    """
    root = top_level(place.parent)
    if root is None:
        return given
    try:
        return place.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return given


def _at_revision(path: str, revision: str, folder: Path, shared: Forge) -> Form:
    if not revision or revision.startswith("-"):
        raise UsageError(f"{revision!r} names no revision", hint="give --form FILE@REVISION")
    shown = path_in_repository(folder / path, path)
    root = top_level(folder)
    if root is None:
        raise UsageError(f"{folder} is in no git repository, so there are no revisions")
    try:
        content = git.run_in_work_tree(root, ["show", f"{revision}:{shown}"])
    except git.GitError as error:
        raise UsageError(
            f"there is no {shown} in revision {revision}", hint="check --form FILE@REVISION"
        ) from error
    return replace(form_of(load(shown, content, shared)), path=f"{shown}@{revision}")


def _older(
    form: Form, reading: Reading, body: str, folder: Path, shared: Forge
) -> tuple[Form, Reading]:
    """Return the newest version of a form by which a body is whole, else the best that there is."""
    best = (form, reading)
    for older in _versions(form, folder, shared):
        read = _read(older, body, shared)
        if is_whole(read):
            return older, read
        if len(read.problems) < len(best[1].problems):
            best = (older, read)
    return best


def _versions(form: Form, folder: Path, shared: Forge) -> Iterator[Form]:
    """Yield what a form was before, from the newest version to the oldest."""
    root = top_level(folder)
    if root is None:
        return
    log = ["log", f"-{_MOST_REVISIONS}", "--format=%H", "--", form.path]
    try:
        revisions = git.run_in_work_tree(root, log).decode("ascii", "replace").split()
    except git.GitError:
        return
    for revision in revisions:
        try:
            older = _at_revision(form.path, revision, root, shared)
        except ScaffoldError:
            continue
        yield replace(older, path=f"{form.path}@{revision[:_SHORT]}")


def _best(body: str, folder: Path, shared: Forge) -> FormMatch:
    forms = repository_forms(folder, shared)
    if not forms:
        raise ScaffoldError("this repository has no issue form", hint="name one: --form FILE")
    ranked = sorted(_readings(forms, body, shared), key=lambda pair: _worth(*pair), reverse=True)
    form, reading = ranked[0]
    if not is_whole(reading):
        older = [_older(form, reading, body, folder, shared) for form, reading in ranked]
        form, reading = max(older, key=lambda pair: _worth(*pair))
    if _found(form, reading) == 0:
        tried = ", ".join(form.path for form in forms)
        raise ScaffoldError(
            "the body is from none of the forms here",
            hint=f"tried {tried}; or name one: --form FILE",
        )
    rivals = sum(_worth(*pair) == _worth(form, reading) for pair in ranked if pair[0] != form)
    return FormMatch(form=form, reading=reading, certainty=_certainty(reading, rivals=rivals))


def _readings(forms: Sequence[Form], body: str, shared: Forge) -> Iterator[tuple[Form, Reading]]:
    for form in forms:
        yield form, _read(form, body, shared)


def _found(form: Form, reading: Reading) -> int:
    kinds = [doubt.kind for doubt in reading.problems]
    return len(form.fields) - kinds.count(DoubtKind.MISSING_SECTION)


def _worth(form: Form, reading: Reading) -> tuple[bool, float, int]:
    """Return how well a form fits: nothing left over, then how much of it, then of the body."""
    found = _found(form, reading)
    return is_whole(reading), found / max(1, len(form.fields)), found


def _certainty(reading: Reading, *, rivals: int) -> Certainty:
    if rivals:
        return "guess"
    return "certain" if is_whole(reading) else "likely"
