"""Every kind of source, named by everybody who can name one: what is refused, what runs nothing, what calls nobody."""

import json
import os
from pathlib import Path

import pytest
from tests.conftest import Result, Run, Template, commit_all, git, read_tree, write_tree
from tests.trust.conftest import Listener, record

PORT, FOLDER, MARK = "@PORT@", "@FOLDER@", "@MARK@"
# Refused whoever names it.
NEVER = {
    "ext helper": f"ext::sh -c touch% {MARK}",
    "fd helper": "fd::17/://x",
    "some helper": f"evil::https://127.0.0.1:{PORT}/x.git",
    "helper behind git+": f"git+ext::sh -c touch% {MARK}",
    "option": f"--upload-pack=touch {MARK}",
    "short option": f"-utouch {MARK}",
    "option behind git+": f"git+--upload-pack=touch {MARK}",
    "option as host": "ssh://-oProxyCommand=x/y.git",
    "option as host, short form": "git@-oProxyCommand=x:y.git",
    "plain http": "http://192.0.2.1/x.git",
    "plain http behind git+": "git+http://192.0.2.1/x",
    "http to what looks like here": "http://localhost.example.invalid/x.git",
    "http with here as user": "http://127.0.0.1@192.0.2.1/x.git",
    "http with a backslash": "http://192.0.2.1\\@127.0.0.1/x.git",
    "ftp": "ftp://192.0.2.1/x.git",
    "rsync": "rsync://192.0.2.1/x.git",
    "unknown scheme": "evil://192.0.2.1/x.git",
    "no host": "https:///x.git",
    "bad port": "https://192.0.2.1:port/x.git",
    "bad address": "http://[/x",
    "bad address behind git+": "git+https://[::1/x",
    "unknown user": "~nosuchuser/x",
    "empty": "",
    "very long": "/" + "x" * 5000,
    "user": "https://CANARY@192.0.2.1/x.git",
    "user and password": "https://me:CANARY@192.0.2.1/x.git",
    "password over ssh": "ssh://git:CANARY@192.0.2.1/x.git",
    "password over ssh, short form": "git:CANARY@192.0.2.1:x.git",
    "query": "https://192.0.2.1/x.git?access_token=CANARY",
    "query behind git+": "git+https://192.0.2.1/x?private_token=CANARY",
    "fragment": "https://192.0.2.1/x.git#CANARY",
    "credentials in a bad URL": "https://me:CANARY@[/x",
    "file URL with a host": "file://192.0.2.1/share/x",
    "file URL with an escaped NUL": "file:///x%00y",
    "line break": "https://192.0.2.1/\n::add-mask::x",
    "escape": "https://192.0.2.1/\x1b[2J.git",
}
# What YAML can say and no command line.
ONLY_RECORDED = {
    "NUL": '"a\\0b"',
    "NUL in a URL": '"https://a\\0b/x.git"',
    "lone surrogate": '"/x\\ud800"',
    "a number": "17",
    "a list": "[ext::sh]",
    "nothing": "",
    "relative": "../template",
    "relative with a dot": "./x",
    "here": ".",
    "in the target": f"{FOLDER}/tpl.git",
    "the target": FOLDER,
    "the target's repository": f"{FOLDER}/.git",
    "in the target, by a file URL": f"file://{FOLDER}/tpl.git",
    "in the target, behind git+": f"git+file://{FOLDER}/tpl.git",
    "in the target, by a detour": f"{FOLDER}/../repo/tpl.git",
    "in the target, by a link": f"{FOLDER}/link",
}
# Allowed, but for somebody who answers.
REMOTE = {
    "https": f"https://127.0.0.1:{PORT}/x.git",
    "https behind git+": f"git+https://127.0.0.1:{PORT}/x",
    "http here": f"http://127.0.0.1:{PORT}/x.git",
    "http here behind git+": f"git+http://127.0.0.1:{PORT}/evil/x",
    "http to localhost": f"http://localhost:{PORT}/x.git",
    "git": f"git://127.0.0.1:{PORT}/x.git",
    "ssh": f"ssh://git@127.0.0.1:{PORT}/x.git",
    "ssh, short form": "git@127.0.0.1:x.git",
    "GitHub, short form": "gh:team/template",
}
AS_USER = (("init", "-t"), ("update", "-t"))
AS_DATA = (("check",), ("check", "--offline"), ("check", "--refresh"), ("update",), ("update", "--dry-run"))


def fill(text: str, folder: Path, mark: Path, port: int = 9) -> str:
    return text.replace(FOLDER, str(folder)).replace(MARK, str(mark)).replace(PORT, str(port))


def assert_refused(done: Result, mark: Path) -> None:
    assert done.code == 2, done
    shown = done.out + done.err
    assert "unexpected" not in shown
    assert "CANARY" not in shown
    assert "\x1b" not in shown
    assert not any(line.startswith("::") for line in shown.splitlines())
    assert not mark.exists()


