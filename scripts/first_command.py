"""Run the README's first command as it stands, in a fresh copy of the project: `first_command.py SDIST`."""

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path


def first_command(readme: str) -> str:
    """Return the first command that the README gives."""
    found = re.search(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise SystemExit("the README gives no command")
    return found[1].strip()


def main(sdist: str) -> None:
    """Unpack the source distribution as if it were a clone, run the command there, and look at what it made."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (project,) = Path(folder).iterdir()
        subprocess.run(["git", "init", "--quiet", str(project)], check=True)
        command = first_command((project / "README.md").read_text(encoding="utf-8"))
        subprocess.run(["bash", "-euc", command], cwd=project, check=True, stdin=subprocess.DEVNULL)
        for path in ("ISSUE_TEMPLATE/infrastructure.md", "ISSUE_TEMPLATE/infrastructure.yml", "labels.yml"):
            if not (project.parent / "demo" / ".github" / path).is_file():
                raise SystemExit(f"the first command didn't write {path}")


if __name__ == "__main__":
    main(sys.argv[1])
