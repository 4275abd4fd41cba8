"""A certificate authority of our own for one walk: what browsers, mail servers and Redis are shown on loopback.

Made by openssl, valid for a few days, in a folder that goes away with the walk. Never for a real installation.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

ALGORITHM = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """Signs for the names that a walk needs."""

    def __init__(self, folder: Path, name: str = "Raspored rehearsal") -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.own = Pair(folder / "authority.pem", folder / "authority.key")
        of_an_authority = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        self._req("-x509", "-subj", f"/CN={name}", "-days", "3", *of_an_authority, pair=self.own)

    def signs(self, *names: str) -> Pair:
        """A certificate for these host names and addresses."""
        made = Pair(self.folder / f"{names[0]}.pem", self.folder / f"{names[0]}.key")
        alternatives = ",".join(f"{'IP' if name[0].isdigit() else 'DNS'}:{name}" for name in names)
        issuer = ("-CA", str(self.own.certificate), "-CAkey", str(self.own.key))
        of_a_server = ("-addext", f"subjectAltName={alternatives}", "-addext", "basicConstraints=critical,CA:FALSE")
        self._req("-x509", *issuer, "-subj", f"/CN={names[0]}", "-days", "2", *of_a_server, pair=made)
        return made

    @staticmethod
    def _req(*options: str, pair: Pair) -> None:
        where = ("-keyout", str(pair.key), "-out", str(pair.certificate))
        subprocess.run(["openssl", "req", *ALGORITHM, *options, *where], check=True, capture_output=True)
