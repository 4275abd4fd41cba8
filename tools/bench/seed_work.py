"""The work of ten years: visits in every state with requests, crews, counts and certificates, and what waits."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, insert, literal, select, update
from sqlalchemy.orm import Session

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import printed_text
from scheduler.certificates.terms import CertificateKind, CertificatePaper, CertificateState, Signatory
from scheduler.closures.models import Disruption
from scheduler.config import settings
from scheduler.core.audit import AuditEntry
from scheduler.core.clock import BELGRADE
from scheduler.core.language import languages
from scheduler.core.text import name_key
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import Failure, MessageState
from scheduler.people.models import Presenter
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import Closure, Host
from scheduler.places.terms.hosts import ClosureReason
from scheduler.places.terms.venue import Venue
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.queries.attendance import STATEFUL
from scheduler.requests.models import DateProposal, RequestedPresentation, SchoolRequest
from scheduler.requests.rules.states import CLOSED_AFTER
from scheduler.requests.terms.school_request import DayPart, RequestChannel, RequestState
from scheduler.safeguarding.models import Guardian, GuardianConsent, Vetting
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.plans import EntryFacts
from scheduler.visits.terms.states import EntryStatus
from scheduler.waitlist.models import OpenDate
from tools.bench.days import DAYS_TO_COME, FRESH_DAYS, MINUTES, Calendar, Day
from tools.bench.sizes import COORDINATOR, FIXED_WEEK, OTHER_COORDINATOR, PRESENTATIONS, STAFF, Size, add, person


@dataclass(frozen=True)
class Fate:
    """What became of a visit, and the state in which everything about it then is."""

    visit: str
    presentation: str
    request: str
    assignment: str
    attendance: str | None = None
    reason: str = ""
    cancelled_by: str | None = None

    @property
    def over(self) -> bool:
        return self.assignment in ("present", "withdrawn")

    @property
    def settled(self) -> bool:
        return self.attendance in ("locked", "corrected")


LOCKED = Fate("delivered", "delivered", "certified", "present", "locked")
CORRECTED = Fate("delivered", "delivered", "closed", "present", "corrected")
CANCELLED = Fate("cancelled", "cancelled", "cancelled_by_school", "withdrawn", None, "испити", "school")
STOPPED = Fate("disrupted", "disrupted", "disrupted", "withdrawn", None, "снег")
READY = Fate("ready", "confirmed", "ready", "accepted")
CONFIRMED = Fate("confirmed", "confirmed", "confirmed", "accepted")
FRESH = (
    *(Fate("delivered", "delivered", "delivered", "present", one) for one in ("submitted", "assumed", "countersigned")),
    READY,
)
TO_COME = (
    Fate("planned", "planned", "staffing", "suggested"),
    Fate("offered", "planned", "staffing", "offered"),
    CONFIRMED,
    READY,
)
OWNERS = (COORDINATOR, 5, 6, 7)  # coordinators of the first centre who own requests
ASKED = ("new", "triage", "needs_info", "proposed", "agreed", "new")
ENDED = ("declined", "expired", "withdrawn")
PATIENCE = dt.timedelta(days=5)
NAMES_KEPT = dt.timedelta(days=80)  # a teacher's name on a certificate
TEN = dt.time(10)
UNKNOWN = dt.datetime(2099, 1, 2, 3, 4, 5, tzinfo=dt.UTC)  # stands in a text until its own moment is put there


@dataclass(frozen=True)
class Planned:
    """One visit of the seed; its request has the same number."""

    i: int
    day: Day
    fate: Fate
    size: Size
    of_feed: bool = False

    @property
    def other(self) -> bool:
        """Of the second centre."""
        return self.i % 10 == 0 and not self.of_feed

    @property
    def centre(self) -> int:
        return 2 if self.other else 1

    @property
    def programme(self) -> int:
        return 5 if self.other else self.i % 4 + 1

    @property
    def campaign(self) -> int | None:
        return 1 if self.programme == 1 and self.i % 8 == 0 else None

    @property
    def host(self) -> int:
        return self.i * 7 % self.size.hosts + 1

    @property
    def educator(self) -> int:
        return self.size.people + 1 if self.of_feed else (self.i - 1) % self.size.educators + 1

    @property
    def influencer(self) -> int | None:
        number = self.i // 3 % (self.size.people - self.size.educators) + self.size.educators + 1
        return None if self.of_feed or self.i % 3 else number

    @property
    def number(self) -> str:
        return f"P-{self.day.day.year}-{self.i:06}"

    @property
    def since(self) -> dt.datetime:
        return self.day.over if self.fate.over else self.day.planned_at

    @property
    def presentations(self) -> list[tuple[int, int, dict[str, Any]]]:
        """(number of the row, ordinal, moments); two for a visit whose number ends with 5, else three."""
        count = 2 if self.i % 10 == 5 and not self.of_feed else PRESENTATIONS
        slots = self.day.slots[self.i % 2][:count]
        return [((self.i - 1) * PRESENTATIONS + n, n, dict(slot)) for n, slot in enumerate(slots, 1)]


def _plan(size: Size, calendar: Calendar) -> Iterator[Planned]:
    """In the order of the day: settled visits, fresh ones, those to come, the fixed week, the measured calendar."""
    fresh, to_come = max(6, size.visits // 100), max(6, size.visits // 20)
    settled = size.visits - fresh - to_come
    endings = {3: CANCELLED, 23: CANCELLED, 43: CANCELLED, 63: STOPPED, 7: CORRECTED, 57: CORRECTED}
    for i in range(1, size.visits + FIXED_WEEK + 1):
        if i <= settled:
            place, fate = (i - 1) * calendar.settled // settled, endings.get(i % 100, LOCKED)
        elif i <= settled + fresh:
            place = calendar.settled + (i - settled - 1) * FRESH_DAYS // fresh
            fate = FRESH[i % len(FRESH)]
        elif i <= size.visits:
            place = calendar.past + (i - settled - fresh - 1) * DAYS_TO_COME // to_come
            fate = TO_COME[i // 10 % len(TO_COME)]
        else:
            place = calendar.past + DAYS_TO_COME + (i - size.visits - 1) * 5 // FIXED_WEEK
            fate = TO_COME[i // 10 % len(TO_COME)]
        yield Planned(i, calendar.days[place], fate, size)
    for n in range(size.feed_visits):
        place = calendar.past + DAYS_TO_COME - 1 - n
        fate = CONFIRMED if place >= calendar.past else FRESH[0] if place >= calendar.settled else LOCKED
        yield Planned(size.visits + FIXED_WEEK + 1 + n, calendar.days[place], fate, size, of_feed=True)


def plant_work(session: Session, size: Size, calendar: Calendar) -> None:
    """All of it, in the order in which the database's laws let it in."""
    visits = list(_plan(size, calendar))
    add(session, SchoolRequest, map(_request_of, visits))
    add(session, RequestedPresentation, (_wish(one.i, n) for one in visits for _, n, _ in one.presentations))
    add(session, Visit, map(_visit, visits))
    add(session, Presentation, (row for one in visits for row in _presentations(one)))
    _plant_closures(session, [one for one in visits if one.fate is STOPPED])
    _plant_crews(session, size, visits, calendar.now)
    _plant_entries(session, [one for one in visits if one.of_feed or one.day.over > calendar.now])
    held = [one for one in visits if one.fate.attendance]
    add(session, Attendance, (row for one in held for row in _attendance(one)))
    add(session, HeadCount, (row for one in held for row in _counts(one)))
    _correct(session, [ident for one in held if one.fate is CORRECTED for ident, _, _ in one.presentations])
    _plant_certificates(session, [one for one in held if one.fate.settled], calendar)
    _plant_waiting(session, size, calendar)
    _plant_letters(session, size, calendar)
    _plant_audit(session)


