"""Texts cut into pieces, with nothing lost."""

from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.pieces import LONGEST_PIECE, MOST_READ, clauses, for_encoder, sentences


def test_sentences_and_connectors_part() -> None:
    text = "电梯坏了，很久了。灯也不亮另外问下物业费"
    assert [piece.text for piece in sentences(text)] == ["电梯坏了，很久了", "灯也不亮", "另外问下物业费"]
    assert [piece.text for piece in clauses(text)] == ["电梯坏了", "很久了", "灯也不亮", "另外问下物业费"]


@given(st.text(alphabet="电梯坏了，。！ \n另外还有", max_size=200))
def test_a_piece_is_a_span_of_the_text(text: str) -> None:
    for piece in clauses(text):
        assert text[piece.start : piece.end] == piece.text
        assert piece.text.strip() == piece.text


def test_a_letter_is_read_whole_and_a_book_in_samples() -> None:
    letter = "我们小区的电梯又坏了，老人下不了楼。" * 20
    assert sum(len(piece) for piece in for_encoder(letter)) >= 0.9 * len(letter)
    book = letter * 50
    assert sum(len(piece) for piece in for_encoder(book)) <= MOST_READ
    assert all(len(piece) <= LONGEST_PIECE for piece in for_encoder(book))
