"""What citizens gave and what staff did is never edited: triggers refuse it, whoever asks."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS: Final = {
    "responses": ("id counter_id unit_id channel evidence language given_on day_part received_on counts_on".split()),
    "ballots": "response_id instrument revision answers".split(),
    "attributions": "response_id revision service_id service_basis officer_id officer_basis reason".split(),
    "verdicts": "response_id revision state".split(),
    "audit": "id at actor act detail previous_hash hash".split(),
}
PERMIT: Final = "SELECT 1 FROM certificates c WHERE c.closed_at IS NULL AND (c.kind = 'rehearsal' OR c.month = {month})"
KEYS: Final = {
    "responses": ("id",),
    "ballots": ("response_id", "instrument", "revision"),
    "attributions": ("response_id", "revision"),
    "verdicts": ("response_id", "revision"),
    "audit": ("id",),
}
SAME: Final = "SELECT 1 FROM {table} t WHERE {key}"
COUNTS_ON: Final = {
    "responses": "OLD.counts_on",
    "ballots": "(SELECT r.counts_on FROM responses r WHERE r.id = OLD.response_id)",
    "attributions": "(SELECT r.counts_on FROM responses r WHERE r.id = OLD.response_id)",
    "verdicts": "(SELECT r.counts_on FROM responses r WHERE r.id = OLD.response_id)",
}


def upgrade() -> None:
    """Refuse every UPDATE that changes a value, REPLACE and TRUNCATE, and every DELETE without a certificate."""
    if op.get_bind().dialect.name == "sqlite":
        for table, columns in COLUMNS.items():
            _guard_sqlite(table, columns)
    else:
        op.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for table in COLUMNS:
            _guard_postgresql(table)


def _guard_sqlite(table: str, columns: list[str]) -> None:
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # REPLACE deletes without a trigger where a connection did not ask for recursive ones, and a certificate permits the
    # delete. A plain INSERT of the same key comes here too, and must be told as what it is: a race that was lost.
    same = SAME.format(table=table, key=" AND ".join(f"t.{column} = NEW.{column}" for column in KEYS[table]))
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({same}) "
        f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table} is append-only'); END"
    )
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {changed} {refuse}")
    unless = ""
    if table in COUNTS_ON:
        permit = PERMIT.format(month=f"strftime('%Y-%m-01', {COUNTS_ON[table]})")
        unless = f"WHEN NOT EXISTS ({permit})"
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {unless} {refuse}")


def _guard_postgresql(table: str) -> None:
    refuse = "EXECUTE FUNCTION refuse()"
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) {refuse}"
    )
    op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")
    if table in COUNTS_ON:
        permit = PERMIT.format(month=f"date_trunc('month', {COUNTS_ON[table]})::date")
        op.execute(
            f"CREATE FUNCTION {table}_refuse_delete() RETURNS trigger LANGUAGE plpgsql "
            "SET search_path FROM CURRENT AS $$ BEGIN "  # else whoever deletes could bring certificates of his own
            f"IF NOT EXISTS ({permit}) THEN RAISE EXCEPTION '{table} is append-only'; END IF; RETURN OLD; END $$"
        )
        refuse = f"EXECUTE FUNCTION {table}_refuse_delete()"
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}")


def downgrade() -> None:
    """Take the triggers away."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in COLUMNS:
        on = "" if sqlite else f" ON {table}"
        for act in ("update", "delete", "replace") if sqlite else ("update", "delete", "truncate"):
            op.execute(f"DROP TRIGGER {table}_no_{act}{on}")
        if not sqlite and table in COUNTS_ON:
            op.execute(f"DROP FUNCTION {table}_refuse_delete()")
    if not sqlite:
        op.execute("DROP FUNCTION refuse()")
