"""A filled sheet is kept as proof of a head count: what it says it is, once, for a time, and opened on record."""

import datetime as dt
import hashlib
import io
import json

import pytest
from PIL import Image
from sqlalchemy import delete, select, text, update

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.queries.sheets import sheet_at, sheets_of, violations
from scheduler.attendance.service.sheets import keep_sheet, open_sheet, remove_sheet
from scheduler.attendance.sheet_models import SheetScan
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.scans import SHEET_SIDE, ScanKind
from scheduler.people.models import User
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.privacy.service.erasure import erase_subject, preview
from scheduler.privacy.service.retention import run_retention
from scheduler.privacy.terms import RetentionRow
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import PresentationState
from tests.at_once import all_at_once
from tests.factories.counting import LEAVING, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor, make_presenter, make_user, presenter_actor
from tests.factories.safeguarding import a_scan
from tests.refusals import conflict, database_refusal, rejection

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
PHOTO = a_scan("jpeg")


def kept() -> list[SheetScan]:
    db.session.rollback()
    return list(db.session.scalars(select(SheetScan).order_by(SheetScan.id)))


def by(actor, begun, content=PHOTO, now=LEAVING) -> int:
    """A sheet of the visit's first presentation that somebody keeps."""
    return keep_sheet(actor, begun.first, content, now=now)


def test_a_sheet_is_kept_once_no_finer_than_it_is_read_and_its_hash_is_that_of_the_bytes(session):
    begun = a_begun_visit()

    ids = {by(begun.teacher, begun) for _press in range(2)}

    [row] = kept()
    assert ids == {row.id}
    content, kind = open_sheet(begun.teacher, row.id, now=LEAVING)
    assert (kind, row.sha256, row.size) == (ScanKind.JPEG, hashlib.sha256(content).hexdigest(), len(content))
    [shown] = sheets_of(begun.visit.id)
    assert (shown.ordinal, shown.sha256, shown.added_by_id) == (1, row.sha256, begun.educator.user_id)
    assert "content" not in vars(shown), "the picture is opened apart, on record"

    fine, pdf = (by(begun.teacher, begun, one) for one in (a_scan("png", width=3000, height=4000), a_scan("pdf")))

    picture, kind = open_sheet(begun.teacher, fine, now=LEAVING)
    assert (kind, Image.open(io.BytesIO(picture)).size) == (ScanKind.JPEG, (SHEET_SIDE * 3 // 4, SHEET_SIDE))
    assert open_sheet(begun.teacher, pdf, now=LEAVING) == (a_scan("pdf"), ScanKind.PDF)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "scan_missing"),
        (b"x" * 5_000_001, "scan_too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "scan_of_no_kind"),
        (a_scan("png", width=13_000, height=300), "scan_too_fine"),
        (PHOTO[:-200], "scan_not_whole"),
    ],
)
def test_trust_s23_what_is_no_sheet_is_refused_and_nothing_is_kept(session, content, reason):
    begun = a_begun_visit()
    with rejection(scan=reason):
        by(begun.teacher, begun, content)
    assert kept() == []


def test_who_may_count_keeps_and_opens_and_nobody_else(session):
    begun = a_begun_visit()
    centre_id, number = begun.visit.centre_id, begun.visit.number
    one = by(begun.coordinator, begun)
    young = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2009, 3, 1), centre_id=centre_id)
    strangers = [
        *(presenter_actor(person) for person in (make_presenter(centre_id=centre_id), young)),
        *(begun.school, an_actor(Role.SAFEGUARDING, centre_id=centre_id), an_actor(), policy.ANONYMOUS),
    ]
    acts = [
        lambda who: by(who, begun, a_scan("pdf")),
        lambda who: open_sheet(who, one, now=LEAVING),
        lambda who: sheet_at(who, number, one),
        lambda who: remove_sheet(who, one, now=LEAVING),
    ]
    for who in strangers:
        for act in acts:
            with pytest.raises((NotAllowed, NotFound)):
                act(who)
    assert [row.id for row in kept()] == [one]
    with pytest.raises(NotFound):
        sheet_at(begun.teacher, a_begun_visit().visit.number, one)


def test_who_opens_it_is_written_down_once_in_a_quarter_of_an_hour(session):
    begun = a_begun_visit()
    one, desk = by(begun.teacher, begun), begun.coordinator
    for minutes in (0, 5, 14, 15):
        open_sheet(desk, one, now=LEAVING + dt.timedelta(minutes=minutes))
    of_sheets = select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.thing == "sheet_scan")
    written = session.execute(of_sheets.order_by(AuditEntry.id)).all()
    assert written == [("sheet kept", begun.teacher.label), *[("sheet opened", desk.label)] * 2]


def test_a_presentation_and_a_centre_keep_so_many_and_no_more(session, monkeypatch):
    begun = a_begun_visit(talks=2)
    for width in range(rules.MOST_OF_A_TALK):
        by(begun.teacher, begun, a_scan("pdf", width=width))
    with rejection(scan="sheets_of_talk_full"):
        by(begun.teacher, begun)
    monkeypatch.setattr(rules, "MOST_BYTES_OF_A_CENTRE", sum(row.size for row in kept()) + 10)
    with rejection(scan="sheets_of_centre_full"):
        keep_sheet(begun.teacher, begun.presentations[1].id, PHOTO, now=LEAVING)
    assert len(kept()) == rules.MOST_OF_A_TALK


