"""A fake of Gitea's API for labels, with state. Forgejo's is the same.

It does what `routers/api/v1/repo/label.go` and `issue.go` in Gitea's source do, odd things too: two labels may have one
name, a label that is written to without `is_archived` isn't archived any more, the list of labels names no next page,
and a question for issues with a label that isn't there is one for all issues. `test_other_forges.py` lets the client
that is generated from Gitea's description read what it answers.
"""

from typing import Any

from tests.labels.fake_github import Reply
from tests.labels.fake_numbered import Asked, FakeNumbered, NumberedIssue, Row, dates, listed

PEOPLE = {"octo"}


class FakeGitea(FakeNumbered):
    """The whole service; labels of the organisation are those that have `group`, where the owner is one."""

    has_organisation = True

    prefix = "/api/v1"
    most = 50

    def named(self, parts: list[str]) -> tuple[str, list[str]]:
        if parts[0] == "orgs":
            return f"{parts[1]}/demo", parts[:1] + parts[2:]
        return "/".join(parts[1:3]), parts[3:]

    def route(self, rest: list[str], asked: Asked) -> Reply:  # noqa: PLR0911 - a row an endpoint
        if asked.verb != "GET" and (refused := self._closed(asked)):
            return refused
        match asked.verb, rest:
            case "GET", []:
                return self.ok({"id": 1, "full_name": "octo/demo", "archived": asked.repository.archived})
            case "GET", ["labels"]:
                return self._list(asked, of_organisation=False)
            case "GET", ["orgs", "labels"] if self.has_organisation:
                return self._list(asked, of_organisation=True)
            case "POST", ["labels"]:
                return self._make(asked)
            case _, ["labels", number]:
                return self._change(int(number), asked)
            case "GET", ["issues", *number]:
                return self._show(number, asked)
            case "POST", ["issues"]:
                return self._open_issue(asked)
            case "POST", ["issues", number, "labels"]:
                return self._give(int(number), asked)
        return self._problem(404, "Not Found")

    def _list(self, asked: Asked, *, of_organisation: bool) -> Reply:
        rows = [row for row in asked.repository.rows.values() if bool(row.get("group")) is of_organisation]
        return self.cut([label(row) for row in rows], asked, "limit", links=False)

    def _closed(self, asked: Asked) -> Reply | None:
        if asked.repository.archived:
            return self._problem(423, "This repo is archived")
        if not asked.repository.writable:
            return self._problem(403, "token does not have at least one of required scope(s): [write:issue]")
        self.writes.append(self.clock.now())
        return None

    def _make(self, asked: Asked) -> Reply:
        body = asked.body
        if not body.get("name") or not body.get("color"):
            return self._problem(422, "[Name]: Required")
        flags = {name: bool(body.get(name)) for name in ("exclusive", "is_archived")}
        number = asked.repository.add(
            body["name"], body["color"].removeprefix("#").lower(), body.get("description", ""), **flags
        )
        return self.ok(label(asked.repository.rows[number]), 201)

    def _change(self, number: int, asked: Asked) -> Reply:
        row = asked.repository.rows.get(number)
        if row is None or row.get("group"):
            return self._problem(404, "The target couldn't be found.")
        if asked.verb == "DELETE":
            asked.repository.remove(number)
            return self.ok(None, 204)
        if asked.verb == "PATCH":
            for name in ("name", "description", "exclusive"):
                row[name] = asked.body.get(name, row.get(name))
            if "color" in asked.body:
                row["color"] = asked.body["color"].removeprefix("#").lower()
            row["is_archived"] = bool(asked.body.get("is_archived"))
        return self.ok(label(row))

    def _open_issue(self, asked: Asked) -> Reply:
        """Make an issue: labels that aren't there are dropped, people that there aren't are not."""
        if not set(asked.body["assignees"]) <= PEOPLE:
            return self._problem(422, "Assignee does not exist: [name: nobody]")
        if not asked.body.get("title", "").strip():
            return self._problem(422, "[Title]: Required")
        rows = asked.repository.rows
        labels = [rows[each]["name"] for each in asked.body["labels"] if each in rows]
        number = asked.repository.open(asked.body, labels)
        found = {"number": number, "html_url": f"{asked.base}/octo/demo/issues/{number}"}
        return self.ok(found, 201)

    def _show(self, number: list[str], asked: Asked) -> Reply:
        """Show all issues, or the one of a number."""
        if not number:
            return self.cut(_issues(asked), asked, "limit", links=True)
        found = [row for row in _issues(asked) if [str(row["number"])] == number]
        if not found:
            return self._problem(404, "The target couldn't be found.")
        return self.ok(found[0])

    def _give(self, number: int, asked: Asked) -> Reply:
        issue = asked.repository.issues.get((False, number)) or asked.repository.issues.get((True, number))
        if issue is None:
            return self._problem(404, "The target couldn't be found.")
        for new in asked.body["labels"]:
            row = asked.repository.rows.get(new)
            if row is None:
                continue
            scope = row["name"].rpartition("/")[0]
            if row.get("exclusive") and scope:
                rows = asked.repository.rows
                issue.labels -= {
                    other
                    for other in issue.labels
                    if rows[other].get("exclusive") and rows[other]["name"].rpartition("/")[0] == scope
                }
            issue.labels.add(new)
        return self.ok([label(asked.repository.rows[each]) for each in sorted(issue.labels)])


def label(row: Row) -> Row:
    known = {"exclusive": False, "is_archived": False, "url": f"https://gitea.example/api/v1/labels/{row['id']}"}
    return {**known, **{key: value for key, value in row.items() if key != "group"}}


def _issues(asked: Asked) -> list[dict[str, Any]]:
    wanted = set(filter(None, asked.query.get("labels", "").split(",")))
    numbers = {
        number for number, row in asked.repository.rows.items() if row["name"] in wanted and not row.get("group")
    }
    return [_issue(number, issue, asked) for number, issue in listed(asked) if not numbers or numbers & issue.labels]


def _issue(number: int, issue: NumberedIssue, asked: Asked) -> dict[str, Any]:
    rows = asked.repository.rows
    return {
        "id": number,
        "number": number,
        "title": "An issue",
        "body": issue.body or "",
        "state": issue.state,
        "pull_request": {"merged": False} if issue.is_request else None,
        "labels": [label(rows[each]) for each in sorted(issue.labels)],
        **dates(issue),
    }