def _contact(host: int) -> dict[str, Any]:
    """Who asks for a school, and what it has."""
    return {
        "contact_name": "Снежана Лукић",
        "contact_email": f"school-{host}@bench.example",
        "contact_phone": "000 555 100",
        "room": "Свечана сала",
        "has_projector": True,
        "has_sound": True,
        "teacher_stays": True,
        "safeguarding_contact": "Психолог школе",
    }


def _request(i: int, host: int, year: int, centre: int, programme: int) -> dict[str, Any]:
    number = f"R-{year}-{i:06}"
    return {
        "id": i,
        "number": number,
        "booking": number,
        "centre_id": centre,
        "programme_id": programme,
        "host_id": host,
        "channel": RequestChannel.WEB,
        "language": "sr_Cyrl",
        "teaching_language": TeachingLanguage.SERBIAN,
        "owner_id": OTHER_COORDINATOR if centre == 2 else OWNERS[i % len(OWNERS)],
        **_contact(host),
    }


def _request_of(one: Planned) -> dict[str, Any]:
    week = dt.timedelta(days=7)
    return _request(one.i, one.host, one.day.day.year, one.centre, one.programme) | {
        "campaign_id": one.campaign,
        "first_day": one.day.day - week,
        "last_day": one.day.day + week,
        "state": one.fate.request,
        "state_since": one.since,
        "reason": one.fate.reason,
        "submitted_at": one.day.submitted_at,
        "proved_at": one.day.submitted_at,
    }


