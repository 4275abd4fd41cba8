"""Where a person goes after signing in: to the page she asked for, if it lies in this house."""

from scheduler.web.filters import url_if
from scheduler.web.ways_back import is_safe

FIRST_PAGES = ("desk.today", "people.my_account")


def next_page(asked: str | None) -> str:
    """The page asked for if it is safe, else the role's first page."""
    if asked and len(asked) <= 500 and is_safe(asked):
        return asked
    return next((url for endpoint in FIRST_PAGES if (url := url_if(endpoint))), "/")
