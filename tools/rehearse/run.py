"""`make rehearse`: the servers, the story, backup and restore, with times; tests play it without nginx and browser."""

import json
import secrets
import signal
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from tools import environment, services
from tools.certificates import Authority, Pair
from tools.rehearse.browser import BrowserVisitor, chromium
from tools.rehearse.installation import (
    PATIENCE_S,
    Failed,
    Installation,
    redis_on_loopback,
    wait_for_port,
)
from tools.rehearse.letters import Letterbox, mail_server
from tools.rehearse.office import AFTER_THE_NEW_KEY, BEFORE_THE_NEW_KEY
from tools.rehearse.pages import Lost
from tools.rehearse.story import AFTER_THE_VISIT, BEGIN, STEPS, World
from tools.rehearse.visitor import PlainVisitor
from tools.services import free_port
from tools.site import Site

ROOT = Path(__file__).resolve().parents[2]
REGISTER = str(ROOT / "scheduler" / "data" / "demo_hosts.csv")  # 300 invented hosts
DATABASES = ("raspored", "raspored_restored")


@dataclass
class Log:
    """What was done, and how long it took."""

    tell: Callable[[str], None] = print
    rows: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Raises what the step raised, after saying so."""
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.tell(f"{time.monotonic() - began:7.1f} s  WRONG  {name}")
            raise
        self.rows.append((name, time.monotonic() - began))
        self.tell(f"{self.rows[-1][1]:7.1f} s  good   {name}")


@dataclass(frozen=True)
class Servers:
    """What stands around an installation."""

    authority: Authority
    pair: Pair
    databases: tuple[str, str]
    queue: str
    letters: Letterbox
    smtp: str


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """PostgreSQL with two databases, Redis, a mail server: all our own, gone afterwards. Raises: NoService, Failed."""
    with ExitStack() as stack:
        authority = Authority(folder / "authority")
        pair = authority.signs("localhost", "127.0.0.1")
        server = sa.make_url(stack.enter_context(services.postgres()))
        password, smtp = secrets.token_hex(12), free_port()
        yield Servers(
            authority,
            pair,
            databases_of(server, password),
            stack.enter_context(redis_on_loopback(folder / "redis", free_port(), password)),
            stack.enter_context(mail_server(pair, smtp, "raspored", password)),
            f"smtp+starttls://raspored:{password}@localhost:{smtp}",
        )


def databases_of(server: sa.URL, password: str) -> tuple[str, str]:
    """Two empty databases whose owner may do nothing else, as docs/operate.md says."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with first_connection(engine) as connection:
        connection.exec_driver_sql(f"CREATE ROLE raspored LOGIN PASSWORD '{password}'")
        for name in DATABASES:
            connection.exec_driver_sql(f"CREATE DATABASE {name} OWNER raspored ENCODING 'UTF8'")
    engine.dispose()
    owner = server.set(username="raspored", password=password)
    first, second = (owner.set(database=name).render_as_string(hide_password=False) for name in DATABASES)
    return first, second


def first_connection(engine: sa.Engine) -> sa.Connection:
    """PostgreSQL listens a moment before it lets anybody in. Raises: OperationalError after two minutes."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return engine.connect()
        except sa.exc.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@dataclass(frozen=True)
class Product:
    """What is walked: this checkout, or a wheel in an environment of its own."""

    python: Path = Path(sys.executable)
    application: str = "wsgi"
    cwd: Path = ROOT

    def installed_in(self, folder: Path, around: Servers, database: str, site: Site | None = None) -> Installation:
        """An installation that people reach through nginx, or at its own port. Its settings file is written."""
        made = Installation(folder, self.python, self.application, {}, self.cwd, site.product if site else free_port())
        made.settings |= {
            "DATABASE_URL": database,
            "REDIS_URL": around.queue,
            "SMTP_URL": around.smtp,
            "MAIL_FROM": "raspored@centar.example",
            "BASE_URL": f"https://localhost:{site.https if site else made.port}",
            "TRUSTED_HOSTS": "localhost",
            "PROXY_HOPS": "1" if site else "0",
            "TLS_CA_FILE": str(around.authority.own.certificate),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
        }
        made.write(BEGIN)
        return made


def a_wheel_in(folder: Path) -> Product:
    """As docs/operate.md installs it: the lock with its hashes, then our wheel alone. Raises: CannotBuild."""
    places = {"scale": folder / "env", "wheel": folder / "builder"}
    for name, place in places.items():
        environment.run(sys.executable, "-m", "venv", "--without-pip", place)
        environment.install(place, name, ROOT)
        environment.take_uv_out(place)
    builder, python = environment.pip_of(places["wheel"]), environment.python_of(places["scale"])
    wheels = folder / "wheels"
    environment.run(*builder, "wheel", "--quiet", "--no-build-isolation", "--no-deps", "-w", wheels, ROOT)
    (wheel,) = wheels.glob("raspored-*.whl")
    environment.run(*environment.pip_of(places["scale"]), "install", "--quiet", "--no-deps", "--no-index", wheel)
    nowhere = folder / "nowhere"  # no checkout is found from here
    nowhere.mkdir()
    return Product(python, "scheduler.wsgi", nowhere)


def wait_for_health(site: Site, context: ssl.SSLContext) -> None:
    """gunicorn listens before its workers have started; nginx says 503 or 504 until then. Raises: Failed."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"https://localhost:{site.https}/healthz", context=context, timeout=60),  # nosec B310
        ):
            return
        time.sleep(0.5)
    raise Failed("/healthz does not answer")


