"""People as a file: a centre's own list of educators, influencers and staff."""

import re
from collections.abc import Mapping
from typing import TypeVar

from scheduler.core.names import problem_with_name
from scheduler.core.text import BadText, fold, problem_with_address
from scheduler.imports.sheets import Cells, Layout, LineProblem, day_of, in_order, read_lines
from scheduler.people.rules import NAME_LIMIT, address_of
from scheduler.people.terms import ImportedPerson, PeopleSheet, TeachingLanguage, Topic
from scheduler.policy import Role

LAYOUT = Layout(
    columns={
        "given_name": ("име", "first name", "given name"),
        "family_name": ("презиме", "last name", "surname", "family name"),
        "full_name": ("име и презиме", "презиме и име", "ime prezime", "name"),
        "email": ("имејл", "мејл", "e-pošta", "e-mail", "mail", "адреса е-поште", "elektronska pošta"),
        "role": ("улога", "врста", "funkcija", "uloga u programu", "kind"),
        "home": ("место", "град", "општина", "место становања", "town", "city", "municipality"),
        "birth_date": ("датум рођења", "рођен", "datum rodjenja", "date of birth", "born"),
        "topics": ("теме", "тема", "oblasti", "topics"),
        "languages": ("језици", "језик", "jezik nastave", "languages of teaching"),
    },
    limits={"given_name": NAME_LIMIT, "family_name": NAME_LIMIT, "email": 254, "topics": 300, "birth_date": 30},
    lists=frozenset({"topics", "languages"}),
)
Word = TypeVar("Word")

REQUIRED = ("email", "role")
ROLES = {
    "edukator": Role.EDUCATOR,
    "edukatorka": Role.EDUCATOR,
    "predavac": Role.EDUCATOR,
    "influenser": Role.INFLUENCER,
    "influenserka": Role.INFLUENCER,
    "mladi influenser": Role.INFLUENCER,
    "vrsnjacki edukator": Role.INFLUENCER,
    "youth influencer": Role.INFLUENCER,
    "koordinator": Role.COORDINATOR,
    "koordinatorka": Role.COORDINATOR,
    "zastita dece": Role.SAFEGUARDING,
    "administrator": Role.ADMINISTRATOR,
    "administratorka": Role.ADMINISTRATOR,
} | {fold(role.value): role for role in (Role.EDUCATOR, Role.INFLUENCER, Role.COORDINATOR, Role.SAFEGUARDING)}
TOPICS = {
    "bezbedan internet": Topic.SAFE_INTERNET,
    "bezbednost na internetu": Topic.SAFE_INTERNET,
    "vrsnjacko nasilje": Topic.PEER_VIOLENCE,
    "digitalno nasilje": Topic.PEER_VIOLENCE,
    "privatnost": Topic.PRIVACY,
    "prijavljivanje": Topic.REPORTING,
    "prijava stetnog sadrzaja": Topic.REPORTING,
    "medijska pismenost": Topic.MEDIA_LITERACY,
    "roditeljstvo": Topic.PARENTING,
    "roditelji i deca na internetu": Topic.PARENTING,
} | {fold(topic.value): topic for topic in Topic}
LANGUAGES = {
    "srpski": TeachingLanguage.SERBIAN,
    "madarski": TeachingLanguage.HUNGARIAN,
    "slovacki": TeachingLanguage.SLOVAK,
    "rumunski": TeachingLanguage.ROMANIAN,
    "rusinski": TeachingLanguage.RUSYN,
    "hrvatski": TeachingLanguage.CROATIAN,
    "bosanski": TeachingLanguage.BOSNIAN,
    "albanski": TeachingLanguage.ALBANIAN,
    "bugarski": TeachingLanguage.BULGARIAN,
    "engleski": TeachingLanguage.ENGLISH,
} | {name: language for language in TeachingLanguage for name in (fold(language.value), fold(language.name))}


def read_people(content: bytes, column_map: Mapping[str, str] | None = None) -> PeopleSheet:
    """The good lines of a file and everything that is wrong in it; `column_map` is {their column: our field}."""
    table, lines, problems = read_lines(content, LAYOUT, REQUIRED, column_map)
    named = {"full_name", "given_name"} & table.headings.keys()
    if lines and (not named or ("full_name" not in named and "family_name" not in table.headings)):
        problems.append(LineProblem(1, "family_name" if named else "given_name", "no_such_column"))
        lines = []
    people: list[ImportedPerson] = []
    first: dict[str, int] = {}
    for line in lines:
        person = _person(line)
        if person.email and first.setdefault(person.email, person.line) != person.line:
            line.wrong("email", "address_twice")
        problems += line.problems
        if not line.problems:
            people.append(person)
    return PeopleSheet(tuple(people), in_order(problems), len(table.rows), table.encoding, table.every_heading)


def _person(line: Cells) -> ImportedPerson:
    given, family = _names(line)
    role = line.needed("role", lambda text: ROLES.get(fold(text)), "unknown_role")
    if role is Role.ADMINISTRATOR:
        line.wrong("role", "administrator_by_hand")
    topics = line.read("topics", lambda text: _listed(text, TOPICS), "unknown_topic") or ()
    languages = line.read("languages", lambda text: _listed(text, LANGUAGES), "unknown_language")
    presents = role in (Role.EDUCATOR, Role.INFLUENCER)
    for name in ("home", "topics") if presents else ():
        if not line.text(name):
            line.wrong(name, "missing")
    return ImportedPerson(
        line=line.row.line,
        given_name=given,
        family_name=family,
        email=line.needed("email", _address, "not_an_email") or "",
        role=role or Role.COORDINATOR,
        home=line.text("home"),
        birth_date=line.read("birth_date", day_of, "not_a_day"),
        topics=tuple(topics),
        languages=tuple(languages or (TeachingLanguage.SERBIAN,)),
    )


def _names(line: Cells) -> tuple[str, str]:
    """The two parts of a name: as columns, or one column whose heading says which part stands first."""
    if "full_name" not in line.table.headings:
        for name in ("given_name", "family_name"):
            if reason := problem_with_name(line.text(name)):
                line.wrong(name, reason)
            elif not line.text(name):
                line.wrong(name, "missing")
        return line.text("given_name"), line.text("family_name")
    parts = line.text("full_name").split(maxsplit=1)
    if len(parts) < 2:
        line.wrong("full_name", "name_of_two_parts" if parts else "missing")
        return "", ""
    if reason := next(filter(None, map(problem_with_name, parts)), None):
        line.wrong("full_name", reason)
    if fold(line.table.column("full_name")).startswith("prezime"):
        return parts[1], parts[0]
    return parts[0], parts[1]


def _address(text: str) -> str:
    address = address_of(text)
    if reason := problem_with_address(address):
        raise BadText(reason)
    return address


def _listed(text: str, known: Mapping[str, Word]) -> tuple[Word, ...]:
    """The words of a list ("srpski, mađarski"), each once. Raises: KeyError for one that is not known."""
    return tuple(dict.fromkeys(known[fold(part)] for part in re.split(r"[,;/+\n]| и | i | and ", text) if fold(part)))
