"""How receiving is doing: for /health, the log, and the desk where a person must act."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from bot.desk.people.notices import give_notice

log = logging.getLogger(__name__)

MENDS: Final = {
    "token": "the token is refused: copy it again from @BotFather and set TELEGRAM_BOT_TOKEN",
    "conflict": "another program receives for this bot: stop it, or give this desk a bot of its own",
    "webhook": "Telegram cannot bring updates: look at GUANJIA_PUBLIC_URL, or set TELEGRAM_RECEIVE=poll",
    "network": "Telegram does not answer: look at the network, TELEGRAM_API_BASE_URL and TELEGRAM_PROXY",
    "hung": "receiving hung and was started again",
}
"""What a state means and what to do about it."""


@dataclass
class Status:
    """One per desk process. `state`: starting | receiving | standing_by | a key of MENDS."""

    state: str = "starting"
    detail: str = ""

    def change(self, state: str, detail: str = "") -> bool:
        """True when this is news."""
        news = state != self.state
        self.state, self.detail = state, detail
        if news and state in MENDS:
            log.error("telegram.%s: %s (%s)", state, MENDS[state], detail)
        return news

    def as_json(self) -> dict[str, str]:
        """For /health."""
        said = {"state": self.state}
        if self.state in MENDS:
            said |= {"mend": MENDS[self.state], "detail": self.detail}
        return said


def tell_desk(session: Session, state: str, *, now: datetime) -> None:
    """A notice for everyone at the desk, once a day and fault."""
    give_notice(session, key=f"telegram_{state}:{now:%Y-%m-%d}", kind=f"telegram_{state}", now=now)


LOST_KIND: Final = "telegram_outage"
"""The notice of a time in which Telegram gave messages up."""


def tell_outage(session: Session, since: datetime, *, now: datetime) -> None:
    """Telegram keeps updates for a day: after a longer absence messages are lost, and a person must know."""
    give_notice(
        session,
        key=f"telegram_outage:{since.isoformat()}",
        kind=LOST_KIND,
        details={"since": since.isoformat(), "until": now.isoformat()},
        now=now,
    )


def tell_held(session: Session, *, conversation_id: int, seconds: float, now: datetime) -> None:
    """Telegram holds this chat for long (429): who waits for an answer may have to be called."""
    give_notice(
        session,
        key=f"telegram_held:{conversation_id}:{now:%Y-%m-%d}",
        kind="telegram_held",
        conversation_id=conversation_id,
        details={"seconds": round(seconds)},
        now=now,
    )
