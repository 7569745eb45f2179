"""A fake of GitLab's API for labels, with state: projects with labels of their own and of the group above.

It does what https://docs.gitlab.com/api/labels/ and the models in GitLab's source say: names are taken by their very
spelling, in the group too, hold no comma, and a label that an issue is given and that isn't there is made. An address
that ends in a name is tried as a number first. `test_other_forges.py` lets python-gitlab work with it.
"""

import re
from typing import Any

from tests.labels.fake_github import Reply
from tests.labels.fake_numbered import Asked, FakeNumbered, NumberedIssue, Row, dates, listed

KINDS = {"issues": False, "merge_requests": True}


class FakeGitLab(FakeNumbered):
    """The whole service; `has_scopes` as in GitLab Premium, where an issue has one label of a scope."""

    prefix = "/api/v4"
    has_scopes = True
    # Servers before 12.2 haven't.
    has_counts = True

    def accepts(self, headers: dict[str, str]) -> bool:
        return self.token in {headers.get("private-token"), headers.get("authorization", "").removeprefix("Bearer ")}

    def _work(self, verb: str, target: str, headers: dict[str, str], body: object, base: str) -> Reply:
        if target != "/api/graphql":
            return super()._work(verb, target, headers, body, base)
        if not self.has_graphql or not self.accepts(headers):
            return self._problem(401, "Invalid token")
        return self.ok(self._ask_counts(body))

    def _ask_counts(self, body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Answer the one question that there is: how many merge requests have each of these labels."""
        asked = dict(body["variables"])
        place = self.places.get(asked.pop("path"))
        # https://docs.gitlab.com/api/graphql/#limits: lists of one are worth six each, of a hundred twice as much.
        worth = 12 * body["query"].count("{count}") - 6 * body["query"].count("first:1)")
        if worth > 200:
            return {"errors": [{"message": "Query has complexity of 999, which exceeds max complexity of 250"}]}
        if place is None or not place.visible:
            return {"data": {"project": None}}
        counts = {}
        for mark, (name,) in asked.items():
            number = place.number_of(name)
            having = [issue for issue in place.issues.values() if issue.is_request and number in issue.labels]
            counts[mark] = {"count": len(having)}
        return {"data": {"project": counts}}

    def named(self, parts: list[str]) -> tuple[str, list[str]]:
        if parts[0] == "users":
            return "octo/demo", ["users"]
        # A project has a number too.
        return parts[1].replace("1", "octo/demo"), parts[2:]

    def route(self, rest: list[str], asked: Asked) -> Reply:  # noqa: C901, PLR0911 - a row an endpoint
        if asked.verb != "GET" and not (asked.repository.writable and not asked.repository.archived):
            return self._problem(403, "403 Forbidden")
        if asked.verb != "GET":
            self.writes.append(self.clock.now())
        match asked.verb, rest:
            case "GET", []:
                return self.ok({"id": 1, "path_with_namespace": "octo/demo", "archived": asked.repository.archived})
            case "GET", ["labels"]:
                return self.cut(_labels(asked, has_counts=self.has_counts), asked, "per_page", links=True)
            case "POST", ["labels"]:
                return self._make(asked)
            case "PUT", ["labels"]:  # as before GitLab 12.4
                return self._change(asked.body.pop("name", ""), asked)
            case _, ["labels", given]:
                return self._change(given, asked)
            case "GET", ["users"]:
                return self.ok([{"id": 7, "username": "octo"}] if asked.query["username"] == "octo" else [])
            case "POST", ["issues"]:
                return self._open_issue(asked)
            case "GET", ["issues" | "merge_requests" as kind]:
                return self.cut(_items(kind, asked), asked, "per_page", links=True)
            case "GET" | "PUT", ["issues" | "merge_requests" as kind, number]:
                return self._give(kind, int(number), asked)
        return self._problem(404, "404 Not Found")

    def _refused_name(self, name: str, asked: Asked) -> Reply | None:
        title = {"title": ["is invalid"]}
        if "," in name or not name.strip():
            return Reply(400, {"message": title}, self._headers())
        for row in asked.repository.rows.values():
            if row["name"] == name.strip() and row.get("group"):
                said = "already exists at group level for octo. Please choose another one."
                return Reply(400, {"message": {"title": [said]}}, self._headers())
        return None

    def _make(self, asked: Asked) -> Reply:
        name = str(asked.body.get("name", "")).strip()
        if asked.repository.number_of(name) is not None and not self._refused_name(name, asked):
            return Reply(409, {"message": "Label already exists"}, self._headers())
        if problem := self._refused_name(name, asked):
            return problem
        color, description = asked.body["color"].removeprefix("#").lower(), asked.body.get("description") or ""
        number = asked.repository.add(name, color, description, priority=asked.body.get("priority"))
        return self.ok(label(asked.repository.rows[number]), 201)

    def _change(self, given: str, asked: Asked) -> Reply:
        rows = asked.repository.rows
        digits = re.match(r"\d+", given)
        number = int(digits[0]) if digits and int(digits[0]) in rows else asked.repository.number_of(given)
        if number is None or (asked.verb != "GET" and rows[number].get("group")):
            return self._problem(404, "404 Label Not Found")
        if asked.verb == "DELETE":
            asked.repository.remove(number)
            return self.ok(None, 204)
        if asked.verb == "PUT":
            if not asked.body:
                return self._problem(400, "new_name, color, description, priority are missing")
            name = str(asked.body.get("new_name", rows[number]["name"])).strip()
            if name != rows[number]["name"]:
                if problem := self._refused_name(name, asked):
                    return problem
                if asked.repository.number_of(name) is not None:
                    return Reply(400, {"message": {"title": ["has already been taken"]}}, self._headers())
            rows[number]["name"] = name
            rows[number]["color"] = asked.body.get("color", rows[number]["color"]).removeprefix("#").lower()
            for field in ("description", "priority"):
                rows[number][field] = asked.body.get(field, rows[number].get(field))
        return self.ok(label(rows[number]))

    def _open_issue(self, asked: Asked) -> Reply:
        if not asked.body.get("title", "").strip():
            return self._problem(400, "title is missing")
        names = [name for name in asked.body["labels"].split(",") if name]
        for name in names:
            if asked.repository.number_of(name) is None:
                asked.repository.add(name, "428bca", priority=None)
        number = asked.repository.open(asked.body, names)
        found = {"iid": number, "web_url": f"{asked.base}/octo/demo/-/issues/{number}"}
        return self.ok(found, 201)

    def _give(self, kind: str, number: int, asked: Asked) -> Reply:
        issue = asked.repository.issues.get((KINDS[kind], number))
        if issue is None:
            return self._problem(404, "404 Not found")
        given = asked.body.get("add_labels", "")
        for name in filter(None, given.split(",") if isinstance(given, str) else given):
            new = asked.repository.number_of(name)
            if new is None:
                new = asked.repository.add(name, "428bca", priority=None)
            scope, colons, _ = name.rpartition("::")
            if colons and self.has_scopes:
                rows = asked.repository.rows
                issue.labels -= {other for other in issue.labels if rows[other]["name"].rpartition("::")[0] == scope}
            issue.labels.add(new)
        return self.ok(_item(number, issue, asked))


def label(row: Row) -> Row:
    """Return a label as the API has it."""
    return {
        **{key: row[key] for key in ("id", "name")},
        "color": f"#{row['color'].upper()}",
        "text_color": "#FFFFFF",
        "description": row["description"] or None,
        "description_html": row["description"],
        "subscribed": False,
        "priority": row.get("priority"),
        "is_project_label": not row.get("group"),
        "archived": False,
    }


def _labels(asked: Asked, *, has_counts: bool) -> list[Row]:
    """Return the labels that are asked for, with counts of what has them if those are."""
    term = asked.query.get("search", "").lower()
    rows = sorted(asked.repository.rows.values(), key=lambda row: row["name"])
    found = [row for row in rows if term in row["name"].lower() or term in row["description"].lower()]
    if not has_counts or asked.query.get("with_counts", "").lower() != "true":
        return [label(row) for row in found]
    return [label(row) | _counts(row["id"], asked) for row in found]


def _counts(number: int, asked: Asked) -> Row:
    having = [issue for issue in asked.repository.issues.values() if number in issue.labels]
    return {
        "open_issues_count": sum(not issue.is_request and issue.state == "open" for issue in having),
        "closed_issues_count": sum(not issue.is_request and issue.state != "open" for issue in having),
        "open_merge_requests_count": sum(issue.is_request and issue.state == "open" for issue in having),
    }


def _items(kind: str, asked: Asked) -> list[dict[str, Any]]:
    wanted = set(filter(None, asked.query.get("labels", "").split(",")))
    found = []
    for number, issue in listed(asked):
        names = {asked.repository.rows[each]["name"] for each in issue.labels}
        fits = wanted <= names
        if {word.lower() for word in wanted} == {"none"}:
            fits = not names
        elif {word.lower() for word in wanted} == {"any"}:
            fits = bool(names)
        if fits and issue.is_request == KINDS[kind]:
            found.append(_item(number, issue, asked))
    return found


def _item(number: int, issue: NumberedIssue, asked: Asked) -> dict[str, Any]:
    names = [asked.repository.rows[each]["name"] for each in sorted(issue.labels)]
    state = "opened" if issue.state == "open" else issue.state
    return {
        "id": number,
        "iid": number,
        "project_id": 1,
        "title": "An issue",
        "description": issue.body,
        "state": state,
        "labels": names,
        **dates(issue),
    }
