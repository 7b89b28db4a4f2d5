"""Signed snapshots: what verifies, and everything that must not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785

from portal import services
from portal.domain.errors import Invalid, NotFound
from portal.domain.snapshot import GENESIS
from portal.services import Portal
from portal.services.publish import signing
from portal.services.publish.verify import read_keys, verify_snapshot
from portal.storage import signing_keys, snapshots
from tests.clock import Clock
from tests.closed import SECRET, close, correct, jws_of, town


@dataclass
class Signed:
    """A corrected period and the one after it, signed; and whoever holds the key may sign anything."""

    portal: Portal

    @property
    def keys(self) -> Mapping[str, bytes]:
        return read_keys(json.dumps(signing.export_keys(self.portal)).encode())

    def jws(self, period_code: str = "2026-03", version: int = 1) -> bytes:
        return jws_of(self.portal, period_code, version)

    def payload(self, period_code: str = "2026-03", version: int = 1) -> dict[str, Any]:
        body = self.jws(period_code, version).split(b".")[1]
        content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        return content

    def sign(self, content: Mapping[str, Any] | bytes) -> bytes:
        payload = content if isinstance(content, bytes) else signing.canonical(content)
        with self.portal.begin() as session:
            return signing.sign(self.portal, session, payload)[1]


@pytest.fixture
def signed(portal: Portal, clock: Clock) -> Signed:
    """March in two versions, and April."""
    government = town(portal, clock)
    close(portal, "2026-03")
    correct(government, clock)
    close(portal, "2026-04")
    return Signed(portal)


def fault(signed: Signed, jws: bytes, *after: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        verify_snapshot(jws, signed.keys, after)
    return refused.value.detail


def test_what_was_signed_verifies_and_says_what_it_is(signed: Signed) -> None:
    first = verify_snapshot(signed.jws(), signed.keys)
    assert (first.period, first.version, first.number, first.previous) == ("2026-03", 1, 1, GENESIS)
    second = verify_snapshot(signed.jws(version=2), signed.keys, [signed.jws()])
    assert (second.version, second.number, second.previous) == (2, 2, first.hash)
    third = verify_snapshot(signed.jws("2026-04"), signed.keys, [signed.jws(), signed.jws(version=2)])
    assert (third.period, third.number, third.previous) == ("2026-04", 3, second.hash)
    assert first.counts["unit"] > 0
    assert first.counts["officer"] > 0


def test_a_flipped_byte_is_found_wherever_it_is(signed: Signed) -> None:
    jws = signed.jws()
    places = {*range(0, len(jws), max(1, len(jws) // 150)), *range(len(jws) - 90, len(jws))}
    for place in sorted(places):
        for flip in (1, 2, 0x20):
            changed = jws[:place] + bytes([jws[place] ^ flip]) + jws[place + 1 :]
            with pytest.raises(Invalid):
                verify_snapshot(changed, signed.keys)


@pytest.mark.parametrize("cut", [slice(0, 0), slice(0, -1), slice(1, None), slice(0, 200)])
def test_a_cut_file_is_no_snapshot(signed: Signed, cut: slice) -> None:
    with pytest.raises(Invalid):
        verify_snapshot(signed.jws()[cut], signed.keys)


Change = Callable[[dict[str, Any]], object]


def drop_officer(payload: dict[str, Any]) -> object:
    return payload["scores"]["officer"].pop()


def change_count(payload: dict[str, Any]) -> object:
    return payload["manifest"]["officer"].update(count=1)


def change_figure(payload: dict[str, Any]) -> object:
    return payload["scores"]["unit"][0].update(value="100.00")


def drop_cut(payload: dict[str, Any]) -> object:
    return payload["scores"].pop("counter")


def change_sheet(payload: dict[str, Any]) -> object:
    return payload["sheet"]["body"]["parameters"].update(mu="99.0000")


def forget_predecessor(payload: dict[str, Any]) -> object:
    return payload.update(number=7)


@pytest.mark.parametrize(
    "change, said",
    [
        (drop_officer, "manifest"),
        (change_count, "manifest"),
        (change_figure, "manifest"),
        (drop_cut, "format"),
        (change_sheet, "sheet"),
        (forget_predecessor, "chain"),
    ],
)
def test_a_change_is_found_even_by_a_signature_of_the_right_key(signed: Signed, change: Change, said: str) -> None:
    payload = signed.payload()
    change(payload)
    header, _, signature = signed.jws().split(b".")
    forged = b".".join((header, signing.encode(signing.canonical(payload)).encode(), signature))
    assert fault(signed, forged) == "signature"
    assert fault(signed, signed.sign(payload)) == said


def test_a_manifest_of_another_version_does_not_fit(signed: Signed) -> None:
    payload = {**signed.payload(), "manifest": signed.payload("2026-04")["manifest"]}
    assert fault(signed, signed.sign(payload)) == "manifest"


def test_what_is_signed_but_not_canonical_is_refused(signed: Signed) -> None:
    loose = json.dumps(signed.payload(), indent=1).encode()
    assert fault(signed, signed.sign(loose)) == "canonical"
    assert fault(signed, signed.sign(b"[]")) == "format"
    assert fault(signed, signed.sign(b"no json")) == "canonical"
    assert fault(signed, signed.sign(b'{"a":1.5e400}')) == "canonical"


def test_a_signature_of_another_key_is_refused(signed: Signed, portal: Portal, clock: Clock) -> None:
    known = signed.keys
    payload = signing.canonical(signed.payload())
    clock.advance(timedelta(days=1))
    other = signing.create_key(portal, actor="cli:test")
    with portal.begin() as session:
        _, forged = signing.sign(portal, session, payload)
    with pytest.raises(Invalid) as refused:
        verify_snapshot(forged, known)
    assert refused.value.detail == "key"
    first, second = known.popitem() if isinstance(known, dict) else next(iter(known.items()))
    header = {"alg": "Ed25519", "kid": first, "typ": "JWS"}
    named = b".".join((signing.encode(rfc8785.dumps(header)).encode(), *forged.split(b".")[1:]))
    with pytest.raises(Invalid) as refused:
        verify_snapshot(named, {first: second})
    assert refused.value.detail == "signature"
    assert other not in known


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "Ed25519", "b64": False}, []])
def test_only_one_way_of_signing_is_known(signed: Signed, header: object) -> None:
    (kid,) = signed.keys
    said = {"kid": kid, "typ": "JWS", **header} if isinstance(header, dict) else header
    forged = b".".join((signing.encode(json.dumps(said).encode()).encode(), *signed.jws().split(b".")[1:]))
    assert fault(signed, forged) == "jws"


def test_an_older_version_served_later_is_refused(signed: Signed) -> None:
    assert fault(signed, signed.jws(), signed.jws(version=2)) == "older"
    assert verify_snapshot(signed.jws(), signed.keys, [signed.jws("2026-04")]).version == 1


def test_two_snapshots_under_one_number_are_refused(signed: Signed) -> None:
    twin = {**signed.payload(version=2), "reason": "another"}
    assert fault(signed, signed.sign(twin), signed.jws(version=2)) == "other"
    renumbered = {**twin, "number": 9}
    assert fault(signed, signed.sign(renumbered), signed.jws(version=2)) == "other"


def test_a_snapshot_that_names_another_predecessor_is_refused(signed: Signed) -> None:
    loose = {**signed.payload(version=2), "previous": "0" * 63 + "1"}
    assert fault(signed, signed.sign(loose), signed.jws()) == "chain"
    other = {**signed.payload(version=2), "government": "Pemerintah Lain"}
    assert fault(signed, signed.sign(other), signed.jws()) == "government"


def test_old_snapshots_verify_after_rotation_and_retirement(signed: Signed, portal: Portal, clock: Clock) -> None:
    (old,) = signed.keys
    clock.advance(timedelta(days=40))
    new = signing.rotate_key(portal, actor="cli:test")
    lines = signing.list_keys(portal)
    assert [(line.key_code, line.signs, line.retired_at is not None) for line in lines] == [
        (old, False, True),
        (new, True, False),
    ]
    close(portal, "2026-05")
    assert verify_snapshot(signed.jws("2026-05"), signed.keys, [signed.jws("2026-04")]).number == 4
    assert verify_snapshot(signed.jws(), signed.keys).version == 1
    signing.retire_key(portal, new, actor="cli:test")
    assert verify_snapshot(signed.jws("2026-05"), signed.keys).number == 4
    with pytest.raises(NotFound):
        signing.retire_key(portal, new, actor="cli:test")


def test_a_single_key_and_a_set_are_read_and_nothing_else(signed: Signed) -> None:
    exported = signing.export_keys(signed.portal)
    assert read_keys(json.dumps(exported["keys"][0]).encode()) == signed.keys
    renamed = {**exported["keys"][0], "kid": "another"}
    named_by_a_list = {**renamed, "kid": []}
    wrong = [json.dumps(it).encode() for it in (renamed, named_by_a_list)]
    for content in (*wrong, b"", b"[]", b'{"keys":[]}', b'{"crv":"Ed25519","x":"AA"}', b"\xff\xfe\xfd", b"[" * 100_000):
        with pytest.raises(Invalid):
            read_keys(content)


def test_keys_are_sealed_under_the_secret_of_the_portal(signed: Signed) -> None:
    with signed.portal.read() as session:
        (key,) = signing_keys.list_keys(session)
    assert b"ENCRYPTED" in key.sealed
    stranger = Signed(replace(signed.portal, secret_key=SECRET))
    with pytest.raises(Invalid) as refused:
        stranger.sign({})
    assert refused.value.detail == "key"


def test_rows_kept_for_the_feed_are_those_that_were_signed(signed: Signed) -> None:
    with signed.portal.read() as session:
        last = snapshots.list_versions(session, "2026-03")[-1]
        kept = snapshots.list_kept(session, last.id)
    scores = signed.payload(version=2)["scores"]
    assert len(kept) == sum(map(len, scores.values()))
    for (cut, code, measure, instrument), body in kept.items():
        assert body in scores[cut]
        assert (body["subject"]["id"], body["measure"], body["instrument"]) == (code, measure, instrument)


def test_services_run_signs_the_same_bytes_with_the_same_key(signed: Signed) -> None:
    assert signed.sign(signed.payload()) == signed.jws()
    assert services.run(signed.portal, signing.export_keys) == signing.export_keys(signed.portal)
