"""What `doctor` says about who is called in an emergency: a missing secret is named, a silent desk too."""

from bot.desk.estate.duty_part import DutyPerson, DutySettings, DutyStep, SmsGateway, Webhook
from bot.desk.estate.model import Estate
from bot.process.duty_check import FAULT, GOOD, HINT, duty_lines
from tests.support.estates import sample_estate


def estate(*people: DutyPerson, **devices: object) -> Estate:
    step = DutyStep(role="值班员", people=people or (DutyPerson(name="周强", phone="13800000131"),))
    duty = DutySettings(chain=(step,), **devices)  # type: ignore[arg-type]
    return sample_estate().model_copy(update={"duty": duty})


def said(found: Estate, *, telegram: bool = False, **environment: str) -> list[tuple[str, str]]:
    return [(verdict, text) for verdict, _, text, _ in duty_lines(found, environment, telegram=telegram)]


def test_a_desk_page_alone_rings_nobody_in_their_pocket() -> None:
    ((verdict, text),) = said(estate())
    assert verdict == HINT
    assert "only the desk page" in text


def test_a_webhook_whose_secret_is_not_set_is_a_fault_that_names_the_variable() -> None:
    found = estate(webhook=Webhook(url="https://example.com/hook", secret_env="PAGE_SECRET"))
    ((verdict, text),) = said(found)
    assert (verdict, "PAGE_SECRET is not set" in text) == (FAULT, True)
    ((verdict, text),) = said(found, PAGE_SECRET="a secret")
    assert (verdict, "webhook" in text) == (GOOD, True)


def test_an_unsigned_webhook_is_hinted_at() -> None:
    assert said(estate(webhook=Webhook(url="https://example.com/hook")))[0][0] == HINT


def test_every_variable_of_the_gateway_is_looked_for() -> None:
    gateway = SmsGateway(
        url="https://example.com/sms", headers={"X-Key": "{env:SMS_ID}"}, form={"k": "{env:SMS_KEY}"}
    )
    texts = [text for verdict, text in said(estate(sms=gateway), SMS_ID="7") if verdict == FAULT]
    assert len(texts) == 1
    assert "SMS_KEY" in texts[0]


def test_chats_without_the_channel_are_a_fault() -> None:
    found = estate(DutyPerson(name="周强", telegram=5_000_000_001))
    assert FAULT in [verdict for verdict, _ in said(found)]
    assert [verdict for verdict, _ in said(found, telegram=True)] == [GOOD]


def test_who_cannot_be_called_is_named() -> None:
    found = estate(DutyPerson(name="周强", telegram=5_000_000_001), DutyPerson(name="马超"))
    texts = [text for verdict, text in said(found, telegram=True) if verdict == HINT]
    assert "马超" in texts[0]
    assert "周强" not in texts[0]


def test_an_estate_without_a_duty_list_is_told_who_would_be_called() -> None:
    found = sample_estate().model_copy(update={"duty": None})
    assert any("no part duty" in text for verdict, text in said(found) if verdict == HINT)
