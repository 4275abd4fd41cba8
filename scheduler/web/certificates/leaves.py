"""The page on which a school's browser writes names on its cohort's papers; the server never learns one."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from scheduler.certificates.service import leaves as service
from scheduler.cohorts.terms import LARGEST_COHORT
from scheduler.core.paper.pictures import first_page
from scheduler.web.certificates.blueprint import UNSEEN, bp
from scheduler.web.guards import link_actor, public
from scheduler.web.headers import POLICY

PRINTED = 200  # pixels an inch
# What the page loads it has loaded: nothing that runs in it may ask for anything more.
SILENT = "; ".join(f"{what} {whence}" for what, whence in (POLICY | {"connect-src": "'none'"}).items())


@bp.get("/status/<secret>/certificates/<number>/names")
@public
def leaves(secret: str, number: str) -> ResponseReturnValue:
    """A page each for names that stay in the browser."""
    place = service.place_of_name(link_actor(secret), number)
    page = render_template("certificates/leaves.html", secret=secret, number=number, place=place, most=LARGEST_COHORT)
    return page, 200, UNSEEN | {"Content-Security-Policy": SILENT, "Cache-Control": "no-store"}


@bp.get("/status/<secret>/certificates/<number>/names.<any(pdf, png):kept_as>")
@public
def leaf(secret: str, number: str, kept_as: str) -> ResponseReturnValue:
    """The paper without a name."""
    drawn = service.empty_leaf(link_actor(secret), number)
    headers = UNSEEN | {"Cache-Control": "private, no-store"}
    if kept_as == "png":
        return Response(first_page(drawn, PRINTED), mimetype="image/png", headers=headers)
    return Response(drawn, mimetype="application/pdf", headers=headers)
