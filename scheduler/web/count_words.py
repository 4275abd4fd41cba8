"""Why numbers, a tally or a sheet are not taken, in words."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.attendance.terms import AttendanceReason
from scheduler.core.errors import Reason
from scheduler.web.i18n import _l

COUNT_WORDS: Mapping[Reason, LazyProxy] = {
    AttendanceReason.ALREADY_COUNTERSIGNED: _l(
        "Ask your coordinator to correct the numbers: the school has answered already."
    ),
    AttendanceReason.CORRECTED_MEANWHILE: _l(
        "Check the numbers: a colleague has corrected them since you opened this page. "
        "What you typed stands here still; save it again if it is right."
    ),
    AttendanceReason.COUNTED_MEANWHILE: _l(
        "Look at the numbers again: they have changed since you opened this page. Nothing is locked yet."
    ),
    AttendanceReason.COUNT_MISSING: _l("Enter every number."),
    AttendanceReason.FAR_FROM_ANNOUNCED: _l(
        "Check the number: it is half of what was announced or less, or double or more. If it is right, say so below."
    ),
    AttendanceReason.HALL_IS_FULL: _l("Ask the presenter to count you: the hall is counted as full."),
    AttendanceReason.MINUTES_OUT_OF_RANGE: _l("Enter the minutes, from 1 to 480."),
    AttendanceReason.MORE_NAMES_THAN_ADULTS: _l("Name fewer people: not so many adults were counted."),
    AttendanceReason.NOBODY_COUNTED: _l("Enter how many were there: at least one person."),
    AttendanceReason.NOT_REMEMBERED_YET: _l("Come back three months after the visit: it is too early to say."),
    AttendanceReason.NOT_BEGUN: _l("Count when it has begun: it is still to come."),
    AttendanceReason.NOT_CONFIRMED: _l(
        "Ask your coordinator: this presentation is not confirmed, so it cannot be counted."
    ),
    AttendanceReason.NOT_SUBMITTED: _l(
        "Wait for the presenter's numbers: there are none to confirm, or you have answered."
    ),
    AttendanceReason.OVER_THE_HALL: _l(
        "Check the number: more people than one presentation of this programme takes. If it is right, say so below."
    ),
    AttendanceReason.SHEETS_OF_CENTRE_FULL: _l(
        "Call the centre: it keeps no more scans of sheets at present. Type the numbers all the same, and keep "
        "the paper."
    ),
    AttendanceReason.SHEETS_OF_TALK_FULL: _l("Remove a scan first: six sheets are kept of this presentation."),
    AttendanceReason.ONE_PRESS: _l("Enter a number from 1 to 10; who comes with more presses once more."),
    AttendanceReason.TALLY_NOT_OPEN: _l(
        "Count yourselves from an hour before the beginning until two hours after the end."
    ),
    AttendanceReason.TOO_MANY_NAMES: _l("Name at most 200 people."),
}
