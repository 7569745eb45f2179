"""The template's own macros, run on a form: the one implementation of form to Markdown.

Sets Jinja up as Copier does for the template (sandbox, filters, the settings in `copier.yml`), without Copier.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from issue_scaffold.errors import ScaffoldError

_CALL: Final = '{% from "template/macros/markdown.jinja" import issue_template %}{{ issue_template(form) }}'


def issue_template(form: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the Markdown template of a form, given in the form schema's terms; `files` are the template's.

    Raises ScaffoldError for a form that the macros can't take.
    """
    macros = tuple((path, content.decode()) for path, content in files.items() if path.startswith("template/macros/"))
    try:
        return _template(macros).render(form=form).rstrip("\n") + "\n"
    except TemplateError as error:
        raise ScaffoldError(f"the template's macros can't take this form: {error}") from error


def asked(questions: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return those answers whose questions are asked, given the others; in doubt a question is asked."""
    environment = _environment({})
    known: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for name, question in questions.items():
        details = question if isinstance(question, Mapping) else {"default": question}
        condition = details.get("when", True)
        try:
            said = environment.from_string(condition).render(known) if isinstance(condition, str) else str(condition)
        except TemplateError:
            said = "true"
        is_asked = said.strip().lower() not in {"", "false", "no", "0", "none", "[]", "{}"}
        if is_asked and name in answers:
            kept[name] = answers[name]
        known[name] = kept.get(name, details.get("default"))
    return kept


@cache
def _template(macros: tuple[tuple[str, str], ...]) -> Template:
    return _environment(dict(macros)).from_string(_CALL)


def _environment(files: Mapping[str, str]) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=DictLoader(files),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
