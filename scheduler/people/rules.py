"""Pure rules about people: birthdays that change what is allowed."""

import datetime as dt

ADULT_AT = 18
YOUNGEST_PRESENTER = 15  # years; the volunteering law's minimum, a setting of the centre later


def birthday(birth_date: dt.date, years: int) -> dt.date:
    """The local day on which somebody turns `years`.

    Who is born on 29 February turns on 1 March in a year without that day: the later day is the one that protects.
    """
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return dt.date(birth_date.year + years, 3, 1)


def adult_on(birth_date: dt.date) -> dt.date:
    """The first day on which a person is an adult."""
    return birthday(birth_date, ADULT_AT)


def may_present_from(birth_date: dt.date) -> dt.date:
    """The first day on which a young person may be assigned at all."""
    return birthday(birth_date, YOUNGEST_PRESENTER)


def is_minor(adult_on: dt.date | None, day: dt.date) -> bool:
    """Whether a presenter is a minor on a local day; None means known to be adult."""
    return adult_on is not None and day < adult_on
