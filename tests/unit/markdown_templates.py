"""Random Markdown templates of every kind of block that people ask with, and the fields that they become.

The blocks are those of templates in use. Each knows what it asks, so a test needs no parser to know what is right.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

HEAD: Final = "---\nname: Some name\nabout: Some description\n---\n"
_SYLLABLES: Final = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")
FREE_TEXT: Final = frozenset({"textarea", "input"})
CHOICE: Final = frozenset({"dropdown", "checkboxes"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: the label of its field, and what the field holds.

    `optional` is a heading over others, which may be shown only; `joins` that the question may be the text of the
    heading right above it.
    """

    label: str
    types: frozenset[str] = FREE_TEXT
    options: tuple[str, ...] = ()
    said: str = ""
    value: str = ""
    optional: bool = False
    joins: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block of a template. `closed` lets the next one follow without an empty line, if it is `open`."""

    kind: str
    text: str
    asks: tuple[Asked, ...] = ()
    bare: bool = False
    closed: bool = False
    open: bool = False


@dataclass
class Words:
    """Words that no other place of a template has."""

    rng: random.Random
    used: set[str] = field(default_factory=set)

    def word(self) -> str:
        while True:
            word = "".join(self.rng.choices(_SYLLABLES, k=self.rng.randint(2, 4)))
            if word not in self.used:
                self.used.add(word)
                return word

    def name(self) -> str:
        words = [self.word() for _ in range(self.rng.randint(1, 2))]
        return " ".join(words).capitalize()

    def question(self) -> str:
        return self.rng.choice(
            ["Which {} is affected?", "What is the {}?", "How did {} come about?", "Anything about {}?", "Why {}?"]
        ).format(self.word())

    def choices(self) -> tuple[str, ...]:
        return tuple(self.word() for _ in range(self.rng.randint(2, 4)))


Make = Callable[[Words], Block]
KINDS: Final[dict[str, Make]] = {}


def kind(make: Make) -> Make:
    """Add a kind of block to those that templates are made of."""
    KINDS[make.__name__] = make
    return make


@kind
def bare_heading(words: Words) -> Block:
    label = words.name()
    mark = "#" * words.rng.randint(2, 4)
    number = words.rng.choice(["", "", "1. ", "2) ", "🐛 "])
    shown = label
    if number.startswith("🐛"):
        shown = f"{number}{label}"
    asked = Asked(label=shown, types=FREE_TEXT | CHOICE, optional=True)
    return Block(kind="heading", text=f"{mark} {number}{label}", asks=(asked,), bare=True, open=True)


@kind
def heading(words: Words) -> Block:
    label = words.rng.choice([words.name(), words.question()])
    said = f"{words.rng.choice(['Describe', 'Explain', 'Tell us about'])} {words.word()} {words.word()}"
    below = words.rng.choice([f"<!-- {said} -->", said, f"> {said}", f"[//]: # ({said})", f"_{said}_"])
    gap = words.rng.choice(["\n", "\n\n"])
    asked = Asked(label=label, said=said)
    return Block(kind="heading", text=f"## {label}{gap}{below}", asks=(asked,), open=True, closed=below[0] == ">")


@kind
def heading_over_numbers(words: Words) -> Block:
    label = words.name()
    asked = Asked(label=label, types=frozenset({"textarea"}), value="1.\n2.")
    return Block(kind="heading", text=f"### {label}\n1.\n2.", asks=(asked,), open=True)


@kind
def heading_over_code(words: Words) -> Block:
    label, code = words.name(), words.word()
    asked = Asked(label=label, types=frozenset({"textarea"}), said=code)
    return Block(
        kind="heading", text=f"## {label}\n\n```\npaste {code} here\n```", asks=(asked,), open=True, closed=True
    )


@kind
def bold_label(words: Words) -> Block:
    label = words.name()
    said = f"Describe {words.word()} {words.word()}"
    text = f"**{label}**\n{words.rng.choice([said, f'<!-- {said} -->'])}"
    return Block(kind="label", text=text, asks=(Asked(label=label, said=said),), open=True)


@kind
def bare_label(words: Words) -> Block:
    label = words.name()
    asked = Asked(label=label, types=FREE_TEXT | CHOICE, optional=True)
    return Block(kind="label", text=f"**{label}**", asks=(asked,), bare=True, open=True)


@kind
def key(words: Words) -> Block:
    label = f"{words.name()} {words.rng.choice(['version', 'name', 'path', 'OS'])}"
    text = words.rng.choice(["{}:", "**{}:**", "**{}**:", "**{}** : ", "__{}:__"]).format(label)
    return Block(kind="key", text=text, asks=(Asked(label=label),), open=True)


@kind
def key_with_example(words: Words) -> Block:
    label = words.name()
    text = words.rng.choice(["{}: [e.g. 1.2]", "**{}:** [e.g. 1.2]", "{}: e.g. 1.2"]).format(label)
    return Block(kind="key", text=text, asks=(Asked(label=label, said="e.g. 1.2"),), open=True)


@kind
def key_with_choices(words: Words) -> Block:
    label, options = words.name(), (*words.choices(), words.word())
    text = words.rng.choice(["{}: [{}]", "**{}:** {}", "- {}: {}"]).format(label, "/".join(options))
    asked = Asked(label=label, types=frozenset({"dropdown"}), options=options)
    return Block(kind="key with choices", text=text, asks=(asked,))


@kind
def keys_in_list(words: Words) -> Block:
    labels = [words.name() for _ in range(words.rng.randint(2, 3))]
    mark = words.rng.choice("-*+")
    shape = words.rng.choice(["{} {}:", "{} **{}:**", "{} {}: [e.g. 2]", "{} **{}**"])
    text = "\n".join(shape.format(mark, label) for label in labels)
    return Block(kind="list", text=text, asks=tuple(Asked(label=label) for label in labels), closed=True)


@kind
def question(words: Words) -> Block:
    label = words.question()
    return Block(kind="question", text=label, asks=(Asked(label=label, joins=True),), open=True)


@kind
def question_with_comment(words: Words) -> Block:
    label, said = words.question(), words.word()
    asked = Asked(label=label, said=said, joins=True)
    return Block(kind="question", text=f"{label}\n\n<!-- write {said} here -->", asks=(asked,), open=True)


@kind
def question_with_choices(words: Words) -> Block:
    label = words.question()
    asked = Asked(label=label, types=frozenset({"dropdown"}), options=("Yes", "No"))
    return Block(kind="question with choices", text=f"{label} Yes / No", asks=(asked,), open=True)


@kind
def asking_comment(words: Words) -> Block:
    label = words.question()
    text = words.rng.choice(
        ["<!-- {} -->", "<!--\n{}\n-->", "[//]: # ({})", "[comment]: <> ({})", '[comment]: # "{}"', "[NOTE]: # ( {} )"]
    ).format(label)
    return Block(kind="comment", text=text, asks=(Asked(label=label, joins=True),))


@kind
def questions_in_list(words: Words) -> Block:
    labels = [words.question() for _ in range(words.rng.randint(1, 3))]
    first = words.rng.randint(1, 9)
    if words.rng.random() < 0.5:
        lines = [f"{first + place}. {label}" for place, label in enumerate(labels)]
    else:
        lines = [f"- {label}" for label in labels]
    below = words.rng.choice(["", "", " <!-- answer -->"])
    lines[-1] += below
    return Block(kind="list", text="\n".join(lines), asks=tuple(Asked(label=label) for label in labels), closed=True)


@kind
def one_of(words: Words) -> Block:
    options = words.choices()
    label = words.rng.choice(["Pick one of", "Choose one", "Select one of", f"{words.name()} (choose one)"])
    listed = words.rng.choice([", ".join(f"`{option}`" for option in options), " / ".join(options), ", ".join(options)])
    text = words.rng.choice(["{}: {}", "{}: {}", "- {}: {}"]).format(label, listed)
    asked = Asked(label=label, types=frozenset({"dropdown"}), options=options, joins=text[0] != "-")
    return Block(kind="one of", text=text, asks=(asked,))


@kind
def boxes_in_line(words: Words) -> Block:
    options = words.rng.choice([("low", "medium", "high"), words.choices()])
    label = words.rng.choice(["Severity", words.name()])
    listed = words.rng.choice([" ", ", ", "  "]).join(f"[ ] {option}" for option in options)
    text = words.rng.choice(["{}: {}", "- {}: {}", "**{}**: {}", "**{}:** {}"]).format(label, listed)
    asked = Asked(label=label, types=CHOICE, options=options)
    return Block(kind="boxes in a line", text=text, asks=(asked,))


@kind
def choose_one(words: Words) -> Block:
    options = words.choices()
    label = words.rng.choice(["Choose one", "Select one", f"{words.name()} (pick one)"])
    mark = words.rng.choice(["- [ ]", "-", "* [ ]"])
    listed = "\n".join(f"{mark} {option}" for option in options)
    gap = words.rng.choice(["\n", "\n\n"])
    asked = Asked(label=label, types=frozenset({"dropdown"}), options=options, joins=True)
    return Block(kind="choose one", text=f"{label}:{gap}{listed}", asks=(asked,), closed=True)


@kind
def table(words: Words) -> Block:
    rows, asks = [], []
    for _ in range(words.rng.randint(2, 4)):
        label = words.name()
        cell, value = words.rng.choice([("", ""), ("", ""), ("n/a", "n/a"), ("12", "12")])
        rows.append(f"| {label} | {cell} |")
        asks.append(Asked(label=label, value=value))
    rows.append(f"| {(label := words.name())} | |")
    asks.append(Asked(label=label))
    head = words.rng.choice([f"| {words.word()} | {words.word()} |", "| | |"])
    return Block(kind="table", text="\n".join([head, "|---|---|", *rows]), asks=tuple(asks), closed=True)


@kind
def details(words: Words) -> Block:
    label = words.name()
    code = words.rng.choice(["```text\npaste {} here\n```", "```\n{}\n```", "<!-- Paste {} -->"]).format(words.word())
    opening = words.rng.choice(["<details>\n<summary>{}</summary>", "<details><summary>{}</summary>"]).format(label)
    gap = words.rng.choice(["\n", "\n\n"])
    asked = Asked(label=label, types=frozenset({"textarea"}), joins=True)
    text = f"{opening}{gap}{code}\n\n</details>"
    return Block(kind="details", text=text, asks=(asked,), closed=True, open=True)


@kind
def checklist(words: Words) -> Block:
    label, options = words.name(), words.choices()
    listed = "\n".join(f"{words.rng.choice(['- [ ]', '- [x]'])} {option}" for option in options)
    lead = words.rng.choice(["**{}:**\n", "{}:\n", "{}:\n\n", "## {}\n", "**{}**\n\n"]).format(label)
    asked = Asked(label=label, types=frozenset({"checkboxes"}), options=options, joins=True)
    return Block(kind="checklist", text=f"{lead}{listed}", asks=(asked,), closed=True, open=True)


@kind
def agreements(words: Words) -> Block:
    options = tuple(f"I {words.rng.choice(['agree to', 'have read', 'searched for'])} {words.word()}" for _ in range(2))
    listed = "\n".join(f"{words.rng.choice(['- [ ]', '- [x]'])} {option}" for option in options)
    asked = Asked(label="Checklist", types=frozenset({"checkboxes"}), options=options, joins=True)
    return Block(kind="agreements", text=listed, asks=(asked,), closed=True)


@kind
def folded_line(words: Words) -> Block:
    label = words.name()
    text = f"<details><summary>{label}</summary> paste {words.word()} here </details>"
    asked = Asked(label=label, types=frozenset({"textarea"}), joins=True)
    return Block(kind="details", text=text, asks=(asked,), closed=True, open=True)


@kind
def wide_table(words: Words) -> Block:
    heads = [words.word() for _ in range(3)]
    rows, asks = [], []
    for cells in words.rng.sample([("", ""), (words.word(), ""), ("", words.word()), (words.word(), words.word())], 3):
        label = words.name()
        rows.append(f"| {label} | {cells[0]} | {cells[1]} |")
        asks.append(Asked(label=label))
    rows.append(f"| {(label := words.name())} | <!-- {(said := words.word())} --> | |")
    asks.append(Asked(label=label, said=said))
    text = "\n".join([f"| {' | '.join(heads)} |", "|---|---|---|", *rows])
    return Block(kind="table", text=text, asks=tuple(asks), closed=True)


@kind
def table_of_heads(words: Words) -> Block:
    heads = [words.name() for _ in range(words.rng.randint(2, 4))]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", "| " * len(heads) + "|"]
    return Block(kind="table", text="\n".join(lines), asks=tuple(Asked(label=head) for head in heads), closed=True)


@kind
def nested_questions(words: Words) -> Block:
    above, labels = words.word(), [words.question() for _ in range(2)]
    text = "\n".join([f"- {above}", *(f"  - {label}" for label in labels)])
    return Block(kind="list", text=text, asks=tuple(Asked(label=label) for label in labels), closed=True)


@kind
def question_over_comment(words: Words) -> Block:
    label, said = words.question(), f"say {words.word()}"
    text = words.rng.choice(["- {}\n  <!-- {} -->", "{}\n<!-- {} -->", "**{}**\n<!-- {} -->"]).format(label, said)
    asked = Asked(label=label, said=said, joins=text[0] not in "-*")
    return Block(kind="list" if text[0] == "-" else "question", text=text, asks=(asked,))


@kind
def tasks_with_another(words: Words) -> Block:
    label, options = words.name(), (*words.choices(), "Other")
    listed = "\n".join(f"- [ ] {option}" for option in options)
    asked = Asked(label=label, types=CHOICE, options=options)
    other = Asked(label="Other", said=(said := f"which {words.word()}"))
    text = f"### {label}\n\n{listed}: <!-- {said} -->"
    return Block(kind="checklist", text=text, asks=(asked, other), closed=True, open=True)


@kind
def lead_over_list(words: Words) -> Block:
    label, said = words.name(), words.word()
    below = words.rng.choice(["1. Go to {}\n2. See", "- it {}", "```\n{}\n```", "1.\n2. {}"]).format(said)
    asked = Asked(label=label, said=said, joins=True)
    return Block(
        kind="lead", text=f"{label}:{words.rng.choice([chr(10), chr(10) * 2])}{below}", asks=(asked,), open=True
    )


@kind
def note(words: Words) -> Block:
    text = words.rng.choice(
        [
            "Thank you for {}.",
            "<!-- Thanks for {}. -->",
            "> Note: {} is no use.",
            "---\n\nThis is {}.",
            "/cc @{}",
        ]
    ).format(words.word())
    return Block(kind="note", text=text)


def template(seed: int) -> tuple[str, list[Block]]:
    """Return a random template, and its blocks."""
    rng = random.Random(seed)
    words = Words(rng)
    blocks: list[Block] = []
    for _ in range(rng.randint(1, 9)):
        block = KINDS[rng.choice(sorted(KINDS))](words)
        # Two of them in a row are one list.
        if not (blocks and block.kind == blocks[-1].kind == "agreements"):
            blocks.append(block)
    return rendered(rng, blocks), blocks


def rendered(rng: random.Random, blocks: Sequence[Block]) -> str:
    text = HEAD + rng.choice(["", "\n", "\n\n"])
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        text += block.text
        if following and block.closed and following.open and rng.random() < 0.4:
            text += "\n"
        else:
            text += rng.choice(["\n\n", "\n\n", "\n\n\n", " \n\n", "\n \n"])
    return text


def expected(blocks: Sequence[Block]) -> list[Asked]:
    """Return what is asked, in order; only below a bare heading a question may be that heading's text."""
    asks: list[Asked] = []
    bare = False
    for block in blocks:
        for place, asked in enumerate(block.asks):
            asks.append(replace(asked, joins=asked.joins and bare and place == 0))
        bare = block.bare or (bare and block.kind in {"note", "comment"})
    return asks
