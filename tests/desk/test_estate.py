"""`estate.yml`: the sample is whole, every mistake is named with its mend, the docs are complete."""

from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import Estate, EstateError, parse_estate, read_estate_text
from bot.desk.wording.words import project_words
from bot.store.states import CaseKind, Urgency
from tests.support.estates import PROJECT, sample_estate, sample_text

DOCS = PROJECT / "docs" / "estate.md"


def problems(text: str) -> list[str]:
    with pytest.raises(EstateError) as raised:
        read_estate_text(text)
    return [str(problem) for problem in raised.value.problems]


def changed(old: str, new: str) -> str:
    assert old in sample_text()
    return sample_text().replace(old, new, 1)


# --- the sample -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(CaseKind))
@pytest.mark.parametrize("urgency", list(Urgency))
def test_every_kind_of_case_has_its_times_and_a_named_person(kind: CaseKind, urgency: Urgency) -> None:
    estate = sample_estate()
    for category in (*estate.repair_categories, "*", "something new"):
        row = estate.sla_for(kind, category, urgency)
        assert row.times()
        assert estate.department(row.department).person


def test_the_most_fitting_row_wins() -> None:
    estate = sample_estate()
    assert estate.sla_for(CaseKind.REPAIR, "leak", Urgency.EMERGENCY).visit == timedelta(minutes=15)
    assert estate.sla_for(CaseKind.REPAIR, "power", Urgency.URGENT).visit == timedelta(minutes=45)
    assert estate.sla_for(CaseKind.REPAIR, "lift", Urgency.NORMAL).respond == timedelta(minutes=30)
    assert estate.sla_for(CaseKind.REPAIR, "fire_equipment", Urgency.URGENT).department == "security"


def test_repair_categories_say_how_urgent_and_who_pays() -> None:
    estate = sample_estate()
    assert estate.urgency_of("lift") == Urgency.URGENT
    assert estate.urgency_of("something new") == Urgency.NORMAL
    assert estate.category_name(CaseKind.REPAIR, "lift") == "电梯"
    assert estate.category_name(CaseKind.COMPLAINT, "noise") == "noise"
    assert {row.payer for row in estate.repair_categories.values()} == {"public", "own", "on_site"}


def test_the_years_holidays_are_the_published_ones() -> None:
    years = {year.year: year for year in sample_estate().calendar.years}
    free = sum((holiday.last - holiday.first).days + 1 for holiday in years[2026].holidays)
    # 3 + 9 + 3 + 5 + 3 + 3 + 7 days, and six Saturdays and Sundays that work for them.
    assert (free, len(years[2026].makeup_days)) == (33, 6)
    assert all(day.weekday() >= 5 for day in years[2026].makeup_days)
    assert years[2027].provisional
    assert WorkingCalendar.of(sample_estate()).hours(years[2026].makeup_days[0])


def test_a_greeting_without_a_name_of_its_own_uses_the_estates() -> None:
    content = yaml.safe_load(sample_text())
    del content["greeting_name"]
    assert parse_estate(content).greeting_name == "锦绣花园"


def test_dates_may_come_as_yaml_reads_them() -> None:
    assert parse_estate(yaml.safe_load(sample_text())) == sample_estate()


