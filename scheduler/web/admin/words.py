"""How the administrator's pages say what rooms and the worker hand over as codes."""

from collections.abc import Collection, Iterable, Mapping

from babel.support import LazyProxy

from scheduler.core.errors import GroundReason
from scheduler.imports.personal import NAMES_OF_PUPILS, PERSONAL_NUMBERS
from scheduler.people.terms import AnswersTo
from scheduler.places.terms.hosts import HostKind, SchoolCalendar
from scheduler.programmes.terms import Booking, ProgrammeKind, SchoolLevel
from scheduler.web.certificate_words import CERTIFICATE_PHASES, CERTIFICATE_WORK
from scheduler.web.filters import Face
from scheduler.web.helpline_words import HELPLINE_LINES
from scheduler.web.i18n import _l
from scheduler.web.labels import TYPED_KINDS
from scheduler.web.post_words import POST_FILE_HINT, POST_LINES
from scheduler.web.reasons import sentence_of
from scheduler.work.terms import STORES, Phase, WorkKind, WorkRow, WorkState

CALENDARS: Mapping[str, LazyProxy] = {
    SchoolCalendar.REPUBLIC: _l("Republic of Serbia without Vojvodina"),
    SchoolCalendar.VOJVODINA: _l("Vojvodina"),
}
ANSWERS_TO: Mapping[str, LazyProxy] = {
    AnswersTo.CENTRE: _l("The centre"),
    AnswersTo.OWNER: _l("The owner of the request"),
}
SPANS: Mapping[str, LazyProxy] = {
    "term1": _l("First term"),
    "term2": _l("Second term"),
    "break-autumn": _l("Autumn break"),
    "break-winter": _l("Winter break"),
    "break-sretenje": _l("Break at Statehood Day"),
    "break-spring": _l("Spring break"),
    "break-other": _l("Other break"),
    "exam-day": _l("Exam day"),
    "working-saturday": _l("Working Saturday"),
}
APPLIES: Mapping[str, LazyProxy] = {
    "all": _l("all schools"),
    "primary": _l("primary schools"),
    "primary-1-7": _l("primary schools, 1st to 7th grade"),
    "primary-8": _l("primary schools, 8th grade"),
    "secondary": _l("secondary schools"),
    "secondary-non-final": _l("secondary schools, all but the last year"),
    "gymnasium-final": _l("grammar schools, last year"),
    "vocational-final": _l("vocational schools, last year"),
}
PROGRAMME_KINDS: Mapping[str, LazyProxy] = {
    ProgrammeKind.TALK: _l("Talk"),
    ProgrammeKind.PARENTS_EVENING: _l("Parents' evening"),
    ProgrammeKind.TEACHERS_GATHERING: _l("Teachers' gathering"),
    ProgrammeKind.COHORT_TRAINING: _l("Training of a cohort"),
}
PROGRAMME_LEVELS: Mapping[str, LazyProxy] = {
    SchoolLevel.NONE: _l("Primary and secondary schools"),
    SchoolLevel.PRIMARY: _l("Primary schools only"),
    SchoolLevel.SECONDARY: _l("Secondary schools only"),
}
BOOKINGS: Mapping[str, LazyProxy] = {
    Booking.ASK: _l("Ask first: schools say what suits them, you answer"),
    Booking.NOW: _l("Book now: schools take a free date themselves"),
}
KINDS: Mapping[WorkKind, LazyProxy] = CERTIFICATE_WORK | {
    WorkKind.CHECK_HOSTS: _l("Check of a register"),
    WorkKind.IMPORT_HOSTS: _l("Import of a register"),
    WorkKind.CHECK_PEOPLE: _l("Check of a list of people"),
    WorkKind.IMPORT_PEOPLE: _l("Import of a list of people"),
    WorkKind.CHECK_BELLS: _l("Check of shifts and bells"),
    WorkKind.IMPORT_BELLS: _l("Import of shifts and bells"),
    WorkKind.CHECK_VISITS: _l("Check of past visits"),
    WorkKind.IMPORT_VISITS: _l("Import of past visits"),
    WorkKind.CHECK_HELPLINE: _l("Check of helpline figures"),
    WorkKind.IMPORT_HELPLINE: _l("Import of helpline figures"),
    WorkKind.CHECK_POSTS: _l("Check of the reach of posts"),
    WorkKind.IMPORT_POSTS: _l("Import of the reach of posts"),
    WorkKind.PROPOSE_PLAN: _l("Plan proposal"),
    WorkKind.PLAN_TOUR: _l("Campaign tour"),
}
FILE_KINDS: Mapping[WorkKind, LazyProxy] = {
    WorkKind.CHECK_HOSTS: _l("Register of schools"),
    WorkKind.CHECK_PEOPLE: _l("People"),
    WorkKind.CHECK_BELLS: _l("Shifts and bells"),
    WorkKind.CHECK_VISITS: _l("Past visits"),
    WorkKind.CHECK_HELPLINE: _l("Helpline figures"),
    WorkKind.CHECK_POSTS: _l("Reach of posts"),
}
FILE_HINTS: Mapping[WorkKind, LazyProxy] = {
    WorkKind.CHECK_HOSTS: _l(
        "CSV or XLSX with headings in Serbian or English, at most 5 MB. Hosts are known by the number of the"
        " register: new ones are added, known ones changed, none is removed."
    ),
    WorkKind.CHECK_PEOPLE: _l(
        "CSV or XLSX with a name, an e-mail address and a role in each line; for presenters also town and topics, for"
        " youth influencers the date of birth. Nobody is written to: invite them when you are ready."
    ),
    WorkKind.CHECK_BELLS: _l(
        "CSV or XLSX with one school in each line: when the first lesson of each shift begins, how long lessons and"
        " breaks last, when shifts change. What a school has told itself stays."
    ),
    WorkKind.CHECK_VISITS: _l(
        "CSV or XLSX with one presentation in each line: day, school, how many pupils, parents and teachers came, who"
        " presented. They count in reports; no mail and no certificate follows."
    ),
    WorkKind.CHECK_HELPLINE: _l(
        "CSV or XLSX with one number in each line: the days of one month, what is counted, its code, how many. A total"
        " that no line says is the sum of its parts; what is stored already is corrected on its page."
    ),
    WorkKind.CHECK_POSTS: POST_FILE_HINT,
}
STATES: Mapping[WorkState, Face] = {
    WorkState.WAITING: Face("wait", "clock", _l("Waits for the worker")),
    WorkState.RUNNING: Face("move", "sync", _l("Is being done")),
    WorkState.DONE: Face("good", "check", _l("Finished")),
    WorkState.FAILED: Face("stop", "alert", _l("Ended with an error")),
}
WITH_PROBLEMS = Face("stop", "alert", _l("Has problems"))
IN_ORDER = Face("move", "search", _l("In order, not stored"))
STORED_FACE = Face("good", "check", _l("Stored"))
TAKEN_BACK = Face("wait", "undo", _l("Taken back"))
PHASES: Mapping[Phase, LazyProxy] = {
    Phase.READING: _l("Reading the file"),
    Phase.COMPARING: _l("Comparing with what is stored"),
    Phase.STORING: _l("Storing"),
    **CERTIFICATE_PHASES,
    Phase.SEARCHING: _l("Searches for a better plan"),
}
FAILURES: Mapping[str, LazyProxy] = {
    "interrupted": _l(
        "The worker was stopped three times while it did this. Look at the page of health, then start again."
    ),
    "suspended": _l("The account that began this is suspended."),
    "refused": _l("The account that began this may not do it any more."),
    "changed_meanwhile": _l(
        "Others changed the same things while the file was being stored. Nothing of it is stored: try again in a while."
    ),
    GroundReason.IMPORT_RUNS: sentence_of(GroundReason.IMPORT_RUNS),
    "undone_already": _l("It was taken back while it was being stored. Nothing of it is stored."),
    GroundReason.STORED_IN_PART: sentence_of(GroundReason.STORED_IN_PART),
    "broken": _l("Something broke that we did not foresee; it is in the log. Nothing was half stored."),
}
LINE_PROBLEMS: Mapping[str, LazyProxy] = {
    "missing": _l("Nothing is written here."),
    "too_long": _l("The text is too long."),
    GroundReason.IDENTITY_NUMBER: sentence_of(GroundReason.IDENTITY_NUMBER),
    GroundReason.NOT_TEXT: _l("Some letters are broken: save the file as UTF-8."),
    GroundReason.BROKEN_LETTERS: sentence_of(GroundReason.BROKEN_LETTERS),
    PERSONAL_NUMBERS: _l(
        "This column holds personal numbers (JMBG), which are never stored here: delete it from your file and send it"
        " again. What you sent is deleted already."
    ),
    NAMES_OF_PUPILS: _l(
        "This column holds names of pupils, which are never stored here: delete it from your file and send it again."
        " What you sent is deleted already."
    ),
    "formula_failed": _l("The formula in this cell has failed: mend it, or write the value itself."),
    "formula_without_result": _l(
        "The formula in this cell has no result yet: open the file in your spreadsheet and save it, or write the value."
    ),
    "several_codes": _l("This number fits two stored schools: write it with its zeros, as the register does."),
    GroundReason.NO_LETTER: sentence_of(GroundReason.NO_LETTER),
    GroundReason.MIXED_SCRIPTS: sentence_of(GroundReason.MIXED_SCRIPTS),
    GroundReason.UNPRINTABLE: sentence_of(GroundReason.UNPRINTABLE),
    "unknown_kind": _l("This kind of school is not known: say on this page which one it is."),
    "twice_in_the_file": _l("This number of the register stands in the file twice."),
    "no_such_column": _l("The file has no such column."),
    "no_such_field": _l("There is no such field."),
    "column_twice": _l("Two columns have this heading."),
    "too_many_columns": _l("The line has more cells than the heading."),
    "too_many_rows": _l("The file has too many lines."),
    "not_yes_or_no": _l("Neither yes nor no: write da or ne."),
    "not_a_web_address": _l("This is no web address."),
    "not_an_email": _l("This is no e-mail address."),
    "not_a_number_of_classes": _l("This is no number of classes: write 24."),
    "not_a_phone": _l("This is no phone number."),
    "not_degrees": _l("These are no degrees."),
    "not_on_the_map": _l("This point does not exist."),
    "unknown_municipality": _l("This municipality is not known. Write it as the list of municipalities does."),
    "not_in_this_district": _l("This municipality does not lie in that district: mend one of the two."),
    "several_municipalities": _l(
        "Several municipalities have this name, or it is a city of several: write both (Niš - Palilula), or add the"
        " postcode or the district."
    ),
    "file_too_large": _l("The file is too large."),
    "a_spreadsheet_not_csv": _l("This is a spreadsheet of another kind: save it as XLSX or CSV first."),
    "not_a_text_file": _l("This is no text file."),
    "empty_file": _l("The file is empty."),
    "no_lines": _l("The file holds no line below its headings."),
    "broken_quotes": _l("A quotation mark is not closed."),
    "not_a_workbook": _l("This spreadsheet cannot be read: save it again as XLSX or CSV, without a password."),
    "not_a_day": _l("Not a day: write 12.5.2024."),
    "not_a_time": _l("Not a time: write 8:00."),
    "not_a_past_day": _l("This day is not in the past."),
    "not_a_number_of_people": _l("This is no number of people: write 28, or leave the cell empty."),
    "nobody_counted": _l("Nobody was counted in this line."),
    "not_minutes": _l("These are no minutes of one presentation: write 45."),
    "not_kilometres": _l("This is no number of kilometres: write 14."),
    "line_twice": _l("The same line stands in the file twice."),
    "unknown_host": _l("This school is not known: write it as the register does, or its number."),
    "several_hosts": _l("Several schools have this name: add the municipality."),
    "programme_missing": _l("Add a column that says which programme it was."),
    "unknown_programme": _l("This programme is not known."),
    "unknown_presenter": _l("No presenter has this name: write it as on the page of people, or leave it out."),
    "several_presenters": _l("Several presenters have this name: write given name and family name, or the address."),
    "presenter_in_two_places": _l("This presenter was elsewhere at that hour: correct the time or the name."),
    "too_young_then": _l("This person was too young to present on that day: leave the name out."),
    "no_check_then": _l("This young presenter has no check on record that covers that day."),
    "no_consent_then": _l(
        "No guardian's consent covers that day: record it with the person first, or leave the name out."
    ),
    "minor_without_adult": _l("A minor never presents alone: add the adult who was there."),
    "no_such_time": _l("The clocks skipped this hour on that day: correct the day or the hour."),
    "hour_twice": _l(
        "The clocks showed this hour twice on that day: write 2:30A for the first one, 2:30B for the second."
    ),
    "not_days": _l("These are no days: write 19.12.2026., 26.12.2026."),
    "not_letters": _l("These are no letters of classes: write a, c or 1, 3."),
    "grades_or_letters": _l("Write either grades or letters of the first group, not both."),
    "not_a_working_day": _l("Not a working day: write Monday or ponedeljak."),
    "unknown_campaign": _l("This campaign is not known."),
    "visit_stored_otherwise": _l("This visit is stored already, with other numbers."),
    **HELPLINE_LINES,
    **POST_LINES,
    "unknown_role": _l("This role is not known: write educator, influencer or coordinator."),
    "administrator_by_hand": _l("Administrators are invited one by one, never from a file."),
    "unknown_topic": _l("This topic is not known: write it as on the page of a presenter."),
    "unknown_language": _l(
        "This language is not known: write srpski, mađarski, slovački or another language of teaching."
    ),
    "address_twice": _l("This address stands in the file twice."),
    "name_of_two_parts": _l("Write given name and family name."),
    "has_account": _l("This address belongs to another account already."),
    "not_of_educators": _l("The date of birth of an educator is not asked: empty this cell."),
    "under_age": _l("Too young to present."),
    "not_a_birth_date": _l("This is no date of birth."),
    "not_grades": _l("These are no grades: write 1, 3, 5, 7."),
    "unknown_rotation": _l("Not known when shifts change: write weekly, monthly or no."),
    "not_in_limits": _l(
        "No school has such a number here: lessons last 15 to 60 minutes, breaks less, and 9 lessons are the most."
    ),
    "lessons_past_midnight": _l("These lessons would end after midnight."),
    "told_otherwise": _l("This school has told other times: change them on its page."),
    "host_twice": _l("This school stands in the file twice."),
}
FIELDS: Mapping[str, LazyProxy] = {
    "kind": _l("Kind of host"),
    "name_sr_cyrl": _l("Name in Cyrillic letters"),
    "name_sr_latn": _l("Name in Latin letters"),
    "municipality": _l("Municipality"),
    "place_sr_cyrl": _l("Town in Cyrillic letters"),
    "place_sr_latn": _l("Town in Latin letters"),
    "address_sr_cyrl": _l("Address in Cyrillic letters"),
    "address_sr_latn": _l("Address in Latin letters"),
    "postcode": _l("Postcode"),
    "phone": _l("Phone number"),
    "website": _l("Web site"),
    "email": _l("E-mail address"),
    "classes": _l("Number of classes"),
    "teaches_primary": _l("Teaches primary pupils"),
    "teaches_secondary": _l("Teaches secondary pupils"),
    "lat": _l("Latitude"),
    "lon": _l("Longitude"),
    "example": _l("Invented example"),
    "closed_on": _l("Closed since"),
    "register_id": _l("Number in the register"),
    "name": _l("Name"),
    "address": _l("Address"),
    "place": _l("Town"),
    "district_iso": _l("District"),
    "municipality_sr_cyrl": _l("Municipality in Cyrillic letters"),
    "municipality_sr_latn": _l("Municipality in Latin letters"),
    "host": _l("School"),
    "on_day": _l("Day"),
    "programme": _l("Programme"),
    "campaign": _l("Campaign"),
    "starts": _l("Begins at"),
    "minutes": _l("Minutes"),
    "pupils": _l("Pupils"),
    "parents": _l("Parents"),
    "teachers": _l("Teachers"),
    "others": _l("Others"),
    "kilometres": _l("Kilometres"),
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "full_name": _l("Given and family name"),
    "role": _l("Role"),
    "home": _l("Town"),
    "birth_date": _l("Date of birth"),
    "topics": _l("Topics"),
    "languages": _l("Languages"),
    "presenters": _l("Presenters"),
    "first_sections": _l("Letters of the first group"),
    "middle_starts": _l("Middle shift begins"),
    "middle_grades": _l("Grades of the middle shift"),
    "turns": _l("Days on which groups change places"),
    "short_days": _l("Days with shortened lessons"),
    "short_minutes": _l("Minutes of a shortened lesson"),
    "short_morning_starts": _l("On shortened days the morning begins"),
    "short_middle_starts": _l("On shortened days the middle shift begins"),
    "short_afternoon_starts": _l("On shortened days the afternoon begins"),
    "other_weekday": _l("Weekday on which the afternoon begins at another time"),
    "other_starts": _l("On that weekday the afternoon begins"),
    "morning_starts": _l("Morning shift begins"),
    "afternoon_starts": _l("Afternoon shift begins"),
    "lesson_minutes": _l("Minutes of a lesson"),
    "break_minutes": _l("Minutes of a break"),
    "long_break_minutes": _l("Minutes of the long break"),
    "long_break_after": _l("Long break after lesson"),
    "lessons": _l("Number of lessons"),
    "rotation": _l("Shifts change"),
    "first_grades": _l("Grades of the first group"),
    "anchor_day": _l("First group in the morning from"),
}


