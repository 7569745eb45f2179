"""What a line of a template asks for: a label, a short answer, one of several choices.

Owns the wording by which people write such things; every function looks at one already parsed piece
of text. Where the wording leaves a choice, the answer is the one that keeps most room for the
reporter.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from issue_scaffold.convert.blocks import Block, Line, List, ListItem, boxes_in_line
from issue_scaffold.convert.wording import is_notice, is_request
from issue_scaffold.text.emoji import is_emoji

MAX_LABEL: Final = 120
_MAX_PROMPT_LABEL: Final = 60
_MAX_PROMPT_WORDS: Final = 4
_MAX_SHORT_ANSWER: Final = 60
_MAX_CHOICE: Final = 40
_MAX_LISTED_CHOICE: Final = 8
_COLONS: Final = ":\uff1a"  # the second one is Chinese
_DASHES: Final = "-\u2013\u2014"
_UNITS: Final = frozenset(
    {
        "second",
        "seconds",
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "sprint",
        "sprints",
        "month",
        "months",
        "year",
        "years",
        "points",
    }
)
# A bold line that begins so tells the reader something; it doesn't ask.
_TELLING: Final = re.compile(
    r"(?i)^(please|note|important|warning|caution|attention|tip|do not|don't|wait|thanks?)\b"
)
# A bold sentence of few words names what it stands above, unless it sends the reader elsewhere.
_MAX_SENTENCE: Final = 4
_SENDING: Final = re.compile(
    r"(?i)^(use|read|go|see|search|ask|join|visit|follow|open|close|we|this|it|you|there)\b"
)
_MARKS: Final = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|<!--.*?(?:-->|$)|</?\w[^>]*>", re.DOTALL)
_EMPHASIS: Final = re.compile(r"(?<![\w\\])([_*])(?=\S)([^_*\n]+?)(?<=\S)\1(?!\w)")
_BULLET: Final = re.compile(r"^\s*(?:[-*+]|\d+[.)])(?:\s+|$)(?:\[[ xX]?\]\s*)?")
# What one can only be one of.
_EXCLUSIVE: Final = re.compile(
    r"(?i)\b(severity|priority|impact|urgency|frequency|(?:deployment|install\w*) type)\W*$"
)
_LEVELS: Final = frozenset(
    {"critical", "high", "medium", "low", "none", "blocker", "major", "minor"}
)
_PAIRS: Final = frozenset({"yes", "no", "y", "n", "true", "false", "on", "off"})
_MANY: Final = re.compile(r"(?i)\b(all that apply|all that|any of|one or more|multiple|several)\b")
_NO_CHOICES: Final = frozenset({"n", "and", "dd", "mm", "yy", "yyyy"})
_CHOICES_IN_LABEL: Final = re.compile(r"\(([^()\n]*/[^()\n]*)\)\s*[?:]?\s*$")
# What a label says of its answer: `Browser (Chrome, Firefox)`.
_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*\)$")
_CODE: Final = re.compile(r"`[^`\n]+`")
_EXAMPLE: Final = re.compile(
    r"(?i)^(e\.?\s?g\.?|i\.?\s?e\.?|ex\.?|for example|example)(\b|[\s:.,])"
)
_EXAMPLE_BELOW: Final = re.compile(r"(?:\A|\n)Example:\n(.+)\Z", re.DOTALL)
_ONE_OF: Final = re.compile(
    r"(?i)^(?:(?:choose|select|pick)\s+)?(?:either\s+)?one of(?: the following)?\s*:?\s*(.+)$"
    r"|^(?:choose|select|pick)\s+one\s*:\s*(.+)$"
)
# Either bracket may be escaped.
_BRACKETED: Final = re.compile(r"\\?\[([^\[\n]*?)\\?\]")
_YES_NO: Final = re.compile(r"(?i)yes\s*/\s*no\s*\.?")
_SEPARATOR: Final = re.compile(r"\s*[,/|;]\s*(?:or\s+)?|\s+or\s+")
_CHOOSE_ONE: Final = re.compile(
    r"(?i)\b(?:choose|select|pick|check|tick|mark|keep)\s+(?:only\s+|exactly\s+|just\s+)?one\b"
    r"|\b(?:only|exactly|just)\s+one\b(?=.{0,30}$)|^one of(?: the following)?\s*:?$"
)
_CHOOSE_SEVERAL: Final = re.compile(
    r"(?i)\b(?:choose|select|pick|check|tick|mark)\b.{0,20}\b(?:all|any|several|one or more)\b"
)
# As the checklist of GitHub's pull requests has it.
_DELETE_OTHERS: Final = re.compile(
    r"(?i)\b(?:delete|remove|erase|strike)\b.{0,40}\b(?:not|n['\u2019]t|ir)\s*(?:be\s+)?"
    r"(?:relevant|apply|applicable|needed)\b"
)
# A label that ends in one of these words is answered in one line, even where no example says so.
_SHORT_ANSWERS: Final = frozenset(
    {
        "version",
        "versions",
        "os",
        "browser",
        "device",
        "platform",
        "url",
        "link",
        "email",
        "username",
        "release",
        "commit",
        "sha",
        "hash",
        "shell",
        "editor",
    }
)
_DESCRIBES: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:describe|explain|provide|summari[sz]e|tell us|write|give)\b"
    r"|^a (?:clear|short|brief|concise)\b.*\bdescription\b"
)
# What stands for an answer: `VERSION`, `vX.Y.Z`, `<name>`, `___`.
_STAND_IN: Final = re.compile(
    r"[A-Z][A-Z_ ]{2,}|v?[Xx](?:\.[XxYyZz])+|<[^<>]+>|\.{2,}|_{2,}|\u2026"
)
_EXPLANATION: Final = re.compile(
    r"(?i)(?:an?\s+)?(?:\w+\s+)?(?:explanations?|descriptions?|summary|details|steps)"
)
_ASKS: Final = re.compile(
    r"(?i)^(describe|explain|list|provide|what|why|how|when|which|add|enter|tell|give|write"
    r"|summari[sz]e|paste|include|a (?:clear|short|brief|concise)|as an?|we need"
    r"|please (?:describe|explain|list|provide|add|enter|give|include))\b"
)


class Prompt(NamedTuple):
    """A request for a short answer: its label, and the source of what stood behind it."""

    label: str
    rest: str


class Example(NamedTuple):
    """An example at the end of a description: what stands before it, and whether it is a line."""

    before: str
    text: str
    is_line: bool


def split_example(description: str) -> Example | None:
    """Return the example that ends a description, if one does.

    It begins with `Example:`, alone on its line for an example of several lines, or is a last line
    such as `e.g. 1.2`.
    """
    found = _EXAMPLE_BELOW.search(description)
    if found is not None:
        text = found.group(1)
        return Example(description[: found.start()].rstrip(), text, is_line=is_brief(text))
    before, _, last = description.rpartition("\n")
    if _EXAMPLE.match(last) is None or len(last) > MAX_LABEL:
        return None
    return Example(before.rstrip(), last, is_line=is_brief(last))


def without_colon(text: str) -> str:
    """Return a label as plain words: without marks of Markdown, and the colon at its end."""
    plain = _BULLET.sub("", _EMPHASIS.sub(r"\2", _MARKS.sub("", text)))
    plain = " ".join(plain.split())
    return plain.rstrip(_COLONS).rstrip() or plain or text.strip()


def plain_choice(text: str) -> str:
    """Return an option of a dropdown as plain words."""
    return without_colon(text)


def is_lone_bullet(line: str) -> bool:
    """Return whether a line is the beginning of a list item, and nothing else."""
    return bool(line.strip()) and not _BULLET.sub("", line).strip()


def bare(label: str) -> str:
    """Return a label without the signs and emoji in front of its first word, if that leaves one."""
    at = next(
        (index for index, char in enumerate(label) if char.isalnum() and not is_emoji(char)), 0
    )
    return label[at:].strip()


def bold_label(line: Line) -> Prompt | None:
    """Return the label that a line begins with in bold, and what follows; None for emphasis."""
    label, rest = line.label, line.rest
    if not label or not _may_label(label):
        return None
    if rest in {"", ".", "!", "\u2026"}:
        return _lone_label(label, rest)
    offered = rest[1:].strip()
    if rest[0] in _COLONS:
        return Prompt(f"{label}:", offered)
    if _is_offer(rest):
        return Prompt(label, offered)
    if label.rstrip()[-1] in _COLONS + "?" or _in_round_brackets(rest):
        return Prompt(label, rest)
    return None


def _lone_label(label: str, rest: str) -> Prompt | None:
    end = rest or label.rstrip()[-1]
    if end == "." and not _names_a_field(label):
        return None
    return Prompt(label, "")


def _is_offer(rest: str) -> bool:
    """Return whether a dash follows, and then nothing or choices: prose has dashes, too."""
    offered = rest[1:].strip()
    return rest[0] in _DASHES and (not offered or bool(choices_in(offered)))


def _may_label(text: str) -> bool:
    return len(text) <= MAX_LABEL and not _tells(bare(text))


def tells(label: str) -> bool:
    """Return whether a label tells something, or leads to an example, rather than to ask."""
    return _tells(label) or _EXAMPLE.match(label) is not None or is_notice(label, "-")


def is_scale(label: str) -> bool:
    """Return whether a label asks for what one can only be one of."""
    return _EXCLUSIVE.search(label) is not None


def _tells(label: str) -> bool:
    return _TELLING.match(label) is not None and not asks(label)


def _names_a_field(sentence: str) -> bool:
    if "?" in sentence:
        return True
    if asks(sentence) or is_request(sentence):
        return _SENDING.match(sentence) is None
    return len(sentence.split()) <= _MAX_SENTENCE and _SENDING.match(sentence) is None


def question_in(text: str) -> Prompt | None:
    """Return a text that ends in a question mark as a label, and what it says before that.

    What follows the mark may be choices: `Is it urgent? Yes / No`.
    """
    whole = " ".join(text.split())
    if is_emphasised(whole):
        whole = whole[1:-1]
    asked, mark, rest = whole.rpartition("?")
    if not mark:
        asked, mark, rest = whole.rpartition("\uff1f")
    rest = rest.strip(" *_:")
    if not mark or (rest and not _in_round_brackets(rest) and not choices_in(rest)):
        return None
    question = without_colon(f"{asked}{mark}")
    if len(question) <= MAX_LABEL:
        return Prompt(question, rest)
    last = re.split(r"(?<=[.!?:])\s+", question)[-1]
    if len(last) > MAX_LABEL:
        last = f"{last[: MAX_LABEL - 1].rpartition(' ')[0]}\u2026"
    return Prompt(last, whole)


def question_before_request(text: str) -> Prompt | None:
    """Return a question that a sentence follows which says how to answer it."""
    asked, mark, rest = " ".join(text.split()).partition("?")
    if not mark or len(asked) >= MAX_LABEL or _DESCRIBES.match(rest.strip()) is None:
        return None
    return Prompt(without_colon(f"{asked}?"), rest.strip())


def _in_round_brackets(text: str) -> bool:
    return text.startswith("(") and text.rstrip(".").endswith(")")


def request_in(text: str) -> Prompt | None:
    """Return a sentence that tells what to write as a label; a longer text asks for `Description`.

    A text that speaks of what stands below it asks for nothing itself.
    """
    whole = " ".join(text.split())
    if _DESCRIBES.match(whole) is None or re.search(r"(?i)\b(below|following|template)\b", whole):
        return None
    if len(whole) <= MAX_LABEL:
        return Prompt(without_colon(whole), "")
    return Prompt("Description", whole)


def short_prompt(line: Line, *, in_list: bool) -> Prompt | None:
    """Return the label and the rest of a line like `Version:` or `OS: [e.g. iOS]`, if it is one.

    Outside of a list the label must be shorter, as prose has colons too.
    """
    bold = bold_label(line)
    if bold and _is_short_rest(bold.label, bold.rest, line):
        return Prompt(without_colon(bold.label), bold.rest)
    if line.label is not None and not in_list:
        return None
    for label, rest in _splits(line.raw, at_brackets=in_list):
        # What only holds the place of an answer tells a label from prose.
        is_led = bracketed(rest) is not None or (rest != "" and is_emphasised(rest))
        if not _is_short_label(label, in_list=in_list, is_led=is_led):
            continue
        if _is_short_rest(label, rest, line):
            return Prompt(label, rest)
    return None


def _splits(text: str, *, at_brackets: bool) -> Iterator[tuple[str, str]]:
    """Yield what may be a label and the rest: split at the first colon, or a bracket before it.

    A colon within round brackets or code is none of a label.
    """
    for at, char in enumerate(text[: 2 * _MAX_PROMPT_LABEL]):
        label = text[:at].rstrip("\\ ").strip()
        if text.startswith("://", at):
            return
        if char in _COLONS and not _is_within(text[:at]):
            yield label, text[at + 1 :].strip()
            return
        if char == "[" and at_brackets and at > 0:
            yield label, text[at:].strip().rstrip(_COLONS).rstrip()


def _is_within(before: str) -> bool:
    """Return whether a text leaves a round bracket or code open."""
    return before.count("(") > before.count(")") or before.count("`") % 2 == 1


def _is_short_label(text: str, *, in_list: bool, is_led: bool) -> bool:
    if len(text) > _MAX_PROMPT_LABEL or set(text) & set("[]"):
        return False
    if not any(char.isalnum() for char in text):
        return False
    if in_list or asks_to_choose(text):
        return True
    named = _IN_BRACKETS.sub("", text) or text
    if is_led:
        return len(named.split()) <= 2 * _MAX_PROMPT_WORDS
    return len(named.split()) <= _MAX_PROMPT_WORDS and "," not in named


def _is_short_rest(label: str, rest: str, line: Line) -> bool:
    if not rest or _CODE.fullmatch(rest) or choices_of(label, rest):
        return True
    if line.rich:
        return False
    if bracketed(rest) is not None or is_emphasised(rest) or _STAND_IN.fullmatch(rest):
        return True
    return len(rest) <= _MAX_SHORT_ANSWER and _EXAMPLE.match(rest) is not None


def is_prompt_list(block: List) -> bool:
    """Return whether a list is one of short prompts: of lines, at least half of them prompts."""
    if block.ordered or block.has_boxes:
        return False
    if not all(item.is_line and _is_prompt_like(item.line) for item in block.items):
        return False
    prompts = sum(short_prompt(item.line, in_list=True) is not None for item in block.items)
    return prompts * 2 >= len(block.items)


def item_asks(item: ListItem) -> bool:
    """Return whether an item is a question, or a line of choices."""
    raw = item.line.raw
    if item.box is not None or item.line.emphasised:
        return False
    if boxes_in_line(raw) is not None or offer_in(raw) is not None:
        return True
    return question_in(raw) is not None


def is_question_or_key(item: ListItem) -> bool:
    """Return whether an item asks, or is a key to write behind."""
    return item_asks(item) or (
        item.box is None and short_prompt(item.line, in_list=True) is not None
    )


def list_asks(block: List) -> bool:
    """Return whether an item of a list asks, here or below."""
    if block.has_boxes:
        return False
    return any(item_asks(item) or any(map(_asks_below, item.blocks)) for item in block.items)


def _asks_below(block: Block) -> bool:
    return isinstance(block, List) and list_asks(block)


def _is_prompt_like(line: Line) -> bool:
    if len(line.raw) > 2 * _MAX_PROMPT_LABEL:
        return False
    return not line.rich or short_prompt(line, in_list=True) is not None


def prompt_of(item: ListItem) -> Prompt:
    """Return what an item of a list of prompts asks for."""
    prompt = short_prompt(item.line, in_list=True) or bold_label(item.line)
    if prompt is None:
        prompt = question_in(item.line.raw) or Prompt(item.line.raw, "")
    return Prompt(without_colon(prompt.label), prompt.rest)


def bracketed(text: str) -> str | None:
    """Return what stands in the brackets that enclose a whole text; None without them."""
    found = _BRACKETED.fullmatch(text)
    if found is None:
        return None
    return found.group(1).strip()


def placeholder_of(rest: str) -> str:
    """Return what stands behind a label as an example to show: `[e.g. iOS]` without brackets."""
    inner = bracketed(rest)
    if inner is None:
        return rest
    if _EXAMPLE.match(inner):
        return inner
    return f"[{inner}]"


def choices_in(text: str) -> tuple[str, ...]:
    """Return the choices of a text, if it offers any: `[low/high]`, `one of: a, b or c`."""
    inner = bracketed(text)
    if inner is not None:
        return _bracketed_choices(inner)
    text = _without_round_brackets(text)
    if "|" in text:
        return _piped(text)
    if _YES_NO.fullmatch(text.strip()):
        return _choices(text.split("/"), around=" .")
    if "/" in text and "//" not in text and "\n" not in text:
        return _slashed(text)
    found = _ONE_OF.match(text.strip(" _*"))
    if not found or "\n" in text:
        return ()
    listed = (found.group(1) or found.group(2)).strip().rstrip(".")
    return _choices(_SEPARATOR.split(listed), around=" `'\"“”")


def _bracketed_choices(inner: str) -> tuple[str, ...]:
    if _EXAMPLE.match(inner) or "://" in inner:
        return ()
    return _choices(inner.split("/")) or _piped(inner)


def _without_round_brackets(text: str) -> str:
    """Return what stands in the round brackets that enclose a whole text, else the text."""
    bare = text.strip().rstrip(".")
    if _in_round_brackets(bare) and not set(bare[1:-1]) & set("()"):
        return bare[1:-1].strip()
    return text


def _piped(text: str) -> tuple[str, ...]:
    """Return what stands between upright strokes: `low | high`. A table's row begins with one."""
    parts = text.strip(" .`").split("|")
    if "\n" in text or not all(part.strip() for part in parts):
        return ()
    return _choices(parts)


