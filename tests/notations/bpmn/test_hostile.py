"""Documents that are broken or mean harm."""

from __future__ import annotations

import time

import pytest

from taskyard.notations.bpmn import Limits, read_bpmn

NS = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"'


def refused(content: bytes, reason: str, limits: Limits | None = None) -> str:
    reading = read_bpmn(content, limits=limits or Limits())
    assert reading.processes == ()
    assert [fault.reason for fault in reading.errors] == [reason]
    return reading.errors[0].message


MALFORMED = {
    "empty": b"",
    "blank": b"  \n ",
    "text": b"hello",
    "json": b'{"a": 1}',
    "cut off": b"<definitions " + NS.encode() + b"><process",
    "wrong end": b"<definitions " + NS.encode() + b"></process>",
    "unbound prefix": b"<bpmn:definitions/>",
    "bad bytes": b"<definitions " + NS.encode() + b">\xff\xfe</definitions>",
    "nul": b"<definitions " + NS.encode() + b">\x00</definitions>",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "entity": b"<definitions " + NS.encode() + b">&undeclared;</definitions>",
    "two roots": b"<a/><b/>",
    "doubled attribute": b'<definitions targetNamespace="a" targetNamespace="b"/>',
}


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_malformed(name: str) -> None:
    assert refused(MALFORMED[name], "malformed")


def test_a_malformed_document_names_the_place() -> None:
    fault = read_bpmn(f"<definitions {NS}>\n  <process id='a'>\n</definitions>".encode()).errors[0]
    assert (fault.line, fault.column is not None) == (3, True)


def test_a_file_on_this_machine_cannot_be_pulled_in(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not tell")
    content = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><definitions {NS}>&x;</definitions>'.encode()
    )
    assert "do not tell" not in refused(content, "hostile")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/never.dtd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/never.ent"> %p;]>',
        "<!DOCTYPE d>",
    ],
)
def test_document_types_are_refused(doctype: str) -> None:
    message = refused(f"{doctype}<definitions {NS}/>".encode(), "hostile")
    assert "document type" in message


def test_a_bomb_of_entities_is_refused_at_once() -> None:
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    started = time.perf_counter()
    refused(
        f"<!DOCTYPE d [{entities}]><definitions {NS} name='&a29;'>&a29;</definitions>".encode(), "hostile"
    )
    assert time.perf_counter() - started < 1


def test_quadratic_blowup_is_refused_at_once() -> None:
    content = f'<!DOCTYPE d [<!ENTITY a "{"x" * 100_000}">]><definitions {NS}>{"&a;" * 10_000}</definitions>'
    started = time.perf_counter()
    refused(content.encode(), "hostile")
    assert time.perf_counter() - started < 1


def test_too_deep() -> None:
    assert "deeper" in refused(b"<a>" * 5_000 + b"</a>" * 5_000, "hostile")


def test_too_many_elements() -> None:
    assert "elements" in refused(b"<a>" + b"<b/>" * 200 + b"</a>", "hostile", Limits(elements=100))


def test_too_many_attributes() -> None:
    attributes = " ".join(f'a{n}="x"' for n in range(300))
    assert "attributes" in refused(f"<a {attributes}/>".encode(), "hostile")


def test_too_large() -> None:
    assert "larger" in refused(b"<a/>" + b" " * 2_000, "hostile", Limits(size=1_000))


@pytest.mark.parametrize("root", ["<html/>", "<definitions/>", '<definitions xmlns="http://example.org"/>'])
def test_another_kind_of_document(root: str) -> None:
    assert "definitions" in refused(root.encode(), "schema")


def test_schema_errors_carry_line_column_and_element() -> None:
    content = (
        f"<definitions {NS}>\n"
        ' <process id="p" isExecutable="true">\n'
        '  <startEvent id="s"/>\n'
        '  <sequenceFlow id="f" sourceRef="s"/>\n'
        '  <noSuchThing id="n"/>\n'
        " </process>\n"
        "</definitions>"
    ).encode()
    faults = read_bpmn(content).errors
    assert [(fault.reason, fault.line, fault.column, fault.element) for fault in faults] == [
        ("schema", 4, 3, "f"),
        ("schema", 5, 3, "n"),
    ]
    assert "targetRef" in faults[0].message
    assert "noSuchThing" in faults[1].message


def test_doubled_ids_are_schema_errors() -> None:
    process = '<process id="p" isExecutable="true"><task id="x"/><task id="x"/></process>'
    content = f"<definitions {NS}>{process}</definitions>"
    assert "'x'" in refused(content.encode(), "schema")


def test_other_encodings_are_read() -> None:
    process = '<process id="p" name="Größe" isExecutable="true"><startEvent id="s"/></process>'
    text = f"<definitions {NS}>{process}</definitions>"
    for encoding in ("utf-16", "iso-8859-1", "utf-8-sig"):
        name = "utf-8" if encoding == "utf-8-sig" else encoding
        content = f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(encoding)
        assert read_bpmn(content).processes[0].name == "Größe"


def wide(inside: str) -> bytes:
    return f'<definitions {NS}><process id="p" isExecutable="true">{inside}</process></definitions>'.encode()


def crossing(number: int) -> str:
    """Gateways in a row, each with two flows to the next."""
    parts = []
    for n in range(number):
        parts.append(f'<exclusiveGateway id="g{n}" default="a{n}"/>')
        parts += [f'<sequenceFlow id="{w}{n}" sourceRef="g{n}" targetRef="g{n + 1}"/>' for w in "ab"]
    return "".join(parts) + f'<task id="g{number}"/>'


VENDOR = 'xmlns:c="http://camunda.org/schema/1.0/bpmn"'
COSTLY = {
    "many gateways": wide(crossing(15_000)),
    "many errors": wide('<serviceTask/><exclusiveGateway id="x"/>' + "<serviceTask/>" * 45_000),
    "many schema errors": wide("<nonsense/>" * 45_000),
    "many processes": f"<definitions {NS}>".encode()
    + b"".join(f'<process id="p{n}" isExecutable="true"/>'.encode() for n in range(30_000))
    + b"</definitions>",
    "open braces": wide(f'<userTask id="t" {VENDOR} c:candidateUsers="{"{" * 300_000}"/>'),
    "open expressions": wide(f'<userTask id="t" {VENDOR} c:assignee="{"${" * 300_000}"/>'),
    "many expressions": wide(f'<userTask id="t" {VENDOR} c:assignee="{"${a}" * 200_000}"/>'),
    "a long expression": wide(f'<userTask id="t" {VENDOR} c:assignee="${{{"a." * 300_000}b}}"/>'),
    "open quotes": wide(f'<userTask id="t" {VENDOR} c:assignee="${{{"&apos;&#92;" * 4_000}}}"/>'),
}


@pytest.mark.parametrize("name", sorted(COSTLY))
def test_a_costly_document_costs_no_more_than_its_size(name: str) -> None:
    started = time.perf_counter()
    reading = read_bpmn(COSTLY[name])
    assert time.perf_counter() - started < 10
    assert len(reading.errors) <= 100
    assert len(reading.warnings) <= 100
