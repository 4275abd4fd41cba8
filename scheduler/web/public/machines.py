"""What machines read of the site: the manifest that puts it on a phone, and what search engines may open."""

import datetime as dt
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from flask import url_for
from werkzeug.routing import Rule

from scheduler.config import settings
from scheduler.core.language import html_lang, languages
from scheduler.web.i18n import _, page_language

# All else lies behind a secret, a sign-in or a number that somebody must type: it is nobody's search result.
PUBLIC_PAGES = (
    "public.front",
    "requests.book",
    "booking.free_dates",
    "programmes.programmes",
    "programmes.campaigns",
    "public.where_we_have_been",
    "public.figures",
    "helpline.public_figures",
    "cohorts.public_detectives",
    "reports.public_profiles",
    "certificates.find",
    "public.handbook",
    "public.about",
    "public.privacy",
    "public.accessibility",
)
PUBLIC_BY_NAME = ("programmes.programme", "programmes.campaign", "public.handbook_page", "reports.public_profile")
NEEDED = (
    "static",
    "assets",
    "public.manifest",
    "public.robots",
    "public.sitemap",
    "public.favicon",
    "public.security_txt",
    "certificates.keys",  # archives shall find it
    "certificates.issuer",
)
CONTACT_GOOD_DAYS = 180
ICONS = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
    ("img/mark.svg", "any", "any"),
)


def manifest(at_work: bool) -> dict[str, Any]:
    """How the site stands on a phone: for everyone it opens on the first page, for who works here on the desk."""
    start = url_for("desk.today") if at_work else url_for("public.front")
    places = [(_("Today"), url_for("desk.today"))] if at_work else [(_("Book a visit"), url_for("requests.book"))]
    return {
        "id": start,
        "name": _("Raspored"),
        "short_name": _("Raspored"),
        "description": _("A talk about children's safety on the internet, in your school."),
        "lang": html_lang(page_language()),
        "dir": "ltr",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "theme_color": "#0B3F37",
        "background_color": "#F5F7F4",
        "icons": [
            {
                "src": url_for("static", filename=file),
                "sizes": size,
                "type": "image/svg+xml" if file.endswith("svg") else "image/png",
                "purpose": purpose,
            }
            for file, size, purpose in ICONS
        ],
        "shortcuts": [{"name": name, "url": address} for name, address in places],
    }


def robots(rules: Iterable[Rule]) -> str:
    """What search engines leave alone, and where the list of pages is."""
    closed = "".join(f"Disallow: {path}\n" for path in closed_paths(rules))
    return f"User-agent: *\n{closed}Sitemap: {settings().base_url}{url_for('public.sitemap')}\n"


def closed_paths(rules: Iterable[Rule]) -> list[str]:
    """Beginnings of addresses that are closed to search engines: those of every page that is not shown to them.

    Where a shown page begins alike, its part in between is a star (RFC 9309, 2.2.3).
    """
    open_to_all = {*PUBLIC_PAGES, *PUBLIC_BY_NAME, *NEEDED}
    listed = [(rule.rule, rule.endpoint in open_to_all) for rule in rules]
    shown = tuple(path for path, is_shown in listed if is_shown)
    begins = {path: path.partition("<")[0] for path, is_shown in listed if not is_shown}
    beginnings = {
        re.sub("<[^>]+>", "*", path) if any(one.startswith(begin) for one in shown) else begin
        for path, begin in begins.items()
    }
    return sorted(one for one in beginnings if not any(one != other and one.startswith(other) for other in beginnings))


def security_txt(today: dt.date) -> str:
    """Who hears of a weakness, as RFC 9116 writes it. The same all day; good for less than a year, as the RFC asks."""
    until = dt.datetime.combine(today, dt.time(), dt.UTC) + dt.timedelta(days=CONTACT_GOOD_DAYS)
    contacts = [f"Contact: {address}" for address in settings().security_contact]
    lines = [
        *contacts,
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: sr, en",
        f"Canonical: {settings().base_url}{url_for('public.security_txt')}",
    ]
    return "".join(f"{line}\n" for line in lines)


def sitemap(paths: Iterable[str]) -> str:
    """The public pages, each in all its languages."""
    base = settings().base_url
    entries = "".join(_entry(f"{base}{path}") for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        f"{entries}</urlset>\n"
    )


def _entry(address: str) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{html_lang(language)}" href="{escape(address)}?lang={language}"/>'
        for language in languages()
    )
    return f"<url><loc>{escape(address)}</loc>{others}</url>\n"
