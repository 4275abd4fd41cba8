"""`make a11y`: axe-core on every page in every view, the Nu HTML checker on every page; prints a line for each page."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.environment import CannotBuild, install_packages
from tools.supervisor import DIES_WITH_ME

VNU_VERSION = "26.9.27"
VNU_SHA256 = "22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47"
NEEDED = {"java": "default-jre-headless", "npm": "npm"}
FOLDER = Path(".venv") / "vnu"
JAR = FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q"]  # roles differ much in length
MATRIX = [*PYTEST, "-m", "matrix", "tests/a11y", "tests/languages"]


def checker() -> Path:
    """The Nu HTML checker, fetched once and compared with the digest above. Raises: CannotBuild."""
    if missing := [package for command, package in NEEDED.items() if not shutil.which(command)]:
        install_packages(missing)
    if not JAR.exists():
        line = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
        done = subprocess.run([*line, f"vnu-jar@{VNU_VERSION}"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotBuild(f"the Nu HTML checker was not fetched: {done.stderr.strip()[-300:]}")
    if hashlib.sha256(JAR.read_bytes()).hexdigest() != VNU_SHA256:
        raise CannotBuild(f"{JAR} is not the file of version {VNU_VERSION}: delete {FOLDER} and try again")
    return JAR.resolve()


def main() -> int:
    try:
        jar = checker()
    except CannotBuild as problem:
        print(problem, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as report:
        env = os.environ | {"PYTHONUTF8": "1", "VNU_JAR": str(jar), "A11Y_REPORT": report}
        code = subprocess.run([*DIES_WITH_ME, *MATRIX], stdin=subprocess.DEVNULL, env=env, check=False).returncode
        for table in sorted(Path(report).glob("*.txt")):
            print(f"\n— {table.stem}\n{table.read_text(encoding='utf-8')}", end="")
    return code


if __name__ == "__main__":
    sys.exit(main())
