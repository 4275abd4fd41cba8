"""What looks mistyped in an address is found, and what is only rare is not."""

import pytest

from scheduler.core.mailboxes import likely_meant

SLIPS = [
    ("gmial.com", "gmail.com"), ("gmai.com", "gmail.com"), ("gmaill.com", "gmail.com"), ("gnail.com", "gmail.com"),
    ("gmail.con", "gmail.com"), ("gmail.co", "gmail.com"), ("gmail.rs", "gmail.com"), ("yaho.com", "yahoo.com"),
    ("yhaoo.com", "yahoo.com"), ("hotmial.com", "hotmail.com"), ("outlok.com", "outlook.com"), ("mst.rs", "mts.rs"),
    ("eunte.rs", "eunet.rs"), ("open.telekm.rs", "open.telekom.rs"),
]  # fmt: skip
RIGHT = [
    "gmail.com", "mail.com", "ymail.com", "mts.rs", "osvuk.edu.rs", "skola.example.org", "yahoo.co.uk", "live.rs",
    "gimnazija.rs", "mail.rs", "sbb.rs", "ssb.com", "example.com", "школа.срб",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), SLIPS)
def test_one_slip_of_the_hand_is_found(typed, meant):
    assert likely_meant(f" Ana.Ilic@{typed}") == f"ana.ilic@{meant}"


@pytest.mark.parametrize("domain", RIGHT)
def test_what_is_right_is_not_asked_about(domain):
    assert likely_meant(f"ana@{domain}") == ""


@pytest.mark.parametrize("typed", ["", "ana", "@gmial.com", "ana@"])
def test_what_is_no_address_is_somebody_elses_matter(typed):
    assert likely_meant(typed) == ""
