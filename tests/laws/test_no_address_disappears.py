"""Addresses that are printed, mailed, or read by calendars and scripts live for years: none may go."""

from flask import Flask

# Never take one out: redirect it.
FOR_YEARS = {
    "/",
    "/book",
    "/book/prove/<token>",
    "/certificates/<number>",
    "/day/<on>",
    "/feeds/<token>.ics",
    "/healthz",
    "/consent/<token>",
    "/invitation/<token>",
    "/offers",
    "/privacy",
    "/metrics",
    "/readyz",
    "/requests/<number>",
    "/reset/<token>",
    "/sign-in",
    "/status/<secret>",
    "/status/<secret>/attendance",
    "/visits/<number>",
}


def test_no_address_in_mails_on_paper_or_in_calendars_disappears(app: Flask):
    named = {str(rule) for rule in app.url_map.iter_rules()}

    assert {address for address in FOR_YEARS if address not in named} == set()
