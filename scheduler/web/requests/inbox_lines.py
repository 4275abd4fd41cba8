"""The rows of the inbox in words: what many rows say is worded once, and where one is written nothing is looked up."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

from flask import url_for

from scheduler.core.language import pick, short_day, worded
from scheduler.programmes.terms import in_language
from scheduler.requests.terms.pages import InboxRow, NextStep
from scheduler.requests.terms.school_request import RequestChannel, RequestState
from scheduler.turns.terms import TurnRow
from scheduler.web.filters import REQUEST, ago, letters, moment_in_zone
from scheduler.web.i18n import _, _l, in_page_letters, page_language
from scheduler.web.request_facts import size_of
from scheduler.web.requests import words
from scheduler.web.tables import FileColumn
from scheduler.web.turn_words import act_of, why_of

INBOX_FILE = (
    FileColumn[InboxRow](_l("Request"), _l("The number of the request."), lambda row: row.number),
    FileColumn[InboxRow](_l("State"), _l("How far the request is."), lambda row: REQUEST[row.state].word),
    FileColumn[InboxRow](
        _l("Host"),
        _l("The school or other host that asks."),
        lambda row: pick(page_language(), row.host_sr_cyrl, row.host_sr_latn),
    ),
    FileColumn[InboxRow](
        _l("Place"), _l("Where the host is."), lambda row: pick(page_language(), row.place_sr_cyrl, row.place_sr_latn)
    ),
    FileColumn[InboxRow](
        _l("District"),
        _l("The district of the host; empty abroad."),
        lambda row: worded(
            page_language(), row.district_sr_cyrl or "", row.district_sr_latn or "", row.district_en or ""
        ),
    ),
    FileColumn[InboxRow](
        _l("Programme"),
        _l("The programme that the host asks for."),
        lambda row: in_language(page_language(), row.programme_sr_cyrl, row.programme_en),
    ),
    FileColumn[InboxRow](
        _l("Presentations"), _l("How many presentations the host asks for."), lambda row: row.presentations
    ),
    FileColumn[InboxRow](
        _l("Pupils"), _l("Pupils whom the host announces, in all presentations."), lambda row: row.people.pupils
    ),
    FileColumn[InboxRow](
        _l("Parents"), _l("Parents whom the host announces, in all presentations."), lambda row: row.people.parents
    ),
    FileColumn[InboxRow](
        _l("Teachers"), _l("Teachers whom the host announces, in all presentations."), lambda row: row.people.teachers
    ),
    FileColumn[InboxRow](_l("First day"), _l("The first day that suits the host."), lambda row: row.first_day),
    FileColumn[InboxRow](_l("Last day"), _l("The last day that suits the host."), lambda row: row.last_day),
    FileColumn[InboxRow](
        _l("Waiting since"), _l("Since when the request is in its state."), lambda row: row.state_since
    ),
    FileColumn[InboxRow](
        _l("Owner"), _l("Who of the centre looks after the request; empty: nobody yet."), lambda row: row.owner
    ),
)


class InboxLine(NamedTuple):
    """A row as it is read, from its tick to its next step."""

    tick: str  # what the form sends: the request and the version that was seen
    ticked: bool
    choose: str
    state: RequestState
    href: str
    host: str
    place: str
    why: str  # what waits of its visit; empty: nothing
    twins: bool
    call_first: bool
    programme: str
    size: str
    first_day: str
    last_day: str  # empty: the same day
    number: str
    by_phone: bool
    late: bool
    since: str
    moment: str
    ago: str
    owner: str
    letters: str
    stand_in: str
    verb: str
    step_href: str


def lines_of(
    rows: Sequence[InboxRow], waits: Mapping[int, TurnRow], ticked: Collection[int], now: dt.datetime
) -> list[InboxLine]:
    """`waits`: of which requests something waits for the centre; `ticked`: which were ticked when it was refused."""
    language = page_language()
    choose, verbs = _("Choose: %(name)s", name="\0").split("\0"), {one: str(word) for one, word in words.STEPS.items()}
    programme, size, day = cache(in_language), cache(size_of), partial(short_day, language=language)
    moment, long_ago, initials = cache(moment_in_zone), cache(ago), cache(letters)

    def line(row: InboxRow) -> InboxLine:
        href = url_for("requests.show_request", number=row.number)
        host = pick(language, row.host_sr_cyrl, row.host_sr_latn)
        owner = str(in_page_letters(row.owner)) if row.owner else ""
        wait = waits.get(row.id)
        act = act_of(wait, now) if wait and row.next_step is NextStep.LOOK else None
        place = pick(language, row.place_sr_cyrl, row.place_sr_latn)
        district = worded(language, row.district_sr_cyrl or "", row.district_sr_latn or "", row.district_en or "")
        return InboxLine(
            f"{row.id}.{row.version}",
            row.id in ticked,
            f"{choose[0]}{host}{choose[1]}, {row.number}",
            row.state,
            href,
            host,
            f"{place} · {district}" if district else place,
            why_of(wait) if wait else "",
            row.twins > 0,
            row.call_first,
            programme(language, row.programme_sr_cyrl, row.programme_en),
            size(row.presentations, row.people.largest()),
            day(row.first_day),
            day(row.last_day) if row.last_day != row.first_day else "",
            row.number,
            row.channel is RequestChannel.PHONE,
            row.late,
            row.state_since.isoformat(timespec="seconds"),
            moment(row.state_since),
            long_ago(row.state_since),
            owner,
            initials(owner),
            str(in_page_letters(row.stand_in)) if row.stand_in else "",
            act.verb if act else verbs[row.next_step],
            ((act.about if act.fields else act.href) if act else href),
        )

    return [line(row) for row in rows]
