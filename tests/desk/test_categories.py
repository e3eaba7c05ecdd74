"""Names of categories: each that the training data or an emergency can bring has one, and no other has."""

from bot.desk.wording.phrases import category_name
from bot.language.emergency.lexicon import KINDS
from bot.store.states import CaseKind
from tests.nlu.sentences import training
from tests.support.estates import sample_estate, sample_words

OTHER = "other"
"""What a case gets whose category was not understood, and every suggestion."""
TRAINED = (CaseKind.COMPLAINT, CaseKind.FEE, CaseKind.INQUIRY, CaseKind.SUGGESTION)


def trained(kind: CaseKind) -> set[str]:
    return {one.category for one in training() if one.intent == kind.value and one.category}


def name(kind: CaseKind, category: str) -> str | None:
    return category_name(kind, category, sample_estate(), sample_words())


def test_labels_and_training_data_have_the_same_categories() -> None:
    labels = sample_words().labels
    for kind in TRAINED:
        assert set(labels[kind]) == trained(kind) | {OTHER}, kind
    assert set(labels[CaseKind.EMERGENCY]) == set(KINDS)


def test_no_two_categories_of_a_kind_share_a_name() -> None:
    for kind in (*TRAINED, CaseKind.EMERGENCY):
        names = list(sample_words().labels[kind].values())
        assert len(set(names)) == len(names), kind


def test_repairs_are_called_as_the_estate_calls_them() -> None:
    assert name(CaseKind.REPAIR, "lift") == "电梯"
    assert [one for one in trained(CaseKind.REPAIR) if name(CaseKind.REPAIR, one) is None] == []


def test_a_key_is_never_given_for_a_name() -> None:
    assert name(CaseKind.COMPLAINT, "noise") == "噪音扰民"
    assert name(CaseKind.EMERGENCY, "entrapment") == "电梯困人"
    assert name(CaseKind.COMPLAINT, "something_of_last_year") is None
    assert name(CaseKind.REPAIR, "something_of_last_year") is None
