"""Templates and sources that are refused: how, and with nothing written."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import Run, Template, git, read_tree, write_tree

GIT_FOLDER = "q: .git\n_exclude: [copier.yml]\n"


REFUSED: Mapping[str, tuple[Mapping[str, str | bytes | None], int, str]] = {
    "tasks": ({"copier.yml": "_tasks: [touch pwned]\n"}, 2, "copier copy --trust"),
    "migrations": ({"copier.yml": "_migrations: [{command: touch pwned}]\n"}, 2, "copier copy --trust"),
    "extensions": ({"copier.yml": "_jinja_extensions: [jinja2_time.TimeExtension]\n"}, 2, "copier copy --trust"),
    "external data": ({"copier.yml": "_external_data: {x: other.yml}\nq: x\n"}, 2, "external data"),
    "secrets": ({"copier.yml": "q: {type: str, secret: true, default: x}\n"}, 2, "secret"),
    "secret questions": ({"copier.yml": "q: x\n_secret_questions: [q]\n"}, 2, "secret"),
    "included tasks": (
        {"copier.yml": "!include more.yml\n", "more.yml": "_tasks: [touch pwned]\n"}, 2, "tasks",
    ),
    "no answers file": ({"{{ _copier_conf.answers_file }}.jinja": None, "a.md": "a\n"}, 2, "renders no answers file"),
    "climbing out": ({"copier.yml": "q: ..\n", "{{ q }}/x.md": "x\n"}, 3, ""),
    "absolute": ({"copier.yml": "q: /tmp/pwned\n", "{{ q }}.md": "x\n"}, 3, ""),
    "git folder": ({"copier.yml": GIT_FOLDER, "{{ q }}/hooks/pre-commit": "x\n"}, 3, "git's own folder"),
    "nested git folder": ({"copier.yml": GIT_FOLDER, "sub/{{ q }}/config": "x\n"}, 3, "git's own folder"),
    "case clash": ({"Readme.md": "1\n", "README.md": "2\n"}, 3, "differ only by case"),
    "case clash of folders": ({"Docs/a.md": "1\n", "docs/b.md": "2\n"}, 3, "differ only by case"),
    "syntax error": ({"a.md.jinja": "{{ oops\n"}, 3, "doesn't render"),
    "undefined": (
        {"copier.yml": "_envops: {undefined: jinja2.StrictUndefined}\n", "a.md.jinja": "{{ oops }}\n"}, 3, "oops",
    ),
    "broken include": ({"a.md.jinja": "{% include 'none' %}\n"}, 3, "none"),
    "broken config": ({"copier.yml": "q: [\n"}, 3, "YAML"),
    "config that is a list": ({"copier.yml": "[1, 2]\n"}, 3, ""),
    "broken question": ({"copier.yml": "q: {type: nothing, default: 1}\n"}, 3, ""),
    "too new": ({"copier.yml": "_min_copier_version: '999'\n"}, 3, "another Copier"),
    "division": ({"a.md.jinja": "{{ 1 / 0 }}\n"}, 3, "zero"),
    "link out": ({"copier.yml": "_preserve_symlinks: true\n"}, 3, "out of the target"),
    "both configs": ({"copier.yml": "q: x\n", "copier.yaml": "q: y\n"}, 3, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_with_nothing_written(what: str, template: Template, scaffold: Run, repo: Path) -> None:
    files, code, said = REFUSED[what]
    if what == "link out":
        (template.folder / "out").symlink_to("../../elsewhere")
    template.release("v1.0.0", files)
    done = scaffold("init", repo, "-t", template)
    assert done.code == code, done
    assert said in done.err
    assert "error: unexpected" not in done.err
    assert "Traceback" not in done.err
    assert read_tree(repo) == {}
    assert not list(template.folder.parent.rglob("pwned"))


# Before anything is rendered, by what is included, by Copier, by what was rendered: `update` renders as `init` does.
@pytest.mark.parametrize("what", ["tasks", "included tasks", "syntax error", "git folder"])
def test_the_same_is_refused_as_an_update(what: str, template: Template, scaffold: Run, repo: Path) -> None:
    files, code, said = REFUSED[what]
    template.release("v1.0.0", {"z.md": "z\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    before = read_tree(repo)
    template.release("v2.0.0", files)
    update = scaffold("update", repo)
    assert update.code == code, update
    assert said in update.err
    assert read_tree(repo) == before


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("https://user:secret@example.com/a/b.git", 2, "credentials"),
        ("https://token@example.com/a/b", 2, "credentials"),
        ("git+https://token@example.com/a/b", 2, "credentials"),
        ("ssh://git:pw@example.com/a.git", 2, "credentials"),
        ("/does/not/exist", 3, "does not exist"),
        ("nowhere", 3, "does not exist"),
        ("", 3, ""),
        ("ext::sh -c 'touch pwned'", 2, ""),
        ("--upload-pack=touch pwned", 2, ""),
        ("-x", 2, ""),
    ],
)
def test_sources_that_are_refused(source: str, code: int, said: str, scaffold: Run, tmp_path: Path) -> None:
    done = scaffold("init", tmp_path / "x", f"--template={source}")
    if source:
        assert done.code == code, done
    assert said in done.err
    assert "secret" not in done.err
    assert "error: unexpected" not in done.err
    assert not list(tmp_path.rglob("pwned"))
    if source:
        assert not (tmp_path / "x").exists()


def test_local_folders_that_are_no_releases(template: Template, scaffold: Run, repo: Path, tmp_path: Path) -> None:
    write_tree(tmp_path, {"plain/a.md": "a\n"})
    plain = scaffold("init", repo, "-t", tmp_path / "plain")
    assert plain.code == 3
    assert "not a git repository" in plain.err
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    empty = scaffold("init", repo, "-t", tmp_path / "empty")
    assert empty.code in {2, 3}
    assert "error: unexpected" not in empty.err
    template.release(None, {"a.md": "a\n"})
    write_tree(template.folder, {"a.md": "dirty\n"})
    dirty = scaffold("init", repo, "-t", template)
    assert dirty.code == 2
    assert "not committed" in dirty.err
    assert read_tree(repo) == {}
    # A release is what was tagged, whatever lies around it.
    git(template.folder, "tag", "v1.0.0")
    assert scaffold("init", repo, "-t", template).code == 0
    assert (repo / "a.md").read_text() == "a\n"
