"""Evaluate dialogues: whether follow-ups retrieve the right article, and whether context leaks where it should not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from evals.datasets.dialogues import Dated, Dialogue, Turn
from evals.results import Row
from ingest import Archive
from qa import Answer, Question, QuestionError, build_chain
from qa.chat.models import ChatModel
from qa.generation.quoting import QuotingAnswerer
from qa.question.limits import range_in
from qa.retrieval.retrieval import retrieve

_FIRST = 4  # the right article should be among the first so many


def run(dialogues: Sequence[Dialogue], archive: Archive, *, shown: bool, chat: ChatModel | None = None) -> list[Row]:
    """Run every dialogue; each turn follows the answers that were really given before it.

    Args:
        dialogues: over the articles of this archive.
        archive: an open one.
        shown: whether single turns are part of the result, or only their metrics.
        chat: model that completes the follow-ups; None leaves that to rules. The answers are quoted either way.
    """
    chain = build_chain(archive, answerer=QuotingAnswerer(), chat=chat)
    names = _names(archive)
    rows = []
    for dialogue in dialogues:
        history: list[Answer] = []
        for number, turn in enumerate(dialogue.turns):
            start = time.perf_counter()
            answer = chain.invoke({"question": turn.question, "history": history, "as_of": dialogue.as_of})
            seconds = time.perf_counter() - start
            metrics = _metrics(turn, answer, archive, names, [earlier.question.text for earlier in history])
            detail = (
                {"understood": answer.question.text, "text": answer.text, "gold": list(turn.articles)} if shown else {}
            )
            rows.append(
                Row(
                    f"{dialogue.id}.{number}",
                    turn.question if shown else "",
                    metrics,
                    seconds,
                    detail,
                    cluster=dialogue.id,
                )
            )
            history.append(answer)
    return rows


def dated(questions: Sequence[Dated], *, shown: bool) -> list[Row]:
    """Check whether the date range of each question is read correctly from its words.

    Args:
        questions: with the correct ranges.
        shown: whether single questions are part of the result, or only their metrics.
    """
    rows = []
    for item in questions:
        try:
            published: Any = range_in(item.question, date.fromisoformat(item.as_of))[0]
        except QuestionError:
            published = "impossible"
        wanted: Sequence[Any] = ("impossible",) if item.role == "impossible" else item.published
        right = float(published in wanted)
        kind = "scope" if item.role == "scope" else "impossible" if item.role == "impossible" else "no_scope"
        metrics: dict[str, float | None] = {"right_range": right, f"right_range_{kind}": right}
        detail = {"asked": item.as_of, "found": published, "wanted": list(wanted)} if shown else {}
        rows.append(Row(item.id, item.question if shown else "", metrics, None, detail))
    return rows


def _metrics(
    turn: Turn, answer: Answer, archive: Archive, names: dict[str, str], before: Sequence[str]
) -> dict[str, float | None]:
    question = answer.question
    if turn.type == "smalltalk":
        return {"smalltalk_understood": float(not answer.citations)}
    right = {names[name] for name in turn.articles}
    if not right:
        return {"refused_unanswerable": float(not answer.answered)}
    retrieved = _retrieved_articles(archive, question, answer)
    bare = _retrieved_articles(archive, Question.parse(turn.question, as_of=question.as_of))
    ours, theirs = float(bool(right & set(retrieved))), float(bool(right & set(bare)))
    cited = {citation.article_id for citation in answer.citations}
    metrics: dict[str, float | None] = {"answered": float(answer.answered)}
    if answer.citations:
        metrics["cites_right_article"] = float(bool(right & cited))
    if turn.type == "followup":
        joined = Question.parse(" ".join([*before, turn.question])[-2_000:], as_of=question.as_of)
        metrics |= {
            "article@4": ours,
            "article@4_bare": theirs,
            "article@4_concatenated": float(bool(right & set(_retrieved_articles(archive, joined)))),
            f"article@4_{turn.phenomenon}": ours,
        }
    elif turn.type in ("shift", "standalone"):
        metrics |= {"harmed": float(ours < theirs), "carried_wrongly": float(question.typed is not None)}
        metrics |= {f"harmed_{turn.type}": float(ours < theirs)}
    else:
        metrics["article@4_opening"] = ours
    if turn.published:
        metrics["right_range"] = float(question.published == turn.published)
    return metrics


def _retrieved_articles(archive: Archive, question: Question, answer: Answer | None = None) -> list[str]:
    """Ids of the first articles that are retrieved for a question."""
    if answer is not None and not answer.citations and answer.answered:
        return [near.article_id for near in answer.nearby]  # listed, not searched
    ids = [candidate.passage.article_id for candidate in retrieve(archive, question)]
    return list(dict.fromkeys(ids))[:_FIRST]


def _names(archive: Archive) -> dict[str, str]:
    """Ids of articles by the names that the dialogues use: end of the guid, headline or file."""
    names: dict[str, str] = {}
    for head in archive.listing(with_unavailable=True):
        own = (head.identity.rpartition(" ")[2].rpartition(":")[2], head.headline, Path(head.source).name)
        for name in own:
            names.setdefault(name, head.article_id)
    return names
