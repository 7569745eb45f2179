# Brings the issue templates to the newest version of their template: as one pull request, refreshed while it is open,
# or as one issue when there are conflicts, which are never committed.
#
# Runs in a clean checkout of the branch $BASE, with scaffold, python and gh (GH_TOKEN, GH_REPO). Where a pull request
# or an issue for a version was closed, no other is opened for it; a branch that others pushed to is left alone.
set -euo pipefail
branch=scaffold/update
email=update@issue-scaffold.invalid
export GIT_AUTHOR_NAME=issue-scaffold GIT_AUTHOR_EMAIL=$email
export GIT_COMMITTER_NAME=issue-scaffold GIT_COMMITTER_EMAIL=$email

finish() { # STATUS TEXT: ends the run; the text goes to its summary too, the status to later steps
  printf 'status=%s\n' "$1" >>"${GITHUB_OUTPUT:-/dev/null}"
  printf '%s\n' "$2" | tee -a "${GITHUB_STEP_SUMMARY:-/dev/null}"
  exit 0
}
die() {
  printf '::error title=scaffold update::%s\n' "$1"
  exit 3
}
with_token() { # git, whose checkout keeps no token
  git -c credential.helper='!f() { echo username=x-access-token; echo "password=$GH_TOKEN"; }; f' "$@"
}

[ -z "$(git status --porcelain)" ] || die "the checkout has changes of its own"
plan=$(scaffold update --dry-run --format json) && code=0 || code=$?
read -r status version < <(python -P -c '
import json, sys
target = json.load(sys.stdin)["targets"][0]
print(target["status"], target.get("template", {}).get("version"))' <<<"$plan")
[ "$status" != failed ] || exit "$code"
export TITLE="Update issue templates to $version"
body=$(mktemp)

if [ "$status" = unchanged ]; then
  finish unchanged "The issue templates are up to date ($version)."
fi

if [ "$status" = conflicts ]; then
  {
    printf 'Version %s of the template and changes in this repository contradict each other.\n\n' "$version"
    scaffold update --dry-run 2>&1 | sed 's/^/    /' || true
    printf '\nTo merge them, run `scaffold update` in a clone, resolve the marked lines, and commit the result.\n'
  } >"$body"
  found=$(gh issue list --state all --search "in:title $TITLE" --json number,title,state --jq \
    'map(select(.title == env.TITLE)) | sort_by(.state) | last // empty | "\(.state) \(.number)"')
  read -r state number <<<"$found" || true
  case $state in
    OPEN) gh issue edit "$number" --body-file "$body" ;;
    CLOSED) finish conflicts "There are conflicts with $version; issue #$number about them was closed." ;;
    *) gh issue create --title "$TITLE" --body-file "$body" ;;
  esac
  finish conflicts "There are conflicts with $version; an issue says which."
fi

found=$(gh pr list --head "$branch" --state all --limit 100 \
  --json number,title,state,isCrossRepository --jq 'map(select(.isCrossRepository | not))
    | map(select(.state == "OPEN")) + map(select(.title == env.TITLE))
    | .[0] // empty | "\(.state) \(.number)"')
read -r state number <<<"$found" || true
case $state in
  CLOSED | MERGED) finish closed "Pull request #$number for $version was closed; reopen it to get it after all." ;;
esac

git switch --quiet --force-create "$branch"
{
  printf 'What version %s of the template changes here, merged with what was changed in this repository:\n\n' "$version"
  scaffold update --on-conflict abort | sed 's/^/    /'
  printf '\nClosed without merging, it comes back with the next version only.\n'
} >"$body"
git add --all
git commit --quiet --message "$TITLE"

seen=
if with_token fetch --quiet --depth=1 origin "+refs/heads/$branch:refs/remotes/origin/$branch" 2>/dev/null; then
  seen=$(git rev-parse "refs/remotes/origin/$branch")
  if [ "$(git log -1 --format=%ce "$seen")" != "$email" ]; then
    finish kept "Others have pushed to $branch, so it is left alone; delete the branch to get $version."
  fi
fi
if [ -z "$seen" ] || ! git diff --quiet "$seen" HEAD; then
  with_token push --quiet --force-with-lease="$branch:$seen" origin "HEAD:refs/heads/$branch" ||
    die "can't push $branch; if workflows change, which GitHub's own token may not do, give a secret SCAFFOLD_TOKEN"
fi
if [ "$state" = OPEN ]; then
  gh pr edit "$number" --title "$TITLE" --body-file "$body"
else
  gh pr create --base "$BASE" --head "$branch" --title "$TITLE" --body-file "$body" ||
    die "can't open a pull request; allow it under Settings, Actions, General, or give a secret SCAFFOLD_TOKEN"
fi
finish changed "Pull request for $version: opened or refreshed."
