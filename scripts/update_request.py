"""Brings a repository to the newest issue-scaffold and the newest version of its template, as one pull request.

Looks for newer releases of the tool where the answers file says that it comes from, installs the newest, updates with
it, and raises the answer `tool_version` in the same request, which is refreshed while it is open. Conflicts are never
committed: an issue says which there are. What people closed doesn't come back before the next version; a branch that
others pushed to is left alone.

action.yml runs this in the job's checkout; as a program it works on a clone that it makes, on GitHub, Forgejo, Gitea
and GitLab (environment: what their runners set, and GH_TOKEN or SCAFFOLD_TOKEN). Needs git and the standard library.
"""

import base64
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import quote, urlencode

FAILURE: Final = 3
ANSWERS: Final = ".copier-answers.scaffold.yml"
BRANCH: Final = "scaffold/update"
EMAIL: Final = "update@issue-scaffold.invalid"
IDENTITY: Final = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "issue-scaffold"), ("EMAIL", EMAIL))
}
RELEASE: Final = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,4})")
SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A pull request or an issue of a forge; `state` is open, closed or merged."""

    number: int
    title: str
    state: str


class Api:
    """A forge's REST API. A call that fails ends the run with an annotation."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url, self._headers = url.rstrip("/"), headers
        self._opener = urllib.request.build_opener(NoRedirect())

    def call(self, verb: str, path: str, content: Mapping[str, Any] | None = None, hint: str = "") -> Any:  # noqa: ANN401
        """Send a request; return the JSON of its answer."""
        data = None if content is None else json.dumps(content).encode()
        headers = {**self._headers, "Content-Type": "application/json", "User-Agent": "issue-scaffold"}
        request = urllib.request.Request(f"{self._url}{path}", data, headers, method=verb)  # noqa: S310 - the runner's
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(500).decode(errors="replace")
            stop(f"{verb} {path.partition('?')[0]} was refused (status {error.code}){hint}: {said}")
        except (OSError, ValueError) as error:
            stop(f"{verb} {path.partition('?')[0]} failed: {error}")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the error that it is here: the token is for one host."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


class GitHubLike:
    """Pull requests and issues of GitHub, Forgejo and Gitea, whose APIs differ in how an issue is found."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        url = environment["GITHUB_API_URL"]
        self.repository = environment["GITHUB_REPOSITORY"]
        self.remote = f"{environment['GITHUB_SERVER_URL']}/{self.repository}"
        self._api = Api(url, {"Authorization": f"token {environment['GH_TOKEN']}", "Accept": "application/json"})
        self._is_github = not url.rstrip("/").endswith("/api/v1")

    def requests(self) -> list[Item]:
        """Return the pull requests from the branch, the newest first."""
        query = {"state": "all", "per_page": "100", "limit": "50"}
        if self._is_github:
            query["head"] = f"{self.repository.partition('/')[0]}:{BRANCH}"
        rows = self._api.call("GET", f"/repos/{self.repository}/pulls?{urlencode(query)}")
        own = [row for row in rows if self._is_own(row["head"])]
        return [self._item(row) for row in own]

    def _is_own(self, head: Mapping[str, Any]) -> bool:
        """Tell whether a pull request comes from our branch here, and not from one of a fork's."""
        return head["ref"] == BRANCH and (head.get("repo") or {}).get("full_name") == self.repository

    def _item(self, row: Mapping[str, Any]) -> Item:
        merged = row.get("merged_at") or (row.get("pull_request") or {}).get("merged_at")
        return Item(number=row["number"], title=row["title"], state="merged" if merged else row["state"])

    def issues(self, title: str) -> list[Item]:
        """Return the issues that a search for a title finds."""
        if self._is_github:
            query = urlencode({"q": f'repo:{self.repository} type:issue in:title "{title}"'})
            rows = self._api.call("GET", f"/search/issues?{query}")["items"]
        else:
            query = urlencode({"state": "all", "type": "issues", "q": title})
            rows = self._api.call("GET", f"/repos/{self.repository}/issues?{query}")
        return [self._item(row) for row in rows]

    def open_request(self, title: str, body: str, base: str) -> None:
        """Open a pull request."""
        hint = "; allow it under Settings, Actions, General, or give a secret SCAFFOLD_TOKEN"
        content = {"title": title, "body": body, "head": BRANCH, "base": base}
        self._api.call("POST", f"/repos/{self.repository}/pulls", content, hint)

    def edit_request(self, number: int, title: str, body: str) -> None:
        """Give a pull request another title and text."""
        self._api.call("PATCH", f"/repos/{self.repository}/pulls/{number}", {"title": title, "body": body})

    def open_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        self._api.call("POST", f"/repos/{self.repository}/issues", {"title": title, "body": body})

    def edit_issue(self, number: int, body: str) -> None:
        """Give an issue another text."""
        self._api.call("PATCH", f"/repos/{self.repository}/issues/{number}", {"body": body})


