"""What is asked and answered, field by field; OpenAPI is made from here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import Schema, fields, validate

from portal.services.publish import scores
from portal.services.publish.rows import STATUSES

_LONGEST_CODE: Final = 200
_LONGEST_CURSOR: Final = 2000
_OPEN: Final = "More values may come; treat an unknown one as not usable."


class Instant(fields.DateTime):
    """An instant in UTC, whole seconds, with `Z`."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: object, **kwargs: Any) -> str | None:  # noqa: ANN401, ARG002 - marshmallow's signature
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if value else None


def _text(text: str, *examples: str, nullable: bool = False) -> fields.String:
    metadata: dict[str, Any] = {"description": text}
    if examples:
        metadata["examples"] = list(examples)
    return fields.String(required=True, allow_none=nullable, metadata=metadata)


def _figure(text: str, example: str) -> fields.String:
    return _text(f"{text}; a decimal string, null with a reason.", example, nullable=True)


def _count(text: str, example: int = 112) -> fields.Integer:
    return fields.Integer(required=True, allow_none=True, metadata={"description": text, "examples": [example]})


def _small(text: str, example: int = 0) -> fields.Integer:
    return _count(f"{text}; null where it is 1 to 4, and in a row without a figure.", example)


def _day(text: str) -> fields.Date:
    return fields.Date(required=True, metadata={"description": text})


class PeriodRefSchema(Schema):
    id = _text("Code of the period.", "2026-S2")
    start = _day("First day, local date.")
    end = _day("Last day, local date, included.")
    time_zone = _text("Time zone of the government.", "Asia/Jakarta")


class PeriodSchema(PeriodRefSchema):
    kind = _text("month, quarter or semester.", "semester")
    status = _text(
        f"`open`: figures still move; `closed`; `corrected`: closed, and signed again since. {_OPEN}", "open"
    )
    data_cutoff = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Last release that moved a figure of the period; null before the first."},
    )
    method_version = _text("Version of the arithmetic.", "1.0")
    version = _count("Version of the snapshot signed last; null while the period is open.", 1)
    closed_at = Instant(required=True, allow_none=True, metadata={"description": "Null while the period is open."})
    snapshot_hash = _text("SHA-256 of that snapshot's payload, in hexadecimal; null while open.", nullable=True)


class SubjectSchema(Schema):
    type = _text(f"unit, service, counter or officer. {_OPEN}", "unit")
    id = _text("Code in the registry, stable.", "DISDUKCAPIL")
    name = _text("Name; of an officer null without the scope `officers:pii`.", "Dinas Contoh", nullable=True)
    nip = _text("NIP of an officer, null without the scope `officers:pii`; null for others.", nullable=True)
    unit_id = _text("Code of the unit that the subject belongs to; a unit's own code.", "DISDUKCAPIL")


class BandSchema(Schema):
    lower = _text("It is not below this.", "75.00")
    upper = _text("It is not above this.", "100.00")


_BAND: Final = (
    "Where the value lies, in its place: fewer than thirty people gave it and all answered alike, or it would tell "
    "such a figure beside it. Null otherwise."
)


class ElementSchema(Schema):
    code = _text("Code of the element.", "WAKTU")
    n = _count("Answers to this element; null below the threshold.")
    nrr = _figure("Mean answer (NRR), 1.000 to 4.000", "3.281")
    value = _figure("The mean answer x 25", "82.03")
    lower = _figure("Lower end of its 95 % range", "79.42")
    upper = _figure("Upper end of its 95 % range", "84.18")
    band = fields.Nested(BandSchema, required=True, allow_none=True, metadata={"description": _BAND})


class EvidenceSchema(Schema):
    open = _count("By a printed or shared link, which proves nothing but that somebody knew it.", 112)
    present = _count("By a code that only somebody there could see.", 0)
    visit = _count("By a ticket, one for each visit.", 0)
    assisted = _count("On paper, keyed in by staff.", 0)


