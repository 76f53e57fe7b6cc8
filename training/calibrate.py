"""Calibrate the reader's scores: `python -m training.calibrate --data DIR`.

It builds an archive of the held-out articles, one per paragraph, and asks their questions as they are, with their
paragraph left out, and changed into near-misses. A logistic curve (Platt, 1999) is fitted to whether the sentence that
would be quoted contains the answer. Its parameters are copied into qa/reader/calibration.py by hand.

Example:
  python -m training.calibrate --data data/squad --questions 600
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from evals.datasets.base import DataMissing
from evals.operating import calibration_error
from ingest.archive.archive import Archive
from ingest.base.article import Article
from ingest.base.settings import Settings
from qa.question.question import Question
from qa.reader.calibration import THRESHOLDS
from qa.reader.reader import SpanReader, Weighed
from qa.reader.span_models import load_span_model
from qa.retrieval.retrieval import retrieve
from training.heldout import pick
from training.nearmiss import Case, near_miss
from training.questions import Paragraph, holds, load_paragraphs, split


@dataclass(frozen=True)
class Trial:
    """The result of one question.

    Attributes:
        number: of the question.
        how: `as it is`, `left out` or `near-miss`.
        score: of the best sentence, in logits.
        right: whether that sentence contains the answer.
        broad: whether the question asks for sentences.
    """

    number: int
    how: str
    score: float
    right: bool
    broad: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        _, held = split(load_paragraphs(options.data))
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive.open(Settings.load(Path(folder) / "archive", {}), create=True)
        try:
            articles = [
                Article(identity=f"{number}", headline=paragraph.title, text=paragraph.text, language="en")
                for number, paragraph in enumerate(held)
            ]
            for at in tqdm(range(0, len(articles), 100), desc="embedding"):
                archive.write(articles[at : at + 100])
            trials = list(_trials(archive, held, articles, options.questions))
        finally:
            archive.close()
    for name, broad in (("WORDS", False), ("SENTENCES", True)):
        _report(name, [trial for trial in trials if trial.broad == broad])
    return 0


def _report(name: str, trials: Sequence[Trial]) -> None:
    scores, right = np.array([t.score for t in trials]), np.array([float(t.right) for t in trials])
    halves = np.array([trial.number // 2 % 2 == 0 for trial in trials], dtype=bool)  # a question is in one half
    if not all(0 < right[half].sum() < half.sum() for half in (halves, ~halves)):
        print(f"{name}: no curve, because each half of the {len(trials)} trials needs right and wrong answers")
        return
    slope, constant = fit(scores, right)
    print(f"{name} = Curve({slope:.3f}, {constant:.3f})  # {len(trials)} trials")
    fitted = np.empty(len(trials))
    for half in (halves, ~halves):
        fitted[~half] = _sigmoid(scores[~half], *fit(scores[half], right[half]))
    print(f"  expected calibration error, each half with the other's fit: {calibration_error(fitted, right):.3f}")
    for caution, threshold in THRESHOLDS.items():
        print(f"  {caution} (from {threshold:.2f}): {_at(trials, fitted, threshold)}")


def fit(scores: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and constant of the best logistic curve.

    Args:
        scores: of the best sentences, in logits.
        right: 1 where the sentence contains the answer.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), right)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _trials(archive: Archive, held: Sequence[Paragraph], articles: Sequence[Article], count: int) -> list[Trial]:
    reader = SpanReader(load_span_model(), archive.embedder)
    pairs = [(own, index) for own, paragraph in enumerate(held) for index in range(len(paragraph.questions))]
    broad = [pair for pair in pairs if Question.parse(held[pair[0]].questions[pair[1]].text).wants_sentences]
    narrow = sorted(set(pairs) - set(broad))
    drawn = [narrow[i] for i in pick(count // 2, 11, len(narrow))] + [
        broad[i] for i in pick(count // 2, 11, len(broad))
    ]
    trials = []
    for number, (own, index) in enumerate(tqdm(drawn, desc="asking")):
        wide = number >= count // 2
        asked, paragraph = held[own].questions[index], held[own]
        answer = paragraph.text[slice(*asked.answer)]
        best = _best(archive, reader, asked.text, ())
        trials.append(Trial(number, "as it is", *_judged(best, answer), wide))
        if number % 2 == 0:
            best = _best(archive, reader, asked.text, [articles[own].article_id])
            trials.append(Trial(number, "left out", *_judged(best, answer), wide))
        else:
            rng = random.Random(asked.id)
            missed = near_miss(rng, Case(asked.text, paragraph.text, asked.answer), ())
            if missed is not None and missed.passage == paragraph.text:
                best = _best(archive, reader, missed.question, ())
                trials.append(Trial(number, "near-miss", best.score if best else -30.0, right=False, broad=wide))
    return trials


def _best(archive: Archive, reader: SpanReader, text: str, without: Sequence[str]) -> Weighed | None:
    question = Question.parse(text, without=without)
    candidates = retrieve(archive, question)[: reader.passages]
    weighed = reader.weigh(question, reader.find(question, candidates))
    return max(weighed, key=lambda sentence: sentence.score, default=None)


def _judged(best: Weighed | None, answer: str) -> tuple[float, bool]:
    if best is None:
        return -30.0, False
    passage, (start, end) = best.finding.candidate.passage, best.finding.sentence
    return best.score, holds(passage.text[start - passage.start : end - passage.start], answer)


def _sigmoid(scores: NDArray[np.float64], slope: float, constant: float) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-(slope * scores + constant)))


def _at(trials: Sequence[Trial], confidences: NDArray[np.float64], threshold: float) -> str:
    parts = []
    for how in ("as it is", "left out", "near-miss"):
        rows = [i for i, trial in enumerate(trials) if trial.how == how]
        if not rows:
            continue
        answered = [i for i in rows if confidences[i] >= threshold]
        right = sum(trials[i].right for i in answered)
        if how == "as it is":
            parts.append(f"answers {len(answered) / len(rows):.0%}, {right / max(1, len(answered)):.0%} of them right")
        else:
            parts.append(f"refuses {1 - len(answered) / max(1, len(rows)):.0%} {how}")
    return "; ".join(parts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.calibrate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that contains SQuAD's train-v1.1.json")
    parser.add_argument("--questions", type=int, default=600, help="number of questions (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
