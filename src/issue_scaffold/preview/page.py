"""The page of a preview: one HTML file that asks nobody for anything.

Owns what is on it, and the colours of labels.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from issue_scaffold.issue.candidates import dialect_of
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.form import Form
from issue_scaffold.labels.label import Label, fold
from issue_scaffold.preview.contents import ShownLink, ShownRepository, ShownTemplate
from issue_scaffold.preview.form_html import findings_html, form_html
from issue_scaffold.preview.frame import COLOURS, framed, own_file
from issue_scaffold.preview.markdown import inline_html, markdown_html
from issue_scaffold.preview.markup import attribute, text_html
from issue_scaffold.text.wording import count

_NO_ADDRESS: Final = "https://github.com/OWNER/REPOSITORY/issues/new"
_HEX: Final = re.compile(r"[0-9a-f]{6}")
_PACKAGE: Final = "issue_scaffold.preview"
# https://www.w3.org/TR/WCAG22/#dfn-relative-luminance; above it, black is read better than white.
_BRIGHT: Final = 0.179


def page_html(repositories: Sequence[ShownRepository], *, reloads: bool = False) -> str:
    """Return the page; one that `reloads` asks the server that it comes from when to."""
    script = own_file(_PACKAGE, "page.js")
    asks = "'none'"
    if reloads:
        script += own_file(_PACKAGE, "reload.js")
        asks = "'self'"
    palette = _Palette()
    shown = "".join(
        _repository(repository, str(number), palette)
        for number, repository in enumerate(repositories, 1)
    )
    style = COLOURS + own_file(_PACKAGE, "page.css") + palette.style()
    title = ", ".join(repository.name for repository in repositories)
    return framed(f"New issue: {title}", style, script, shown, asks=asks)


class _Palette:
    """The labels' colours that the page uses, as rules of its style."""

    def __init__(self) -> None:
        self._colours: set[str] = set()

    def chip(self, label: Label) -> str:
        """Return a label as HTML, in its colour where it has one."""
        kind = ""
        if label.color is not None and _HEX.fullmatch(label.color):
            self._colours.add(label.color)
            kind = f" c{label.color}"
        return f'<span class="chip{kind}">{text_html(label.name)}</span>'

    def style(self) -> str:
        """Return the rules for the colours that were used."""
        return "".join(
            f".c{color}{{background:#{color};color:{_readable_on(color)}}}"
            for color in sorted(self._colours)
        )


def _readable_on(color: str) -> str:
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in parts
    ]
    bright = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if bright > _BRIGHT else "#fff"


def _repository(repository: ShownRepository, number: str, palette: _Palette) -> str:
    parts = [f"<h1>{text_html(repository.name)}</h1>", _chooser(repository, number)]
    for index, template in enumerate(repository.templates):
        if template.can_be_shown:
            parts.append(_template(template, f"{number}-{index}", repository, palette))
    if repository.labels:
        parts.append(_labels(repository, palette))
    return "\n".join(parts)


def _chooser(repository: ShownRepository, number: str) -> str:
    rows, hidden = [], []
    for index, template in enumerate(repository.templates):
        name = text_html(template.name)
        if template.can_be_shown:
            name = f'<a href="#t{number}-{index}">{name}</a>'
        if template.hidden is None:
            rows.append(_row(name, text_html(template.description)))
        else:
            path = f"<code>{text_html(template.path)}</code>"
            hidden.append(_row(f"{name} {path}", inline_html(template.hidden)))
    for link in repository.links:
        if link.hidden is None:
            rows.append(_row(_outward(link), text_html(link.about)))
        else:
            hidden.append(_row(text_html(link.name or link.url), inline_html(link.hidden)))
    if repository.has_policy:
        rows.append(_row("Report a security vulnerability", "The repository has a policy."))
    rows.append(_blank_row(repository))
    shown = f'<h2>Create new issue</h2><ul class="chooser">{"".join(rows)}</ul>'
    if hidden:
        shown += f'<h2>Not in the chooser</h2><ul class="chooser">{"".join(hidden)}</ul>'
    return shown + findings_html(repository.chooser_findings)


