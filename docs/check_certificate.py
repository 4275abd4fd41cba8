"""Checks a certificate of Raspored when no site answers: python check_certificate.py KEYS.json < text-of-the-code

KEYS.json is /.well-known/certificate-keys.json, kept while it was there; the text is what any reader of QR codes shows.
Needs only `pip install cryptography`. Exit code 0: signed as it stands; 1: it is not; 2: no such text.
"""

import base64
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LETTERS = {"c": "cp1251", "l": "cp1250", "u": "utf-8"}
LINES = ["kind", "running number", "held on", "issued on", "holder", "host", "place", "title", "about"]
LINES += ["minutes", "presentations, pupils, parents, teachers"]


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main(keys, text):
    try:
        said, _, signature = text.rpartition(".")
        address, _, rest = said.partition("#")
        name, letters, paper = rest.split(".")
        public = {key["name"]: key["public"] for key in json.loads(pathlib.Path(keys).read_text())["keys"]}
        lines = [f"number: {address.rpartition('/')[2]}"]
        told = zip(LINES, raw(paper).decode(LETTERS[letters]).split("\n"), strict=True)
        lines += [f"{what}: {line}" for what, line in told if line]
        Ed25519PublicKey.from_public_bytes(raw(public.get(name, ""))).verify(raw(signature), said.encode())
    except InvalidSignature:
        return 1, "NOT AS IT WAS SIGNED"
    except (ValueError, KeyError, OSError) as problem:
        return 2, f"no text that a key of {keys} has signed: {problem}"
    return 0, "\n".join(lines)


if __name__ == "__main__":
    status, words = main(sys.argv[1], sys.stdin.read().strip())
    print(words)
    sys.exit(status)
