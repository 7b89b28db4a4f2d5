"""What is asked and answered, field by field; OpenAPI is made from here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import Schema, fields, validate

from portal.services.publish import scores

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


def _count(text: str) -> fields.Integer:
    return fields.Integer(required=True, allow_none=True, metadata={"description": text, "examples": [112]})


def _day(text: str) -> fields.Date:
    return fields.Date(required=True, metadata={"description": text})


class PeriodRefSchema(Schema):
    id = _text("Code of the period.", "2026-S2")
    start = _day("First day, local date.")
    end = _day("Last day, local date, included.")
    time_zone = _text("Time zone of the government.", "Asia/Jakarta")


class PeriodSchema(PeriodRefSchema):
    kind = _text("month, quarter or semester.", "semester")
    status = _text(f"`open`: figures still move. {_OPEN}", "open")
    data_cutoff = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Last release that moved a figure of the period; null before the first."},
    )
    method_version = _text("Version of the arithmetic.", "1.0")


class SubjectSchema(Schema):
    type = _text(f"unit, service, counter or officer. {_OPEN}", "unit")
    id = _text("Code in the registry, stable.", "DISDUKCAPIL")
    name = _text("Name; of an officer null without the scope `officers:pii`.", "Dinas Contoh", nullable=True)
    nip = _text("NIP of an officer, null without the scope `officers:pii`; null for others.", nullable=True)
    unit_id = _text("Code of the unit that the subject belongs to; a unit's own code.", "DISDUKCAPIL")


class ElementSchema(Schema):
    code = _text("Code of the element.", "WAKTU")
    n = _count("Answers to this element; null below the threshold.")
    nrr = _figure("Mean answer (NRR), 1.000 to 4.000", "3.281")
    value = _figure("The mean answer x 25", "82.03")
    lower = _figure("Lower end of its 95 % range", "79.42")
    upper = _figure("Upper end of its 95 % range", "84.18")


class ScoreSchema(Schema):
    subject = fields.Nested(SubjectSchema, required=True)
    period = fields.Nested(PeriodRefSchema, required=True)
    instrument = _text("Instrument and its version.", "skm-14-2017@1")
    measure = _text(f"skm, layanan or petugas; never merged. {_OPEN}", "skm")
    method_version = _text("Version of the arithmetic.", "1.0")
    status = _text(f"provisional, or insufficient: no figure, see `reason`. {_OPEN}", "provisional")
    reason = _text(f"too-few or element-unanswered; null where there is a figure. {_OPEN}", "too-few", nullable=True)
    use = _text(f"descriptive: own target and own past, never between officers; none. {_OPEN}", "descriptive")
    n = _count("Complete ballots for skm, answers otherwise.")
    value = _figure("IKM for skm, else the mean answer x 25; 25.00 to 100.00", "83.10")
    lower = _figure("Lower end of its 95 % range", "80.93")
    upper = _figure("Upper end of its 95 % range", "85.16")
    mutu = _text("A, B, C or D, for skm of units and services only.", "B", nullable=True)
    distribution = fields.List(
        fields.Integer(),
        required=True,
        allow_none=True,
        validate=validate.Length(equal=4),
        metadata={"description": "How many answered 1, 2, 3 and 4; null for skm and below its threshold."},
    )
    elements = fields.List(fields.Nested(ElementSchema), required=True)
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
    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(1, scores.MOST),
        metadata={"description": "Most rows of a page.", "example": 100},
    )
    cursor = fields.String(
        validate=validate.Length(1, _LONGEST_CURSOR),
        metadata={"description": "From `links.next`; the other parameters must be the same, but for `limit`."},
    )


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
