"""A certificate as Open Badge: the file for wallets, whether it holds, and who signs; and the keys on paper."""

from flask import Response, g, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.certificates import badge, signature
from scheduler.certificates import key_sheet as sheets
from scheduler.certificates.queries import papers
from scheduler.certificates.terms import CertificateKind, CertificateState
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.web.certificates.blueprint import UNSEEN, bp
from scheduler.web.filters import moment
from scheduler.web.guards import link_actor, may, public
from scheduler.web.i18n import _, page_language
from scheduler.web.limits import limits_guesses

KEPT_AN_HOUR = "public, max-age=3600"
HAD_A_BADGE = (CertificateKind.SCHOOL, CertificateKind.CAMPAIGN)  # what wallets got goes on to be proven


@bp.get("/.well-known/did.json")
@public
def issuer() -> ResponseReturnValue:
    """The keys of did:web: all that ever signed here."""
    g.cookieless = True
    answer = jsonify(badge.did_document(signature.public_keys(), settings().base_url))
    answer.mimetype, answer.headers["Cache-Control"] = "application/did+json", KEPT_AN_HOUR
    return answer


@bp.get("/certificates/keys.pdf")
@may("update", "settings")
def key_sheet() -> ResponseReturnValue:
    """All keys as a sheet for the register of the installation."""
    language = page_language()
    printed = _("printed %(moment)s", moment=moment(clock.now()))
    wanted = sheets.KeySheet(signature.public_keys(), settings().base_url, printed, settings().helpline_number)
    headers = {"Content-Disposition": 'inline; filename="certificate-keys.pdf"'}
    return Response(sheets.draw(wanted, language), content_type="application/pdf", headers=headers)


@bp.get("/certificates/<number>/badge.jwt")
@public
@limits_guesses()
def open_badge(number: str) -> ResponseReturnValue:
    """The badge that anybody may have who has the number: an adult's name is a salted hash in it."""
    found = papers.certificate_of_number(number)
    holder = found.holder_name or ""
    return _badge(found.state, badge.BadgeFacts(found.paper, found.language, found.state_since, holder))


@bp.get("/status/<secret>/certificates/<number>.jwt")
@public
@limits_guesses()
def own_badge(secret: str, number: str) -> ResponseReturnValue:
    """The badge with an adult's name in it, by her school's secret link, as the paper."""
    found = papers.certificate_of_number(number)
    drawn = papers.papers_to_draw(link_actor(secret), [found.paper.number])
    holder = drawn[0][0].holder_name if drawn else ""
    return _badge(found.state, badge.BadgeFacts(found.paper, found.language, found.state_since, holder, named=True))


def _badge(state: CertificateState, facts: badge.BadgeFacts) -> ResponseReturnValue:
    """Raises: NotFound, for one that no longer holds, or while no key can sign."""
    if facts.paper.kind in HAD_A_BADGE:
        return redirect(url_for(".check", number=facts.paper.number), 301)
    signs = signature.who_signs()
    if state is not CertificateState.ISSUED or facts.paper.kind is not badge.WITH_A_BADGE or signs is None:
        raise NotFound("badge")
    headers = {
        "Content-Disposition": f'attachment; filename="{facts.paper.number}.jwt"',
        "Cache-Control": "private, no-store",
    }
    signed = badge.as_jwt(badge.credential_of(facts, settings().base_url), *signs)
    return Response(signed, mimetype="application/vc+jwt", headers=headers | UNSEEN)


@bp.get("/certificates/<number>/status.json")
@public
@limits_guesses()
def badge_status(number: str) -> ResponseReturnValue:
    """Whether a badge still holds, for programs; people read its check page."""
    found = papers.certificate_of_number(number)
    holds = found.state is CertificateState.ISSUED
    g.cookieless = True
    return jsonify(badge.status_document(found.paper.check_url, settings().base_url, holds=holds)), 200, UNSEEN
