"""Columns that must not come here at all, told by their headings: personal numbers, and names of pupils."""

from scheduler.core.text import fold

PERSONAL_NUMBERS, NAMES_OF_PUPILS = "personal_numbers", "names_of_pupils"  # codes of problems
NUMBERS = {"jmbg", "jmb", "embg"}
NUMBER_WORDS = (
    "jedinstveni maticni broj",
    "maticni broj gradana",
    "maticni broj ucenika",
    "maticni broj deteta",
    "maticni broj roditelja",
    "licni broj",
    "identity number",
    "personal number",
    "national id",
)
OF_PUPILS = {
    *("ucenik", "ucenika", "ucenici", "ucenica", "ucenice", "dak", "daka", "daci", "dete", "deteta", "deca", "dece"),
    *("maloletnik", "maloletnika", "polaznik", "polaznika", "pupil", "pupils", "student", "students"),
    *("child", "children"),
}
NAMES = {"ime", "imena", "prezime", "prezimena", "spisak", "name", "names", "surname"}
ONE_PUPIL = {"ucenik", "ucenica", "ucenik ca", "ucenik ucenica", "dak", "dete", "pupil", "child", "student"}
NO_PUPILS = {"dom", "doma", "skola", "skole", "ustanove", "school", "programa", "teme"}


def personal_column(heading: str) -> str:
    """What a column of that heading would hold, as the code of a problem; empty for every other one."""
    key = fold(heading)
    words = set(key.split())
    if words & NUMBERS or key.replace(" ", "") in NUMBERS or any(one in key for one in NUMBER_WORDS):
        return PERSONAL_NUMBERS
    of_pupils = words & OF_PUPILS
    if key in ONE_PUPIL or (of_pupils and words & NAMES and not words & NO_PUPILS):
        return NAMES_OF_PUPILS
    return ""
