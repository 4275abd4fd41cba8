"""Signing a period off by its page, as a browser does."""

import re

SIGN = "/reports/signed/new"


def signs_off(browser, days, **changed):
    page = browser.get(SIGN, query_string=days)
    hidden = dict(re.findall(r'<input[^>]*name="(form_key|seen|first|last)"[^>]*value="([^"]*)"', page.text))
    return browser.post(SIGN, query_string={"lang": "en"}, data=hidden | changed)
