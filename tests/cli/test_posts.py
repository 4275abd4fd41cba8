"""The command `posts import`, and its way back."""

import json

from scheduler.policy import Role
from scheduler.posts import queries, service
from scheduler.posts.terms import PostState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.posts import planned


def test_the_reach_of_posts_is_imported_and_taken_back(run, session, tmp_path):
    desk = an_actor(Role.COORDINATOR)
    number = planned(desk)
    for state in (PostState.READY, PostState.POSTED):
        service.move_post(desk, number, state, now=MONDAY)
    file = tmp_path / "reach.csv"
    file.write_text(f"post,reach,reactions\n{number},4180,312\n", encoding="utf-8")

    told = json.loads(run("posts", "import", file, "--json").stdout)

    assert (told["changed"], told["problems"]) == (1, [])
    assert queries.post_of(desk, number).reached == 4180
    assert "taken back" in run("imports", "undo", told["batch_id"]).stdout
    assert queries.post_of(desk, number).reached is None