class GitLab:
    """Merge requests and issues of GitLab."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.remote = f"{environment['CI_PROJECT_URL']}.git"
        self._project = environment["CI_PROJECT_ID"]
        self._base = f"/projects/{quote(self._project, safe='')}"
        self._api = Api(environment["CI_API_V4_URL"], {"PRIVATE-TOKEN": environment["GH_TOKEN"]})

    def requests(self) -> list[Item]:
        """Return the merge requests from the branch, the newest first."""
        query = urlencode({"state": "all", "source_branch": BRANCH, "per_page": "100"})
        rows = self._api.call("GET", f"{self._base}/merge_requests?{query}")
        return [self._item(row) for row in rows if str(row["source_project_id"]) == self._project]

    def _item(self, row: Mapping[str, Any]) -> Item:
        state = "open" if row["state"] == "opened" else row["state"]
        return Item(number=row["iid"], title=row["title"], state=state)

    def issues(self, title: str) -> list[Item]:
        """Return the issues that a search for a title finds."""
        query = urlencode({"search": title, "in": "title", "per_page": "100"})
        return [self._item(row) for row in self._api.call("GET", f"{self._base}/issues?{query}")]

    def open_request(self, title: str, body: str, base: str) -> None:
        """Open a merge request."""
        content = {"title": title, "description": body, "source_branch": BRANCH, "target_branch": base}
        self._api.call("POST", f"{self._base}/merge_requests", content)

    def edit_request(self, number: int, title: str, body: str) -> None:
        """Give a merge request another title and text."""
        self._api.call("PUT", f"{self._base}/merge_requests/{number}", {"title": title, "description": body})

    def open_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        self._api.call("POST", f"{self._base}/issues", {"title": title, "description": body})

    def edit_issue(self, number: int, body: str) -> None:
        """Give an issue another text."""
        self._api.call("PUT", f"{self._base}/issues/{number}", {"description": body})


def forge_of(environment: Mapping[str, str]) -> GitHubLike | GitLab:
    """Return the forge whose runner this is."""
    return GitLab(environment) if "CI_API_V4_URL" in environment else GitHubLike(environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What is updated with: what pip installs, and the answer `tool_version` that it means, if that is another."""

    requirement: str
    raised_to: str | None = None