def choices_of(label: str, rest: str) -> tuple[str, ...]:
    """Return the choices behind a label, which may say itself that they are some: `Pick one of`."""
    if not rest or not asks_to_choose(without_colon(label)):
        return choices_in(rest)
    parts = rest.split("/")
    if not parts[1:]:
        parts = _SEPARATOR.split(rest.rstrip("."))
    listed = [re.sub(r"^(?:or|and)\s+", "", part.strip()) for part in parts]
    return _choices(listed, around=" `'\"“”*_[]()", longest=_MAX_LISTED_CHOICE)


def offer_in(text: str) -> Prompt | None:
    """Return a line that says to choose one of what it lists: `Pick one of: a, b`."""
    label, colon, rest = text.partition(":")
    if not colon:
        label, colon, rest = text.partition("\uff1a")
    if not colon or not choices_of(label, rest.strip()) or len(label) > MAX_LABEL:
        return None
    if not asks_to_choose(without_colon(label)):
        return None
    return Prompt(without_colon(label), rest.strip())


def choosing_in(text: str) -> str:
    """Return the words in front of the choices of a line that a dropdown says itself."""
    offer = offer_in(text)
    if offer is not None:
        return offer.label
    found = _ONE_OF.match(text.strip())
    if found is None or not choices_in(text):
        return ""
    return text.strip()[: found.start(1)].strip(" :")


