"""Handing over during leave: the list, preview and act, one handover with what it covers, taking it back."""

import datetime as dt
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.people.queries import colleagues_of
from scheduler.places import queries as place_queries
from scheduler.requests.queries.handovers import covered_requests, handover_of, handovers_of
from scheduler.requests.rules.handovers import handover_state
from scheduler.requests.service import handovers as requests_handovers
from scheduler.requests.service.handovers import check_handover, hand_over
from scheduler.requests.terms.handovers import HandoverDraft, HandoverRow, HandoverState
from scheduler.staffing.queries.handovers import covered_visits
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, DayField, ManyField, Needed, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l, page_language, spelled_here
from scheduler.web.once import sent_once
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import RequestPressForm


class HandoverForm(BaseForm):
    """Who is away, who stands in, when and where. `seen` is what the preview was made of."""

    away = SelectField(_l("Who is away"), [Needed()])
    stand_in = SelectField(_l("Who stands in"), [Needed()])
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    districts = ManyField(_l("Districts"))
    seen = HiddenField()

    @classmethod
    def of(cls, centre_id: int | None, away_id: int | None) -> "HandoverForm":
        """The colleagues of a centre, and all districts; whoever opens it is away, until another is chosen."""
        form = cls(data={"away": str(away_id)}) if request.method == "GET" else cls()
        colleagues = [SelectChoice(str(who), spelled_here(name)) for who, name in colleagues_of(centre_id)]
        form.away.choices = colleagues
        form.stand_in.choices = [SelectChoice("", _("Choose…")), *colleagues]
        form.districts.choices = [
            SelectChoice(str(one.id), one.name(page_language())) for one in place_queries.districts(page_language())
        ]
        return form

    def draft(self) -> HandoverDraft:
        """What the form says; call after `accepted()`."""
        return HandoverDraft(
            away_id=number_of(self.away.data) or 0,
            stand_in_id=number_of(self.stand_in.data) or 0,
            first_day=cast(dt.date, self.first_day.data),
            last_day=cast(dt.date, self.last_day.data),
            district_ids=tuple(int(one) for one in self.districts.data or ()),
        )


@bp.get("/handovers")
@may("read", "handover")
def handovers() -> ResponseReturnValue:
    rows = handovers_of(current_actor())
    return render_template("requests/handovers.html", rows=rows, states=_states(rows), words=words)


def _states(rows: list[HandoverRow]) -> dict[int, HandoverState]:
    today = clock.local_day(clock.now())
    return {row.id: handover_state(row, today) for row in rows}


@bp.route("/handovers/new", methods=["GET", "POST"])
@may("create", "handover")
@sent_once
def new_handover() -> ResponseReturnValue:
    """The form; once it is sent, what is handed over; and on the second press of the same, the act itself."""
    actor, now = current_actor(), clock.now()
    form = HandoverForm.of(actor.centre_id, actor.user_id)
    covered: dict[str, Any] | None = None
    if form.accepted():
        draft = form.draft()
        try:
            if "hand_over" in request.form and form.seen.data == _shown(draft):
                number = hand_over(actor, draft, now=now)
                say(_("Handed over. It ends by itself after the last day."))
                return redirect(url_for(".handover", handover_id=number))
            check_handover(actor, draft, now=now)
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            form.seen.data, covered = _shown(draft), _covered(draft, now)
    shown = render_template("requests/new_handover.html", form=form, covered=covered, words=words)
    return shown, 422 if form.problems_shown() else 200


def _shown(draft: HandoverDraft) -> str:
    """What a preview was made of, as its hidden field says it: another wish is previewed anew."""
    parts = (draft.away_id, draft.stand_in_id, draft.first_day, draft.last_day, *sorted(draft.district_ids))
    return ".".join(map(str, parts))


def _covered(draft: HandoverDraft, now: dt.datetime) -> dict[str, Any]:
    """The open requests and the visits that somebody looks after instead."""
    actor = current_actor()
    return {
        "requests": covered_requests(actor, draft, now=now),
        "visits": covered_visits(actor, draft),
    }


@bp.get("/handovers/<int:handover_id>")
@may("read", "handover")
def handover(handover_id: int) -> ResponseReturnValue:
    """One handover: whose, until when, and what it covers as it stands now."""
    actor, now = current_actor(), clock.now()
    row = handover_of(actor, handover_id)
    state = handover_state(row, clock.local_day(now))
    open_ = state in (HandoverState.COMING, HandoverState.RUNNING)
    districts = tuple(one.id for one in row.districts)
    draft = HandoverDraft(row.away_id, row.stand_in_id, row.first_day, row.last_day, districts)
    covered = _covered(draft, now) if open_ else None
    return render_template(
        "requests/handover.html", row=row, state=state, covered=covered, press=RequestPressForm(), words=words
    )


@bp.post("/handovers/<int:handover_id>/take-back")
@may("update", "handover")
def take_handover_back(handover_id: int) -> ResponseReturnValue:
    """One press; what was the stand-in's to look after is its owner's again."""
    if RequestPressForm().accepted():
        requests_handovers.take_handover_back(current_actor(), handover_id, now=clock.now())
        say(_("Taken back. Requests and visits are looked after by their owner again."))
    return redirect(url_for(".handover", handover_id=handover_id))
