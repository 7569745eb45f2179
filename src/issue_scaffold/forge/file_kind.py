"""What a file is to a forge: by its path, by its content where the path doesn't tell.

This is the only place that tells: `settled` once a file has been read, `kind_by_path` before,
`kind_of_text` for a text that belongs to no repository.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from issue_scaffold.forge import layout
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, Value
from issue_scaffold.text.tree_values import keys_of, mapping_of, mappings_in, value_below

# How labels configs spell the key of a colour.
COLOR_KEYS: Final = ("color", "colour")
# What Prow's label_sync has labels below: everybody's, and those of whom the keys below name.
PROW_DEFAULT: Final = "default"
PROW_SCOPES: Final = ("repos", "orgs")
_FORM_KEYS: Final = frozenset(
    {"name", "description", "body", "about", "title", "issue_body", "inputs"}
)
_CHOOSER_KEYS: Final = frozenset({"blank_issues_enabled", "contact_links"})
_SETTINGS_KEYS: Final = frozenset(
    {"repository", "branches", "collaborators", "teams", "milestones", "_extends"}
)
# `on` is a boolean to YAML 1.1.
_WORKFLOW_KEYS: Final = frozenset({"on", "true", "runs-on"})


class FileKind(StrEnum):
    """What a file is to GitHub, or to the forge whose folder it lies in."""

    FORM = "form"
    TEMPLATE = "template"
    CHOOSER = "chooser"
    LABELS = "labels"
    LEGACY = "legacy"
    SETTINGS = "settings"
    TEXT = "text"
    ACTION = "template for an action"
    STRAY = "stray"


# Outside of template folders, in this order.
_PLACES: Final[tuple[tuple[Callable[[str], bool], FileKind], ...]] = (
    (layout.is_settings, FileKind.SETTINGS),
    (layout.is_security_policy, FileKind.TEXT),
    (layout.is_legacy, FileKind.LEGACY),
    (layout.is_single_form, FileKind.FORM),
    (layout.is_labels_config, FileKind.LABELS),
    (lambda path: path.endswith(".toml"), FileKind.LABELS),
    (lambda path: path.endswith((".md", ".markdown")), FileKind.TEMPLATE),
)


def kind_by_path(path: str) -> FileKind | None:
    """Return what a path makes of its file, or None where only the content can tell."""
    lower = path.lower()
    if layout.is_description_template(lower):
        return FileKind.TEXT
    inside = layout.template_folder(lower)
    if inside:
        return _kind_in_folder(inside[1])
    return next((kind for is_such, kind in _PLACES if is_such(lower)), None)


def _kind_in_folder(rest: str) -> FileKind:
    stem, _, suffix = rest.rpartition(".")
    if "/" in rest or not stem:
        return FileKind.STRAY
    if suffix in layout.YAML_SUFFIXES:
        return FileKind.CHOOSER if stem == "config" else FileKind.FORM
    return FileKind.TEMPLATE if suffix == "md" else FileKind.STRAY


def settled(by_path: FileKind | None, path: str, root: Value | None) -> FileKind:
    """Return what a file is that has been read as a tree; `by_path` is what its path says."""
    for kind, holds, really in _BETTER_KNOWN:
        if by_path is kind and holds(root):
            return really
    if _is_something_else(by_path, path, root):
        return FileKind.STRAY
    return by_path or _kind_by_content(path.lower(), root)


def _is_something_else(by_path: FileKind | None, path: str, root: Value | None) -> bool:
    """Tell whether a file at a place where others may lie too isn't one of ours.

    Straight in a forge's folder, a `body` that is a text is that of a comment or a mail.
    """
    if by_path is FileKind.LABELS:
        return layout.may_be_labels_config(path) and not says_labels(root)
    is_text = isinstance(value_below(root, "body"), Scalar)
    return by_path is None and is_text and layout.may_be_misplaced(path)


def is_form(root: Value | None) -> bool:
    """Tell whether a file's content is an issue form: its `body` lists elements with a type."""
    return any(element.find("type") for element in mappings_in(value_below(root, "body")))


def is_chooser(root: Value | None) -> bool:
    """Tell whether a file's content is the chooser's settings and nothing else."""
    keys = keys_of(root)
    return bool(keys & _CHOOSER_KEYS) and keys <= _CHOOSER_KEYS | {"name", "description"}


_KEYS: Final = late_pattern(r"^(\w+)[ \t]*:", re.MULTILINE)
_FOR_ACTION: Final = late_pattern(r"\{\{.*?\}\}")


def is_for_action(head: str, root: Value | None) -> bool:
    """Tell whether front matter is meant for a program that opens issues, not for people.

    https://github.com/JasonEtco/create-an-issue reads the same folder: a `title`, no name and no
    description, and what it fills in between braces.
    """
    keys = set(_KEYS.findall(head))
    if isinstance(root, Mapping):
        keys = set(root.keys())
    if {"name", "about"} <= keys:
        return False
    is_titled = "title" in keys and keys.isdisjoint({"name", "about", "description"})
    return is_titled or _FOR_ACTION.search(head) is not None


# What a file has to say in the first column to be worth the look, where few files are templates.
_FORM_SIGNS: Final = late_pattern(
    rb"^(?:body|contact_links|blank_issues_enabled)[ \t]*:", re.MULTILINE
)
_TEMPLATE_SIGNS: Final = (
    late_pattern(rb"^name[ \t]*:", re.MULTILINE),
    late_pattern(rb"^about[ \t]*:", re.MULTILINE),
)
_SIGNS_WITHIN: Final = 4096


