from __future__ import annotations

import os

from ingest.archive.archive import Found
from ingest.base.article import Article, Passage
from qa.retrieval.retrieval import Candidate, _threads, fuse, without_repeats

STORY = (
    "The ferry ran aground on a reef near the island on Monday evening after both engines failed in a heavy swell, the "
    "coastguard said, and two hundred passengers were taken off by fishing boats before midnight."
)


def candidate(text: str, identity: str) -> Candidate:
    article = Article(identity=identity, headline="Ferry", text=text)
    passage = Passage(article.article_id, article.version, 0, 0, len(text), text, ())
    return Candidate(Found(passage, article), 1.0)


def test_what_both_rankings_find_comes_first() -> None:
    assert [i for i, _ in fuse([["a", "b", "c"], ["d", "b", "a"]])] == ["a", "b", "d", "c"]


def test_a_forked_process_has_threads_of_its_own() -> None:
    assert _threads(os.getpid()).submit(int).result(10) == 0
    child = os.fork()
    if not child:
        try:
            _threads(os.getpid()).submit(int).result(10)
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_ties_are_broken_by_id() -> None:
    assert [i for i, _ in fuse([["b"], ["a"]])] == ["a", "b"]


def test_an_edited_copy_is_named_with_the_passage_that_it_repeats() -> None:
    first, copy = candidate(STORY, "a"), candidate(STORY.replace("heavy", "rough"), "b")
    other = candidate(
        "The assembly voted for a tunnel under the harbour after a debate of nine hours on Thursday.", "c"
    )
    kept = without_repeats([first, copy, other])
    assert [c.passage for c in kept] == [first.passage, other.passage]
    assert [found.passage for found in kept[0].repeats] == [copy.passage]
