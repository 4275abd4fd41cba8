"""`make lock`: turns each requirements/*.in into one lock with hashes that fits every Python and machine we support.

Run it after editing a .in file. It uses uv from a throw-away environment and needs a package index. At the end it asks
for each Python whether all of it is to be had without compiling.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.environment import pip_of, uv_settings

# constrained by earlier ones
FILES = {"run": "requirements.txt"}  # what is asked for in requirements/, and its lock: this one where pip looks for it
FILES |= {name: f"requirements/{name}.txt" for name in ("scale", "oidc", "pades", "dev", "wheel", "setup")}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
OPTIONS = (
    *("--no-config", "--universal", "--generate-hashes", "--python-version", PYTHONS[0]),
    *("--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
)


def commands(python: str) -> list[list[str]]:
    """What uv is told: a lock of each file, then a try of all locks on each Python."""
    uv = [python, "-m", "uv", "pip", "compile"]
    tried = ("--no-config", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-platform", "linux")
    nowhere = str(Path(python).with_name("tried.txt"))  # never /dev/null: uv renames its answer over what is there
    return [
        *([*uv, *OPTIONS, f"requirements/{name}.in", "-o", lock] for name, lock in FILES.items()),
        *([*uv, *tried, "--python-version", version, *FILES.values(), "-o", nowhere] for version in PYTHONS),
    ]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="raspored-lock-") as folder:
        python = str(Path(folder) / "bin" / "python")
        for command in (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements/setup.in"],
        ):
            if code := subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
                return code
        settings = uv_settings(pip_of(Path(folder)))
        for command in commands(python):
            if code := subprocess.run(command, stdin=subprocess.DEVNULL, check=False, env=settings).returncode:
                print(f"failed with code {code}: {' '.join(command)}", file=sys.stderr)
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
