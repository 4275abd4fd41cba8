"""How many were there: the four numbers on a phone, and what a phone delivers that had no network."""

import secrets
from collections.abc import Collection, Sequence

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.queries.counting import counted_visit, crew_at, crewmates
from scheduler.attendance.queries.deliveries import set_aside_of
from scheduler.attendance.queries.sheets import sheets_of
from scheduler.attendance.service.counting import submit_counts
from scheduler.attendance.service.deliveries import deliver_counts
from scheduler.attendance.terms import (
    AttendanceReason,
    CountedPresentation,
    CountedVisit,
    CrewAt,
    DeliveryOutcome,
    HeadCounts,
)
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.paging import page_number
from scheduler.web.attendance.blueprint import bp
from scheduler.web.attendance.forms import HeadCountForm, said_before
from scheduler.web.attendance.sheets import sheet_beside
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.reasons import worded


@bp.route("/visits/<number>/count", methods=["GET", "POST"])
@bp.route("/visits/<number>/count/<ordinal>", methods=["GET", "POST"])
@may("create", "attendance")
def count_heads(number: str, ordinal: str = "") -> ResponseReturnValue:
    """The four numbers of one presentation: the one asked for, else the first that nobody has counted."""
    visit = counted_visit(current_actor(), number)
    one = visit.presentation(ordinal) if ordinal else _first_open(visit)
    if ordinal and one is None:
        raise NotFound("presentation")
    if one is None or not rules.may_be_counted(one.state):
        return _counted(visit)
    form, noted = _form_of(one)
    if form.accepted():
        try:
            _save(one, form, noted)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
            if conflict.reason is AttendanceReason.COUNTED_MEANWHILE:
                form.form_errors += _said_meanwhile(one.said_by_educator)
                form.sheet.data = _new_sheet(one)  # she has read it: what she saves now is meant
        else:
            say(_("The numbers are saved."))
            return redirect(url_for(".count_heads", number=number))
    sheets = sheets_of(visit.visit_id)
    at_the_desk = policy.scope_of(current_actor(), "correct", "attendance") is not None
    shown = render_template(
        "attendance/count_heads.html",
        visit=visit,
        one=one,
        form=form,
        tallied=one.tallied,
        at_the_desk=at_the_desk,
        was_not_held=at_the_desk and one.state == "open" and one.ends_at <= clock.now(),
        sheets=sheets,
        beside=sheet_beside(one, sheets),
    )
    return shown, 422 if form.problems_shown() else 200


def _counted(visit: CountedVisit) -> ResponseReturnValue:
    return render_template(
        "attendance/counted.html",
        visit=visit,
        open_states=rules.STILL_COUNTED,
        set_aside=set_aside_of(visit.visit_id, page_number(request.args.get("aside"))),
        sheets=sheets_of(visit.visit_id),
    )


@bp.post("/visits/<number>/count/<ordinal>/deliver")
@may("create", "attendance")
def deliver(number: str, ordinal: str) -> ResponseReturnValue:
    """The same form, from a phone that kept it: the answer says in words what became of the numbers."""
    visit = counted_visit(current_actor(), number)
    one = visit.presentation(ordinal)
    if one is None:
        raise NotFound("presentation")
    form, noted = _form_of(one)
    if not form.accepted():
        return _answer("asks", [f"{one.label} {one.text}".strip() for one in form.problems_shown()])
    draft, sheet = form.draft(noted), form.delivery(asks=False)
    try:
        outcome = deliver_counts(current_actor(), one.presentation_id, draft, sheet, now=clock.now())
    except Rejected as rejected:
        unsure = rejected.problems.keys() == {"sure"}
        words = [str(worded(reason)) for reason in rejected.problems.values()]
        return _answer("sure" if unsure else "asks", words, total=draft.counts.total)
    return _answer(outcome, [_became(outcome)])


def _answer(outcome: str, words: Sequence[str], **more: int) -> Response:
    answer = jsonify(outcome=str(outcome), words=" ".join(words), **more)
    answer.status_code = 422 if outcome in ("asks", "sure") else 200
    return answer


def _became(outcome: DeliveryOutcome) -> str:
    words = {
        DeliveryOutcome.STORED: _("The numbers are saved."),
        DeliveryOutcome.STANDS: _("The same numbers stood there already."),
        DeliveryOutcome.LATE: _("You have sent newer numbers since; those count."),
        DeliveryOutcome.ASIDE: _(
            "Other numbers stood there already and still count. Yours are kept beside them: the coordinator sees both."
        ),
    }
    return words[outcome]


def _save(one: CountedPresentation, form: HeadCountForm, noted: Collection[int]) -> None:
    """By the key of the page; a page from before there were keys is taken as it comes."""
    draft, actor, now = form.draft(noted), current_actor(), clock.now()
    if form.sheet.data:
        deliver_counts(actor, one.presentation_id, draft, form.delivery(asks=True), now=now)
    else:
        submit_counts(actor, one.presentation_id, draft, now=now)


def _form_of(one: CountedPresentation) -> tuple[HeadCountForm, list[int]]:
    """The form of a presentation, and whose absence was noted by somebody who may name her."""
    everybody, me = crew_at(one.presentation_id, clock.local_day(clock.now())), current_actor()
    crew = crewmates(me, everybody)
    form = HeadCountForm(data=said_before(one) | {"absent": _absent(crew), "sheet": _new_sheet(one)})
    form.ask_about(crew)
    return form, [who for who in _absent(everybody) if who not in _ids(crew) and who != me.presenter_id]


def _absent(crew: Sequence[CrewAt]) -> list[int]:
    return [mate.presenter_id for mate in crew if mate.absent]


def _ids(crew: Sequence[CrewAt]) -> set[int]:
    return {mate.presenter_id for mate in crew}


def _new_sheet(one: CountedPresentation) -> str:
    """The key of this showing of the form: it says which numbers stood."""
    nonce, who = secrets.token_urlsafe(6), current_actor().user_id or 0
    return rules.sheet_key(one.presentation_id, who, one.mark, nonce, settings().secret_key)


def _said_meanwhile(said: HeadCounts | None) -> list[str]:
    if said is None:
        return []
    words = _(
        "Said meanwhile: pupils %(pupils)s, parents %(parents)s, teachers %(teachers)s, others %(others)s. "
        "If yours are right, save them again.",
        **vars(said),
    )
    return [words]


def _first_open(visit: CountedVisit) -> CountedPresentation | None:
    return next((one for one in visit.presentations if one.state == "open"), None)
