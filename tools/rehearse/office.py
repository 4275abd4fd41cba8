"""What comes after the first certificate: past years, figures for Prometheus, a second centre, all data, another key.

Whatever is compared is counted here by the standard library from the files and from the tables, never by the product.
"""

import csv
import datetime as dt
import io
import json
import re
import secrets
import ssl
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError

import sqlalchemy as sa
import zxingcpp
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from tools.rehearse.installation import Failed
from tools.rehearse.pages import Lost
from tools.rehearse.story import COORDINATOR, PASSWORD, SCHOOL_NAME, World

CHECKER = Path(__file__).resolve().parents[2] / "docs" / "check_certificate.py"
LATER = dt.timedelta(minutes=2)  # the code of an app that was typed is of no use twice
CYRILLIC = ("Датум", "Школа", "Општина", "Ученика", "Наставника", "Шифра школе")
LATIN = ("Datum", "Škola", "Opština", "Učenika", "Nastavnika", "Šifra škole")
PAST_YEARS = {  # year to encoding, comma, headings, letters of the names
    "2022": ("utf-8-sig", ";", CYRILLIC, "sr_cyrl"),
    "2023": ("cp1250", ";", LATIN, "sr_latn"),
    "2024": ("utf-8", ",", LATIN, "sr_cyrl"),
}
SECOND, CHIEF, COLLEAGUE = "Други центар", "sefica@drugi.example", "kolega@drugi.example"
STAYS_INVITED = "kasnije@centar.example"
COMPARED = ("centre", "user_account", "presenter", "host", "school_request", "visit", "presentation", "attendance",
            "head_count", "certificate", "programme")  # fmt: skip


def must_be(what: str, found: object, wanted: object) -> None:
    """Raises: Failed."""
    if found != wanted:
        raise Failed(f"{what}: {found!r}, not {wanted!r}")


def past_years_are_imported(world: World) -> None:
    """Three files as three offices keep them; the report of each year adds up to what its file adds up to."""
    home = world.installation
    world.moves_to(home.now() + LATER)
    with Path(world.register).open(encoding="utf-8") as stream:
        schools = list(csv.DictReader(stream))
    for place, (year, (encoding, comma, head, letters)) in enumerate(PAST_YEARS.items()):
        file = home.folder / f"posete-{year}.csv"
        with file.open("w", encoding=encoding, newline="") as stream:
            rows = csv.writer(stream, delimiter=comma)
            rows.writerow(head)
            for number, school in enumerate(schools[place::3]):
                day = f"{number % 28 + 1}.{number % 12 + 1}.{year}."
                names = school[f"name_{letters}"], school[f"municipality_{letters}"]
                rows.writerow([day, *names, 20 + number * 7 % 31, number % 3, school["register_id"]])
        told = json.loads(home.command("visits", "import", str(file), "--json"))
        with file.open(encoding=encoding, newline="") as stream:
            _head, *written = csv.reader(stream, delimiter=comma)
        must_be(f"lines of {file.name} that were taken", (told["new"], told["problems"]), (len(written), []))
        period = ("--from", f"{year}-01-01", "--to", f"{year}-12-31")
        totals = json.loads(home.command("reports", "attendance", *period))["totals"]
        sums = {
            "visits": len({(line[0], line[5]) for line in written}),
            "presentations": len(written),
            "pupils": sum(int(line[3]) for line in written),
            "teachers": sum(int(line[4]) for line in written),
        }
        must_be(f"the report of {year}", {name: totals[name] for name in sums}, sums)


def scraped(world: World, token: str) -> dict[tuple[str, str], float]:
    """What Prometheus reads over a socket of the product itself, past nginx. Raises: HTTPError."""
    home = world.installation
    wire = "http" if home.settings["PROXY_HOPS"] == "1" else "https"
    asked = urllib.request.Request(
        f"{wire}://localhost:{home.port}/metrics", headers={"Authorization": f"Bearer {token}"}
    )
    context = ssl.create_default_context(cafile=home.settings["TLS_CA_FILE"])
    with urllib.request.urlopen(asked, context=context, timeout=60) as answer:  # nosec B310
        text = answer.read().decode()
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def prometheus_scrapes(world: World) -> None:
    """With the token and with nothing else; a page that was opened three times more is three more."""
    token, page = world.installation.settings["METRICS_TOKEN"], ("raspored_requests_total", "GET /book 200")
    before = scraped(world, token)
    for _ in range(3):
        world.visitor().opens("/book")
    after = scraped(world, token)
    must_be("requests counted", after[page] - before.get(page, 0), 3)
    for name in ("raspored_database_up", "raspored_queue_up", "raspored_worker_up"):
        must_be(name, after[name, ""], 1)
    try:
        scraped(world, "wrong")
    except HTTPError as refused:
        must_be("the answer to a wrong token", refused.code, 404)
    else:
        raise Failed("/metrics takes a wrong token")


