"""Use the installed command as a user would: install, check, edit, heal, update from the first version to the newest.

Runs with the interpreter of the environment that the package is installed in, in a temporary folder and without any
network; needs nothing of the source tree. Exits 1 at the first thing that isn't as it should be.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

COMMAND = str(Path(sysconfig.get_path("scripts")) / f"scaffold{sysconfig.get_config_var('EXE') or ''}")
TEMPLATE = Path(".github", "ISSUE_TEMPLATE", "infrastructure.md")


def scaffold(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run the command; return what it printed. Raises SystemExit when it ends with another code than expected."""
    env = os.environ | {
        "SCAFFOLD_CACHE_DIR": str(folder / "cache"),
        "GIT_ALLOW_PROTOCOL": "file",  # git reaches no network
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != code:
        shown = f"{done.stdout}{done.stderr}"
        raise SystemExit(f"scaffold {' '.join(arguments)} exited with {done.returncode}, not {code}:\n{shown}")
    return done.stdout


def expect(condition: object, what: str) -> None:
    """Raise SystemExit unless the condition holds."""
    if not condition:
        raise SystemExit(f"not so: {what}")


def main() -> None:
    """Go through the main job."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scaffold(folder, "init", "--ref", "v1.0.0", "demo")
        file = folder / "demo" / TEMPLATE
        expect(file.is_file(), f"init wrote {TEMPLATE}")
        scaffold(folder, "check", "--fail-on", "modified,missing,conflict,invalid", "demo")
        installed = file.read_text(encoding="utf-8")
        file.write_text(installed.replace("- [ ] ", "- [ ] please: ", 1), encoding="utf-8")
        expect("[modified]" in scaffold(folder, "check", "demo", code=1), "check names the edit")
        scaffold(folder, "update", "demo", "--force", "--restore", TEMPLATE.as_posix())
        expect(file.read_text(encoding="utf-8") == installed, "update --restore heals the file")
        file.write_text(f"{installed}\nOur own last line\n", encoding="utf-8")
        scaffold(folder, "update", "demo")
        expect("Our own last line" in file.read_text(encoding="utf-8"), "update keeps the edit")
        expect("_commit: v1.0.0" not in (folder / "demo" / ".copier-answers.scaffold.yml").read_text(), "it updated")
        scaffold(folder, "check", "demo", code=1)
        scaffold(folder, "accept", f"demo/{TEMPLATE.as_posix()}", "--reason", "our own line")
        scaffold(folder, "check", "demo")
    print(f"{COMMAND}: init, check, restore, update and accept work as installed", file=sys.stderr)


if __name__ == "__main__":
    main()
