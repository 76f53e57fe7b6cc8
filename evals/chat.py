"""Measure which sentences of a chat model reach the reader: `python -m evals.chat --model gguf:PATH`.

It asks the 200 questions of tests/data/model_questions.jsonl, a third of which have no answer, on the sample archive
and, with --seeds, on the seed article. With --realtimeqa it asks quiz questions on an archive that `evals.run` built.
It can write every sentence of the model with the decision about it, so that people can check whether it is supported.

Examples:
  python -m evals.chat --model gguf:SmolLM2-135M-Instruct.Q4_1.gguf --seeds seeds --sentences sentences.jsonl
  python -m evals.chat --model gguf:model.gguf --realtimeqa data/realtimeqa --questions 100
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals.cache import DEFAULT, cached_archive
from evals.datasets import realtimeqa as realtimeqa_data
from evals.datasets.base import DataMissing, read_lines
from evals.written import archive_of
from ingest import Archive, DatelineError, Settings
from ingest.samples import sample_sources
from qa import Answer, build_chain
from qa.base.answer import Sentence
from qa.chat.models import ChatModel, load_chat_model
from qa.chat.stream import Written
from qa.generation.writing import ShownPassages, WritingAnswerer
from qa.verification.support import load_support_model
from qa.verification.verify import StatementCheck

_QUESTIONS = Path(__file__).parent.parent / "tests" / "data" / "model_questions.jsonl"
_SEED = 5


@dataclass(frozen=True)
class WrittenSentence:
    """A sentence as the model wrote it, and the decision about it.

    Attributes:
        id: id of the question, and number of the sentence, from 1.
        question: the question.
        text: the sentence.
        mended: whether it is the model's second attempt.
        struck: why it was removed; None if it was kept.
        quotes: the words of articles that it is linked to.
        passages: the passages that the model read.
    """

    id: str
    question: str
    text: str
    mended: bool
    struck: str | None
    quotes: tuple[str, ...]
    passages: str


class RecordingAnswerer(WritingAnswerer):
    """The shipped answerer; records each of its decisions."""

    def __init__(self, chat: ChatModel, archive: Archive) -> None:
        """Args: chat: the model; archive: contains the articles."""
        super().__init__(chat, archive, StatementCheck(load_support_model()))
        self.seen: list[WrittenSentence] = []
        self._asked, self._question, self._count = "", "", 0

    def ask(self, name: str, question: str) -> None:
        """Start the next question.

        Args:
            name: its id.
            question: its text.
        """
        self._asked, self._question, self._count = name, question, 0

    def settle(self, written: Written, shown: ShownPassages, *, again: bool = False) -> Sentence:
        """Decide about a sentence as the shipped answerer does, and record it.

        Args:
            written: the sentence.
            shown: what the model read.
            again: whether it is the second attempt.
        """
        sentence = super().settle(written, shown, again=again)
        quotes = tuple(citation.quote for citation in sentence.citations)
        passages = shown.text(range(1, len(shown.passages) + 1))
        self._count += 1
        name = f"{self._asked}.{self._count}"
        self.seen.append(WrittenSentence(name, self._question, written.text, again, sentence.struck, quotes, passages))
        return sentence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = _parser().parse_args(arguments)
    try:
        chat = load_chat_model(
            Settings.load("unused", {}, chat_model=options.model, chat_context=options.context, chat_seconds=300)
        )
        if chat is None:
            raise DatelineError("--model is empty; expected provider:model or gguf:PATH")
        with ExitStack() as open_:
            rows, seen = _asked(options, chat, open_)
    except (DataMissing, DatelineError, OSError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    table = figures(rows, seen)
    for name, value in table.items():
        print(f"{name:28} {value}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), encoding="utf-8")
    if options.sentences:
        lines = (json.dumps(asdict(sentence), ensure_ascii=False) for sentence in seen)
        options.sentences.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _asked(
    options: argparse.Namespace, chat: ChatModel, open_: ExitStack
) -> tuple[list[tuple[bool | None, Answer]], list[WrittenSentence]]:
    """The answers, each with whether its question has one, and every sentence that the model wrote."""
    rows: list[tuple[bool | None, Answer]] = []
    seen: list[WrittenSentence] = []
    for archive, records in _sources(options, open_):
        answerer = RecordingAnswerer(chat, archive)
        chain = build_chain(archive, answerer=answerer)
        for record in tqdm(records, desc="asking"):
            answerer.ask(record["id"], record["question"])
            inputs = {key: record[key] for key in ("question", "as_of") if key in record}
            rows.append((record.get("answerable"), chain.invoke(inputs)))
        seen += answerer.seen
    return rows, seen


def _sources(options: argparse.Namespace, open_: ExitStack) -> Iterator[tuple[Archive, list[dict[str, Any]]]]:
    if options.realtimeqa:
        quiz = realtimeqa_data.load(options.realtimeqa, [2022], options.articles, None)
        folder = next(options.cache.glob(f"realtimeqa-{quiz.digest}-dateline-*"), None)
        if folder is None:
            raise DataMissing(
                f"{options.cache} has no archive of these articles; evals.run realtimeqa with the same years builds it"
            )
        drawn = random.Random(_SEED).sample(list(quiz.items), min(options.questions or 100, len(quiz.items)))
        archive = open_.enter_context(cached_archive(folder, ()))
        yield archive, [{"id": item.id, "question": item.question, "as_of": item.until} for item in drawn]
        return
    records = list(read_lines(_QUESTIONS))[: options.questions]
    own = [record for record in records if record["on"] == "samples"]
    yield open_.enter_context(archive_of(sample_sources())), own
    if options.seeds:
        rest = [record for record in records if record["on"] == "seed"]
        yield open_.enter_context(archive_of([options.seeds])), rest


def figures(rows: Sequence[tuple[bool | None, Answer]], seen: Sequence[WrittenSentence]) -> dict[str, Any]:
    """Count the questions by kind of answer, and the sentences by decision.

    Args:
        rows: answers, each with whether its question has one; None if unknown.
        seen: the sentences that the model wrote.
    """
    kinds = Counter(_kind(answer) for _, answer in rows)
    first = [sentence for sentence in seen if not sentence.mended]
    costs = [answer.cost for _, answer in rows if answer.cost is not None]
    asked = len(rows)
    return {
        "questions": asked,
        "without an answer": sum(answerable is False for answerable, _ in rows),
        **{kind: f"{count} ({count / asked:.1%})" for kind, count in sorted(kinds.items())},
        "written of unanswerable": sum(answerable is False and answer.written for answerable, answer in rows),
        "sentences by the model": len(first),
        "that pass": sum(sentence.struck is None for sentence in first),
        "that are mended": sum(sentence.mended and sentence.struck is None for sentence in seen),
        "struck by": dict(Counter(_reason(sentence.struck) for sentence in first if sentence.struck).most_common()),
        "tokens read": sum(cost.tokens_in for cost in costs),
        "tokens written": sum(cost.tokens_out for cost in costs),
    }


def _kind(answer: Answer) -> str:
    if not answer.answered:
        return "refused"
    if not answer.written:
        return "quoted instead"
    return "written in part" if any(sentence.struck for sentence in answer.sentences) else "written whole"


_REASONS = ("number", "date", "name", "address", "said by", "cited article", "not", "says", "no passage", "about it")


def _reason(reason: str) -> str:
    return next((word for word in _REASONS if word in reason), reason)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.chat", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True, help="provider:model or gguf:PATH, as in DATELINE_CHAT_MODEL")
    parser.add_argument(
        "--context", type=int, default=4_096, help="context size of the model in tokens (default %(default)s)"
    )
    parser.add_argument("--seeds", type=Path, help="folder that contains the seed article")
    parser.add_argument("--realtimeqa", type=Path, help="folder of RealTime QA; ask its quizzes of 2022 instead")
    parser.add_argument("--articles", type=int, help="number of articles of that archive, as for evals.run")
    parser.add_argument("--cache", type=Path, default=DEFAULT, help="folder of the archives of evals.run")
    parser.add_argument("--questions", type=int, help="number of questions (default: all 200; 100 with --realtimeqa)")
    parser.add_argument("--sentences", type=Path, help="write every sentence to this file")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