def second_centre_begins(world: World) -> None:
    """Opened on the host; its administrator and coordinator come by their own links."""
    home = world.installation
    home.command("setup", "--centre", SECOND, "--email", CHIEF, code=2)
    said = home.command("setup", "--centre", SECOND, "--email", CHIEF, "--another")
    home.command("people", "invite", COLLEAGUE, "--role", "coordinator", code=2)
    home.command("people", "invite", COLLEAGUE, "--role", "coordinator", "--centre", "drugi-centar")
    links = {CHIEF: said.split()[-1], COLLEAGUE: world.letters.link(COLLEAGUE, "/invitation/")}
    for link, family_name in zip(links.values(), ("Перић", "Марић"), strict=True):
        person = world.visitor()
        person.opens(link)
        person.sends({"given_name": "Зорана", "family_name": family_name, "password": PASSWORD}, to="/invitation/")


def is_silent(world: World, email: str, path: str, *words: str) -> None:
    """None of these stands on her page. Raises: Failed."""
    person = world.signed_in(email)
    person.opens(path)
    if found := [word for word in words if word in person.page.text]:
        raise Failed(f"{email} reads of another centre at {path}: {found}")


def each_centre_sees_its_own(world: World) -> None:
    """Desk, requests, people, reports: on pages and in the file of the command."""
    year = "/reports/attendance?first=2026-01-01&last=2026-12-31"
    own = world.signed_in(COORDINATOR)
    own.opens("/people")
    own.reads("Стојановић")
    for path in ("/desk", "/requests", "/visits", "/people", year, "/people/users"):
        is_silent(world, CHIEF if path == "/people/users" else COLLEAGUE, path, SCHOOL_NAME, "Стојановић", "Лазић")
    is_silent(world, COORDINATOR, "/people", "Марић", "Перић")
    for path in (f"/visits/{world.facts['visit']}", f"/requests/{world.facts['request']}"):
        try:
            world.signed_in(COLLEAGUE).opens(path)
        except Lost as refused:
            must_be(f"{path} for the other centre", str(refused)[:3], "404")
        else:
            raise Failed(f"the other centre opens {path}")
    period = ("reports", "attendance", "--from", "2022-01-01", "--to", "2026-12-31", "--centre")
    for slug, some in (("drugi-centar", False), ("centar-za-probu", True)):
        totals = json.loads(world.installation.command(*period, slug))["totals"]
        must_be(f"pupils of {slug}", totals["pupils"] > 0, some)


