"""Existing templates that a catalog also has, and what taking the catalog's would change.

When two templates are the same one is `twins`'; reading the files is `adoption`'s. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from issue_scaffold.forge.twins import Reason, plain, why_same
from issue_scaffold.settings.adopted import is_of_one_kind
from issue_scaffold.text.wording import some


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
    because: Reason
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
        twins = [(other, because) for other in catalog if (because := _same(template, other))]
        if not twins:
            continue
        twin, because = min(
            twins,
            key=lambda pair: (
                not is_of_one_kind(template.path, pair[0].path),
                pair[1] != "same name",
            ),
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


def _same(one: Template, other: Template) -> Reason | None:
    return why_same(one.path, one.name, other.path, other.name)


def _lacking(texts: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return those texts that no other one says too, however it is written."""
    said = set(map(plain, others))
    return [text for text in texts if plain(text) not in said]


def _changes(existing: Template, twin: Template) -> Iterable[str]:
    for noun in ("label", "field", "option"):
        mine, theirs = getattr(existing, f"{noun}s"), getattr(twin, f"{noun}s")
        if added := _lacking(theirs, mine):
            yield f"adds {some(added, noun)}"
        if gone := _lacking(mine, theirs):
            yield f"drops {some(gone, noun)}"
    if existing.name.strip() != twin.name.strip():
        yield f"renames it to `{twin.name.strip()}`"
