"""Short messages leave here: through the provider that SMS_URL names, else as files in a folder of the demo."""

import base64
import http.client
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scheduler.core import tls
from scheduler.core.files import write_whole

TIMEOUT = 10  # seconds


class NotTaken(OSError):
    """The provider answered, but did not take the message. Nothing of its address or of its answer is repeated."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}")
        self.status = status


def send(to: str, text: str, *, url: str, folder: Path, name: str, ca_file: str = "") -> None:
    """POST {"to": ..., "text": ...} to the provider, or write `folder`/`name`.txt.

    A name and a password in the address go as HTTP Basic. TLS is verified, and no redirect is followed.
    Raises: NotTaken for an answer outside of 200-299; OSError when there is none.
    """
    if not url:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / f"{name}.txt", f"To: {to}\n\n{text}\n".encode())
        return
    status = _post(url, json.dumps({"to": to, "text": text}).encode(), ca_file)
    if not 200 <= status < 300:
        raise NotTaken(status)


def _post(url: str, body: bytes, ca_file: str) -> int:
    where = urlsplit(url)
    host = where.hostname or "localhost"
    headers = {"Content-Type": "application/json"}
    if where.username:
        pair = f"{unquote(where.username)}:{unquote(where.password or '')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    if where.scheme == "https":
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, where.port, timeout=TIMEOUT, context=tls.checking(ca_file)
        )
    else:
        line = http.client.HTTPConnection(host, where.port, timeout=TIMEOUT)
    try:
        line.request("POST", (where.path or "/") + (f"?{where.query}" if where.query else ""), body, headers)
        return line.getresponse().status
    except http.client.HTTPException as error:
        raise OSError("no HTTP answer") from error
    finally:
        line.close()
