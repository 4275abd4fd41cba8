"""What a new centre sets up first (O8): each line knows by a query whether it is done."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for

from scheduler import policy
from scheduler.config import settings
from scheduler.core.clock import local_day
from scheduler.jobs.health import last_run
from scheduler.messages import queries as messages
from scheduler.messages.terms import UNSENT, MessageState
from scheduler.people import queries as people
from scheduler.people.service.centres import TEST_MAIL
from scheduler.people.terms import CentreRow, HandStep
from scheduler.places import queries as places
from scheduler.places.rules.hosts import school_year
from scheduler.places.terms.hosts import SchoolCalendar
from scheduler.policy import Actor
from scheduler.programmes import queries as programmes
from scheduler.requests.queries.inbox import has_requests
from scheduler.web.i18n import _
from scheduler.work.terms import BACKUP_JOB, BACKUP_WITHIN


@dataclass(frozen=True)
class Step:
    """One line of the list. `hand`: only a person can call it done; `mail`: it is done by sending a test mail."""

    name: str
    done: bool
    title: str
    text: str
    href: str = ""
    verb: str = ""
    hand: HandStep | None = None
    mail: bool = False


@dataclass(frozen=True)
class FirstSteps:
    """The whole list of a centre."""

    steps: tuple[Step, ...]
    put_away: bool
    mail_waits: bool

    @property
    def open(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.done)


def steps_on_the_desk(actor: Actor, now: dt.datetime) -> FirstSteps | None:
    """The list for the first page, until it is empty or put away. A demo that has presenters has what it needs."""
    if actor.centre_id is None or policy.scope_of(actor, "update", "settings") is None:
        return None
    centre = people.centre_settings(actor.centre_id)
    if HandStep.PUT_AWAY in centre.settled or (settings().demo and centre.has_presenters):
        return None  # four questions were enough
    steps = _all_steps(centre, now)
    return steps if steps.open else None


def first_steps(actor: Actor, now: dt.datetime) -> FirstSteps | None:
    """The list for whoever may change the settings of a centre, else None. Twelve questions, however much is stored."""
    if actor.centre_id is None or policy.scope_of(actor, "update", "settings") is None:
        return None
    return _all_steps(people.centre_settings(actor.centre_id), now)


def _all_steps(centre: CentreRow, now: dt.datetime) -> FirstSteps:
    mail = messages.newest_of(centre.id, TEST_MAIL) or messages.newest_of(centre.id, state=MessageState.SENT)
    steps = (
        _named(centre),
        *_of_places(local_day(now)),
        _programmes(len(programmes.open_programmes(centre.id))),
        *_invited(centre),
        _mail(mail.state if mail else None),
        _helpline(centre),
        _backup(centre, now),
        _asked(centre.id),
    )
    waits = mail is not None and mail.state in UNSENT
    return FirstSteps(steps, HandStep.PUT_AWAY in centre.settled, waits)


def _named(centre: CentreRow) -> Step:
    done = bool(centre.email and centre.place_sr_cyrl and centre.signatory)
    text = _("Town, contact address and who signs stand on every certificate.")
    return Step(
        "centre", done, _("Complete what papers say about the centre"), text, url_for("admin.settings"), _("Complete")
    )


def _of_places(today: dt.date) -> tuple[Step, ...]:
    there = places.supplies(today)
    year = school_year(today)
    text = _("Holidays are there already. Until the calendar is imported every weekday counts as a school day.")
    calendars = Step(
        "calendar",
        there.calendars >= set(SchoolCalendar) and there.holidays > 0,
        _("Import the school calendar %(year)s of both regions", year=year),
        text,
        url_for("admin.import_calendar"),
        _("Import"),
    )
    text = _("The Ministry publishes a file of all schools; it is read on the page for imports.")
    register = Step(
        "register",
        there.registered > 0,
        _("Import the register of schools"),
        text,
        url_for("admin.imports"),
        _("Import"),
    )
    return calendars, register


def _programmes(open_ones: int) -> Step:
    text = _("What schools can ask for: its text, how long it lasts, how many pupils, who goes.")
    href = url_for("admin.programmes")
    return Step("programmes", open_ones > 0, _("Describe your programmes"), text, href, _("Describe"))


def _invited(centre: CentreRow) -> tuple[Step, ...]:
    """A colleague is invited to the desk; a presenter also has a profile, without which nobody can plan with her."""
    text = _("Two see more than one: some decisions need a second person. The link comes by mail.")
    href = url_for("people.invite_user")
    colleague = Step("people", centre.has_colleagues, _("Invite a colleague"), text, href, _("Invite"))
    text = _("Who goes into schools: name, town, topics. The link comes by mail.")
    href = url_for("people.new_presenter")
    return colleague, Step("presenter", centre.has_presenters, _("Add your first presenter"), text, href, _("Add"))


def _asked(centre_id: int) -> Step:
    """The first request: from here on schools know the way."""
    address = url_for("requests.book")
    text = _("Try it as a school does, then give schools this address: %(url)s", url=settings().base_url + address)
    return Step("request", has_requests(centre_id), _("Let the first school ask"), text, address, _("Try it"))


def _mail(state: MessageState | None) -> Step:
    texts = {
        None: _("One press writes a letter to your own address."),
        MessageState.SENT: _("A mail has left. A test mail to yourself shows whether it arrives."),
        MessageState.FAILED: _("The test mail could not be sent. Check SMTP_URL and MAIL_FROM, then try again."),
    }
    text = texts.get(state, _("The test mail waits to be sent; the worker sends within a minute."))
    done = state is MessageState.SENT
    if settings().keeps_mail:
        done, text = False, _("No mail leaves this machine yet: whoever runs the server sets SMTP_URL.")
    return Step("mail", done, _("Try whether mail leaves"), text, verb=_("Send a test mail to me"), mail=True)


def _helpline(centre: CentreRow) -> Step:
    number = settings().helpline_number
    text = _("%(number)s stands on every page and paper. Another number is set by HELPLINE_NUMBER.", number=number)
    return Step(
        "helpline",
        HandStep.HELPLINE in centre.settled,
        _("Is this the right helpline number?"),
        text,
        verb=_("It is right"),
        hand=HandStep.HELPLINE,
    )


def _backup(centre: CentreRow, now: dt.datetime) -> Step:
    """Done by the first backup of the last night, or by a person where backups are made without us."""
    text = _("Database, uploads and settings, each night, to another machine: docs/operate.md says how.")
    title, verb, last = _("Let somebody set up the backup"), _("It is set up"), last_run(BACKUP_JOB)
    if last and now - last <= BACKUP_WITHIN:
        return Step("backup", True, title, text)
    return Step("backup", HandStep.BACKUP in centre.settled, title, text, verb=verb, hand=HandStep.BACKUP)
