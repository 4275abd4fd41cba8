"""A Python that sees only the packages of requirements.txt, as in the environment that `make run` makes."""

import re
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Python reads a sitecustomize.py when it starts, before anything of ours: each child of a process does so, too.
HOOK = """
import sys

HIDDEN = {hidden!r}


class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in HIDDEN else self.finder.find_spec(name, path, target)


sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
"""


def normal(name: str) -> str:
    """As packages are compared: PyOTP is pyotp, prometheus_client is prometheus-client."""
    return re.sub(r"[-_.]+", "-", name).lower()


def hidden_names() -> set[str]:
    """What can be imported here and is of no package of requirements.txt."""
    lock = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    kept = {normal(name) for name in lock}
    return {name for name, found in packages_distributions().items() if not kept & {normal(one) for one in found}}


def hide_other_packages(folder: Path) -> dict[str, str]:
    """What a process has to find in its environment to see only those; the folder is for this alone."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HOOK.format(hidden=hidden_names()))
    return {"PYTHONPATH": str(folder)}