def may_hold_template(path: str, content: bytes) -> bool:
    """Tell whether a file that is no template by its place looks like one."""
    if path.lower().endswith((".yml", ".yaml")):
        return _FORM_SIGNS.search(content) is not None
    head = content[:_SIGNS_WITHIN]
    if not head.startswith(b"---"):
        return False
    return all(sign.search(head) for sign in _TEMPLATE_SIGNS)


_SHOWN: Final = (
    late_pattern(rb"^name[ \t]*:[ \t]*[^\s#]", re.MULTILINE),
    late_pattern(rb"^about[ \t]*:[ \t]*[^\s#]", re.MULTILINE),
)


def may_be_hidden(path: str, content: bytes) -> bool:
    """Tell whether a Markdown template lacks what the chooser shows, by a look at its beginning."""
    head = content[:_SIGNS_WITHIN]
    if not path.lower().endswith(".md") or not head.startswith(b"---"):
        return False
    return kind_by_path(path) is FileKind.TEMPLATE and not all(sign.search(head) for sign in _SHOWN)


_NEW_ISSUE: Final = late_pattern(rb"issues/new/?\?[^\s\"'<>]*template=")


def leads_to_template(path: str, content: bytes) -> bool:
    """Tell whether a page has a link to the form or template of a new issue."""
    return layout.is_page(path) and _NEW_ISSUE.search(content) is not None


def is_workflow(root: Value | None) -> bool:
    """Tell whether a file's content is a workflow, of GitHub's kind."""
    keys = keys_of(root)
    return "jobs" in keys and not _WORKFLOW_KEYS.isdisjoint(keys)


# What a path says, and what the content then shows that the file really is.
_BETTER_KNOWN: Final[tuple[tuple[FileKind, Callable[[Value | None], bool], FileKind], ...]] = (
    (FileKind.FORM, is_workflow, FileKind.STRAY),
    (FileKind.FORM, is_chooser, FileKind.CHOOSER),
    (FileKind.CHOOSER, is_form, FileKind.FORM),
    (FileKind.TEMPLATE, is_form, FileKind.FORM),
)


def _kind_by_content(path: str, root: Value | None) -> FileKind:
    if isinstance(root, Sequence) or layout.is_labels_config(path.rpartition("/")[2]):
        return FileKind.LABELS
    root = mapping_of(root)
    keys = keys_of(root)
    if "body" in keys:
        return FileKind.FORM
    if keys & _CHOOSER_KEYS or path.endswith("config.yml"):
        return FileKind.CHOOSER
    if _has_labels(root) or _is_data(path, keys):
        return FileKind.LABELS
    return FileKind.FORM


def _is_data(path: str, keys: frozenset[str]) -> bool:
    """Tell whether a file holds a repository's settings, or is in a format that no form has."""
    if "description" in keys:
        return False
    return path.endswith((".json", ".toml")) or not _SETTINGS_KEYS.isdisjoint(keys)


def says_labels(root: Value | None) -> bool:
    """Tell whether a file that nobody recorded as a labels config says that it is one.

    An empty one may become one. The classes of a model have names too, numbers for `id` without a
    colour, and for a colour a list of three.
    """
    if isinstance(root, Sequence):
        return any(map(_may_be_label, mappings_in(root)))
    if not isinstance(root, Mapping):
        return root is None
    return _has_labels(root) or _scopes_labels(root)


def _has_labels(root: Mapping) -> bool:
    """Tell whether a mapping lists labels below a key, or is one of names to labels."""
    return _lists_labels(root) or _maps_labels(root)


def _may_be_label(item: Mapping) -> bool:
    if has_color(item):
        return all(_is_text(item.get(key)) for key in COLOR_KEYS)
    return item.find("name") is not None and item.find("id") is None


def _is_text(value: Value | None) -> bool:
    return value is None or isinstance(value, Scalar)


def _scopes_labels(root: Mapping) -> bool:
    """Tell whether a mapping is of the shape that Prow's `label_sync` has."""
    keys = frozenset(root.keys())
    return PROW_DEFAULT in keys and keys <= {PROW_DEFAULT, *PROW_SCOPES}


def _lists_labels(root: Mapping) -> bool:
    labels = root.get("labels")
    below = [entry.value for entry in mapping_of(labels).entries]
    return bool(mappings_in(labels)) or not all(isinstance(value, Scalar) for value in below)


def _maps_labels(root: Mapping) -> bool:
    """Tell whether a mapping is one of names to labels."""
    values = [entry.value for entry in root.entries]
    if not values or not _FORM_KEYS.isdisjoint(root.keys()):
        return False
    labels = [value for value in values if isinstance(value, Mapping) and has_color(value)]
    return len(labels) == len(values) and any(_may_be_label(label) for label in labels)


def has_color(label: Mapping) -> bool:
    """Tell whether a mapping says a colour."""
    return any(map(label.find, COLOR_KEYS))


def kind_of_text(path: str, text: str) -> FileKind:
    """Return which of the two a text that is to be converted is, a form or a template.

    Its path tells by the suffix, also in front of `.jinja`; else how it begins.
    """
    name = path.lower().removesuffix(".jinja")
    if name.endswith((".yml", ".yaml")):
        return FileKind.FORM
    if path.lower().endswith((".md", ".markdown")):
        return FileKind.TEMPLATE
    front = find_front_matter(text)
    if front is not None and front.end is not None and text[front.body :].strip():
        return FileKind.TEMPLATE
    if re.search(r"^body[ \t]*:", text, re.MULTILINE):
        return FileKind.FORM
    return FileKind.TEMPLATE
