"""The pages of reports: their addresses, and a period that is signed off as a browser does it."""

import re

REPORT, SIGN = "/reports/attendance", "/reports/signed/new"
HIDDEN = re.compile(r'<input[^>]*name="(form_key|seen|first|last|version)"[^>]*value="([^"]*)"')


def hidden_of(page):
    """What the form of a page sends beside what is typed."""
    return dict(HIDDEN.findall(page.text))


def signs_off(browser, days, **changed):
    page = browser.get(SIGN, query_string=days)
    return browser.post(SIGN, query_string={"lang": "en"}, data=hidden_of(page) | changed)
