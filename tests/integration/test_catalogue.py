"""Counts and lists from the index, against a plain scan of the articles."""

from __future__ import annotations

import pytest

from ingest import Archive
from ingest.base.filters import Scope
from ingest.index.keywords import terms
from qa import ask


def scanned(archive: Archive, phrase: str) -> set[str]:
    """Ids of the articles whose words hold a phrase, by reading all of them."""
    wanted = terms(phrase)
    found = set()
    for head in archive.listing():
        texts = [head.headline, *(passage.text for passage in archive.passages_of(head.article_id))]
        for text in texts:
            words = terms(text)
            if any(words[i : i + len(wanted)] == wanted for i in range(len(words))):
                found.add(head.article_id)
    return found


@pytest.mark.parametrize("phrase", ["Hester Vayle", "ferry", "harbour tunnel", "Silver Tern", "strikes", "Merrin Reef"])
def test_what_mentions_a_phrase_is_exact(samples: Archive, phrase: str) -> None:
    found, as_phrase = samples.mentioning(phrase, Scope())
    assert as_phrase
    assert {article.article_id for article in found} == scanned(samples, phrase) != set()


def test_all_articles_are_counted_where_nothing_is_named(samples: Archive) -> None:
    answer = ask("How many articles do you have?", samples)
    assert answer.answered
    assert answer.text.startswith(f"{samples.coverage().n_articles} articles")
    assert len(answer.nearby) == samples.coverage().n_articles


def test_a_count_can_be_opened(samples: Archive) -> None:
    answer = ask("How many articles mention Hester Vayle?", samples)
    ids = {near.article_id for near in answer.nearby}
    assert ids == scanned(samples, "Hester Vayle")
    assert f"{len(ids)} articles mention “Hester Vayle”" in answer.text
    assert not answer.citations


def test_dates_and_publishers_limit_a_list(samples: Archive) -> None:
    answer = ask("List the articles about the ferry in March 2025", samples)
    assert answer.nearby
    assert all((near.published or "").startswith("2025-03") for near in answer.nearby)
    answer = ask("How many Tidewater stories mention the tunnel?", samples)
    assert {near.publisher for near in answer.nearby} == {"Tidewater"}


def test_outlets_are_told_with_their_counts(samples: Archive) -> None:
    answer = ask("Which outlets covered the harbour tunnel?", samples)
    for publisher in {near.publisher for near in answer.nearby}:
        count = sum(near.publisher == publisher for near in answer.nearby)
        assert f"{publisher} ({count})" in answer.text


def test_the_latest_comes_first_and_the_oldest_where_it_is_asked_for(samples: Archive) -> None:
    newest = [near.published or "" for near in ask("What is the latest on the harbour tunnel?", samples).nearby]
    assert newest == sorted(newest, reverse=True)
    assert 1 < len(newest) <= 5
    oldest = [near.published or "9999" for near in ask("When was the harbour tunnel first mentioned?", samples).nearby]
    assert oldest == sorted(oldest)


def test_what_is_not_there_is_refused_with_what_there_is(samples: Archive) -> None:
    answer = ask("How many articles mention unicorns?", samples)
    assert not answer.answered
    assert "No article mentions “unicorns”" in answer.text
    assert "38 articles" in answer.text


def test_words_that_only_stand_near_each_other_are_said_to(samples: Archive) -> None:
    answer = ask("How many articles mention march against the tunnel?", samples)
    assert "all words of" in answer.text
