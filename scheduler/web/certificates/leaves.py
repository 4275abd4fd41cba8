"""The page on which a school's browser writes names on its cohort's papers; the server never learns one."""

import hashlib

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.certificates.service import leaves as service
from scheduler.cohorts.terms import LARGEST_COHORT
from scheduler.paper.pictures import first_page
from scheduler.web.certificates.blueprint import UNSEEN, bp
from scheduler.web.guards import link_actor, public
from scheduler.web.headers import content_policy

PRINTED = 200  # pixels an inch
# What the page loads it has loaded: nothing that runs in it may ask for anything more.
SILENT = content_policy(connect_src="'none'")


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
    """The paper without a name. Its picture takes half a second: a browser that holds it already is told so instead."""
    drawn = service.empty_leaf(link_actor(secret), number)
    if kept_as == "pdf":
        return Response(drawn, mimetype="application/pdf", headers=UNSEEN | {"Cache-Control": "private, no-store"})
    mark = hashlib.sha256(drawn).hexdigest()  # the same page gives the same picture
    known = mark in request.if_none_match
    picture = Response(b"" if known else first_page(drawn, PRINTED), 304 if known else 200, mimetype="image/png")
    picture.headers.update(UNSEEN | {"Cache-Control": "private, no-cache"})
    picture.set_etag(mark)
    return picture
