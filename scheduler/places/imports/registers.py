"""A register of hosts as a file: the Ministry's, a centre's own spreadsheet, or the examples that the product ships."""

import datetime as dt
import re
from collections.abc import Mapping

from scheduler.core.names import problem_with_register_name
from scheduler.core.phones import BEFORE_EXTENSION, can_be_dialled, with_its_zero
from scheduler.core.text import BadText, fold, problem_with_address, to_latin
from scheduler.imports.sheets import (
    Cells,
    Layout,
    LineProblem,
    Mended,
    Row,
    SheetError,
    day_of,
    decoded,
    in_order,
    read_table,
)
from scheduler.places.rules.hosts import problems_of_line, teaches
from scheduler.places.rules.registers import code_key
from scheduler.places.terms.hosts import (
    STILL_OPEN,
    CalendarLine,
    CalendarSheet,
    HostKind,
    ImportedHost,
    Point,
    RegisterSheet,
    SchoolCalendar,
)

CODE_HEADINGS = ("šifra škole", "šifra ustanove", "ID ustanove", "ID škole", "број у регистру", "school id")
HOST_HEADINGS = (
    *("школа", "назив школе", "име школе", "установа", "назив установе", "име установе", "домаћин"),
    *("school", "school name", "name"),
)
LAYOUT = Layout(
    columns={
        "register_id": ("id", "šifra", "matični broj", *CODE_HEADINGS),
        "name": ("назив", *HOST_HEADINGS),
        "name_sr_cyrl": ("назив ћирилица", "naziv ćirilicom"),
        "name_sr_latn": ("naziv latinica", "naziv latinicom"),
        "kind": ("врста", "vrsta ustanove", "tip", "tip škole", "tip ustanove", "type"),
        "teaches_primary": ("основно образовање", "osnovna"),
        "teaches_secondary": ("средње образовање", "srednja"),
        "address": ("адреса", "ulica i broj", "sedište adresa", "street"),
        "address_sr_cyrl": ("адреса ћирилица",),
        "address_sr_latn": ("adresa latinica",),
        "postcode": ("поштански број", "ptt", "postal code", "zip"),
        "place": ("место", "naselje", "mesto sedište", "settlement", "town"),
        "place_sr_cyrl": ("место ћирилица",),
        "place_sr_latn": ("mesto latinica",),
        "municipality": ("општина", "opština grad", "opština sedište"),
        "municipality_sr_cyrl": ("општина ћирилица",),
        "municipality_sr_latn": ("opština latinica",),
        "district_iso": ("округ", "управни округ", "naziv okruga", "district"),
        "phone": ("телефон", "tel", "broj telefona", "telephone"),
        "website": ("сајт", "veb sajt", "web", "internet adresa", "url"),
        "email": ("имејл", "mejl", "e-pošta", "e-mail", "mail"),
        "classes": ("број одељења", "odeljenja", "number of classes"),
        "lat": ("географска ширина", "latitude", "gps lat"),
        "lon": ("географска дужина", "longitude", "gps lon", "lng"),
        "closed_on": ("статус", "status ustanove", "status škole", "угашена", "zatvorena od", "closed since", "closed"),
        "example": ("пример",),
    },
    limits={"register_id": 40, "postcode": 10, "phone": 120, "classes": 6, "lat": 20, "lon": 20, "email": 254},
    over_lines=frozenset({"kind", "municipality", "district_iso", "place", "postcode", "closed_on"}),
)
REQUIRED = ("register_id", "name", "kind", "municipality")  # a name in one script is enough