def everything_is_read_back(world: World) -> None:
    """The archive holds each row of the main tables, as CSV and as JSON, and nothing that opens anything."""
    home, files = world.installation, dict[str, str]()
    for name, more in (("all", ()), ("second", ("--centre", "drugi-centar"))):
        file = home.folder / f"{name}.zip"
        home.command("export", "everything", str(file), *more)
        with zipfile.ZipFile(file) as archive:
            files |= {f"{name}/{one}": archive.read(one).decode("utf-8-sig") for one in archive.namelist()}
    must_be("visits of the second centre", json.loads(files["second/json/visit.json"]), [])
    must_be("centres in its file", len(json.loads(files["second/json/centre.json"])), 1)
    engine = sa.create_engine(home.settings["DATABASE_URL"])
    columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    hidden = {home.settings["SECRET_KEY"], PASSWORD, world.facts["status"].rsplit("/", 1)[1], "$argon2"}
    with engine.connect() as connection:
        for table in COMPARED:
            stored = connection.execute(sa.text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            by_comma = sum(1 for _ in csv.DictReader(io.StringIO(files[f"all/csv/{table}.csv"])))
            counts = by_comma, len(json.loads(files[f"all/json/{table}.json"]))
            must_be(f"rows of {table} as CSV and JSON", counts, (stored, stored))
        for table, column in connection.execute(sa.text(columns)).all():
            if re.search("hash|secret|password|token", column):
                kept = connection.execute(sa.text(f'SELECT CAST("{column}" AS text) FROM "{table}"')).scalars()
                hidden |= {one for one in kept if one and len(one) > 16}
    engine.dispose()
    must_be("hashes and secrets that were looked for", len(hidden) > 10, True)
    text = "".join(files.values())
    must_be("hashes and secrets in the file", sum(one in text for one in hidden), 0)


def code_on(paper: Path) -> str:
    """What the square of the certificate says, as a phone reads it."""
    line = ["pdftoppm", "-r", "150", "-png", "-singlefile", str(paper), str(paper.with_suffix(""))]
    subprocess.run(line, check=True)
    with Image.open(paper.with_suffix(".png")) as picture:
        return str(zxingcpp.read_barcodes(picture)[0].text)


def key_is_changed(world: World) -> None:
    """Somebody is invited and somebody is signed in; then the settings file has another SECRET_KEY."""
    home = world.installation
    home.command("people", "invite", STAYS_INVITED, "--role", "educator", "--centre", "centar-za-probu")
    world.letters.link(STAYS_INVITED, "/invitation/")
    world.signed_in(COORDINATOR).opens("/desk")
    home.settings["SECRET_KEY"] = secrets.token_urlsafe(48)
    home.write(home.now())


def links_outlive_the_key(world: World) -> None:
    """Mailed links open as before; who was signed in is not, and her app's code has ended: a host lets her in anew."""
    school = world.visitor()
    school.opens(world.facts["status"])
    school.reads(SCHOOL_NAME)
    person = world.visitor()
    person.opens(world.letters.link(STAYS_INVITED, "/invitation/"))
    person.sends({"given_name": "Ива", "family_name": "Рашић", "password": PASSWORD}, to="/invitation/")
    person = world.signed_in(COORDINATOR)
    person.opens("/desk")
    if "/sign-in" not in person.page.address:
        raise Failed(f"a sign-in outlived the key: {person.page.address}")
    world.leave_all()
    try:
        world.signed_in(COORDINATOR)
    except Lost as refused:
        must_be("the answer to a code of the old app", str(refused)[:3], "422")
    else:
        raise Failed("an app for codes outlived the key")
    world.leave_all()
    world.phone.is_new(COORDINATOR, world.installation.command("people", "reset-factor", COORDINATOR).split()[-1])
    world.signed_in(COORDINATOR).opens(f"/visits/{world.facts['visit']}")


def certificates_outlive_the_key(world: World) -> None:
    """A new key signs; the paper of before is proven by what the site publishes, without a line of ours."""
    home = world.installation
    before = home.command("certificates", "keys").split()[0]
    listed = home.command("certificates", "keys", "--renew").splitlines()
    must_be("keys, the new one first", [before in line for line in listed], [False, True])
    told = json.loads(home.command("certificates", "verify", world.facts["certificate"], "--json"))
    must_be("the certificate", told["state"], "valid")
    keys = home.folder / "keys.json"
    keys.write_bytes(world.visitor().takes("/.well-known/certificate-keys.json"))
    line = [sys.executable, "-I", str(CHECKER), str(keys)]
    code = code_on(home.folder / "certificate.pdf")
    done = subprocess.run(line, input=code, capture_output=True, text=True, check=False)
    must_be(f"the small program, which says {done.stdout}", done.returncode, 0)


BEFORE_THE_NEW_KEY: tuple[tuple[str, Callable[[World], None]], ...] = (
    ("visits of three past years are imported, reports add up", past_years_are_imported),
    ("Prometheus scrapes", prometheus_scrapes),
    ("a second centre begins", second_centre_begins),
    ("each centre sees its own", each_centre_sees_its_own),
    ("everything is exported and read back", everything_is_read_back),
    ("SECRET_KEY is changed", key_is_changed),
)
AFTER_THE_NEW_KEY: tuple[tuple[str, Callable[[World], None]], ...] = (
    ("mailed links outlive the key, sign-ins and apps do not", links_outlive_the_key),
    ("another key signs certificates, the old paper is proven", certificates_outlive_the_key),
)
