"""Rules about the template chooser, `config.yml`.

Source: GitHub's "Configuring issue templates for your repository"; that links other than http(s) vanish was reported
for several repositories.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Document, Problem, at, shown
from issue_scaffold.forge.issue_form import string_entries, text_of
from issue_scaffold.text.edits import Fix, quote
from issue_scaffold.text.tree import Entry, Mapping, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.validate.rules.examples import chooser_file
from issue_scaffold.validate.rules.form import value_or_key
from issue_scaffold.validate.rules.form_fixes import rename, unquoted_boolean
from issue_scaffold.validate.rules.rule import ERROR, WARNING, Rule
from issue_scaffold.validate.rules.sources import CHOOSER_PAGE
from issue_scaffold.validate.rules.stages import CHOOSER

CHOOSER_KEYS = ("blank_issues_enabled", "contact_links")
LINK_KEYS = ("name", "url", "about")


@CHOOSER.runs(
    Rule(
        id="chooser/type",
        severity=ERROR,
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
    if enabled is not None:
        value = resolve(enabled.value)
        if not isinstance(value, Scalar) or value.kind not in {"bool", "null"}:
            message = f"`blank_issues_enabled` is {type_name(value)}, and must be a boolean"
            fix = unquoted_boolean(value)
            yield at(
                value_or_key(enabled),
                message,
                hint="write `true` or `false`, without quotes",
                fix=fix,
            )
    links = document.mapping.find("contact_links")
    if links is None:
        return
    value = resolve(links.value)
    if isinstance(value, Sequence):
        for index, item in enumerate(value.items):
            yield from _link_values(document, index, resolve(item), links)
    elif not (isinstance(value, Scalar) and value.is_null):
        message = f"`contact_links` is {type_name(value)}, and must be a list"
        yield at(value_or_key(links), message, hint="begin each link with `- name:`")


def _link_values(document: Document, index: int, node: object, links: Entry) -> Iterator[Problem]:
    if isinstance(node, Mapping):
        for key, entry in string_entries(node):
            value = resolve(entry.value)
            if key in LINK_KEYS and not (
                isinstance(value, Scalar) and (value.is_text or value.is_null)
            ):
                fix = quote(document.source, value) if isinstance(value, Scalar) else None
                message = f"contact_links[{index}]: `{key}` is {type_name(value)}, and must be text"
                yield at(value_or_key(entry), message, hint="put it in quotes", fix=fix)
    elif isinstance(node, Scalar | Sequence):
        place = node if node.end > node.start else links.key
        message = f"contact_links[{index}] is {type_name(node)}, and must be a mapping"
        yield at(place, message, hint="write `- name: …`, with `url:` and `about:` below")


def contact_links(document: Document) -> Iterator[tuple[int, Mapping]]:
    """Yield the links that are mappings, with their index."""
    links = document.mapping.get("contact_links") if document.mapping else None
    for index, item in enumerate(links.items if isinstance(links, Sequence) else ()):
        node = resolve(item)
        if isinstance(node, Mapping):
            yield index, node


@CHOOSER.runs(
    Rule(
        id="chooser/missing-key",
        severity=ERROR,
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
        strays = [key for key in link.keys() if key not in LINK_KEYS]  # noqa: SIM118 - not a dict
        for key in LINK_KEYS:
            entry = link.find(key)
            empty = (
                entry is not None
                and isinstance(resolve(entry.value), Scalar)
                and text_of(entry.value) is None
            )
            if (entry is not None and not empty) or _stands_for(key, strays):
                continue
            what = "empty" if entry is not None else "missing"
            place = (
                entry.key if entry is not None else link.entries[0].key if link.entries else link
            )
            message = f"contact_links[{index}]: required key `{key}` is {what}"
            yield at(place, message, hint="a link needs `name`, `url` and `about`")


def _stands_for(key: str, strays: list[str]) -> bool:
    return any(
        closest(stray, (key,)) or (key == "about" and stray == "description") for stray in strays
    )


@CHOOSER.runs(
    Rule(
        id="chooser/unpermitted-key",
        severity=WARNING,
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
    for key, entry in string_entries(document.mapping) if document.mapping else ():
        if key not in CHOOSER_KEYS:
            assert document.mapping is not None  # noqa: S101 - narrowed by the loop
            yield _unknown(document.mapping, entry, key, CHOOSER_KEYS, "")
    for index, link in contact_links(document):
        for key, entry in string_entries(link):
            if key not in LINK_KEYS:
                yield _unknown(link, entry, key, LINK_KEYS, f"contact_links[{index}]: ")


def _unknown(
    mapping: Mapping, entry: Entry, key: str, known: tuple[str, ...], lead: str
) -> Problem:
    guess = "about" if key == "description" and "about" in known else closest(key, known)
    free = guess if guess and mapping.find(guess) is None else None
    fix: Fix | None = rename(entry, free) if free else None
    return at(
        entry.key, f"{lead}`{key}` is not a permitted key", hint=allowed(known, guess=free), fix=fix
    )


@CHOOSER.runs(
    Rule(
        id="chooser/url-scheme",
        severity=ERROR,
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
        if isinstance(node, Scalar) and url and not url.lower().startswith(("http://", "https://")):
            scheme = url.partition(":")[0]
            what = f"is a `{scheme}:` address" if ":" in url else "has no `https://`"
            message = (
                f"contact_links[{index}]: {shown(node)} {what}, so GitHub doesn't show the link"
            )
            yield at(node, message, hint="link to a page, which may give the address")
