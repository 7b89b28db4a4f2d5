"""What an office needs on day one: its name, second factors, numbers served, survey weeks, trials, second persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _registry()
    _staff()
    _say_of_public_code("printed code; it moves on only with the counter that moves to another unit")
    op.add_column(
        "accounts",
        sa.Column(
            "one_time_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the password was given by another and must change",
        ),
    )
    op.add_column(
        "accounts",
        sa.Column(
            "totp_sealed", sa.LargeBinary(length=200), nullable=True, comment="secret of the second factor, encrypted"
        ),
    )
    op.add_column(
        "accounts",
        sa.Column(
            "totp_step", sa.Integer(), nullable=True, comment="time step of the code used last: none is taken twice"
        ),
    )
    op.add_column(
        "counters",
        sa.Column("starts_on", sa.Date(), nullable=True, comment="first day in use; a mobile service is dated"),
    )
    op.add_column(
        "counters", sa.Column("place", sa.String(length=200), nullable=True, comment="where a mobile service stands")
    )
    op.add_column(
        "counters",
        sa.Column("tested_until", sa.DateTime(timezone=True), nullable=True, comment="end of a scan test under way"),
    )
    op.add_column(
        "counters",
        sa.Column(
            "scanned_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a scan test last met the printed code",
        ),
    )
    op.add_column(
        "holidays", sa.Column("ends_on", sa.Date(), nullable=True, comment="before the date itself: withdrawn")
    )
    op.add_column(
        "units",
        sa.Column(
            "target", sa.String(length=200), nullable=True, comment="IKM aimed at, a decimal string of two places"
        ),
    )
    op.add_column(
        "units",
        sa.Column(
            "counter_label",
            sa.String(length=200),
            nullable=True,
            comment="what its counters are called: Loket, Poli, Meja, Gerai",
        ),
    )  # Whoever is signed in signs in again: a session now has more to say than the old rows know.
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "session_code", sa.String(length=200), nullable=False, comment="names the session in lists, opens nothing"
        ),
        sa.Column(
            "browser",
            sa.String(length=200),
            nullable=False,
            comment="what its owner knows it by: browser and system, no more",
        ),
        sa.Column(
            "stage",
            sa.String(length=200),
            nullable=False,
            comment="what is still asked: second | enrol | password | open (nothing)",
        ),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the password was last given, for what asks for it again",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
        sa.UniqueConstraint("session_code", name=op.f("uq_sessions_session_code")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)


def _say_of_public_code(comment: str) -> None:
    if op.get_bind().dialect.supports_comments:
        op.alter_column(
            "counters", "public_code", existing_type=sa.String(length=7), existing_nullable=False, comment=comment
        )


def _registry() -> None:
    op.create_table(
        "governments",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governments")),
    )
    op.create_table(
        "past_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("past_score_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("skm", sa.String(length=200), nullable=False, comment="IKM, a decimal string of two places"),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_past_scores_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_scores")),
        sa.UniqueConstraint("past_score_code", name=op.f("uq_past_scores_past_score_code")),
    )
    op.create_index(op.f("ix_past_scores_unit_id"), "past_scores", ["unit_id"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True, comment="none: all services of the unit"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "population", sa.Integer(), nullable=True, comment="number served; none: taken from the served counts"
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaigns_order")),
        sa.CheckConstraint("population > 0", name=op.f("ck_campaigns_population")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_campaigns_service_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_campaigns_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("campaign_code", name=op.f("uq_campaigns_campaign_code")),
    )
    op.create_index(op.f("ix_campaigns_unit_id"), "campaigns", ["unit_id"], unique=False)
    op.create_table(
        "indicators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True, comment="none: the unit's own"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=200),
            nullable=False,
            comment="jumlah | mutu | waktu | anggaran | hasil | respons pengaduan",
        ),
        sa.Column("duty", sa.String(length=200), nullable=True),
        sa.Column("unit_goal", sa.String(length=200), nullable=True),
        sa.Column("period_code", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=True, comment="decimal string"),
        sa.Column("realisation", sa.String(length=200), nullable=True, comment="decimal string"),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column(
            "source",
            sa.String(length=200),
            nullable=True,
            comment="where the realisation was taken from; the portal checks none",
        ),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_indicators_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_indicators_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicators")),
        sa.UniqueConstraint("indicator_code", name=op.f("uq_indicators_indicator_code")),
    )
    op.create_index(op.f("ix_indicators_unit_id"), "indicators", ["unit_id"], unique=False)
    op.create_table(
        "served_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("served_count_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True, comment="none: all services together"),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_served_counts_n")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_served_counts_service_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_served_counts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_served_counts")),
        sa.UniqueConstraint("served_count_code", name=op.f("uq_served_counts_served_count_code")),
    )
    op.create_index("ix_served_counts_unit_id_on_date", "served_counts", ["unit_id", "on_date"], unique=False)


def _staff() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.CheckConstraint("outcome <> 'approved' OR decided_by <> proposed_by", name=op.f("ck_proposals_two_persons")),
        sa.CheckConstraint("outcome IN ('approved', 'refused', 'withdrawn')", name=op.f("ck_proposals_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_proposals_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_table(
        "rehearsals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column(
            "wiped",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=True,
            comment="rows destroyed, by table",
        ),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.id"], name=op.f("fk_rehearsals_certificate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )


def downgrade() -> None:
    """Take back."""
    _say_of_public_code("printed code; never given to another counter")
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)
    op.drop_column("units", "counter_label")
    op.drop_column("units", "target")
    op.drop_column("holidays", "ends_on")
    op.drop_column("counters", "scanned_at")
    op.drop_column("counters", "tested_until")
    op.drop_column("counters", "place")
    op.drop_column("counters", "starts_on")
    op.drop_column("accounts", "totp_step")
    op.drop_column("accounts", "totp_sealed")
    op.drop_column("accounts", "one_time_until")
    op.drop_index("ix_served_counts_unit_id_on_date", table_name="served_counts")
    op.drop_table("served_counts")
    op.drop_table("recovery_codes")
    op.drop_index(op.f("ix_indicators_unit_id"), table_name="indicators")
    op.drop_table("indicators")
    op.drop_index(op.f("ix_campaigns_unit_id"), table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_table("rehearsals")
    op.drop_index(op.f("ix_past_scores_unit_id"), table_name="past_scores")
    op.drop_table("past_scores")
    op.drop_table("proposals")
    op.drop_table("governments")
