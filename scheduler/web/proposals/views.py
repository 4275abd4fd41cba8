"""The planner's pages: what a plan is for, its progress, its rows; pinned, tried otherwise, applied in parts."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.core.paging import page_number
from scheduler.jobs.long_work import start_plan
from scheduler.places import queries as place_queries
from scheduler.proposals.queries import grounds
from scheduler.proposals.queries import pages as queries
from scheduler.proposals.queries.fairness import fairness_of
from scheduler.proposals.queries.overnight import nights_of
from scheduler.proposals.queries.shared_rides import rides_of
from scheduler.proposals.queries.to_plan import later_requests
from scheduler.proposals.queries.towns import towns_of
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.service.propose import pin_rows
from scheduler.proposals.service.take_back import take_back_plan
from scheduler.proposals.terms.plan import OF_SOMEBODY, PlanChanged, ProposalReason, ProposedSeat, WhyChanged
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, asked_day, by_htmx, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _n
from scheduler.web.once import sent_once
from scheduler.web.proposals import words
from scheduler.web.proposals.blueprint import bp
from scheduler.web.proposals.forms import MendForm, ProposalForm


@bp.get("/plans")
@may("read", "plan")
def proposals() -> ResponseReturnValue:
    return render_template("proposals/proposals.html", lines=queries.proposals(current_actor()), words=words)


@bp.route("/plans/new", methods=["GET", "POST"])
@may("create", "plan")
@sent_once
def new_proposal() -> ResponseReturnValue:
    form = ProposalForm() if request.method == "POST" else ProposalForm.usual(clock.local_day(clock.now()))
    if not form.seeks() and form.accepted():
        try:
            proposal_id = start_plan(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    return render_template("proposals/new.html", form=form), 422 if form.problems_shown() else 200


@bp.route("/plans/mend", methods=["GET", "POST"])
@may("create", "plan")
@sent_once
def mend() -> ResponseReturnValue:
    """`?presenter=7&from=2026-11-24&to=2026-11-26`, `?closure=3` or `?late=12` says what broke."""
    form, actor = MendForm() if request.method == "POST" else MendForm(data=_asked_about()), current_actor()
    if not form.seeks() and form.accepted():
        form.show(problems := form.problems())
        try:
            if not problems:
                draft = grounds.repair_draft(actor, form.mending(), now=clock.now())
                return redirect(url_for(".show_proposal", proposal_id=start_plan(actor, draft, now=clock.now())))
        except Rejected as rejected:
            form.show(rejected.problems)
    closure_id, late_id = number_of(form.closure.data), number_of(form.late.data)
    page = render_template(
        "proposals/mend.html",
        form=form,
        closure=place_queries.closure_of(closure_id) if closure_id else None,
        closure_reason=labels.closure_reason,
        late=queries.asked_names(actor, [late_id]).get(late_id) if late_id else None,
        words=words,
    )
    return page, 422 if form.problems_shown() else 200


def _asked_about() -> dict[str, object]:
    """What the address says; what is nothing there is passed over."""
    asked = {name: request.args.get(name, "") for name in ("presenter", "closure", "late", "trouble")}
    found: dict[str, object] = {name: typed for name, typed in asked.items() if number_of(typed)}
    if asked["trouble"] in {one.value for one in OF_SOMEBODY}:
        found["trouble"] = asked["trouble"]
    first = asked_day("from") or clock.local_day(clock.now())
    return found | {"first_day": first, "last_day": asked_day("to") or first}


@bp.get("/plans/<int:proposal_id>")
@may("read", "plan")
def show_proposal(proposal_id: int) -> ResponseReturnValue:
    return _page(proposal_id)


def _page(proposal_id: int, changed: Mapping[int, WhyChanged] | None = None) -> ResponseReturnValue:
    """The page of a proposal; with rows that were ticked to be applied and no longer hold."""
    number = page_number(request.args.get("page"))
    shown = queries.proposal_page(current_actor(), proposal_id, now=clock.now(), page=number)
    page = render_template(
        "proposals/proposal.html",
        shown=shown,
        # of a repair the visits stand already: they would be counted as work from before and as the plan's
        fairness=fairness_of(current_actor(), proposal_id) if shown.line.finished and not shown.draft.mends else None,
        nights=nights_of(current_actor(), proposal_id) if shown.draft.nights else (),
        rides=rides_of(current_actor(), proposal_id) if shown.draft.rides else (),
        drawing=words.map_of(towns_of(current_actor(), proposal_id)) if shown.line.finished else None,
        changed=changed or {},
        names=queries.asked_names(current_actor(), changed) if changed else {},
        ticked=set(request.form.getlist("rows")),
        press=BaseForm(formdata=None),
        words=words,
        own_day=clock.local_day,
    )
    drawn_now = shown.line.finished and by_htmx()  # the bar has nothing to become
    again = {"HX-Refresh": "true"} if drawn_now else {}
    return page, 409 if changed else 200, {"Cache-Control": "private, no-store"} | again


def _ticked() -> list[int]:
    return [number for one in request.form.getlist("rows") if (number := number_of(one)) is not None]


@bp.post("/plans/<int:proposal_id>/apply")
@may("update", "plan")
@sent_once
def apply_proposal(proposal_id: int) -> ResponseReturnValue:
    """Plan the ticked rows; what changed since is listed, and the others are applied when that is said."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    without = request.form.get("without_changed") == "yes"
    try:
        made = apply_rows(current_actor(), proposal_id, _ticked(), now=clock.now(), without_changed=without)
    except PlanChanged as changed:
        return _page(proposal_id, changed.rows)
    except Rejected as rejected:
        say(labels.refusal(rejected))
    except Conflict as refused:
        if not isinstance(refused.reason, ProposalReason):
            raise
        say(labels.refusal(refused))
    else:
        say(
            _n(
                "%(num)s visit planned, its crew suggested. Nobody was asked yet.",
                "%(num)s visits planned, their crews suggested. Nobody was asked yet.",
                len(made),
            )
        )
    return redirect(url_for(".show_proposal", proposal_id=proposal_id))


