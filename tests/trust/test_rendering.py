"""Renderings are pure: no environment variable, file, file listing, clock or chance reaches a template.

What Jinja, Copier and its filters offer is looked up in the installed packages, so that a new version that offers more
fails here until somebody has read it.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, git, read_tree, write_tree

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template import (
    copier_engine,
    sealed_jinja,
    sealed_process,
)
from issue_scaffold.template import (
    vocabulary as template_vocabulary,
)
from issue_scaffold.template.sealed_jinja import SealedEnvironment

COMMAND = Path(sys.executable).parent / "scaffold"
CANARY = "canaryK7x9Q2"
ALL_FILTERS = {
    *template_vocabulary.PURE_FILTERS,
    *template_vocabulary.REFUSED_FILTERS,
    *sealed_jinja.REPLACED_FILTERS,
}
ALL_GLOBALS = {
    *template_vocabulary.PURE_GLOBALS,
    *template_vocabulary.REFUSED_GLOBALS,
    *sealed_jinja.REPLACED_GLOBALS,
}
TOKENS = ("GH_TOKEN", "GITHUB_TOKEN", "SCAFFOLD_TOKEN", "SCAFFOLD_ANYTHING", "COPIER_ANYTHING")


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Put a secret where secrets are, and take care that the process which renders starts after that."""
    for name in TOKENS:
        monkeypatch.setenv(name, CANARY)
    (tmp_path / "secret").write_text(CANARY)
    sealed_process.end()
    yield CANARY
    sealed_process.end()


@pytest.fixture
def own_temporary_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the only folder that temporary files may be made in."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def copiers_worker(template: Path) -> Any:  # noqa: ANN401 - Copier's worker
    """Return Copier's own worker, not sealed."""
    from copier._main import Worker

    return Worker(src_path=str(template), dst_path=template / "out", defaults=True, quiet=True)


