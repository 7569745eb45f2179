"""`scaffold convert`: a Markdown template as an issue form, or a form as a Markdown template.

Owns what can be converted and what is said about what can't. Nothing is written but by the
functions that save.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, NamedTuple

from issue_scaffold.convert.forge_keys import remarks_on_own_keys
from issue_scaffold.convert.form import IssueForm, Remark, form_from_data
from issue_scaffold.convert.form_text import form_text
from issue_scaffold.convert.markdown_parser import parse_markdown
from issue_scaffold.convert.to_form import Metadata, issue_form, repair_emoji
from issue_scaffold.convert.to_markdown import losses, noted, with_examples_told
from issue_scaffold.errors import EXIT_FINDINGS, ScaffoldError, UsageError
from issue_scaffold.files.bounded import read_beginning
from issue_scaffold.files.rendering import File
from issue_scaffold.forge.document import Document, ReadingFailure
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind, kind_of_text
from issue_scaffold.forge.forges import GITHUB, Forge, SharedForges, forge_of_path
from issue_scaffold.forge.front_matter import FrontMatter, find_front_matter
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.tree import Mapping, Node, Scalar, resolve
from issue_scaffold.text.tree import Sequence as YamlSequence
from issue_scaffold.text.yaml_values import YamlValueError, load_value
from issue_scaffold.writing import files as text_files
from issue_scaffold.writing.staging import Change

Kind = Literal["form", "markdown"]
# What to call each kind, and what it is converted to.
_KINDS: Final = {"form": ("an issue form", "markdown"), "markdown": ("a Markdown template", "form")}
_SHOWN_FINDINGS: Final = 5
# GitHub refuses longer issues ("body is too long (maximum is 65536 characters)").
MAX_CHARACTERS: Final = 65_536


class NotConvertibleError(ScaffoldError):
    """A file is no template or form, or a broken one; nothing was written."""

    exit_code: ClassVar[int] = EXIT_FINDINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertOptions:
    """What to convert. `path` is shown in messages; `to` None means the other of the two kinds.

    `name` and `description` stand in for what the front matter lacks. `shared` is the forge that
    reads the file where several read its folder.
    """

    path: str
    content: bytes
    to: Kind | None = None
    name: str | None = None
    description: str | None = None
    shared: Forge = GITHUB

    @property
    def forge(self) -> Forge:
        """The forge that the file is for."""
        return forge_of_path(self.path.replace(os.sep, "/"), self.shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The outcome: the text, the form that it holds or came from, and what has changed."""

    to: Kind
    text: str
    form: IssueForm
    remarks: tuple[Remark, ...]


def convert(options: ConvertOptions) -> Conversion:
    """Convert one file.

    Raises NotConvertibleError when it is broken, UsageError when it is what is asked for.
    """
    document = load("template.md", options.content)
    unreadable = {ReadingFailure.LIMITS, ReadingFailure.ENCODING}
    if document.failure and document.failure[0] in unreadable:
        raise _broken(options.path, document)
    text = document.source.text
    if not text.strip():
        raise NotConvertibleError(
            f"{options.path} is empty", hint="name a Markdown template or an issue form"
        )
    kind: Kind = "form" if kind_of_text(options.path, text) is FileKind.FORM else "markdown"
    if options.to == kind:
        what, other = _KINDS[kind]
        raise UsageError(f"{options.path} is {what} already", hint=f"to convert it: --to {other}")
    if kind == "form":
        return _to_markdown(options, text)
    if document.kind is FileKind.FORM:
        return _form_itself(options, document)
    return _to_form(options, document)


def _form_itself(options: ConvertOptions, document: Document) -> Conversion:
    """Return the form that was saved as a Markdown file, all of it."""
    text = document.source.text
    front = find_front_matter(text)
    remarks: list[Remark] = []
    if front is not None:
        below = text[front.body :].strip()
        text = text[front.start : front.end]
        if below:
            message = "the text below the form: an issue form is YAML to its end"
            remarks.append(Remark(kind="left out", message=message, text=below))
    elif document.head[0]:  # the code between two fences
        text = f"{text[slice(*document.head)]}\n"
    data = _loaded(options.path, text)
    form = form_from_data(data)
    if "about" in data and not options.forge.keys.about_is_description:
        text = form_text(form.data())
        remarks.append(Remark(kind="changed", message="`about` is now `description`", text="about"))
    refuse_invalid_form(options.path, text.encode(), options.forge)
    return Conversion(to="form", text=text, form=form, remarks=tuple(remarks))


