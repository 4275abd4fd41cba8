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
        public = {key["name"]: raw(key["public"]) for key in json.loads(pathlib.Path(keys).read_text())["keys"]}
    except (ValueError, KeyError, TypeError, OSError):
        return 2, f"{keys} is not a file of keys: /.well-known/certificate-keys.json, as the site gave it"
    try:
        said, _, signature = text.rpartition(".")
        address, _, rest = said.partition("#")
        name, letters, paper = rest.split(".")
        proof, told = raw(signature), raw(paper).decode(LETTERS[letters]).split("\n")
    except (ValueError, KeyError):
        told = []
    if len(told) != len(LINES):
        return 2, "This is not the whole text of a code: copy all that the reader of QR codes shows."
    if name not in public:
        return 2, f"{keys} has no key {name}: it was kept before that key was made, or comes from another site."
    try:
        Ed25519PublicKey.from_public_bytes(public[name]).verify(proof, said.encode())
    except (InvalidSignature, ValueError):
        return 1, "NOT AS IT WAS SIGNED"
    lines = [f"{what}: {line}" for what, line in zip(LINES, told, strict=True) if line]
    return 0, "\n".join([f"number: {address.rpartition('/')[2]}", *lines])


if __name__ == "__main__":
    status, words = main(sys.argv[1], sys.stdin.read().strip())
    print(words)
    sys.exit(status)