def _wish(request_id: int, ordinal: int) -> dict[str, Any]:
    """One presentation that a school asks for: the third is for parents."""
    parents = ordinal == PRESENTATIONS
    return {
        "school_request_id": request_id,
        "ordinal": ordinal,
        "audience": Audience.PARENTS if parents else Audience.PUPILS,
        "level": SchoolLevel.NONE if parents else SchoolLevel.PRIMARY,
        "classes": f"V-{ordinal}",
        "pupils": 0 if parents else 60,
        "parents": 40 if parents else 0,
        "teachers": 2,
        "day_part": DayPart.MORNING,
    }


def _visit(one: Planned) -> dict[str, Any]:
    return {
        "id": one.i,
        "number": one.number,
        "centre_id": one.centre,
        "host_id": one.host,
        "school_request_id": one.i,
        "programme_id": one.programme,
        "campaign_id": one.campaign,
        "on_day": one.day.day,
        "zone": BELGRADE,
        "state": one.fate.visit,
        "state_since": one.since,
        "reason": one.fate.reason,
        "cancelled_by": one.fate.cancelled_by,
        "confirmed_at": one.day.planned_at if one.fate.assignment in ("present", "accepted") else None,
        "kilometres": one.i % 90 + 10,
    }


def _uid(ident: int) -> str:
    return f"bench-{ident:09}@{settings().uid_domain}"


def _presentations(one: Planned) -> Iterator[dict[str, Any]]:
    for ident, ordinal, moments in one.presentations:
        wish = _wish(one.i, ordinal)
        yield {
            "id": ident,
            "visit_id": one.i,
            "ordinal": ordinal,
            "uid": _uid(ident),
            "edited_at": one.day.planned_at,
            "on_day": one.day.day,
            **moments,
            "minutes": MINUTES,
            "zone": BELGRADE,
            **{name: wish[name] for name in ("audience", "level", "classes")},
            "room": "Свечана сала",
            **{f"expected_{name}": wish[name] for name in ("pupils", "parents", "teachers")},
            "state": one.fate.presentation,
            "state_since": one.since,
            "reason": one.fate.reason,
        }


def _plant_closures(session: Session, stopped: list[Planned]) -> None:
    """The snow that stopped a visit closed its town for that day."""
    towns = dict(session.execute(select(Host.id, Host.municipality_id)).all())

    def closure(one: Planned) -> dict[str, Any]:
        days = {"first_day": one.day.day, "last_day": one.day.day}
        reason = {"reason": ClosureReason.SNOW, "closed_at": one.day.over}
        return {"id": one.i, "municipality_id": towns[one.host], **days, **reason}

    add(session, Closure, map(closure, stopped))
    add(session, Disruption, ({"closure_id": one.i, "visit_id": one.i, "at": one.day.over} for one in stopped))


