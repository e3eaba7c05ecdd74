"""What a page says: the kind, the place, the number. Never a resident's name, number or words."""

from dataclasses import dataclass

from bot.desk.estate.model import Estate
from bot.desk.paging import ClaimedPage
from bot.desk.wording.words import Words


@dataclass(frozen=True)
class PageWording:
    """Words pages from the labels, or from the estate's own text."""

    words: Words
    estate: Estate
    own: str | None = None

    def text(self, page: ClaimedPage) -> str:
        """One page as a line for a person."""
        labels = self.words.labels["paging"]
        kind = self.words.label("emergency", page.kind)
        return (self.own or labels["text"]).format(
            kind=kind if page.confirmed else labels["unconfirmed"].format(kind=kind),
            place=page.place or labels["no_place"],
            number=page.number,
            role=page.role,
            name=page.name,
            estate=self.estate.name,
            company=self.estate.company,
        )
