"""`make pythons`: the tests that need no server, on every Python of this machine that we support.

Each has an environment of its own.
"""

import os
import shutil
import subprocess
import sys

from tools.checks import PYTEST
from tools.environment import ROOT
from tools.lock import PYTHONS

NEEDS_NO_SERVER = ("-m", "not slow and not journey and not postgres and not program and not deep and not matrix")
STARTS = "import ensurepip, sys; sys.exit('{version}' != '%d.%d' % sys.version_info[:2])"


def found(path: str | None = None) -> dict[str, str]:
    """Version and program of each Python that can be started and can make an environment."""
    programs = {version: shutil.which(f"python{version}", path=path) for version in PYTHONS}
    return {version: program for version, program in programs.items() if program and _starts(program, version)}


def _starts(program: str, version: str) -> bool:
    command = [program, "-c", STARTS.format(version=version)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def is_good(version: str, program: str) -> bool:
    """Make the environment of that Python current and run those tests in it."""
    place = f".venv.{version}"
    _, *tests = PYTEST.split()
    for command in (
        [program, "tools/environment.py", "--in", place, "run", "test"],
        [f"{place}/bin/python", *tests, "-q", *NEEDS_NO_SERVER],
    ):
        env = os.environ | {"PYTHONUTF8": "1"}
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=env, check=False).returncode:
            return False
    return True


def main() -> int:
    pythons = found()
    print(f"not on this machine: {', '.join(sorted(set(PYTHONS) - set(pythons))) or 'none'}", flush=True)
    failed = [version for version, program in pythons.items() if not is_good(version, program)]
    print(f"good: {', '.join(version for version in pythons if version not in failed)}", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or not pythons else 0


if __name__ == "__main__":
    sys.exit(main())