def import_faces(rows: Iterable[WorkRow], taken_back: Collection[int]) -> dict[int, Face]:
    """What became of each file, in a word."""
    return {row.id: _face(row, taken_back) for row in rows}


def _face(row: WorkRow, taken_back: Collection[int]) -> Face:
    if row.phase is Phase.STORING and row.state is WorkState.RUNNING:
        return Face("move", "sync", _l("Being stored: %(share)s %%", share=100 * row.done // max(row.total, 1)))
    if row.state is not WorkState.DONE:
        return STATES[row.state]
    if row.id in taken_back:
        return TAKEN_BACK
    if row.result.get("problems"):
        return WITH_PROBLEMS
    return IN_ORDER if row.kind in STORES else STORED_FACE


def column_words(column: str) -> str:
    """The column of a problem: as the file calls it, or our field in words, with its place in a list ("… (2)")."""
    name, bracket, place = column.partition(" (")
    return f"{FIELDS.get(name, name)}{bracket}{place}"


KINDS_OF_HOSTS: Mapping[HostKind, LazyProxy] = {
    **TYPED_KINDS,
    HostKind.PRIMARY_SECONDARY: _l("Primary and secondary school"),
    HostKind.SPECIAL_PRIMARY_SECONDARY: _l("School for pupils with disabilities"),
    HostKind.PRIMARY_MUSIC: _l("Primary music school"),
    HostKind.MUSIC: _l("Music school"),
    HostKind.BALLET: _l("Ballet school"),
}
JOBS: Mapping[str, LazyProxy] = {
    "attendance.assume_silent": _l("Takes a school's silence for a yes"),
    "attendance.add_up_figures": _l("Adds up figures of reports and public pages anew"),
    "attendance.send_follow_ups": _l("Writes the letters that follow a visit"),
    "certificates.issue_for_locked_attendance": _l("Issues certificates for locked attendance"),
    "cohorts.raise_levels": _l("Notes each night which level groups of Web Detectives have reached"),
    "jobs.tell_what_is_broken": _l("Looks each night whether what must always hold still does"),
    "jobs.do_long_work": _l("Does imports and issues in bulk"),
    "jobs.forget_uploads": _l("Forgets uploaded files"),
    "messages.send_waiting": _l("Sends mail"),
    "planning.lapse_holds": _l("Frees held dates whose time is over"),
    "planning.lapse_offers": _l("Ends offers that nobody answered"),
    "planning.pass_dates_on": _l("Offers free dates to the next on the waiting list"),
    "planning.recheck_visits": _l("Looks again whether agreed visits still hold"),
    "planning.release_not_cleared": _l("Releases presenters whose proof has ended"),
    "planning.send_waves": _l("Asks the next who could stand in"),
    "planning.tell_of_rides": _l("Tells guardians and drivers who rides with whom"),
    "planning.send_reminders": _l("Reminds schools and presenters of visits to come and of offers that end"),
    "planning.tell_checklists": _l("Reminds schools whose visit is near"),
    "planning.write_texts_anew": _l("Writes calendar entries anew in which a name or an address is another one"),
    "places.keep_days_current": _l("Adds the holidays of a year that has come near"),
    "core.count_rows": _l("Lets the database count what has grown, so that it searches where least is"),
    "core.make_backup": _l("Makes the backup"),
    "proposals.forget_old": _l("Forgets plans and tours that were drawn two months ago"),
    "privacy.forget_traces": _l("Forgets networks of visitors and tries to sign in, after a day"),
    "privacy.keep_ledger": _l("Keeps what was revoked outside of the database"),
    "privacy.forget_what_lasted": _l("Forgets what has lasted its time"),
    "reports.make_public_figures": _l("Makes the public figures of ended years, and follows corrections"),
    "requests.forget_unfinished": _l("Forgets bookings that nobody finished"),
    "requests.write_search_keys": _l("Writes names so that a search finds them in both scripts"),
    "feeds.tidy_up": _l("Takes out what is kept for calendars and is over"),
    "requests.lapse_dates": _l("Ends proposals that no school answered"),
    "requests.remind": _l("Reminds of requests that stand still, and closes what is finished"),
    "core.seal_audit": _l("Seals the record of who did what"),
    "core.verify_audit": _l("Checks the seals of that record"),
    "safeguarding.ask_anew": _l("Asks guardians for a consent to a new text"),
    "safeguarding.warn_of_endings": _l("Warns of proofs that end soon"),
    "turns.tell_what_is_due": _l("Tells coordinators in the morning what is due"),
}

WRONG = {
    "missing": _l("Nothing stands there."),
    "not_a_day": _l("Not a day: write 2026-09-01 or 1.9.2026."),
    "unknown_calendar": _l("Not a calendar: write republic or vojvodina."),
    "unknown_kind": _l("Not a kind: write term1, term2, break-winter, exam-day or working-saturday."),
    "unknown": _l("Not known for whom: write all, primary-8, gymnasium-final or the like."),
    "days_not_in_order": _l("The last day is before the first."),
    "outside_the_school_year": _l("The days do not lie in that school year."),
    "not_a_saturday": _l("Not a Saturday."),
    "not_a_working_day": _l("Not a working day: write Monday or ponedeljak."),
    "only_a_saturday_follows": _l("Only a working Saturday follows another day."),
    "twice_in_the_file": _l("The same line stands in the file twice."),
    "no_such_column": _l("The file has no such column."),
    "empty_file": _l("The file holds no line of a school calendar."),
    "too_long": _l("The text is too long."),
}
UNREADABLE = _l("This cannot be read as a table.")