def _plant_crews(session: Session, size: Size, visits: list[Planned], now: dt.datetime) -> None:
    """An educator at each presentation, then an influencer where she may go: no minor goes in alone."""
    youngest = dict(session.execute(select(Presenter.id, Presenter.may_present_from)).all())

    def may_go(one: Planned) -> bool:
        since = youngest.get(one.influencer or 0)
        return since is not None and since <= one.day.day

    def seats(one: Planned, presenter: int | None, more: int) -> Iterator[dict[str, Any]]:
        for ident, _, moments in one.presentations:
            yield {
                "id": ident + more,
                "presentation_id": ident,
                "presenter_id": presenter,
                "on_day": one.day.day,
                "busy_from": moments["busy_from"],
                "busy_until": moments["busy_until"],
                "state": one.fate.assignment,
                "state_since": one.since,
                "offered_until": now + PATIENCE,
                "reason": one.fate.reason,
            }

    add(session, Assignment, (row for one in visits for row in seats(one, one.educator, 0)))
    after = size.every_visit * PRESENTATIONS
    young = (row for one in visits if may_go(one) for row in seats(one, one.influencer, after))
    add(session, Assignment, young)


def _plant_entries(session: Session, visits: list[Planned]) -> None:
    """The stored VEVENT of each presentation to come, for each status and language."""
    domain, base_url = settings().uid_domain, settings().base_url
    facts = EntryFacts(
        uid=f"UIDNUMBER@{domain}", sequence=0, edited_at=UNKNOWN, starts_at=UNKNOWN,
        ends_at=UNKNOWN + dt.timedelta(hours=1), zone=BELGRADE,
        programme_sr_cyrl="Безбедно на интернету, 1. разговор", programme_en="Safe on the internet, talk 1",
        host_sr_cyrl="Вук Караџић 17", host_sr_latn="Vuk Karadžić 17", address_sr_cyrl="Школска 17, 11000 Београд",
        address_sr_latn="Školska 17, 11000 Beograd", venue=Venue("Свечана сала"), classes="V-1", point=None,
        crew=("Ана Петровић",), page_url=f"{base_url}/visits/P-YEAR-NUMBER", helpline=settings().helpline_number,
    )  # fmt: skip
    texts = [(status, one, ics.vevent(facts, status, one)) for status in EntryStatus for one in languages()]

    def entries() -> Iterator[dict[str, Any]]:
        for one in visits:
            for ident, _, moments in one.presentations:
                own = {
                    f"UIDNUMBER@{domain}": _uid(ident),
                    "20990102T030405Z": f"{moments['starts_at']:%Y%m%dT%H%M%SZ}",
                    "20990102T040405Z": f"{moments['ends_at']:%Y%m%dT%H%M%SZ}",
                    "P-YEAR-NUMBER": one.number,
                }
                for status, language, template in texts:
                    entry = template
                    for mark, value in own.items():
                        entry = entry.replace(mark, value)
                    yield {"presentation_id": ident, "status": status, "language": language, "text": entry}

    add(session, CalendarEntry, entries())


def _attendance(one: Planned) -> Iterator[dict[str, Any]]:
    locked_at = one.day.after(days=8) if one.fate.settled else None
    entered_at = one.day.after(minutes=25)
    signed = one.fate.settled or one.fate.attendance == "countersigned"
    for ident, _, _ in one.presentations:
        yield {
            "id": ident,
            "presentation_id": ident,
            "state": AttendanceState.LOCKED if one.fate.settled else one.fate.attendance,
            "state_since": locked_at or entered_at,
            "teacher_present": True,
            "minutes_given": MINUTES,
            "submitted_by_id": one.educator + STAFF,
            "submitted_at": entered_at,
            "countersigned_at": one.day.after(hours=26) if signed else None,
            "locked_at": locked_at,
        }


def _counts(one: Planned) -> Iterator[dict[str, Any]]:
    """Four numbers a presentation, as the educator typed them."""
    for ident, ordinal, _ in one.presentations:
        some, parents = ident * 7 % 40, ordinal == PRESENTATIONS
        people = {
            Audience.PUPILS: 0 if parents else 30 + some,
            Audience.PARENTS: 10 + some if parents else 0,
            Audience.TEACHERS: 1 + some % 4,
        }
        of = {"presentation_id": ident, "source": CountSource.EDUCATOR, "version": 1, "counts": True}
        for audience in Audience:
            number = people.get(audience, 0)
            yield {**of, "audience": audience, "people": number, "entered_at": one.day.after(minutes=25)}


