"""Bodies in XML, read as the JSON that they stand for."""

from __future__ import annotations

import pytest

from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.xml_text import write_xml
from tests.mockserver.contract.body.bodies import members, of, read

XML = "application/xml"
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
PET = members(
    "name",
    id={**INTEGER, "xml": {"attribute": True}},
    name={**TEXT, "minLength": 1},
    weight={"type": "number", "xml": {"name": "kilograms", "prefix": "m", "namespace": "urn:m"}},
    isGood={"type": "boolean", "nullable": True},
    tags={"type": "array", "items": TEXT, "maxItems": 2, "xml": {"wrapped": True}},
    toys={"type": "array", "items": {**TEXT, "xml": {"name": "toy"}}},
    owner=members("zip", zip=INTEGER),
)


def read_xml(raw, schema=PET):
    return read({XML: of(schema)}, XML, raw)


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        ("<pet><name>Rex</name></pet>", {"name": "Rex"}),
        ('<pet id="7"><name> R </name></pet>', {"id": 7, "name": " R "}),
        (
            '<p:pet xmlns:p="urn:p" xmlns:m="urn:m"><p:name>R</p:name><m:kilograms> 1.5 </m:kilograms></p:pet>',
            {"name": "R", "weight": 1.5},
        ),
        ("<pet><name>R</name><isGood>true</isGood></pet>", {"name": "R", "isGood": True}),
        ("<pet><name>R</name><isGood/></pet>", {"name": "R", "isGood": None}),
        (
            '<pet xmlns:xsi="x"><name>R</name><isGood xsi:nil="true"/></pet>',
            {"name": "R", "isGood": None},
        ),
        (
            "<pet><name>R</name><tags><tags>a</tags><tags>b</tags></tags></pet>",
            {"name": "R", "tags": ["a", "b"]},
        ),
        ("<pet><name>R</name><tags/></pet>", {"name": "R", "tags": []}),
        ("<pet><name>R</name><toy>a</toy><toy>b</toy></pet>", {"name": "R", "toys": ["a", "b"]}),
        ("<pet><name>R</name><toys><toy>a</toy></toys></pet>", {"name": "R", "toys": ["a"]}),
        ("<pet><owner><zip>1</zip></owner><name>R</name></pet>", {"name": "R", "owner": {"zip": 1}}),
        ("<pet><name>R</name><other><a>1</a></other></pet>", {"name": "R", "other": {"a": "1"}}),
        ("<pet><name><![CDATA[<R>]]></name></pet>", {"name": "<R>"}),
    ],
)
def test_element_is_read_as_its_schema_says(inner, value):
    assert read_xml(inner) == value


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<pet/>", "name: is required"),
        ("<pet><name></name></pet>", "name: must not be empty"),
        ('<pet id="x"><name>R</name></pet>', "id: must be a whole number"),
        ("<pet><name>R</name><kilograms>heavy</kilograms></pet>", "weight: must be a number"),
        ("<pet><name>R</name><name>S</name></pet>", "name: must be a string, not an array"),
        ("<pet><name><first>R</first></name></pet>", "name: must be a string, not an object"),
        ("<pet><name>R</name><owner><city>x</city></owner></pet>", "owner.zip: is required"),
        ("<pet><name>R</name><owner>me</owner></pet>", "owner: must be an object, not a string"),
        ("<pet><name>R</name><tags><t>1</t><t>2</t><t>3</t></tags></pet>", "tags: "),
        (
            "<a>" * 200 + "</a>" * 200,
            "the body is not XML that can be read: it nests more than 100 levels deep",
        ),
    ],
)
def test_element_that_breaks_its_schema_is_named(inner, said):
    assert read_xml(inner).startswith(f"400 {said}")


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="utf-8"?>'])
def test_charset_that_was_sent_counts_more_than_the_one_in_the_xml(head):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    raw = f"{head}<pet><name>中文</name></pet>".encode("gbk")

    assert read({XML: {"schema": schema}}, f"{XML}; charset=GBK", raw) == {"name": "中文"}


def test_list_at_the_root_has_its_items_as_elements():
    assert read_xml(
        "<pets><pet><zip>1</zip></pet></pets>", {"type": "array", "items": members(zip=INTEGER)}
    ) == [{"zip": 1}]


def test_text_beside_attributes_is_the_member_that_says_so():
    money = members(
        currency={**TEXT, "xml": {"nodeType": "attribute"}}, amount={**INTEGER, "xml": {"nodeType": "text"}}
    )

    assert read_xml('<money currency="EUR">9</money>', money) == {"currency": "EUR", "amount": 9}


def test_xml_that_the_stub_writes_is_read_as_the_same_value():
    value = {
        "id": 1, "name": "Rex", "weight": 2.5, "isGood": False, "tags": ["a", "b"], "toys": ["c"], "owner": {"zip": 3},
    }  # fmt: skip
    spec = {"openapi": "3.0.3", "components": {"schemas": {"Pet": PET}}}

    assert read_xml(write_xml(SchemaMerger(spec), {"$ref": "#/components/schemas/Pet"}, value)) == value
