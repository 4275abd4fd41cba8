"""The coordinators' inbox: what waits, filtered and sorted by the address; acts on several requests."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.alphabet import alphabet_key
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.language import worded
from scheduler.core.paging import Page, page_number
from scheduler.people.queries import colleagues_of
from scheduler.requests.queries import inbox as requests_inbox
from scheduler.requests.queries.handovers import own_among
from scheduler.requests.queries.inbox import SORTS
from scheduler.requests.queries.pages import request_page
from scheduler.requests.rules.states import LETTERS
from scheduler.requests.service.bulk_acts import act_together, preview_together, take_back
from scheduler.requests.terms.acts import BulkAct, Refusal, SomeCannot
from scheduler.requests.terms.pages import Age, FacetValue, Inbox, InboxFilters, InboxRow, Show, Turn
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries.of_requests import ours_of, rows_of_requests, waiting_of_requests
from scheduler.web import tables
from scheduler.web.filters import REQUEST, say
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l, _n, here, page_language
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import TogetherForm
from scheduler.web.requests.inbox_lines import INBOX_FILE, InboxLine, lines_of
from scheduler.web.tables import Column
from scheduler.web.turn_words import back, taken_back

PILLS = (Show.MINE, Show.OPEN, Show.WAITING, Show.OVER)
NARROWS = {
    "state": _l("State"),
    "owner": _l("Owner"),
    "district": _l("District"),
    "programme": _l("Programme"),
    "age": _l("Waiting"),
}
FILTER_NAMES = ("show", "q", "page", "sort", *NARROWS)
COLUMNS = (
    Column("state", _l("State")),
    Column("host", _l("Host"), wide=True),
    Column("what", _l("What"), wide=True),
    Column("when", _l("When")),
    Column("age", _l("Waiting")),
    Column("owner", _l("Owner")),
    Column("next", _l("Next step"), number=True),
)


@bp.get("/requests")
@may("accept", "request")
def inbox() -> ResponseReturnValue:
    """What waits for the centre, oldest first, or as the address says."""
    return _inbox(None, 200)


def _inbox(form: TogetherForm | None, status: int, refusals: tuple[Refusal, ...] = ()) -> ResponseReturnValue:
    """`form`: what was sent, where it was refused."""
    g.here = url_for(".inbox")
    table = tables.table(COLUMNS, SORTS)
    filters = _filters(table)
    actor, now = current_actor(), clock.now()
    visits = waiting_of_requests(actor, now)
    ours = ours_of(actor, visits, now)
    if tables.file_asked():

        def turn(number: int) -> Page[InboxRow]:
            wanted = replace(filters, page=number, per_page=tables.ROWS_A_TURN)
            return requests_inbox.inbox(actor, wanted, now=now, ours=ours).page

        return tables.list_file(_("Requests"), "requests", INBOX_FILE, tables.every_row(turn))
    found = requests_inbox.inbox(actor, filters, now=now, ours=ours)
    waits = rows_of_requests(actor, visits, [row.id for row in found.page.rows], now)
    ticked = form.ticked() - {refusal.request_id for refusal in refusals} if form else set()
    lines = lines_of(found.page.rows, waits, ticked, now)
    page = render_template(
        "requests/inbox.html",
        inbox=found,
        filters=filters,
        groups=_groups(found, filters, lines),
        pills=_pills(found, filters),
        narrows=_narrows(filters, found.facets),
        narrowed=any(getattr(filters, name) is not None for name in NARROWS),
        table=table,
        kept=_kept(),
        form=form or TogetherForm.of(found.colleagues, formdata=None),
        refusals=refusals,
        words=words,
        standing_in=own_among(actor, found.handovers),
        handed=found.handed,
        today=clock.local_day(now),
    )
    return page, status


def _filters(table: tables.ListTable) -> InboxFilters:
    """What the address asks for; nonsense is the first page of the first filter."""
    asked = request.args
    show, state, age = asked.get("show", ""), asked.get("state", ""), asked.get("age", "")
    return InboxFilters(
        show=Show(show) if show in {*Show} else Show.MINE,
        typed=asked.get("q", "")[:200],
        page=page_number(asked.get("page")),
        state=RequestState(state) if state in {*RequestState} else None,
        owner=number_of(asked.get("owner", "")),
        district=number_of(asked.get("district", "")),
        programme=number_of(asked.get("programme", "")),
        age=Age(age) if age in {*Age} else None,
        sort=table.sort,
    )


def _kept() -> dict[str, Any]:
    """The part of the address that an act comes back to."""
    return {name: value[:200] for name in FILTER_NAMES if (value := request.args.get(name))}


def _groups(found: Inbox, filters: InboxFilters, lines: list[InboxLine]) -> list[dict[str, Any]]:
    """The rows of the page under the headings of who must move; a sorted list has no groups."""
    if filters.sort is not None:
        return [{"name": "", "count": found.page.total, "rows": lines, "folded": False}]
    return [
        {
            "name": words.TURNS[turn],
            "count": count,
            "rows": [line for line, row in zip(lines, found.page.rows, strict=True) if row.turn is turn],
            "folded": turn is Turn.ITSELF and filters.show is Show.MINE and filters.state is None,
        }
        for turn, count in found.groups
    ]


def _pills(found: Inbox, filters: InboxFilters) -> list[dict[str, Any]]:
    """The filters; one that a tile opened stands among them only while it is on, with a way out of it."""
    pills: list[dict[str, Any]] = [
        {
            "label": words.SHOWS[show],
            "href": here(show=show.value, page=None),
            "count": count,
            "on": show is filters.show,
        }
        for show, count in found.pills
        if show in PILLS
    ]
    if filters.show not in PILLS:
        count = dict(found.pills)[filters.show]
        pills.append(
            {"label": words.SHOWS[filters.show], "count": count, "on": True, "href": here(), "drop": here(show=None)}
        )
    for name, label in NARROWS.items():
        if getattr(filters, name) is not None:
            on = next((one for one in found.facets[name] if one.value == request.args.get(name)), None)
            chosen = _named(name, on) if on else _("none")
            drop = here(**{name: None, "page": None})
            pills.append(
                {
                    "label": f"{label}: {chosen}",
                    "count": on.count if on else 0,
                    "href": here(),
                    "on": True,
                    "drop": drop,
                }
            )
    if filters.typed:
        pills.append({"label": filters.typed, "href": here(), "icon": "search", "drop": here(q=None, page=None)})
    return pills


def _narrows(filters: InboxFilters, facets: Mapping[str, tuple[FacetValue, ...]]) -> list[dict[str, Any]]:
    """The lists to choose from: each value with what it would show."""
    return [
        {
            "name": name,
            "label": label,
            "values": [
                {
                    "value": one.value,
                    "text": f"{_named(name, one)} ({one.count})",
                    "on": getattr(filters, name) is not None and one.value == request.args.get(name),
                }
                for one in _by_name(name, facets[name])
            ],
        }
        for name, label in NARROWS.items()
    ]


def _by_name(name: str, values: tuple[FacetValue, ...]) -> list[FacetValue]:
    """Places by the alphabet of the page; everything else as it comes."""
    if name != "district":
        return list(values)
    return sorted(values, key=lambda one: alphabet_key(_named(name, one)))


def _named(name: str, value: FacetValue) -> str:
    """A value of a filter in words."""
    if name == "state":
        return str(REQUEST[value.value].word)
    if name == "age":
        return str(words.AGES[Age(value.value)])
    if not value.name_sr_latn:
        return _("nobody")
    return worded(page_language(), value.name_sr_cyrl, value.name_sr_latn, value.name_en or value.name_sr_latn)


@bp.post("/requests/together")
@may("accept", "request")
def together() -> ResponseReturnValue:
    """One act for all that are ticked; one that mails schools is shown before it is done."""
    actor, now = current_actor(), clock.now()
    form = TogetherForm.of(colleagues_of(actor.centre_id))
    if not form.accepted():
        return _inbox(form, 422)
    act = BulkAct(form.act.data)
    try:
        if act in LETTERS and not form.seen.data:
            preview = preview_together(actor, act, form.chosen(), now=now)
            return render_template(
                "requests/together.html", preview=preview, form=form, act=act, kept=_kept(), words=words
            )
        done = act_together(actor, act, form.chosen(), now=now, owner_id=form.owner_id())
    except SomeCannot as refused:
        return _inbox(form, 409, refused.refusals)
    except Rejected as rejected:
        form.show(rejected.problems)
        return _inbox(form, 422)
    undo = url_for(".undo", batch=done.batch, **_kept()) if done.batch else ""
    say(_told(act, done.requests, form.owner_name()), undo=undo)
    return redirect(url_for(".inbox", **_kept()))


def _told(act: BulkAct, many: int, colleague: str) -> str:
    """What was done, in one line."""
    if not many:
        return _("Nothing to do: all of them have that owner already.")
    if act is BulkAct.ASSIGN:
        return _n(
            "%(num)s request has an owner: %(name)s.", "%(num)s requests have an owner: %(name)s.", many, name=colleague
        )
    if act is BulkAct.AGREE:
        return _n(
            "%(num)s request is accepted. The mail leaves in 10 minutes.",
            "%(num)s requests are accepted. The mails leave in 10 minutes.",
            many,
        )
    if act is BulkAct.WAITLIST:
        return _n(
            "%(num)s request is on the waiting list. The mail leaves in 10 minutes.",
            "%(num)s requests are on the waiting list. The mails leave in 10 minutes.",
            many,
        )
    return _n("%(num)s request is yours now.", "%(num)s requests are yours now.", many)


@bp.post("/requests/undo/<batch>")
@may("accept", "request")
def undo(batch: str) -> ResponseReturnValue:
    """Take an act back: all of it, from the note, or for one request, from its page."""
    actor, now = current_actor(), clock.now()
    number = request.args.get("of", "")
    page = request_page(actor, number, now=now) if number else None
    done = take_back(actor, batch, now=now, request_id=page.row.id if page else None)
    if not done.requests:
        raise Conflict(FormReason.TOO_LATE_TO_UNDO)
    words = _n("%(num)s request is as before.", "%(num)s requests are as before.", done.requests)
    say(taken_back(words, done.kept))
    return back(url_for(".show_request", number=number) if page else url_for(".inbox", **_kept()))
