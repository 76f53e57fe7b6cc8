"""Whatever a text is made of, every quote stands in its article at its offsets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Archive, Article, Settings, ingest
from ingest.archive.archive import Found
from ingest.base.errors import ArchiveMismatch
from ingest.chunking.passages import split_passages
from ingest.embedding.embeddings import load_embedder
from ingest.embedding.encoders import default_model_folder
from qa import ask
from qa.generation.quoting import QuotingAnswerer
from qa.question.question import Question
from qa.reader.reader import load_reader
from qa.retrieval.retrieval import Candidate
from tests.examples import examples

NEWS = st.lists(
    st.one_of(
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=60),
        st.sampled_from(["Odo Crail said", "“We will not go.", "U.S.", "on Monday", "‘Well Done’\n\n", ".”", "\n\n"]),
    ),
    min_size=1,
    max_size=30,
).map(" ".join)  # fmt: skip


@given(NEWS, st.sampled_from(["Who is Odo Crail?", "What did Odo Crail say?", "When?", "Why did it end?"]))
@examples(60)
def test_every_citation_of_any_text_stands_at_its_offsets(text: str, question: str) -> None:
    article = Article(identity="any", headline="Any", text=text)
    candidates = [Candidate(Found(passage, article), 1.0) for passage in split_passages(article, 20)]
    asked = Question.parse(question)
    evidence = load_reader("", load_embedder()).read(asked, candidates)
    for part in QuotingAnswerer(threshold=0.0).answer(asked, evidence):
        for citation in part.citations:
            assert citation.quote
            assert article.text[citation.start : citation.end] == citation.quote
        assert all(sentence.citations for sentence in part.sentences)


def test_every_answer_to_the_written_questions_is_cited_exactly(samples: Archive) -> None:
    import json

    from tests.conftest import DATA

    rows = [json.loads(line) for line in (DATA / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()]
    answered = 0
    for row in rows:
        answer = ask(row["question"], samples)
        answered += answer.answered
        for citation in answer.citations:
            article = samples.article(citation.article_id)
            assert (article.version, article.text[citation.start : citation.end]) == (citation.version, citation.quote)
        assert answer.answered == bool(answer.sentences)
        assert all(sentence.citations for sentence in answer.sentences)
    assert answered > 20


def test_any_sentence_transformers_model_can_be_named_by_its_folder(tmp_path: Path) -> None:
    model = str(default_model_folder())
    (tmp_path / "a.txt").write_text(
        "ULVERNE (Tidewater) -- Odo Crail resigned on Monday because the mill had closed.\n"
    )
    other = Settings(archive=tmp_path / "archive", embedder=model)
    ingest(tmp_path / "a.txt", archive=other)
    with Archive.open(other) as archive:
        assert ask("Why did Odo Crail resign?", archive).answered
    with pytest.raises(ArchiveMismatch, match="embedder"):
        Archive.open(tmp_path / "archive")