def is_plain_offer(line: str) -> bool:
    """Return whether a line says to choose one, and nothing else."""
    words = line.strip(" .:!*_").casefold()
    return words in {f"{verb} one" for verb in ("choose", "select", "pick", "check", "mark")}


def choices_in_label(label: str) -> tuple[str, ...]:
    """Return the choices that a label names in brackets at its end: `Logged in (Y/N)?`."""
    found = _CHOICES_IN_LABEL.search(label)
    if found is None or "`" in found.group(1) or _EXAMPLE.match(found.group(1)):
        return ()
    return _slashed(found.group(1))


def _slashed(text: str) -> tuple[str, ...]:
    """Return what stands between slashes, if each part is a word or two."""
    parts = [part.strip() for part in text.strip(" .`").split("/")]
    words = {part.casefold() for part in parts}
    if words <= _PAIRS:
        return _choices(parts)
    if words & _NO_CHOICES or not all(map(_is_slashed_choice, parts)):
        return ()
    # A pair of words in small letters is a path, or two names of one thing.
    is_spaced = " / " in text
    if not (parts[2:] or is_spaced) and any(part == part.lower() for part in parts):
        return ()
    return _choices(parts)


def _is_slashed_choice(text: str) -> bool:
    if text[:1] in "~.$<[" or len(text.split()) > 2:  # noqa: PLR2004 - `Not sure`
        return False
    return not text[:1].isdigit()


