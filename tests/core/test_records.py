import ast
import dataclasses
import inspect
import pickle
from copy import deepcopy
from dataclasses import FrozenInstanceError, field
from functools import cached_property
from pathlib import Path

import pytest

from scheduler.core import records

ROOT = Path(__file__).resolve().parents[2]
BELOW = {("records.py", "core"), ("outlines.py", "data")}  # as what lies beside the rooms: they know no core
KINDS = pytest.mark.parametrize("dataclass", [dataclasses.dataclass, records.dataclass], ids=["python", "house"])


@records.dataclass(frozen=True)
class Place:
    name: str
    letters: tuple[str, ...] = ()
    near: object = None

    @cached_property
    def size(self) -> int:
        return len(self.letters)


@records.dataclass(frozen=True, slots=True)
class Slot:
    begins: int
    note: str = field(default="", compare=False, repr=False)


@records.dataclass(frozen=True)
class City(Place):
    people: int = 0


@KINDS
def test_one_written_down_is_compared_hashed_and_shown_by_what_it_holds(dataclass):
    @dataclass(frozen=True)
    class One:
        number: int
        word: str = "w"
        aside: list[int] = field(default_factory=list, compare=False, repr=False)

    @dataclass(frozen=True)
    class Other:
        number: int
        word: str = "w"

    first, same = One(1, aside=[1]), One(1, aside=[2])

    assert (first, hash(first), {first}) == (same, hash(same), {same})
    assert first != One(2)
    assert first != Other(1)
    assert first != (1, "w")
    assert repr(first).endswith("One(number=1, word='w')")
    assert One.__match_args__ == ("number", "word", "aside")
    assert list(inspect.signature(One).parameters) == ["number", "word", "aside"]
    assert dataclasses.asdict(dataclasses.replace(first, word="x")) == {"number": 1, "word": "x", "aside": [1]}


@KINDS
def test_what_is_written_down_stays(dataclass):
    @dataclass(frozen=True)
    class One:
        number: int

    class Below(One):
        pass

    one, below = One(1), Below(1)
    below.more = 2

    for act in (lambda: setattr(one, "number", 2), lambda: setattr(one, "more", 2), lambda: delattr(one, "number"),
                lambda: setattr(below, "number", 2), lambda: delattr(below, "number")):  # fmt: skip
        with pytest.raises(FrozenInstanceError):
            act()
    del below.more
    assert (one.number, vars(below)) == (1, {"number": 1})


@KINDS
def test_what_a_class_says_of_itself_goes_before(dataclass):
    @dataclass(frozen=True)
    class Named:
        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Named) and self.name.lower() == other.name.lower()

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "named"

    @dataclass(frozen=True)
    class Grades:
        name: str
        days: dict[int, int] = field(default_factory=dict, hash=False)

    @dataclass(frozen=True)
    class Nothing:
        pass

    assert (Named("A"), hash(Named("A")), repr(Named("A"))) == (Named("a"), 7, "named")
    assert hash(Grades("g", {1: 2})) == hash(Grades("g"))
    assert Grades("g", {1: 2}) != Grades("g")
    assert (Nothing(), len({Nothing(), Nothing()})) == (Nothing(), 1)


def test_records_inherit_keep_what_they_worked_out_and_are_copied_and_stored():
    city = City("Ниш", ("Н", "и", "ш"), people=3)

    assert (city.size, city) == (3, City("Ниш", ("Н", "и", "ш"), people=3))
    assert city != City("Ниш", ("Н", "и", "ш"), people=4)
    assert pickle.loads(pickle.dumps([city, Slot(1, "n")])) == [city, Slot(1)]
    assert deepcopy(Slot(2, "n")).note == "n"
    assert repr(Slot(2, "n")) == "Slot(begins=2)"
    with pytest.raises(FrozenInstanceError):
        Slot(2).begins = 3


def test_another_one_has_the_given_values_and_the_others_of_the_first_alone():
    place = Place("Ниш", ("Н", "и", "ш"))
    assert place.size == 3

    other = records.replace(place, letters=("N", "i", "š", "!"))

    assert (other, other.size, place.size) == (Place("Ниш", ("N", "i", "š", "!")), 4, 3)
    assert vars(records.replace(place)) == {"name": "Ниш", "letters": ("Н", "и", "ш"), "near": None}
    assert records.replace(City("Бор", people=2), people=3) == City("Бор", people=3)
    with pytest.raises(FrozenInstanceError):
        other.name = "Бор"
    with pytest.raises(TypeError):
        records.replace(place, size=1)
    with pytest.raises(TypeError):
        records.replace(place, letter=())


def test_another_one_of_a_class_that_says_more_is_made_as_python_makes_it():
    @records.dataclass(frozen=True)
    class Even:
        number: int

        def __post_init__(self) -> None:
            if self.number % 2:
                raise ValueError(self.number)

    class Town(Place):
        """Adds nothing to what it holds, and is one of its own."""

    assert records.replace(Slot(1, "a"), begins=2) == Slot(2, "a")
    assert records.replace(Even(2), number=4) == Even(4)
    with pytest.raises(ValueError, match="3"):
        records.replace(Even(2), number=3)
    assert type(records.replace(Town("Бор"), name="Ниш")) is Town


def test_one_that_holds_itself_is_shown():
    place = Place("p", near=[])
    place.near.append(place)

    assert repr(place) == "Place(name='p', letters=(), near=[...])"


def test_the_house_writes_down_by_its_own():
    """Python's own compiles six functions for each class: 4 MiB of a process that serves."""
    by_python = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "scheduler").glob("*/**/*.py"))
        if (path.name, path.parent.name) not in BELOW and _is_asked_for(path.read_text(encoding="utf-8"))
    ]

    assert by_python == []


def _is_asked_for(text: str) -> bool:
    """Whether the library's own `dataclass` is imported, or named behind its module."""
    return "dataclasses" in text and any(
        (isinstance(node, ast.ImportFrom) and node.module == "dataclasses" and "dataclass" in _names(node))
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "dataclasses.dataclass")
        for node in ast.walk(ast.parse(text))
    )


def _names(imported: ast.ImportFrom) -> set[str]:
    return {one.name for one in imported.names}
