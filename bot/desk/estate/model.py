"""What differs from estate to estate: the typed form of `estate.yml` (docs/estate.md says it field by field).

Read once at start and handed down; nothing here does I/O. A mistake is an `EstateError` that lists every
field that is wrong, with the reason and the mend, in English, because operators read it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from bot.desk.estate.calendar_part import CalendarSettings
from bot.desk.estate.duty_part import DutyPerson, DutySettings, DutyStep
from bot.desk.estate.errors import EstateError, EstateProblem, problems_of, wrong
from bot.desk.estate.fees_part import FeeSettings
from bot.desk.estate.reading import load_mapping
from bot.desk.estate.service_part import ServiceSettings
from bot.desk.estate.types import ClockSpan, Duration, Name, Phone, StrictModel
from bot.store.states import CaseKind, Urgency

__all__ = ["Estate", "EstateError", "EstateProblem", "load_mapping", "parse_estate", "read_estate_text"]

ANY: Final = "*"


class Phones(StrictModel):
    """Numbers the desk may give to a resident."""

    service_center: Phone
    duty: Phone  # answered around the clock
    fire: Phone = "119"
    police: Phone = "110"
    ambulance: Phone = "120"
    gas: Phone
    lift: Phone
    power: Phone | None = None
    water: Phone | None = None
    heating: Phone | None = None


class Department(StrictModel):
    """Who does the work 责任部门. A case always gets the department's person as the one in charge."""

    key: Name
    name: Name
    person: Name
    phone: Phone


class Above(StrictModel):
    """Who handles a complaint about the head who would handle it else (R8), and how to reach them."""

    name: Name
    person: Name
    phone: Phone


class RepairCategory(StrictModel):
    """A kind of repair: its name for people, how urgent it is unless the resident says more, who pays."""

    name: Name
    urgency: Urgency
    payer: Literal["public", "own", "on_site"]
    """public 公共维修 | own 个人维修 | on_site: only seen on the spot 现场判定"""


class SlaRow(StrictModel):
    """The times promised for one (kind, category, urgency); `*` stands for any category or urgency."""

    kind: CaseKind
    category: Name = ANY
    urgency: Literal["emergency", "urgent", "normal", "*"] = ANY
    respond: Duration | None = None
    visit: Duration | None = None
    resolve: Duration | None = None
    clock: Literal["office", "always"]
    department: Name

    def times(self) -> dict[str, timedelta]:
        """The promised times by name, in the order they fall due."""
        named = {"respond": self.respond, "visit": self.visit, "resolve": self.resolve}
        return {what: time for what, time in named.items() if time is not None}

    @model_validator(mode="after")
    def _something_is_promised_in_order(self) -> Self:
        times = list(self.times().values())
        if not times:
            raise wrong("promises nothing", "give respond, visit or resolve a time such as '45 min'")
        if times != sorted(times):
            raise wrong(
                "respond, visit and resolve are not in this order of time",
                "make respond the shortest and resolve the longest",
            )
        return self


class Lead(StrictModel):
    """How long before a promise is over: a share of the promised time, within two bounds."""

    share: float = Field(gt=0, lt=1)
    at_least: Duration
    at_most: Duration

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.at_least > self.at_most:
            raise wrong("at_least is longer than at_most", "exchange the two")
        return self

    def of(self, promised: timedelta) -> timedelta:
        """The lead for a promised time; never more than the promised time itself."""
        return min(max(promised * self.share, self.at_least), self.at_most, promised)


class PromiseSettings(StrictModel):
    """When a running promise speaks up: first to the person in charge, then to the resident (R28)."""

    warn: Lead
    tell: Lead
    quiet_hours: ClockSpan
    """No word about a delay to a resident in this time of day ("22:00-07:00"), except in urgent cases."""


class EscalationSettings(StrictModel):
    """When a person is called in (R15)."""

    not_understood_in_a_row: int = Field(ge=1, le=5)
    """So often the resident is asked to say it differently; the next time a person is called."""


class LearningSettings(StrictModel):
    """What the assistant may learn from residents here."""

    keep_choices: bool = False
    """Keep what a resident chose when she was asked what she meant, for `./guanjia train --review`."""


class ConversationSettings(StrictModel):
    """How a conversation is kept."""

    period_messages: int = Field(ge=10, le=500)
    """A bot period is cut after so many messages: the Rasa server replays the whole of it each time."""
    old_after: Duration
    """A message found unanswered after an outage, older than this, goes to a person."""
    slow_after: Duration
    """The Rasa server silent for so long counts as away, and the resident is told once."""
    return_link_days: int = Field(ge=1, le=365)
    remind_after: Duration | None = None
    """So long after a question nobody answered she is reminded once, at decent hours; left out, never."""
    code_hours: int = Field(ge=1, le=720)
    """How long a code that proves a home is valid."""