def _loaded(path: str, text: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    try:
        return load_value(text)
    except YamlValueError as error:
        raise NotConvertibleError(f"{path}: {error}", hint="scaffold validate says more") from error


def save(conversion: Conversion, out: Path) -> tuple[str, ...]:
    """Write the outcome to a file. Returns remarks for the user. Raises ScaffoldError."""
    content = conversion.text.encode()
    if out.exists() and not out.is_file():
        text_files.replace_file(out, content)
        return ()
    place = text_files.find_place(out)
    with text_files.writing(place.root, shown=str(out)) as recovery:
        text_files.write_files(place.root, {place.path: content}, command="convert")
    return recovery.notes


class Settled(NamedTuple):
    """What became of an interrupted run: whether it converted the file, and what to say."""

    is_done: bool
    notes: tuple[str, ...]


def settle(path: Path) -> Settled:
    """Settle what an interrupted run left where a file is to be converted in place.

    Raises ScaffoldError.
    """
    place = text_files.find_place(path)
    with text_files.writing(place.root, shown=str(path)) as recovery:
        converted = recovery.completed is not None and place.path in recovery.completed
        return Settled(converted and not path.exists(), recovery.notes)


def save_in_place(conversion: Conversion, path: Path, content: bytes) -> Path:
    """Put the outcome in the place of the file that had the content; return its path.

    It has another suffix. Both files change or none. Raises UsageError where the new path is taken,
    ScaffoldError when one can't be written.
    """
    if path.is_symlink():
        raise UsageError(f"{path} is a symlink", hint="convert the file that it leads to")
    out = _place_beside(path, conversion)
    old, new = text_files.find_place(path), text_files.find_place(out)
    with text_files.writing(old.root, shown=str(path)):
        present = text_files.read_present(old.root, old.path)
        executable = present is not None and present.executable
        before = File(content=content, executable=executable)
        after = File(content=conversion.text.encode())
        steps = [Change(path=old.path, before=before, after=after)]
        if new.path != old.path:
            steps = [
                Change(path=new.path, before=None, after=after),
                Change(path=old.path, before=before, after=None),
            ]
        text_files.apply_all(old.root, steps, command="convert")
    return out


def read_input(path: str) -> bytes:
    """Return a file's content, cut off past the limit. Raises UsageError if it is no file."""
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder", hint="name a template or a form in it")
    return read_beginning(path)


def _place_beside(path: Path, conversion: Conversion) -> Path:
    """Return where the outcome takes a file's place: beside it, with the other suffix.

    Raises UsageError if that is taken.
    """
    out = path.with_suffix(".yml" if conversion.to == "form" else ".md")
    if out != path and os.path.lexists(out):
        raise UsageError(f"{out} exists", hint="remove it, or choose another file: --output FILE")
    return out


def _to_form(options: ConvertOptions, document: Document) -> Conversion:
    count = len(document.source.text)
    if count > MAX_CHARACTERS:
        raise NotConvertibleError(
            f"{options.path} has {count:,} characters, and an issue at most {MAX_CHARACTERS:,}",
            hint="a template this long can't be sent; shorten it",
        )
    text, remarks = repair_emoji(document.source.text)
    document = load("template.md", text.encode())
    if document.failure is not None:
        raise _broken(options.path, document)
    front = find_front_matter(text)
    metadata, said = _metadata(options, document, front)
    if metadata.name == _plain_name(options):
        message = "the file's name is now the form's `name`"
        said = [*said, Remark(kind="added", message=message, text=metadata.name)]
    converted = issue_form(
        metadata, parse_markdown(_body(text, front)), [*remarks, *said], options.forge
    )
    result = form_text(converted.form.data())
    problems = _errors(result.encode(), options.forge)
    if problems:
        title = options.forge.title
        raise NotConvertibleError(
            f"{options.path} would become a form that {title} refuses: {'; '.join(problems)}",
            hint="this should not happen: please report it, with the template",
        )
    return Conversion(to="form", text=result, form=converted.form, remarks=converted.remarks)


def _body(text: str, front: FrontMatter | None) -> str:
    if front is None:
        return text
    # Lines in front of the front matter hide it from GitHub; here they are text like any other.
    return f"{text[: front.opening]}{text[front.body :]}"


def _metadata(
    options: ConvertOptions, document: Document, front: FrontMatter | None
) -> tuple[Metadata, Sequence[Remark]]:
    keys = document.mapping or Mapping((), 0, 0)
    name = options.name or _text(keys.get("name")) or _plain_name(options)
    about = options.description or _text(keys.get("about")) or _text(keys.get("description"))
    about = about or _plain_name(options)
    if not name.strip() or not about.strip():
        raise _unnamed(options, front, has_name=bool(name.strip()))
    title = _text(keys.get("title"))
    if title.isspace():
        title = ""
    metadata = Metadata(
        name=name.strip(),
        about=about.strip(),
        title=title,
        labels=_list(keys.get("labels")),
        assignees=_list(keys.get("assignees")),
        projects=_list(keys.get("projects")),
        type=_text(keys.get("type")).strip(),
    )
    return metadata, list(_front_remarks(document, keys))


def _plain_name(options: ConvertOptions) -> str:
    """Return the name of a template of a forge that knows plain text only: that of its file."""
    if options.forge.has_forms:
        return ""
    return Path(options.path).stem.replace("_", " ").replace("-", " ")


def _front_remarks(document: Document, keys: Mapping) -> Iterator[Remark]:
    empty = []
    for entry in keys.entries:
        if not isinstance(entry.key, Scalar):
            continue
        name = entry.key.value
        end = max(entry.key.end, entry.value.end)
        raw = document.source.text[entry.key.start : end]
        if name not in {*GITHUB.keys.front_matter, "description"}:
            yield Remark(kind="left out", message=f"`{name}`: a form has no such key", text=raw)
        elif not _text(keys.get(name)).strip() and not _list(keys.get(name)):
            empty.append(name)
        elif name == "about":
            yield Remark(kind="changed", message="`about` is now `description`", text=name)
    if empty:
        yield Remark(
            kind="left out", message=f"without a value: {', '.join(empty)}", text=", ".join(empty)
        )


def _unnamed(
    options: ConvertOptions, front: FrontMatter | None, *, has_name: bool
) -> ScaffoldError:
    lacking, wanted = "`name`", "--name NAME"
    if has_name:
        lacking, wanted = "`about`", "--description TEXT"
    elif not options.description:
        wanted = f"{wanted} --description TEXT"
    what = f"{options.path}: the front matter has no {lacking}"
    if front is None:
        what = f"{options.path} has no front matter, so it is no template that would be shown"
    return NotConvertibleError(what, hint=f"if it is one, give what a form needs: {wanted}")


def _text(node: Node | None) -> str:
    if node is None:
        return ""
    value = resolve(node)
    if isinstance(value, Scalar) and not value.is_null:
        return value.value
    return ""


def _list(node: Node | None) -> tuple[str, ...]:
    words = _text(node).split(",")
    if node is not None:
        value = resolve(node)
        if isinstance(value, YamlSequence):
            words = [_text(item) for item in value.items]
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _to_markdown(options: ConvertOptions, text: str) -> Conversion:
    refuse_invalid_form(options.path, options.content, options.forge)
    form = form_from_data(_loaded(options.path, text))
    markdown, remarks = _best_markdown(form, options.forge)
    own_keys = remarks_on_own_keys(_judged(options.content, options.forge))
    return Conversion(to="markdown", text=markdown, form=form, remarks=(*own_keys, *remarks))


def _judged(form: bytes, forge: Forge) -> Document:
    """Return a form as one of its forge, in no repository."""
    return load(_place_of_form(forge), form, forge)


def _place_of_form(forge: Forge) -> str:
    """Return where a converted form is judged: in the folder of its forge."""
    if not forge.has_forms:
        forge = GITHUB
    return f"{forge.templates[0]}/converted.yml"


def _best_markdown(form: IssueForm, forge: Forge) -> tuple[str, tuple[Remark, ...]]:
    """Return the form's Markdown with as few notes as bring it back, and what is lost all the same.

    Each try costs a rendering and pays for itself: of 210 forms of well-known repositories one
    comes back whole without notes, 193 come back best with notes of fields, and 16 need the notes
    of the texts between fields too; the differences go from 2,233 over 299 down to 21.
    """
    from issue_scaffold.template.bundled_files import template_files
    from issue_scaffold.template.macros import issue_template

    macros = template_files()
    markdown = issue_template(with_examples_told(form).data(), macros)
    back = read_back(markdown, forge)
    lost = losses(form, back)
    for standing in (False, True):
        if not lost:
            break
        tried = issue_template(noted(form, back, standing=standing).data(), macros)
        lost_then = losses(form, read_back(tried, forge))
        if len(lost_then) < len(lost):
            markdown, lost = tried, lost_then
    return markdown, lost


def refuse_invalid_form(path: str, content: bytes, forge: Forge) -> None:
    """Raise NotConvertibleError for a form with what is an error to its forge."""
    problems = _errors(content, forge)
    if problems:
        raise NotConvertibleError(
            f"{path} is no valid issue form: {'; '.join(problems)}",
            hint="scaffold validate says more, and mends some",
        )


def read_back(markdown: str, forge: Forge = GITHUB) -> IssueForm:
    """Return the form of a forge that a Markdown template made by the macros becomes."""
    document = load("template.md", markdown.encode())
    front = find_front_matter(markdown)
    options = ConvertOptions(path="template.md", content=b"")
    metadata, _ = _metadata(options, document, front)
    return issue_form(metadata, parse_markdown(_body(markdown, front)), forge=forge).form


def _errors(form: bytes, forge: Forge) -> list[str]:
    """Return what makes a form invalid to a forge, a few lines at most."""
    from issue_scaffold.validate.run import validate_files

    found = [
        finding
        for finding in validate_files({_place_of_form(forge): form}, SharedForges(forge))
        if finding.severity is Severity.ERROR
    ]
    lines = [
        f"line {finding.line}: {finding.message} [{finding.rule}]"
        for finding in found[:_SHOWN_FINDINGS]
    ]
    more = len(found) - _SHOWN_FINDINGS
    return [*lines, f"and {more} more"] if more > 0 else lines


def _broken(path: str, document: Document) -> ScaffoldError:
    assert document.failure is not None  # noqa: S101 - the caller has seen it
    problem = document.failure[1]
    line = f":{document.source.position(problem.start)[0]}" if document.source.text else ""
    return NotConvertibleError(f"{path}{line}: {problem.message}", hint=problem.hint)
