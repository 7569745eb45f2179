"""What a text is for, by its wording: to be answered, to be read, or to stand in the issue.

Owns the words by which people ask, tell and give notice; English ones, so a text in another
language counts as a prompt. Every function looks at one piece of text.
"""

import re
from typing import Final

# What a label ends in that has to be answered.
REQUIRED: Final = " *"
# Letters of words that nearly every English sentence has one of.
_ENGLISH: Final = re.compile(r"(?i)\b(?:the|a|an|is|are|to|of|and|this|we|be|in|for)\b|://")
# What an author writes to reporters, rather than into the issue.
_PROMPT: Final = re.compile(
    r"(?i)\be\.?\s?g\.|\bex\.|\b(?:please|for example|examples?|such as|optional|explanation"
    r"|descriptions?|summary|screenshots?|steps to|you|your|yours|todo|replace"
    r"|if (?:any|applicable|possible|relevant|needed|necessary|it'?s possible))\b"
    r"|\.\.\.|…|\?"
)
_REQUEST: Final = re.compile(
    r"(?im)(?:^|[.!?:]\s+)\W*(?:please\s+)?(?:add|any|additional|(?:the )?outputs?|describe|explain"
    r"|list|provide|tell|give|write|paste|copy"
    r"|include|enter|insert|fill|specify|state|summari[sz]e|mention|attach|share|link|edit|run"
    r"|choose|select|pick|check|make sure|ensure|clearly|briefly|what|why|how|when|which|who"
    r"|where|a (?:clear|short|brief|concise))\b"
)
_ADDRESS: Final = re.compile(r"\w+://\S+")
_LEFT_OPEN: Final = re.compile(r"(?:\.\.\.|\u2026)\W*$")
_IN_BRACKETS: Final = re.compile(r"\s*[\[<(][^\]]*[\]>)]\s*", re.DOTALL)
# Headings over what reporters are to know; they have nothing to fill in.
_NOTICE: Final = re.compile(
    r"(?i)\W*(?:(?:community|special|important|general|please)\s+notes?(?:\s.*)?|prerequisites?"
    r"|pre-requisites?|important|disclaimers?|attention|warnings?|heads[- ]up|read (?:me|this)\b.*"
    r"|before you\b.*|how to use (?:github|this .*)|code of conduct|contributing|pull requests"
    r"|guidelines)\W*"
)
_REMINDER: Final = re.compile(
    r"(?i)\W*(?:please\s+)?(?:make sure|be sure|ensure|check|search|note|remember|read)\b"
)
_PLAIN_NOTICE: Final = re.compile(r"(?i)\W*notes?\W*")
_TICKING: Final = re.compile(
    r"(?i)(?:replace|fill|change|put|place|mark|type|use|enter|tick|check)\b.{0,60}"
    r"\[\s?x?\s?\].*|put an? `?x`?\b.*|to check an item\b.*|\(?(?:remove|delete) this line\)?\W*"
)
_EXPANDING: Final = re.compile(
    r"(?i)\W*(?:click|press|tap)\b.{0,20}\b(?:expand|open|show)\b.{0,20}"
)


def is_fixed(text: str) -> bool:
    """Return whether a text belongs in the issue as it is: it neither asks nor shows an example."""
    if not text.strip() or _ENGLISH.search(text) is None:
        return False
    if _IN_BRACKETS.fullmatch(text) is not None or _LEFT_OPEN.search(text) is not None:
        return False
    words = _ADDRESS.sub("", text)
    return _PROMPT.search(words) is None and _REQUEST.search(words) is None


def is_request(text: str) -> bool:
    """Return whether a text asks for something, in words or by its question mark."""
    return text.rstrip(" *_").endswith(("?", "\uff1f")) or _REQUEST.match(text) is not None


def is_reminder(text: str) -> bool:
    """Return whether a comment says what to do before anything is written."""
    return _REMINDER.match(text) is not None


def is_notice(label: str, text: str) -> bool:
    """Return whether a heading, with what stands below it, is there to be read only."""
    if "?" in text or not text.strip():
        return False
    if _NOTICE.fullmatch(label) is not None:
        return True
    return _PLAIN_NOTICE.fullmatch(label) is not None and not is_request(text)


def without_ticking(text: str) -> str:
    """Return a text without the lines that tell how to tick a box in Markdown."""
    lines = [line for line in text.split("\n") if _TICKING.fullmatch(line.strip(" *_.<>")) is None]
    return "\n".join(lines).strip("\n")


def tells_to_expand(text: str) -> bool:
    """Return whether a summary only says to click on it."""
    return _EXPANDING.fullmatch(text) is not None
