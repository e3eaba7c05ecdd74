"""Supergroups with forum topics, by the rules of the Bot API: who may do what, and what a deleted topic says.

A topic's `message_thread_id` is the number of the service message that made it. "General" has none and
cannot be named. The errors are those the real server is known to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.doubles.telegram.faults import ApiError
from tests.doubles.telegram.world import Chat, Json, World

Params = Mapping[str, Any]
NAME_LIMIT = 128
NOT_FOUND = "Bad Request: message thread not found"


@dataclass
class Topic:
    name: str
    closed: bool = False


def in_thread(chat: Chat, params: Params) -> Json:
    """Where a new message goes: {} for the chat itself or General."""
    wanted = params.get("message_thread_id")
    if not wanted:
        return {}
    topic = chat.topics.get(int(wanted))
    if topic is None:
        raise ApiError(400, NOT_FOUND)
    if topic.closed and "can_manage_topics" not in chat.bot_rights:
        raise ApiError(400, "Bad Request: TOPIC_CLOSED")
    return {"message_thread_id": int(wanted), "is_topic_message": True}


def create_forum_topic(world: World, params: Params) -> Json:
    chat = _forum(world, params, "not enough rights to create a topic")
    name = str(params.get("name") or "")
    if not 1 <= len(name) <= NAME_LIMIT:
        raise ApiError(
            400, "Bad Request: TOPIC_TITLE_EMPTY" if not name else "Bad Request: TOPIC_TITLE_INVALID"
        )
    made = world.add_message(chat, world.bot, {"forum_topic_created": {"name": name, "icon_color": 7322096}})
    thread = int(made["message_id"])
    made |= {"message_thread_id": thread, "is_topic_message": True}
    chat.topics[thread] = Topic(name)
    return {"message_thread_id": thread, "name": name, "icon_color": 7322096}


def edit_forum_topic(world: World, params: Params) -> bool:
    _, topic = _topic(world, params)
    name = str(params.get("name") or topic.name)
    if len(name) > NAME_LIMIT:
        raise ApiError(400, "Bad Request: TOPIC_TITLE_INVALID")
    if name == topic.name:
        raise ApiError(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic.name = name
    return True


def close_forum_topic(world: World, params: Params) -> bool:
    return _turn(world, params, closed=True)


def reopen_forum_topic(world: World, params: Params) -> bool:
    return _turn(world, params, closed=False)


def delete_forum_topic(world: World, params: Params) -> bool:
    chat, _ = _topic(world, params)
    forget_topic(world, chat, int(params["message_thread_id"]))
    return True


def forget_topic(world: World, chat: Chat, thread: int) -> None:
    """The topic and all its messages are gone; the bot is not told."""
    with world.lock:
        del chat.topics[thread]
        for number in [n for n, one in chat.messages.items() if one.get("message_thread_id") == thread]:
            del chat.messages[number]


def pin_chat_message(world: World, params: Params) -> bool:
    chat = world.writable_chat(params.get("chat_id"))
    number = int(params.get("message_id") or 0)
    if number not in chat.messages:
        raise ApiError(400, "Bad Request: message to pin not found")
    if chat.body["type"] != "private" and "can_pin_messages" not in chat.bot_rights:
        raise ApiError(400, "Bad Request: not enough rights to manage pinned messages in the chat")
    chat.pinned.append(number)
    return True


def get_chat(world: World, params: Params) -> Json:
    chat = world.writable_chat(params.get("chat_id"))
    return {**chat.body, "accent_color_id": 0, "max_reaction_count": 11}


def get_chat_member(world: World, params: Params) -> Json:
    chat = world.writable_chat(params.get("chat_id"))
    if int(params.get("user_id") or 0) != world.bot["id"]:
        raise ApiError(400, "Bad Request: member not found")
    if not chat.bot_rights:
        return {"user": world.bot, "status": "member"}
    rights = {name: name in chat.bot_rights for name in ADMIN_RIGHTS}
    return {"user": world.bot, "status": "administrator", "can_be_edited": False, **rights}


ADMIN_RIGHTS = (
    "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
    "can_post_stories", "can_edit_stories", "can_delete_stories", "can_pin_messages", "can_manage_topics",
)  # fmt: skip

METHODS = {
    "createforumtopic": create_forum_topic,
    "editforumtopic": edit_forum_topic,
    "closeforumtopic": close_forum_topic,
    "reopenforumtopic": reopen_forum_topic,
    "deleteforumtopic": delete_forum_topic,
    "pinchatmessage": pin_chat_message,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
}


def _forum(world: World, params: Params, complaint: str) -> Chat:
    chat = world.writable_chat(params.get("chat_id"))
    if not chat.body.get("is_forum"):
        raise ApiError(400, "Bad Request: the chat is not a forum")
    if "can_manage_topics" not in chat.bot_rights:
        raise ApiError(400, f"Bad Request: {complaint}")
    return chat


def _topic(world: World, params: Params) -> tuple[Chat, Topic]:
    chat = _forum(world, params, "not enough rights to edit the topic")
    topic = chat.topics.get(int(params.get("message_thread_id") or 0))
    if topic is None:
        raise ApiError(400, "Bad Request: TOPIC_ID_INVALID")
    return chat, topic


def _turn(world: World, params: Params, *, closed: bool) -> bool:
    _, topic = _topic(world, params)
    if topic.closed is closed:
        raise ApiError(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic.closed = closed
    return True
