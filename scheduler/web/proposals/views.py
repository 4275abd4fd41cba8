"""The planner's pages: what a plan is for, its progress, its rows; pinned, tried otherwise, applied in parts."""

from collections.abc import Mapping
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.paging import page_number
from scheduler.jobs.long_work import start_plan
from scheduler.proposals.queries import pages as queries
from scheduler.proposals.queries.fairness import fairness_of
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.service.propose import pin_rows
from scheduler.proposals.terms import PlanChanged, ProposalReason, WhyChanged
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _n
from scheduler.web.once import sent_once
from scheduler.web.proposals import words
from scheduler.web.proposals.blueprint import bp
from scheduler.web.proposals.forms import ProposalForm


@bp.get("/plans")
@may("read", "plan")
def proposals() -> ResponseReturnValue:
    return render_template("proposals/proposals.html", lines=queries.proposals(current_actor()))


@bp.route("/plans/new", methods=["GET", "POST"])
@may("create", "plan")
@sent_once
def new_proposal() -> ResponseReturnValue:
    form = ProposalForm() if request.method == "POST" else ProposalForm.usual(clock.local_day(clock.now()))
    if form.accepted():
        try:
            proposal_id = start_plan(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    return render_template("proposals/new.html", form=form), 422 if form.problems_shown() else 200


@bp.get("/plans/<int:proposal_id>")
@may("read", "plan")
def show_proposal(proposal_id: int) -> ResponseReturnValue:
    return _page(proposal_id)


def _page(proposal_id: int, changed: Mapping[int, WhyChanged] | None = None) -> ResponseReturnValue:
    """The page of a proposal; with rows that were ticked to be applied and no longer hold."""
    compared = number_of(request.args.get("with"))
    shown = queries.proposal_page(
        current_actor(),
        proposal_id,
        now=clock.now(),
        compared_with=compared,
        page=page_number(request.args.get("page")),
    )
    page = render_template(
        "proposals/proposal.html",
        shown=shown,
        fairness=fairness_of(current_actor(), proposal_id) if shown.line.finished else None,
        changed=changed or {},
        names=queries.asked_names(current_actor(), changed) if changed else {},
        ticked=set(request.form.getlist("rows")),
        press=BaseForm(formdata=None),
        words=words,
        own_day=clock.local_day,
    )
    return page, 409 if changed else 200, {"Cache-Control": "private, no-store"}


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
        say(labels.refusal(Conflict(next(iter(rejected.problems.values())))))
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


@bp.post("/plans/<int:proposal_id>/pin")
@may("update", "plan")
def pin_proposal(proposal_id: int) -> ResponseReturnValue:
    """The ticked rows stay when the plan is drawn anew; all others are free again."""
    if BaseForm().accepted():
        pin_rows(current_actor(), proposal_id, _ticked(), now=clock.now())
        say(_("Pinned: these rows stay when you draw the plan anew."))
    return redirect(url_for(".show_proposal", proposal_id=proposal_id))


@bp.post("/plans/<int:proposal_id>/again")
@may("create", "plan")
@sent_once
def draw_again(proposal_id: int) -> ResponseReturnValue:
    """The same plan anew, with its pinned rows and as calm as it was asked for."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    actor = current_actor()
    draft = replace(queries.draft_of(queries.proposal_of(actor, proposal_id)), based_on=proposal_id)
    return redirect(url_for(".show_proposal", proposal_id=start_plan(actor, draft, now=clock.now())))


@bp.post("/plans/<int:proposal_id>/try/<int:request_id>/<int:place>")
@may("create", "plan")
@sent_once
def try_otherwise(proposal_id: int, request_id: int, place: int) -> ResponseReturnValue:
    """The plan anew with one way out of a request that waits: it goes there, and who stood there moves."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_proposal", proposal_id=proposal_id))
    actor = current_actor()
    seats = queries.way_out(actor, proposal_id, request_id, place)
    draft = replace(queries.draft_of(queries.proposal_of(actor, proposal_id)), based_on=proposal_id)
    return redirect(url_for(".show_proposal", proposal_id=start_plan(actor, draft, now=clock.now(), pinned=seats)))