KINDS = {
    "osnovna skola": HostKind.PRIMARY,
    "osnovna": HostKind.PRIMARY,
    "srednja skola": HostKind.SECONDARY,
    "srednja": HostKind.SECONDARY,
    "gimnazija": HostKind.SECONDARY,
    "strucna skola": HostKind.SECONDARY,
    "muzicka skola": HostKind.MUSIC,
    "osnovna muzicka skola": HostKind.PRIMARY_MUSIC,
    "baletska skola": HostKind.BALLET,
    "osnovna i srednja skola": HostKind.PRIMARY_SECONDARY,
    "specijalna skola": HostKind.SPECIAL_PRIMARY_SECONDARY,
    "dom ucenika": HostKind.DORMITORY,
    "biblioteka": HostKind.LIBRARY,
    "kamp": HostKind.CAMP,
    "opstina": HostKind.MUNICIPALITY,
    "ostalo": HostKind.OTHER,
} | {fold(kind.value): kind for kind in HostKind}
KIND_WORDS = (  # of a kind that is called otherwise, folded: the first that fits
    (r"\b(?:visok|fakultet|akadem|predskol)", None),
    (r"\bprivatn.*(?:osnovn|\bos\b)", HostKind.PRIMARY_PRIVATE),
    (r"\bprivatn.*(?:srednj|gimnazij)", HostKind.SECONDARY_PRIVATE),
    (r"(?:osnovna|niza|\bos\b).*muzick", HostKind.PRIMARY_MUSIC),
    (r"muzick.*skol", HostKind.MUSIC),
    (r"baletsk.*skol", HostKind.BALLET),
    (r"\bsoso\b|specijaln|smetnj|sa ostecen", HostKind.SPECIAL_PRIMARY_SECONDARY),
    (r"(?:osnovna|os) i (?:srednja|ss)\b", HostKind.PRIMARY_SECONDARY),
    (r"\bos\b|\bosnovn", HostKind.PRIMARY),
    (r"\bss\b|\bsss\b|gimnazij|\bsrednj", HostKind.SECONDARY),
    (
        r"\b(?:tehnick|strucn|ekonomsk|medicinsk|zdravstven|poljoprivredn|masinsk|elektro|saobracajn|gradevinsk|"
        r"ugostiteljsk|turisticko|trgovinsk|hemijsk|prehramben|umetnick|zanatsk|sumarsk|veterinarsk|farmaceutsk|"
        r"politehnick|pravno|birotehnick|mesovit).*skol",
        HostKind.SECONDARY,
    ),
    (r"\bdom\b|\binternat\b", HostKind.DORMITORY),
    (r"\bbibliotek", HostKind.LIBRARY),
)
NOTHING = re.compile(  # folded: what is written where nothing is known
    r"|nema(?: (?:podat|mejl|mail|e ?mail|telefon|sajt)\w*)?|nepoznat\w*|n a"
)
CLOSED = re.compile(r"ugasen|ukinut|zatvoren|prestal|neaktivn|ne radi|brisan|closed")  # folded
DAY_INSIDE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{2,4}", re.ASCII)
PHONE_LABEL = re.compile(
    r"\b(?:tel(?:efon)?|mob(?:ilni)?|fax|faks|centrala|phone|тел(?:ефон)?|моб(?:илни)?|факс)\b", re.I
)
EXTENSION = re.compile(r"[\s,(]*\b(?:lok(?:al)?|ext|лок(?:ал)?)\b[\s.:]*(\d{1,5})\)?", re.I)
BETWEEN_PHONES = re.compile(r"[,;]|\s(?:i|и|ili|или)\s|\s/\s")
BETWEEN_ADDRESSES = re.compile(r"[,;/\s]+(?:[iи]\s+)?")
YES_OR_NO = dict.fromkeys(("yes", "da", "true", "1", "x"), True) | dict.fromkeys(("no", "ne", "false", "0"), False)


