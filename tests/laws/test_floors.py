"""Imports go down only: the contracts of pyproject.toml."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTER = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")]


def test_every_import_goes_down():
    done = subprocess.run(LINTER, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout
