"""A backup taken apart and put together again with something else in it."""

import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from scheduler import config
from scheduler.config import settings


def taken_apart(file: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What a backup says of itself, and its other members."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(members.pop("manifest.json")), members


def put_together(file: Path, manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def refused_in_one_line(answer: Result) -> bool:
    return (answer.exit_code, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)


def encrypt_to(recipient: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_in_force", [replace(settings(), backup_recipient=recipient)])
