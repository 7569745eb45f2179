"""The fakes of Gitea and GitLab against clients that others have made for these forges, unmodified.

`gitea-async-sdk` is generated from Gitea's description (1.26): its models check the type of every field that they know.
python-gitlab has what GitLab's documentation says. What both read from the fakes is what was put there.
"""

import asyncio
import importlib
from collections.abc import Iterator
from typing import Any

import gitlab
import pytest
from gitlab.exceptions import GitlabCreateError, GitlabHttpError, GitlabUpdateError
from tests.labels.fake_gitea import FakeGitea
from tests.labels.fake_github import FakeServer
from tests.labels.fake_gitlab import FakeGitLab

REPOSITORY = ("octo", "demo")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def gitea(server: FakeServer) -> Iterator[FakeGitea]:
    """Return a fake of Gitea that is being served."""
    fake = FakeGitea()
    server.github, server.prefix, server.public = fake, fake.prefix, server.address
    yield fake
    server.prefix = ""


@pytest.fixture
def project(server: FakeServer) -> Iterator[Any]:
    """Return a project of a served fake of GitLab, as python-gitlab has it."""
    fake = FakeGitLab()
    fake.place()
    server.github, server.prefix, server.public = fake, fake.prefix, server.address
    with gitlab.Gitlab(server.address, private_token=fake.token, retry_transient_errors=False) as client:
        yield client.projects.get("octo/demo")
    server.prefix = ""


def test_the_client_generated_from_giteas_description_reads_the_fake(gitea: FakeGitea, server: FakeServer) -> None:
    # Its import takes seconds, which no run without this test should pay.
    gitea_async: Any = importlib.import_module("gitea_async")
    place = gitea.place()
    for number in range(3):
        place.put(number + 1, is_request=number == 1, state="closed")

    async def work() -> None:
        configuration = gitea_async.Configuration(
            host=f"{server.address}{server.prefix}",
            api_key={"AuthorizationHeaderToken": f"token {gitea.token}"},
        )
        async with gitea_async.ApiClient(configuration) as client:
            issues, repositories = gitea_async.IssueApi(client), gitea_async.RepositoryApi(client)
            assert (await repositories.repo_get(*REPOSITORY)).archived is False
            options = gitea_async.CreateLabelOption(name="kind/bug", color="#D73A4A", exclusive=True)
            made = await issues.issue_create_label(*REPOSITORY, options)
            assert (made.name, made.color, made.exclusive, made.is_archived) == ("kind/bug", "d73a4a", True, False)
            edit = gitea_async.EditLabelOption(description="broken", is_archived=True)
            edited = await issues.issue_edit_label(*REPOSITORY, made.id, edit)
            assert (edited.description, edited.is_archived, edited.exclusive) == ("broken", True, True)
            assert [label.name for label in await issues.issue_list_labels(*REPOSITORY)] == ["kind/bug"]
            place.issues[True, 2].labels.add(made.id)
            found = await issues.issue_list_issues(*REPOSITORY, state="all", labels="kind/bug")
            assert [(issue.number, [label.id for label in issue.labels]) for issue in found] == [(2, [made.id])]
            everything = await issues.issue_list_issues(*REPOSITORY, state="all", labels="nothing")
            assert len(everything) == 3
            place.add("of the organisation", "ffffff", group=True)
            (inherited,) = await gitea_async.OrganizationApi(client).org_list_labels("octo")
            assert inherited.name == "of the organisation"
            assert [label.name for label in await issues.issue_list_labels(*REPOSITORY)] == ["kind/bug"]
            place.remove(inherited.id)
            await issues.issue_delete_label(*REPOSITORY, made.id)
            assert not place.rows

    asyncio.run(work())


def test_python_gitlab_works_with_the_fake(project: Any, server: FakeServer) -> None:  # noqa: ANN401
    fake = server.github
    assert isinstance(fake, FakeGitLab)
    place = fake.place()
    for number in range(120):
        place.add(f"label {number}", "0e8a16")
    place.add("of the group", "ffffff", group=True)
    made = project.labels.create({"name": "bug", "color": "#d73a4a", "priority": 3})
    assert (made.name, made.color.lower(), made.priority, made.is_project_label) == ("bug", "#d73a4a", 3, True)
    made.new_name = "defect"
    made.save()
    labels = project.labels.list(get_all=True, per_page=100)
    assert len(labels) == 122
    defect = next(label for label in labels if label.name == "defect")
    assert (defect.id, defect.priority) == (made.id, 3)
    assert [label.name for label in labels if not label.is_project_label] == ["of the group"]
    for name, status in (("defect", 409), ("of the group", 400), ("a, b", 400)):
        with pytest.raises(GitlabCreateError) as caught:
            project.labels.create({"name": name, "color": "#d73a4a"})
        assert caught.value.response_code == status
    defect.new_name = "label 7"
    with pytest.raises(GitlabUpdateError, match="has already been taken"):
        defect.save()

    place.put(4, "label 1", state="closed")
    place.put(4, "label 2", is_request=True)
    request = project.mergerequests.get(4)
    request.add_labels = ["defect"]
    request.save()
    assert place.on(4, is_request=True) == {"label 2", "defect"}
    issues = project.issues.list(state="all", labels=["label 1"], get_all=True)
    assert [(issue.iid, issue.labels) for issue in issues] == [(4, ["label 1"])]
    assert [one.iid for one in project.mergerequests.list(state="all", labels=["defect"], get_all=True)] == [4]
    (counted,) = project.labels.list(with_counts=True, search="LABEL 11", get_all=True, per_page=1)[:1]
    assert (counted.name, counted.open_issues_count, counted.closed_issues_count) == ("label 11", 0, 0)
    (counted,) = project.labels.list(with_counts=True, search="defect", get_all=True)
    assert counted.open_merge_requests_count == 1
    defect.delete()
    assert place.on(4, is_request=True) == {"label 2"}


def test_gitlab_takes_a_name_for_a_number_where_it_begins_like_one(project: Any, server: FakeServer) -> None:  # noqa: ANN401
    fake = server.github
    assert isinstance(fake, FakeGitLab)
    number = fake.place().add("bug")
    fake.place().add(f"{number}rd party")
    assert project.labels.get(f"{number}rd party").name == "bug"
    fake.place().archived = True
    with pytest.raises(GitlabHttpError):
        project.labels.gitlab.http_put(f"/projects/octo%2Fdemo/labels/{number}", post_data={"color": "#000000"})
