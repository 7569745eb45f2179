"""Which of a new issue's labels a repository doesn't have, as far as its files say.

A page drops such labels without a word.
"""

from pathlib import Path

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_beginning
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.forges import forge_of_path
from issue_scaffold.issue.form import Form
from issue_scaffold.label_sync.choice import read_repository_settings
from issue_scaffold.labels.config import read_labels
from issue_scaffold.labels.label import fold
from issue_scaffold.labels.places import find_configs, recorded_config


def lacking_labels(form: Form, root: Path) -> tuple[str, ...]:
    """Return the labels that neither a labels config nor the settings of a repository name.

    None of them where there is no config: nobody knows then. The forge's default labels count as
    there.
    """
    if not form.labels:
        return ()
    try:
        paths = {*find_configs(root), *filter(None, [recorded_config(root)])}
        known = set(read_repository_settings(root).known_labels)
        known |= _configured(root, paths)
    except ScaffoldError:
        return ()
    if not paths:
        return ()
    known |= forge_of_path(form.path).default_labels
    return tuple(label for label in form.labels if fold(label) not in known)


def _configured(root: Path, paths: set[str]) -> set[str]:
    names: set[str] = set()
    for path in paths:
        document = load(path, read_beginning(path, below=root))
        for scope in read_labels(document.source, document.root).every_scope:
            names |= {label.key for label in scope.labels}
    return names
