from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.span_inputs import Packed, Page, pack
from tests.examples import examples
from tests.tiny import tiny_tokenizer

TOKENIZER = tiny_tokenizer()

# Each letter is a word piece.
WORDS = " ".join(string.ascii_lowercase)
TEXT = st.text(alphabet=st.sampled_from("ab1.,“é東🚢 \n\t’-"), max_size=900)


def pieces(packed: Packed) -> str:
    return " ".join(str(TOKENIZER.id_to_token(number)) for number in packed.ids)


def letters(count: int) -> str:
    return " ".join(WORDS.split()[n % 26] for n in range(count))


def test_an_input_is_question_heading_and_passage_between_their_marks() -> None:
    (packed,) = pack(TOKENIZER, "W h o ?", [Page("F (7)", "O c.")])
    assert pieces(packed) == "[CLS] w h o ? [SEP] f ( 7 ) [SEP] o c . [SEP]"
    assert packed.types == [0] * 6 + [1] * 9
    assert (packed.first, packed.offsets) == (11, [(0, 1), (2, 3), (3, 4)])


def test_without_a_heading_its_marks_stay() -> None:
    (packed,) = pack(TOKENIZER, "w", [Page("", "o")])
    assert pieces(packed) == "[CLS] w [SEP] [SEP] o [SEP]"
    assert packed.types == [0, 0, 0, 1, 1, 1]


def test_pages_come_in_their_order_and_one_without_a_word_gives_nothing() -> None:
    packed = pack(TOKENIZER, "w", [Page("h", "a"), Page("h", ""), Page("h", " \n\t"), Page("h", "b")])
    assert [(each.page, pieces(each).split()[-2]) for each in packed] == [(0, "a"), (3, "b")]
    assert pack(TOKENIZER, "w", []) == []


def test_of_a_long_question_the_beginning_and_the_end_are_read() -> None:
    (packed,) = pack(TOKENIZER, f"a {letters(2_000)} z", [Page("", "o")])
    asked = pieces(packed).split(" [SEP] ")[0].split()[1:]
    assert len(asked) == 64
    assert (asked[0], asked[-1]) == ("a", "z")


def test_of_a_long_heading_the_beginning_is_read() -> None:
    (packed,) = pack(TOKENIZER, "w", [Page(letters(300), "o")])
    assert pieces(packed) == f"[CLS] w [SEP] {letters(40)} [SEP] o [SEP]"


@pytest.mark.parametrize(
    ("count", "windows"),
    [
        (1, [(0, 1)]),
        (320, [(0, 320)]),
        (321, [(0, 320), (256, 321)]),
        (576, [(0, 320), (256, 576)]),
        (577, [(0, 320), (256, 576), (512, 577)]),
    ],
)
def test_a_long_passage_is_read_in_windows_that_overlap(count: int, windows: list[tuple[int, int]]) -> None:
    packed = pack(TOKENIZER, "w", [Page("h", letters(count))])
    assert [(each.offsets[0][0] // 2, each.offsets[-1][1] // 2 + 1) for each in packed] == windows
    assert {each.page for each in packed} == {0}


@given(st.integers(1, 3_000))
@examples(30)
def test_windows_leave_no_word_out_and_share_enough_for_any_span(count: int) -> None:
    packed = pack(TOKENIZER, "w", [Page("h", letters(count))])
    assert {offset for each in packed for offset in each.offsets} == {(2 * n, 2 * n + 1) for n in range(count)}
    for before, after in pairwise(packed):
        assert len(set(before.offsets) & set(after.offsets)) == 64
    assert all(each.offsets == sorted(each.offsets) for each in packed)


@given(TEXT, TEXT, TEXT)
@examples(60)
def test_whatever_the_words_an_input_is_whole_and_fits_the_model(question: str, heading: str, text: str) -> None:
    for each in pack(TOKENIZER, question, [Page(heading, text)]):
        assert len(each.ids) == len(each.types) == each.first + len(each.offsets) + 1 <= 512
        assert each.types == sorted(each.types)
        assert all(0 <= start < end <= len(text) for start, end in each.offsets)
        assert TOKENIZER.id_to_token(each.ids[0]) == "[CLS]"
        assert TOKENIZER.id_to_token(each.ids[-1]) == "[SEP]"
        for (start, end), number in zip(each.offsets, each.ids[each.first :], strict=False):
            if text[start:end].isascii():
                assert str(TOKENIZER.id_to_token(number)).removeprefix("##") == text[start:end]