def _row(name: str, about: str) -> str:
    return f'<li><span class="name">{name}</span> <span class="about">{about}</span></li>'


def _outward(link: ShownLink) -> str:
    return f'<a rel="noreferrer"{attribute("href", link.url)}>{text_html(link.name)} ↗</a>'


def _blank_row(repository: ShownRepository) -> str:
    if repository.has_blank:
        return _row("Blank issue", "Create a new issue from scratch.")
    return _row("Blank issue", "For maintainers only.")


def _template(
    template: ShownTemplate, number: str, repository: ShownRepository, palette: _Palette
) -> str:
    known = repository.labels or {}
    labels = [known.get(fold(name), Label(name=name)) for name in template.labels]
    chips = "".join(map(palette.chip, labels))
    if template.form is not None:
        fields = form_html(template.form, template.forge, number, template.findings)
    else:
        fields = _text_html(template.text or "", number)
    about = f"<p>{text_html(template.description)}</p>" if template.description else ""
    return (
        f'<section class="template" id="t{number}">'
        f"<h2>{text_html(template.name)}</h2>{about}"
        f'<p class="path"><code>{text_html(template.path)}</code></p>'
        f"{findings_html(template.findings.get(None, ()))}"
        f'<div class="sides"><div><h3>Form</h3>{fields}</div>'
        f"{_issue(template, number, chips, repository)}</div></section>"
    )


def _text_html(text: str, number: str) -> str:
    return (
        f'<form class="fields" autocomplete="off"><div class="field" data-k="w" data-param="body">'
        f'<label class="label" for="f{number}">Text</label>'
        f'<textarea class="code" id="f{number}" rows="12">\n{text_html(text)}</textarea></div>'
        f'<div class="text">{markdown_html(text)}</div></form>'
    )


def _issue(template: ShownTemplate, number: str, chips: str, repository: ShownRepository) -> str:
    """Return what the issue will be: the page's script fills in the body and the link."""
    facts = []
    if chips:
        facts.append(f"<dt>Labels</dt><dd>{chips}</dd>")
    facts += _facts(template.form, template.assignees)
    dropped = ""
    if template.absent_labels:
        names = ", ".join(template.absent_labels)
        dropped = (
            '<p class="note">Dropped without a word unless the repository has them: '
            f"{text_html(names)}</p>"
        )
    address = repository.new_issue or _NO_ADDRESS
    name = template.path
    if dialect_of(name, template.forge) is Dialect.GITHUB:
        name = name.replace("\\", "/").rpartition("/")[2]
    return (
        f'<div class="issue"{attribute("data-address", address)}{attribute("data-file", name)}>'
        f'<h3>Issue</h3><div class="field"><label for="n{number}">Title</label>'
        f'<input id="n{number}" class="title"{attribute("value", template.title)}></div>'
        f"<dl>{''.join(facts)}</dl>{dropped}"
        f'<div class="field"><label for="o{number}">Issue body</label>'
        f'<textarea id="o{number}" class="code body" readonly rows="14"></textarea>'
        f'<button type="button" class="copy">Copy body</button></div>'
        f'<div class="field"><label for="l{number}">Link that fills in the form</label>'
        f'<input id="l{number}" class="link" readonly>'
        f'<button type="button" class="copy">Copy link</button></div>'
        '<div class="notes" role="status"></div></div>'
    )


def _facts(form: Form | None, assignees: Iterable[str]) -> list[str]:
    rows = [("Assignees", ", ".join(assignees))]
    if form is not None:
        rows += [("Type", form.type or ""), ("Projects", ", ".join(form.projects))]
    return [f"<dt>{name}</dt><dd>{text_html(value)}</dd>" for name, value in rows if value]


def _labels(repository: ShownRepository, palette: _Palette) -> str:
    labels = tuple((repository.labels or {}).values())
    chips = "".join(map(palette.chip, labels))
    return f"<h2>{count(len(labels), 'label')}</h2><p>{chips}</p>"
