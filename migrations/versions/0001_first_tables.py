"""The tables of the first release, with all that they refuse by themselves.

One text for each database, as the models of that day made it. What comes later is a migration of its own.
"""

from pathlib import Path

from alembic import op

revision = "0001_first_tables"
down_revision = None
branch_labels = None
depends_on = None

BETWEEN = "\n;\n"  # statements: the body of a trigger has semicolons of its own


def upgrade() -> None:
    connection = op.get_bind().execution_options(no_parameters=True)
    for statement in (
        Path(__file__).with_suffix("").joinpath(f"{connection.dialect.name}.sql").read_text().split(BETWEEN)
    ):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first release: make a new database")
