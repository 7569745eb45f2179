"""Rules about labels configs: what GitHub's API refuses, and what YAML makes of a colour.

Sources: GitHub's REST documentation of labels (lengths, six hex digits), and error texts quoted in
the threads of label tools.
"""

import re
from collections.abc import Iterator

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.forges import Forge
from issue_scaffold.forge.issue_form import string_entries
from issue_scaffold.labels.config import LabelsConfig, is_settings
from issue_scaffold.labels.label import KNOWN_FIELDS, MEANT_AS_FORMER, fold
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.tree import Entry, Mapping, Scalar, type_name
from issue_scaffold.text.tree_values import string_of
from issue_scaffold.text.wording import closest, count, line_of
from issue_scaffold.validate.rules.examples import labels_file
from issue_scaffold.validate.rules.form_fixes import fix_of, rename
from issue_scaffold.validate.rules.nodes import is_null
from issue_scaffold.validate.rules.rule import (
    ERROR,
    FORMS_PAGE,
    LABELS_API_PAGE,
    LABELS_PAGE,
    WARNING,
    Rule,
)
from issue_scaffold.validate.rules.stages import LABELS

MAX_NAME, MAX_DESCRIPTION = 50, 100
# What people write for keys that are spelt otherwise.
_GUESSES = {
    **dict.fromkeys(MEANT_AS_FORMER, "aliases"),
    "desc": "description",
    "title": "name",
}
LAST_OF_THREE_BYTES = 0xFFFF
MISREAD_KINDS = {"timestamp": "a date", "symbol": "a Ruby symbol", "bool": "a boolean"}


