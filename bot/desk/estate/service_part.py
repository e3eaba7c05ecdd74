"""How people serve chats: the part `service` of `estate.yml` (R31 to R34, R41, R42); it may be left out."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from bot.desk.estate.calendar_part import Hours, Period
from bot.desk.estate.errors import wrong
from bot.desk.estate.types import ClockSpan, Duration, Name, Phone, StrictModel

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday", "makeup"]
WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "makeup")


class Shift(StrictModel):
    """One person's hours at the chats 班次; several of them make the roster."""

    name: Name
    phone: Phone | None = None
    """Where she is called when a chat stays unread; left out, she is not called."""
    days: tuple[Day, ...] = WORKDAYS
    """`holiday` is a public holiday, `makeup` a make-up day 调休; both count as nothing else."""
    hours: Hours

    @field_validator("hours")
    @classmethod
    def _in_order(cls, value: tuple[Period, ...]) -> tuple[Period, ...]:
        if not value:
            raise wrong("a shift without hours", 'write its periods, such as ["08:30-12:00", "13:30-18:00"]')
        if list(value) != sorted(value):
            raise wrong("the periods are out of order", "list them from morning to evening")
        return value


class ServiceSettings(StrictModel):
    """Who is offered which chat, how long she may take, and when a quiet chat ends."""

    offer_for: Duration = timedelta(seconds=45)
    """So long a waiting chat is kept for one person before the next one is asked."""
    ask_again_after: Duration = timedelta(minutes=2)
    """So long somebody who let a chat pass is not asked for it again."""
    capacity: int = Field(default=5, ge=1, le=50)
    """So many chats one person serves at a time, unless her own number says else."""
    offline_after: Duration = timedelta(seconds=90)
    """Her page was not heard for so long: she is gone."""
    answer_within: Duration = timedelta(minutes=3)
    """A resident's message unanswered for so long brings the chat back into the queue."""
    head_start: Duration = timedelta(minutes=5)
    """An angry resident counts as waiting so much longer; emergencies always come first."""
    call_after: Duration = timedelta(seconds=60)
    """A chat nobody took is called out over webhook and text message, each time to the next person."""
    still_waiting_after: Duration = timedelta(minutes=5)
    """Whoever waits so long is told how things stand, and may leave a number."""
    idle_warn_after: Duration = timedelta(minutes=20)
    """A served chat in which the resident has been silent for so long: a word that it will be closed."""
    idle_close_after: Duration = timedelta(minutes=10)
    """So long after that word it is closed."""
    rate_hours: ClockSpan = (9 * 60, 20 * 60)
    """Only in this time of day is anybody asked whether she is content."""
    roster: tuple[Shift, ...] = ()
    """Left out, the office hours of `calendar` say when somebody is there."""

    @model_validator(mode="after")
    def _call_later_than_offer(self) -> Self:
        if self.rate_hours[0] >= self.rate_hours[1]:
            raise wrong("rate_hours passes midnight", 'write daytime hours, such as "09:00-20:00"')
        return self
