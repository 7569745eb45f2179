"""The template's own macros, run on a form: the one implementation of form to Markdown.

Sets Jinja up as for a rendering (sealed, Ansible's filters, the settings in `copier.yml`), without Copier.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template.sealed_jinja import SealedEnvironment
from issue_scaffold.text.yaml_values import YamlValueError, load_value

_CALL: Final = (
    '{% from "template/macros/markdown.jinja" import issue_template %}{{ issue_template(form) }}'
)
# What Copier takes for no, among what Jinja prints.
_FALSE: Final = frozenset({"", "false", "no", "off", "0", "none", "null", "[]", "{}"})


def issue_template(form: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the Markdown template of a form, given in the form schema's terms; `files` are the template's.

    Raises ScaffoldError for a form that the macros can't take.
    """
    macros = tuple(
        (path, content.decode())
        for path, content in files.items()
        if path.startswith("template/macros/")
    )
    try:
        return _template(macros).render(form=form).rstrip("\n") + "\n"
    except TemplateError as error:
        raise ScaffoldError(f"the template's macros can't take this form: {error}") from error


def asked(
    questions: Mapping[str, Any], answers: Mapping[str, Any], files: Mapping[str, str]
) -> dict[str, Any]:
    """Return those answers whose questions are asked, given the others; in doubt a question is asked.

    `files` are what the questions' own templates may include.
    """
    environment = _environment(files)
    known: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for name, question in questions.items():
        details = question if isinstance(question, Mapping) else {"default": question}
        said = _rendered(environment, details.get("when", True), known)
        if said is None or said.strip().lower() not in _FALSE:
            kept |= {name: answers[name]} if name in answers else {}
        known[name] = kept[name] if name in kept else _default(environment, details, known)
    return kept


def _default(
    environment: SealedEnvironment, details: Mapping[str, Any], known: Mapping[str, Any]
) -> object:
    default = details.get("default")
    if not isinstance(default, str):
        return default
    text = _rendered(environment, default, known)
    if text is None or details.get("type") in {None, "str"}:
        return text
    try:
        return load_value(text)
    except YamlValueError:
        return text


def _rendered(
    environment: SealedEnvironment, value: object, known: Mapping[str, Any]
) -> str | None:
    """Return a value of a question with its Jinja rendered; None if it can't be."""
    try:
        return (
            environment.from_string(value).render(known) if isinstance(value, str) else str(value)
        )
    except Exception:  # noqa: BLE001 - the author's own template, which may fail in any way; rendering it will tell
        return None


@cache
def _template(macros: tuple[tuple[str, str], ...]) -> Template:
    return _environment(dict(macros)).from_string(_CALL)


def _environment(files: Mapping[str, str]) -> SealedEnvironment:
    return SealedEnvironment(
        loader=DictLoader(files),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
