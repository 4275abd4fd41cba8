"""Work that gives way does so beside other sessions too, and is done where the kernel allows nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.core import priority
from scheduler.core.priority import NICENESS, SESSION

ROOT = Path(__file__).resolve().parents[2]
TELLS = """
import os
from scheduler.core.priority import SESSION, give_way
give_way(); give_way()
print(os.nice(0), SESSION.read_text().rpartition(" ")[2] if SESSION.exists() else "")
"""
SAYS_NOTHING = "a kernel that weighs no sessions, or weighs our control group instead"


def told(*, leads: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", TELLS], cwd=ROOT, capture_output=True, text=True, check=True, start_new_session=leads
    )
    return done.stdout.split()


@pytest.mark.skipif(not (SESSION.exists() and SESSION.read_text()), reason=SAYS_NOTHING)
def test_who_leads_a_session_makes_it_lighter_and_nobody_a_strangers() -> None:
    before = SESSION.read_text().split()[-1]

    assert told(leads=True) == [str(max(os.nice(0), NICENESS)), str(NICENESS)]
    assert told(leads=False) == [str(max(os.nice(0), NICENESS)), before]


@pytest.mark.parametrize("said", ["", "\n", "/autogroup-7 nice\n"])
def test_where_the_session_has_no_weight_the_work_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    session = tmp_path / "autogroup"
    session.write_text(said)
    monkeypatch.setattr(os, "nice", lambda more: more)
    monkeypatch.setattr(os, "getsid", lambda _process: os.getpid())
    monkeypatch.setattr(priority, "SESSION", session)

    priority.give_way()

    assert session.read_text() == said


def test_where_nothing_is_allowed_the_work_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(_more: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refused)
    monkeypatch.setattr(os, "getsid", lambda _process: os.getpid())
    monkeypatch.setattr(priority, "SESSION", tmp_path / "none")

    priority.give_way()
