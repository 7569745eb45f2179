"""Where a target keeps its templates already, which comes before where the template would put them.

Owns the answer to the template's hidden question of the folder, which is found anew each time: what
lies in a folder is there, whatever was recorded. And the names of new files, by the suffix that the
target's own have; who writes them records them, as it does adopted ones.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from issue_scaffold.files import target_files
from issue_scaffold.files.rendering import Rendering
from issue_scaffold.forge.forges import GITHUB, Forge, forge_of_key
from issue_scaffold.forge.layout import YAML_SUFFIXES, template_folder

_QUESTION: Final = "templates_folder"
# The settings of the chooser, which each forge wants under certain names.
_CHOOSER: Final = "config"


def own_layout(root: Path, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the answer that a target's own template folder gives, none where it gives none.

    That is the first folder, in whatever case, of those that its forge reads.
    """
    top = os.fspath(root)
    # pathlib takes twice the time.
    return layout_of(lambda parent: _folders(os.path.join(top, parent)), answers)  # noqa: PTH118


def layout_of(folders_in: Callable[[str], list[str]], answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the same of a target whose folders, by their parent, are known from elsewhere."""
    platform = answers.get("platform", GITHUB.key)
    forge = forge_of_key(platform)
    folder = _existing(folders_in, forge)
    if folder is None or folder == forge.install_folder:
        return {}
    return {_QUESTION: folder}


def _existing(folders_in: Callable[[str], list[str]], forge: Forge) -> str | None:
    # What was installed stays where it is.
    for candidate in (forge.install_folder, *forge.templates, *forge.other_templates):
        parent, slash, name = candidate.rpartition("/")
        entries = folders_in(parent)
        if name in entries:
            return candidate
        alike = [entry for entry in entries if entry.lower() == name.lower()]
        if alike and candidate in forge.templates:
            return f"{parent}{slash}{alike[0]}"
    return None


def _folders(place: str) -> list[str]:
    try:
        with os.scandir(place) as entries:
            return sorted(entry.name for entry in entries if _is_folder(entry))
    except OSError:  # none, or none that can be read: who writes there will say so
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def own_names(root: Path, rendering: Rendering, new: Iterable[str]) -> dict[str, str]:
    """Return the names that new templates get, by the template's path, where they differ.

    They end as most forms in their folder do; one of the two endings says nothing else than the
    other. A file that is there already with either ending is that file. What another file of the
    rendering names keeps its name.
    """
    chooser_names = forge_of_key(rendering.answers.get("platform")).chooser_names
    names: dict[str, str] = {}
    for path in new:
        folder = template_folder(path)
        if folder is None or "/" in folder[1]:
            continue
        other = _with_suffix(folder[1], _files(root / folder[0]), chooser_names)
        place = f"{folder[0]}/{other}"
        if place not in rendering.files and not _is_named(path, rendering):
            names[path] = place
    return names


def renamed(root: Path, rendering: Rendering) -> Iterator[str]:
    """Yield the templates of a rendering that are there with the other suffix alone.

    A file of another name in its `name` is another template.
    """
    for path, file in rendering.files.items():
        stem, _, suffix = path.rpartition(".")
        if suffix not in YAML_SUFFIXES or template_folder(path) is None:
            continue
        if target_files.read_file(root, path) is not None:
            continue
        for other in YAML_SUFFIXES - {suffix}:
            twin = target_files.read_file(root, f"{stem}.{other}")
            if twin is not None and _name_in(path, twin.content) == _name_in(path, file.content):
                yield path


def _name_in(path: str, content: bytes) -> str | None:
    from issue_scaffold.forge.documents import load
    from issue_scaffold.forge.issue_form import text_of

    root = load(path, content).mapping
    return None if root is None else text_of(root.get("name"))


def _with_suffix(name: str, there: Iterable[str], chooser_names: tuple[str, ...]) -> str:
    """Return the name that a template gets beside the files that are there."""
    stem, _, suffix = name.rpartition(".")
    others = [f"{stem}.{other}" for other in sorted(YAML_SUFFIXES - {suffix})]
    if suffix not in YAML_SUFFIXES or name in there:
        return name
    other = others[0]
    if stem == _CHOOSER and other not in chooser_names:
        return name
    if other in there or _suffix_in_use(there) == other.rpartition(".")[2]:
        return other
    return name


def _suffix_in_use(names: Iterable[str]) -> str | None:
    """Return the suffix of most forms, None where there are none, or as many with either."""
    parts = [name.rpartition(".") for name in names]
    counts = Counter(
        suffix for stem, _, suffix in parts if suffix in YAML_SUFFIXES and stem != _CHOOSER
    )
    most = [suffix for suffix, count in counts.items() if count == max(counts.values())]
    if len(most) != 1:
        return None
    return most[0]


def _is_named(path: str, rendering: Rendering) -> bool:
    """Tell whether another file of a rendering says what one is called, as a link to it does."""
    name = path.rpartition("/")[2].encode()
    return any(name in file.content for other, file in rendering.files.items() if other != path)


def _files(place: Path) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in place.iterdir())
    except OSError:  # none, or none that can be read: who writes there will say so
        return frozenset()
