"""The pages of reports, read as words."""

import re

REPORT = "/reports/attendance"


def words_of(answer):
    """The text of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())