def read_hosts(
    content: bytes, column_map: Mapping[str, str] | None = None, kinds: Mapping[str, str] | None = None
) -> RegisterSheet:
    """The good lines of a file and everything that is wrong in it.

    `column_map` is {their column: our field}, `kinds` {what a file calls a kind of school, folded: the HostKind}.
    """
    table = read_table(content, LAYOUT, column_map)
    problems = list(table.problems)
    if not table.headings and problems:  # unreadable; a readable file without one known heading lacks them all
        return RegisterSheet((), tuple(problems), table.encoding)
    absent = [name for name in REQUIRED if not {name, f"{name}_sr_cyrl", f"{name}_sr_latn"} & table.headings.keys()]
    problems += [LineProblem(1, name, "no_such_column") for name in absent]
    if not table.rows and not problems:
        problems.append(LineProblem(1, "", "no_lines"))
    by_line: dict[int, list[LineProblem]] = {}
    for problem in table.problems:
        by_line.setdefault(problem.line, []).append(problem)
    hosts: list[ImportedHost] = []
    mended: list[Mended] = []
    unknown: dict[str, None] = {}
    first_line: dict[str, int] = {}
    for row in table.rows if not absent else ():
        line = _Line(row, table, by_line.get(row.line, ()))
        host = line.host(kinds or {})
        mended += line.mended
        if host is None and (word := line.text("kind")) and kind_of(word, kinds or {}) is None:
            unknown.setdefault(word)
        if host and code_key(host.register_id) in first_line:
            line.wrong("register_id", "twice_in_the_file")
        if line.problems:
            problems += line.problems
        elif host:
            hosts.append(host)
        first_line.setdefault(code_key(row.cells.get("register_id", "")), row.line)
    return RegisterSheet(tuple(hosts), in_order(problems), table.encoding, tuple(mended), tuple(unknown))


def kind_of(word: str, known: Mapping[str, str]) -> HostKind | None:
    """The kind of school that a file means: as somebody has named it, as the register does, or by the words in it."""
    key = fold(word)
    if key in known or key in KINDS:
        return HostKind(known[key]) if key in known else KINDS[key]
    return next((kind for words, kind in KIND_WORDS if re.search(words, key)), None)


class _Line(Cells):
    """One line of a register being read."""

    def two_scripts(self, name: str) -> tuple[str, str]:
        """Both names of a thing. Latin cannot be turned into Cyrillic, so without Cyrillic it stands for both."""
        cyrl = self.text(f"{name}_sr_cyrl") or self.text(name)
        latn = self.text(f"{name}_sr_latn") or to_latin(cyrl)
        return cyrl or latn, latn

    def text(self, name: str) -> str:
        """What is told; a stroke, or that there is none, tells nothing."""
        told = super().text(name)
        return "" if NOTHING.fullmatch(fold(told)) else told

    def host(self, kinds: Mapping[str, str]) -> ImportedHost | None:
        """The host, or None where something it cannot be without is missing."""
        kind = self.read("kind", lambda word: kind_of(word, kinds), "unknown_kind")
        name_cyrl, name_latn = self.two_scripts("name")
        town_cyrl, _ = self.two_scripts("municipality")
        place_cyrl, place_latn = self.two_scripts("place")
        address_cyrl, address_latn = self.two_scripts("address")
        lat, lon = self.point()
        for name, value in (
            ("register_id", self.text("register_id")),
            ("name", name_cyrl),
            ("municipality", town_cyrl),
        ):
            if not fold(value):
                self.wrong(self.column_of(name), "missing")
        if reason := problem_with_register_name(name_cyrl) or problem_with_register_name(name_latn):
            self.wrong(self.column_of("name"), reason)
        if not self.text("kind"):
            self.wrong("kind", "missing")
        primary = self.read("teaches_primary", _yes, "not_yes_or_no")
        secondary = self.read("teaches_secondary", _yes, "not_yes_or_no")
        website = self.read("website", _website, "not_a_web_address")
        email = self.read("email", _email, "not_an_email")
        classes = self.read("classes", _classes, "not_a_number_of_classes")
        phone = self.read("phone", _phones, "not_a_phone")
        closed_on = self.read("closed_on", _closed_on, "not_a_day")
        if email and len(_addresses(self.text("email"))) > 1:
            self.note("email", email)
        if phone and re.sub(r"\D", "", phone) != re.sub(r"\D", "", self.text("phone")):
            self.note("phone", phone)
        example = self.read("example", _yes, "not_yes_or_no")
        if kind is None:
            return None
        by_kind = teaches(kind)
        return ImportedHost(
            line=self.row.line,
            register_id=self.text("register_id"),
            kind=kind,
            name_sr_cyrl=name_cyrl,
            name_sr_latn=name_latn,
            municipality=town_cyrl,
            district_iso=self.text("district_iso"),
            place_sr_cyrl=place_cyrl,
            place_sr_latn=place_latn,
            address_sr_cyrl=address_cyrl,
            address_sr_latn=address_latn,
            postcode=self.text("postcode"),
            phone=phone or "",
            website=website or "",
            email=email,
            classes=classes,
            teaches_primary=by_kind[0] if primary is None else primary,
            teaches_secondary=by_kind[1] if secondary is None else secondary,
            lat=lat,
            lon=lon,
            closed_on=closed_on,
            example=bool(example),
        )

    def column_of(self, name: str) -> str:
        """Of the columns that may hold a text in two scripts, the one this file has."""
        return next((one for one in (name, f"{name}_sr_cyrl", f"{name}_sr_latn") if one in self.table.headings), name)

    def point(self) -> tuple[float | None, float | None]:
        lat, lon = self.read("lat", _degrees, "not_degrees"), self.read("lon", _degrees, "not_degrees")
        if (lat is None) != (lon is None) and not self.problems:
            self.wrong("lat" if lat is None else "lon", "missing")
        if lat is not None and lon is not None:
            try:
                Point(lat, lon)
            except ValueError:
                self.wrong("lat", "not_on_the_map")
        return lat, lon