def newest_tool(folder: Path, pinned: str, environment: Mapping[str, str]) -> Tool:
    """Return the newest release of the tool; `pinned`, what pip is to install, unless there is a newer one.

    Only a release is replaced by a release, and a release's commit by a release's commit: whoever follows a branch, or
    a commit in between, has chosen that.
    """
    source, version = answer(folder, "tool_source"), answer(folder, "tool_version")
    if not source or not version:
        return Tool(requirement=pinned)
    listed = subprocess.run(
        ["git", "ls-remote", "--tags", "--", source],
        env={**environment, "GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        annotate("warning", f"{source} can't be asked for newer releases: {listed.stderr.decode(errors='replace')}")
        return Tool(requirement=pinned)
    releases = read_releases(listed.stdout.decode(errors="replace"))
    tags = {commit: tag for tag, commit in releases.items()}
    current = version if version in releases else tags.get(version)
    if current is None or not releases:
        return Tool(requirement=pinned)
    newest = max(releases, key=release_key)
    if release_key(newest) <= release_key(current):
        return Tool(requirement=pinned)
    raised = newest if version in releases else releases[newest]
    return Tool(requirement=requirement(source, raised), raised_to=raised)


def read_releases(listed: str) -> dict[str, str]:
    """Return the commit of each tag that names a release, from what git lists; `^{}` is what a tag stands for."""
    commits: dict[str, str] = {}
    for line in listed.splitlines():
        commit, _, ref = line.partition("\t")
        tag = ref.removeprefix("refs/tags/").removesuffix("^{}")
        if RELEASE.fullmatch(tag) and (tag not in commits or ref.endswith("^{}")):
            commits[tag] = commit
    return commits


def release_key(tag: str) -> tuple[int, ...]:
    """Return what releases are compared by; v1.2 and 1.2.0 are equal."""
    found = RELEASE.fullmatch(tag)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def answer(folder: Path, name: str) -> str:
    """Return an answer that is one word, as Copier records it; nothing where there is none."""
    try:
        text = (folder / ANSWERS).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    found = re.search(rf"^{name}: (['\"]?)([A-Za-z0-9][^\s'\"]*)\1\s*$", text, re.MULTILINE)
    return found[2] if found else ""


def requirement(source: str, version: str) -> str:
    """Return what pip installs; it knows no git@host:path."""
    url = re.sub(r"^git@([^:]+):", r"ssh://git@\1/", source)
    return f"issue-scaffold @ git+{url}@{version}"


def programs_folder(system: str) -> str:
    """Return where a virtual environment has its programs, by Python's name of a system."""
    return "Scripts" if system == "nt" else "bin"


def install(wanted: str, folder: Path) -> Path:
    """Install what pip understands into a virtual environment, once a job; return the folder of its programs."""
    programs = folder / programs_folder(os.name)
    installed = folder / "installed.txt"
    # With -P, since a pull request's files lie in the working directory: its `venv.py` is not what is meant.
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        # Emptied: pip leaves what is there when another commit of the project has the same version.
        call([sys.executable, "-P", "-m", "venv", str(folder), "--clear"])
        python = programs / "python"
        call([str(python), "-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted])
        installed.write_text(wanted, encoding="utf-8")
    return programs


def call(command: Sequence[str]) -> None:
    """Run a program. Exits with an annotation if it fails."""
    done = subprocess.run(command, check=False)
    if done.returncode:
        stop(f"issue-scaffold can't be installed: {shlex.join(command)} failed; the log above says why")


class Update:
    """One run, in a clean checkout of the branch that requests go to."""

    def __init__(self, folder: Path, programs: Path, tool: Tool, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.base = environment["BASE"]
        self.forge = forge_of(environment)
        self.environment = {**environment, **IDENTITY, "PYTHONUTF8": "1"}
        self._with_token = with_token(self.environment, self.forge.remote)
        self._command = [str(programs / "scaffold"), "update"]
        if tool.raised_to is not None:
            self._command += ["-d", f"tool_version={tool.raised_to}"]
        self._tool = tool

    def run(self) -> int:
        """Open or refresh what there is to be; return the exit code."""
        if self._git("status", "--porcelain").stdout.strip():
            stop("the checkout has changes of its own")
        planned = self._scaffold("--dry-run", "--format", "json")
        sys.stderr.write(planned.stderr)
        target = json.loads(planned.stdout)["targets"][0]
        if target["status"] == "failed":
            return planned.returncode
        title = self._title(target["template"])
        if target["status"] == "unchanged":
            return self._finish("unchanged", f"The issue templates are up to date ({target['template']['version']}).")
        if target["status"] == "conflicts":
            return self._tell_conflicts(title)
        return self._request(title)

    def _title(self, template: Mapping[str, Any]) -> str:
        """Return what names this update among all others, the closed ones too."""
        parts = []
        if template["version"] != template["previous"] or self._tool.raised_to is None:
            parts.append(f"issue templates to {template['version']}")
        if self._tool.raised_to is not None:
            parts.append(f"issue-scaffold to {self._tool.raised_to}")
        return f"Update {' and '.join(parts)}"

    def _tell_conflicts(self, title: str) -> int:
        found = [item for item in self.forge.issues(title) if item.title == title]
        opened = [item for item in found if item.state == "open"]
        if found and not opened:
            text = f"{title}: there are conflicts; issue #{found[0].number} about them was closed."
            return self._finish("conflicts", text)
        plan = self._scaffold("--dry-run")
        body = (
            "The new version and changes in this repository contradict each other.\n\n"
            f"{indented(plan.stdout + plan.stderr)}\n"
            f"To merge them, run `{shlex.join(['scaffold', *self._command[1:]])}` in a clone, "
            "resolve the marked lines, and commit the result.\n"
        )
        if opened:
            self.forge.edit_issue(opened[0].number, body)
        else:
            self.forge.open_issue(title, body)
        return self._finish("conflicts", f"{title}: there are conflicts; an issue says which.")

    def _request(self, title: str) -> int:
        requests = self.forge.requests()
        opened = next((item for item in requests if item.state == "open"), None)
        closed = next((item for item in requests if item.title == title), None)
        if opened is None and closed is not None:
            text = f"#{closed.number} ({title}) was closed; reopen it to get it after all."
            return self._finish("closed", text)
        self._git("switch", "--quiet", "--force-create", BRANCH)
        done = self._scaffold("--on-conflict", "abort")
        if done.returncode:
            stop(f"scaffold update failed: {done.stdout}{done.stderr}")
        body = (
            "What the new version changes here, merged with what was changed in this repository:\n\n"
            f"{indented(done.stdout)}\nClosed without merging, it comes back with the next version only.\n"
        )
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", title)
        if not self._push():
            return self._finish("kept", f"Others have pushed to {BRANCH}; delete the branch to get: {title}.")
        if opened is None:
            self.forge.open_request(title, body, self.base)
        else:
            self.forge.edit_request(opened.number, title, body)
        return self._finish("changed", f"{title}: the pull request was opened or refreshed.")

    def _push(self) -> bool:
        """Push the branch unless it is the same already; return False if others have pushed to it."""
        seen, ref = "", f"refs/remotes/scaffold/{BRANCH}"
        fetch = ("fetch", "--quiet", "--depth=1", self.forge.remote, f"+refs/heads/{BRANCH}:{ref}")
        if self._git(*fetch, env=self._with_token, is_tried=True).returncode == 0:
            seen = self._git("rev-parse", ref).stdout.strip()
            if self._git("log", "-1", "--format=%ce", seen).stdout.strip() != EMAIL:
                return False
            if self._git("diff", "--quiet", seen, "HEAD", is_tried=True).returncode == 0:
                return True
        push = (
            "push",
            "--quiet",
            f"--force-with-lease={BRANCH}:{seen}",
            self.forge.remote,
            f"HEAD:refs/heads/{BRANCH}",
        )
        pushed = self._git(*push, env=self._with_token, is_tried=True)
        if pushed.returncode:
            stop(
                f"can't push {BRANCH}; if workflows change, which a job's own token may not do, "
                f"give a secret SCAFFOLD_TOKEN: {pushed.stderr}"
            )
        return True

    def _scaffold(self, *options: str) -> subprocess.CompletedProcess[str]:
        return run([*self._command, *options], self.folder, self.environment)

    def _git(
        self, *arguments: str, env: Mapping[str, str] | None = None, is_tried: bool = False
    ) -> subprocess.CompletedProcess[str]:
        done = run(["git", *arguments], self.folder, env or self.environment)
        if done.returncode and not is_tried:
            stop(f"git {arguments[0]} failed: {done.stderr}")
        return done

    def _finish(self, status: str, text: str) -> int:
        """Say how it ended: to people, the run's summary, and later steps."""
        sys.stdout.write(f"{text}\n")
        for variable, line in (("GITHUB_OUTPUT", f"status={status}"), ("GITHUB_STEP_SUMMARY", text)):
            if self.environment.get(variable):
                with Path(self.environment[variable]).open("a", encoding="utf-8", newline="\n") as stream:
                    stream.write(f"{line}\n")
        return 0


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program; return its exit code and its texts, with line ends as Python has them on every system."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def indented(text: str) -> str:
    """Return a text as a code block of Markdown."""
    return "".join(f"    {line}\n" for line in text.splitlines())


def with_token(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """Return the environment in which git sends the token to the server of a URL, and to no other."""
    token = base64.b64encode(f"x-access-token:{environment['GH_TOKEN']}".encode()).decode()
    server = "/".join(url.split("/")[:3])
    number = int(environment.get("GIT_CONFIG_COUNT") or 0)
    return {
        **environment,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": f"http.{server}/.extraheader",
        f"GIT_CONFIG_VALUE_{number}": f"AUTHORIZATION: basic {token}",
    }


def annotate(level: str, message: str) -> None:
    """Write one annotation of a run."""
    data = message.strip().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{level} title=scaffold::{data}\n")


def stop(message: str) -> NoReturn:
    """Annotate the run with an error, and end it."""
    annotate("error", message)
    sys.exit(FAILURE)


def update(folder: Path, pinned: str, temporary: Path, environment: Mapping[str, str]) -> int:
    """Bring a checkout up to date by a pull request; `pinned` is what pip installs if nothing is newer."""
    tool = newest_tool(folder, pinned, environment)
    return Update(folder, install(tool.requirement, temporary / "issue-scaffold"), tool, environment).run()


def main(given: Mapping[str, str]) -> int:
    """Clone the repository that the job is of, and update it with this checkout of the tool, or a newer one."""
    token = given.get("SCAFFOLD_TOKEN") or given.get("GH_TOKEN", "")
    if not token:
        stop("there is no token; give the job one that may push and open requests, as SCAFFOLD_TOKEN")
    base = given.get("CI_DEFAULT_BRANCH") or given["GITHUB_REF_NAME"]
    environment = {**given, "GH_TOKEN": token, "BASE": base}
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder)
        remote = forge_of(environment).remote
        clone = ["git", "clone", "--quiet", "--depth=1", "--branch", base, remote, str(temporary / "repository")]
        cloned = run(clone, temporary, with_token(environment, remote))
        if cloned.returncode:
            stop(f"{remote} can't be cloned: {cloned.stderr}")
        return update(temporary / "repository", str(Path(__file__).resolve().parents[1]), temporary, environment)


if __name__ == "__main__":
    sys.exit(main(os.environ))