def _choices(
    parts: Sequence[str], around: str | None = None, longest: int = _MAX_PROMPT_WORDS
) -> tuple[str, ...]:
    """Return the parts, without the signs around them, if they can be choices; else nothing."""
    choices = tuple(part.strip(around) for part in parts)
    words = {choice.casefold() for choice in choices}
    if not choices[1:] or len(words) < len(choices) or words <= _UNITS:
        return ()
    if not all(_is_short_choice(choice, longest) for choice in choices):
        return ()
    return choices


def _is_short_choice(text: str, longest: int = _MAX_PROMPT_WORDS) -> bool:
    return 0 < len(text) <= _MAX_CHOICE and len(text.split()) <= longest


def asks_for_one(text: str) -> bool:
    """Return whether a text says that only one of several options may be chosen."""
    return bool(_CHOOSE_ONE.search(" ".join(text.split()).rstrip(".!")))


def asks_for_several(text: str) -> bool:
    """Return whether a text says that all options that apply may be chosen."""
    return _CHOOSE_SEVERAL.search(text) is not None


def asks_to_choose(text: str) -> bool:
    """Return whether a text says that one or several of what it lists are to be chosen."""
    return asks_for_one(text) or asks_for_several(text)


def asks_to_delete_others(text: str) -> bool:
    """Return whether a text says that of several options those that apply are to be left."""
    return _DELETE_OTHERS.search(" ".join(text.split())) is not None


