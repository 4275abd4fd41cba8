"""What the wheel needs, for hatchling: the lines of requirements/run.in, so that no version is written twice.

A wheel is installed after the lock (docs/operate.md), which has the hashes; these lines name the same versions.
"""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

EXTRAS = {name: f"requirements/{name}.in" for name in ("scale", "oidc", "pades")}
OF_THE_ENVIRONMENT = ("pip",)  # it installs us, we do not import it


def requirements(file: Path) -> list[str]:
    """The packages that a .in file names, without its comments and its references to other files."""
    lines = [line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and line[0] != "-" and line.split("==")[0] not in OF_THE_ENVIRONMENT]


class RequirementsHook(MetadataHookInterface):
    """hatchling calls it while it writes the metadata."""

    def update(self, metadata: dict[str, Any]) -> None:
        root = Path(self.root)
        metadata["dependencies"] = requirements(root / "requirements/run.in")
        metadata["optional-dependencies"] = {name: requirements(root / file) for name, file in EXTRAS.items()}
