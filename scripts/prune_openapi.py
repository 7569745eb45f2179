"""Cut GitHub's published OpenAPI description down to what the tests' fake implements.

Usage: unpack the npm package `@octokit/openapi` (23.0.2), then
`python scripts/prune_openapi.py package/generated/api.github.com.json`. Writes tests/prism/github-openapi.json. The
package is under the MIT licence; nothing is changed, examples and paths are left out.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

OUTPUT: Final = Path(__file__).parents[1] / "tests" / "prism" / "github-openapi.json"
OPERATIONS: Final = {
    "/repos/{owner}/{repo}": ("get",),
    "/repos/{owner}/{repo}/labels": ("get", "post"),
    "/repos/{owner}/{repo}/labels/{name}": ("get", "patch", "delete"),
    "/repos/{owner}/{repo}/issues": ("get", "post"),
    "/repos/{owner}/{repo}/issues/{issue_number}": ("get", "patch"),
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/issues/{issue_number}/labels": ("post",),
    "/repos/{owner}/{repo}/git/trees/{tree_sha}": ("get",),
    "/repos/{owner}/{repo}/git/blobs/{file_sha}": ("get",),
    "/repos/{owner}/{repo}/pulls": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}": ("patch",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": ("post",),
    "/orgs/{org}/repos": ("get",),
    "/users/{username}/repos": ("get",),
}


def main(path: Path) -> None:
    """Write the pruned description of the one at `path`."""
    whole = json.loads(path.read_bytes())
    paths = {path: {verb: whole["paths"][path][verb] for verb in verbs} for path, verbs in OPERATIONS.items()}
    components: dict[str, dict[str, Any]] = {}
    wanted = references(without_examples(paths))
    while wanted:
        reference = wanted.pop()
        kind, name = reference.removeprefix("#/components/").split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = without_examples(whole["components"][kind][name])
            wanted |= references(components[kind][name])
    pruned = {key: whole[key] for key in ("openapi", "info", "servers")}
    pruned |= {"paths": without_examples(paths), "components": components}
    OUTPUT.write_text(json.dumps(pruned, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def references(node: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Return all that a part of the description refers to."""
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()


def without_examples(node: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a part of the description without its examples, which are most of it."""
    if isinstance(node, dict):
        return {key: without_examples(value) for key, value in node.items() if key not in {"example", "examples"}}
    return [without_examples(value) for value in node] if isinstance(node, list) else node


if __name__ == "__main__":
    main(Path(sys.argv[1]))