def look_at_the_door(site: Site, visitor: PlainVisitor, trusted: Path) -> None:
    """The certificate holds, http leads to https, figures are hidden, no header stands twice. Raises: Failed, Lost."""
    wait_for_port(site.https)
    context = ssl.create_default_context(cafile=str(trusted))
    wait_for_health(site, context)
    visitor.opens("/")
    visitor.reads("19833")
    with urllib.request.urlopen(f"https://localhost:{site.https}/", context=context, timeout=60) as answer:  # nosec B310
        names = [name.lower() for name, _value in answer.getheaders()]
    twice = sorted({name for name in names if names.count(name) > 1 and name != "set-cookie"})
    missing = sorted({"strict-transport-security", "content-security-policy", "x-frame-options"} - set(names))
    if twice or missing:
        raise Failed(f"headers that stand twice: {twice}; that are missing: {missing}")
    request = urllib.request.Request(f"http://localhost:{site.http}/book", headers={"Host": "localhost"})
    with urllib.request.build_opener(urllib.request.HTTPSHandler(context=context)).open(request, timeout=60) as answer:
        if answer.url != f"https://localhost:{site.https}/book":
            raise Failed(f"http leads to {answer.url}")
    try:
        visitor.opens("/metrics")
    except Lost as refused:
        if not str(refused).startswith("404"):
            raise
    else:
        raise Failed("/metrics is open to everybody")


def ask_doctor(home: Installation) -> None:
    """Whether it reaches the site through nginx, and the mail server, by our own authority. Raises: Failed."""
    found = json.loads(home.command("doctor", "--json", code=1))["findings"]  # no backup yet, and a moved clock
    if wrong := [one for one in found if one["what"] in ("address", "mail") and one["state"] != "good"]:
        raise Failed(f"doctor says {wrong}")


def play(log: Log, world: World, steps: Iterable[tuple[str, Callable[[World], None]]]) -> None:
    for name, step in steps:
        with log.step(name):
            step(world)


def back_up_and_restore(log: Log, world: World, other: Installation) -> None:
    """The backup comes up elsewhere: another folder, another database, the same key. Raises: Failed."""
    archive = world.installation.folder / "backup.zip"
    with log.step("backup, while everybody works"):
        world.installation.command("backup", "create", str(archive))
    with log.step("restore into another folder and database"):
        other.settings["SECRET_KEY"] = world.installation.settings["SECRET_KEY"]
        other.write(AFTER_THE_VISIT)
        other.command("db", "upgrade")
        other.command("backup", "restore", str(archive))
        other.command("db", "upgrade")
    with log.step("the restored data hold together and know the certificate"):
        other.command("invariants", "check")
        told = json.loads(other.command("certificates", "verify", world.facts["certificate"], "--json"))
        if told["state"] != "valid":
            raise Failed(f"the restored installation says of the certificate: {told}")


def look_back(log: Log, home: Installation) -> None:
    """Nothing that an operator would have to look into. Raises: Failed."""
    with log.step("the data hold together, the logs tell of no trouble"):
        home.command("invariants", "check")
        if troubles := home.troubles():
            raise Failed("\n".join(troubles)[:1500])
    with log.step("each line of the worker is one JSON object with its fields"):
        lines = [json.loads(line) for line in (home.folder / "worker.log").read_text().splitlines()]
        if not lines or not all({"timestamp", "level", "logger", "event"} <= line.keys() for line in lines):
            raise Failed(f"{len(lines)} lines of the worker, not all with their fields")


def whole(folder: Path, log: Log) -> None:
    """`make rehearse`: a wheel in an environment of its own, gunicorn behind nginx, people in a browser."""
    with ExitStack() as stack:
        with log.step("environment from the lock, wheel built and installed"):
            product = a_wheel_in(folder)
        with log.step("authority, PostgreSQL, Redis, mail server"):
            around = stack.enter_context(servers(folder))
        site = Site(
            folder / "nginx",
            around.pair.certificate,
            around.pair.key,
            free_port(),
            free_port(),
            free_port(),
            "localhost",
        )
        home = product.installed_in(folder / "first", around, around.databases[0], site)
        other = product.installed_in(folder / "second", around, around.databases[1], site)
        base, trusted, complaints = home.settings["BASE_URL"], around.authority.own.certificate, list[str]()
        browser = stack.enter_context(chromium())
        world = World(home, around.letters, lambda: BrowserVisitor(browser, base, complaints), REGISTER)
        play(log, world, STEPS[:2])
        with log.step("nginx, gunicorn and worker are up, the door is as it should be"):
            stack.enter_context(services.running(site.write(), site.folder, signal.SIGQUIT))
            up = stack.enter_context(ExitStack())
            up.enter_context(home.serving())
            look_at_the_door(site, PlainVisitor(base, trusted), trusted)
            ask_doctor(home)
        play(log, world, STEPS[2:])
        back_up_and_restore(log, world, other)
        world.visitor = lambda: PlainVisitor(base, trusted)  # refusals that are looked for are errors to a browser
        play(log, world, BEFORE_THE_NEW_KEY)
        up.close()
        with home.serving():
            wait_for_health(site, ssl.create_default_context(cafile=str(trusted)))
            play(log, world, AFTER_THE_NEW_KEY)
        look_back(log, home)
        with log.step("no browser complained, nginx wrote no address"):
            if wrong := complaints + site.written():
                raise Failed("\n".join(wrong)[:1500])
