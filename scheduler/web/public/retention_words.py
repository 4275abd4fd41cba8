"""The table of the privacy notice: each row's period is the one that the nightly job keeps, whatever RETENTION says."""

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.privacy.service.retention_rules import period_of
from scheduler.privacy.terms import KeepingPeriod, RetentionRow
from scheduler.web.i18n import _, _n

_R = RetentionRow


@dataclass(frozen=True)
class NoticeRow:
    """What is kept, why, on what ground, how long."""

    what: str
    why: str
    ground: str
    long: str


def spelled(row: RetentionRow) -> str:
    """ "90 days", "12 months"."""
    return _in_words(period_of(row))


def _in_words(period: KeepingPeriod) -> str:
    said: dict[str, Callable[[int], str]] = {
        "hours": lambda n: _n("%(num)s hour", "%(num)s hours", n),
        "days": lambda n: _n("%(num)s day", "%(num)s days", n),
        "months": lambda n: _n("%(num)s month", "%(num)s months", n),
        "years": lambda n: _n("%(num)s year", "%(num)s years", n),
    }
    return said[period.unit](period.number)


def notice_rows() -> list[NoticeRow]:
    """All rows, in the page's language."""
    return [*_of_schools(), *_of_presenters(), *_of_papers(), *_of_the_house()]


def _of_schools() -> list[NoticeRow]:
    return [
        NoticeRow(
            _("Name, mail and phone of who asks for a visit"),
            _("to agree on the visit"),
            _("public task, legitimate interest"),
            _(
                "%(unproven)s when the mail is not confirmed; else the school year and %(after)s",
                unproven=spelled(_R.UNPROVEN_REQUEST),
                after=spelled(_R.REQUEST_CONTACT),
            ),
        ),
        NoticeRow(
            _("Notes and what was written about a visit"),
            _("to agree on the visit"),
            _("public task, legitimate interest"),
            _("%(after)s after the visit", after=spelled(_R.NOTE)),
        ),
        NoticeRow(
            _("How many pupils, parents and teachers were there"),
            _("statistics"),
            _("no personal data"),
            _("for good; public numbers of fewer than five are hidden"),
        ),
        NoticeRow(
            _("How often a class chose each answer to our questions before and after; nobody's answers lie together"),
            _("to know what a presentation changes"),
            _("no personal data"),
            _("for good; of fewer than five answers nothing is shown to anybody"),
        ),
    ]


def _of_presenters() -> list[NoticeRow]:
    return [
        NoticeRow(
            _("Account of staff and presenters"),
            _("to sign in"),
            _("public task, contract"),
            _("while it is used and %(after)s", after=spelled(_R.ACCOUNT)),
        ),
        NoticeRow(
            _(
                "Presenter: topics, trainings, languages, hours, town, reach, phone number and, of an adult, nights"
                " away from home and a photograph if given"
            ),
            _("to plan visits"),
            _("contract, volunteering"),
            _("engagement and %(after)s", after=spelled(_R.PRESENTER)),
        ),
        NoticeRow(
            _("Checks of a presenter, also as a driver: date, result, end; the document itself is not kept"),
            _("to protect children"),
            _("legal duty"),
            _("engagement and %(after)s", after=spelled(_R.VETTING)),
        ),
        NoticeRow(
            _("Young presenter: name, day of birth, guardian with mail and, if given, phone; the scan of a paper"),
            _("to let them take part safely"),
            _("guardian's consent and law"),
            _("engagement and %(after)s", after=spelled(_R.MINOR)),
        ),
        NoticeRow(
            _("Who fetches a young presenter after a visit, as the guardian typed it, and in whose car she rides"),
            _("so that she comes home safely; who fetches her is read on that day only"),
            _("guardian's consent and law"),
            _("%(after)s after the visit", after=spelled(_R.PICK_UP)),
        ),
        NoticeRow(
            _("That somebody was worried about a presenter: of which visit, when, how it ended; never why"),
            _("to protect children"),
            _("legal duty"),
            _("until it ends and %(after)s; a phone number until it ends", after=spelled(_R.CONCERN)),
        ),
        NoticeRow(
            _("That something a child told in a visit was handed on: to whom and when, nothing of the child"),
            _("to protect children; statistics"),
            _("legal duty"),
            _("of which visit %(after)s, then the number alone", after=spelled(_R.NOTE)),
        ),
        NoticeRow(
            _("Proof of a guardian's consent: for what, when and how, without a name"),
            _("to prove it"),
            _("accountability"),
            _("until it ends and %(after)s", after=spelled(_R.CONSENT_PROOF)),
        ),
    ]


def _of_papers() -> list[NoticeRow]:
    return [
        NoticeRow(
            _("Names of adults for certificates"),
            _("to issue them"),
            _("consent, task of the school"),
            _("%(after)s after issue", after=spelled(_R.CERTIFICATE_NAME)),
        ),
        NoticeRow(
            _("Scan of a filled sign-in sheet: numbers of pupils, names and signatures of teachers; no pupil's name"),
            _("to prove how many were there"),
            _("public task, legitimate interest"),
            _("%(after)s after the visit", after=spelled(_R.SHEET)),
        ),
        NoticeRow(
            _("Certificate: number, date, title; a presenter's: school year, hours, her number in our records"),
            _("so that anybody can check it"),
            _("legitimate interest"),
            _(
                "for good, without a person: the name %(name)s, a code that recognises it %(code)s",
                name=spelled(_R.CERTIFICATE_NAME),
                code=spelled(_R.CERTIFICATE_RECORD),
            ),
        ),
        NoticeRow(
            _("Name, duty and signature of who signs certificates"),
            _("to print them as they were issued"),
            _("legitimate interest"),
            _("as long as the certificates"),
        ),
        NoticeRow(
            _("Mails and short messages that we sent"),
            _("to know what was said"),
            _("as the purpose of the mail"),
            _(
                "%(after)s after sending; the text of one with a secret link %(link)s",
                after=spelled(_R.MESSAGE),
                link=spelled(_R.LINK_MESSAGE),
            ),
        ),
    ]


def _of_the_house() -> list[NoticeRow]:
    return [
        NoticeRow(
            _("Who did what in the system"),
            _("security, accountability"),
            _("legal duty, legitimate interest"),
            _("%(after)s; then only that it was done, under a pseudonym", after=spelled(_R.AUDIT_ACTOR)),
        ),
        NoticeRow(
            _("Network address of who holds a date or tries to sign in"),
            _("against misuse"),
            _("legitimate interest"),
            _("%(after)s after it is over", after=spelled(_R.TRACE)),
        ),
        NoticeRow(
            _("On a presenter's own phone: visits of today and tomorrow, uncounted ones of 30 days, unsent numbers"),
            _("to work without a signal"),
            _("legitimate interest"),
            _("until the day after the visit is over, or she signs out; numbers until they are sent, 30 days at most"),
        ),
        NoticeRow(
            _("Backups, encrypted where the centre has set a key"),
            _("so that nothing is lost"),
            _("legitimate interest"),
            _("%(after)s, then deleted", after=spelled(_R.BACKUP)),
        ),
    ]
