"""Rules about the template chooser, `config.yml`.

Source: GitHub's "Configuring issue templates for your repository"; that links other than http(s)
vanish was reported for several repositories.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Document, Problem, at, shown
from issue_scaffold.forge.issue_form import string_entries, text_of
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.tree_values import items_of, value_below
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.validate.rules.examples import chooser_file
from issue_scaffold.validate.rules.form_fixes import rename, unquoted_boolean
from issue_scaffold.validate.rules.nodes import (
    free_guess,
    is_boolean_or_null,
    is_null,
    is_text_or_null,
    item_or_key,
    quoted_value,
    value_or_key,
)
from issue_scaffold.validate.rules.rule import CHOOSER_PAGE, ERROR, WARNING, Rule
from issue_scaffold.validate.rules.stages import CHOOSER

CHOOSER_KEYS = ("blank_issues_enabled", "contact_links")
LINK_KEYS = ("name", "url", "about")
_LINK_NEEDS = "a link needs `name`, `url` and `about`"


@CHOOSER.runs(
    Rule(
        id="chooser/type",
        severity=ERROR,
        grade="DOC",
        fix="safe or unsafe",
        summary="the chooser, or a value in it, is of the wrong type",
        source=CHOOSER_PAGE,
        why=(
            "The chooser is a mapping with a boolean `blank_issues_enabled` and a list of "
            "`contact_links`, each a mapping of texts."
        ),
        evidence=("configuring-issue-templates",),
        wrong=chooser_file('blank_issues_enabled: "false"\n'),
        right=chooser_file("blank_issues_enabled: false\n"),
    )
)
def value_type(document: Document) -> Iterator[Problem]:
    """Find a chooser that is no mapping, and values of the wrong type in it."""
    if document.root is None:
        return
    if document.mapping is None:
        message = f"the chooser is {type_name(document.root)}, and must be a mapping"
        yield at(document.root, message, hint=allowed(CHOOSER_KEYS))
        return
    enabled = document.mapping.find("blank_issues_enabled")
    if enabled is not None and not is_boolean_or_null(enabled.value):
        what = type_name(enabled.value)
        message = f"`blank_issues_enabled` is {what}, and must be a boolean"
        hint = "write `true` or `false`, without quotes"
        fix = unquoted_boolean(resolve(enabled.value))
        yield at(value_or_key(enabled), message, hint=hint, fix=fix)
    links = document.mapping.find("contact_links")
    if links is not None:
        yield from _links(document, links)


def _links(document: Document, links: Entry) -> Iterator[Problem]:
    value = resolve(links.value)
    if isinstance(value, Sequence):
        for index, item in enumerate(value.items):
            yield from _link_values(document, index, item, links)
    elif not is_null(value):
        message = f"`contact_links` is {type_name(value)}, and must be a list"
        yield at(value_or_key(links), message, hint="begin each link with `- name:`")


def _link_values(document: Document, index: int, item: Node, links: Entry) -> Iterator[Problem]:
    node, lead = resolve(item), f"contact_links[{index}]"
    if not isinstance(node, Mapping):
        message = f"{lead} is {type_name(node)}, and must be a mapping"
        hint = "write `- name: …`, with `url:` and `about:` below"
        yield at(item_or_key(node, links), message, hint=hint)
        return
    for key, entry in string_entries(node):
        if key in LINK_KEYS and not is_text_or_null(entry.value):
            message = f"{lead}: `{key}` is {type_name(entry.value)}, and must be text"
            fix = quoted_value(document.source, entry.value)
            yield at(value_or_key(entry), message, hint="put it in quotes", fix=fix)


def contact_links(document: Document) -> Iterator[tuple[int, Mapping]]:
    """Yield the links that are mappings, with their index."""
    for index, item in enumerate(items_of(value_below(document.root, "contact_links"))):
        if isinstance(item, Mapping):
            yield index, item


@CHOOSER.runs(
    Rule(
        id="chooser/missing-key",
        severity=ERROR,
        grade="DOC",
        summary="a contact link lacks `name`, `url` or `about`",
        source=CHOOSER_PAGE,
        why="A contact link needs a name, an address and a description.",
        evidence=("configuring-issue-templates",),
        wrong=chooser_file(
            "contact_links:\n  - name: Questions\n    url: https://example.com/forum\n"
        ),
        right=chooser_file(
            "contact_links:\n"
            "  - name: Questions\n"
            "    url: https://example.com/forum\n"
            "    about: Ask here.\n"
        ),
    )
)
def missing_key(document: Document) -> Iterator[Problem]:
    """Find contact links without a name, an address or a description."""
    for index, link in contact_links(document):
        strangers = set(link.keys()) - set(LINK_KEYS)
        for key in LINK_KEYS:
            entry = link.find(key)
            place, what = link.entries[0].key if link.entries else link, "missing"
            if entry is not None:
                place, what = entry.key, "empty"
                if text_of(entry.value) or not isinstance(resolve(entry.value), Scalar):
                    continue
            if not _is_meant(key, strangers):
                message = f"contact_links[{index}]: required key `{key}` is {what}"
                yield _costly(document, at(place, message, hint=_LINK_NEEDS))


def _costly(document: Document, problem: Problem) -> Problem:
    """Return a link's problem as one of the whole file where the forge then ignores that."""
    if not document.forge.rules.chooser_is_whole:
        return problem
    message = f"{problem.message}, so {document.forge.title} ignores the whole file"
    return problem._replace(message=message, severity=ERROR)


