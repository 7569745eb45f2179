"""The files of the bundled template's newest release, read out of the bundle.

What `init` installs is what `convert` and `catalog` work with: the package holds no second copy.
"""

import io
import tarfile
from functools import cache

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.scratch import Scratch, ScratchKind
from issue_scaffold.git import command as git
from issue_scaffold.template import bundled, mirrors


@cache
def template_files() -> dict[str, bytes]:
    """Return the newest release's files by path. Raises ScaffoldError when git can't read them."""
    newest = bundled.versions().latest
    assert newest is not None  # noqa: S101 - the package has at least one release
    with Scratch(ScratchKind.TEMPLATE) as folder:
        mirror = folder / "template.git"
        try:
            mirrors.make(mirrors.Address(str(bundled.BUNDLE)), mirror)
            packed = mirrors.archive(mirror, newest)
        except git.GitError as error:
            raise ScaffoldError(
                f"the bundled template can't be read: {error.message}", hint=error.hint
            ) from error
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            member.name: file.read()
            for member in archive.getmembers()
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }
