"""Who reads which kind of mail, which kinds keep the product's text, and how placeholders are called.

A law finds a template that has no reader here.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from scheduler.core.errors import N_
from scheduler.core.language import translator, worded
from scheduler.messages.terms import Channel, FixedText, MailReader, TextKind

READERS: Mapping[MailReader, str] = {
    MailReader.SCHOOL: """
        booking_gone booking_taken certificates_ready checklist_opens countersign crew_settled date_kept date_lapsed
        date_offered date_taken_back follow_up_feedback follow_up_next_year follow_up_survey numbers_decided own_visits
        prove_address request_agreed request_dates_lapsed request_declined request_ended request_merged
        request_proposed request_question request_received request_reminder request_reopened request_waitlisted
        school_closure school_clock_wrong school_joined visit_cancelled visit_confirmed visit_moved visit_replanned
        visit_soon numbers_wait""",
    MailReader.PRESENTER: """
        crew_closure crew_confirmed crew_online crew_visit_cancelled driving_ends follow_up_report_due numbers_changed
        own_consent_ends presentations_joined ride_driven ride_driven_ended seat_released vetting_ends visit_offered
        visit_open visit_released crew_soon offer_ends offer_accepted""",
    MailReader.GUARDIAN: """
        consent_asked consent_ends consent_given consent_on_paper consent_recorded consent_withdrawn guardian_changes
        guardian_stays ride_ended ride_told""",
    MailReader.STAFF: """
        audit_broken audit_head birth_date_corrected booked_now centre_closure concern_reported concern_without_officer
        crew_not_cleared crew_short date_accepted handover_ended handover_given handover_noted keys_reset_on_the_host
        law_broken numbers_to_decide offer_gone presenter_absent request_answered request_counts_changed
        request_date_accepted request_dates_declined request_dates_taken request_forgotten request_withdrawn
        school_asks_date school_cancelled substitute_choice substitute_found test_mail turns_due visit_rechecked""",
    MailReader.ACCOUNT: """
        codes_guessed invitation key_added key_removed keys_reset no_account own_login_linked password_changed
        password_reset recovery_code_used recovery_codes_renewed second_step_link""",
}
READER_OF = {kind: reader for reader, kinds in READERS.items() for kind in kinds.split()}
_KEPT = {
    FixedText.CHILDREN: f"""{READERS[MailReader.GUARDIAN]} own_consent_ends ride_driven ride_driven_ended
        concern_reported concern_without_officer birth_date_corrected crew_not_cleared""",
    FixedText.ACCOUNTS: f"{READERS[MailReader.ACCOUNT]} keys_reset_on_the_host",
    FixedText.STRANGERS: "own_visits prove_address",
    FixedText.INSTALLATION: "audit_broken audit_head law_broken test_mail",
}
KEPT_OF = {kind: why for why, kinds in _KEPT.items() for kind in kinds.split()}
SHORT_KINDS = ("crew_visit_cancelled",)
TEXT_KINDS = (
    *(TextKind(Channel.MAIL, kind) for kind in READER_OF if kind not in KEPT_OF),
    *(TextKind(Channel.SMS, kind) for kind in SHORT_KINDS),
)
WHY_READ = {
    MailReader.SCHOOL: N_("You get this mail because this address was given for a visit to a school."),
    MailReader.PRESENTER: N_("You get this mail because you present for the centre."),
    MailReader.GUARDIAN: N_("You get this mail because you are named as a parent or guardian."),
    MailReader.STAFF: N_("You get this mail because you work at the centre."),
    MailReader.ACCOUNT: N_("You get this mail because this address was entered for an account in Raspored."),
}


def why_read(kind: str, language: str) -> str:
    """Why its reader gets a mail of that kind."""
    return translator(language).gettext(WHY_READ[READER_OF[kind]])


# What a placeholder is called, in Serbian and in English: by the value and the way it is written. A value that is not
# here stands in a block, which the product words.
WORDS: Mapping[str, tuple[str, str]] = {
    "host": ("школа", "school"),
    "place": ("место", "place"),
    "number": ("број", "number"),
    "programme": ("програм", "programme"),
    "state": ("стање", "state"),
    "centre": ("центар", "centre"),
    "day|long_day": ("дан", "day"),
    "day|short_day": ("датум", "date"),
    "times": ("време", "time"),
    "time|clock_time": ("време", "time"),
    "starts|clock_time": ("време", "time"),
    "until|short_day": ("крајњи датум", "last date"),
    "until|long_day": ("последњи дан", "last day"),
    "until|genitive_moment": ("рок", "deadline"),
    "who": ("предавач", "presenter"),
    "who|join": ("предавачи", "presenters"),
    "reason": ("разлог", "reason"),
    "question": ("питање", "question"),
    "answer": ("одговор", "answer"),
    "lost_day|long_day": ("изгубљени дан", "lost day"),
    "lost_day|short_day": ("изгубљени датум", "lost date"),
    "lost_time|clock_time": ("изгубљено време", "lost time"),
    "was_day|long_day": ("ранији дан", "earlier day"),
    "was_times": ("раније време", "earlier time"),
    "from_time": ("раније време", "earlier time"),
    "at_time": ("ново време", "new time"),
    "stays": ("преостало време", "remaining time"),
    "first_day|short_day": ("први датум", "first date"),
    "last_day|short_day": ("последњи датум", "last date"),
    "first_choice|long_day": ("жељени дан", "wished day"),
    "online_link": ("адреса састанка", "meeting address"),
    "visit": ("број посете", "visit number"),
    "kept": ("задржани захтев", "kept request"),
    "count": ("колико посета", "how many visits"),
    "group_size": ("највише ученика", "most pupils"),
    "stand_in": ("замена", "stand-in"),
    "away": ("одсутни", "colleague away"),
    "page": ("страница", "page"),
}
# Of these a text may be silent: the mail's end says them to a school, or its page does. All else the reader needs.
MAY_LACK = frozenset({"number", "programme", "state", "centre", "visit", "count", "group_size"})
SUBJECT_BLOCK, BODY_BLOCK = ("наслов", "subject"), ("детаљи", "details")

_DAY, _OTHER, _MOMENT = dt.date(2026, 12, 8), dt.date(2026, 12, 11), dt.datetime(2026, 12, 6, 8, 55, tzinfo=dt.UTC)
_DATE = {"on_day": _OTHER, "starts_local": dt.time(9, 55)}
_NAMES = {
    "host": ("ОШ „Вук Караџић“", "OŠ „Vuk Karadžić“", "OŠ „Vuk Karadžić“"),
    "place": ("Ниш", "Niš", "Niš"),
    "programme": ("Паметно на мрежи", "Pametno na mreži", "Smart online"),
    "centre": ("Центар за безбедни интернет", "Centar za bezbedni internet", "Safer Internet Centre"),
    "who": ("Мила Илић", "Mila Ilić", "Mila Ilić"),
    "online_link": ("https://meet.example.org/1",) * 3,
    "reason": ("школа је затворена због снега", "škola je zatvorena zbog snega", "the school is closed by snow"),
    "question": ("У којој сали је предавање?", "U kojoj sali je predavanje?", "Which room is it in?"),
    "answer": ("У свечаној сали.", "U svečanoj sali.", "In the assembly hall."),
}
_LONGEST = {  # nobody's: as long as names of schools, programmes and people of two surnames can be
    "host": (
        "Основна и средња школа са домом ученика „Милоје Павловић — Свети Сава и Бранко Радичевић“",
        "Osnovna i srednja škola sa domom učenika „Miloje Pavlović — Sveti Sava i Branko Radičević“",
        "Osnovna i srednja škola sa domom učenika „Miloje Pavlović — Sveti Sava i Branko Radičević“",
    ),
    "place": ("Бачко Добро Поље (Врбас)", "Bačko Dobro Polje (Vrbas)", "Bačko Dobro Polje (Vrbas)"),
    "programme": (
        "Дигитална безбедност, вршњачко насиље на интернету и коме се обратити када нешто пође по злу",
        "Digitalna bezbednost, vršnjačko nasilje na internetu i kome se obratiti kada nešto pođe po zlu",
        "Digital safety, peer violence on the internet and whom to turn to when something goes wrong",
    ),
    "who": (
        "Александра-Магдалена Петронијевић-Константиновић",
        "Aleksandra-Magdalena Petronijević-Konstantinović",
        "Aleksandra-Magdalena Petronijević-Konstantinović",
    ),
}


def sample_values(language: str, *, longest: bool = False) -> Mapping[str, object]:
    """A value for each that a template of a kind in `TEXT_KINDS` names: nobody's. See `kinds.sample_values`."""
    names = {name: worded(language, *said) for name, said in (_NAMES | (_LONGEST if longest else {})).items()}
    visit = {
        **{name: names[name] for name in ("host", "place", "programme")},
        **{"number": "P-2026-0000", "day": _DAY, "times": "09:55, 10:50", "first_day": _DAY, "last_day": _OTHER},
        **{"state": "", "over": False},
    }
    return MappingProxyType(
        names
        | visit
        | {"who": [names["who"], names["who"]] if longest else [names["who"]], "visit": "P-2026-0000", "kept": "R-1"}
        | {"state_next": "", "number": "R-2026-0000", "time": dt.time(9, 55), "starts": dt.time(9, 55)}
        | {"from_time": "09:00", "at_time": "09:55", "stays": "10:50", "lost_day": _DAY, "lost_time": dt.time(9, 55)}
        | {"was_day": _OTHER, "was_times": "10:00", "first_choice": _OTHER, "second_choice": None, "starts_local": None}
        | {"until": _MOMENT, "change_until": _MOMENT, "answer_by": _OTHER, "remind_on": _OTHER, "asks_from": _MOMENT}
        | {"centre_phone": "021 555 000", "classes": "VII-1, VII-2", "note": "", "districts": "", "outcome": "filled"}
        | {"count": 2, "days": 7, "more": 0, "total": 1, "group_size": 60, "changes": [(1, ((50, 0, 2), (60, 0, 2)))]}
        | {"sittings": [("09:55", 60, 0, 2)], "visits": [visit, visit], "dates": [_DATE], "others": [_DATE]}
        | {"lines": [visit | {"why": "away", "who": names["who"]}], "away": names["who"], "stand_in": names["who"]}
        | {"by": "centre", "by_school": False, "accepted": True, "stopped": False, "late": False, "urgent": False}
        | {"choose": False, "told": True, "again": False, "with_pupils": True, "asked": 3, "page": ""}
    )
