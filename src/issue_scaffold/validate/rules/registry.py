"""All rules, gathered from the modules of their groups, in the order in which they are listed."""

from typing import Final

from issue_scaffold.validate.rules import (
    body,
    body_places,
    choices,
    chooser,
    cross,
    files,
    form,
    gitea,
    hidden,
    labels,
    markdown,
    reading,
    servers,
    settings,
    template,
    text,
    unique,
    yaml,
)
from issue_scaffold.validate.rules.rule import Rule

_MODULES: Final = (
    reading, yaml, form, body_places, unique, body, choices, gitea, servers, template,
    hidden, markdown, chooser, text, files, labels, cross, settings,
)  # fmt: skip
RULES: Final[dict[str, Rule]] = {
    value.id: value
    for module in _MODULES
    for value in vars(module).values()
    if isinstance(value, Rule)
}