class ComparisonSchema(Schema):
    use = _text(f"comparative: the figures may be held against colleagues; none. {_OPEN}", "comparative")
    reason = _text(
        "no-answers, too-few, too-few-to-feed, no-comparators, weak-evidence or starting-assumption; null where there "
        f"are figures. {_OPEN}",
        nullable=True,
    )
    fair = _figure("Fair score", "86.21")
    lower = _figure("Lower end of its 95 % range, 25.00 at least", "83.02")
    upper = _figure("Upper end of its 95 % range, 100.00 at most", "89.40")
    difference = _figure("Above colleagues on the same services, negative: below", "1.20")
    difference_lower = _figure("Lower end of its 95 % range", "-1.99")
    difference_upper = _figure("Upper end of its 95 % range", "4.39")
    reliability = _figure("0 to 1: how far the difference would come out again", "0.7412")
    strength = _text(f"kuat, cukup, terbatas, lemah or tanpa-pembanding. {_OPEN}", "cukup", nullable=True)
    n = _count("Ballots of the window.")
    n_comparable = _figure("Of these ballots, how many can be compared with colleagues", "71.6000")
    statement = _text(f"equal, above or below. {_OPEN}", "equal", nullable=True)
    window_start = _text("First day of the ratings compared, local date.", "2026-01-01")
    window_end = _text("Last day of the ratings compared, local date.", "2026-12-31")
    sheet_version = fields.Integer(required=True, metadata={"description": "Of the parameter sheet.", "examples": [1]})
    sheet_hash = _text("SHA-256 of the parameter sheet, in hexadecimal.")


class IndicatorSchema(Schema):
    name = _text("Name of the indicator.", "Berkas selesai tepat waktu")
    unit_of_measure = _text("What it is counted in.", "berkas")
    kind = _text(f"jumlah, mutu, waktu, anggaran, hasil or respons pengaduan. {_OPEN}", "jumlah")
    period_id = _text("The indicator's own period, of whatever kind.", "2026")
    target = _text("Aimed at; a decimal string.", "1200", nullable=True)
    realisation = _text("Reached; a decimal string.", "874", nullable=True)
    as_of = fields.Date(required=True, allow_none=True, metadata={"description": "The day that it was reached by."})
    source = _text("Where it was taken from; null where the portal counted it.", nullable=True)
    link = _text("Where to read more.", nullable=True)
    checked = fields.Boolean(
        required=True, metadata={"description": "True where the portal counted it; what others report it never checks."}
    )


