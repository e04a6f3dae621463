"""Signatures: made after the bytes of the PDF, worth something only while nothing changed, refused where they must."""

from __future__ import annotations

import io
import sys
from datetime import timedelta

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from reports import signing
from reports.extras import ExtraError
from reports.pdf_check import Opened
from reports.printing import Attached, draw
from reports.signing import SignError, check, load, sign
from tests.reports.signers import NOW, PASSPHRASE, Party, authority, party

PAGE = "<html lang=en><head><title>A report</title></head><body><h1>Findings</h1><p>None.</p></body></html>"
VARIABLE = "THE_PASSPHRASE"


def signer(who: Party) -> signing.Signer:
    return load(who.file(), None, NOW, VARIABLE)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw(PAGE, NOW - timedelta(hours=1), Attached("data.json", "Data", b"{}"))


@pytest.fixture(scope="module")
def signed(drawn: bytes) -> bytes:
    return sign(drawn, signer(party(issued=True)), NOW)


def test_a_signature_leaves_the_bytes_before_it_and_the_profile(drawn: bytes, signed: bytes) -> None:
    assert signed.startswith(drawn)
    with pikepdf.open(io.BytesIO(drawn)) as before, pikepdf.open(io.BytesIO(signed)) as after:
        said = after.open_metadata()
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert str(after.docinfo) == str(before.docinfo)
        for key in ("/MarkInfo", "/StructTreeRoot", "/OutputIntents", "/AF", "/Lang", "/Names"):
            assert str(after.Root[key]) == str(before.Root[key])
        assert not {"/Version", "/Extensions"} & set(after.Root.keys())
        assert not {"/NeedAppearances", "/XFA"} & set(after.Root.AcroForm.keys())
        (field,) = after.Root.AcroForm.Fields
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert str(field.V.M).startswith("D:20261121090000")
        assert list(field.Rect) == [0, 0, 0, 0]
        assert int(field.F) & 0b10_0111 == 0b100
        assert not after.is_encrypted


def test_a_signature_is_valid_and_trusted_where_its_authority_is(signed: bytes) -> None:
    (found,) = check(signed, [], NOW)
    assert (found.who, found.at, found.trusted, found.over) == ("Jane Doe, Example Clinic", NOW, None, None)
    assert not found.problems
    (found,) = check(signed, [authority().certificate], NOW)
    assert (found.trusted, found.problems) == (True, [])
    (found,) = check(signed, [authority("Another CA").certificate], NOW)
    assert found.trusted is False
    assert found.problems == ["its certificate does not lead to those given to trust"]


def test_a_certificate_may_expire_after_it_signed(signed: bytes) -> None:
    (found,) = check(signed, [authority().certificate], NOW + timedelta(days=2000))
    assert found.trusted
    assert found.over is not None
    assert found.over < NOW + timedelta(days=365)
    assert not found.problems


def test_a_signature_of_a_day_on_which_its_certificate_was_not_valid_is_a_fault(drawn: bytes) -> None:
    early = party("Early", begins=NOW + timedelta(days=10))
    made = sign(drawn, signing.Signer(early.certificate, early.key, ()), NOW)
    (found,) = check(made, [early.certificate], NOW + timedelta(days=20))
    assert any("was not valid at the moment it names" in problem for problem in found.problems)
    (found,) = check(sign(drawn, signer(party()), NOW + timedelta(days=3)), [], NOW)
    assert found.problems == ["it names no moment, or one to come"]


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_flipped_byte_breaks_it(drawn: bytes, signed: bytes, place: float) -> None:
    broken = bytearray(signed)
    broken[int(len(drawn) * place)] ^= 1
    (found,) = check(bytes(broken), [authority().certificate], NOW)
    assert "what it covers was changed after it was made" in found.problems


