"""The plan of posts as calendar entries."""

import datetime as dt

import pytest

from scheduler.posts.ics import PlannedPost, calendar_of
from tests.calendar_readers import names_by_lines
from tests.factories import MONDAY


@pytest.mark.parametrize(("text", "described"), [("Show respect", True), ("", False), ("\n ", False)])
def test_a_post_without_text_has_no_empty_description(text, described):
    post = PlannedPost("post-1@x.example", MONDAY, MONDAY - dt.timedelta(days=1), "Instagram: a", text, dropped=False)

    body = calendar_of([post], "Posts")

    assert ("DESCRIPTION" in names_by_lines(body)) is described
    assert not [line for line in body.split(b"\r\n") if line.endswith(b":")]