def is_exclusive(label: str, described: str, options: Sequence[str]) -> bool:
    """Return whether options exclude each other, by what they are or by what the label is."""
    words = {option.strip(" .!").casefold() for option in options}
    if _MANY.search(f"{label}\n{described}") or len(words) < 2:  # noqa: PLR2004 - no choice
        return False
    if words <= {"yes", "no", "y", "n", "not sure", "unsure", "maybe", "i don't know", "n/a"}:
        return True
    firsts = {option.split()[0].strip("*_`:").casefold() for option in options if option.split()}
    if len(firsts & _LEVELS) > 2 and len(firsts) == len(words):  # noqa: PLR2004 - a scale
        return True
    return _EXCLUSIVE.search(label) is not None and all(map(_is_short_choice, options))


def is_short_answer(text: str) -> bool:
    """Return whether a line of text is an example of a short answer, or a quantity in brackets."""
    if "\n" in text or len(text) > _MAX_SHORT_ANSWER + 20:
        return False
    inner = bracketed(text)
    if inner is None:
        return _EXAMPLE.match(text) is not None
    is_quantity = {part.strip().casefold() for part in inner.split("/")} <= _UNITS
    return is_quantity or _EXAMPLE.match(inner) is not None


def is_brief(text: str) -> bool:
    """Return whether the text behind a label leaves room for one line only."""
    if is_short_answer(text):
        return True
    if "\n" in text or len(text) > _MAX_SHORT_ANSWER:
        return False
    return bracketed(text) is not None or len(text.split()) <= _MAX_PROMPT_WORDS


def wants_short_answer(label: str) -> bool:
    """Return whether a label that nothing follows is answered in one line, by its last word."""
    plain = re.sub(r"(?<=\w)\s*\([^()]*\)$", "", without_colon(label))
    words = re.findall(r"\w+", plain.casefold())
    return bool(words) and words[-1] in _SHORT_ANSWERS and "?" not in label


def wants_explanation(prompt: Prompt) -> bool:
    """Return whether a sentence with a place holder behind it, or one in italics, asks for text."""
    if is_emphasised(prompt.rest):
        return True
    return _EXPLANATION.fullmatch(bracketed(prompt.rest) or "") is not None


def is_emphasised(text: str) -> bool:
    """Return whether a text behind a label is in italics as a whole."""
    return re.fullmatch(r"_[^_]+_|\*[^*]+\*", text) is not None


def asks(text: str) -> bool:
    """Return whether a text tells reporters what to write, rather than greeting them."""
    return bool(_ASKS.match(text.lstrip("_*> [(")))
