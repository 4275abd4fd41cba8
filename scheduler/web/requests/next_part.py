"""On the phone: the next part of a cohort, which the address names. All else is a request like any other."""

from flask import request

from scheduler.cohorts.queries.lists import cohort_of_request, cohort_page
from scheduler.cohorts.service import ask_part
from scheduler.cohorts.terms import CohortRow
from scheduler.core import clock
from scheduler.policy import Actor
from scheduler.programmes.terms import ProgrammeKind
from scheduler.requests.service.submission import submit_request
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.web.guards import current_actor
from scheduler.web.requests.forms import PhoneForm


def cohort_asked() -> str:
    """The code of the cohort that the address names; empty where it names none."""
    return request.args.get("cohort", "")[:20]


def fill_in(form: PhoneForm) -> None:
    """What the cohort knows already, for the first showing of the form: its programme, and who leads it."""
    if not (code := cohort_asked()) or request.method == "POST":
        return
    page = cohort_page(current_actor(), code)
    form.programme.data = str(page.row.programme_id)
    form.contact_name.data, form.contact_email.data, form.contact_phone.data = page.teacher, page.email, page.phone


def take(actor: Actor, draft: RequestDraft, form: PhoneForm) -> int:
    """The request; of a cohort, its next part too. Raises: as `submit_request` and `ask_part`."""
    key = form.form_key.data
    if code := cohort_asked():
        return ask_part(actor, code, draft, form_key=key, now=clock.now())
    return submit_request(actor, draft, form_key=key, now=clock.now())


def cohort_of(page: RequestPage) -> CohortRow | None:
    """Of which cohort a request is a part; only trainings are asked about."""
    is_training = page.row.programme.kind is ProgrammeKind.COHORT_TRAINING
    return cohort_of_request(page.row.id) if is_training else None
