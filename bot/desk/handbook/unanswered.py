"""Questions the handbook does not answer (R43): kept, grouped by likeness, settled by an entry or not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.transcript import storable
from bot.language.normalise import normalise
from bot.store.handbook_tables import QuestionState, UnansweredQuestion

MOST_LISTED = 500
LONGEST = 300
ALIKE = 0.5
"""Share of pairs of characters two questions have in common, from which they ask the same."""
ALIKE_NEAR = 0.3
"""The same for questions that came near the same entry."""
_NOISE = re.compile(r"[\W_]|请问|你好|您好|一下")


@dataclass(frozen=True)
class QuestionGroup:
    """Questions that ask the same, the newest first; `number` is the newest one's id and names the group."""

    questions: tuple[UnansweredQuestion, ...]

    @property
    def number(self) -> int:
        return self.questions[0].id

    @property
    def askers(self) -> int:
        """How many residents asked."""
        return len({one.conversation_id for one in self.questions})


def note_unanswered(
    session: Session, *, conversation_id: int, text: str, nearest: Sequence[str], now: datetime
) -> UnansweredQuestion:
    """Keep a question; the same words of the same resident that are still open are kept once."""
    said = storable(text.strip()[:LONGEST])
    known = session.scalars(
        select(UnansweredQuestion).where(
            UnansweredQuestion.conversation_id == conversation_id,
            UnansweredQuestion.state == QuestionState.OPEN,
            UnansweredQuestion.text == said,
        )
    ).first()
    if known is not None:
        return known
    question = UnansweredQuestion(
        conversation_id=conversation_id, text=said, nearest=list(nearest), asked_at=now
    )
    session.add(question)
    session.flush()
    return question


def open_groups(session: Session) -> list[QuestionGroup]:
    """The open questions by likeness: what most residents ask first, then the newest."""
    found = session.scalars(
        select(UnansweredQuestion)
        .where(UnansweredQuestion.state == QuestionState.OPEN)
        .order_by(UnansweredQuestion.id.desc())
        .limit(MOST_LISTED)
    )
    groups = [QuestionGroup(tuple(group)) for group in grouped(found)]
    return sorted(groups, key=lambda group: (-group.askers, -group.number))


def group_of(session: Session, number: int) -> QuestionGroup | None:
    """The group that holds this open question, None where it is settled or was never there."""
    return next(
        (group for group in open_groups(session) if any(one.id == number for one in group.questions)), None
    )


def set_aside(session: Session, group: QuestionGroup, *, by: str, now: datetime) -> None:
    """No question for the handbook: off the list, kept as a row."""
    for question in group.questions:
        question.state, question.settled_at, question.settled_by = QuestionState.SET_ASIDE, now, by


def grouped(questions: Iterable[UnansweredQuestion]) -> list[list[UnansweredQuestion]]:
    """Put each question to the first group one of whose members asks the same."""
    groups: list[list[UnansweredQuestion]] = []
    for question in questions:
        for group in groups:
            if any(asks_the_same(question, one) for one in group):
                group.append(question)
                break
        else:
            groups.append([question])
    return groups


def asks_the_same(one: UnansweredQuestion, other: UnansweredQuestion) -> bool:
    """Do two questions share enough words, or fewer and the entry they came nearest to?"""
    alike = likeness(one.text, other.text)
    same_entry = bool(one.nearest and other.nearest and one.nearest[0] == other.nearest[0])
    return alike >= (ALIKE_NEAR if same_entry else ALIKE)


def likeness(one: str, other: str) -> float:
    """Share of pairs of characters in common, 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else float(one == other)


def _pairs(text: str) -> frozenset[str]:
    bare = _NOISE.sub("", normalise(text))
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1))