def _is_meant(key: str, strangers: set[str]) -> bool:
    """Tell whether another rule speaks of a key that was meant for this one."""
    if key == "about" and "description" in strangers:
        return True
    return any(closest(stranger, (key,)) for stranger in strangers)


@CHOOSER.runs(
    Rule(
        id="chooser/unpermitted-key",
        severity=WARNING,
        grade="FIX",
        fix="safe",
        summary="a key that the chooser doesn't have",
        source=CHOOSER_PAGE,
        why=(
            "GitHub ignores keys that it doesn't know, or refuses the file. Misspelt ones are put "
            "right."
        ),
        evidence=(
            "litestar-org/project-template#31",
            "intrinsic-dev/aic#370",
        ),
        wrong=chooser_file("blank_issue_enabled: false\n"),
        right=chooser_file("blank_issues_enabled: false\n"),
    )
)
def unpermitted_key(document: Document) -> Iterator[Problem]:
    """Find keys that GitHub doesn't know, in the chooser and its links."""
    if document.mapping is not None:
        yield from _unknown(document.mapping, CHOOSER_KEYS, "")
    for index, link in contact_links(document):
        yield from _unknown(link, LINK_KEYS, f"contact_links[{index}]: ")


def _unknown(mapping: Mapping, known: tuple[str, ...], lead: str) -> Iterator[Problem]:
    for key, entry in string_entries(mapping):
        if key in known:
            continue
        guess = free_guess(mapping, entry, known)
        if key == "description" and "about" in known:
            guess = "about" if mapping.find("about") is None else None
        fix = rename(entry, guess) if guess else None
        hint = allowed(known, guess=guess)
        yield at(entry.key, f"{lead}`{key}` is not a permitted key", hint=hint, fix=fix)


@CHOOSER.runs(
    Rule(
        id="chooser/url-scheme",
        severity=ERROR,
        grade="FIX",
        summary="a contact link that isn't http or https",
        source=CHOOSER_PAGE,
        why="A contact link whose address is not http or https is not shown, and nobody is told.",
        evidence=(
            "hashicorp/terraform#28866",
            "qpiai/quantum-sdk#10",
        ),
        wrong=chooser_file(
            "contact_links:\n"
            "  - name: Questions\n"
            "    url: mailto:help@example.com\n"
            "    about: Ask here.\n"
        ),
        right=chooser_file(
            "contact_links:\n"
            "  - name: Questions\n"
            "    url: https://example.com/forum\n"
            "    about: Ask here.\n"
        ),
    )
)
def url_scheme(document: Document) -> Iterator[Problem]:
    """Find addresses of contact links that aren't http or https: GitHub doesn't show such links."""
    for index, link in contact_links(document):
        node = link.get("url")
        url = text_of(node)
        if not isinstance(node, Scalar) or url is None:
            continue
        if not url.lower().startswith(("http://", "https://")):
            scheme, colon, _ = url.partition(":")
            if document.forge.rules.chooser_is_whole:
                if not colon:
                    message = f"contact_links[{index}]: {shown(node)} is no address"
                    yield _costly(document, at(node, message, hint="begin it with `https://`"))
                continue
            what = f"is a `{scheme}:` address" if colon else "has no `https://`"
            message = (
                f"contact_links[{index}]: {shown(node)} {what}, so GitHub doesn't show the link"
            )
            yield at(node, message, hint="link to a page, which may give the address")
