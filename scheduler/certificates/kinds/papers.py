"""A paper from what is known of a visit, in the words of its template, its campaign or its kind."""

import datetime as dt
from dataclasses import replace

from scheduler.certificates import rules
from scheduler.certificates.kinds.base import written_day
from scheduler.certificates.kinds.every import KINDS
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Signatory, StoredTemplate, VisitFacts
from scheduler.certificates.wording import duration
from scheduler.config import settings
from scheduler.core.language import number as written_number
from scheduler.core.language import worded
from scheduler.core.names import spelled
from scheduler.core.text import to_latin


def new_paper(
    facts: VisitFacts, kind: CertificateKind, number: str, running_number: str, issued_on: dt.date
) -> CertificatePaper:
    """Every printed field but the holder's name."""
    paper = CertificatePaper(
        kind=kind,
        number=number,
        running_number=running_number,
        host_name=facts.host_name,
        host_place=facts.host_place,
        programme_title=facts.programme_title,
        on_day=facts.on_day,
        issued_on=issued_on,
        centre_name=facts.centre_name,
        centre_place=facts.centre_place,
        check_url=f"{settings().base_url}/certificates/{number}",
        minutes=facts.minutes,
        title=facts.campaign_title,
        text=facts.campaign_text,
        presentations=facts.presentations,
        pupils=facts.counts.pupils,
        parents=facts.counts.parents,
        teachers=facts.counts.teachers,
        signatories=(facts.signatory,) if facts.signatory.name else (),
        helpline=settings().helpline_number,
        since=facts.since,
        group=facts.group,
        grade=facts.grade,
        level=facts.level,
    )
    paper = replace(paper, **KINDS[kind].fields(facts))
    return paper if facts.template is None else _in_words_of(facts.template, paper, facts.language)


def _in_words_of(template: StoredTemplate, paper: CertificatePaper, lang: str) -> CertificatePaper:
    """A campaign's own words go before those of a template, and these before the usual ones."""
    said = rules.said_in(template.wordings.get(paper.kind, {}), lang)
    values = {
        "programme": paper.programme_title,
        "school": paper.host_name,
        "place": paper.host_place,
        "day": written_day(paper.on_day, lang),
        "centre": paper.centre_name,
        "duration": duration(paper.minutes, lang),
        "presentations": written_number(paper.presentations, lang),
        "pupils": written_number(paper.pupils, lang),
        "year": str(paper.on_day.year),
        "number": paper.running_number,
        "group": paper.group,
        "grade": str(paper.grade or ""),
        "level": str(paper.level or ""),
    }
    signatories = tuple(
        Signatory(spelled(who.name, lang), worded(lang, who.duty_sr_cyrl, to_latin(who.duty_sr_cyrl), who.duty_en))
        for who in template.draft.signatories
        if who.name
    )
    return replace(
        paper,
        template=template.id,
        title=paper.title or rules.filled(said.title, values),
        lead=rules.filled(said.lead, values),
        text=paper.text or rules.filled(said.text, values),
        file_number=rules.filled(template.draft.file_number, values | {"year": str(paper.issued_on.year)}),
        signatories=signatories or paper.signatories,
    )
