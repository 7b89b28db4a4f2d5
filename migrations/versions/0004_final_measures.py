"""Measures that are final: closed periods, their sheets and signed snapshots; comments, topics, progress."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON: Final = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
APPEND_ONLY: Final = {
    "snapshots": "id period_code version signed_at key_code previous_hash hash jws reason".split(),
    "parameter_sheets": "id period_code version instrument body withheld hash".split(),
}
TOLD: Final = ("realisation", "as_of", "source", "link")
"""What an indicator kept of its realisation itself, before each was an entry of its progress."""


def upgrade() -> None:
    """Apply."""
    _ratings()
    _comments()
    _periods()
    _snapshots()
    _progress()
    for table, columns in APPEND_ONLY.items():
        _refuse_changes(table, columns)


def _ratings() -> None:
    op.create_table(
        "carried",
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("cut", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False, comment="the month in which it was given"),
        sa.Column("month", sa.Date(), nullable=False, comment="the month whose cell it counts in"),
        sa.Column("value", sa.SmallInteger(), nullable=False, comment="its contribution now, 0 = none"),
        sa.PrimaryKeyConstraint("response_id", "cut", "subject", "measure", name=op.f("pk_carried")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_carried_month", "carried", ["month"], unique=False)
    op.create_table(
        "choices",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False, comment="service id, `-` not answered, `lainnya`"),
        sa.Column("instrument", sa.String(length=200), nullable=False, comment="code@version"),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("option", sa.String(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "unit_id", "counter_id", "service", "instrument", "item", "option", name=op.f("pk_choices")
        ),
        sqlite_with_rowid=False,
    )


def _comments() -> None:
    op.create_table(
        "cases",
        sa.Column("case_code", sa.String(length=200), nullable=False, comment="random"),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="masked"),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name=op.f("ck_cases_answered")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_cases_unit_id")),
        sa.PrimaryKeyConstraint("case_code", name=op.f("pk_cases")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_cases_receipt_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_unit_id_opened_on", "cases", ["unit_id", "opened_on"], unique=False)
    op.create_table(
        "comments",
        sa.Column(
            "id",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="HMAC of the receipt, so that each response leaves one; leads back to none",
        ),
        sa.Column(
            "case_code",
            sa.String(length=200),
            nullable=True,
            comment="of one whose writer asks for an answer: it is in no batch",
        ),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="masked"),
        sa.Column("sealed", sa.LargeBinary(), nullable=True, comment="the original, encrypted, for thirty days"),
        sa.Column("sealed_until", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.String(length=200),
            nullable=False,
            comment="waiting for its month's batch | suspected | released | withheld",
        ),
        sa.Column(
            "decided_by", sa.String(length=200), nullable=True, comment="the reviewer who decided what was suspected"
        ),
        sa.CheckConstraint("state IN ('waiting', 'suspected', 'released', 'withheld')", name=op.f("ck_comments_state")),
        sa.ForeignKeyConstraint(["case_code"], ["cases.case_code"], name=op.f("fk_comments_case_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_comments_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comments_case_code", "comments", ["case_code"], unique=False)
    op.create_index("ix_comments_unit_id_month", "comments", ["unit_id", "month"], unique=False)


def _periods() -> None:
    op.create_table(
        "periods",
        sa.Column("period_code", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False, comment="officers' figures left for nobody, and never will"),
        sa.PrimaryKeyConstraint("period_code", name=op.f("pk_periods")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_periods_starts_on")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("key_code", sa.String(length=200), nullable=False, comment="its JWK thumbprint (RFC 7638)"),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="PKCS #8, encrypted under the portal's secret"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_code", name=op.f("pk_signing_keys")),
    )


def _snapshots() -> None:
    op.create_table(
        "parameter_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_code", sa.String(length=200), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("instrument", sa.String(length=200), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column(
            "withheld",
            JSON,
            nullable=False,
            comment="what the officers' scores were computed from beside it, never published; the body names its hash",
        ),
        sa.Column(
            "hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the canonical JSON (RFC 8785) of the body",
        ),
        sa.ForeignKeyConstraint(["period_code"], ["periods.period_code"], name=op.f("fk_parameter_sheets_period_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_sheets")),
        sa.UniqueConstraint("period_code", "version", name=op.f("uq_parameter_sheets_period_code_version")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_code", sa.String(length=200), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_code", sa.String(length=200), nullable=False),
        sa.Column(
            "previous_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="of the snapshot signed before this one, zeros for the first",
        ),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of the payload"),
        sa.Column("jws", sa.LargeBinary(), nullable=False, comment="RFC 7515, compact"),
        sa.Column("reason", sa.String(length=200), nullable=True, comment="of a correction"),
        sa.CheckConstraint("(version = 1) = (reason IS NULL)", name=op.f("ck_snapshots_reason")),
        sa.ForeignKeyConstraint(["key_code"], ["signing_keys.key_code"], name=op.f("fk_snapshots_key_code")),
        sa.ForeignKeyConstraint(["period_code"], ["periods.period_code"], name=op.f("fk_snapshots_period_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("hash", name=op.f("uq_snapshots_hash")),
        sa.UniqueConstraint("period_code", "version", name=op.f("uq_snapshots_period_code_version")),
    )
    op.create_table(
        "snapshot_scores",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("cut", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False, comment="of the subject"),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("instrument", sa.String(length=200), nullable=False),
        sa.Column(
            "unit_path",
            sa.String(length=200),
            nullable=False,
            comment="ids from the root to the unit of the subject, joined by dots",
        ),
        sa.Column("body", JSON, nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_snapshot_scores_snapshot_id")),
        sa.PrimaryKeyConstraint("snapshot_id", "cut", "code", "measure", "instrument", name=op.f("pk_snapshot_scores")),
        sqlite_with_rowid=False,
    )


def _progress() -> None:
    op.create_table(
        "progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False, comment="decimal string"),
        sa.Column(
            "source",
            sa.String(length=200),
            nullable=True,
            comment="where it was taken from; the portal checks none",
        ),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicators.id"], name=op.f("fk_progress_indicator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress")),
    )
    op.create_index(op.f("ix_progress_indicator_id"), "progress", ["indicator_id"], unique=False)
    op.add_column(
        "indicators",
        sa.Column(
            "measure",
            sa.String(length=200),
            nullable=True,
            comment="what the portal itself counts it by; none: handed in",
        ),
    )
    op.execute(
        "INSERT INTO progress (indicator_id, as_of, value, source, link, entered_by, entered_at) "
        "SELECT id, as_of, realisation, source, link, 'workbook', CURRENT_TIMESTAMP FROM indicators "
        "WHERE realisation IS NOT NULL AND as_of IS NOT NULL ORDER BY id"
    )
    for column in TOLD:
        op.drop_column("indicators", column)
    op.add_column(
        "past_scores", sa.Column("source", sa.String(length=200), nullable=True, comment="where it was published")
    )
    op.add_column(
        "release_cells",
        sa.Column(
            "composition",
            JSON,
            nullable=True,
            comment="answers by channel and evidence, late ones, and ballots by state that do not count",
        ),
    )
    op.add_column(
        "release_cells",
        sa.Column(
            "parts",
            JSON,
            nullable=True,
            comment="officers: the tally by service and day, for the fair score alone; never shown",
        ),
    )


def _refuse_changes(table: str, columns: list[str]) -> None:
    """Refuse every UPDATE that changes a value, REPLACE, TRUNCATE and DELETE, as revision 0002 does for the audit."""
    if op.get_bind().dialect.name == "postgresql":
        refuse = "EXECUTE FUNCTION refuse()"
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) {refuse}"
        )
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
        return
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    same = f"SELECT 1 FROM {table} t WHERE t.id = NEW.id"  # noqa: S608 - our own table names
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({same}) "
        f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table} is append-only'); END"
    )
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {changed} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")


def downgrade() -> None:
    """Take back."""
    op.drop_column("release_cells", "parts")
    op.drop_column("release_cells", "composition")
    op.drop_column("past_scores", "source")
    _take_progress_back()
    op.drop_column("indicators", "measure")
    op.drop_index(op.f("ix_progress_indicator_id"), table_name="progress")
    op.drop_table("progress")
    op.drop_table("snapshot_scores")
    op.drop_table("snapshots")
    op.drop_table("parameter_sheets")
    op.drop_index("ix_comments_unit_id_month", table_name="comments")
    op.drop_index("ix_comments_case_code", table_name="comments")
    op.drop_table("comments")
    op.drop_index("ix_cases_unit_id_opened_on", table_name="cases")
    op.drop_table("cases")
    op.drop_table("signing_keys")
    op.drop_table("periods")
    op.drop_table("choices")
    op.drop_index("ix_carried_month", table_name="carried")
    op.drop_table("carried")


def _take_progress_back() -> None:
    """Keep of each indicator what counts, and lose the way there."""
    comments = {
        "realisation": "decimal string",
        "source": "where the realisation was taken from; the portal checks none",
    }
    for column in TOLD:
        kind = sa.Date() if column == "as_of" else sa.String(length=200)
        op.add_column("indicators", sa.Column(column, kind, nullable=True, comment=comments.get(column)))
    latest = "SELECT {} FROM progress p WHERE p.indicator_id = indicators.id ORDER BY p.as_of DESC, p.id DESC LIMIT 1"
    moved = {"realisation": "value", "as_of": "as_of", "source": "source", "link": "link"}
    kept = ", ".join(f"{column} = ({latest.format('p.' + name)})" for column, name in moved.items())
    op.execute(f"UPDATE indicators SET {kept} WHERE measure IS NULL")  # noqa: S608 - our own column names