def test_a_sheet_is_taken_once_it_began_also_of_ten_at_once_one(app, session):
    begun = a_begun_visit()
    teacher, first = begun.teacher, begun.first
    failed = all_at_once(app, [lambda: keep_sheet(teacher, first, PHOTO, now=LEAVING)] * 10)
    assert (failed, len(kept())) == ([None] * 10, 1)

    begun = a_begun_visit()
    with rejection(scan="not_begun"):
        by(begun.teacher, begun, now=LEAVING - DAY)
    db.session.get_one(Presentation, begun.first).state = PresentationState.PLANNED
    db.session.commit()
    with conflict("not_confirmed"):
        by(begun.teacher, begun)


def test_who_sent_it_takes_it_back_until_the_school_has_answered_and_staff_always(session):
    begun, locked = a_counted_visit(), a_locked_visit()
    remove_sheet(begun.teacher, by(begun.teacher, begun), now=LEAVING)
    assert kept() == []
    [removed] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "sheet removed"))
    assert len(json.loads(removed.details)["sha256"]) == 64, "the paper in the binder is still known by it"
    other = by(locked.teacher, locked)
    with pytest.raises(NotAllowed):
        remove_sheet(locked.teacher, other, now=LEAVING)
    remove_sheet(locked.coordinator, other, now=LEAVING)
    assert kept() == []


def test_trust_s40_a_sheet_is_gone_ninety_days_after_the_visit_and_its_numbers_stay(session):
    begun = a_locked_visit()
    by(begun.teacher, begun)
    assert run_retention(now=LEAVING + 89 * DAY).counts[RetentionRow.SHEET] == 0
    for dry_run in (True, False):
        assert run_retention(now=LEAVING + 90 * DAY, dry_run=dry_run).counts[RetentionRow.SHEET] == 1
    assert (kept(), run_retention(now=LEAVING + 90 * DAY).total) == ([], 0)


def test_trust_s42_the_sheets_that_a_teacher_may_have_signed_go_with_her(session):
    begun, other = (a_locked_visit(contact_email=f"{who}@school.example") for who in ("mira", "ana"))
    _goes, stays = (by(one.teacher, one) for one in (begun, other))
    later = LEAVING + 40 * DAY
    assert preview(policy.SYSTEM, "mira@school.example", centre_id=None, now=later).goes["sheet_scan"] == 1
    erase_subject(policy.SYSTEM, "mira@school.example", centre_id=None, now=later)
    assert [row.id for row in kept()] == [stays]


CHANGES = {
    "presentation_id": None,  # another one of the visit
    "kind": "png", "sha256": "0" * 64, "size": 1, "content": b"another", "added_at": LEAVING + DAY, "added_by_id": None,
    "id": 999,
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_the_database_changes_nothing_of_a_kept_sheet(session, column):
    begun = a_begun_visit(2)
    by(begun.teacher, begun)
    was = getattr(kept()[0], column)
    other = begun.presentations[1].id if column == "presentation_id" else CHANGES[column]
    with database_refusal("sheet_stays", "row_is_not_replaced") as inside:
        inside.execute(update(SheetScan).values({column: other}).execution_options(synchronize_session=False))
    assert getattr(kept()[0], column) == was


def test_an_account_that_is_deleted_leaves_its_sheet_without_a_sender(session):
    begun, desk = a_begun_visit(), make_user(Role.COORDINATOR)
    by(begun.teacher, begun)
    values = {"sha256": "1" * 64, "added_by_id": desk.id, "kind": ScanKind.PNG, "size": 1, "content": b"x"}
    with transaction() as inside:
        inside.add(SheetScan(presentation_id=begun.first, added_at=LEAVING, **values))
        inside.flush()
        inside.execute(delete(User).where(User.id == desk.id))
    assert [row.added_by_id for row in kept()] == [begun.educator.user_id, None]


def test_no_sheet_is_replaced_by_another_of_its_hash_and_one_of_other_bytes_is_named(session):
    """SQLite's INSERT OR REPLACE asks no trigger of what it deletes; TRUNCATE, on PostgreSQL, of no row."""
    begun = a_begun_visit()
    by(begun.teacher, begun)
    sqlite = db.engine.dialect.name == "sqlite"
    columns = "presentation_id, sha256, kind, size, added_at"
    put = f"INSERT OR REPLACE INTO sheet_scan ({columns}, content) SELECT {columns}, 'x' FROM sheet_scan"

    with database_refusal("row_is_not_replaced" if sqlite else "rows_are_not_swept_away") as inside:
        inside.execute(text(put if sqlite else "TRUNCATE sheet_scan"))

    assert len(kept()) == 1

    # Written by SQL: on SQLite no trigger computes a hash.
    by(presenter_actor(begun.educator), begun)
    assert violations() == []
    values = {"kind": ScanKind.PDF, "sha256": "0" * 64, "size": 4, "content": b"%PDF"}
    with transaction() as inside:
        inside.add(forged := SheetScan(presentation_id=begun.first, added_at=LEAVING, **values))
        inside.flush()

    assert violations() == [f"sheet {forged.id} is not the one that was kept"]
