"""The waiting list with every rank explained, dates given to it, and the school's answer by its secret link."""

import datetime as dt
from collections.abc import Sequence
from typing import cast

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields import SelectChoice

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.language import pick
from scheduler.core.language import worded as in_language
from scheduler.core.paging import Page, page_number
from scheduler.core.text import to_latin
from scheduler.places import queries as place_queries
from scheduler.programmes import queries as programme_queries
from scheduler.requests.terms.reasons import RequestReason
from scheduler.waitlist.queries import line
from scheduler.waitlist.queries.dates import open_dates
from scheduler.waitlist.service import dates
from scheduler.waitlist.terms import (
    DateOfferState,
    DateState,
    OpenDateDraft,
    OpenDateRow,
    Part,
    Points,
    WaitingLine,
    WaitingRow,
)
from scheduler.web import labels, tables
from scheduler.web.filters import Face, say
from scheduler.web.forms import BaseForm, CountField, DayField, Needed, TimeField, number_of
from scheduler.web.guards import current_actor, link_actor, may, public
from scheduler.web.i18n import _, _l, _n, page_language
from scheduler.web.once import sent_once
from scheduler.web.tables import FileColumn
from scheduler.web.waitlist.blueprint import bp

HOLD_HOURS = 48
MOST_HOURS = 336
DATES = {
    DateState.OPEN: Face("wait", "hourglass", _l("Held for a school")),
    DateState.TAKEN: Face("good", "check", _l("Taken")),
    DateState.ENDED: Face("quiet", "x", _l("Ended, given to nobody")),
}
OFFERS = {
    DateOfferState.HELD: _l("waits for the answer"),
    DateOfferState.ACCEPTED: _l("took it"),
    DateOfferState.REFUSED: _l("left it"),
    DateOfferState.LAPSED: _l("did not answer"),
    DateOfferState.WITHDRAWN: _l("taken back"),
}


class DateForm(BaseForm):
    """A date to give to whoever stands first and can use it."""

    programme = SelectField(_l("Programme"), [Needed()])
    on_day = DayField(_l("Day"), [Needed()])
    starts_local = TimeField(_l("Start"), [Needed()])
    district = SelectField(_l("Where"))
    hold_hours = CountField(_l("Hours that a school has to answer"), [Needed()], most=MOST_HOURS, default=HOLD_HOURS)

    def __init__(self, *args: object, **given: object) -> None:
        super().__init__(*args, **given)
        language = page_language()
        programmes = programme_queries.open_programmes(current_actor().centre_id)
        self.programme.choices = [SelectChoice(str(row.id), row.name(language)) for row in programmes]
        places = [SelectChoice(str(one.id), one.name(language)) for one in place_queries.districts(language)]
        self.district.choices = [SelectChoice("", _("Anywhere")), *places]

    def draft(self) -> OpenDateDraft:
        """What the form says; call after `accepted()`."""
        return OpenDateDraft(
            programme_id=number_of(self.programme.data) or 0,
            on_day=cast(dt.date, self.on_day.data),
            starts_local=cast(dt.time, self.starts_local.data),
            hold_hours=self.hold_hours.data,
            district_id=number_of(self.district.data),
        )


def part_word(part: Points) -> str:
    """One part of a rank with its points: "not visited for 4 years +8"."""
    if part.part is Part.PUT_FIRST:
        return _("first in line: the centre called its visit off late")
    said = {
        Part.NEVER_VISITED: lambda: _("never visited"),
        Part.NOT_VISITED: lambda: _n("not visited for %(num)s year", "not visited for %(num)s years", part.count),
        Part.RURAL: lambda: _("village"),
        Part.SPECIAL_NEEDS: lambda: _("special needs"),
        Part.WAITS: lambda: _n("waits %(num)s month", "waits %(num)s months", part.count),
    }[part.part]()
    return f"{said} +{part.points}"


def rank_words(parts: Sequence[Points]) -> str:
    """A rank explained in one line."""
    return ", ".join(part_word(part) for part in parts) or _("no points yet")


