"""`make lock`: turns each requirements*.in into one lock with hashes that fits every Python and machine we support.

Run it after editing a .in file. It uses uv from a throw-away environment and needs a package index.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

FILES = ("requirements", "requirements-scale", "requirements-dev")  # later ones are constrained by earlier ones
OPTIONS = (
    *("--universal", "--generate-hashes", "--python-version", "3.11"),
    *("--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="raspored-lock-") as folder:
        python = Path(folder) / "bin" / "python"
        for command in (
            [sys.executable, "-m", "venv", folder],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"],
            *(
                [str(python), "-m", "uv", "pip", "compile", *OPTIONS, f"{name}.in", "-o", f"{name}.txt"]
                for name in FILES
            ),
        ):
            if code := subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
