"""The keys of a form that only its own forge knows, so that no conversion takes them along.

Owns what is said of them. Which keys a forge knows is in its row.
"""

from collections.abc import Iterator

from issue_scaffold.convert.form import Remark
from issue_scaffold.forge.document import Document
from issue_scaffold.forge.forges import GITHUB, ElementKeys
from issue_scaffold.forge.issue_form import ElementView, FormView, string_entries
from issue_scaffold.text.tree import Mapping

_NO_KEYS = ElementKeys((), (), ())


def remarks_on_own_keys(document: Document) -> Iterator[Remark]:
    """Yield a remark on each key of a form, with its value, that GitHub's forms don't have."""
    root = document.mapping
    if root is None or document.forge.keys == GITHUB.keys:
        return
    yield from _remarks(document, "", root, (*GITHUB.keys.form, "about"))
    for element in FormView(document, root).elements:
        for owner, known in _parts(element):
            yield from _remarks(document, f"{element.name}: ", owner, known)


def _parts(element: ElementView) -> Iterator[tuple[Mapping, tuple[str, ...]]]:
    keys = GITHUB.keys.elements.get(element.type or "", _NO_KEYS)
    yield element.node, GITHUB.keys.element
    if element.attributes is not None:
        yield element.attributes, keys.attributes
    if element.validations is not None:
        yield element.validations, keys.validations
    for option in element.options:
        if isinstance(option.node, Mapping):
            yield option.node, GITHUB.keys.option


def _remarks(
    document: Document, lead: str, owner: Mapping, known: tuple[str, ...]
) -> Iterator[Remark]:
    for key, entry in string_entries(owner):
        if key not in known:
            message = f"{lead}`{key}`, which only {document.forge.title} knows"
            text = document.source.text[entry.key.start : max(entry.key.end, entry.value.end)]
            yield Remark(kind="left out", message=message, text=text)