@pytest.mark.parametrize("text", NEVER.values(), ids=NEVER)
class TestNever:
    """Sources that are refused whoever names them."""

    @pytest.mark.parametrize("command", AS_USER, ids=" ".join)
    def test_named_by_the_user(
        self, text: str, command: tuple[str, ...], installed: Path, tmp_path: Path, mark: Path, scaffold: Run
    ) -> None:
        target = installed if command[0] == "update" else tmp_path / "new"
        before = read_tree(installed)
        word = fill(text, installed, mark)
        options = [f"--template={word}"] if word.startswith("-") else ["-t", word]
        assert_refused(scaffold(command[0], target, *options), mark)
        assert read_tree(installed) == before
        assert not (tmp_path / "new").exists()

    @pytest.mark.parametrize("command", AS_DATA, ids=" ".join)
    def test_recorded(self, text: str, command: tuple[str, ...], repo: Path, mark: Path, scaffold: Run) -> None:
        record(repo, _src_path=json.dumps(fill(text, repo, mark)), _commit="v1.0.0")
        before = read_tree(repo)
        assert_refused(scaffold(command[0], repo, *command[1:]), mark)
        assert read_tree(repo) == before


@pytest.mark.parametrize("text", ONLY_RECORDED.values(), ids=ONLY_RECORDED)
@pytest.mark.parametrize("command", [*AS_DATA, ("accept",)], ids=" ".join)
def test_recorded_only(text: str, command: tuple[str, ...], repo: Path, mark: Path, scaffold: Run) -> None:
    bare = Template(repo / "work").release("v1.0.0", {"a.md": "x\n"})
    git(repo, "clone", "--quiet", "--bare", str(bare), "tpl.git")
    (repo / "link").symlink_to("tpl.git")
    record(repo, _src_path=fill(text, repo, mark), _commit="v1.0.0")
    write_tree(repo, {"a.md": "y\n"})
    if command == ("accept",):
        done = scaffold("accept", repo / "a.md", "--reason", "because")
    else:
        done = scaffold(command[0], repo, *command[1:])
    assert_refused(done, mark)


@pytest.mark.parametrize("text", REMOTE.values(), ids=REMOTE)
@pytest.mark.parametrize("version", ["v1.0.0", "main", "1234567890123456789012345678901234567890", "v1-2-gabcdef0"])
def test_offline_calls_nobody(  # noqa: PLR0913, PLR0917 - the places that could be called, and the witnesses
    text: str,
    version: str,
    repo: Path,
    listener: Listener,
    mark: Path,
    program: Path,
    scaffold: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.port}")
    word = fill(text, repo, mark, listener.port)
    record(repo, _src_path=json.dumps(word), _commit=json.dumps(version))
    done = scaffold("check", repo, "--offline")
    assert done.code == 3, done
    assert "--offline" in done.err + done.out
    assert listener.calls == 0
    assert not mark.exists()


