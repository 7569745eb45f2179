"""Which files of a repository are its labels configs.

One may lie at any path that the settings or the answers record, and in the usual places, which are
`forge.layout.is_labels_config`'s; whether a file there says labels is for the reader to tell.
`init`, `validate`, `labels`, `check --labels` and the merge ask here.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_beginning, read_file
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.layout import is_labels_config, is_labels_path
from issue_scaffold.forge.source_files import RepositoryFiles, read_repository, read_with_pages
from issue_scaffold.settings.place import read_settings_file
from issue_scaffold.template.answers_file import ANSWERS_FILE, parse_answers
from issue_scaffold.text.yaml_values import YamlValueError

# Files below these are somebody else's, or samples.
_FOREIGN: Final = frozenset(
    {"node_modules", "vendor", "third_party", "test", "tests", "testdata", "fixtures", "examples"}
)


def find_configs(root: Path, *, with_empty: bool = False) -> tuple[str, ...]:
    """Return the paths of a repository's labels configs, those that say no label yet on demand.

    A broken file is one too: what is wrong with it will be said. Raises ScaffoldError for a folder
    or file that there is no leave to read.
    """
    from issue_scaffold.labels.config import read_labels

    found = []
    for path, content in read_repository(root, is_labels_config).files.items():
        document = load(path, content)
        if document.kind is not FileKind.LABELS:
            continue
        config = read_labels(document.source, document.root)
        if document.failure or config.says_labels or (with_empty and config.takes_labels):
            found.append(path)
    return tuple(found)


def recorded_config(root: Path) -> str | None:
    """Return the labels config that counts: what the settings record, else the answers.

    None where neither names a file that is there.
    """
    for recorded in (_in_settings, _in_answers):
        try:
            path = recorded(root)
            if path is not None:
                read_beginning(path, below=root)
                return path
        except (ScaffoldError, YamlValueError):
            continue
    return None


def recorded_places(root: Path) -> tuple[str, ...]:
    """Return where settings and answers say that the labels config is, be it there or not."""
    found = []
    for recorded in (_in_settings, _in_answers):
        with suppress(ScaffoldError, YamlValueError):
            path = recorded(root)
            if path is not None and is_labels_path(path):
                found.append(path)
    return tuple(found)


def _in_settings(root: Path) -> str | None:
    content = read_settings_file(root)[1]
    if content is None:
        return None
    from issue_scaffold.settings.file import read_settings

    return read_settings(content)[0].labels_config


def _in_answers(root: Path) -> str | None:
    answer = parse_answers(read_file(ANSWERS_FILE, below=root)).get("labels_config")
    if isinstance(answer, str):
        return answer
    return None


def read_with_config(root: Path, only: Callable[[str], object] = bool) -> RepositoryFiles:
    """Return what `read_with_pages` does, and the recorded labels config wherever it lies."""
    repository = read_with_pages(root, only)
    path = recorded_config(root)
    if path is not None and path not in repository.files and is_labels_path(path) and only(path):
        repository.files[path] = read_beginning(path, below=root, shown=str(root / path))
    return repository


def find_elsewhere(root: Path) -> tuple[str, ...]:
    """Return the files of a repository that are labels configs by name and content.

    Such as git doesn't ignore, in whatever folder. None in a folder that is no repository.
    """
    from issue_scaffold.git.command import run_in_work_tree

    listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        output = run_in_work_tree(root, [*listed, "--", ":(icase)*label*"])
    except ScaffoldError:
        return ()
    names = sorted(set(output.decode(errors="replace").split("\0")))
    return tuple(path for path in names if _is_named_so(path) and _lists_labels(root, path))


def _is_named_so(path: str) -> bool:
    *folders, name = path.lower().split("/")
    return is_labels_path(path) and "label" in name and _FOREIGN.isdisjoint(folders)


def _lists_labels(root: Path, path: str) -> bool:
    """Return whether a file says nothing but which labels there are, most with a colour."""
    from issue_scaffold.labels.config import read_labels

    try:
        document = load(path, read_beginning(path, below=root))
    except ScaffoldError:
        return False
    if document.failure is not None:
        return False
    config = read_labels(document.source, document.root)
    labels = [label for scope in config.every_scope for label in scope.labels]
    coloured = [label for label in labels if label.color is not None]
    return not config.problems and len(coloured) * 2 > len(labels)
