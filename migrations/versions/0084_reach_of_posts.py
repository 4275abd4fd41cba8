"""What came of posts may come from a file, checked and stored by the worker as every other."""

from alembic import op

revision = "0084_reach_of_posts"
down_revision = "0083_panels"
branch_labels = None
depends_on = None

OLD_KINDS = (
    *(f"{act}_{file}" for file in ("hosts", "people", "bells", "visits", "helpline") for act in ("check", "import")),
    *("issue_certificates", "propose_plan"),
)
NEW = ("check_posts", "import_posts")


def _kinds(*kinds: str) -> None:
    """Which kinds of long work there are; nothing refers to that table: it may be rebuilt."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("long_work") as batch:
        batch.drop_constraint(op.f("ck_long_work_workkind"), type_="check")
        batch.create_check_constraint(op.f("ck_long_work_workkind"), f"kind IN ({words})")


def upgrade() -> None:
    _kinds(*OLD_KINDS[:-2], *NEW, *OLD_KINDS[-2:])


def downgrade() -> None:
    op.execute("DELETE FROM long_work WHERE kind IN ('check_posts', 'import_posts')")
    _kinds(*OLD_KINDS)
