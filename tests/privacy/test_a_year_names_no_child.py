"""A year of the demo: what is typed of a pupil or a caller is refused, and lies nowhere a year later (G6, TRUST S43).

The search reads past the product: tables as SQLite has them, bytes of every file, what was logged, what was mailed.
"""

import datetime as dt
import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from huey.api import PeriodicTask, TaskWrapper
from sqlalchemy import select

import scheduler.jobs
from scheduler.core.db import Base, db
from scheduler.core.identity import has_identity_number
from scheduler.core.personal_text import personal_in
from scheduler.core.text import to_latin
from scheduler.jobs.long_work import do_long_work
from scheduler.jobs.queue import attach
from scheduler.people.models import Centre, User, UserRole
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.loaded_demo import load_demo
from tests.web.browser import browser_of

DIGEST = re.compile(r"[0-9a-f]{32,}(\.[0-9a-f]{32,})*")
# Tables of rooms that count children, or what was done for them: no text of them may name anybody.
ABOUT_CHILDREN = (
    *("helpline_code", "helpline_count", "helpline_list", "helpline_period"),
    *("helpline_public_cell", "helpline_publication"),
    *("cohort", "cohort_part", "practice_case", "practice_sum"),
    *("hand_off", "head_count", "tally_mark", "kept_figure"),
    *("question_round", "answer_sum", "question_set", "set_question"),
    "presenter_training",
)


@dataclass(frozen=True)
class Cell:
    """A text of a row."""

    table: str
    column: str
    text: str


def cells(database: Path, tables: Iterable[str] | None = None) -> Iterator[Cell]:
    """Every text of the tables that are there; of all of them, where none are named."""
    with closing(sqlite3.connect(database)) as connection:
        named = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(named) & set(tables) if tables is not None else named):
            columns = [name for _at, name, kind, *_rest in connection.execute(f'PRAGMA table_info("{table}")')
                       if kind.startswith(("VARCHAR", "TEXT"))]  # fmt: skip  # no days and moments
            chosen = ", ".join(f'"{name}"' for name in columns) or "NULL"
            for row in connection.execute(f'SELECT {chosen} FROM "{table}"'):
                yield from (Cell(table, name, said) for name, said in zip(columns, row, strict=False) if said)


def persons_in(found: Iterable[Cell]) -> list[str]:
    """Where somebody is named, or reached by telephone, in texts that are about children."""
    return sorted({f"{one.table}.{one.column}: {why}" for one in found if (why := personal_in(one.text)) is not None})


def citizens_in(found: Iterable[Cell]) -> list[str]:
    """Where the number of a citizen stands; a seal or a digest may hold thirteen digits by chance."""
    texts = (one for one in found if not DIGEST.fullmatch(one.text))
    return sorted({f"{one.table}.{one.column}" for one in texts if has_identity_number(one.text)})


def files_with(folder: Path, words: Iterable[str]) -> list[str]:
    """Files that hold one of the words, in Cyrillic or Latin: what was deleted and still lies there, too."""
    wanted = [spelled.encode() for word in words for spelled in {word, to_latin(word)}]
    names = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        names += [f"{path.relative_to(folder)}: {word.decode()}" for word in wanted if word in content]
    return names


PUPIL, CALLER, CITIZEN = "Лазар Пупавчић", "064 555 9912", "0101990710008"
TYPED = (PUPIL, CALLER, CITIZEN)
STEPS, STEP = 26, dt.timedelta(days=14)
DAYS = "1.8.2026.;31.8.2026."


def a_coordinator(slug: str) -> User:
    of_centre = select(User).join(UserRole).join(Centre, Centre.id == User.centre_id)
    return db.session.scalars(of_centre.where(UserRole.role == Role.COORDINATOR, Centre.slug == slug)).first()


def jobs_that_run_by_themselves() -> list[TaskWrapper]:
    found = {}
    for module in pkgutil.iter_modules(scheduler.jobs.__path__, "scheduler.jobs."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, TaskWrapper) and issubclass(one.task_class, PeriodicTask):
                found[one.name] = one
    return [found[name] for name in sorted(found)]


def live_a_year(the_clock) -> None:
    for step in range(1, STEPS + 1):
        the_clock.stands_at(MONDAY + step * STEP)
        for job in jobs_that_run_by_themselves():
            job.call_local()
            db.session.remove()


def statuses_of_typed_names(helpline, detectives) -> set[int]:
    """What the free texts of both rooms answer to a name, a telephone number and the number of a citizen."""
    case = {"story_sr_cyrl": "", "why_sr_cyrl": "Реци.", "story_en": "", "why_en": "", "ways": ["hotline"]}
    answers = []
    for said in TYPED:
        lists = {"first_day": "1.1.2028.", "topics": f"new_topic; {said}; Something", "acts": ""}
        answers.append(helpline.post("/helpline/topics/new", data=lists))
        answers.append(detectives.post("/cohorts/practice/stranger", data=case | {"story_sr_cyrl": f"{said} каже."}))
    return {answer.status_code for answer in answers}


def send_a_file_of_names(helpline) -> str:
    lines = "".join(f"{DAYS};тема;{said};3\n" for said in TYPED)
    head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="meseci.csv"\r\n\r\n'
    body = f"{head}Од;До;Шта;Шифра;Број\n{lines}\r\n--edge--\r\n".encode()
    sent = helpline.post("/imports?of=helpline", data=body, content_type="multipart/form-data; boundary=edge")
    do_long_work.call_local()
    return helpline.get(sent.location, query_string={"lang": "en"}).text


@pytest.mark.slow
def test_trust_s39_after_a_year_no_pupil_and_no_caller_is_named_anywhere(app, session, the_clock, caplog):
    load_demo()
    attach(app)
    helpline, detectives = (browser_of(app, a_coordinator(slug)) for slug in ("ncc", "cnzd"))

    assert statuses_of_typed_names(helpline, detectives) == {422}
    assert "nothing is stored" in send_a_file_of_names(helpline)
    live_a_year(the_clock)
    db.session.remove()

    database = Path(str(db.engine.url.database))
    assert files_with(database.parent, TYPED) == []
    assert [one for one in TYPED if one in "".join(str(vars(record)) for record in caplog.records)] == []
    assert citizens_in(cells(database)) == []
    assert persons_in(cells(database, ABOUT_CHILDREN)) == []
    assert {one.table for one in cells(database, ["outbox_message"])} == {"outbox_message"}  # there were mails to read


def test_the_search_finds_what_stands_there(app, session):
    load_demo()
    database = Path(str(db.engine.url.database))
    assert "school_request.contact_name: name_in_text" in persons_in(cells(database, ["school_request"]))
    assert files_with(database.parent, ["Ана Петровић"]) != []
    assert set(ABOUT_CHILDREN) <= set(Base.metadata.tables)