@LABELS.runs(
    Rule(
        id="labels/shape",
        severity=ERROR,
        grade="DOC",
        summary="not a labels config of any known format",
        source=LABELS_API_PAGE,
        why=(
            "A config is a list of labels, the same under `labels:`, or a mapping from name to "
            "colour and description. Each label has a name."
        ),
        evidence=(
            "EndBug/label-sync",
            "Financial-Times/github-label-sync",
            "hackebrot/labels",
        ),
        wrong=labels_file('- color: "d73a4a"\n  description: Something is broken\n'),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def shape(config: LabelsConfig) -> Iterator[Problem]:
    """Find configs, and labels in them, that no label tool could read."""
    yield from config.problems


@LABELS.runs(
    Rule(
        id="labels/name-length",
        severity=ERROR,
        grade="ERR",
        summary="a name of more than 50 characters",
        source=LABELS_PAGE,
        why="GitHub takes 50 characters.",
        evidence=("github/docs#32156",),
        wrong=labels_file(f'- name: {"waiting-for-" * 5}\n  color: "d73a4a"\n'),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def name_length(config: LabelsConfig) -> Iterator[Problem]:
    """Find names of more than 50 characters."""
    for label in config.places:
        size = len(label.name.value.strip())
        if size > MAX_NAME:
            message = f"label name has {size} characters; GitHub takes {MAX_NAME}"
            yield at(label.name, message, hint=f"shorten it by {size - MAX_NAME}")


@LABELS.runs(
    Rule(
        id="labels/description-length",
        severity=ERROR,
        grade="DOC",
        summary="a description of more than 100 characters",
        source=LABELS_API_PAGE,
        why="GitHub takes 100 characters; some tools fail without a word on more.",
        evidence=(
            "REST API: labels",
            "micnncim/action-label-syncer#64",
        ),
        wrong=labels_file(
            f'- name: bug\n  color: "d73a4a"\n  description: {"This is broken. " * 7}\n'
        ),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def description_length(config: LabelsConfig) -> Iterator[Problem]:
    """Find descriptions of more than 100 characters."""
    for label in config.places:
        text = label.description
        if not isinstance(text, Scalar):
            continue
        size = len(text.value.strip())
        if size > MAX_DESCRIPTION:
            what = f"description of {shown(label.name)} has {size} characters"
            hint = f"shorten it by {size - MAX_DESCRIPTION}"
            yield at(text, f"{what}; GitHub takes {MAX_DESCRIPTION}", hint=hint)


@LABELS.runs(
    Rule(
        id="labels/color",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="a colour isn't six hex digits",
        source=LABELS_API_PAGE,
        why=(
            "The API takes six hex digits. A `#` or the three-digit form, which only some tools "
            "mend, is a warning and is normalised; anything else is an error. In `settings.yml` a "
            "`#` is fine: the apps that read it take it away. So it is in `.gitea/`, `.forgejo/` "
            "and `.gitlab/`, whose APIs have it."
        ),
        evidence=(
            "REST API: labels",
            "conda/infrastructure",
        ),
        wrong=labels_file('- name: bug\n  color: "#d73a4a"\n'),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def color(config: LabelsConfig) -> Iterator[Problem]:
    """Find colours that aren't six hex digits; those that most tools understand once for all."""
    loose: list[tuple[Scalar, str]] = []
    mark = _mark_of_colours(config.source.path, config.forge)
    for label in config.places:
        node = label.color
        if node is None or is_null(node):
            continue
        if not isinstance(node, Scalar):
            message = f"colour of {shown(label.name)} is {type_name(node)}"
            yield at(node, message, hint="write six hex digits in quotes")
        elif _misread_as(config, node) is None:
            digits = _six_digits(node.value.strip())
            if digits is None:
                message = f"colour {shown(node)} of {shown(label.name)} is not six hex digits"
                yield at(node, message, hint="write it like `d73a4a`")
            elif node.value.strip().lower().removeprefix(mark) != digits:
                loose.append((node, digits))
    if loose:
        yield _loose_colors(config, loose, mark)


def _mark_of_colours(path: str, forge: Forge) -> str:
    """Return what may stand before the digits of colours in a labels config."""
    # The apps that read settings take it away: github.com/repository-settings/app
    if is_settings(path) or forge.rules.marks_colours:
        return "#"
    return ""


def _six_digits(text: str) -> str | None:
    digits = text.removeprefix("#").lower()
    if not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}", digits):
        return None
    return digits if len(digits) == len("rrggbb") else "".join(digit * 2 for digit in digits)


def _loose_colors(config: LabelsConfig, colors: list[tuple[Scalar, str]], mark: str) -> Problem:
    """Return one problem of all colours that most tools understand; each has what it should be."""
    node, digits = colors[0]
    rest = _likewise(len(colors) - 1, "more label")
    message = f"colour {shown(node)} is not what GitHub's API takes{rest}: six hex digits"
    if not mark:
        message += ", without `#`"
    edits: list[Edit] = []
    for other, text in colors:
        edits += _recolor(config, other, text)
    hint = f"write `{digits}`"
    return at(node, message, hint=hint, severity=WARNING, fix=fix_of(edits))


def _likewise(number: int, noun: str) -> str:
    return f" (and {count(number, noun)} likewise)" if number else ""


def _recolor(config: LabelsConfig, node: Scalar, text: str) -> Iterator[Edit]:
    raw = config.source.text[node.start : node.end]
    if "\n" in raw or node.value.strip() not in raw:
        return
    mark = raw[0] if raw[:1] in {'"', "'"} else '"'
    yield Edit(node.start, node.end, f"{mark}{text}{mark}")


def _misread_as(config: LabelsConfig, node: Scalar) -> tuple[str, bool] | None:
    """Return what YAML reads instead of an unquoted colour, and whether digits are lost."""
    raw = config.source.text[node.start : node.end]
    if node.style or node.tag or not raw or node.is_null:
        return None
    if node.kind in {"int", "float"}:
        value = _number(raw)
        return value, value != raw
    if node.kind in MISREAD_KINDS:
        return MISREAD_KINDS[node.kind], True
    if re.fullmatch(r"0\d{5}", raw):
        return f"a YAML 1.2 reader takes it for {int(raw)}", False
    if re.fullmatch(r"\d+[eE]\d+", raw):
        return "a YAML 1.2 reader takes it for a floating-point number", False
    return None


def _number(raw: str) -> str:
    text = raw.replace("_", "").replace(",", "")
    if ":" in text:
        parts = [int(part) for part in text.lstrip("+-").split(":") if part.isdigit()]
        return str(sum(part * 60**power for power, part in enumerate(reversed(parts))))
    if re.fullmatch(r"0[0-7]+", text):
        return str(int(text, 8))
    try:
        return str(int(text, 0)) if "." not in text else str(float(text))
    except ValueError:
        return "another number"


@LABELS.runs(
    Rule(
        id="labels/color-unquoted",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="YAML reads an unquoted colour as another value",
        why=(
            "Unquoted, `000000` is the number 0 to YAML, `001122` is 594, and `5319e7` a huge "
            "number to some readers. An error where digits are lost in YAML 1.1, else a warning. "
            "The fix puts the colour in quotes as it was written."
        ),
        evidence=(
            "YAML 1.1 type repository",
            "conda/infrastructure",
        ),
        wrong=labels_file("- name: bug\n  color: 001122\n"),
        right=labels_file('- name: bug\n  color: "001122"\n'),
    )
)
def color_unquoted(config: LabelsConfig) -> Iterator[Problem]:
    """Find unquoted colours that aren't text to YAML; those that lose digits one by one."""
    harmless: list[tuple[Scalar, str]] = []
    for label in config.places:
        node = label.color
        if not isinstance(node, Scalar):
            continue
        value, loses_digits = _misread_as(config, node) or ("", False)
        if loses_digits:
            raw = config.source.text[node.start : node.end]
            message = f"colour `{raw}` of {shown(label.name)} is not text: YAML reads {value}"
            fix = Fix((_quote_color(node, raw),))
            yield at(node, message, hint=f'put it in quotes: `"{raw}"`', fix=fix)
        elif value:
            harmless.append((node, value))
    if harmless:
        yield _unquoted_colors(config, harmless)


def _unquoted_colors(config: LabelsConfig, colors: list[tuple[Scalar, str]]) -> Problem:
    """Return one problem of all colours that keep their digits; each has what YAML makes of it."""
    text = config.source.text
    written = [(node, text[node.start : node.end]) for node, _ in colors]
    (node, raw), value = written[0], colors[0][1]
    what = "YAML reads a number"
    if "YAML" in value:
        what = value
    rest = _likewise(len(colors) - 1, "more colour")
    message = f"colour `{raw}` is not quoted: {what}{rest}"
    fix = Fix(tuple(_quote_color(other, digits) for other, digits in written))
    return at(node, message, hint=f'put it in quotes: `"{raw}"`', severity=WARNING, fix=fix)


def _quote_color(node: Scalar, raw: str) -> Edit:
    return Edit(node.start, node.end, f'"{raw}"')


@LABELS.runs(
    Rule(
        id="labels/unknown-key",
        severity=WARNING,
        fix="unsafe",
        summary="a key of a label that no reader of labels configs honours",
        source=LABELS_PAGE,
        why=(
            "What the key is meant to do is not done: with `alias` instead of `aliases` other "
            "tools rename no label, but make a second one. `scaffold labels` takes it for "
            "`aliases`. The fix gives a near miss the right name."
        ),
        evidence=("micnncim/action-label-syncer#59",),
        wrong=labels_file('- name: bug\n  color: "d73a4a"\n  desc: Something is broken\n'),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def unknown_key(config: LabelsConfig) -> Iterator[Problem]:
    """Find keys of labels that no tool knows; what they were meant to do will not be done."""
    known = {key.casefold() for key in KNOWN_FIELDS}
    for label in config.places:
        if label.is_shared or not isinstance(label.body, Mapping):
            continue
        for key, entry in string_entries(label.body):
            if key.casefold() not in known:
                message = f"`{key}` of {shown(label.name)} is a key that no label tool knows"
                yield _unknown(label.body, entry, key, message)


def _unknown(label: Mapping, entry: Entry, key: str, message: str) -> Problem:
    guess = _GUESSES.get(key.casefold()) or closest(key, KNOWN_FIELDS)
    if guess is None:
        return at(entry.key, message, hint="no label tool reads it")
    fix = rename(entry, guess, unsafe=True) if label.find(guess) is None else None
    return at(entry.key, message, hint=f"did you mean `{guess}`?", fix=fix)


@LABELS.runs(
    Rule(
        id="labels/duplicate",
        severity=ERROR,
        grade="DOC",
        summary="names or aliases that differ in case at most",
        source=LABELS_API_PAGE,
        why=(
            "GitHub ignores case in label names: a second one is refused as existing. An alias "
            "that another label has too is a warning."
        ),
        evidence=(
            "REST API: labels",
            "hackebrot/labels#15",
        ),
        wrong=labels_file('- name: bug\n  color: "d73a4a"\n- name: Bug\n  color: "d73a4a"\n'),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def duplicate(config: LabelsConfig) -> Iterator[Problem]:
    """Find names and aliases that GitHub can't tell apart: it ignores case."""
    seen: dict[str, Scalar] = {}
    owners: dict[str, Scalar] = {}
    for label in config.places:
        key = fold(label.name.value)
        first = seen.setdefault(key, label.name)
        owners.setdefault(key, label.name)
        if first is not label.name:
            yield _twice(config, label.name, first, "label")
    aliases = [(label.name, alias) for label in config.places for alias in label.former]
    for name, node in aliases:
        key = fold(node.value)
        if owners.get(key) is name:
            continue  # an alias that differs from its own label in case only: a rename in all tools
        first = seen.setdefault(key, node)
        owners.setdefault(key, name)
        if first is not node:
            # Label tools take the first of two; configs in use have such.
            yield _twice(config, node, first, "alias")._replace(severity=WARNING)


def _twice(config: LabelsConfig, node: Scalar, first: Scalar, what: str) -> Problem:
    same = node.value.strip() == first.value.strip()
    why = f"is {shown(first)} to GitHub, which ignores case"
    if same:
        why = "is there twice"
    elif config.forge.rules.tells_case:
        why = f"is {shown(first)} but for its case, and `scaffold labels` takes the two for one"
    where = line_of(config.source, first.start)
    return at(node, f"{what} {shown(node)} {why}", hint=f"the first is on {where}")


@LABELS.runs(
    Rule(
        id="labels/emoji-only",
        severity=ERROR,
        grade="ERR",
        summary="a name of nothing but emoji",
        source=LABELS_API_PAGE,
        why="GitHub refuses a name that is nothing but native emoji.",
        evidence=("AndreasAugustin/actions-template-sync#461",),
        wrong=labels_file('- name: "🐛"\n  color: "d73a4a"\n'),
        right=labels_file('- name: "🐛 bug"\n  color: "d73a4a"\n'),
    )
)
def emoji_only(config: LabelsConfig) -> Iterator[Problem]:
    """Find names without a letter, digit or sign beside native emoji."""
    for label in config.places:
        text = label.name.value.strip()
        if text and not text.isascii() and all(map(_is_emoji_part, text)):
            message = f"label name {shown(label.name)} is nothing but emoji"
            yield at(
                label.name,
                message,
                hint="add a word; GitHub refuses names that are only native emoji",
            )


def _is_emoji_part(char: str) -> bool:
    from issue_scaffold.text.emoji import is_emoji

    return is_emoji(char) or char in "\u200d\ufe0f\ufe0e\u20e3 "


@LABELS.runs(
    Rule(
        id="labels/four-byte-description",
        severity=WARNING,
        grade="ERR",
        summary="an emoji in a description",
        source=LABELS_API_PAGE,
        why=(
            "GitHub's API has refused descriptions with characters beyond the Basic Multilingual "
            "Plane, most emoji among them. Reports differ on whether it still does."
        ),
        evidence=(
            "github/safe-settings#428",
            "dwyl/labels#146",
            "Financial-Times/github-label-sync#189",
        ),
        wrong=labels_file(
            '- name: bug\n  color: "d73a4a"\n  description: Something is broken 🐛\n'
        ),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def four_byte_description(config: LabelsConfig) -> Iterator[Problem]:
    """Find characters beyond the Basic Multilingual Plane (most emoji) in descriptions."""
    for label in config.places:
        node = label.description
        wide = [char for char in string_of(node) if ord(char) > LAST_OF_THREE_BYTES]
        if wide and node is not None:
            what = f"{wide[0]}, which takes four bytes in UTF-8"
            message = f"description of {shown(label.name)} holds {what}"
            hint = "GitHub's API has refused such descriptions; put the emoji in the name"
            yield at(node, message, hint=hint)


@LABELS.runs(
    Rule(
        id="labels/comma",
        severity=WARNING,
        grade="DOC",
        summary="a comma in a name",
        source=FORMS_PAGE,
        why=(
            "`labels: a, b` in a template is two labels, so a name with a comma can't be given "
            "that way."
        ),
        evidence=("syntax-for-issue-forms",),
        wrong=labels_file('- name: "bug, confirmed"\n  color: "d73a4a"\n'),
        right=labels_file('- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'),
    )
)
def comma(config: LabelsConfig) -> Iterator[Problem]:
    """Find names with a comma, which `labels: a, b` in a template can't name."""
    for label in config.places:
        if "," in label.name.value:
            message = f"label name {shown(label.name)} has a comma"
            yield at(
                label.name,
                message,
                hint="templates that list labels separated by commas can't name it",
            )
