"""Existing templates that a catalog also has, and what taking the catalog's would change.

Owns when two templates are the same one: an equal name, or file names that differ only in case,
`-`, `_` and suffix. Pure; reading the files is `adoption`'s.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What matters of a template or form when it is compared with another."""

    path: str
    name: str
    labels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """An existing template, the catalog's file for it, why they are one, and what would change."""

    existing: str
    catalog: str
    because: Literal["same name", "same file name"]
    changes: tuple[str, ...]

    @property
    def message(self) -> str:
        """The whole in a line."""
        changes = "; ".join(self.changes) or "says the same"
        name = self.catalog.rpartition("/")[2]
        return f"{self.existing} is the catalog's {name} ({self.because}): {changes}"


def recognise(existing: Iterable[Template], catalog: Sequence[Template]) -> tuple[Recognised, ...]:
    """Return the existing templates that the catalog also has, in order of their paths.

    Equal paths are no news.
    """
    known = {template.path for template in catalog}
    found = []
    for template in sorted(existing, key=lambda template: template.path):
        twins = [
            (other, because) for other in catalog if (because := _same(template, other)) is not None
        ]
        if not twins:
            continue
        suffix = template.path.rpartition(".")[2].lower()
        twin, because = min(
            twins,
            key=lambda pair: (not pair[0].path.lower().endswith(suffix), pair[1] != "same name"),
        )
        changes = list(_changes(template, twin))
        if template.path not in known:
            changes.append(
                f"both would be there: remove {template.path} once its text is taken over"
            )
        found.append(
            Recognised(
                existing=template.path, catalog=twin.path, because=because, changes=tuple(changes)
            )
        )
    return tuple(found)


def _same(one: Template, other: Template) -> Literal["same name", "same file name"] | None:
    if _plain(one.name) == _plain(other.name) and _plain(one.name):
        return "same name"
    if _stem(one.path) == _stem(other.path):
        return "same file name"
    return None


def _plain(name: str) -> str:
    """Return a name without emoji, case and the `(form)` of a Markdown template's twin."""
    return " ".join(re.findall(r"\w+", name.casefold().removesuffix("(form)")))


def _stem(path: str) -> str:
    stem = path.rpartition("/")[2].rpartition(".")[0].casefold()
    return re.sub(r"[-_ ]+", "-", re.sub(r"^\d+[-_ ]+", "", stem))


def _changes(existing: Template, twin: Template) -> Iterable[str]:
    for noun in ("label", "field", "option"):
        mine, theirs = getattr(existing, f"{noun}s"), getattr(twin, f"{noun}s")
        added = [text for text in theirs if _plain(text) not in {_plain(other) for other in mine}]
        gone = [text for text in mine if _plain(text) not in {_plain(other) for other in theirs}]
        if added:
            yield f"adds {_listed(added, noun)}"
        if gone:
            yield f"drops {_listed(gone, noun)}"
    if existing.name.strip() != twin.name.strip():
        yield f"renames it to `{twin.name.strip()}`"


def _listed(texts: Sequence[str], noun: str) -> str:
    shown = ", ".join(f"`{text}`" for text in texts[:_SHOWN])
    if len(texts) > _SHOWN:
        shown += f" and {len(texts) - _SHOWN} more"
    if len(texts) > 1:
        noun += "s"
    return f"{noun} {shown}"
