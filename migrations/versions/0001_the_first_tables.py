"""The tables of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="1, 2, 3 ... without a gap"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("act", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'retention') = (month IS NOT NULL)", name=op.f("ck_certificates_month")),
        sa.CheckConstraint("kind IN ('retention', 'rehearsal')", name=op.f("ck_certificates_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
    )
    op.create_table(
        "day_keys",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("on_date", name=op.f("pk_day_keys")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "keys",
        sa.Column("idempotency_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("idempotency_key", name=op.f("pk_keys")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_keys_receipt_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_keys_expires_on"), "keys", ["expires_on"], unique=False)
    op.create_table(
        "pending",
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("cut", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column(
            "released", sa.SmallInteger(), nullable=False, comment="contribution at the cell's last release, 0 = none"
        ),
        sa.Column("current", sa.SmallInteger(), nullable=False, comment="contribution now, 0 = none"),
        sa.PrimaryKeyConstraint("response_id", "cut", "subject", "month", "measure", name=op.f("pk_pending")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policies",
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("from_on", name=op.f("pk_policies")),
    )
    op.create_table(
        "refusals",
        sa.Column(
            "name_mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="HMAC: people type passwords into that field",
        ),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("delayed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name_mark", name=op.f("pk_refusals")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "weekly", sa.Boolean(), nullable=False, comment="officers and single-officer cuts were allowed to move"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_table(
        "sightings",
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "device_mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="HMAC of the device cookie under the key of the day",
        ),
        sa.Column("form_age", sa.Integer(), nullable=False, comment="seconds from opening the page to sending"),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_sightings")),
    )
    op.create_index(op.f("ix_sightings_seen_at"), "sightings", ["seen_at"], unique=False)
    op.create_table(
        "tallies",
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("day_part", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False, comment="service id, `-` not answered, `lainnya`"),
        sa.Column("officer", sa.String(length=200), nullable=False, comment="officer id or `-`"),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column(
            "measure",
            sa.String(length=200),
            nullable=False,
            comment="instrument@version:element, or :SKM for the composite",
        ),
        sa.Column("state", sa.String(length=200), nullable=False, comment="counted | held:<rule> | excluded:<reason>"),
        sa.Column("n1", sa.Integer(), nullable=False),
        sa.Column("n2", sa.Integer(), nullable=False),
        sa.Column("n3", sa.Integer(), nullable=False),
        sa.Column("n4", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("squares", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "counts_on",
            "late",
            "day_part",
            "unit_id",
            "counter_id",
            "service",
            "officer",
            "channel",
            "evidence",
            "measure",
            "state",
            name=op.f("pk_tallies"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column(
            "path",
            sa.String(length=200),
            nullable=False,
            comment="ids from the root to this unit, joined by dots; spares a recursive query",
        ),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("unit_code", name=op.f("uq_units_unit_code")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_accounts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.create_table(
        "api_clients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_api_clients_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_clients")),
        sa.UniqueConstraint("client_code", name=op.f("uq_api_clients_client_code")),
    )
    op.create_table(
        "holidays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holiday_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_holidays_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
        sa.UniqueConstraint("holiday_code", name=op.f("uq_holidays_holiday_code")),
    )
    op.create_index(op.f("ix_holidays_on_date"), "holidays", ["on_date"], unique=False)
    op.create_table(
        "officers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("nip", sa.String(length=200), nullable=True),
        sa.Column(
            "civil_servant",
            sa.Boolean(),
            nullable=False,
            comment="staff who are not ASN count for the unit and never enter the feed",
        ),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_officers_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("officer_code", name=op.f("uq_officers_officer_code")),
    )
    op.create_index(op.f("ix_officers_unit_id"), "officers", ["unit_id"], unique=False)
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hours_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_opening_hours_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint("hours_code", name=op.f("uq_opening_hours_hours_code")),
    )
    op.create_index(op.f("ix_opening_hours_unit_id"), "opening_hours", ["unit_id"], unique=False)
    op.create_table(
        "release_cells",
        sa.Column("cut", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("n1", sa.Integer(), nullable=False),
        sa.Column("n2", sa.Integer(), nullable=False),
        sa.Column("n3", sa.Integer(), nullable=False),
        sa.Column("n4", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("squares", sa.Integer(), nullable=False),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.Column(
            "officers",
            sa.Integer(),
            nullable=True,
            comment="distinct officers attributed or on duty; none where none are loaded",
        ),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_cells_release_id")),
        sa.PrimaryKeyConstraint("cut", "subject", "month", "measure", name=op.f("pk_release_cells")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_code", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_services_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("service_code", name=op.f("uq_services_service_code")),
    )
    op.create_index(op.f("ix_services_unit_id"), "services", ["unit_id"], unique=False)
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_clients.id"], name=op.f("fk_access_tokens_client_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_tokens")),
    )
    op.create_index(op.f("ix_access_tokens_expires_at"), "access_tokens", ["expires_at"], unique=False)
    op.create_table(
        "counters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counter_code", sa.String(length=200), nullable=False, comment="key in the workbook"),
        sa.Column(
            "public_code", sa.String(length=7), nullable=False, comment="printed code; never given to another counter"
        ),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True, comment="name plates only"),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_counters_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_counters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("counter_code", name=op.f("uq_counters_counter_code")),
        sa.UniqueConstraint("public_code", name=op.f("uq_counters_public_code")),
    )
    op.create_index(op.f("ix_counters_unit_id"), "counters", ["unit_id"], unique=False)
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
    op.create_table(
        "counter_services",
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_counter_services_counter_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_counter_services_service_id")),
        sa.PrimaryKeyConstraint("counter_id", "service_id", name=op.f("pk_counter_services")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("duty_code", sa.String(length=200), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True, comment="none: absent on that date"),
        sa.Column("weekday", sa.SmallInteger(), nullable=True, comment="0 = Monday; weekly pattern"),
        sa.Column("on_date", sa.Date(), nullable=True, comment="dated exception"),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(weekday IS NULL) <> (on_date IS NULL)", name=op.f("ck_duties_weekly_or_dated")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_duties_counter_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_duties_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("duty_code", name=op.f("uq_duties_duty_code")),
    )
    op.create_index("ix_duties_counter_id_weekday", "duties", ["counter_id", "weekday"], unique=False)
    op.create_index("ix_duties_officer_id_on_date", "duties", ["officer_id", "on_date"], unique=False)
    op.create_table(
        "responses",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False, comment="random, so that it orders nothing"),
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("day_part", sa.String(length=200), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_responses_counter_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_responses_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attributions",
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("service_basis", sa.String(length=200), nullable=False, comment="only | choice | other | none"),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column(
            "officer_basis", sa.String(length=200), nullable=False, comment="plate | duty | choice | unknown | none"
        ),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_attributions_officer_id")),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_attributions_response_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_attributions_service_id")),
        sa.PrimaryKeyConstraint("response_id", "revision", name=op.f("pk_attributions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballots",
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("instrument", sa.String(length=200), nullable=False, comment="code@version"),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_ballots_response_id")),
        sa.PrimaryKeyConstraint("response_id", "instrument", "revision", name=op.f("pk_ballots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verdicts",
        sa.Column("response_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state = 'counted' OR state LIKE 'held:%' OR state LIKE 'excluded:%'", name=op.f("ck_verdicts_state")
        ),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_verdicts_response_id")),
        sa.PrimaryKeyConstraint("response_id", "revision", name=op.f("pk_verdicts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("verdicts")
    op.drop_table("ballots")
    op.drop_table("attributions")
    op.drop_table("responses")
    op.drop_index("ix_duties_officer_id_on_date", table_name="duties")
    op.drop_index("ix_duties_counter_id_weekday", table_name="duties")
    op.drop_table("duties")
    op.drop_table("counter_services")
    op.drop_index(op.f("ix_sessions_account_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_counters_unit_id"), table_name="counters")
    op.drop_table("counters")
    op.drop_index(op.f("ix_access_tokens_expires_at"), table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_index(op.f("ix_services_unit_id"), table_name="services")
    op.drop_table("services")
    op.drop_table("release_cells")
    op.drop_index(op.f("ix_opening_hours_unit_id"), table_name="opening_hours")
    op.drop_table("opening_hours")
    op.drop_index(op.f("ix_officers_unit_id"), table_name="officers")
    op.drop_table("officers")
    op.drop_index(op.f("ix_holidays_on_date"), table_name="holidays")
    op.drop_table("holidays")
    op.drop_table("api_clients")
    op.drop_table("accounts")
    op.drop_table("units")
    op.drop_table("tallies")
    op.drop_index(op.f("ix_sightings_seen_at"), table_name="sightings")
    op.drop_table("sightings")
    op.drop_table("releases")
    op.drop_table("refusals")
    op.drop_table("policies")
    op.drop_table("pending")
    op.drop_index(op.f("ix_keys_expires_on"), table_name="keys")
    op.drop_table("keys")
    op.drop_table("heartbeats")
    op.drop_table("day_keys")
    op.drop_table("certificates")
    op.drop_table("audit")