def _yes(word: str) -> bool:
    return YES_OR_NO[fold(word)]


def _degrees(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,3}([.,]\d{1,12})?", text):
        raise ValueError(text)
    return float(text.replace(",", "."))


def _classes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 500:
        raise ValueError(text)
    return int(text)


def _phones(text: str) -> str:
    """One number, or several with commas between, each with the zero that a spreadsheet has dropped."""
    bare = PHONE_LABEL.sub(";", EXTENSION.sub(rf"{BEFORE_EXTENSION}\1", text))
    parts = [part.strip(" :") for part in BETWEEN_PHONES.split(bare)]
    told = [part for part in (re.sub(r"[\s(/.:-]+$|^[\s)/.:-]+", "", part) for part in parts) if part]
    numbers: list[str] = []
    for part in told:
        number, extension, place = part.partition(BEFORE_EXTENSION)
        area = re.match(r"\(?(0\d{2})[\s/)-]", numbers[0]) if numbers else None
        if area and re.fullmatch(r"[1-9][\d\s/.-]{4,9}", number):  # 032/111-222 i 111-223
            number = f"{area[1]}/{number}"
        number = with_its_zero(number)
        if not can_be_dialled(number):
            raise ValueError(text)
        numbers.append(number + extension + place)
    if not numbers:
        raise ValueError(text)
    return ", ".join(numbers)


def _addresses(text: str) -> list[str]:
    return [one for one in BETWEEN_ADDRESSES.split(re.sub(r"mailto:|[<>]", "", text, flags=re.I)) if one]


def _email(text: str) -> str:
    """The address; of several the first, when all of them are addresses."""
    found = _addresses(text)
    if reason := next(filter(None, map(problem_with_address, found or [text])), None):
        raise BadText(reason)
    return found[0].lower()


def _closed_on(text: str) -> dt.date | None:
    """Since when a school is closed; STILL_OPEN where the state is another one, None where the day is absent."""
    day = DAY_INSIDE.search(text)
    if CLOSED.search(fold(text)) or (day and not re.search(r"[^\W\d_]{3}", text)):
        return day_of(day[0]) if day else None
    return STILL_OPEN


def _website(text: str) -> str:
    """An address a page may link to: http or https, nothing that runs in the browser."""
    address = text if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) and "//" in text else f"http://{text}"
    if not re.fullmatch(r"https?://[^\s/\"'<>@:]+\.[^\s/\"'<>@:]+(:\d+)?(/[^\s\"'<>]*)?", address, re.IGNORECASE):
        raise ValueError(text)
    return address


