"""The fakes of Gitea's and of GitLab's pull requests against clients that others have made, unmodified.

`gitea-async-sdk` is generated from Gitea's description: its models check the type of every field that they know.
"""

import asyncio
import importlib
from typing import Any

import gitlab
import pytest
from gitlab.exceptions import GitlabCreateError
from tests.fleet.fake_pulls import TOKEN, PullsServer
from tests.fleet.planned_runs import BEFORE

NAME = "octo/api"
OWNED = ("octo", "api")
TEXT = "Hello"


@pytest.fixture(autouse=True)
def _branch(forge: PullsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    forge.backend.make(NAME, BEFORE)
    forge.backend.git(NAME, "branch", "work", "main")
    forge.backend.commit(NAME, {"README.md": "more\n"}, branch="work")


def test_python_gitlab_works_with_the_fake(forge: PullsServer) -> None:
    with gitlab.Gitlab(forge.address, private_token=TOKEN, retry_transient_errors=False) as client:
        project = client.projects.get(NAME, lazy=True)
        asked = {"source_branch": "work", "target_branch": "main", "title": f"Draft: {TEXT}", "description": TEXT}
        made = project.mergerequests.create(asked)
        assert (made.iid, made.state, made.title, made.description) == (1, "opened", f"Draft: {TEXT}", TEXT)
        assert made.sha == forge.backend.git(NAME, "rev-parse", "work")
        with pytest.raises(GitlabCreateError) as caught:
            project.mergerequests.create(asked)
        assert caught.value.response_code == 409
        made.notes.create({"body": TEXT})
        assert [note.body for note in made.notes.list(get_all=True)] == [TEXT]
        made.title = "Ready"
        made.state_event = "close"
        made.save()
        found = project.mergerequests.list(state="all", source_branch="work", get_all=True)
        assert [(one.iid, one.state, one.title) for one in found] == [(1, "closed", "Ready")]
        issue = project.issues.create({"title": TEXT, "description": TEXT})
        assert [(one.iid, one.state) for one in project.issues.list(get_all=True)] == [(issue.iid, "opened")]


def test_the_client_generated_from_giteas_description_reads_the_fake(forge: PullsServer) -> None:
    gitea_async: Any = importlib.import_module("gitea_async")  # which takes seconds

    async def work() -> None:
        key = {"AuthorizationHeaderToken": f"token {TOKEN}"}
        configuration = gitea_async.Configuration(host=forge.api("gitea"), api_key=key)
        async with gitea_async.ApiClient(configuration) as client:
            repositories, issues = gitea_async.RepositoryApi(client), gitea_async.IssueApi(client)
            option = gitea_async.CreatePullRequestOption(head="work", base="main", title=f"WIP: {TEXT}", body=TEXT)
            made = await repositories.repo_create_pull_request(*OWNED, option)
            assert (made.number, made.title, made.state, made.draft) == (1, f"WIP: {TEXT}", "open", True)
            assert made.head.sha == forge.backend.git(NAME, "rev-parse", "work")
            with pytest.raises(gitea_async.ApiException) as caught:
                await repositories.repo_create_pull_request(*OWNED, option)
            assert caught.value.status == 409
            comment = gitea_async.CreateIssueCommentOption(body=TEXT)
            await issues.issue_create_comment(*OWNED, 1, comment)
            assert [one.body for one in await issues.issue_get_comments(*OWNED, 1)] == [TEXT]
            edit = gitea_async.EditPullRequestOption(title="Ready", body=TEXT, state="closed")
            await repositories.repo_edit_pull_request(*OWNED, 1, edit)
            found = await repositories.repo_list_pull_requests(*OWNED, state="all")
            assert [(one.number, one.state, one.title) for one in found] == [(1, "closed", "Ready")]

    asyncio.run(work())
