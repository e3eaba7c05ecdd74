"""Rasa is pinned; should it change under a part that stands in its place or leans on it, this says which.

Each row names what of Rasa 3.6.21 a part of ours was written against. When a row fails: read the new source,
see whether our part still does right (docs/rasa.md tells why it is there), then note the new digest.
"""

import hashlib
import importlib
import inspect

import pytest
import rasa

LEANS_ON = [
    # module, name, digest of its source, what of ours leans on it
    (
        "rasa.core.processor",
        "MessageProcessor.handle_message",
        "0c41d4780d2d4676",
        "turn_processor.py: _play",
    ),
    ("rasa.core.processor", "MessageProcessor.log_message", "f2f8ec66a291d83d", "turn_processor.py: _play"),
    (
        "rasa.core.processor",
        "MessageProcessor.get_tracker",
        "a62e1aad7734c717",
        "turn_processor.py: get_tracker",
    ),
    (
        "rasa.core.processor",
        "MessageProcessor.__init__",
        "e7cdae90996508bf",
        "turn_processor.py: takes over its fields",
    ),
    (
        "rasa.core.processor",
        "MessageProcessor._run_action",
        "6d383d0179ef1187",
        "turn_processor.py: sees its exceptions",
    ),
    (
        "rasa.core.processor",
        "MessageProcessor._run_prediction_loop",
        "cb30a0cbb690c571",
        "turn_processor.py: limit of actions",
    ),
    (
        "rasa.core.processor",
        "MessageProcessor._send_bot_messages",
        "154f44b4e1d3a0d1",
        "turn_processor.py: collects replies",
    ),
    (
        "rasa.core.processor",
        "MessageProcessor._parse_message_with_graph",
        "0bd50a53b5c013af",
        "turn_processor.py: own thread",
    ),
    (
        "rasa.core.actions.action",
        "ActionExtractSlots._run_custom_action",
        "a20d71ee74b1cd5c",
        "action_calls.py: failures",
    ),
    (
        "rasa.core.actions.action",
        "RemoteAction._action_call_format",
        "428795b944f22edb",
        "action_calls.py: what is sent",
    ),
    (
        "rasa.core.actions.action",
        "RemoteAction._utter_responses",
        "7a3bd35c97900bf6",
        "nlg.py: refuses words",
    ),
    ("rasa.core.actions.action", "RemoteAction.run", "ccabf6f1160d527a", "action_calls.py: failures"),
    ("rasa.core.actions.action", "create_bot_utterance", "59fc449ec9df10d2", "nlg.py: values under custom"),
    (
        "rasa.core.agent",
        "Agent.load_model",
        "f4c1ab4c5c7af634",
        "turn_processor.py: takes over what is loaded",
    ),
    (
        "rasa.core.agent",
        "Agent._create_tracker_store",
        "97499b594b45581b",
        "turn_processor.py: the store behind",
    ),
    ("rasa.core.lock_store", "LockStore.lock", "8b9b716c031a3444", "turn_processor.py: one turn at a time"),
    (
        "rasa.core.tracker_store",
        "TrackerStore.get_or_create_tracker",
        "0b08ab42bd97ab21",
        "tracker_store.py: new trackers",
    ),
    (
        "rasa.shared.core.trackers",
        "DialogueStateTracker.update",
        "b55e6b1c724fa6e9",
        "tracker_store.py: the live tracker",
    ),
    (
        "rasa.shared.core.trackers",
        "DialogueStateTracker.recreate_from_dialogue",
        "af979effecf9bffc",
        "tracker_store.py: rebuilds",
    ),
    (
        "rasa.shared.core.training_data.story_reader.yaml_story_reader",
        "YAMLStoryReader.unpack_regex_message",
        "bf81f8a66c2c3e52",
        "payloads.py: typed text",
    ),
    ("rasa.utils.endpoints", "EndpointConfig.request", "ccdb778aed8208e2", "action_calls.py: request"),
]


def test_the_version_is_the_one_all_this_was_written_for() -> None:
    assert rasa.__version__ == "3.6.21"


@pytest.mark.parametrize(("module", "name", "digest", "ours"), LEANS_ON, ids=[row[1] for row in LEANS_ON])
def test_what_our_parts_lean_on_is_unchanged(module: str, name: str, digest: str, ours: str) -> None:
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert _digest(found) == digest, f"{module}.{name} changed; look at {ours}"


def _digest(found: object) -> str:
    return hashlib.sha256(inspect.getsource(found).encode()).hexdigest()[:16]  # type: ignore[arg-type]
