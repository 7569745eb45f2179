"""Which files of a repository are its labels configs.

Where one may lie is `forge.layout.is_labels_config`; whether a file there says labels is for the
reader to tell. `init`, `labels`, `check --labels` and the merge ask here.
"""

from pathlib import Path

from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.layout import is_labels_config
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.labels.config import read_labels


def find_configs(root: Path, *, with_empty: bool = False) -> tuple[str, ...]:
    """Return the paths of a repository's labels configs, those that say no label yet on demand.

    A broken file is one too: what is wrong with it will be said. Raises ScaffoldError for a folder
    or file that there is no leave to read.
    """
    found = []
    for path, content in read_repository(root, is_labels_config).files.items():
        document = load(path, content)
        if document.kind is not FileKind.LABELS:
            continue
        config = read_labels(document.source, document.root)
        if document.failure or config.says_labels or (with_empty and config.takes_labels):
            found.append(path)
    return tuple(found)
