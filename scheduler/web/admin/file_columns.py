"""The columns that files of each kind most often have, for the page that explains them and the file to begin with.

The readers know many more names (the layouts in imports); a test holds that they know these.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.core.text import to_latin
from scheduler.work.terms import WorkKind


@dataclass(frozen=True)
class ColumnHelp:
    """A column: what it is called and what may stand in it, in one language's letters; whether it must be there."""

    heading: str
    example: str
    needed: bool


@dataclass(frozen=True)
class _Column:
    sr_cyrl: str
    en: str
    example: str
    needed: bool = False


USUAL: Mapping[WorkKind, tuple[_Column, ...]] = {
    WorkKind.CHECK_HOSTS: (
        _Column("број у регистру", "register_id", "4188", needed=True),
        _Column("назив", "school name", "Вук Караџић", needed=True),
        _Column("врста", "type", "основна школа", needed=True),
        _Column("општина", "municipality", "Ниш", needed=True),
        _Column("место", "town", "Нишка Бања"),
        _Column("адреса", "street", "Липова 7"),
        _Column("поштански број", "postal code", "18000"),
        _Column("телефон", "telephone", "018 123 456"),
        _Column("имејл", "e-mail", "skola@primer.example"),
    ),
    WorkKind.CHECK_PEOPLE: (
        _Column("име и презиме", "name", "Јелена Илић", needed=True),
        _Column("имејл", "e-mail", "jelena@centar.example", needed=True),
        _Column("улога", "role", "едукатор", needed=True),
        _Column("место", "town", "Ниш"),
        _Column("датум рођења", "date of birth", "3.4.2010."),
        _Column("теме", "topics", "безбедан интернет, приватност"),
        _Column("језици", "languages", "српски, мађарски"),
    ),
    WorkKind.CHECK_BELLS: (
        _Column("школа", "school", "ОШ Вук Караџић", needed=True),
        _Column("општина", "town", "Ниш"),
        _Column("прва смена", "morning", "8:00", needed=True),
        _Column("друга смена", "afternoon", "14:00"),
        _Column("трајање часа", "lesson", "45"),
        _Column("велики одмор", "long break", "20"),
        _Column("број часова", "number of lessons", "7"),
        _Column("смене се мењају", "shifts change", "недељно"),
        _Column("разреди прве смене", "grades of the first shift", "1, 3, 5, 7"),
        _Column("одељења прве групе", "letters of the first shift", "1, 3"),
        _Column("рачуна се од", "from day", "31.8.2026."),
        _Column("дани замене смена", "days on which shifts change", "1.2.2027."),
        _Column("међусмена", "middle shift", "11:00"),
        _Column("разреди међусмене", "grades of the middle shift", "2, 4"),
        _Column("скраћени дани", "days with shortened lessons", "23.12.2026., 24.12.2026."),
        _Column("скраћени час", "shortened lesson", "30"),
    ),
    WorkKind.CHECK_HELPLINE: (
        _Column("први дан", "first day", "1.1.2024.", needed=True),
        _Column("последњи дан", "last day", "31.1.2024.", needed=True),
        _Column("шта се броји", "what is counted", "тема", needed=True),
        _Column("шифра", "code", "grooming"),
        _Column("број", "number", "12", needed=True),
    ),
    WorkKind.CHECK_POSTS: (
        _Column("објава", "short address", "k7m2q9x", needed=True),
        _Column("досег", "reach", "4180", needed=True),
        _Column("реакције", "reactions", "312", needed=True),
    ),
    WorkKind.CHECK_VISITS: (
        _Column("датум", "date", "12.3.2024.", needed=True),
        _Column("школа", "school", "ОШ Вук Караџић", needed=True),
        _Column("општина", "town", "Ниш"),
        _Column("програм", "programme", "Безбедан интернет"),
        _Column("време", "time", "10:30"),
        _Column("трајање", "duration", "45"),
        _Column("одељења", "class", "VII-1, VII-2"),
        _Column("ученици", "pupils", "58", needed=True),
        _Column("родитељи", "parents", "0"),
        _Column("наставници", "teachers", "2"),
        _Column("предавачи", "speakers", "Јелена Илић, Марко Савић"),
        _Column("километри", "kilometers", "14"),
    ),
}


def columns_of(kind: WorkKind, language: str) -> list[ColumnHelp]:
    """The columns of one kind of file in a language's letters."""
    return [
        ColumnHelp(
            one.en if language == "en" else _in_script(one.sr_cyrl, language),
            _in_script(one.example, language),
            one.needed,
        )
        for one in USUAL[kind]
    ]


def _in_script(text: str, language: str) -> str:
    return text if language == "sr_Cyrl" else to_latin(text)