class TestEverythingIsClassified:
    """Nothing that the installed packages offer is without a verdict."""

    def test_filters_tests_and_functions(self, tmp_path: Path) -> None:
        environment = copiers_worker(tmp_path).jinja_env
        known = {
            *template_vocabulary.PURE_FILTERS,
            *template_vocabulary.REFUSED_FILTERS,
            *sealed_jinja.REPLACED_FILTERS,
        }
        assert set(environment.filters) == known
        assert set(environment.tests) == template_vocabulary.PURE_TESTS
        known = {
            *template_vocabulary.PURE_GLOBALS,
            *template_vocabulary.REFUSED_GLOBALS,
            *sealed_jinja.REPLACED_GLOBALS,
        }
        assert set(environment.globals) == known

    def test_variables(self, tmp_path: Path) -> None:
        context = copiers_worker(tmp_path)._render_context()
        known = {*template_vocabulary.PURE_VARIABLES, *template_vocabulary.REFUSED_VARIABLES}
        # These three are there for a template in git, for file names, and for the answers' defaults.
        assert set(context) | {"_commit", "_copier_operation", "_external_data"} | {"_src_path"} == known
        settings = set(context["_copier_conf"])
        assert settings == template_vocabulary.PURE_SETTINGS | set(template_vocabulary.REFUSED_SETTINGS)
        given = sealed_jinja.copier_conf(answers_file="a", folder_name="f", version="v", commit=None)
        assert {*given, "dst_path"} == template_vocabulary.PURE_SETTINGS

    def test_the_documentation_names_what_is_refused(self) -> None:
        page = (Path(__file__).parents[2] / "docs/explanation/renderings.md").read_text(encoding="utf-8")
        rows = {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")}
        for kind, names in (
            ("filter ", template_vocabulary.REFUSED_FILTERS),
            ("function ", template_vocabulary.REFUSED_GLOBALS),
            ("variable ", template_vocabulary.REFUSED_VARIABLES),
            ("", [f"_copier_conf.{name}" for name in template_vocabulary.REFUSED_SETTINGS]),
        ):
            assert {f"{kind}`{name}`" for name in names} <= rows

    def test_no_verdict_is_given_twice(self) -> None:
        for verdicts in (
            (template_vocabulary.PURE_FILTERS, template_vocabulary.REFUSED_FILTERS, sealed_jinja.REPLACED_FILTERS),
            (template_vocabulary.PURE_GLOBALS, template_vocabulary.REFUSED_GLOBALS, sealed_jinja.REPLACED_GLOBALS),
            (template_vocabulary.PURE_VARIABLES, template_vocabulary.REFUSED_VARIABLES),
            (template_vocabulary.PURE_SETTINGS, template_vocabulary.REFUSED_SETTINGS),
        ):
            names = [name for verdict in verdicts for name in verdict]
            assert len(names) == len(set(names))

    def test_what_nobody_has_read_is_refused(self) -> None:
        environment = SealedEnvironment()
        for table in (environment.filters, environment.globals, environment.tests):
            table["brand_new"] = len
        for source in ("{{ 1|brand_new }}", "{{ brand_new() }}", "{{ 1 is brand_new }}", "{{ variable }}"):
            with pytest.raises(sealed_jinja.RefusedError, match="nobody has read yet"):
                environment.from_string(source).render(variable=str)
        assert environment.from_string("{% if false %}{{ 1|brand_new }}{% endif %}fine").render() == "fine"


REFUSED = {
    *template_vocabulary.REFUSED_FILTERS,
    *template_vocabulary.REFUSED_GLOBALS,
    *template_vocabulary.REFUSED_VARIABLES,
    *template_vocabulary.REFUSED_SETTINGS,
}
# What every filter is given: the ways to name a secret.
SUBJECTS = ("'$GH_TOKEN'", "'${GH_TOKEN} %GH_TOKEN%'", "'SECRET'", "['SECRET', '$GH_TOKEN']", "'~/SECRET'")
OTHERS = (
    "{{ environ }}", "{{ env }}", "{{ getenv('GH_TOKEN') }}", "{{ _copier_conf }}", "{{ _copier_conf|to_json }}",
    "{{ _copier_conf.settings }}", "{{ _copier_answers }}", "{{ self._TemplateReference__context.environment }}",
    "{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__.os.environ }}", "{{ lipsum.__globals__ }}",
    "{{ range.__globals__ }}", "{{ dict.__base__.__subclasses__() }}", "{% include 'SECRET' %}",
    "{% include '/proc/self/environ' %}", "{% include '../secret' %}", "{% include '.git/config' %}",
    "{{ _copier_conf.src_path.parser.os.environ }}", "{{ _copier_conf.dst_path.parser }}",
    "{{ pathjoin.__globals__ }}", "{{ '{0.__globals__}'.format(pathjoin) }}", "{{ (1).from_bytes.__self__ }}",
)  # fmt: skip


def constructs(secret: str) -> Iterator[str]:
    """Yield templates that try to reach a secret: every filter, function and variable on every way to name it."""
    filters = sorted(
        {*template_vocabulary.PURE_FILTERS, *template_vocabulary.REFUSED_FILTERS, *sealed_jinja.REPLACED_FILTERS}
    )
    subjects = [text.replace("SECRET", secret) for text in SUBJECTS]
    for name in filters:
        yield f"{{{{ [{', '.join(subjects[:3])}]|map('{name}')|list }}}}"
        yield from (f"{{{{ {subject}|{name} }}}}" for subject in subjects)
    names = {*template_vocabulary.REFUSED_GLOBALS, *template_vocabulary.PURE_GLOBALS, *sealed_jinja.REPLACED_GLOBALS}
    names |= {*template_vocabulary.REFUSED_VARIABLES, *template_vocabulary.PURE_VARIABLES}
    for name in sorted(names):
        yield f"{{{{ {name} }}}}"
        yield f"{{{{ {name}() }}}}"
        yield f"{{{{ {name}('{secret}') }}}}"
    for name in sorted({*template_vocabulary.REFUSED_SETTINGS, *template_vocabulary.PURE_SETTINGS}):
        yield f"{{{{ _copier_conf.{name} }}}}"
        yield f"{{{{ _copier_conf['{name}']|string }}}}"
    yield from (text.replace("SECRET", secret) for text in OTHERS)


def names_what_is_refused(source: str) -> bool:
    """Tell whether a template names anything that the vocabulary refuses."""
    return not REFUSED.isdisjoint(re.findall(r"\w+", source))


class TestNoSecretGetsOut:
    """A canary in the environment and in a file reaches no file, message or cache."""

    def test_by_no_construct(self, canary: str, tmp_path: Path) -> None:
        # Many at a time: what fails as a whole is halved until those that fail are alone, which is quick where they
        # are side by side.
        waiting = [sorted(constructs(str(tmp_path / "secret")), key=names_what_is_refused)]
        refused = rendered = number = 0
        while waiting:
            sources = waiting.pop()
            number += 1
            texts, failed = self._tried(sources, tmp_path / "checkout", tmp_path / f"scratch{number}")
            for text in texts:
                assert canary not in text, sources
                assert canary[::-1] not in text, sources
            if failed and len(sources) > 1:
                middle = len(sources) // 2
                waiting += [sources[:middle], sources[middle:]]
                continue
            refused, rendered = refused + failed, rendered + (0 if failed else len(sources))
            if not failed:
                for source, text in zip(sources, texts, strict=True):
                    assert str(tmp_path / "checkout") not in text, source
                    assert f"scratch{number}" not in text, source
        assert refused > 50
        assert rendered > 300

    @staticmethod
    def _tried(sources: list[str], checkout: Path, scratch: Path) -> tuple[list[str], bool]:
        """Return what a rendering says, in its files or in its error, and whether it is an error."""
        shutil.rmtree(checkout, ignore_errors=True)
        files = {f"{place}.jinja": source for place, source in enumerate(sources)}
        write_tree(checkout, {"{{ _copier_conf.answers_file }}.jinja": Template.ANSWERS_SOURCE, **files})
        job = copier_engine.RenderJob(
            source="it", version="v1", checkout=checkout, commit=None, answers_file=ANSWERS, folder_name="f"
        )
        try:
            done = copier_engine.render(job, scratch).files
        except ScaffoldError as error:
            return [f"{error.message} {error.hint}"], True
        return [done[str(place)].content.decode() for place in range(len(sources))], False

    @pytest.mark.parametrize("where", ["file", "name", "question", "validator", "choice", "condition", "exclusion"])
    def test_whatever_the_command(self, where: str, canary: str, scaffold: Run, tmp_path: Path) -> None:
        for number, what in enumerate(("'$GH_TOKEN'|expandvars", "('$GH_TOKEN'|expandvars)|reverse", "now()")):
            self._assert_kept(canary, where, what, scaffold, tmp_path / str(number))

    @staticmethod
    def _assert_kept(canary: str, where: str, what: str, scaffold: Run, folder: Path) -> None:
        new, repo = folder / "new", folder / "repo"
        template = Template(folder / "template")
        template.release("v1.0.0", {"copier.yml": "q: x\n", "a.md": "a\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        git(repo, "init", "--quiet")
        commit_all(repo)
        files = {
            "file": {"b.md.jinja": f"{{{{ {what} }}}}\n"},
            "name": {f"{{{{ {what} }}}}.md": "b\n"},
            "question": {"copier.yml": f'q: x\nr: {{type: str, default: "{{{{ {what} }}}}"}}\n'},
            "validator": {"copier.yml": f'q: {{type: str, default: x, validator: "{{{{ {what} }}}}"}}\n'},
            "choice": {"copier.yml": f'q: {{type: str, choices: [x, "{{{{ {what} }}}}"], default: x}}\n'},
            "condition": {"copier.yml": f'q: x\nr: {{type: str, default: y, when: "{{{{ {what} == 1 }}}}"}}\n'},
            "exclusion": {"copier.yml": f'q: x\n_exclude: ["{{{{ {what} }}}}", copier.yml, .git]\n'},
        }  # fmt: skip
        template.release("v2.0.0", files[where])
        before = read_tree(repo)
        runs = [
            scaffold("update", repo, "--dry-run"),
            scaffold("update", repo),
            scaffold("init", new, "-t", template),
            scaffold("catalog", "check", template.folder),
        ]
        for done in runs[:3]:
            assert done.code == 3, done
            assert "'expandvars'" in done.err or "'now'" in done.err
            assert "Traceback" not in done.err
        assert "b.md.jinja:1" in runs[1].err or where != "file"
        assert not [done for done in runs if canary in done.out + done.err or canary[::-1] in done.out + done.err]
        assert read_tree(repo) == before
        assert not new.exists() or not read_tree(new)
        # A check of what is recorded with the version, from an empty cache.
        answers = (repo / ANSWERS).read_text().replace("v1.0.0", "v2.0.0")
        answers = "".join(f"{line}\n" for line in answers.splitlines() if not line.startswith("_commit_id"))
        (repo / ANSWERS).write_text(answers)
        assert scaffold("check", repo).code == 3
        for path in Path(os.environ["SCAFFOLD_CACHE_DIR"]).rglob("*"):
            assert not path.is_file() or canary.encode() not in path.read_bytes(), path

    def test_the_process_has_no_environment_to_read(self, canary: str) -> None:
        process = sealed_process.start()
        if not Path("/proc/self/environ").exists():
            pytest.skip("the system doesn't show environments")
        there = Path(f"/proc/{process._process.pid}/environ").read_text().split("\0")
        assert canary not in "".join(there)
        names = {entry.partition("=")[0] for entry in there if entry}
        fixed = {"HOME", "LC_ALL", "PYTHONHASHSEED", "TMPDIR", "TZ"}
        assert fixed <= names <= fixed | {*sealed_process._FOR_PYTHON}


class TestTheSameEverywhere:
    """What a template may use is a function of its arguments, on every machine and at any time."""

    def test_what_is_given_of_the_machine(self, template: Template, scaffold: Run, tmp_path: Path) -> None:
        text = "\n".join(
            f"{name}={{{{ _copier_conf.{name} }}}}"
            for name in sorted(template_vocabulary.PURE_SETTINGS - {"vcs_ref_hash"})
        )
        template.release("v1.0.0", {"a.md.jinja": text})
        assert scaffold("init", tmp_path / "x/here", "-t", template).code == 0
        lines = dict(line.split("=") for line in (tmp_path / "x/here/a.md").read_text().splitlines())
        assert (lines["dst_path"], lines["answers_file"], lines["vcs_ref"]) == ("here", ANSWERS, "v1.0.0")
        assert str(tmp_path) not in str(lines)

    @pytest.mark.parametrize(
        "files",
        [
            {"{{ _folder_name }}.md": "a\n"},
            {"a.md.jinja": "{{ _folder_name }}\n"},
            {"a.md.jinja": "{{ _copier_conf.dst_path }}\n"},
            {"a.md.jinja": "{{ _copier_conf['dst' ~ '_path'].name }}\n"},
            {"copier.yml": "q: {type: str, default: '{{ _folder_name }}'}\n", "a.md.jinja": "{{ q }}\n"},
            {"a.md.jinja": "{% include 'b' %}", "b": "{{ _folder_name }}\n"},
            {"a.md.jinja": "{% from 'b' import m with context %}{{ m }}", "b": "{% set m = _folder_name %}"},
            {"copier.yml": "_exclude: ['{{ _folder_name }}.md', copier.yml, .git]\n", "one.md": "1\n", "two.md": "2\n"},
        ],
        ids=["name", "content", "setting", "spelled", "default", "include", "macro", "exclusion"],
    )  # fmt: skip
    def test_a_folders_name_is_no_other_folders(
        self, files: dict[str, str | bytes | None], template: Template, scaffold: Run, tmp_path: Path
    ) -> None:
        """However a template comes to the name: what was rendered for one target is not another one's."""
        template.release("v1.0.0", files)
        trees = []
        for name in ("one", "two"):
            assert scaffold("init", tmp_path / name, "-t", template).code == 0
            trees.append({path: text for path, text in read_tree(tmp_path / name).items() if path != ANSWERS})
            assert scaffold("check", tmp_path / name).code == 0
        assert trees[0] != trees[1]

    def test_others_are_rendered_once_for_all(
        self, template: Template, scaffold: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        template.release("v1.0.0", {"a.md.jinja": "{{ _copier_conf|to_json }}{{ _copier_conf.dst }}\n"})
        assert scaffold("init", tmp_path / "one", "-t", template).code == 0
        monkeypatch.setattr(copier_engine, "render", None)
        assert scaffold("init", tmp_path / "two", "-t", template).code == 0
        assert read_tree(tmp_path / "one") == read_tree(tmp_path / "two")

    @pytest.mark.parametrize("name", sorted(template_vocabulary.REFUSED_SETTINGS))
    def test_what_is_not(self, name: str, template: Template, scaffold: Run, tmp_path: Path) -> None:
        template.release("v1.0.0", {"a.md.jinja": f"one\n{{{{ _copier_conf.{name} }}}}\n"})
        done = scaffold("init", tmp_path / "x", "-t", template)
        assert done.code == 3
        assert f"a.md.jinja:2: it uses '_copier_conf.{name}', which" in done.err

    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("{{ '%Y-%m-%d %H'|strftime(0) }}", "1970-01-01 00"),
            ("{{ 100|ans_random(seed='a') == 100|ans_random(seed='a') }}", "True"),
            ("{{ [1, 2, 3]|shuffle(7) == [1, 2, 3]|shuffle(seed=7) }}", "True"),
            ("{{ 'a/b\\\\c.d'|basename }} {{ 'a/b'|dirname }} {{ 'a.b'|splitext }}", "b\\c.d a ('a', '.b')"),
            ("{{ pathjoin('a', 'b', mode='native') }} {{ pathjoin('a', 'b', mode='windows') }}", "a/b a\\b"),
            ("{{ ('2020-02-03 04:05:06'|to_datetime).timestamp() }}", "1580702706.0"),
            ("{{ '!!set {b, a, c, d}'|from_yaml|join }}", None),
        ],
    )
    def test_replacements(self, source: str, result: str | None, template: Template, scaffold: Run, repo: Path) -> None:
        template.release("v1.0.0", {"a.md.jinja": source})
        assert scaffold("init", repo, "-t", template).code == 0
        first = (repo / "a.md").read_text()
        assert result is None or first == result
        sealed_process.end()  # another process, another seed of its own if it had one
        sealed = Path(os.environ["SCAFFOLD_CACHE_DIR"])
        sealed.rename(sealed.with_name("elsewhere"))
        assert scaffold("check", repo).code == 0

    @pytest.mark.parametrize(
        "source",
        [
            "{{ '%Y'|strftime }}", "{{ 9|ans_random }}", "{{ [1]|shuffle }}", "{{ [1]|shuffle(0) }}",
            "{{ [1]|random }}", "{{ 'x'|relpath }}",
            "{{ '52:54'|random_mac }}", "{{ lipsum() }}", "{{ make_secret() }}", "{{ _copier_python }}",
            "{{ ('2020'|to_datetime('%Y')).now() }}", "{{ ('2020'|to_datetime('%Y')).today() }}",
            "{{ 'x'.upper }}", "{{ 'x'['upper']|string }}", "{{ '%s'|format('x'.upper) }}",
            "{{ '{}'.format('x'.upper) }}",
            "{{ '{0.upper}'.format('x') }}", "{{ ['x'.upper]|string }}", "{{ {'x': 'x'.upper}|pprint }}",
            "{{ ['x']|map(attribute='upper')|list|hash }}", "{{ 'x'|attr('upper')|string|reverse }}",
            "{{ [1]|map('string') }}", "{{ [1]|select }}", "{{ [1]|reverse }}", "{{ [[1]|batch(2)]|string }}",
            "{{ range }}", "{{ lipsum }}", "{{ pathjoin|string }}", "{{ cycler('x') }}", "{{ [joiner()]|string }}",
            "{% block x %}{{ self.x }}{% endblock %}", "{% for x in [1] %}{{ loop.cycle }}{% endfor %}",
            "{{ '2020-01-01'|from_yaml|attr('today')() }}", "{{ '{0.today}'.format('2020-01-01'|from_yaml) }}",
        ],
    )  # fmt: skip
    def test_clock_and_chance(self, source: str, template: Template, scaffold: Run, repo: Path) -> None:
        template.release("v1.0.0", {"a.md.jinja": source})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 3
        assert "a.md.jinja:1: it uses" in done.err
        assert read_tree(repo) == {}

    def test_what_has_no_text_is_of_use(self, template: Template, scaffold: Run, repo: Path) -> None:
        lines = {
            "{{ 'x'.upper() }}{{ 'x'['upper']() }}{{ ('x'|attr('upper'))() }}": "XXX",
            "{{ ['b', 'a']|map('upper')|sort|join }}{{ [1, 2]|reverse|first }}{{ 'x'.upper is callable }}": "AB2True",
            "{{ 'b'|regex_replace('b', 'c') }}{{ range(3)|list }}{{ pathjoin('a', 'b') }}": "c[0, 1, 2]a/b",
            "{% set c = cycler(1, 2) %}{{ c.next() }}{{ c.next() }}{{ c.current }}": "121",
            "{% set j = joiner(',') %}{{ j() }}{{ j() }}{{ '{0.year}'.format('2020-01-01'|from_yaml) }}": ",2020",
            "{% for x in [1, [2]] recursive %}{{ loop(x) if x is iterable else x }}{{ loop.cycle('-', '+') }}"
            "{% endfor %}": "1-2-+",
            "{% macro m(x) %}{{ x }}{{ caller(3) }}{% endmacro %}{% call(x) m(1) %}{{ x }}{% endcall %}": "13",
            "{% block x %}y{% endblock %}{{ self.x() }}{{ {'a': 1}.items()|list }}": "yy[('a', 1)]",
        }
        template.release("v1.0.0", {"a.md.jinja": "\n".join(lines)})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 0, done
        assert (repo / "a.md").read_text().splitlines() == list(lines.values())

    def test_line_ends_and_attributes_are_the_templates(
        self, template: Template, scaffold: Run, repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "config").write_text("[core]\n\tautocrlf = true\n\teol = crlf\n")
        template.release("v1.0.0", {".gitattributes": "*.bat text eol=crlf\n", "a.bat": "1\r\n2\r\n", "b.sh": "1\n2\n"})
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
        assert scaffold("init", repo, "-t", template).code == 0
        assert (repo / "a.bat").read_bytes() == b"1\r\n2\r\n"
        assert (repo / "b.sh").read_bytes() == b"1\n2\n"


class TestLimits:
    """A template that is never done, or makes too much, is stopped with one line."""

    @pytest.fixture
    def refused(self, template: Template, scaffold: Run, repo: Path, own_temporary_folder: Path) -> Any:  # noqa: ANN401
        def run(files: dict[str, str | bytes | None]) -> str:
            template.release("v1.0.0", files)
            done = scaffold("init", repo, "-t", template)
            assert done.code == 3, done
            assert done.err.count("error:") == 1
            assert "Traceback" not in done.err
            assert read_tree(repo) == {}
            assert not list(own_temporary_folder.iterdir())
            # The next one is none the worse for it.
            template.release("v2.0.0", {**dict.fromkeys(files), "copier.yml": "q: x\n", "ok.md": "ok\n"})
            assert scaffold("init", repo, "-t", template).code == 0
            return done.err

        return run

    @pytest.mark.parametrize(
        "source",
        [
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ range(9999)|sum }}{% endfor %}{% endfor %}",
            "{{ ('a' * 60 ~ '!')|regex_search('(a+)+$') }}",
            "{{ (10 ** 9999999) ** 9 }}",
        ],
        ids=["loops", "regular expression", "power"],
    )
    def test_time(self, source: str, refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
        monkeypatch.setattr(sealed_process, "SECONDS", 4.0)
        started = time.monotonic()
        assert "takes more than 4 seconds to render, and was stopped" in refused({"a.md.jinja": source})
        assert time.monotonic() - started < 60

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
    @pytest.mark.parametrize("source", ["{{ 'a' * 3000000000 }}", "{{ 'a'|center(3000000000) }}"])
    def test_memory(self, source: str, refused: Any) -> None:  # noqa: ANN401
        assert "needs more memory than a rendering may take" in refused({"a.md.jinja": source})

    def test_number_of_files(self, refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
        assert sealed_process.MAX_FILES == 10_000
        monkeypatch.setattr(sealed_process, "MAX_FILES", 100)
        name = "{% yield n from range(200) %}{{ n }}{% endyield %}.md"
        assert "makes more than 100 files" in refused({name: ""})

    def test_size(self, refused: Any) -> None:  # noqa: ANN401
        name = "{% yield n from range(30) %}{{ n }}{% endyield %}.md.jinja"
        assert "makes more than 64 MiB" in refused({name: "{{ 'a' * 9000000 }}"})

    def test_depth(self, refused: Any) -> None:  # noqa: ANN401
        assert "deep" in refused({"copier.yml": "q: " + "/".join("d" * 90) + "\n", "{{ q }}": "x"})

    def test_a_process_that_dies(self, template: Template, scaffold: Run, repo: Path) -> None:
        template.release("v1.0.0", {"a.md": "a\n"})
        process = sealed_process.start()
        process._process.kill()
        done = scaffold("init", repo, "-t", template)
        assert done.code == 3
        assert len(done.err.splitlines()) == 2
        assert scaffold("init", repo, "-t", template).code == 0


class TestWhatIsRecorded:
    """The commit that is rendered is the one that was asked for, and so is what the answers file says."""

    @pytest.mark.parametrize("name", ["_commit", "_src_path"])
    def test_a_template_that_records_another(self, name: str, template: Template, scaffold: Run, repo: Path) -> None:
        lie = "{{ dict(_copier_answers, " + name + "='https://example.invalid/v9.git')|to_nice_yaml }}"
        template.release("v1.0.0", {"{{ _copier_conf.answers_file }}.jinja": lie})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 3
        assert f"records {name}" in done.err
        assert read_tree(repo) == {}

    def test_tags_that_share_a_commit(self, template: Template, scaffold: Run, repo: Path) -> None:
        template.release("v1.0.0", {"a.md": "a\n"})
        git(template.folder, "tag", "v1")
        git(template.folder, "tag", "latest")
        assert scaffold("init", repo, "-t", template).code == 0
        assert "_commit: v1.0.0\n" in (repo / ANSWERS).read_text()
        assert scaffold("check", repo).code == 0

    def test_submodules_are_nobodys(self, template: Template, scaffold: Run, repo: Path) -> None:
        git(template.folder, "add", "--all")
        git(template.folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
        git(template.folder, "commit", "--quiet", "-m", "sub")
        git(template.folder, "tag", "v1.0.0")
        done = scaffold("init", repo, "-t", template)
        assert done.code == 2
        assert "submodule, sub," in done.err


class TestTheGuard:
    """Should a template get out of its sandbox: the process that it is in opens and starts nothing."""

    PROGRAM = """
import sys
from pathlib import Path
from issue_scaffold.template.sealed_guard import Guard
import os, socket, subprocess, shutil, glob
guard = Guard()
template, target = Path(sys.argv[1]), Path(sys.argv[2])
guard.open_for(template, target, max_files=9, max_bytes=99)
sys.addaudithook(guard)
try:
    exec(sys.argv[3], {"template": template, "target": target, **globals()})
except PermissionError as error:
    print(error.strerror)
"""

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("(target / 'a').write_text((template / 'x').read_text())", ""),
            ("(target / 'd').mkdir(); (target / 'd/l').symlink_to('../a')", ""),
            ("open('/etc/passwd')", "a file outside of the template"),
            ("open(template / 'link')", "a file outside of the template"),
            ("open('/proc/self/environ')", "a file outside of the template"),
            ("os.listdir('/')", "a file outside of the template"),
            ("glob.glob('/etc/*')", "a file outside of the template"),
            ("list(Path('/').iterdir())", "a file outside of the template"),
            ("(template / 'x').write_text('')", "a file outside of its own folder"),
            ("(target / '../x').write_text('')", "a file outside of its own folder"),
            (
                "os.symlink('/tmp', target / 'l'); (target / 'l/evil').write_text('')",
                "a file outside of its own folder",
            ),
            (
                "os.symlink('/tmp/evil', target / 'l'); (target / 'l').write_text('')",
                "a file outside of its own folder",
            ),
            ("os.rename(target, '/tmp/evil')", "a file outside of its own folder"),
            ("(template / 'x').unlink()", "a file outside of its own folder"),
            ("subprocess.run(['true'])", "subprocess.Popen"),
            ("os.system('true')", "os.system"),
            ("os.fork()", "os.fork"),
            ("os.execv('/bin/true', ['true'])", "os.exec"),
            ("os.kill(os.getppid(), 0)", "os.kill"),
            ("socket.create_connection(('127.0.0.1', 9))", "socket."),
        ],
    )
    def test_what_is_let_through(self, code: str, said: str, tmp_path: Path) -> None:
        for folder in ("template", "target"):
            (tmp_path / folder).mkdir()
        (tmp_path / "template/x").write_text("x")
        (tmp_path / "template/link").symlink_to("/etc/passwd")
        folders = (str(tmp_path / "template"), str(tmp_path / "target"))
        arguments = [sys.executable, "-c", self.PROGRAM, *folders, code]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert (done.stderr, done.returncode) == ("", 0)
        assert said in done.stdout
        assert bool(said) == bool(done.stdout)


class TestSignals:
    """An end from outside leaves no temporary folder and no process."""

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130)])
    def test_while_it_renders(
        self, number: int, code: int, template: Template, repo: Path, own_temporary_folder: Path
    ) -> None:
        template.release("v1.0.0", {"a.md.jinja": "{{ ('a' * 60 ~ '!')|regex_search('(a+)+$') }}"})
        run = subprocess.Popen(
            [COMMAND, "init", "-l", repo, "-t", str(template)],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        rendering = self._wait_for(own_temporary_folder)
        time.sleep(1.5)
        err = self._stopped_by(run, number)
        assert run.returncode == code, err
        assert "Traceback" not in err
        assert rendering
        assert not list(own_temporary_folder.iterdir())
        assert read_tree(repo) == {}
        assert not self._alive(run.pid)

    @staticmethod
    def _stopped_by(run: subprocess.Popen[str], number: int) -> str:
        """Send a signal until the process ends: Python drops one that arrives in a callback."""
        for _ in range(10):
            run.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return run.communicate(timeout=10)[1]
        raise AssertionError("no signal ends it")

    @staticmethod
    def _wait_for(folder: Path) -> bool:
        for _ in range(400):
            if list(folder.glob("**/render/*")):
                return True
            time.sleep(0.05)
        return False

    @staticmethod
    def _alive(session: int) -> list[str]:
        """Return the processes of a session that are there still."""
        for _ in range(40):
            listed = subprocess.run(["ps", "-e", "-o", "sess=,pid=,args="], capture_output=True, text=True, check=True)
            left = [line for line in listed.stdout.splitlines() if line.split()[0] == str(session)]
            if not left:
                break
            time.sleep(0.1)
        return left
