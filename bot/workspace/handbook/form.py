"""The form of an entry: what it shows, and the entry a filled-in form stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.desk.handbook.model import Entry
from bot.desk.handbook.unanswered import QuestionGroup
from bot.workspace.visits import Visit

SOURCES = 2
"""So many sources a form holds."""
ANSWER_LIMIT = 600
LINES_LIMIT = 4000
LINE_LIMIT = 80
_KEPT = ("computed", "schedule")
"""What a form does not show and an entry keeps."""


@dataclass(frozen=True)
class Form:
    """The fields as texts; `sources` are rows of kind, title, article, date."""

    key: str = ""
    topic: str = "other"
    title: str = ""
    answer: str = ""
    sources: tuple[Mapping[str, str], ...] = field(default_factory=lambda: _rows(()))
    asks: str = ""
    valid_from: str = ""
    valid_until: str = ""
    service: str = ""
    price: str = ""
    payer: str = ""


def form_of(entry: Entry) -> Form:
    """The form filled in with an entry."""
    service = entry.service
    return Form(
        key=entry.key,
        topic=entry.topic,
        title=entry.title,
        answer=entry.answer,
        sources=_rows(
            {
                "kind": "law" if one.law else "rule",
                "title": one.law or one.rule or "",
                "article": one.article or "",
                "date": one.date.isoformat(),
            }
            for one in entry.sources
        ),
        asks="\n".join(entry.asks),
        valid_from=entry.valid_from.isoformat() if entry.valid_from else "",
        valid_until=entry.valid_until.isoformat() if entry.valid_until else "",
        service=service.kind if service else "",
        price=(service.price if service else None) or "",
        payer=(service.payer if service else None) or "",
    )


def form_for(group: QuestionGroup) -> Form:
    """An empty form with the ways these residents asked."""
    asked = dict.fromkeys(question.text[:60] for question in group.questions)
    return Form(asks="\n".join(asked))


def read_form(visit: Visit) -> Form:
    """The form as it was sent. Refuses texts that are too long."""
    return Form(
        key=visit.text("key", limit=LINE_LIMIT),
        topic=visit.text("topic", limit=LINE_LIMIT),
        title=visit.text("title", limit=LINE_LIMIT),
        answer=visit.text("answer", limit=ANSWER_LIMIT),
        sources=tuple(
            {name: visit.text(f"source_{name}_{row}", limit=LINE_LIMIT) for name in _SOURCE_FIELDS}
            for row in range(SOURCES)
        ),
        asks=visit.text("asks", limit=LINES_LIMIT),
        valid_from=visit.text("valid_from", limit=LINE_LIMIT),
        valid_until=visit.text("valid_until", limit=LINE_LIMIT),
        service=visit.text("service", limit=LINE_LIMIT),
        price=visit.text("price", limit=LINE_LIMIT),
        payer=visit.text("payer", limit=LINE_LIMIT),
    )


def content_of(form: Form, known: Entry | None) -> dict[str, Any]:
    """The entry as a handbook file would hold it; what the form does not show stays as `known` has it."""
    kept = known.model_dump(mode="json", include=set(_KEPT), exclude_none=True) if known else {}
    service = {"kind": form.service, "price": form.price or None, "payer": form.payer or None}
    return {
        **kept,
        "key": form.key or None,
        "topic": form.topic,
        "title": form.title,
        "answer": form.answer,
        "sources": [
            {one["kind"]: one["title"], "article": one["article"] or None, "date": one["date"] or None}
            for one in form.sources
            if one["title"]
        ],
        "asks": list(dict.fromkeys(line.strip() for line in form.asks.splitlines() if line.strip())),
        "valid_from": form.valid_from or None,
        "valid_until": form.valid_until or None,
        "service": service if form.service else None,
    }


_SOURCE_FIELDS = ("kind", "title", "article", "date")


def _rows(given: Any) -> tuple[Mapping[str, str], ...]:
    rows = list(given)[:SOURCES]
    empty = {"kind": "rule", "title": "", "article": "", "date": ""}
    return (*rows, *[empty] * (SOURCES - len(rows)))
