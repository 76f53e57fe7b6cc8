from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.base.article import Article
from ingest.base.filters import Scope
from ingest.chunking.passages import split_passages
from ingest.index.reading_copy import ReadingCopy
from ingest.store.records import entry_of
from tests.stories import OTHER, STORY, article

FIRST = article("gazette", publisher="The Gazette")
STRANGE = article("choir", OTHER, status="withheld")


def put(copy: ReadingCopy, *articles: Article) -> None:
    vector = np.ones(2, dtype=np.float32)
    entries = [entry_of(each, passage, vector) for each in articles for passage in split_passages(each, 40)]
    copy.replace([each.article_id for each in articles], articles, entries)


@pytest.fixture
def copy() -> Iterator[ReadingCopy]:
    opened = ReadingCopy()
    yield opened
    opened.database.close()


def test_passages_and_heads_are_what_was_put_in(copy: ReadingCopy) -> None:
    put(copy, FIRST, STRANGE)
    passages = split_passages(FIRST, 40)
    assert len(passages) > 3
    assert copy.passages_of(FIRST.article_id) == passages
    assert "".join(passage.text for passage in copy.passages_of(STRANGE.article_id)) == OTHER
    wanted = [passages[2].passage_id, passages[0].passage_id, "0123456789abcdef:0123456789ab:0"]
    assert copy.passages(wanted) == {p.passage_id: p for p in (passages[0], passages[2])}
    head = copy.heads([FIRST.article_id, "nobody"])[FIRST.article_id]
    assert (head.version, head.article.headline, head.article.text) == (FIRST.version, FIRST.headline, "")
    assert Scope(publishers=frozenset({"the gazette"})).admits(head.metadata)
    assert not Scope().admits(copy.heads([STRANGE.article_id])[STRANGE.article_id].metadata)
    assert copy.article_ids() == {FIRST.article_id, STRANGE.article_id}


def test_another_version_takes_the_place_of_all_passages(copy: ReadingCopy) -> None:
    put(copy, FIRST, STRANGE)
    short = article("gazette", STORY[:300])
    put(copy, short)
    assert copy.passages_of(FIRST.article_id) == split_passages(short, 40)
    assert copy.heads([FIRST.article_id])[FIRST.article_id].version == short.version
    copy.replace([FIRST.article_id], [], [])
    assert (copy.n_articles, copy.passages_of(FIRST.article_id)) == (1, [])
    assert copy.ids() == {passage.passage_id for passage in split_passages(STRANGE, 40)}
    assert copy.count == len(copy.ids())


def test_many_are_found_at_once(copy: ReadingCopy) -> None:
    every = [article(f"n{n}", f"{OTHER[:90]} {n}.") for n in range(1_200)]
    put(copy, *every)
    assert len(copy.heads([each.article_id for each in every])) == 1_200
    assert copy.passages(copy.ids()).keys() == copy.ids()


def test_what_fails_leaves_it_as_it_was(copy: ReadingCopy) -> None:
    put(copy, FIRST)
    broken = entry_of(FIRST, split_passages(FIRST, 40)[0], np.ones(2, dtype=np.float32))
    with pytest.raises(KeyError):
        copy.replace([FIRST.article_id], [FIRST], [broken, type(broken)("id", "", "", {})])
    assert copy.passages_of(FIRST.article_id) == split_passages(FIRST, 40)


def test_it_is_there_again_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "reading.sqlite"
    first = ReadingCopy(path)
    put(first, FIRST)
    first.database.agree(7)
    first.database.close()
    again = ReadingCopy(path)
    assert (again.database.revision, again.passages_of(FIRST.article_id)) == (7, split_passages(FIRST, 40))
    again.database.close()
    path.write_bytes(b"no database at all, but long enough to look at" * 50)
    damaged = ReadingCopy(path)
    assert (damaged.database.revision, damaged.count) == (None, 0)
    damaged.database.close()
