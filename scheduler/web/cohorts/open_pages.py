"""What a school reads of its own cohort, and the public of all: codes and numbers, nobody's name."""

from flask import render_template
from flask.typing import ResponseReturnValue

from scheduler.certificates.queries.papers import certificates_of_request
from scheduler.certificates.terms import CertificateKind, CertificateState
from scheduler.cohorts import rules
from scheduler.cohorts.queries import lists as queries
from scheduler.cohorts.wording import level_names
from scheduler.core import clock
from scheduler.reports.queries.cohorts import detectives_by_district
from scheduler.web.cohorts import words
from scheduler.web.cohorts.blueprint import bp
from scheduler.web.cohorts.forms import CohortPressForm
from scheduler.web.guards import link_actor, public
from scheduler.web.i18n import page_language


@bp.get("/status/<secret>/cohort")
@public
def own_cohort(secret: str) -> ResponseReturnValue:
    """The cohort of the request that a secret link opens: how far it is, and the next part."""
    actor, today = link_actor(secret), clock.local_day(clock.now())
    row = queries.own_cohort(actor)
    proposed = rules.proposed_part(row, today)
    return render_template(
        "cohorts/own_cohort.html",
        row=row,
        secret=secret,
        face=words.STATES[rules.state_of(row, today)],
        group=words.group_of(row),
        level=level_names(page_language())[row.level],
        stops=words.stops_of(row, proposed, for_staff=False),
        proposed=proposed,
        papers=[
            one
            for one in certificates_of_request(actor, actor.request_id or 0)
            if one.kind is CertificateKind.COHORT and one.state is CertificateState.ISSUED
        ],
        press=CohortPressForm(formdata=None),
    )


@bp.get("/figures/detectives")
@public
def public_detectives() -> ResponseReturnValue:
    """How many Web Detectives there are in each district; small numbers, and what would tell them, are not shown."""
    return render_template("cohorts/public_detectives.html", lines=detectives_by_district(page_language()))