def _correct(session: Session, presentations: list[int]) -> None:
    """A correction comes as people make it: a new version, and numbers that count instead."""
    corrected = {"state": AttendanceState.CORRECTED, "version": 2, "reason": "Школа је накнадно јавила тачан број."}
    session.execute(update(Attendance).where(Attendance.presentation_id.in_(presentations)).values(**corrected))
    before = HeadCount.presentation_id.in_(presentations)
    session.execute(update(HeadCount).where(before).values(counts=False))
    new = {"source": CountSource.COORDINATOR, "version": 2, "counts": True}
    counts = session.execute(
        select(HeadCount.presentation_id, HeadCount.audience, HeadCount.people, HeadCount.entered_at).where(before)
    )
    add(session, HeadCount, [dict(row._mapping) | new | {"people": row.people + (row.people > 0)} for row in counts])


def _plant_certificates(session: Session, settled: list[Planned], calendar: Calendar) -> None:
    """The school's own of each settled visit, and of every other one a teacher's, whose name is kept for a while."""
    last, secret = calendar.now.date() - NAMES_KEPT, settings().secret_key
    hosts = dict(session.execute(select(Host.id, Host.place_sr_cyrl)).all())

    def name(one: Planned) -> str:
        return " ".join(person(one.i))

    def certificate(one: Planned, kind: CertificateKind) -> dict[str, Any]:
        school = kind is CertificateKind.SCHOOL
        ident = one.i if school else one.i + one.size.every_visit
        number, running = f"BENCH{ident:011}", f"U-{one.day.day.year}-{ident:06}"
        issued_at = one.day.after(days=8, hours=1)
        paper = CertificatePaper(
            kind=kind,
            number=number,
            running_number=running,
            host_name=f"Вук Караџић {one.host}",
            host_place=hosts[one.host],
            programme_title="Безбедно на интернету",
            on_day=one.day.day,
            issued_on=one.day.day,
            centre_name="Центар за безбедан интернет",
            centre_place="Београд",
            check_url=f"{settings().base_url}/certificates/{number}",
            minutes=0 if school else PRESENTATIONS * MINUTES,
            presentations=PRESENTATIONS if school else 0,
            pupils=100 if school else 0,
            signatories=(Signatory("Драгана Лазић", "координаторка"),),
        )
        return {
            "id": ident,
            "number": number,
            "running_number": running,
            "kind": kind,
            "visit_id": one.i,
            "language": "sr_Cyrl",
            "printed": printed_text(paper),
            "state": CertificateState.ISSUED,
            "state_since": issued_at,
            "issued_at": issued_at,
            "holder_key": "host" if school else name_key(name(one), secret),
            "holder_name": name(one) if not school and one.day.day >= last else None,
        }

    def adult(one: Planned) -> dict[str, Any]:
        of = {"visit_id": one.i, "name": name(one), "name_key": name_key(name(one), secret)}
        return of | {"entered_at": one.day.after(minutes=25)}

    named = [one for one in settled if one.i % 2 == 0]
    add(session, NamedAdult, (adult(one) for one in named if one.day.day >= last))
    add(session, Certificate, (certificate(one, CertificateKind.SCHOOL) for one in settled))
    add(session, Certificate, (certificate(one, CertificateKind.TEACHER) for one in named))
    done = SchoolRequest.state == RequestState.CERTIFIED, SchoolRequest.state_since <= calendar.now - CLOSED_AFTER
    session.execute(update(SchoolRequest).where(*done).values(state=RequestState.CLOSED))  # as the nightly job does
    with_papers = Visit.id.in_(select(Certificate.visit_id))
    session.execute(update(Visit).where(with_papers).values(papers_settled=True))  # as the job of every five minutes


