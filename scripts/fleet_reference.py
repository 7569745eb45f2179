"""What `fleet.yml` may say, as a JSON Schema and as a page: both follow from the reader's own table.

`generate_reference.py` writes them; a test holds the schema to what the reader takes.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from issue_scaffold.fleet.config_keys import GROUP_KEYS, REPOSITORY_KEYS, SECTIONS, VERSION, ConfigKey, KeyKind

Schema = dict[str, Any]
SCHEMA_NAME: Final = "fleet.schema.json"

_TEXT: Final[Schema] = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
_NOTHING: Final[Schema] = {"type": "null"}
_DATA: Final[Schema] = {"description": "Answers, by the question.", "type": ["object", "null"]}
_PATTERN: Final = "a regular expression, found anywhere in the name"


def _of_words(key: ConfigKey) -> Schema:
    words: list[Any] = list(key.words)
    if "yes" in words:  # as YAML reads them
        words += [True, False]
    return {"enum": words}


def _or_list(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


_KINDS: Final[dict[KeyKind, Callable[[ConfigKey], Schema]]] = {
    KeyKind.TEXT: lambda _: _TEXT,
    KeyKind.TEXTS: lambda key: _or_list({"enum": list(key.words)} if key.words else _TEXT),
    KeyKind.FLAG: lambda _: {"type": "boolean"},
    KeyKind.NUMBER: lambda key: {"type": "integer", "minimum": 1, "maximum": key.most},
    KeyKind.FILE: lambda _: _TEXT,
    KeyKind.WORD: _of_words,
}


def _mapping(properties: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _named(entry: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": entry}


def schema() -> Schema:
    """Return the JSON Schema of `fleet.yml`."""
    properties: Schema = {"version": {"const": VERSION}}
    for section, keys in SECTIONS.items():
        rows = {key.name: {"description": key.said, "anyOf": [_KINDS[key.kind](key), _NOTHING]} for key in keys}
        properties[section] = _mapping(rows)
    texts = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    group = dict(zip(GROUP_KEYS, (texts, _TEXT, _DATA), strict=True))
    rule = dict(zip(REPOSITORY_KEYS, ({"type": ["boolean", "string", "null"]}, _DATA), strict=True))
    wave = {**_mapping(group), "type": "object", "anyOf": [{"required": ["repositories"]}, {"required": ["match"]}]}
    properties["groups"] = {"description": "The waves of a rollout, in order.", **_named(wave)}
    properties["repositories"] = {"description": "What holds for one repository.", **_named(_mapping(rule))}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_NAME,
        "title": "fleet.yml: what scaffold fleet takes its defaults from",
        "type": "object",
        "required": ["version"],
        "additionalProperties": False,
        "properties": properties,
    }


def page_lines() -> Iterator[str]:
    """Yield the lines of the page's table."""
    yield from ("| section | key | value | what it is |", "|---|---|---|---|")
    yield f"| `version` | | `{VERSION}` | required |"
    for section, keys in SECTIONS.items():
        for key in keys:
            value = ", ".join(f"`{word}`" for word in key.words) or key.expected
            yield f"| `{section}` | `{key.name}` | {value} | {key.said} |"
    yield f"| `groups` | NAME`.repositories` | {KeyKind.TEXTS} | Who belongs to this wave, by name. |"
    yield f"| | NAME`.match` | {_PATTERN} | Who belongs to it, by what is in the name. |"
    yield "| | NAME`.data` | a mapping | The answers that these get. |"
    yield "| `repositories` | NAME`.skip` | `true`, or why in words | Leave this one out. |"
    yield "| | NAME`.data` | a mapping | The answers that this one gets. |"
