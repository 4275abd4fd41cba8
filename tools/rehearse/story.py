"""The walk: a centre begins, a school asks, somebody goes, numbers are counted, a certificate is printed.

Each step is what a person does, in the order of docs/operate.md; `walk` in `__main__.py` notes its time.
"""

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tools.rehearse.installation import Failed, Installation
from tools.rehearse.letters import Letterbox
from tools.rehearse.pages import Lost
from tools.rehearse.second_step import Phone
from tools.rehearse.visitor import PATIENCE_S, Visitor

BEGIN = dt.datetime(2026, 9, 14, 9, 0, tzinfo=dt.UTC)  # a Monday, 11:00 in Belgrade
DAY, DAY_TYPED = dt.date(2026, 10, 15), "15. 10. 2026."
AFTER_THE_VISIT = dt.datetime(2026, 10, 15, 10, 0, tzinfo=dt.UTC)
CENTRE = "Центар за пробу"
ADMINISTRATOR, COORDINATOR = "uprava@centar.example", "koordinatorka@centar.example"
EDUCATOR, SCHOOL = "edukatorka@centar.example", "direktor@skola.example"
PASSWORD = "cetiri reci za probu"  # nosec B105
TEACHER = "Весна Танасковић"
SCHOOL_NAME = "Милева Новаковић"
PROGRAMME = "Безбедно на интернету"


@dataclass
class World:
    """What all steps share."""

    installation: Installation
    letters: Letterbox
    visitor: Callable[[], Visitor]
    register: str
    facts: dict[str, str] = field(default_factory=dict)
    _at_desks: dict[str, Visitor] = field(default_factory=dict)
    phone: Phone = field(default_factory=Phone)

    def moves_to(self, moment: dt.datetime) -> None:
        """The product's clock goes on from there; who was signed in signs in anew."""
        self.installation.time_is(moment)
        self.leave_all()

    def leave_all(self) -> None:
        """Whoever is wanted next signs in, in another browser."""
        self._at_desks.clear()

    def signed_in(self, email: str) -> Visitor:
        """A person at her desk."""
        if email in self._at_desks:
            return self._at_desks[email]
        person = self._at_desks[email] = self.visitor()
        person.opens("/sign-in?lang=sr_Cyrl")
        person.sends({"email": email, "password": PASSWORD}, to="/sign-in")
        self.phone.shows(person, email, self.letters, self.installation.now)
        return person


def settles(world: World) -> None:
    """Migrations, the first centre, its administrator's link."""
    world.installation.command("db", "upgrade")
    said = world.installation.command("setup", "--centre", CENTRE, "--email", ADMINISTRATOR)
    found = re.search(r"https://\S+/invitation/\S+", said)
    if not found:
        raise Failed(f"`setup` printed no link: {said}")
    world.facts["invitation"] = found[0]


def loads_the_register(world: World) -> None:
    """A dry run, then the register whole; a second time nothing is new."""
    tried = world.installation.command("places", "import", world.register, "--dry-run")
    taken = world.installation.command("places", "import", world.register)
    again = world.installation.command("places", "import", world.register)
    if tried == taken or "300 new" not in taken.replace("new: 300", "300 new"):
        raise Failed(f"the register of 300 hosts: dry run {tried!r}, import {taken!r}, again {again!r}")


def administrator_begins(world: World) -> None:
    """The link opens an account; a programme is offered; a coordinator and an educator are invited."""
    person = world.visitor()
    person.opens(world.facts["invitation"])
    person.sends({"given_name": "Оливера", "family_name": "Тасић", "password": PASSWORD}, to="/invitation/")
    person = world.signed_in(ADMINISTRATOR)
    person.opens("/settings/programmes/new")
    person.sends(
        {
            "name_sr_cyrl": PROGRAMME,
            "summary_sr_cyrl": "Разговор са основцима.",
            "kind": "talk",
            "topic": "safe_internet",
            "audiences": ["pupils"],
            "booking": "ask_first",
        },
        to="/settings/programmes/new",
    )
    world.installation.command("people", "invite", COORDINATOR, "--role", "coordinator")


def coordinator_begins(world: World) -> None:
    """Her link came by mail, over a server whose certificate our own authority signed."""
    person = world.visitor()
    person.opens(world.letters.link(COORDINATOR, "/invitation/"))
    person.sends({"given_name": "Драгана", "family_name": "Лазић", "password": PASSWORD}, to="/invitation/")
    person = world.signed_in(COORDINATOR)
    person.opens("/people/new")
    person.sends(
        {
            "given_name": "Милан",
            "family_name": "Стојановић",
            "email": EDUCATOR,
            "kind": "educator",
            "home": person.page.choices("home")[1],
            "topics": ["safe_internet"],
            "languages": ["sr"],
            "language": "sr_Cyrl",
        },
        to="/people/new",
    )
    number = re.search(r"/people/(\d+)", person.link("/hours"))
    if not number:
        raise Failed("the new educator has no page")
    person.opens(f"/people/{number[1]}/hours")
    person.sends({f"half_{weekday}": ["morning", "afternoon"] for weekday in range(5)}, to="/hours")
    person.opens(f"/safeguarding/{number[1]}/vetting")
    person.sends({"result": "cleared", "checked_on": "1. 9. 2026.", "valid_until": "1. 9. 2027."}, to="/vetting")
    world.facts["educator"] = number[1]


