"""The next free dates of a centre as a page for a frame on its own site: the one page that may be framed."""

from flask import Response, g, make_response, render_template

from scheduler.people.queries import centre_with_site
from scheduler.programmes.queries import open_programmes
from scheduler.web.guards import public
from scheduler.web.i18n import speak_as_asked
from scheduler.web.public.views import bp
from scheduler.web.public.words import next_free

DAYS_A_CITY = 2  # a frame of 760 pixels holds three cities on a phone
KEPT_FOR_S = 300


@bp.get("/widget/<slug>")
@public
def widget(slug: str) -> Response:
    """The same for everybody: no session, no cookie. Raises: NotFound where the centre has named no site."""
    g.cookieless = True
    speak_as_asked()
    centre_id, g.framed_by = centre_with_site(slug)
    dates = next_free(open_programmes(centre_id), days_a_city=DAYS_A_CITY)
    page = make_response(render_template("public/widget.html", dates=dates))
    page.headers["Cache-Control"] = f"public, max-age={KEPT_FOR_S}"
    page.headers["X-Robots-Tag"] = "noindex"
    return page
