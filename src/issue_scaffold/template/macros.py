"""The template's own macros, run on a form: the one implementation of form to Markdown.

Sets Jinja up as for a rendering (sealed, Ansible's filters, the settings in `copier.yml`), without
Copier.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template.sealed_jinja import SealedEnvironment

_CALL: Final = (
    '{% from "template/macros/markdown.jinja" import issue_template %}{{ issue_template(form) }}'
)


def issue_template(form: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the Markdown template of a form, which is given in the form schema's terms.

    `files` are the template's.

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
