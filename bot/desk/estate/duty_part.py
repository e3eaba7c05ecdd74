"""Who is called in an emergency, and over which devices: the part `duty` of `estate.yml`."""

from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from bot.desk.estate.errors import wrong
from bot.desk.estate.types import ClockSpan, Duration, Name, Phone, StrictModel


class DutyPerson(StrictModel):
    """One person of a step; with `hours` only on duty in that time of day ("20:00-08:00" passes midnight)."""

    name: Name
    phone: Phone | None = None
    telegram: int | None = Field(default=None, gt=0)
    """The number of her private chat with the bot; she gets it by writing to the bot (docs/paging.md)."""
    hours: ClockSpan | None = None

    def is_on_duty(self, at: datetime) -> bool:
        """`at` is in the estate's zone."""
        if self.hours is None:
            return True
        begins, ends = self.hours
        minute = at.hour * 60 + at.minute
        return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


class DutyStep(StrictModel):
    """One step of the chain: who is called together."""

    role: Name
    people: tuple[DutyPerson, ...] = Field(min_length=1)

    def called(self, at: datetime) -> tuple[DutyPerson, ...]:
        """Who of the step is on duty; all of them where the hours leave nobody."""
        return tuple(one for one in self.people if one.is_on_duty(at)) or self.people


class Webhook(StrictModel):
    """A program that is told of each page by HTTP POST (JSON), signed where a secret is named."""

    url: str
    secret_env: Name | None = None
    """The environment variable that holds the signing secret; secrets never stand in this file."""

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        return checked_url(value)


class SmsAccepted(StrictModel):
    """How the gateway says yes: the JSON field of its answer (`a.b` for one inside another) and its value."""

    field: Name
    equals: str | int | bool


class SmsGateway(StrictModel):
    """A gateway for text messages, called by HTTP. `{phone}`, `{text}` and `{env:NAME}` are filled in."""

    url: str
    method: Literal["POST", "GET"] = "POST"
    headers: dict[str, str] = Field(default_factory=dict)
    form: dict[str, str] | None = None
    json_fields: dict[str, Any] | None = None
    text: str | None = None
    """The words, if not those of `nlu_data/labels.yml`: `{kind}`, `{place}`, `{number}`, `{role}`, `{name}`,
    `{estate}`, `{company}` are filled in. Nothing of a resident's: it lies open on a telephone."""
    accepted: SmsAccepted | None = None
    """Left out: any 2xx answer counts as taken."""

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        return checked_url(value)

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.form is not None and self.json_fields is not None:
            raise wrong(
                "both form and json_fields are given", "keep the one that your gateway's manual shows"
            )
        return self


class DutySettings(StrictModel):
    """The chain of people who are paged one after the other until somebody answers, and the devices."""

    chain: tuple[DutyStep, ...] = Field(min_length=1)
    repeat_after: Duration = timedelta(minutes=1)
    """So long a page waits for an answer before it is repeated, or the next step is called."""
    times: int = Field(default=2, ge=1, le=10)
    """So often a step is called before the next one; the last one is called on and on."""
    doubt_after: Duration = timedelta(seconds=60)
    """So long a question about a doubtful cry waits for its answer before a person is paged."""
    webhook: Webhook | None = None
    sms: SmsGateway | None = None

    @property
    def calls_telegram(self) -> bool:
        """Does anybody of the chain have a chat there?"""
        return any(person.telegram is not None for step in self.chain for person in step.people)


def checked_url(value: str) -> str:
    """An address that can be called, else the estate's own kind of error."""
    if not value.startswith(("https://", "http://")):
        raise wrong(f"{value!r} is no web address", "begin it with https://")
    return value