class ScoreSchema(Schema):
    subject = fields.Nested(SubjectSchema, required=True)
    period = fields.Nested(PeriodRefSchema, required=True)
    instrument = _text("Instrument and its version.", "skm-14-2017@1")
    measure = _text(f"skm, layanan, petugas or skm_officer; never merged. {_OPEN}", "skm")
    method_version = _text("Version of the arithmetic.", "1.0")
    status = _text(
        "provisional: the period is open; final; revised: signed again since; insufficient: no figure, see `reason`. "
        f"{_OPEN}",
        "provisional",
    )
    reason = _text(
        f"too-few, element-unanswered or homogeneous; null where there is a figure. {_OPEN}", "too-few", nullable=True
    )
    use = _text(f"descriptive: own target and own past, never between officers; none. {_OPEN}", "descriptive")
    revision = _count("Version of the period's snapshot that the row is of; null while the period is open.", 1)
    supersedes = _count("The version before it; null where there is none.", 1)
    n = _count("Complete ballots for skm, those with both elements for skm_officer, answers otherwise.")
    n_held = _small("Further ones that are held for review")
    n_excluded = _small("Further ones that were excluded")
    n_late = _small("Of the n, those given for days of periods that were closed already")
    evidence = fields.Nested(
        EvidenceSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "The n by strength of evidence; null where it is not known, and in a row without a figure. "
            "Where one part is 1 to 4 none is told but those that are 0, else subtraction would tell it."
        },
    )
    response_rate = _figure(
        "n for each one served, 4 places, of units and services where that is written down", "0.1893"
    )
    value = _figure("IKM for skm, else the mean answer x 25; 25.00 to 100.00", "83.10")
    lower = _figure("Lower end of its 95 % range", "80.93")
    upper = _figure("Upper end of its 95 % range", "85.16")
    mutu = _text("A, B, C or D, for skm of units and services only.", "B", nullable=True)
    band = fields.Nested(BandSchema, required=True, allow_none=True, metadata={"description": _BAND})
    distribution = fields.List(
        fields.Integer(),
        required=True,
        allow_none=True,
        validate=validate.Length(equal=4),
        metadata={
            "description": "How many answered 1, 2, 3 and 4; null below its threshold and for skm and skm_officer."
        },
    )
    elements = fields.List(fields.Nested(ElementSchema), required=True)
    comparison = fields.Nested(
        ComparisonSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "An officer beside colleagues on the same services, over twelve months; null while the "
            "period is open, for other subjects and for measures that are not compared."
        },
    )
    indicators = fields.List(
        fields.Nested(IndicatorSchema),
        required=True,
        metadata={"description": "Those of the subject that touch the period; of units and officers."},
    )
    explain = _text(
        "The page that explains the figure to people, from the root of the portal; null where there is none.",
        "/unit/DISDUKCAPIL/angka/skm?periode=2026-S2",
        nullable=True,
    )
    data_cutoff = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Last release that moved a figure of this subject and period; null without a figure."},
    )


class LinksSchema(Schema):
    self = _text("This page, relative to its address.", "scores?subject=unit&period=2026-S2")


class PageLinksSchema(LinksSchema):
    next = _text("The next page, relative to the address of this one; null on the last.", nullable=True)


class PeriodListSchema(Schema):
    items = fields.List(fields.Nested(PeriodSchema), required=True)
    links = fields.Nested(LinksSchema, required=True)


class ScoreListSchema(Schema):
    items = fields.List(fields.Nested(ScoreSchema), required=True)
    links = fields.Nested(LinksSchema, required=True)


class ScorePageSchema(Schema):
    items = fields.List(fields.Nested(ScoreSchema), required=True)
    links = fields.Nested(PageLinksSchema, required=True)


class ScoreQuerySchema(Schema):
    subject = fields.String(
        required=True,
        validate=validate.OneOf(list(scores.MEASURES)),
        metadata={"description": "Whose scores.", "example": "unit"},
    )
    period = fields.String(
        required=True,
        validate=validate.Length(1, _LONGEST_CODE),
        metadata={"description": "Code of a base period.", "example": "2026-S2"},
    )
    unit = fields.String(
        validate=validate.Length(1, _LONGEST_CODE),
        metadata={"description": "Keep to this unit and those below it.", "example": "DISDUKCAPIL"},
    )
    status = fields.String(
        validate=validate.OneOf(STATUSES),
        metadata={"description": "Leave out rows of any other status; a page then holds fewer.", "example": "final"},
    )
    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(1, scores.MOST),
        metadata={"description": "Most rows of a page.", "example": 100},
    )
    cursor = fields.String(
        validate=validate.Length(1, _LONGEST_CURSOR),
        metadata={"description": "From `links.next`; the other parameters must be the same, but for `limit`."},
    )


class FilesSchema(Schema):
    jws = _text("As signed: JWS, compact (RFC 7515), Ed25519.", "2026-S1.jws?version=1")
    json = _text("What was signed: canonical JSON (RFC 8785).", "2026-S1.json?version=1")
    csv = _text("One line for each score, element and indicator.", "2026-S1.csv?version=1")
    xlsx = _text("A sheet for each of these.", "2026-S1.xlsx?version=1")