def test_a_server_that_never_answers(
    repo: Path, listener: Listener, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    monkeypatch.setattr("issue_scaffold.template.mirrors.LIST_SECONDS", 1.0)
    monkeypatch.setattr("issue_scaffold.template.mirrors.FETCH_SECONDS", 2.0)
    for url in (f"http://127.0.0.1:{listener.port}/x.git", f"git://127.0.0.1:{listener.port}/x.git"):
        record(repo, _src_path=json.dumps(url), _commit="v1.0.0")
        done = scaffold("check", repo)
        assert done.code == 3, done
        assert "within 2 seconds" in done.out + done.err
    assert listener.calls >= 2


class TestHostileClone:
    """A repository that holds a git folder and an answers file that names it: nothing of it is ever used as git's."""

    CONFIG = (
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tfsmonitor = {program}\n\thooksPath = {hooks}\n"
        "[extensions]\n\tpartialClone = origin\n"
        '[remote "origin"]\n\turl = "ext::sh -c touch% {mark}"\n\tpromisor = true\n\tuploadpack = {program}\n'
        '[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n'
        "[uploadpack]\n\tpackObjectsHook = {program}\n[core]\n\talternateRefsCommand = {program}\n"
    )

    @pytest.fixture
    def hostile(self, tmp_path: Path, mark: Path, program: Path) -> Path:
        folder = tmp_path / "hostile"
        config = self.CONFIG.format(program=program, mark=mark, hooks=program.parent)
        write_tree(
            folder,
            {
                "tpl.git/config": config,
                "tpl.git/HEAD": "ref: refs/heads/main\n",
                "tpl.git/refs/.keep": "",
                "tpl.git/objects/.keep": "",
                "a.md": "x\n",
            },
        )
        git(folder, "init", "--quiet")
        record(folder, _src_path="tpl.git", _commit='"1234567890123456789012345678901234567890"')
        commit_all(folder)
        return folder

    @pytest.mark.parametrize("command", [*AS_DATA, ("accept",)], ids=" ".join)
    def test_in_the_work_tree(self, command: tuple[str, ...], hostile: Path, mark: Path, scaffold: Run) -> None:
        if command == ("accept",):
            done = scaffold("accept", hostile / "a.md", "--reason", "because")
        else:
            done = scaffold(command[0], hostile, *command[1:])
        assert_refused(done, mark)

    @pytest.mark.parametrize("version", ["1234567890123456789012345678901234567890", "v1.0.0", "main"])
    @pytest.mark.parametrize("command", [("check",), ("check", "--offline"), ("update",), ("init", "-t")], ids=" ".join)
    def test_beside_it(
        self, command: tuple[str, ...], version: str, hostile: Path, repo: Path, mark: Path, scaffold: Run
    ) -> None:
        """Even a folder that the user may name runs nothing: git's own protocol is all that is spoken with it."""
        record(repo, _src_path=str(hostile / "tpl.git"), _commit=json.dumps(version))
        if command[0] == "init":
            done = scaffold("init", repo.parent / "new", "-t", hostile / "tpl.git", "--ref", version)
        else:
            done = scaffold(command[0], repo, *command[1:])
        assert done.code in {2, 3}, done
        assert "unexpected" not in done.err
        assert not mark.exists()

    def test_a_template_with_hostile_settings_installs_and_runs_nothing(
        self, template: Template, repo: Path, mark: Path, program: Path, scaffold: Run
    ) -> None:
        template.release(None, {"a.md": "x\n", ".gitattributes": "* filter=evil diff=evil\n"})
        (template.folder / ".git/hooks").mkdir(exist_ok=True)
        for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
            (template.folder / ".git/hooks" / hook).symlink_to(program)
        config = self.CONFIG.format(program=program, mark=mark, hooks=template.folder / ".git/hooks")
        evil = f'[filter "evil"]\n\tclean = {program}\n\tsmudge = {program}\n[diff "evil"]\n\ttextconv = {program}\n'
        own = template.folder / ".git/config"
        own.write_text(own.read_text() + config.replace("bare = true", "bare = false") + evil)
        mark.unlink(missing_ok=True)
        done = scaffold("init", repo, "-t", template)
        assert done.code == 0, done
        assert (repo / "a.md").read_text() == "x\n"
        write_tree(template.folder, {"more.md": "x\n"})
        done = scaffold("init", repo.parent / "other", "-t", template)
        assert done.code == 2
        assert "not committed" in done.err
        assert not mark.exists()


class TestOwnership:
    """A path that only a file names must be the user's own, or trusted by their git; what is rendered is a commit."""

    @pytest.fixture
    def foreign(self, template: Template, repo: Path, scaffold: Run) -> Template:
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        template.release("v1.0.0", {"f.txt": "one\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        template.release("v2.0.0", {"f.txt": "two\n", "h.txt": "h\n"})
        for place in (template.folder, *template.folder.rglob("*")):
            os.chown(place, 1234, 1234, follow_symlinks=False)
        return template

    def test_before_and_after_it_is_trusted(
        self, foreign: Template, repo: Path, tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
        for command in (("check",), ("check", "--offline"), ("update",)):
            done = scaffold(command[0], repo, *command[1:])
            assert done.code == 2, done
            assert "belongs to another user" in done.out + done.err
            assert "safe.directory" in done.out + done.err
        assert (repo / "f.txt").read_text() == "one\n"
        write_tree(tmp_path, {"gitconfig": f"[safe]\n\tdirectory = {foreign}\n"})
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
        done = scaffold("check", repo, "--format", "json")
        assert [finding["kind"] for finding in json.loads(done.out)["targets"][0]["findings"]] == ["outdated"]
        assert scaffold("update", repo).code == 0
        assert (repo / "f.txt").read_text() == "two\n"
        assert (repo / "h.txt").read_text() == "h\n"
        assert scaffold("check", repo).code == 0

    def test_named_by_the_user(self, foreign: Template, repo: Path, tmp_path: Path, scaffold: Run) -> None:
        assert scaffold("init", tmp_path / "new", "-t", foreign).code == 0
        assert (tmp_path / "new/f.txt").read_text() == "two\n"
        assert scaffold("update", repo, "-t", foreign).code == 0
        assert (repo / "f.txt").read_text() == "two\n"

    def test_what_is_rendered_is_a_commit(self, foreign: Template, tmp_path: Path, scaffold: Run) -> None:
        write_tree(foreign.folder, {"f.txt": "from the work tree\n"})
        assert scaffold("init", tmp_path / "new", "-t", foreign, "--ref", "v1.0.0").code == 0
        assert (tmp_path / "new/f.txt").read_text() == "one\n"
        assert not (tmp_path / "new/h.txt").exists()


def test_a_bare_repository_by_any_name(template: Template, repo: Path, tmp_path: Path, scaffold: Run) -> None:
    template.release("v1.0.0", {"a.md": "one\n"})
    bare = tmp_path / "no suffix, 100 %"
    git(tmp_path, "clone", "--quiet", "--bare", str(template), str(bare))
    assert scaffold("init", repo, "-t", bare).code == 0
    assert scaffold("check", repo).code == 0
    git(template.folder, "push", "--quiet", str(bare), "main")
    template.release("v1.1.0", {"a.md": "two\n"})
    git(template.folder, "push", "--quiet", str(bare), "v1.1.0")
    assert scaffold("update", repo).code == 0
    assert (repo / "a.md").read_text() == "two\n"
