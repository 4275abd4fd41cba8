"""Why something was refused, in words: the one table of them, in three scripts.

A sentence says what to do next, or stands beside what it is about. A law (tests/laws) keeps the table whole.
"""

import logging

from babel.support import LazyProxy
from flask import current_app

from scheduler.acts import DefenceReason
from scheduler.board.terms import BoardReason
from scheduler.booking.terms.reasons import BookingReason
from scheduler.closures.terms import ClosingReason
from scheduler.concerns.terms import ConcernReason
from scheduler.core.errors import GroundReason, Reason
from scheduler.core.scans import ScanReason
from scheduler.feeds.terms import FeedReason
from scheduler.people.terms import PersonReason
from scheduler.places.terms.reasons import PlaceReason
from scheduler.posts.terms import PostReason
from scheduler.privacy.terms import PrivacyReason
from scheduler.readiness.terms import ReadinessReason
from scheduler.reports.terms.reasons import ReportReason
from scheduler.requests.terms.reasons import RequestReason
from scheduler.safeguarding.terms import SafeguardingReason
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.turns.terms import StaleReason
from scheduler.visits.terms.reasons import VisitReason, WhyNot
from scheduler.waitlist.terms import WaitlistReason
from scheduler.web.campaign_words import CAMPAIGN_WORDS
from scheduler.web.certificate_words import CERTIFICATE_WORDS
from scheduler.web.cohort_words import COHORT_WORDS
from scheduler.web.count_words import COUNT_WORDS
from scheduler.web.form_words import FORM_WORDS
from scheduler.web.helpline_words import HELPLINE_WORDS
from scheduler.web.i18n import _l
from scheduler.web.plan_words import PLAN_WORDS
from scheduler.web.profile_words import PROFILE_WORDS
from scheduler.web.question_words import QUESTION_WORDS
from scheduler.web.sign_in_words import SIGN_IN_WORDS
from scheduler.work.terms import WorkReason

log = logging.getLogger(__name__)


