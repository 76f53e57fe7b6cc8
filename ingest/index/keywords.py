"""The keyword index (tantivy, BM25), derived from Chroma and rebuilt from it whenever the two disagree."""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, Occur, Query, Tokenizer

from ingest.base.filters import Scope
from ingest.store.records import Entry

_ANALYZER = "news"
_STATE = "state.json"
_VERSION = 1
_HEADLINE_WEIGHT = 0.7
_MAX_TERMS = 64  # of a question; more are dropped
# "U.S." and "U.K." are one term each.
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}|\b(?:[^\W\d_]\.)+[^\W\d_]\b")


def terms(text: str) -> list[str]:
    """The terms of a text as they are indexed: in lower case, without accents and stop words, stemmed."""
    return [str(term) for term in _analyzer().analyze(_join_acronyms(text))]


def _join_acronyms(text: str) -> str:
    return _ACRONYM.sub(lambda match: match[0].replace(".", ""), text)


@functools.cache
def _analyzer() -> Any:
    builder = tantivy.TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.lowercase(), Filter.ascii_fold(), Filter.stopword("english"), Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()


@functools.cache
def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage_id", stored=True, tokenizer_name="raw")
    builder.add_text_field("article_id", tokenizer_name="raw")
    builder.add_text_field("publisher", tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name=_ANALYZER)
    builder.add_text_field("headline", tokenizer_name=_ANALYZER)
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_integer_field("available", indexed=True, fast=True)
    return builder.build()


class KeywordIndex:
    """Passages by their words.

    A file in its folder says with which revision of which archive it agrees; later changes may be in the index already,
    or not.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, or create an empty one."""
        self._folder = folder
        self._index = self._open()
        self._writer: Any = None

    def _open(self) -> Any:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            index = tantivy.Index(_schema(), path=str(self._folder))
        except ValueError:  # other fields, or damaged: it is derived, so begin again
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            index = tantivy.Index(_schema(), path=str(self._folder))
        index.register_tokenizer(_ANALYZER, _analyzer())
        return index

    def revision(self, of: str = "") -> int | None:
        """Revision of the archive with which the index agrees; None where it does not.

        Args:
            of: key of the archive; the folder may hold the index of another one.
        """
        try:
            state = json.loads((self._folder / _STATE).read_text())
            return int(state["revision"]) if (state["version"], state["of"]) == (_VERSION, of) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def agree(self, revision: int, of: str = "") -> None:
        """Remember with which revision of which archive the index agrees.

        Args:
            revision: of the archive.
            of: key of the archive.
        """
        state, new = self._folder / _STATE, self._folder / f"{_STATE}.new"
        new.write_text(json.dumps({"version": _VERSION, "revision": revision, "of": of}))
        new.replace(state)

    def abandon(self) -> None:
        """Drop what was not committed, after a failure."""
        self._writer = None

    def ids(self) -> set[str]:
        """Ids of all passages."""
        return set(self._ids(Query.all_query(), max(1, self.count)))

    @property
    def count(self) -> int:
        """Number of passages."""
        return int(self._index.searcher().num_docs)

    def replace(self, article_ids: Iterable[str], entries: Iterable[Entry]) -> None:
        """Remove the passages of some articles and add others, in one step.

        Args:
            article_ids: of the articles to remove, where they exist.
            entries: passages to add.
        """
        if self._writer is None:
            self._writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for article_id in article_ids:
            self._writer.delete_documents_by_term("article_id", article_id)
        for entry in entries:
            document = tantivy.Document()
            document.add_text("passage_id", entry.passage_id)
            document.add_text("article_id", entry.metadata["article_id"])
            document.add_text("publisher", entry.metadata["publisher"])
            document.add_text("headline", _join_acronyms(entry.headline))
            document.add_text("text", _join_acronyms(entry.text))
            document.add_integer("published", entry.metadata["published"])
            document.add_integer("available", entry.metadata["available"])
            self._writer.add_document(document)
        self._writer.commit()
        self._index.reload()

    def clear(self) -> None:
        """Delete all passages."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._index = self._open()

    def search(self, text: str, limit: int, scope: Scope) -> list[str]:
        """Ids of the best passages by BM25, best first.

        Args:
            text: the question.
            limit: number of ids at most.
            scope: which articles may be found.
        """
        words = list(dict.fromkeys(terms(text)))[:_MAX_TERMS]
        if not words:
            return []
        clauses = []
        for word in words:
            clauses.append((Occur.Should, Query.term_query(self._index.schema, "text", word)))
            in_headline = Query.term_query(self._index.schema, "headline", word)
            clauses.append((Occur.Should, Query.boost_query(in_headline, _HEADLINE_WEIGHT)))
        query = Query.boolean_query([(Occur.Must, Query.boolean_query(clauses)), *self._filters(scope)])
        return self._ids(query, limit)

    def mentioning(self, phrase: str, scope: Scope) -> tuple[set[str], bool]:
        """Ids of all articles that mention some words.

        Args:
            phrase: the words; inflected forms count as the same.
            scope: which articles may be found.

        Returns:
            The ids, and whether these articles have the words as a phrase; where none has, they have all of the words
            in one passage or in its headline.
        """
        words = terms(phrase)
        if not words:
            return set(), True
        for as_phrase in (True, False):
            either = [(Occur.Should, self._holding(field, words, as_phrase)) for field in ("text", "headline")]
            query = Query.boolean_query([(Occur.Must, Query.boolean_query(either)), *self._filters(scope)])
            article_ids = {passage_id.split(":")[0] for passage_id in self._ids(query, max(1, self.count))}
            if article_ids or len(words) == 1:
                return article_ids, as_phrase
        return set(), False

    def _holding(self, field: str, words: list[str], as_phrase: bool) -> Any:
        schema = self._index.schema
        if as_phrase and len(words) > 1:
            return Query.phrase_query(schema, field, [*words])
        return Query.boolean_query([(Occur.Must, Query.term_query(schema, field, word)) for word in words])

    def document_frequency(self, word: str) -> int:
        """Number of passages that contain a term, as `terms` gives it."""
        return int(self._index.searcher().doc_freq("text", word))

    def _ids(self, query: Any, limit: int) -> list[str]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        ranked = sorted((-score, searcher.doc(address)["passage_id"][0]) for score, address in hits)
        return [passage_id for _, passage_id in ranked]

    def _filters(self, scope: Scope) -> list[Any]:
        def between(field: str, low: int | None, high: int | None) -> Any:
            kind = tantivy.FieldType.Integer
            return Query.range_query(self._index.schema, field, kind, lower_bound=low, upper_bound=high)

        def any_of(field: str, values: frozenset[str]) -> Any:
            if len(values) == 1:  # a fifth faster than a set of one term
                return Query.term_query(self._index.schema, field, *values)
            return Query.term_set_query(self._index.schema, field, sorted(values))

        # Excluding the few that are not available is twice as fast as including all the others.
        filters = [(Occur.MustNot, between("available", scope.now + 1, None))]
        if scope.after is not None or scope.before is not None:
            dated = between("published", -(2**52) if scope.after is None else scope.after, scope.before)
            filters.append((Occur.Must, Query.const_score_query(dated, 0.0)))
        if scope.publishers:
            filters.append((Occur.Must, Query.const_score_query(any_of("publisher", scope.publishers), 0.0)))
        if scope.only:
            filters.append((Occur.Must, Query.const_score_query(any_of("article_id", scope.only), 0.0)))
        if scope.without:
            filters.append((Occur.MustNot, any_of("article_id", scope.without)))
        return filters

    def close(self) -> None:
        """Release the folder."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None