class SnapshotSchema(Schema):
    period_id = _text("Code of the period.", "2026-S1")
    version = fields.Integer(required=True, metadata={"description": "1, and one more for each correction."})
    signed_at = Instant(required=True)
    hash = _text("SHA-256 of the payload, in hexadecimal.")
    previous = _text("The hash of the snapshot signed before it, of whatever period; zeros for the first.")
    key_id = _text("Which key of `/.well-known/jwks.json` verifies it.")
    reason = _text("Why it was corrected; null for version 1.", nullable=True)
    files = fields.Nested(FilesSchema, required=True, metadata={"description": "Relative to the address of this page."})


class SnapshotListSchema(Schema):
    items = fields.List(fields.Nested(SnapshotSchema), required=True)
    links = fields.Nested(LinksSchema, required=True)


class VersionQuerySchema(Schema):
    version = fields.Integer(
        validate=validate.Range(min=1), metadata={"description": "The latest where left out.", "example": 1}
    )


class ParameterSheetSchema(Schema):
    period_id = _text("Code of the period.", "2026-S1")
    version = fields.Integer(required=True, metadata={"description": "That of the snapshot made with it."})
    instrument = _text("Instrument whose answers are compared.", "petugas@1")
    hash = _text("SHA-256 of the body as canonical JSON (RFC 8785), in hexadecimal.")
    body = fields.Dict(
        required=True,
        metadata={"description": "Parameters, baselines of services and centres of groups; `format` names its layout."},
    )


class KeySchema(Schema):
    kid = _text("Thumbprint of the key (RFC 7638).")
    kty = _text("OKP.", "OKP")
    crv = _text("Ed25519.", "Ed25519")
    x = _text("The public key, base64url.")
    alg = _text("Ed25519 (RFC 9864); what was called EdDSA before.", "Ed25519")
    use = _text("sig.", "sig")


class KeySetSchema(Schema):
    keys = fields.List(fields.Nested(KeySchema), required=True)


class TokenRequestSchema(Schema):
    grant_type = _text("client_credentials.", "client_credentials")
    scope = fields.String(
        metadata={"description": "Scopes joined by spaces; all that the client may have where left out."}
    )
    client_id = fields.String(metadata={"description": "Where HTTP Basic is not used."})
    client_secret = fields.String(metadata={"description": "Where HTTP Basic is not used."})


class TokenSchema(Schema):
    access_token = _text("Opaque; send it as `Authorization: Bearer`.")
    token_type = _text("Bearer.", "Bearer")
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds.", "examples": [900]})
    scope = _text("Scopes of the token, joined by spaces.", "scores:read")


class TokenErrorSchema(Schema):
    error = _text("As in RFC 6749, section 5.2.", "invalid_client")
    error_description = _text("One line for the developer.")
    request_id = _text("Name it when you ask for help.", nullable=True)


class MetadataSchema(Schema):
    issuer = _text("Address of this portal.")
    token_endpoint = _text("Where access tokens are given.")
    grant_types_supported = fields.List(fields.String(), required=True)
    response_types_supported = fields.List(fields.String(), required=True)
    scopes_supported = fields.List(fields.String(), required=True)
    token_endpoint_auth_methods_supported = fields.List(fields.String(), required=True)
    service_documentation = _text("The OpenAPI description.")


class RefusedParameterSchema(Schema):
    parameter = _text("Name of the parameter.", "limit")
    message = _text("What is wrong with it.")


class ProblemSchema(Schema):
    type = _text("Stable reference of the kind of problem.", "/problems/not-found")
    title = _text("The status in words.", "Not Found")
    status = fields.Integer(required=True, metadata={"description": "The HTTP status."})
    code = _text("Stable code of the problem.", "not-found")
    instance = fields.String(metadata={"description": "The path that was asked for."})
    request_id = _text("Name it when you ask for help.")
    errors = fields.List(fields.Nested(RefusedParameterSchema))