class Estate(StrictModel):
    """One estate 小区, whole and checked."""

    name: Name
    greeting_name: Name
    """What stands in 「您好，…物业服务中心」; the estate's name unless given."""
    service_center: Name
    company: Name
    timezone: str
    phones: Phones
    calendar: CalendarSettings
    departments: tuple[Department, ...] = Field(min_length=1)
    above: Above | None = None
    """Left out, another supervisor of the desk handles a complaint about the head."""
    case_prefixes: dict[CaseKind, str]
    repair_categories: dict[str, RepairCategory]
    sla: tuple[SlaRow, ...]
    promises: PromiseSettings
    escalation: EscalationSettings
    conversation: ConversationSettings
    handbook: Name = "handbook"
    """The folder of the handbook 服务手册 (docs/handbook.md): in the data folder, or else the sample."""
    duty: DutySettings | None = None
    """Left out, the person in charge of emergencies is called at the number of the duty desk."""
    fees: FeeSettings | None = None
    """Left out, each question about fees is kept for a colleague."""
    learning: LearningSettings = LearningSettings()
    service: ServiceSettings = ServiceSettings()
    """How people serve chats."""

    @property
    def on_duty(self) -> DutySettings:
        """Who is called in an emergency, one after the other."""
        if self.duty is not None:
            return self.duty
        row = self.sla_for(CaseKind.EMERGENCY, ANY, Urgency.EMERGENCY)
        department = self.department(row.department)
        person = DutyPerson(name=department.person, phone=self.phones.duty)
        return DutySettings(chain=(DutyStep(role=department.name, people=(person,)),))

    @property
    def zone(self) -> ZoneInfo:
        """The estate's time zone; times are stored in UTC and shown in this one."""
        return ZoneInfo(self.timezone)

    def department(self, key: str) -> Department:
        """The department of that key (the rows of `sla` are checked to name existing ones)."""
        return next(found for found in self.departments if found.key == key)

    def sla_for(self, kind: CaseKind, category: str, urgency: Urgency) -> SlaRow:
        """The row that fits best: its own category before `*`, then its own urgency before `*`."""
        rows = {(row.category, row.urgency): row for row in self.sla if row.kind == kind}
        wanted = [(category, urgency), (category, ANY), (ANY, urgency), (ANY, ANY)]
        return next(rows[key] for key in wanted if key in rows)

    def category_name(self, kind: CaseKind, category: str) -> str:
        """A category in the residents' words; its key where the estate gives it no name."""
        found = self.repair_categories.get(category) if kind == CaseKind.REPAIR else None
        return found.name if found else category

    def urgency_of(self, category: str) -> Urgency:
        """How urgent a repair of this category is unless the resident says more."""
        found = self.repair_categories.get(category)
        return found.urgency if found else Urgency.NORMAL

    @model_validator(mode="before")
    @classmethod
    def _greet_with_the_name(cls, content: Any) -> Any:
        if isinstance(content, Mapping) and "greeting_name" not in content and "name" in content:
            return {**content, "greeting_name": content["name"]}
        return content

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as fault:
            raise wrong(f"{value!r} is no time zone", "write one like Asia/Shanghai") from fault
        return value

    @field_validator("departments")
    @classmethod
    def _keys_once(cls, rows: tuple[Department, ...]) -> tuple[Department, ...]:
        for names in ([row.key for row in rows], [row.name for row in rows]):
            for name in names:
                if names.count(name) > 1:
                    raise wrong(
                        f"{name!r} is there twice", "give each department a key and a name of its own"
                    )
        return rows

    @field_validator("case_prefixes")
    @classmethod
    def _a_prefix_each(cls, prefixes: dict[CaseKind, str]) -> dict[CaseKind, str]:
        for kind in CaseKind:
            prefix = prefixes.get(kind, "")
            if not (prefix.isascii() and prefix.isalpha() and prefix.isupper() and 2 <= len(prefix) <= 3):
                raise wrong(f"{kind.value} has no prefix of 2 or 3 capitals", f"write {kind.value}: TS")
        if len(set(prefixes.values())) < len(prefixes):
            raise wrong("two kinds share a prefix", "give each kind a prefix of its own")
        return prefixes

    @field_validator("repair_categories")
    @classmethod
    def _other_is_there(cls, rows: dict[str, RepairCategory]) -> dict[str, RepairCategory]:
        if "other" not in rows:
            raise wrong("the category 'other' is missing", "add other: for what fits nowhere else")
        return rows

    @model_validator(mode="after")
    def _rows_fit_together(self) -> Self:
        departments = {row.key for row in self.departments}
        seen: set[tuple[str, str, str]] = set()
        for place, row in enumerate(self.sla):
            if row.department not in departments:
                raise wrong(
                    f"there is no department {row.department!r}",
                    f"name one of: {', '.join(sorted(departments))}",
                    at=f"sla.{place}.department",
                )
            repairs = row.kind == CaseKind.REPAIR and row.category != ANY
            if repairs and row.category not in self.repair_categories:
                raise wrong(
                    f"there is no repair category {row.category!r}",
                    "add it to repair_categories, or correct its spelling",
                    at=f"sla.{place}.category",
                )
            key = (row.kind, row.category, row.urgency)
            if key in seen:
                raise wrong(
                    f"{' / '.join(key)} is there twice", "keep one of the two rows", at=f"sla.{place}"
                )
            seen.add(key)
        for kind in CaseKind:
            if (kind, ANY, ANY) not in seen:
                raise wrong(
                    f"{kind.value} has no row for everything else",
                    f"add a row kind: {kind.value} without category and urgency",
                    at="sla",
                )
        return self


def parse_estate(content: Mapping[str, Any]) -> Estate:
    """The estate from the mapping that `estate.yml` holds. Raises EstateError with every problem found."""
    try:
        return Estate.model_validate(dict(content))
    except ValidationError as fault:
        raise EstateError(problems_of(fault, Estate)) from fault


def read_estate_text(text: str) -> Estate:
    """The estate from the text of `estate.yml`; YAML's own mistakes are named with their line."""
    return parse_estate(load_mapping(text))
