"""A host that somebody typed: confirmed, or merged with a listed one; and one that a school names on the phone."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.cohorts.service import merge_host
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.places import queries
from scheduler.places.service.hosts import confirm_host
from scheduler.places.terms.hosts import HostRow
from scheduler.requests.queries.typed_hosts import merged_into
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, page_language
from scheduler.web.places.blueprint import bp
from scheduler.web.reasons import worded

MOST_ALIKE = 8


def typed_facts(host: HostRow) -> dict[str, object]:
    """What a host's page says of one that is not listed: with which it was merged, or which are like it."""
    into = None if host.listed else merged_into(host.id)
    typed = request.args.get("q", "")[:200]
    alike: list[HostRow] = []
    if not host.listed and into is None:
        alike = queries.find_hosts(typed or host.name(page_language()), limit=MOST_ALIKE)
        if not alike and not typed:
            alike = queries.find_hosts(host.place(page_language()), limit=MOST_ALIKE)
    return {"merged_into": into, "alike": alike, "typed": typed, "press": BaseForm(formdata=None)}


@bp.post("/hosts/<int:host_id>/confirm")
@may("update", "host")
def confirm(host_id: int) -> ResponseReturnValue:
    """From now on everybody finds it."""
    if BaseForm().accepted():
        try:
            confirm_host(current_actor(), host_id, now=clock.now())
        except Conflict as refused:
            say(worded(refused.reason))
        else:
            say(_("Confirmed: schools find it in the list from now on."))
    return redirect(url_for(".host", host_id=host_id))


@bp.post("/hosts/<int:host_id>/merge/<int:into_id>")
@may("update", "host")
def merge(host_id: int, into_id: int) -> ResponseReturnValue:
    """It is this one: its requests go there, and who types its name finds that one."""
    if not BaseForm().accepted():
        return redirect(url_for(".host", host_id=host_id))
    try:
        merge_host(current_actor(), host_id, into_id, now=clock.now())
    except Conflict as refused:
        say(worded(refused.reason))
        return redirect(url_for(".host", host_id=host_id))
    except Rejected as rejected:
        say(worded(rejected.problems["into"]))
        return redirect(url_for(".host", host_id=host_id))
    say(_("Merged: what was asked for there is asked for here, and the typed name finds this one."))
    return redirect(url_for(".host", host_id=into_id))