@bp.post("/plans/<int:proposal_id>/take-back")
@may("update", "plan")
def take_back(proposal_id: int) -> ResponseReturnValue:
    """Until the first offer the visits of a plan go, and their requests wait again."""
    if BaseForm().accepted():
        try:
            gone = take_back_plan(current_actor(), proposal_id, now=clock.now())
        except Conflict as refused:
            say(labels.refusal(refused))
        else:
            say(
                _n(
                    "Taken back: %(num)s visit is removed, its request waits for a plan again.",
                    "Taken back: %(num)s visits are removed, their requests wait for a plan again.",
                    gone,
                )
            )
    return redirect(url_for(".show_proposal", proposal_id=proposal_id))


@bp.post("/plans/<int:proposal_id>/pin")
@may("update", "plan")
def pin_proposal(proposal_id: int) -> ResponseReturnValue:
    """The ticked rows stay when the plan is drawn anew; all others are free again."""
    if BaseForm().accepted():
        pin_rows(current_actor(), proposal_id, _ticked(), now=clock.now())
        say(_("Pinned: these rows stay when you recalculate the plan."))
    return redirect(url_for(".show_proposal", proposal_id=proposal_id))


@bp.post("/plans/<int:proposal_id>/again")
@may("create", "plan")
@sent_once
def draw_again(proposal_id: int) -> ResponseReturnValue:
    """The same plan once more with its pinned rows; by the button "later" also for requests that begin after it."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    return _draw_again(proposal_id, with_later="later" in request.form)


def _draw_again(
    proposal_id: int, pinned: Collection[ProposedSeat] = (), *, with_later: bool = False
) -> ResponseReturnValue:
    """Start the same plan once more; its page shows what changed."""
    actor = current_actor()
    draft = replace(queries.draft_of(queries.proposal_of(actor, proposal_id)), based_on=proposal_id)
    if with_later:
        last_day = later_requests(actor, draft.scope, now=clock.now()).last_day
        draft = replace(draft, scope=replace(draft.scope, last_day=last_day))
    drawn = start_plan(actor, draft, now=clock.now(), pinned=pinned)
    return redirect(url_for(".show_proposal", proposal_id=drawn))


@bp.post("/plans/<int:proposal_id>/keep")
@may("create", "plan")
@sent_once
def keep_proposal(proposal_id: int) -> ResponseReturnValue:
    """The same repair once more, with the visits of the ticked rows where they stand."""
    seats = queries.stood_seats(current_actor(), proposal_id, _ticked())
    if not BaseForm().accepted():
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    if not seats:
        say(labels.refusal(Conflict(GroundReason.NOTHING_TICKED)))
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    return _draw_again(proposal_id, seats)


@bp.post("/plans/<int:proposal_id>/try/<int:request_id>/<int:place>")
@may("create", "plan")
@sent_once
def try_otherwise(proposal_id: int, request_id: int, place: int) -> ResponseReturnValue:
    """The plan once more with one way out of a request that waits: it goes there, and who stood there moves."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    return _draw_again(proposal_id, queries.way_out(current_actor(), proposal_id, request_id, place))
