"""The project is read by topics: one front page, one domain file and one file of each kind a topic."""

from pathlib import Path

import pytest
from rasa.shared.exceptions import RasaException

from bot.understanding.server.importer import ProjectImporter

TOPIC = 'version: "3.1"\nintents: [{intent}]\n'
SENTENCES = 'version: "3.1"\nnlu:\n  - intent: {intent}\n    examples: |\n      - {text}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two topics."""
    for folder in ["nlu", "rules", "domain"]:
        (tmp_path / "nlu_data" / folder).mkdir(parents=True)
    (tmp_path / "config.yml").write_text("recipe: default.v1\npipeline: []\npolicies: []\n")
    (tmp_path / "domain.yml").write_text('version: "3.1"\nsession_config: {session_expiration_time: 0}\n')
    for intent, text in [("greet", "你好"), ("thanks", "谢谢")]:
        (tmp_path / f"nlu_data/domain/{intent}.yml").write_text(TOPIC.format(intent=intent))
        (tmp_path / f"nlu_data/nlu/{intent}.yml").write_text(SENTENCES.format(intent=intent, text=text))
    return tmp_path


def importer(project: Path, *paths: str) -> ProjectImporter:
    return ProjectImporter(str(project / "config.yml"), str(project / "domain.yml"), list(paths))


def test_the_domain_is_the_front_page_and_every_topic(project: Path) -> None:
    domain = importer(project).get_domain()
    assert {"greet", "thanks"} <= set(domain.intents)
    assert domain.session_config.session_expiration_time == 0


def test_training_data_is_found_from_any_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert importer(project, "data").get_nlu_data().intents == {"greet", "thanks"}


def test_a_place_named_on_the_command_line_is_read_instead(project: Path) -> None:
    own = project / "split.yml"
    own.write_text(SENTENCES.format(intent="thanks", text="多谢"))
    assert importer(project, str(own)).get_nlu_data().intents == {"thanks"}


def test_a_word_changed_in_a_topic_is_no_change_of_the_training_data(project: Path) -> None:
    before = importer(project).get_nlu_data().fingerprint()
    topic = project / "nlu_data/domain/greet.yml"
    topic.write_text(topic.read_text() + "responses: {utter_greet: [{text: 您好}]}\n")
    assert importer(project).get_nlu_data().fingerprint() == before
    assert "utter_greet" in importer(project).get_domain().responses


def test_a_broken_topic_is_an_error_and_no_gap(project: Path) -> None:
    (project / "nlu_data/domain/greet.yml").write_text("intents: [greet\n")
    with pytest.raises(RasaException, match=r"greet\.yml"):
        importer(project).get_domain()


def test_the_whole_project_of_the_house_is_read() -> None:
    root = Path(__file__).resolve().parents[2]
    house = importer(root)
    topics = {path.stem for path in (root / "nlu_data/domain").glob("*.yml")}
    assert topics
    assert house.get_domain().responses
    assert house.get_nlu_data().intents


def test_an_installations_own_sentences_are_learnt_beside_the_projects(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "training"
    own.mkdir()
    monkeypatch.setenv("GUANJIA_MORE_SENTENCES", str(own))
    before = len(importer(project).get_nlu_data().intent_examples)
    (own / "corrected.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 在不在呀管家\n', encoding="utf-8"
    )
    assert len(importer(project).get_nlu_data().intent_examples) == before + 1


def test_sentences_are_read_once_and_again_when_a_file_changed(project: Path) -> None:
    one = importer(project).get_nlu_data()
    one.training_examples[0].set("text", "spoilt by a component")
    assert {example.get("text") for example in importer(project).get_nlu_data().training_examples} == {
        "你好",
        "谢谢",
    }
    (project / "nlu_data/nlu/greet.yml").write_text(SENTENCES.format(intent="greet", text="早上好呀"))
    assert "早上好呀" in {
        example.get("text") for example in importer(project).get_nlu_data().training_examples
    }


def test_the_domain_is_read_again_when_a_topic_changed(project: Path) -> None:
    assert "urge" not in importer(project).get_domain().intents
    (project / "nlu_data/domain/urge.yml").write_text(TOPIC.format(intent="urge"))
    assert "urge" in importer(project).get_domain().intents
