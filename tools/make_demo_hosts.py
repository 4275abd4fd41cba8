"""Make scheduler/data/demo_hosts.csv: 300 invented hosts in the columns of the Ministry's register, marked as examples.

    python -m tools.make_demo_hosts

Names join one historic given name with another's surname, so they name nobody; telephones begin with 000, which is no
area; the streets are trees. The same seed gives the same bytes.
"""

import csv
import random
from io import StringIO

from scheduler.core.text import to_latin
from scheduler.data.files import FOLDER, rows_of

SEED = 19833
HOSTS = 300
COLUMNS = [
    "register_id",
    "name_sr_cyrl",
    "name_sr_latn",
    "kind",
    "teaches_primary",
    "teaches_secondary",
    "address_sr_cyrl",
    "address_sr_latn",
    "postcode",
    "place_sr_cyrl",
    "place_sr_latn",
    "municipality_sr_cyrl",
    "municipality_sr_latn",
    "district_iso",
    "phone",
    "website",
    "classes",
    "lat",
    "lon",
    "example",
]
PEOPLE = [
    "Доситеј Обрадовић",
    "Десанка Максимовић",
    "Михајло Пупин",
    "Исидора Секулић",
    "Милутин Миланковић",
    "Милева Марић",
    "Лаза Костић",
    "Бранислав Нушић",
    "Јосиф Панчић",
    "Јован Цвијић",
    "Стеван Мокрањац",
    "Бранко Ћопић",
    "Милош Црњански",
    "Алекса Шантић",
    "Радоје Домановић",
    "Ксенија Атанасијевић",
    "Урош Предић",
    "Никола Тесла",
    "Стојан Новаковић",
    "Руђер Бошковић",
    "Јелена Димитријевић",
    "Петар Кочић",
    "Симо Матавуљ",
    "Милован Глишић",
]
SECONDARY = ("Гимназија", "Техничка школа", "Економска школа", "Медицинска школа", "Пољопривредна школа")
STREETS = [
    "Липова",
    "Јабланова",
    "Храстова",
    "Брезова",
    "Јаворова",
    "Борова",
    "Кестенова",
    "Багремова",
    "Јасенова",
    "Трешњева",
]
OTHERS = (
    ("dormitory", "Дом ученика", 14), ("library", "Библиотека", 14), ("music", "Музичка школа", 6),
    ("special-primary-secondary", "Школа", 4), ("camp", "Омладински камп", 6),
    ("municipality", "Општинска канцеларија за младе", 4),
)  # fmt: skip
SECONDARIES = 62


def invented_names(chance: random.Random) -> list[str]:
    """Given names and surnames of different people, in a mixed order; no real pair among them."""
    given, family = zip(*(person.split() for person in PEOPLE), strict=True)
    pairs = [f"{first} {last}" for first in given for last in family if f"{first} {last}" not in PEOPLE]
    chance.shuffle(pairs)
    return pairs


def kinds() -> list[tuple[str, str]]:
    """The kind of each host, and the words before its name."""
    others = [(kind, words) for kind, words, count in OTHERS for _ in range(count)]
    others += [("secondary", SECONDARY[number % len(SECONDARY)]) for number in range(SECONDARIES)]
    return [("primary", "")] * (HOSTS - len(others)) + others


def homes(chance: random.Random) -> list[dict[str, str]]:
    """A municipality for each host: every one of them once, then by the number of its schools."""
    municipalities = rows_of("municipalities.csv")
    schools = [int(row["schools_primary"] or 0) + int(row["schools_secondary"] or 0) for row in municipalities]
    return municipalities + chance.choices(municipalities, schools, k=HOSTS - len(municipalities))


def host(number: int, kind: tuple[str, str], name: str, home: dict[str, str], chance: random.Random) -> dict[str, str]:
    """One line of the file."""
    whole = kind[1] if kind[0] == "municipality" else f"{kind[1]} {name}".strip()
    address = f"{chance.choice(STREETS)} {chance.randint(1, 90)}"
    primary = kind[0].startswith(("primary", "special", "music"))
    secondary = "secondary" in kind[0] or kind[0] == "music"
    town = home["name_sr_cyrl"]
    return {
        "register_id": f"example-{number:03}",
        "name_sr_cyrl": whole,
        "name_sr_latn": to_latin(whole),
        "kind": kind[0],
        "teaches_primary": "yes" if primary else "no",
        "teaches_secondary": "yes" if secondary else "no",
        "address_sr_cyrl": address,
        "address_sr_latn": to_latin(address),
        "postcode": home["postcode"],
        "place_sr_cyrl": town,
        "place_sr_latn": to_latin(town),
        "municipality_sr_cyrl": town,
        "municipality_sr_latn": to_latin(town),
        "district_iso": home["district_iso"],
        "phone": f"000555{number:03}",
        "website": f"https://primer-{number:03}.example.org" if number % 3 else "",
        "classes": str(chance.randint(8, 36)) if primary or secondary else "",
        "lat": f"{float(home['lat']) + chance.uniform(-0.01, 0.01):.5f}",
        "lon": f"{float(home['lon']) + chance.uniform(-0.01, 0.01):.5f}",
        "example": "yes",
    }


def demo_hosts() -> str:
    """The whole file."""
    chance = random.Random(SEED)  # nosec B311
    places, names, what = homes(chance), invented_names(chance), kinds()
    chance.shuffle(what)
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number, (kind, name, home) in enumerate(zip(what, names, places, strict=False), start=1):
        writer.writerow(host(number, kind, name, home, chance))
    return out.getvalue()


if __name__ == "__main__":
    (FOLDER / "demo_hosts.csv").write_text(demo_hosts(), encoding="utf-8")