WORDS: dict[Reason, LazyProxy] = {
    GroundReason.MISSING: _l("Fill in this field."),
    GroundReason.TOO_LONG: _l("Shorten this text."),
    GroundReason.TOO_FEW: _l("Enter a larger number."),
    GroundReason.TOO_MANY: _l("Enter a smaller number."),
    GroundReason.TOO_LATE: _l("Choose an earlier day."),
    GroundReason.EXISTS: _l("Enter another value: this one is already in use."),
    GroundReason.UNKNOWN: _l("Choose from the list."),
    GroundReason.NOT_A_CHOICE: _l("Choose one of the answers."),
    GroundReason.NOT_A_PHONE: _l("Enter a phone number, for example 018 555 123."),
    GroundReason.NOT_AN_EMAIL: _l("Enter the whole address, for example ime@skola.example.org."),
    GroundReason.ADDRESS_MIXES_SCRIPTS: _l("Write the address anew: a part of it mixes Latin and Cyrillic letters."),
    GroundReason.NOT_A_DAY: _l("Enter a day like this: 8.12.2026."),
    GroundReason.IDENTITY_NUMBER: _l("Remove the identity number (JMBG): none is stored here, of nobody."),
    GroundReason.PHONE_IN_TEXT: _l("Remove the telephone number: none may stand in a text about children."),
    GroundReason.NAME_IN_TEXT: _l("Remove the name: no person is named in a text about children, invented or not."),
    GroundReason.BROKEN_LETTERS: _l(
        "Open the original file, save it as “CSV UTF-8” or XLSX, and send that: the letters of this one are broken,"
        " a program has read them in a wrong encoding."
    ),
    GroundReason.NOT_TEXT: _l("Write this text anew: some of its letters arrived broken (they were not UTF-8)."),
    GroundReason.NO_LETTER: _l("Write a name: it needs at least one letter."),
    GroundReason.MIXED_SCRIPTS: _l("Write this name anew: a word of it mixes Latin and Cyrillic letters."),
    GroundReason.SAME_LETTERS: _l("Write this in the other letters: in these your name stands already."),
    GroundReason.UNPRINTABLE: _l("Write this name in Latin or Cyrillic letters: our papers have no others."),
    GroundReason.NOTHING_TICKED: _l("Tick at least one row."),
    GroundReason.IN_THE_PAST: _l("Choose a day that is still to come."),
    GroundReason.IN_THE_FUTURE: _l("Choose a day that is not still to come."),
    GroundReason.DAYS_NOT_IN_ORDER: _l("Choose a last day that is not before the first."),
    GroundReason.PAST_MIDNIGHT: _l("Choose an earlier start: a presentation would begin on the next day."),
    GroundReason.COUNT_OUT_OF_RANGE: _l("Enter a number from 0 to 2,000."),
    GroundReason.WRONG_STATE: _l("Open the page again: something has changed in the meantime."),
    GroundReason.CHANGED_MEANWHILE: _l("Open the page again: something has changed in the meantime."),
    GroundReason.SENT_WITH_OTHER_CONTENT: _l(
        "Open the page again: this form was already sent, with other content, and that is stored. "
        "Look at what stands there, and send what is missing."
    ),
    GroundReason.REASON_MISSING: _l("Write the reason."),
    GroundReason.UNDONE_ALREADY: _l("Open the list again: this import was taken back already."),
    GroundReason.LATER_DATA: _l("Leave this import as it is: later data hang on it."),
    PlaceReason.UNKNOWN_KIND: _l("Choose a kind from the list."),
    PlaceReason.UNKNOWN_ZONE: _l("Write the time zone like this: Europe/Belgrade."),
    PlaceReason.UNKNOWN_MUNICIPALITY: _l("Choose the municipality from the list."),
    PlaceReason.NOT_A_SATURDAY: _l("Choose a Saturday."),
    PlaceReason.ONLY_A_SATURDAY_FOLLOWS: _l("Leave this empty: only a working Saturday follows another day."),
    PlaceReason.OTHER_SCHOOL_YEAR: _l("Choose a last day before 1 September: a new school year begins then."),
    PlaceReason.OUTSIDE_THE_SCHOOL_YEAR: _l("Choose days of that school year: it runs from September to August."),
    PlaceReason.LESSONS_PAST_MIDNIGHT: _l("Choose an earlier start: the lessons would end on the next day."),
    PersonReason.ALREADY_SET_UP: _l("Sign in instead: the centre is set up already."),
    PersonReason.HAS_ACCOUNT: _l("Enter another address: an account already uses this one."),
    PersonReason.OWN_ACCOUNT: _l("Ask a colleague: nobody suspends an own account."),
    PersonReason.HOME_OF_A_MINOR: _l(
        "Ask your coordinator: how far a young presenter travels depends on the home town, so the centre changes it."
    ),
    PersonReason.OWN_DISTRICTS: _l("Ask a colleague: nobody changes her own districts."),
    PersonReason.OWN_ROLE: _l("Ask a colleague: nobody takes the administrator's role from oneself."),
    PersonReason.PHOTO_OF_A_MINOR: _l("Leave it out: of a young person no photograph is kept."),
    PersonReason.PHOTO_NOT_AGREED: _l("Tick that schools may see it, or give no photograph."),
    PersonReason.NOTE_ABOUT_A_MINOR: _l("Call the guardian: about a young person no note is kept."),
    PersonReason.HOURS_IN_ORDER: _l("Write an end that is later than the beginning."),
    PersonReason.HOURS_OVERLAP: _l("Write hours that do not overlap."),
    PersonReason.NOT_A_BIRTH_DATE: _l("Check the birth date."),
    PersonReason.NOT_OF_EDUCATORS: _l("Leave this empty: it is asked only of youth influencers."),
    PersonReason.UNDER_AGE: _l("Check the birth date: presenters are 15 or older."),
    PersonReason.PASSWORD_SHORT: _l("Choose a longer password: 10 characters or more."),
    PersonReason.PASSWORD_LONG: _l("Choose a shorter password: at most 128 characters."),
    PersonReason.PASSWORD_COMMON: _l("Choose another password: this one is guessed first."),
    PersonReason.PASSWORD_OWN: _l("Choose another password: not your name or address."),
    PersonReason.WRONG_OWN_PASSWORD: _l("Enter your password again: this one does not match."),
    PersonReason.WRONG_PASSWORD: _l("Enter the address and the password again: they do not match."),
    PersonReason.TOO_MANY_SIGN_INS: _l("Wait a few minutes, then sign in again: there were too many tries."),
    **SIGN_IN_WORDS,
    **CAMPAIGN_WORDS,
    **COHORT_WORDS,
    **HELPLINE_WORDS,
    **{**CERTIFICATE_WORDS, **PLAN_WORDS, **PROFILE_WORDS, **QUESTION_WORDS},
    SafeguardingReason.ADDRESS_OF_THE_MINOR: _l("Enter the guardian's own address: this one is the young person's."),
    SafeguardingReason.ADDRESS_OF_AN_ACCOUNT: _l(
        "Enter an address without an account here. A guardian who has one consents on paper, which two others see."
    ),
    SafeguardingReason.ADDRESS_OF_A_MINOR: _l("Enter the guardian's own address: this one is a young person's."),
    SafeguardingReason.AGREED_OTHERWISE: _l(
        "Press once more if what is ticked now shall count: a moment ago you agreed to what stands on this page."
    ),
    SafeguardingReason.IS_AN_ADULT: _l("Check the presenter: an adult needs no consent."),
    SafeguardingReason.GUARDIAN_MISSING: _l("Name the guardian first, with an address that we can write to."),
    SafeguardingReason.GUARDIAN_UNCONFIRMED: _l(
        "A second person of the centre confirms the guardian first. Then the link is sent."
    ),
    SafeguardingReason.GUARDIAN_IS_CONFIRMED: _l("No guardian waits for confirmation. Look at the page again."),
    SafeguardingReason.NAMED_BY_YOU: _l("Ask a colleague: you named this guardian, a second person confirms them."),
    SafeguardingReason.CHANGE_WAITS: _l("Another guardian is named already. Call that change off first."),
    SafeguardingReason.PAPER_ONLY: _l(
        "A consent was withdrawn before this guardian was named. A new one is signed on paper, which two of the staff "
        "see."
    ),
    SafeguardingReason.NEW_TEXT: _l("The text has changed. Read it again, then tick what you agree to."),
    SafeguardingReason.BEFORE_THE_WITHDRAWAL: _l(
        "Ask for a new paper: this one was signed before the consent was withdrawn."
    ),
    SafeguardingReason.LINK_ONLY: _l(
        "The consent was withdrawn. Send the guardian the link: only they can give the consent again."
    ),
    SafeguardingReason.NOTICE_MISSING: _l(
        "Tell the guardian about this paper by phone or post and record it here. The paper can be confirmed seven days "
        "later."
    ),
    SafeguardingReason.NOTICE_WAITS: _l("Wait until seven days have passed since the guardian was told."),
    SafeguardingReason.NOTICE_NOTED: _l("It is already recorded how the guardian was told about this paper."),
    SafeguardingReason.NOTICE_BEFORE_THE_PAPER: _l("Enter a later day: the paper was recorded after this one."),
    SafeguardingReason.ONE_ORIGIN: _l(
        "Your account and the first person's were set up by the same person. Ask a colleague whose account was not. If "
        "there is none, the server administrator confirms this on the command line."
    ),
    SafeguardingReason.ACCOUNT_TOO_NEW: _l(
        "Ask another colleague: your account must be at least seven days older than what you confirm."
    ),
    SafeguardingReason.ACCOUNT_CHANGED: _l(
        "Ask another colleague: one of you two invited the other again, restored the other's account, or changed its "
        "roles or second step within the last seven days or since then."
    ),
    SafeguardingReason.SECOND_STEP_MISSING: _l(
        "Set up your second step first, an authenticator app or a passkey, under your account. Then come back."
    ),
    SafeguardingReason.SEEN_BY_YOU: _l("Ask a colleague: you have seen this paper, a second person must see it too."),
    SafeguardingReason.SEEN_BY_THE_GUARDIAN: _l("Ask two colleagues: nobody confirms a paper of their own."),
    SafeguardingReason.PAPER_IS_OVER: _l("This paper no longer waits. Look at the consents again."),
    SafeguardingReason.PAPER_NOT_SEEN: _l("Look at the signed paper first, then tick that you have seen it."),
    SafeguardingReason.SAME_BIRTH_DATE: _l("Enter another date: this is the one that stands."),
    SafeguardingReason.CORRECTION_WAITS: _l("Another correction waits for a second person. Turn it down first."),
    SafeguardingReason.CORRECTION_IS_OVER: _l("This correction no longer waits. Look at the birth date again."),
    SafeguardingReason.CORRECTED_BY_YOU: _l("Ask a colleague: who proposed a birth date does not confirm it."),
    SafeguardingReason.HOST_NOT_NEEDED: _l(
        "Another administrator of the centre can confirm it on the page. The command is for where there is none."
    ),
    SafeguardingReason.DRIVER_IS_AN_ADULT: _l("Check the presenter: only an adult drives young presenters."),
    ScanReason.SCAN_MISSING: _l("Choose the scan or photograph of the signed paper."),
    ScanReason.SCAN_TOO_LARGE: _l("Choose a smaller file: at most 5 MB."),
    ScanReason.SCAN_OF_NO_KIND: _l("Choose a PDF, a JPEG or a PNG: this file is none of them."),
    ScanReason.SCAN_NOT_WHOLE: _l("Choose the file again: it is not whole, or too small to be read."),
    ScanReason.SCAN_TOO_FINE: _l("Scan the paper again at 300 pixels an inch: this picture has too many pixels."),
    ScanReason.SCAN_EMPTY: _l("Choose another picture: nothing is written on this one."),
    ScanReason.SCAN_RUNS: _l("Scan the paper again: this PDF holds more than a picture of it."),
    WorkReason.TOO_MANY_FILES: _l("Wait an hour: you have sent 30 files in the last one."),
    WorkReason.TOO_MANY_LISTS: _l("Wait until one of your three lists is done, then begin the next."),
    WorkReason.COLUMN_TWICE: _l("Choose each field for one column only: one of them is chosen twice."),
    WorkReason.NO_SUCH_FIELD: _l("Choose the fields from the list."),
    RequestReason.TOO_SOON: _l("Choose a later day: we need time to find a crew."),
    RequestReason.PHONE_TO_CALL: _l("Enter a phone number: you asked us to call you."),
    RequestReason.SPAN_TOO_LONG: _l("Choose days that lie within 120 days."),
    RequestReason.NOT_OPEN: _l("Choose another programme: this one is not open now."),
    RequestReason.TOO_MANY_PRESENTATIONS: _l("Ask for at most 8 presentations in one visit."),
    RequestReason.NOT_FOR_THEM: _l("Choose an audience that this programme is for."),
    RequestReason.NOT_AT_THIS_HOST: _l("Choose the level that this school teaches."),
    RequestReason.NOT_IN_THE_DAY: _l("Choose a time between 7:00 and 21:00."),
    RequestReason.OVER_GROUP_SIZE: _l("Enter fewer people, or add a presentation: so many do not fit into one."),
    RequestReason.NOBODY_COMES: _l("Enter how many people come."),
    RequestReason.NEGATIVE: _l("Enter a whole number, for example 25."),
    RequestReason.TEACHER_STAYS: _l("Confirm that a teacher stays in the classroom."),
    RequestReason.CLASS_NOT_THERE: _l(
        "Choose a time at which the class is in the building, or tick that it comes for it."
    ),
    RequestReason.YEAR_ENDED: _l("Choose earlier days: the school year of this grade has ended by then."),
    RequestReason.ADDRESS_PROVEN: _l("This request is confirmed already: the link to its page came by mail."),
    RequestReason.HAS_A_DATE: _l("A visit is planned already: call us, we cancel it together."),
    RequestReason.OUTSIDE_THE_DAYS: _l("Choose a day between the first and the last day that suit you."),
    RequestReason.SCHOOL_CANNOT: _l("Choose another day: the school cannot on this one."),
    RequestReason.TOO_MANY_PREFERRED: _l("Name at most 5 dates."),
    RequestReason.TOO_MANY_BLACKOUTS: _l("Name at most 20 days or spans of days."),
    RequestReason.NO_DAY_LEFT: _l("Leave a day on which you can."),
    RequestReason.THE_SAME_DATE: _l("Choose another day or hour: this one stands above already."),
    RequestReason.AFTER_A_DATE: _l("Choose an earlier day: the school must answer before the first date."),
    RequestReason.DATE_GONE: _l("Call the centre: the time to choose is over."),
    RequestReason.NOT_ONESELF: _l("Choose a colleague: nobody stands in for oneself."),
    RequestReason.STAND_IN_IS_AWAY: _l("Choose somebody else: this colleague has handed over on one of these days."),
    RequestReason.STANDS_IN_THEN: _l("Choose other days: this person stands in for a colleague on one of them."),
    RequestReason.HANDED_OVER_THEN: _l("Choose other days or districts: these are handed over already."),
    RequestReason.TOO_LONG_AWAY: _l("Choose a last day within a year."),
    RequestReason.SAME_REQUEST: _l("Choose another request: none is joined with itself."),
    RequestReason.ANOTHER_HOST: _l("Choose a request of the same school: only those are joined."),
    RequestReason.TOO_MANY_CORRECTIONS: _l(
        "Book again with the right address, or call the centre: this address was corrected twice already."
    ),
    RequestReason.TOO_MANY_BOOKINGS: _l("Try again tomorrow, or call the centre: too many mails were asked for today."),
    RequestReason.SOME_CANNOT: _l(
        "Open the list again: some of these requests have changed, so nothing was done with any."
    ),
    VisitReason.CLOCKS_JUMP: _l("Choose another day or start: the clocks skip that hour on this day."),
    VisitReason.COUNTED_IN_PART: _l(
        "People have been counted at this visit, so it is neither moved nor cancelled. "
        "Count the rest, or note which presentation was not held."
    ),
    VisitReason.HAS_BEGUN: _l("The visit has already begun. Please call the centre."),
    VisitReason.AFTER_THE_VISIT: _l("Choose a moment before the visit begins."),
    VisitReason.LENGTH_OUT_OF_RANGE: _l("Enter the minutes, from 15 to 480."),
    VisitReason.NOT_ONE_AUDIENCE: _l(
        "Only presentations for the same audience are joined: the others are counted apart."
    ),
    VisitReason.OVERLAPS: _l("Choose another start: two presentations would run at the same time."),
    VisitReason.TIMES_CHANGE_PLACES: _l(
        "Two presentations would change places. Move one of them first, then the other."
    ),
    VisitReason.NOT_YET: _l("The visit has not begun yet."),
    VisitReason.OFFER_IS_FOR_PRESENTERS: _l("Choose a presenter: an offer is not for the school."),
    DefenceReason.HAS_A_VISIT: _l("This request has a visit already."),
    PostReason.LONGER_THAN_THE_CHANNEL: _l("Shorten it: in one of the scripts it is longer than the channel takes."),
    PostReason.PICTURE_NOT_AGREED: _l("Tick it, or choose another picture: no child may be recognised."),
    PostReason.LINK_WITHOUT_A_CAMPAIGN: _l("Choose another page: a post of the helpline has no campaign."),
    PostReason.POST_STANDS: _l("Leave it: what was posted or dropped stays, but for an hour."),
    ConcernReason.NOT_ON_ITS_DAY: _l("It is noted on the day of the visit, or within a week after it."),
    ConcernReason.HAND_OFF_STAYS: _l("Leave it: it is taken back within an hour only."),
    ConcernReason.STOP_STANDS: _l("First decide about each of them: new visits again, or suspended."),
    WhyNot.UNVETTED: _l("No valid vetting covers that day."),
    WhyNot.TOO_YOUNG: _l("Too young to present on that day."),
    WhyNot.NO_CONSENT: _l("No consent of a guardian covers that day."),
    WhyNot.NO_TRAVEL: _l("The guardian has not agreed that she travels to other towns."),
    WhyNot.SUSPENDED: _l("Suspended: takes no new visits."),
    WhyNot.TAKES_NOTHING_NEW: _l("Takes no new visit at the moment."),
    WhyNot.GUARDIAN_CHANGES: _l("The guardian is being changed: no new visit until the next one speaks."),
    WhyNot.OLDER_TEXT: _l("The guardian agreed to an older text and is asked anew: no new visit until then."),
    WhyNot.TAKEN: _l("Promised to another visit at that time."),
    WhyNot.CANNOT_ARRIVE: _l("The road from the other visit of that day is too long."),
    WhyNot.TOPIC: _l("Does not speak about this topic."),
    WhyNot.LANGUAGE: _l("Does not teach in this language."),
    WhyNot.NOT_AVAILABLE: _l("Not available at that time."),
    WhyNot.MINOR_WITHOUT_ADULT: _l("A young person would be without an adult."),
    WhyNot.EDUCATORS_MISSING: _l("Not enough educators have accepted yet."),
    WhyNot.INFLUENCERS_MISSING: _l("The young presenter of this programme has not accepted yet."),
    WhyNot.TEACHER_NOT_PROMISED: _l("The school has not promised that a teacher stays in the classroom."),
    WhyNot.NO_SAFEGUARDING_CONTACT: _l("The school has not named its contact for child protection."),
    WhyNot.TOO_FAR: _l("Ask this presenter first: the way to the school is very long."),
    WhyNot.BEYOND_REACH: _l(
        "Tick that you mean it: the school is further than this presenter said to go. Nobody is asked without a word."
    ),
    WhyNot.ENOUGH_OF_DAY: _l("Ask this presenter first: that day holds many presentations already."),
    WhyNot.ENOUGH_OF_WEEK: _l("Ask this presenter first: that week holds many presentations already."),
    WhyNot.YOUNG_WEEK_FULL: _l("Ask somebody else: a young person is not given more in one week."),
    WhyNot.YOUNG_MONTH_FULL: _l("Ask somebody else: a young person is not given more in one month."),
    DefenceReason.PRESENTER_IS_VETTED: _l("No valid vetting covers that day."),
    DefenceReason.PRESENTER_IS_OLD_ENOUGH: _l("Too young to present on that day."),
    DefenceReason.MINOR_HAS_CONSENT: _l("No consent of a guardian covers that day."),
    DefenceReason.MINOR_HAS_AN_ADULT: _l("First put an adult into the crew: a young person never goes alone."),
    DefenceReason.MINOR_KEEPS_AN_ADULT: _l("First find another adult: a young person never stays alone."),
    DefenceReason.NOBODY_IN_TWO_PLACES: _l("Promised to another visit at that time."),
    DefenceReason.PRESENTER_IS_NOT_SUSPENDED: _l("Suspended: takes no new visits."),
    DefenceReason.PRESENTER_IS_NOT_STOPPED: _l("Takes no new visit at the moment."),
    DefenceReason.STOP_STAYS: _l("Lift it with a reason: nothing else ends it."),
    DefenceReason.STOP_IS_LIFTED_BY_ANOTHER: _l("Ask a colleague: nobody lifts her own stop."),
    DefenceReason.ERASED_GOES_NOWHERE: _l("Release this person from the visits to come first."),
    DefenceReason.ORIGIN_STAYS: _l("Enter another address: an account already uses this one."),
    DefenceReason.PRESENCE_STAYS: _l("A young person was there: who was with her stays written."),
    DefenceReason.PRESENCE_COMES_AFTERWARDS: _l("Nobody was there before it began: say it afterwards."),
    DefenceReason.WITHDRAWAL_STAYS: _l("A consent that was withdrawn stays so: the guardian may give a new one."),
    DefenceReason.BIRTH_DATE_STAYS_KNOWN: _l("A birth date is corrected, never taken away: it protects the young."),
    DefenceReason.CONSENT_IS_WRITTEN_ONCE: _l("A consent stays as it was given: withdraw it, or ask for a new one."),
    DefenceReason.RIDE_IS_AGREED_ONCE: _l("A consent to rides stays as it was given: ask for a new one."),
    DefenceReason.GUARDIAN_IS_WRITTEN_ONCE: _l("A guardian stays as she was named: name the next one."),
    DefenceReason.GUARDIAN_IS_THIS_MINORS: _l("Name the guardian of this young person first."),
    DefenceReason.FIRST_GUARDIAN_IS_CONFIRMED: _l(
        "A first consent by link counts once a second person has confirmed the guardian."
    ),
    DefenceReason.GUARDIAN_WAITS: _l("The next guardian can consent a day after she is named at the earliest."),
    DefenceReason.ACCOUNT_CONSENTS_ON_PAPER: _l(
        "Enter an address without an account here. A guardian who has one consents on paper, which two others see."
    ),
    DefenceReason.PAPER_IS_WRITTEN_ONCE: _l(
        "A signed paper stays as it was recorded. Turn it down and record another."
    ),
    DefenceReason.PAPER_IS_SEEN_BY_TWO: _l("A consent on paper counts when two people have seen that paper."),
    DefenceReason.PAPER_IS_FOR_A_FIRST_CONSENT: _l(
        "After a withdrawal only the guardian can give the consent again, or a paper counts a week after the guardian "
        "was told about it."
    ),
    DefenceReason.SECOND_LOOK_IS_ANOTHER_PERSONS: _l(
        "Ask another colleague: this account does not count as a second person here."
    ),
    DefenceReason.GUARDIAN_IS_NO_MINOR: _l("This is the address of a young presenter: enter the guardian's own."),
    DefenceReason.BIRTH_DATE_IS_CORRECTED_BY_TWO: _l("A birth date is corrected by two people: propose it first."),
    DefenceReason.CORRECTION_IS_WRITTEN_ONCE: _l("A correction that was proposed stays as it is: propose another one."),
    DefenceReason.PROTECTION_FOLLOWS_THE_BIRTH_DATE: _l(
        "From which day somebody may present, and is an adult, follows the birth date: correct that one."
    ),
    DefenceReason.LOCKED_COUNTS_STAY: _l("These numbers are locked: correct them, with a reason."),
    DefenceReason.LOCKED_VISIT_STAYS: _l("The numbers of this visit are locked: when and how it was held stays."),
    DefenceReason.VISIT_KEEPS_ITS_HOST: _l("A visit stays with its school and its centre: plan another one."),
    DefenceReason.STATE_FOLLOWS: _l("This step does not follow from where it stands: look at it again."),
    DefenceReason.WAY_STAYS: _l("A way past the rules of the database is not turned into another one."),
    DefenceReason.CERTIFICATE_IS_EARNED: _l("First lock the numbers of every presentation of this visit."),
    DefenceReason.CERTIFICATE_STAYS: _l("A certificate stays as it was printed: issue it again, or revoke it."),
    DefenceReason.AUDIT_ENTRY_KEEPS: _l("What was written down about an act is never deleted."),
    DefenceReason.AUDIT_ENTRY_STAYS: _l("What was written down about an act is never changed."),
    DefenceReason.ROWS_ARE_NOT_SWEPT_AWAY: _l("Nobody empties this table as a whole."),
    DefenceReason.NOBODY_HELD_TWICE: _l("Choose another date: this one has just been taken."),
    DefenceReason.NOBODY_HELD_AND_PROMISED: _l("Choose another date: this one has just been taken."),
    StaffingReason.CANNOT_STAND_IN: _l(
        "This presenter cannot stand in: look at the list of who could go, and why not."
    ),
    StaffingReason.EDUCATOR_MUST_STAY: _l(
        "Not without an adult educator in every presentation: choose something else."
    ),
    StaffingReason.NOBODY_SUGGESTED: _l("First suggest somebody: there is nobody to offer the visit to."),
    StaffingReason.OFFER_GONE: _l("This offer has ended or was taken back."),
    StaffingReason.OTHER_VISITS: _l(
        "Nothing was done yet: other visits are on these days. Look at them, then press again."
    ),
    StaffingReason.TOO_LATE_FOR_WAVES: _l("Nobody is asked by itself in the last three hours: choose yourself."),
    StaffingReason.NOT_A_LINK: _l("Enter the whole address, with https:// at its beginning."),
    BookingReason.THREE_AT_MOST: _l("Choose three dates at most."),
    BookingReason.NOT_OFFERED: _l("Tick that you mean it, or press a date that is free."),
    BookingReason.DATE_TAKEN: _l("Choose another date: this one has just been taken."),
    BookingReason.NOT_BOOK_NOW: _l("Name days that suit you instead: this programme has no dates to be taken at once."),
    BookingReason.NOT_A_SCHOOL_DAY: _l("Choose a school day."),
    BookingReason.TOO_MANY_COPIES: _l("Plan at most 20 visits at once."),
    BookingReason.COPIES_AWAY: _l("Choose other days, or tick that the classes come for it."),
    BookingReason.ALL_PROMISED: _l("Choose another day or hour: everybody who could come is promised elsewhere then."),
    BookingReason.TOO_MANY_HOLDS: _l(
        "Choose fewer dates at once, or wait: a date that is not booked is free again after a while."
    ),
    StaleReason.WRITTEN_ANEW: _l("Look at the newer message: the same was written to this reader once more."),
    StaleReason.VISIT_MOVED: _l("Tell the new day and hour: the visit was moved after this was written."),
    StaleReason.VISIT_OFF: _l("Tell that nobody comes: the visit was called off or stopped after this was written."),
    StaleReason.VISIT_OVER: _l("Let it be: the day of the visit is over."),
    StaleReason.CREW_CHANGED: _l("Tell who comes now: somebody left the crew after this was written."),
    StaleReason.NOT_ASKED_ANY_MORE: _l("Let it be: this offer was answered, taken back or has ended."),
    StaleReason.REQUEST_WENT_ON: _l("Tell how the request stands: it went on after this was written."),
    WaitlistReason.NOBODY_WAITS: _l("Choose another date: nobody on the waiting list can use this one."),
    WaitlistReason.NOBODY_CAN_GO: _l("Choose another date: no crew can be at the schools that wait then."),
    ClosingReason.BEFORE_IT_FELL_OUT: _l("Choose a day that is not before the one that fell out."),
    ClosingReason.OUTSIDE_THE_CLOSURE: _l("Choose one of the closed days."),
    ClosingReason.DAY_WAS_NAMED: _l("Answer the school: it proposes another day by now."),
    ReadinessReason.CHECKLIST_LATER: _l("Come back in the week before the visit: the checklist opens then."),
    ReadinessReason.NUMBERS_WAIT: _l("Decide about the numbers: more come than one presentation takes."),
    ReadinessReason.THE_AGREED_DAY: _l("Choose another day: this one is agreed."),
    ReadinessReason.THE_SAME_DAY: _l("Choose two different days, or leave the second one empty."),
    ReadinessReason.VISIT_HAS_BEGUN: _l("Tell the presenter: the visit has begun, and heads are counted in the room."),
    ReadinessReason.TOO_LATE_TO_TAKE_BACK: _l("Plan it anew: a mail has left, or somebody changed the visit since."),
    ReadinessReason.TOO_LATE_TO_MOVE: _l("Call the centre: it is less than 48 hours until the visit."),
    BoardReason.NOTHING_CHANGES: _l("Choose another day, start or presenter: nothing has changed yet."),
    BoardReason.ALREADY_IN_THE_CREW: _l("Already in the crew of this visit."),
    BoardReason.CLOSED: _l("No lessons on that day by the school calendar."),
    BoardReason.SHUT: _l("The school is closed on that day: snow, a strike, an exam or the like."),
    BoardReason.NO_SUCH_TIME: _l(
        "The clocks have no such time on that day, or a presentation would end after midnight."
    ),
    FeedReason.TOO_MANY_FEEDS: _l("End one of the five addresses first."),
    **COUNT_WORDS,
    ReportReason.CARRIED_ALREADY: _l("Take back the later period first: it carries a difference of this one."),
    ReportReason.PERIOD_NOT_OVER: _l("Sign these days off when they are over: choose a last day before today."),
    ReportReason.SIGNED_ALREADY: _l("Choose other days: some of these are signed off already."),
    ReportReason.TAKEN_BACK_ALREADY: _l("Open the list again: this sign-off was taken back meanwhile."),
    PrivacyReason.TOO_MANY_EXPORTS: _l("Wait an hour: six exports have left in the last one."),
    PrivacyReason.NOBODY_KNOWN: _l("Look at the address: your centre knows nobody by it."),
    PrivacyReason.VISITS_TO_COME: _l("Take her off the crews of these visits first: she is expected there."),
    PrivacyReason.REQUESTS_OPEN: _l("Finish or cancel these requests first, or write another contact into them."),
    PrivacyReason.SPEAKS_FOR_A_MINOR: _l(
        "Withdraw the consent or name another guardian first: it lets a young presenter go."
    ),
    PrivacyReason.LAST_ADMINISTRATOR: _l("Name another administrator first: this is the centre's last one."),
    PrivacyReason.ERASES_HERSELF: _l("Ask another administrator: nobody erases her own account."),
    **FORM_WORDS,
}
GENERAL = _l("Open the page again and try once more. If you read this again, tell the centre.")


def worded(reason: Reason) -> str:
    """The sentence for a reason. One without words is a bug: a test stops, a visitor reads a general sentence."""
    if reason not in WORDS:
        if current_app.testing:
            raise LookupError(f"no words for {reason!r} in scheduler/web/reasons.py")
        log.error("reason without words", extra={"reason": str(reason)})
        return str(GENERAL)
    return str(WORDS[reason])