def school_books(world: World) -> None:
    """Six pages and a look back, on a phone or without any script."""
    school = world.visitor()
    school.opens("/book?lang=sr_Cyrl")
    school.sends({"q": "mileva novakovic nis"}, to="/book")
    school.sends({}, to="/book", button="host_id")
    school.sends({"programme": school.page.choices("programme")[0]}, to="/what")
    school.sends({"first_day": DAY_TYPED, "last_day": "16. 10. 2026."}, to="/when")
    talk = {"classes": "VII-1 и VII-2", "pupils": "51", "teachers": "2"}
    school.sends({f"presentations-0-{name}": value for name, value in talk.items()}, to="/who")
    room = {"room": "свечана сала", "has_projector": "y", "safeguarding_contact": "Јована Илић, психолог"}
    school.sends({**room, "teacher_stays": "y"}, to="/where")
    school.sends({"contact_name": TEACHER, "contact_email": SCHOOL}, to="/you")
    school.reads(SCHOOL_NAME, "51", TEACHER)
    world.installation.time_is(BEGIN + dt.timedelta(minutes=10))  # who sends at once is taken for a program
    school.sends({}, to="/check")
    school.reads(SCHOOL)


def school_proves_its_address(world: World) -> None:
    """A link by mail; behind it the page of the request, which needs no account."""
    subject = world.letters.mail(SCHOOL, "Потврдите своју адресу").split("\n")[0]
    world.facts["request"] = subject.split()[-1]
    school = world.visitor()
    school.opens(world.letters.link(SCHOOL, "Потврдите своју адресу"))
    school.sends({}, to="/prove/")
    world.facts["status"] = school.page.address


def coordinator_plans(world: World) -> None:
    """She takes the request, accepts it for a day and an hour, and asks the educator."""
    number, educator = world.facts["request"], world.facts["educator"]
    person = world.signed_in(COORDINATOR)
    person.opens(f"/requests/{number}")
    person.sends({}, to=f"/requests/{number}/take")
    person.opens(f"/requests/{number}/plan")
    meant = {"meant": "y", "meant_for": f"{DAY.isoformat()} 10:00"}  # she lives far away
    person.sends({"on_day": DAY_TYPED, "presentations-0-starts_local": "10:00", **meant}, to="/plan")
    world.facts["visit"] = urlsplit(person.page.address).path.rsplit("/", 1)[1]
    person.sends({}, to=f"/suggest/{educator}")
    person.sends({}, to=f"/visits/{world.facts['visit']}/offer")


def educator_accepts(world: World) -> None:
    """His invitation, his account, his answer."""
    person = world.visitor()
    person.opens(world.letters.link(EDUCATOR, "/invitation/"))
    person.sends({"given_name": "Милан", "family_name": "Стојановић", "password": PASSWORD}, to="/invitation/")
    person = world.signed_in(EDUCATOR)
    person.opens("/offers")
    person.sends({}, to="/accept")


def coordinator_confirms(world: World) -> None:
    """The school reads who comes."""
    person = world.signed_in(COORDINATOR)
    person.opens(f"/visits/{world.facts['visit']}")
    person.sends({}, to="/confirm")
    world.letters.mail(SCHOOL, "Милан Стојановић")


def educator_counts(world: World) -> None:
    """In the room, an hour after the visit began."""
    world.moves_to(AFTER_THE_VISIT)
    person = world.signed_in(EDUCATOR)
    person.opens(f"/visits/{world.facts['visit']}/count")
    person.sends({"pupils": "49", "teachers": "2", "teacher_present": "y"}, to="/count")
    person.reads("49")


def school_countersigns(world: World) -> None:
    """The numbers are hers as well; she names the teacher who was there."""
    school = world.visitor()
    school.opens(f"{world.facts['status']}/attendance")
    school.sends({}, to="/attendance")
    school.sends({"names": TEACHER}, to="/attendance/names")


def waits_for(person: Visitor, path: str, letters: str) -> str:
    """Look again until a page leads to such an address: the worker is busy with it. Raises: Lost after two minutes."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        person.opens(path)
        try:
            return person.link(letters)
        except Lost:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def certificate_is_printed(world: World) -> None:
    """Issued, taken by the school, and known to whoever types its number."""
    person = world.signed_in(COORDINATOR)
    person.opens("/certificates/issued")
    if person.page.has_form("/certificates/issued"):  # else the worker was first
        person.sends({}, to="/certificates/issued")
    school = world.visitor()
    address = waits_for(school, f"{world.facts['status']}/attendance", "/certificates/")
    paper = school.takes(address)
    if not paper.startswith(b"%PDF-"):
        raise Failed(f"{address} is no PDF: {paper[:60]!r}")
    (world.installation.folder / "certificate.pdf").write_bytes(paper)
    number = world.facts["certificate"] = address.rsplit("/", 1)[1].removesuffix(".pdf")
    school.opens(f"/certificates/{number}")
    school.reads(SCHOOL_NAME, "49")


STEPS: tuple[tuple[str, Callable[[World], None]], ...] = (
    ("db upgrade, setup", settles),
    ("import of the register", loads_the_register),
    ("the administrator begins, offers a programme, invites", administrator_begins),
    ("the coordinator begins, records an educator and his check", coordinator_begins),
    ("a school books", school_books),
    ("the school proves its address", school_proves_its_address),
    ("the coordinator plans and asks", coordinator_plans),
    ("the educator accepts", educator_accepts),
    ("the coordinator confirms", coordinator_confirms),
    ("the educator counts", educator_counts),
    ("the school countersigns and names a teacher", school_countersigns),
    ("the certificate is issued, printed, checked", certificate_is_printed),
)