CALENDAR_LAYOUT = Layout(
    columns={
        "calendar": ("календар", "school calendar"),
        "school_year": ("школска година", "year"),
        "kind": ("врста", "vrsta dana"),
        "date_from": ("од", "први дан", "first day", "from"),
        "date_to": ("до", "последњи дан", "last day", "to"),
        "applies_to": ("за кога", "важи за", "for whom"),
        "note": ("напомена", "remark"),
        "timetable": ("распоред", "timetable of"),
    },
    limits={"note": 200},
)
CALENDAR_NEEDS = ("calendar", "school_year", "kind", "date_from", "date_to")
CALENDARS = {
    "republic": SchoolCalendar.REPUBLIC,
    "republika": SchoolCalendar.REPUBLIC,
    "vojvodina": SchoolCalendar.VOJVODINA,
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "ponedeljak", "ponedeljka"),
            ("tuesday", "utorak", "utorka"),
            ("wednesday", "sreda", "srede"),
            ("thursday", "cetvrtak", "cetvrtka"),
            ("friday", "petak", "petka"),
        )
    )
    for name in names
}


def weekday_of(text: str) -> int | None:
    """The working day that a text names ("Monday timetable", "распоред од петка"): 0 is Monday."""
    return next((WEEKDAYS[word] for word in fold(text).split() if word in WEEKDAYS), None)


def read_calendar(content: bytes) -> CalendarSheet:
    """The lines of a school calendar's file and everything that is wrong in it.

    Lines of "every" school year are observances: the product knows them, so they are passed over.
    """
    table = read_table(content, CALENDAR_LAYOUT)
    problems = list(table.problems)
    if table.headings:
        absent = [name for name in CALENDAR_NEEDS if name not in table.headings]
        problems += [LineProblem(1, name, "no_such_column") for name in absent]
        if absent:
            return CalendarSheet((), tuple(problems), table.encoding)
    lines: dict[tuple[object, ...], CalendarLine] = {}
    for row in table.rows:
        if row.cells.get("school_year") == "every":
            continue
        found, wrong = _calendar_line(row)
        key = (found.calendar, found.kind, found.applies_to, found.first_day) if found else ()
        if key and key in lines:
            wrong["date_from"] = "twice_in_the_file"
        problems += [LineProblem(row.line, table.column(name), reason) for name, reason in wrong.items()]
        if found and not wrong:
            lines[key] = found
    if not lines and not problems:
        problems.append(LineProblem(1, "", "empty_file"))
    return CalendarSheet(tuple(lines.values()), in_order(problems), table.encoding)


def decoded_text(content: bytes) -> str:
    """The text of a file as it was read, to be shown and sent again; empty for what is no text."""
    try:
        return decoded(content)[0]
    except SheetError:
        return ""


def _calendar_line(row: Row) -> tuple[CalendarLine | None, dict[str, str]]:
    """A line, if its parts can be read at all, and what is wrong with it by column."""
    cells = row.cells
    wrong = {name: "missing" for name in CALENDAR_NEEDS if not cells.get(name)}
    calendar = CALENDARS.get(fold(cells.get("calendar", "")))
    first, last = day_of(cells.get("date_from", "")), day_of(cells.get("date_to", ""))
    if calendar is None:
        wrong.setdefault("calendar", "unknown_calendar")
    for name, day in (("date_from", first), ("date_to", last)):
        if day is None:
            wrong.setdefault(name, "not_a_day")
    if calendar is None or first is None or last is None or wrong:
        return None, wrong
    kind, note = cells["kind"], cells.get("note", "")
    timetable = cells.get("timetable", "") or (note if kind == "working-saturday" else "")
    line = CalendarLine(
        calendar,
        cells["school_year"],
        kind,
        first,
        last,
        cells.get("applies_to") or "all",
        weekday_of(timetable),
        note,
        row.line,
    )
    column = {"first_day": "date_from", "last_day": "date_to", "timetable_of": "timetable"}
    wrong = {column.get(name, name): reason for name, reason in problems_of_line(line).items()}
    if cells.get("timetable") and line.timetable_of is None:
        wrong["timetable"] = "not_a_working_day"
    return line, wrong
