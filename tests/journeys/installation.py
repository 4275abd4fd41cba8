"""A whole installation for a journey: database, demo, web and worker as programs of their own, and its mails."""

import datetime as dt
import email
import email.policy
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.shared import one_at_a_time, shared_by_processes
from tools import another_day
from tools.services import free_port

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"http://\S+")
PATIENCE_S = 90.0


class Installation:
    """What an operator runs; its clock is set by `time_is`."""

    def __init__(self, folder: Path, database_url: str, begins: dt.datetime) -> None:
        folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self._instance = folder / "instance"
        self._loaded = shared_by_processes(folder.parent) / "loaded" / begins.date().isoformat()  # and its journeys
        self._ahead = folder / "seconds_ahead"
        self._parts: list[subprocess.Popen[bytes]] = []
        self._said = folder / "said"
        own = {"PATH": os.environ["PATH"], "INSTANCE": str(self._instance), "PORT": str(self.port), "RASPORED_ENV": ""}
        self._env = another_day.kept() | own
        if database_url:
            self._env["DATABASE_URL"] = database_url
        self.time_is(begins)

    def time_is(self, moment: dt.datetime) -> None:
        """From now on the product's clock goes on from this moment."""
        fresh = self._ahead.with_suffix(".new")
        fresh.write_text(str((moment - dt.datetime.now(dt.UTC)).total_seconds()))
        fresh.replace(self._ahead)

    def _line(self, program: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tests.journeys.at_another_time", str(self._ahead), program, *arguments]

    def command(self, *arguments: str) -> str:
        """What a command of the product prints; it must end well."""
        line = self._line("flask", "--app", "wsgi", *arguments)
        done = subprocess.run(line, cwd=ROOT, env=self._env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Migrate, load the demo, then serve and work; what one journey has loaded is copied for the next."""
        if "DATABASE_URL" in self._env:
            self._load()
        else:
            with one_at_a_time(self._loaded) as first:
                if first:
                    self._load()
                    shutil.copytree(self._instance, self._loaded)
            if not first:
                shutil.copytree(self._loaded, self._instance)
        web = self._line("waitress", f"--listen=127.0.0.1:{self.port}", "--threads=8", "wsgi:app")
        for line in (web, self._line("flask", "--app", "wsgi", "worker")):
            with self._said.open("ab") as said:
                process = subprocess.Popen(
                    line, cwd=ROOT, env=self._env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
                )
            self._parts.append(process)
        self._wait_until_it_answers()

    def _load(self) -> None:
        self.command("db", "upgrade")
        self.command("demo", "load")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        raise AssertionError(self._said.read_text())

    def stop(self) -> None:
        for process in self._parts:
            process.terminate()
        for process in self._parts:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def troubles(self) -> list[str]:
        """What web and worker logged that nobody should see."""
        return [line for line in self._said.read_text().splitlines() if "Traceback" in line or '"error"' in line]

    @cached_property
    def _sign_ins(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(self.command("demo", "sign-ins", "--json"))
        return listed

    def sign_in_of(self, role: str) -> dict[str, Any]:
        """Address and password of the demo's first person in that role."""
        return next(row for row in self._sign_ins if row["role"] == role)

    def mail(self, to: str, words: str) -> str:
        """The text of the mail to an address whose subject or text holds these words, as soon as it has come."""
        deadline = time.monotonic() + PATIENCE_S
        seen: list[str] = []
        while time.monotonic() < deadline:
            seen = [f"{mail['Subject']}\n{_text(mail)}" for mail in self._mails() if mail["To"] == to]
            for text in seen:
                if words in text:
                    return text
            time.sleep(0.2)
        raise AssertionError(f"no mail to {to} says {words!r}; there are:\n" + "\n---\n".join(seen))

    def _mails(self) -> list[EmailMessage]:
        found = sorted((self._instance / "mail").glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(text: str) -> str:
    """The one link of a mail."""
    links = set(LINK.findall(text))
    assert len(links) == 1, text
    return links.pop()
