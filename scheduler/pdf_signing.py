"""With what a centre signs its PDFs (PAdES), as an operator names it: a file with key and certificate, or nothing."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class PdfSigning:
    """The file (PKCS#12) and what opens it; without a file nothing is signed."""

    file: str = ""
    passphrase: str = field(default="", repr=False)

    @property
    def path(self) -> Path | None:
        return Path(self.file) if self.file else None


def problems_with_signing(wanted: PdfSigning) -> list[str]:
    """What an operator must mend before the product starts; whether the passphrase opens it says `doctor`."""
    if wanted.path is None:
        return ["PDF_SIGNING_PASSPHRASE is set, but PDF_SIGNING_FILE is not"] if wanted.passphrase else []
    problems = []
    if find_spec("pyhanko") is None:
        problems.append("PDF_SIGNING_FILE needs the package pyHanko: install requirements/pades.txt")
    if not wanted.path.is_absolute():
        problems.append("PDF_SIGNING_FILE names a file from nowhere: write its whole path")
    else:
        try:
            with wanted.path.open("rb"):
                pass
        except OSError as error:
            problems.append(f"PDF_SIGNING_FILE is no file that can be read: {error.strerror}")
    return problems
