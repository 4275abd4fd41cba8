"""The Debian packages that `make test` uses: installs what is missing, or names all of it in one line and fails."""

import os
import shutil
import sys
from pathlib import Path

from tools.another_day import LIBRARY
from tools.environment import CannotBuild, install_packages

COMMAND_OF = {
    "chromium": "chromium",
    "redis-server": "redis-server",
    "openssl": "openssl",
    "poppler-utils": "pdftotext",
    "qpdf": "qpdf",
    "zbar-tools": "zbarimg",
}
FILES_OF = {
    "postgresql": "usr/lib/postgresql/*/bin/initdb",
    "nginx": "usr/sbin/nginx",  # not on the path of those who are not root
    "systemd": "usr/bin/systemd-analyze",
    "fonts-dejavu-core": "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
}
FOR_ANOTHER_DAY = {"libfaketime": LIBRARY}


def missing_packages(root: Path = Path("/"), path: str | None = None, *, day: str = "") -> list[str]:
    """What has to be installed, known by what each package brings, so that a copy from elsewhere counts too."""
    wanted = FILES_OF | (FOR_ANOTHER_DAY if day else {})
    commands = [package for package, command in COMMAND_OF.items() if not shutil.which(command, path=path)]
    files = [package for package, pattern in wanted.items() if not any(root.glob(pattern))]
    return sorted(commands + files)


def main() -> int:
    day = os.environ.get("DAY", "")
    try:
        if missing := missing_packages(day=day):
            install_packages(missing)
        if missing := missing_packages(day=day):
            raise CannotBuild(f"still missing after the installation: {' '.join(missing)}")
    except CannotBuild as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