def test_an_update_after_it_is_seen(signed: bytes) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed)) as opened:
        opened.docinfo["/Title"] = pikepdf.String("Another")
        opened.save(out)
    assert all(found.problems for found in check(out.getvalue(), [], NOW))
    root = signed.rindex(b"/Root")
    number = signed[root : root + 20].split()[1].decode()
    start = len(signed)
    update = f"9999 0 obj\n(added)\nendobj\nxref\n9999 1\n{start:010d} 00000 n \ntrailer\n"
    place = start + update.index("xref")
    last = signed.rindex(b"startxref")
    before = signed[last:].split()[1].decode()
    update += f"<</Size 10000 /Root {number} 0 R /Prev {before}>>\nstartxref\n{place}\n%%EOF\n"
    (found,) = check(signed + update.encode(), [], NOW)
    assert "it does not cover the whole file: something was added after it was made" in found.problems


def test_nothing_but_the_signature_was_added(drawn: bytes, signed: bytes) -> None:
    opened = Opened(signed)
    assert opened.signed
    assert opened.only_signed(drawn)
    assert not Opened(drawn).signed
    other = draw(PAGE.replace("None", "Many"), NOW, Attached("data.json", "Data", b"{}"))
    assert not opened.only_signed(other)


def test_a_page_that_was_exchanged_before_a_signature_of_somebody_is_seen(drawn: bytes) -> None:
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(drawn))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    writer.write(out)  # type: ignore[no-untyped-call]
    made = sign(out.getvalue(), signer(party("Mallory")), NOW)
    assert made.startswith(drawn)
    (found,) = check(made, [], NOW)
    assert not found.problems
    assert not Opened(made).only_signed(drawn)


@pytest.mark.parametrize("form", ["pem", "p12"])
def test_a_key_opens_with_its_passphrase_only(form: str) -> None:
    who = party(issued=True)
    text = who.file(PASSPHRASE) if form == "pem" else who.p12(PASSPHRASE)
    opened = load(text, PASSPHRASE, NOW, VARIABLE)
    assert opened.certificate == who.certificate
    assert list(opened.chain) == [who.issuer]
    with pytest.raises(SignError, match=f"passphrase in {VARIABLE}, which is set"):
        load(text, b"wrong", NOW, VARIABLE)
    with pytest.raises(SignError, match=f"passphrase in {VARIABLE}, which is not set"):
        load(text, None, NOW, VARIABLE)
    plain = who.file() if form == "pem" else who.p12()
    assert load(plain, None, NOW, VARIABLE).certificate == who.certificate


def refused() -> dict[str, tuple[bytes, str]]:
    return {
        "text": (b"hello", "neither PEM nor a PKCS#12"),
        "no key": (party().pem, "no private key"),
        "no certificate": (party().file().partition(b"-----BEGIN CERT")[0], "no certificate beside the key"),
        "strange key": (party("Other").file().partition(b"-----BEGIN CERT")[0] + party().pem, "none of its certificat"),
        "expired": (party(begins=NOW - timedelta(days=99), days=9).file(), r"Jane Doe.* expired on 2026-08-23"),
        "early": (party(begins=NOW + timedelta(days=9)).file(), "valid from 2026-11-30 only"),
        "use": (party(signs=False).file(), "not for signing"),
    }


@pytest.mark.parametrize("case", refused())
def test_who_may_not_sign_is_refused_in_one_line(case: str) -> None:
    text, said = refused()[case]
    with pytest.raises(SignError, match=said) as raised:
        load(text, None, NOW, VARIABLE)
    assert "\n" not in str(raised.value)


def test_what_is_no_certificate_cannot_be_trusted() -> None:
    assert signing.roots(party().pem) == [party().certificate]
    for text in (b"hello", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(SignError, match="no certificate in PEM or DER"):
            signing.roots(text)


def test_a_missing_extra_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    with pytest.raises(ExtraError, match=r"phiward\[sign\]"):
        load(party().file(), None, NOW, VARIABLE)
    with pytest.raises(ExtraError, match="to check a signature, needs pyHanko, which is not installed"):
        check(b"%PDF-1.7", [], NOW)