def programme_words(row: OpenDateRow | WaitingLine) -> str:
    """The programme of a line, in the language of the page."""
    return in_language(page_language(), row.programme_sr_cyrl, to_latin(row.programme_sr_cyrl), row.programme_en)


def date_words(row: OpenDateRow) -> str:
    """For which programme and where a date is given."""
    language = page_language()
    programme = programme_words(row)
    place = in_language(language, row.district_sr_cyrl, row.district_sr_latn, row.district_en) or _("Anywhere")
    return f"{programme} · {place}"


WAITING_FILE = (
    FileColumn[WaitingRow](_l("Place"), _l("Its place in the line."), lambda one: one.place),
    FileColumn[WaitingRow](_l("Request"), _l("The number of the request."), lambda one: one.row.number),
    FileColumn[WaitingRow](
        _l("Host"),
        _l("The school or other host that waits."),
        lambda one: pick(page_language(), one.row.host_sr_cyrl, one.row.host_sr_latn),
    ),
    FileColumn[WaitingRow](
        _l("Programme"), _l("The programme that the host asks for."), lambda one: programme_words(one.row)
    ),
    FileColumn[WaitingRow](_l("Points"), _l("The more, the sooner it is offered a date."), lambda one: one.points),
    FileColumn[WaitingRow](_l("Why"), _l("For what it has its points."), lambda one: rank_words(one.parts)),
    FileColumn[WaitingRow](
        _l("In line since"), _l("Since which day it waits."), lambda one: clock.local_day(one.waits_since)
    ),
    FileColumn[WaitingRow](_l("Date held"), _l("A date that is held for it now."), lambda one: one.offered),
)


@bp.get("/waiting-list")
@may("accept", "request")
def waiting_list() -> ResponseReturnValue:
    actor, now = current_actor(), clock.now()

    def turn(number: int) -> Page[WaitingRow]:
        return line.waiting_list(actor, now=now, page=number)

    if tables.file_asked():
        return tables.list_file(_("Waiting list"), "waiting-list", WAITING_FILE, tables.every_row(turn))
    return render_template(
        "waitlist/waiting_list.html",
        page=turn(page_number(request.args.get("page"))),
        dates=open_dates(actor),
        rank_words=rank_words,
        date_words=date_words,
        programme_words=programme_words,
        day_of=clock.local_day,
        faces=DATES,
        offers=OFFERS,
        press=BaseForm(formdata=None),
        may_set=policy.scope_of(actor, "update", "settings") is not None,
    )


@bp.route("/waiting-list/dates/new", methods=["GET", "POST"])
@may("accept", "request")
@sent_once
def give_date() -> ResponseReturnValue:
    form = DateForm()
    if form.accepted():
        try:
            dates.give_date(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The date is held for the first school in line, and it got a mail."))
            return redirect(url_for(".waiting_list"))
    return render_template("waitlist/give_date.html", form=form), 422 if form.problems_shown() else 200


@bp.post("/waiting-list/dates/<int:date_id>/take-back")
@may("accept", "request")
def take_date_back(date_id: int) -> ResponseReturnValue:
    if BaseForm().accepted():
        dates.take_date_back(current_actor(), date_id, now=clock.now())
        say(_("The date is the centre's again. The school that it was held for got a mail."))
    return redirect(url_for(".waiting_list"))


@bp.post("/status/<secret>/date/<int:offer_id>/<any(take, leave):act>")
@public
def answer_date(secret: str, offer_id: int, act: str) -> ResponseReturnValue:
    """The school takes the date that is held for it, or leaves it to the next."""
    actor = link_actor(secret)
    if BaseForm().accepted():
        try:
            dates.answer_date(actor, actor.request_id or 0, offer_id, accepts=act == "take", now=clock.now())
        except (Conflict, Rejected) as refused:
            gone = refused if isinstance(refused, Conflict) else Conflict(RequestReason.DATE_GONE)
            say(labels.refusal(gone))
        else:
            taken, left = (
                _("Thank you, we have your choice."),
                _("Left. You keep your place on the list."),
            )
            say(taken if act == "take" else left)
    return redirect(url_for("requests.status", secret=secret))
