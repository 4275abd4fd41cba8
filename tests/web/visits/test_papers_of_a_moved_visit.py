"""Every paper, page and feed of a visit that was moved says the new day, whether the crew is asked again or settled."""

import datetime as dt
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler.attendance.queries.tally import tallies_of
from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.visits import CalendarEntry, Presentation, Visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.people import make_user, presenter_actor
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.papers import saved, words_of
from tests.visits.scene import Scene, visit_of
from tests.web.browser import browser_of

NEW_DAY = VISIT_DAY + dt.timedelta(days=3)
PARENTS = a_plan(
    dt.time(18), audience=Audience.PARENTS, level=SchoolLevel.NONE, expected_pupils=0, expected_parents=40, minutes=60
)


class Moved(Scene):
    """A confirmed visit on the one day that its school asked for, then moved; both presenters are asked again."""

    def __init__(self) -> None:
        super().__init__(a_plan(), PARENTS, planned=False)
        with transaction() as session:
            asked = session.get_one(SchoolRequest, self.asked.id)
            asked.first_day = asked.last_day = VISIT_DAY
            self.secret = tokens.mint("status", asked.id, lasts=dt.timedelta(days=60), now=MONDAY)
        self.visit_id = self.planned()
        self.ana, self.mara = self.educator(), self.educator()
        self.confirm(self.ana, self.mara)
        with transaction() as session:
            session.execute(sa.update(SchoolRequest).values(teacher_stays=True, safeguarding_contact="Mira Savić"))
            self.number = session.get_one(Visit, self.visit_id).number
            wanted = sa.select(Presentation).where(Presentation.visit_id == self.visit_id)
            hours = {row.id: row.starts_local for row in session.scalars(wanted)}
        move_visit(self.coordinator, self.visit_id, NewTimes(NEW_DAY, hours, UNTIL), now=MONDAY)


def said(day: dt.date) -> re.Pattern[str]:
    """A day as pages, papers and calendars write it."""
    return re.compile(rf"\b{day.day}\.\s*(?:okt|{day.month}\.)|{day.isoformat()}|{day:%Y%m%d}", re.IGNORECASE)


def papers_of(app, scene: Moved, folder: Path) -> dict[str, str]:
    """The text of all that speaks of the visit to its school, its crew and the desk."""
    hers, desk, school = browser_of(app, scene.ana), make_user(centre_id=scene.centre_id), app.test_client()
    clerk, status, feed = browser_of(app, desk), f"/status/{scene.secret}", make_feed(scene.ana, language="sr_Latn")
    walks = [
        (school, path)
        for path in (
            *(f"{status}{page}" for page in ("", "/request.pdf", "/parents.pdf", "/counts")),
            *(
                f"/tally/{one.visit_number}/{one.ordinal}/{one.code}/{paper}.pdf"
                for one in tallies_of(scene.visit_id)
                for paper in ("poster", "home")
            ),
            f"/feeds/{feed}.ics",
        )
    ]
    walks += [(hers, path) for path in ("/calendar", f"/day/{NEW_DAY}", f"/visits/{scene.number}")]
    walks += [(clerk, path) for path in (f"/requests/{scene.asked.number}.pdf", f"/visits?from={NEW_DAY}")]
    texts = {}
    for browser, path in walks:
        answer = browser.get(path, query_string={"lang": "sr_Latn"} if "from=" not in path else None)
        assert answer.status_code == 200, path
        kind = answer.content_type
        texts[path] = words_of(saved(answer.data, folder)) if "pdf" in kind else answer.text
    with transaction() as session:
        entries = sa.select(CalendarEntry.text).join(Presentation, Presentation.id == CalendarEntry.presentation_id)
        texts["calendar entries"] = " ".join(session.scalars(entries.where(Presentation.visit_id == scene.visit_id)))
    return texts


@pytest.mark.parametrize("settled", [False, True], ids=["asked again", "confirmed again"])
def test_every_paper_and_feed_of_a_moved_visit_says_the_new_day(app, session, tmp_path, settled):
    scene = Moved()
    for person in (scene.ana, scene.mara)[: 2 if settled else 1]:
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)
    if settled:
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    assert visit_of(session, scene).state is (VisitState.CONFIRMED if settled else VisitState.OFFERED)

    texts = papers_of(app, scene, tmp_path)

    assert len(texts) == 13
    silent = ("/counts", "home.pdf")  # they name no day
    assert [path for path, text in texts.items() if said(VISIT_DAY).search(text)] == []
    assert [path for path, text in texts.items() if not said(NEW_DAY).search(text) and not path.endswith(silent)] == []