def _plant_waiting(session: Session, size: Size, calendar: Calendar) -> None:
    """After the requests of visits: the inbox, the waiting list and its dates, and requests that came to nothing."""
    states = [ASKED[n % 6] for n in range(size.asked)] + ["waitlisted"] * size.waiting
    states += [ENDED[n % 3] for n in range(size.asked)]
    rows = []
    for i, state in enumerate(states, size.every_visit + 1):
        wanted = calendar.days[calendar.past + i % (DAYS_TO_COME - 1)].day
        asked_at = calendar.days[calendar.past - 1 - i % 60].over
        centre, programme = (2, 5) if i % 10 == 0 else (1, i % 4 + 1)
        row = _request(i, i * 11 % size.hosts + 1, asked_at.year, centre, programme)
        rows.append(
            row
            | {
                "first_day": wanted,
                "last_day": wanted + dt.timedelta(days=7),
                "special_needs": i % 7 == 0,
                "state": state,
                "state_since": asked_at,
                "reason": "Нема слободних термина." if state == "declined" else "",
                "question": "Колико ученика долази?" if state == "needs_info" else "",
                "for_waiting_list": state == "waitlisted",
                "owner_id": None if state == "new" else row["owner_id"],
                "submitted_at": asked_at,
                "proved_at": asked_at,
            }
        )
    add(session, SchoolRequest, rows)
    add(session, RequestedPresentation, (_wish(row["id"], n) for row in rows for n in (1, 2)))
    held = {"starts_local": TEN, "held_until": calendar.now + PATIENCE}
    proposed = [row for row in rows if row["state"] == "proposed"]
    add(
        session,
        DateProposal,
        [{"school_request_id": row["id"], "on_day": row["first_day"], **held} for row in proposed],
    )
    free = [calendar.days[calendar.past + 19 + n % (DAYS_TO_COME - 20)].day for n in range(max(1, size.waiting // 20))]
    date = {"centre_id": 1, "starts_local": TEN, "hold_hours": 72, "state_since": calendar.now}
    add(session, OpenDate, [{**date, "programme_id": n % 4 + 1, "on_day": day} for n, day in enumerate(free, 1)])


def _plant_letters(session: Session, size: Size, calendar: Calendar) -> None:
    """Mails about requests, of the last month; every fiftieth could not be sent."""

    def letter(i: int) -> dict[str, Any]:
        at, failed = calendar.days[calendar.past - 1 - i % 20].over, i % 50 == 0
        return {
            "message_id": f"bench-{i:09}@{settings().uid_domain}",
            "kind": "request_agreed",
            "address": f"school-{i}@bench.example",
            "language": "sr_Cyrl",
            "subject": "Договорено је предавање",
            "text": "Поштовани, договорено је предавање у вашој школи. Хвала.",
            "html": "<p>Поштовани, договорено је предавање у вашој школи. Хвала.</p>",
            "about": "school_request",
            "about_id": i % size.every_visit + 1,
            "centre_id": 2 if i % 10 == 0 else 1,
            "state": MessageState.FAILED if failed else MessageState.SENT,
            "attempts": 1,
            "created_at": at,
            "not_before": at,
            "sent_at": None if failed else at,
            "failure": Failure.REFUSED if failed else None,
        }

    add(session, OutboxMessage, map(letter, range(1, size.letters + 1)))


def _plant_audit(session: Session) -> None:
    """One audit row for the present state of each thing that has states, and for each proof."""
    proofs: tuple[tuple[Any, str, Any], ...] = (
        (Vetting, "vetting recorded", Vetting.recorded_at),
        (Guardian, "guardian named", Guardian.named_at),
        (Guardian, "guardian confirmed", Guardian.confirmed_at),
        (GuardianConsent, "consent recorded", GuardianConsent.recorded_at),
    )
    for model, machine in STATEFUL:
        thing: Any = model
        state = cast(thing.state, String)
        _tell(session, thing, literal(f"{machine.name} ") + state, thing.state_since, '{"to": "' + state + '"}')
    for proof, action, at in proofs:
        _tell(session, proof, literal(action), at, literal("{}"))


def _tell(session: Session, thing: Any, action: Any, at: Any, details: Any) -> None:
    names = ["at", "actor", "action", "thing", "thing_id", "details"]
    values = (at, literal(f"user:{COORDINATOR}"), action, literal(thing.__tablename__), thing.id, details)
    session.execute(insert(AuditEntry).from_select(names, select(*values)))
