"""What a process keeps of columns: nothing that was made for nobody, and all that somebody may ask for."""

import gc
import sys

from sqlalchemy import ForeignKey, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, configure_mappers, mapped_column, relationship
from sqlalchemy.sql.annotation import Annotated

from scheduler.core import db, lean_columns
from scheduler.core.db import enum_named
from scheduler.core.ways import NamedWay


class Base(DeclarativeBase):
    """Apart from the house's own."""


class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)


class Jar(Base):
    __tablename__ = "jar"

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("shelf.id"))
    way: Mapped[NamedWay] = mapped_column(enum_named("way_of_jars", NamedWay))
    label: Mapped[str]
    place: Mapped[int]

    shelf: Mapped[Shelf | None] = relationship(lazy="raise")


def copies_of(column):
    return [one for one in gc.get_objects() if isinstance(one, Annotated) and vars(one).get("key") == column.key]


def test_a_configured_column_is_not_copied_before_somebody_asks_by_it():
    configure_mappers()
    label = Jar.__table__.columns["label"]
    before = [one for one in copies_of(label) if one.table is Jar.__table__]

    asked = select(Jar.id).where(Jar.label == "plums")

    after = [one for one in copies_of(label) if one.table is Jar.__table__]
    assert (before, bool(after)) == ([], True)
    assert "jar.label = " in str(asked)


def test_an_attribute_tells_its_own_events_and_no_others():
    heard = []
    event.listen(Jar.label, "set", lambda _jar, value, *_more: heard.append(value))

    jar = Jar(label="plums", place=1)
    jar.place, jar.label = 2, "pears"

    assert heard == ["plums", "pears"]
    assert Jar.label.dispatch is Jar.label.dispatch
    assert Jar.label.dispatch is not Jar.place.dispatch


def test_settled_columns_are_small_and_work_as_before():
    lean_columns.settle(Base.metadata)
    lean_columns.settle(Base.metadata)  # each application of a process does it

    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    assert [one.key for one in columns if sys.getsizeof(vars(one)) > sys.getsizeof(dict(vars(one)))] == []
    assert {"dispatch", "proxy_set", "_cloned_set", "_memoized_keys"} & {
        name for one in columns for name in vars(one)
    } == set()
    assert {id(one.constraints) for one in columns} == {id(lean_columns.NONE)}
    assert [(one.proxy_set, one._cloned_set) for one in columns] == [({one}, {one}) for one in columns]  # asked anew
    assert columns[0]._memoized_keys == {"_cloned_set"}  # by these names SQLAlchemy keeps what it has answered

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Shelf(id=7), Jar(shelf_id=7, way=NamedWay.DEMO, label="plums", place=1)])
        session.commit()
        found = session.scalars(select(Jar).join(Jar.shelf).where(Shelf.id == 7, Jar.way == NamedWay.DEMO)).all()
    engine.dispose()
    assert [jar.label for jar in found] == ["plums"]


def test_copies_of_a_settled_table_have_their_keys_and_checks():
    lean_columns.settle(Base.metadata)

    copied = Jar.__table__.to_metadata(db.MetaData())

    assert [key.target_fullname for key in copied.foreign_keys] == ["shelf.id"]
    assert {str(one.name) for one in copied.constraints} >= {"way_of_jars"}
