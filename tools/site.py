"""deploy/nginx.conf on this machine and for one command: other ports and folders, the same rules."""

import subprocess
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

NGINX = "/usr/sbin/nginx"
CONF = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
AROUND = """daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
worker_processes 2;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Site:
    """Where nginx listens on loopback, and to whom it hands requests."""

    folder: Path
    certificate: Path
    key: Path
    http: int = 18080
    https: int = 18443
    product: int = 8000
    host: str = "raspored.example.org"

    def write(self) -> list[str]:
        """Put the files of nginx into the folder; the command that runs it. Raises: LookupError for a moved line."""
        changes = {
            "raspored.example.org$request_uri": f"{self.host}:{self.https}$request_uri",
            "raspored.example.org": self.host,
            "/etc/ssl/raspored.pem": str(self.certificate),
            "/etc/ssl/private/raspored.key": str(self.key),
            "/var/log/nginx": str(self.folder),
            "/var/www/html": str(self.folder / "www"),
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl;\n": "",
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.https} ssl;",
            "server 127.0.0.1:8000": f"server 127.0.0.1:{self.product}",
        }
        text = CONF.read_text(encoding="utf-8")
        for ours, here in changes.items():
            if ours not in text:
                raise LookupError(f"deploy/nginx.conf has no {ours.strip()!r} any more")
            text = text.replace(ours, here)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "site.conf").write_text(text, encoding="utf-8")
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder, user=getuser()), encoding="utf-8")
        return [
            NGINX,
            "-p",
            str(self.folder),
            "-c",
            str(self.folder / "nginx.conf"),
            "-e",
            str(self.folder / "start.log"),
        ]

    def written(self) -> list[str]:
        """What nginx wrote into its logs."""
        return [line for log in sorted(self.folder.glob("*.log")) for line in log.read_text().splitlines()]

    def problem(self) -> str:
        """What nginx has against the file; nothing when it would start."""
        done = subprocess.run([*self.write(), "-t", "-q"], capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""
