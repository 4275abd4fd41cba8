"""Every mail to a school names school, programme, day and hour, says what happens next and whom to call.

Every reason for which somebody is refused is a member of its room's enum, and has a sentence in three scripts.
Whoever cancels, declines or takes back says why: a form that asks for a reason needs one, but for the named few.
"""

import ast
import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
import sqlalchemy as sa
from flask import Flask
from wtforms.validators import DataRequired, InputRequired

import scheduler
from scheduler.acts import DEFENCE_REASONS, DefenceReason
from scheduler.core.db import Base, prepare
from scheduler.core.errors import Conflict, Reason, Rejected
from scheduler.core.language import LANGUAGES, clock_time, long_day
from scheduler.core.text import to_latin
from scheduler.messages import mail
from scheduler.requests.terms.school_request import RequestState
from scheduler.requests.wording import STATE_OF, mail_words
from scheduler.visits.terms.plans import Why
from scheduler.web import labels, reasons
from scheduler.web.board import blocks
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import BaseForm, Needed
from scheduler.web.requests import words as request_words
from tests.laws.sources import nodes, parsed
from tools.translations import check


def test_every_visible_string_is_translated_and_latin_is_made_from_cyrillic():
    assert check() == []


def test_no_string_hides_in_another():
    """Before Python 3.12 nothing reads a message out of the braces of an f-string, and the catalogues lose it."""
    hidden = [
        (file.name, call.lineno)
        for file in sorted(Path(scheduler.__file__).parent.rglob("*.py"))
        for whole in nodes(file.read_text(encoding="utf-8"))
        if isinstance(whole, ast.JoinedStr)
        for call in ast.walk(whole)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in {"_", "gettext", "ngettext"}
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


ROOT = Path(__file__).resolve().parents[2]
MAILS = ROOT / "templates" / "mails"
WRITERS = {"write_to_school", "write_to_schools", "tell_school", "SchoolLetter"}
SCHOOL = re.compile(r"\{# (?:To the school|The school |A school |To the contact|To an address)")
DAY, HOUR, OTHER = dt.date(2026, 12, 8), dt.time(9, 55), dt.date(2026, 12, 11)
MOMENT = dt.datetime(2026, 12, 6, 8, 55, tzinfo=dt.UTC)
DATE = {"on_day": OTHER, "starts_local": HOUR}
VISIT = {
    "number": "P-1", "host": "OŠ Vuk", "place": "Niš", "programme": "Safe talk", "day": DAY, "times": "9:55",
    "first_day": DAY, "last_day": OTHER, "state": "The visit is confirmed", "over": False,
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
    "follow_up_feedback", "follow_up_survey", "follow_up_next_year", "visit_soon", "numbers_wait",
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


FOR_SCHOOLS = sorted(path.stem for path in MAILS.glob("*.jinja") if SCHOOL.match(path.read_text(encoding="utf-8")))


def values_of(kind: str, language: str = "en") -> dict[str, object]:
    return _values_of(kind) | mail_words(STATE_OF.get(kind, RequestState.NEW), language)


def _values_of(kind: str) -> dict[str, object]:
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
    text = mail.render(kind, language, values_of(kind, language), for_school=True).text
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
    assert promises == {"visit_confirmed"}
    assert "we confirm the visit as soon as the presenters accept" in said["booking_taken"].text
    assert "The visit is confirmed" in said["visit_confirmed"].text


CODE = Path(__file__).parents[2] / "scheduler"
RAISED = {"Conflict", "Rejected", "Why", "TooMany", "BadText", "Refusal", "worded", "show"}
TABLES = {
    "labels.ON_A_VISIT": labels.ON_A_VISIT,
    "blocks.OF_A_PLACE": blocks.OF_A_PLACE,
    "request_words.REFUSED": request_words.REFUSED,
}
# Of tables whose laws have words, these have none: a certificate is made by one service, so only a bug breaks them. A
# row that would take another's place is said as every crossing: look again (core/refusals.py).
WITHOUT_WORDS = {
    "row_is_not_replaced", "row_is_not_replaced_by_subject", "hours_are_earned", "no_minor_is_named", "presenter_stays",
    "subject_is_earned", "subject_stays",
}  # fmt: skip


def all_reasons() -> list[Reason]:
    kinds = list(Reason.__subclasses__())
    return [reason for kind in kinds for reason in kind]


def test_every_reason_has_a_sentence_in_three_scripts(app: Flask) -> None:
    said = {}
    for language in LANGUAGES:
        with app.test_request_context(f"/?lang={language}"):
            said[language] = {reason: reasons.worded(reason) for reason in all_reasons()}
    cyrillic, latin, english = (said[language] for language in ("sr_Cyrl", "sr_Latn", "en"))

    assert len(english) > 150  # or the law looks at nothing
    assert [reason for reason, text in cyrillic.items() if not re.search("[а-шђјљњћџ]", text)] == []
    assert latin == {reason: to_latin(text) for reason, text in cyrillic.items()}
    assert [reason for reason, text in english.items() if not re.fullmatch(r"[A-Z][^а-ш]+[^.]\.", text)] == []
    assert {*english.values()}.isdisjoint(cyrillic.values())


def test_a_name_means_one_thing_and_every_table_of_words_is_keyed_by_reasons() -> None:
    doubled = [value for value, times in Counter(reason.value for reason in all_reasons()).items() if times > 1]

    assert doubled == []

    strangers = {name: [key for key in table if not isinstance(key, Reason)] for name, table in TABLES.items()}

    assert strangers == {name: [] for name in TABLES}

    reason = FormReason.TOO_QUICK

    assert Conflict(reason).reason is reason
    assert Rejected({"day": reason}).problems == {"day": reason}


def test_a_reason_with_numbers_has_a_sentence_with_them(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        for code in labels.LIMITS:
            assert "88" in labels.why(Why(code, 88, 88))


def test_what_the_database_refuses_in_a_race_is_a_reason_too() -> None:
    """A table that several act upon at once has words for each of its laws; of others only a bug breaks one.

    PostgreSQL's constraints have the names of SQLite's triggers, which are counted here.
    """
    engine = sa.create_engine("sqlite://")
    prepare(engine)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        triggers = connection.execute(sa.text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    engine.dispose()
    laws: dict[str, set[str]] = defaultdict(set)
    for table, body in triggers:
        laws[table] |= set(re.findall(r"RAISE\(ABORT, '(\w+)'\)", body))

    elsewhere = {DefenceReason.HAS_A_VISIT.value, DefenceReason.ROWS_ARE_NOT_SWEPT_AWAY.value}  # an index, PostgreSQL
    worded = {one.value for one in DefenceReason} - elsewhere
    assert worded <= set().union(*laws.values())
    assert {name for names in laws.values() if names & worded for name in names - worded} == WITHOUT_WORDS
    assert set(DEFENCE_REASONS.values()) == set(DefenceReason)


def plain_reasons(source: str) -> list[int]:
    """Lines that pass a plain string where a reason belongs."""
    return sorted(
        {
            value.lineno
            for call in nodes(source)
            if isinstance(call, ast.Call) and _name(call) in RAISED
            for given in [*call.args, *(word.value for word in call.keywords)]
            for value in _values(given)
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value
        }
    )


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """What an argument may be: itself, each branch of a choice, each value of a mapping."""
    if isinstance(node, ast.IfExp):
        yield from (*_values(node.body), *_values(node.orelse))
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(value)
    elif isinstance(node, ast.DictComp):
        yield from _values(node.value)
    else:
        yield node


def test_no_reason_is_a_plain_string() -> None:
    plain = {str(path.relative_to(CODE)): plain_reasons(path.read_text()) for path in CODE.rglob("*.py")}

    assert {name: lines for name, lines in plain.items() if lines} == {}

    ways = (
        "raise Conflict('late')", "raise Rejected({'day': 'late'})", "raise Rejected({'day': R.LATE if x else 'late'})",
        "raise Rejected({day: 'late' for day in days})", "raise errors.TooMany(reason='often')",
        "doubts.append(Doubt(Why('shut')))", "form.show({'day': 'late'})",
    )  # fmt: skip
    harmless = "Rejected({'day': R.LATE})\nConflict(found.reason)\nWhy(code, 3, 4)\nNotFound('visit')\nsay(_('Done.'))"

    assert [plain_reasons(way) for way in ways] == [[1]] * len(ways)
    assert plain_reasons(harmless) == []


def promised_reasons(source: str) -> set[str]:
    """The reasons that docstrings promise: Conflict("late", "gone"), Rejected({"day": "late"})."""
    texts = [
        ast.get_docstring(node) or ""
        for node in nodes(source)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
    ]
    found = set()
    for text in texts:
        for codes in re.findall(r'(?:Conflict|BadText|TooMany) ?\(("[^)]*)\)', text):
            found |= set(re.findall(r'"([a-z_]+)"', codes))
        for reasons_of_fields in re.findall(r"Rejected\(\{([^}]*)\}\)", text):
            found |= set(re.findall(r':\s"([a-z_]+)"', reasons_of_fields))
    return found


def test_docstrings_promise_reasons_that_exist() -> None:
    promised = {code for path in CODE.rglob("*.py") for code in promised_reasons(path.read_text())}
    assert len(promised) > 20
    assert promised - {reason.value for reason in all_reasons()} == set()


def tables_changed_on_import(source: str) -> list[int]:
    """Lines at the top of a module that change a table which another module has made."""
    tree = parsed(source)
    imported = {
        (name.asname or name.name).split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    return [node.lineno for node in tree.body if _changed(node) in imported]


def _changed(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        return _root(node.targets[0])
    if isinstance(node, ast.AugAssign):
        return _root(node.target)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        return _root(node.value.func.value) if node.value.func.attr in {"update", "setdefault", "pop"} else None
    return None


def _root(node: ast.expr) -> str:
    """The name at the head of `forms.MESSAGES["x"]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return getattr(node, "id", "")


def test_no_module_changes_a_table_of_another_by_being_imported() -> None:
    found = {str(path.relative_to(CODE)): tables_changed_on_import(path.read_text()) for path in CODE.rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}
    head = "from scheduler.web import forms\nfrom scheduler.web.forms import WORDS\n"
    ways = ("WORDS['x'] = 1", "WORDS |= {}", "WORDS.update({})", "forms.WORDS.update({})", "forms.WORDS['x'] = 1")
    assert [tables_changed_on_import(head + way) for way in ways] == [[3]] * len(ways)
    assert tables_changed_on_import(head + "OWN = {}\nOWN['x'] = 1\nOWN |= WORDS") == []


MAY_STAY_EMPTY = {
    "MessagesForm": "holding and sending need none; `act_on` refuses to discard without one",
    "MoveForm": "nothing ends; only the centre reads it",
    "NumbersForm": "who takes the numbers owes none; `decide_numbers` refuses a no without one",
    "PlaceForm": "the same on the board",
    "StoppedDateForm": "a closure stopped the visit: its reason is known",
    "WithdrawForm": "a request without a day: nobody has promised anything yet",
}
ENDS = {  # what ends something for somebody: these are among those that need it
    "CallOffForm", "SchoolCallOffForm", "LeaveForm", "DeclineForm", "EndForm", "ReopenForm", "ReasonForm",
    "KeepDateForm",
}  # fmt: skip


def all_forms(form: type[BaseForm] = BaseForm) -> Iterator[type[BaseForm]]:
    for one in form.__subclasses__():
        yield one
        yield from all_forms(one)


def needs(form: type[BaseForm]) -> bool:
    field = form.reason
    if "choices" in field.kwargs and not any(choice.value == "" for choice in field.kwargs["choices"]):
        return True  # one of them is always chosen
    validators = [*(field.args[1] if len(field.args) > 1 else ()), *field.kwargs.get("validators", ())]
    return any(isinstance(one, (Needed, DataRequired, InputRequired)) for one in validators)


def test_every_form_with_a_reason_needs_it_or_is_named_here(app: Flask) -> None:
    asking = {one.__name__: needs(one) for one in all_forms() if hasattr(one, "reason") and hasattr(one.reason, "args")}
    assert {name for name, needed in asking.items() if not needed} == set(MAY_STAY_EMPTY)
    assert set(asking) >= ENDS
