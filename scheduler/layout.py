"""Where the files lie that are no Python: at the top of a checkout, inside the package where a wheel is installed.

Pages, styles, letters and migrations stay in folders that anybody finds (templates/, static/, migrations/); a
wheel carries them as scheduler/_installed/…, as pyproject.toml says.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
INSTALLED = PACKAGE / "_installed"


def is_installed(package: Path = PACKAGE) -> bool:
    """Whether this is a wheel: then nothing of an installation may lie beside the code, for an update removes it."""
    return (package / INSTALLED.name).is_dir()


def place_of(name: str, package: Path = PACKAGE) -> Path:
    """Where a folder or a file of the product lies, by its name at the top of a checkout."""
    return package / INSTALLED.name / name if is_installed(package) else package.parent / name
