"""Whatever bytes come: nothing but a DatelineError leaves a reader, and what comes out of it is whole."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ingest.base.errors import SourceError
from tests.examples import examples
from tests.fuzz.readers import LEAD, READERS, read

MANY = examples(150, *HealthCheck)


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A file with pieces cut out, doubled, moved or replaced."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 200)))
        piece = draw(
            st.one_of(
                st.binary(max_size=6),
                st.just(data[start:end] * 2),
                st.text(max_size=6).map(lambda text: text.encode("utf-8", "surrogatepass")),
                st.sampled_from(
                    [b"<", b">", b"&", b"&x;", b"]]>", b"<![CDATA[", b"<!--", b'"', b"\x00", b"{", b"]", b","]
                ),
                st.sampled_from(
                    [b'<!DOCTYPE x [<!ENTITY a "b">]>', b"<?xml version='1.0' encoding='utf-16'?>", b"http://["]
                ),
            )
        )
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@MANY
def test_valid_files_that_were_mutated(name: str, data: st.DataObject) -> None:
    reader, seeds = READERS[name]
    text = data.draw(mutated(seeds))
    read(reader, text)
    read(None, text)


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=400))
@MANY
def test_any_bytes(name: str, data: bytes) -> None:
    read(READERS[name][0], data)
    read(None, data)


@pytest.mark.parametrize("name", READERS)
def test_valid_files_that_break_off_anywhere(name: str) -> None:
    reader, seeds = READERS[name]
    for seed in seeds:
        for end in range(0, len(seed), max(1, len(seed) // 60)):
            read(reader, seed[:end])


# Words of the formats, so that random trees reach what reads them.
NAMES = st.sampled_from(
    "nitf head docdata doc-id date.issue date.release ed-msg du-key correction body body.head hedline hl1 byline person"
    " dateline location story.date body.content block p newsItem newsMessage itemSet itemMeta contentMeta contentSet"
    " itemClass provider versionCreated embargoed pubStatus signal edNote located name headline by language inlineXML"
    " inlineData html rss channel item title link guid pubDate description author source feed entry content summary id"
    " updated urlset sitemapindex url sitemap loc news publication publication_date br table td pre script".split()
)
ATTRIBUTES = st.sampled_from(
    "guid version qcode uri literal norm id-string msg-type info management-status management-doc-idref"
    " management-idref-status href rel type tag encoding contenttype isPermaLink ref xml:lang xml:base".split()
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "stat:canceled",
            "withheld",
            "base64",
            "text/html",
            "20260302T101500Z",
            "http://[",
            "http://x.example/1",
            "x" * 50,
        ]
    ),
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cc")), max_size=20
    ),
)


def to_xml(tree: Any) -> str:
    if isinstance(tree, str):
        return tree.replace("&", "&amp;").replace("<", "&lt;")
    name, attributes, children = tree
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{''.join(map(to_xml, children))}</{name}>"


TREES = st.recursive(
    VALUES,
    lambda inner: st.tuples(NAMES, st.dictionaries(ATTRIBUTES, VALUES, max_size=3), st.lists(inner, max_size=4)),
    max_leaves=25,
)
ROOTS = ["nitf", "newsItem", "newsMessage", "rss", "feed xmlns='http://www.w3.org/2005/Atom'", "urlset", "sitemapindex"]


@given(root=st.sampled_from(ROOTS), children=st.lists(TREES, max_size=5))
@MANY
def test_any_tree_of_xml(root: str, children: list[Any]) -> None:
    read(None, f"<{root}>{''.join(map(to_xml, children))}</{root.split()[0]}>".encode())


KEYS = st.sampled_from(
    "uri guid type version versioncreated versionCreated pubstatus embargoed headline headlines body_text body_xhtml"
    " body_nitf bodies byline by located infosource renditions ednote signals language value role contenttype name"
    " href text title date authors".split()
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | VALUES
    | st.sampled_from(["\ud800", "\x00", "1e999"])
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(value=JSON, indent=st.sampled_from([None, 1]), listed=st.booleans())
@MANY
def test_any_tree_of_json(value: Any, indent: int | None, listed: bool) -> None:
    item = {"uri": "urn:x:1", "pubstatus": "usable", "body_text": LEAD} | (value if isinstance(value, dict) else {})
    for reader in (None, READERS["ninjs"][0], READERS["jsonlines"][0]):
        read(reader, json.dumps([item, value] if listed else item, indent=indent).encode())
        read(reader, json.dumps(value, indent=indent).encode())


@pytest.mark.parametrize("opening", ["[", '{"uri":', '[{"uri":[', '{"pubstatus":{"uri":'])
@pytest.mark.parametrize("name", ["ninjs", "jsonlines"])
def test_json_of_any_depth(name: str, opening: str) -> None:
    data = (opening * 200_000).encode()
    assert all(isinstance(thing, SourceError) for thing in read(READERS[name][0], data))
    read(None, data)