# --- damaged ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("service_center: 锦", "sevice_center: 锦", "sevice_center", "did you mean service_center?"),
        ("service_center: 锦", "sevice_center: 锦", "service_center", "is missing"),
        ("visit: 45 min", "visit: 45 minutes", "sla.3.visit", "'45 minutes' is no duration"),
        ("visit: 45 min", "visit: 45", "sla.3.visit", "'30 s', '45 min', '24 h', '7 d'"),
        ("visit: 5 min", "visit: 0 min", "sla.0.visit", "write more than nothing"),
        ("respond: 2 min, visit", "respond: 2 d, visit", "sla.0", "not in this order of time"),
        ("clock: always", "clock: day", "sla.0.clock", "write 'office' or 'always'"),
        ("kind: fee,", "kind: fees,", "sla.19.kind", "'fees' is not allowed"),
        ("kind: fee,", "kind: complaint,", "sla.19", "complaint / * / * is there twice"),
        (
            "kind: suggestion, clock",
            "kind: suggestion, urgency: urgent, clock",
            "sla",
            "suggestion has no row",
        ),
        ("department: finance", "department: fin", "sla.19.department", "there is no department 'fin'"),
        ("category: outdoor,", "category: garden,", "sla.5.category", "no repair category 'garden'"),
        ("urgency: urgent, payer", "urgency: very, payer", "repair_categories.lift.urgency", "'very'"),
        ("  other: {", "  others: {", "repair_categories", "'other' is missing"),
        ("fee: FY", "fee: BX", "case_prefixes", "two kinds share a prefix"),
        ("fee: FY", "fee: 费用", "case_prefixes", "fee has no prefix"),
        ("key: finance", "key: service", "departments", "'service' is there twice"),
        ("Asia/Shanghai", "Asia/Hangzhou", "timezone", "write one like Asia/Shanghai"),
        ('fire: "119"', "fire: 消防队", "phones.fire", "is no phone number"),
        ("13:30-18:00", "11:30-18:00", "calendar.week.mon", "the periods overlap"),
        ("08:30-12:00", "08:30-25:00", "calendar.week.mon.0", "no clock shows"),
        ("08:30-12:00", "12:00-08:30", "calendar.week.mon.0", "ends before it begins"),
        ("first: 2026-01-01", "first: 2026-13-01", "calendar.years.0.holidays.0.first", "month value"),
        ("last: 2026-01-03", "last: 2025-12-31", "calendar.years.0.holidays.0", "last is before first"),
        ("[2026-01-04,", "[2026-01-03,", "calendar.years.0", "make-up day lies inside 元旦"),
        ("[2026-01-04,", "[2025-01-04,", "calendar.years.0", "2025-01-04 is not in 2026"),
        ("year: 2027", "year: 2026", "calendar.years.1", "is not in 2026"),
        ("last: 2026-02-23", "last: 2026-12-23", "calendar.years.0", "longer than a month"),
        ("share: 0.3", "share: 30%", "promises.warn.share", "'30%'"),
        ("at_least: 10 min, at_most: 6 h", "at_least: 6 h, at_most: 10 min", "promises.warn", "exchange"),
        ('"22:00-07:00"', "at night", "promises.quiet_hours", "is no span of time"),
        ("period_messages: 60", "period_messages: 6", "conversation.period_messages", "greater than"),
        ('rate: "2.80"', "rate: 2.80", "fees.property.0.rate", "binary fraction"),
        ('rate: "2.80"', 'rate: "2,80"', "fees.property.0.rate", "is no figure"),
        ('rate: "2.80"', 'rate: "-2.80"', "fees.property.0.rate", "is no amount"),
        ('hour: "5"', 'hour: "5.00001"', "fees.visitor_parking.hour", "more than four"),
        ('buildings: ["S1", "S2"]', "buildings: []", "fees.property", "not exactly one"),
        ('buildings: ["S1", "S2"]', 'buildings: ["S1", "S1"]', "fees.property", "has two rates"),
        ('share: "0.70"', 'share: "70"', "fees.vacant.share", "more than the whole"),
        ("billed_months: 12", "billed_months: 5", "fees.billed_months", "not allowed"),
        ("about: [no_cutting_off]", "about: [cutting_off]", "fees.sources.1.about.0", "not allowed"),
    ],
)
def test_a_mistake_is_named_with_its_field(old: str, new: str, field: str, says: str) -> None:
    found = problems(changed(old, new))
    assert any(line.startswith(f"{field}: ") and says in line for line in found), found


def test_all_mistakes_are_named_at_once() -> None:
    text = changed("visit: 45 min", "visit: soon").replace('duty: "0571-85550110"', "duty: none", 1)
    assert [line.split(":")[0] for line in problems(text)] == ["phones.duty", "sla.3.visit"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (changed("name: 锦绣花园 ", "name: [锦绣花园 "), "estate.yml line"),
        (changed("company:", "name: 又一个\ncompany:"), "'name' is there twice"),
        ("", "holds no settings"),
        ("- a\n- b\n", "holds no settings"),
        ("name: \x00", "not allowed"),
        ("[a]: b", "estate.yml line 1"),
        ("a: !!python/object:os.system x", "estate.yml line 1"),
        ("a: &a [*a]", "is no setting"),
    ],
)
def test_what_is_no_yaml_of_ours_is_named_with_its_line(text: str, says: str) -> None:
    assert any(says in line for line in problems(text))


def test_a_week_that_never_opens_is_refused() -> None:
    content = yaml.safe_load(sample_text())
    content["calendar"]["week"] = {day: [] for day in content["calendar"]["week"]}
    with pytest.raises(EstateError, match="never opens"):
        parse_estate(content)


# --- docs and words ---------------------------------------------------------------------------------


def fields_of(model: type[BaseModel]) -> dict[str, set[str]]:
    """The fields of a model and of all models in it, by the model's name."""
    found = {model.__name__: set(model.model_fields)}
    for field in model.model_fields.values():
        for part in models_in(field.annotation):
            found.update(fields_of(part))
    return found


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def test_every_field_is_documented_under_its_part() -> None:
    sections: dict[str, str] = {}
    for section in DOCS.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        sections[title.strip()] = body
    for model, fields in fields_of(Estate).items():
        (body,) = [text for title, text in sections.items() if title.endswith(f"({model})")]
        for field in fields:
            assert f"`{field}`" in body, f"docs/estate.md, {model}: {field} is missing"


def test_the_examples_of_the_docs_are_those_of_the_sample() -> None:
    text = DOCS.read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    assert blocks
    for block in blocks:
        for line in block.splitlines():
            assert line.strip() in sample_text(), line


def test_the_words_of_the_project_can_be_read_beside_it() -> None:
    words = project_words(Path(PROJECT))
    for key in ("utter_promise_delay", "utter_promise_missed", "utter_case_resolved"):
        assert words.responses[key]
