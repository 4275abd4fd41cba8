"""What a school asks for in words: on its own page, on the coordinators' page, and beside the plan of its visit."""

from typing import Any

from scheduler.requests.terms.pages import RequestedPresentationRow, RequestPage
from scheduler.requests.terms.school_request import ExpectedCounts, PresentationDraft
from scheduler.web import filters
from scheduler.web.free_dates import DAY_PARTS, LANGUAGES, blackouts_of, wishes_of
from scheduler.web.i18n import _, _l, _n, page_language

LESSONS = {number: _l("lesson %(number)s", number=number) for number in range(1, 10)}


def facts_of(page: RequestPage) -> list[dict[str, Any]]:
    """What was asked for, as rows of terms and answers."""
    return _facts(
        page,
        [
            (_("Programme"), [page.row.programme.name(page_language())]),
            (_("Wished dates"), wishes_of(page.preferred)),
            (_("Days on which the school cannot"), blackouts_of(page.blackouts)),
            (_("Who attends"), [sitting_of(asked) for asked in page.presentations]),
        ],
    )


def shared_facts(page: RequestPage) -> list[dict[str, Any]]:
    """What all requests of a booking have in common: where, in which room, and who asked."""
    return _facts(page, [])


def _facts(page: RequestPage, own: list[tuple[str, list[str]]]) -> list[dict[str, Any]]:
    language, host = page_language(), page.row.host
    facts = [
        (_("Where"), [host.name(language), host.place(language)]),
        *own,
        (_("Room"), [page.venue.text(language), ", ".join(equipment_of(page))]),
        (_("School's child-protection contact"), [page.safeguarding_contact]),
        (_("Contact"), [page.contact_name, *wish_for_call(page)]),
        (_("File number of the school"), [page.file_number]),
        (_("How to find the school"), [page.directions]),
    ]
    ways = {_("Contact"): [way for way in (page.contact_email, page.contact_phone) if way]}
    return [
        {"term": term, "answer": kept, "reached": ways.get(term, [])}
        for term, parts in facts
        if (kept := [part for part in parts if part])
    ]


def sitting_of(asked: Any) -> str:
    """VII-1 and VII-2: 51 pupils, 2 teachers"""
    people = people_of(asked.pupils, asked.parents, asked.teachers)
    who = f"{asked.classes}: {people}" if asked.classes else people
    return ", ".join(filter(None, [who, hour_of(asked)]))


def equipment_of(draft: Any) -> list[str]:
    """What the room has, in words; of a draft or of a request's page."""
    named = (
        (draft.has_projector, _("projector")),
        (draft.has_sound, _("loudspeakers")),
        (draft.has_internet, _("internet")),
        (draft.step_free, _("without steps")),
        (draft.special_needs, _("pupils with special needs")),
    )
    return [word for has, word in named if has]


def wish_for_call(draft: Any) -> list[str]:
    """That the school asks for a call, of a draft or of a request's page; empty where it does not."""
    return [_("Please call: something happened lately")] if draft.recent_incident else []


def people_of(pupils: int, parents: int, teachers: int) -> str:
    """90 pupils, 2 teachers"""
    parts = (
        _n("%(num)s pupil", "%(num)s pupils", pupils) if pupils else "",
        _n("%(num)s parent", "%(num)s parents", parents) if parents else "",
        _n("%(num)s teacher", "%(num)s teachers", teachers) if teachers else "",
    )
    return ", ".join(part for part in parts if part)


def when_and_how(page: RequestPage) -> str:
    """Mornings · in Serbian · 2 presentations, 51 pupils"""
    size = size_of(page.row.presentations, page.row.people)
    how = (DAY_PARTS[page.presentations[0].day_part], LANGUAGES[page.teaching_language], size)
    return " · ".join(str(part) for part in how)


def size_of(presentations: int, expected: ExpectedCounts) -> str:
    """2 presentations · 90 pupils, 2 teachers"""
    people = people_of(expected.pupils, expected.parents, expected.teachers)
    return _n("%(num)s presentation", "%(num)s presentations", presentations) + (f" · {people}" if people else "")


def hour_of(asked: PresentationDraft | RequestedPresentationRow) -> str:
    """The hour that a school wishes for one presentation: a start, a lesson, or nothing."""
    if asked.starts_local:
        return filters.clock(asked.starts_local)
    return str(LESSONS[asked.lesson]) if asked.lesson else ""
