"""The first guardian of a minor is confirmed by a second person: columns, and what the tables refuse about them."""

from pathlib import Path

from alembic import op

revision = "0003_confirmed_guardian"
down_revision = "0002_less_to_keep"
branch_labels = None
depends_on = None

BETWEEN = "\n;\n"


def upgrade() -> None:
    connection = op.get_bind().execution_options(no_parameters=True)
    for statement in (
        Path(__file__).with_suffix("").joinpath(f"{connection.dialect.name}.sql").read_text().split(BETWEEN)
    ):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("who confirmed a guardian would be lost: restore a backup")
