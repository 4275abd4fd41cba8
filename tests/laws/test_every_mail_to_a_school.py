"""Every mail to a school names school, programme, day and hour, says what happens next and whom to call."""

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from scheduler.core.language import LANGUAGES, clock_time, long_day
from scheduler.messages import mail
from tests.laws.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
MAILS = ROOT / "templates" / "mails"
WRITERS = {"write_to_school", "write_to_schools", "tell_school", "SchoolLetter"}
SCHOOL = re.compile(r"\{# (?:To the school|The school |A school |To the contact|To an address)")
DAY, HOUR, OTHER = dt.date(2026, 12, 8), dt.time(9, 55), dt.date(2026, 12, 11)
MOMENT = dt.datetime(2026, 12, 6, 8, 55, tzinfo=dt.UTC)
DATE = {"on_day": OTHER, "starts_local": HOUR}
VISIT = {
    "number": "P-1", "host": "OŠ Vuk", "place": "Niš", "programme": "Safe talk", "day": DAY, "times": "9:55",
    "first_day": DAY, "last_day": OTHER, "standing": "confirmed",
}  # fmt: skip
ASKED = {
    "number": "R-1", "host": "OŠ Vuk", "place": "Niš", "programme": "Safe talk", "first_day": DAY, "last_day": OTHER,
    "centre": "Our centre", "centre_phone": "021 555 000", "answer_by": OTHER, "remind_on": OTHER, "reason": "snow",
    "question": "Where?", "kept": "R-0", "dates": [DATE], "others": [DATE], "until": MOMENT, "by_school": True,
    "days": 7, "lost_day": DAY, "lost_time": HOUR,
}  # fmt: skip
AGREED = {
    "day": DAY, "times": "9:55", "who": ["Mila Ilić"], "change_until": MOMENT, "lines": [], "accepted": True,
    "changes": [(1, ((50, 0, 2), (60, 0, 2)))], "outcome": "filled", "online_link": "", "from_time": "9:00",
    "at_time": "9:55", "classes": "VII-1", "by": "school", "was_day": OTHER, "was_times": "10:00", "note": "",
}  # fmt: skip
# By hand, for the code cannot say it: which mails must name the hour, and which are sent before one is agreed.
OF_VISITS = {
    "school_clock_wrong", "date_kept", "checklist_opens", "numbers_decided", "crew_settled", "visit_confirmed",
    "school_joined", "visit_cancelled", "visit_moved", "visit_replanned", "countersign", "certificates_ready",
    "follow_up_feedback", "follow_up_survey", "follow_up_next_year",
}  # fmt: skip
TIMED = {"booking_taken", "date_offered"}  # of a request, with its day and hour
SEVERAL = {"school_closure", "own_visits"}  # they list each visit themselves


def kinds_in_code() -> set[str]:
    """Every kind of mail that code names where it writes to a school; of others the sending itself wants next(v)."""
    named: set[str] = set()
    kinds = {path.stem for path in MAILS.glob("*.jinja")}
    for path in (ROOT / "scheduler").rglob("*.py"):
        every = nodes(path.read_text(encoding="utf-8"))
        calls = [node for node in every if isinstance(node, ast.Call) and called(node) in WRITERS]
        named |= {text for call in calls for text in texts_in(call)}
    return named & kinds


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def texts_in(tree: ast.AST) -> Iterator[str]:
    return (one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def is_for_a_school(kind: str) -> bool:
    return bool(SCHOOL.match((MAILS / f"{kind}.jinja").read_text(encoding="utf-8")))


FOR_SCHOOLS = sorted(path.stem for path in MAILS.glob("*.jinja") if is_for_a_school(path.stem))


def values_of(kind: str) -> dict[str, object]:
    if kind in SEVERAL:
        return ASKED | {"visits": [VISIT, VISIT], "count": 2, "note": ""}
    return ASKED | AGREED if kind in OF_VISITS else ASKED | ({"day": DAY, "time": HOUR} if kind in TIMED else {})


def test_each_kind_that_is_written_to_a_school_says_so_on_top():
    with_next = {path.stem for path in MAILS.glob("*.jinja") if "macro next(v)" in path.read_text(encoding="utf-8")}

    assert kinds_in_code() - set(FOR_SCHOOLS) == set()
    assert with_next == set(FOR_SCHOOLS)
    assert len(FOR_SCHOOLS) > 30


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FOR_SCHOOLS)
def test_a_mail_to_a_school_says_all_that_it_must(app, kind, language):
    text = mail.render(kind, language, values_of(kind), for_school=True).text
    has_hour = kind in OF_VISITS | TIMED | SEVERAL
    next_words = {"en": "What happens next:", "sr_Cyrl": "Шта следи:", "sr_Latn": "Šta sledi:"}[language]
    no_hour = {"en": "not settled yet", "sr_Cyrl": "још нису договорени", "sr_Latn": "još nisu dogovoreni"}[language]

    assert "OŠ Vuk" in text
    assert "Safe talk" in text
    assert long_day(DAY, language) in text
    assert ("9:55" in text or clock_time(HOUR, language) in text) if has_hour else no_hour in text, text
    assert re.search(rf"{next_words} \S", text)
    assert "021 555 000" in text
    assert re.search(r"19833", text)


@pytest.mark.parametrize("kind", ["visit_confirmed", "crew_settled"])
def test_no_teacher_stays_where_adults_alone_listen(app, kind):
    said = {
        who: mail.render(kind, "en", values_of(kind) | {"with_pupils": who}, for_school=True).text for who in (0, 1)
    }

    assert ["A teacher stays" in said[who] for who in (0, 1)] == [False, True]


def test_a_mail_for_a_school_that_does_not_say_what_follows_is_refused(app):
    with pytest.raises((jinja2.UndefinedError, AttributeError)):
        mail.render("password_changed", "en", ASKED, for_school=True)


def test_only_a_confirmation_and_the_checklist_say_that_a_visit_is_certain(app):
    """Booked is what the centre has confirmed; whoever reads the word earlier is told that it is not yet."""
    said = {kind: mail.render(kind, "en", values_of(kind), for_school=True) for kind in FOR_SCHOOLS}
    promises = {kind for kind, body in said.items() if re.search(r"\bbooked\b|is confirmed", body.subject, re.I)}

    assert promises == set()
    assert "booked only when we confirm it" in said["booking_taken"].text
    assert "The visit is confirmed" in said["visit_confirmed"].text
