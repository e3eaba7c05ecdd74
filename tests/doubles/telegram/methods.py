"""The methods of the Bot API that the double knows; each gets its parameters and says its result."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.doubles.telegram import forums
from tests.doubles.telegram.faults import ApiError
from tests.doubles.telegram.world import CALLBACK_SECONDS, DEFAULT_UPDATES, Chat, Json, World

Params = Mapping[str, Any]
Method = Callable[[World, Params], Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CALLBACK_BYTES = 64
PHOTO_BYTES = 10_000_000
FILE_BYTES = 50_000_000


def get_me(world: World, params: Params) -> Json:
    return world.bot


def set_webhook(world: World, params: Params) -> bool:
    if _true(params.get("drop_pending_updates")):
        raise ApiError(400, "the double refuses drop_pending_updates: it loses residents' messages")
    world.webhook.url = str(params.get("url") or "")
    world.webhook.secret = str(params.get("secret_token") or "")
    world.webhook.last_error = ""
    _allow(world, params)
    world.changed()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    return set_webhook(world, {**params, "url": "", "secret_token": ""})


def get_webhook_info(world: World, params: Params) -> Json:
    hook = world.webhook
    info: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": world.unconfirmed(),
        "allowed_updates": list(world.allowed),
    }
    if hook.last_error:
        info |= {"last_error_date": int(hook.last_error_at), "last_error_message": hook.last_error}
    return info


def send_message(world: World, params: Params) -> Json:
    chat = world.writable_chat(params.get("chat_id"))
    text = str(params.get("text") or "")
    if not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    _length(text, TEXT_LIMIT, "message is too long")
    thread = forums.in_thread(chat, params)
    return world.add_message(chat, world.bot, {"text": text, **_extras(chat, params), **thread})


def send_photo(world: World, params: Params) -> Json:
    chat = world.writable_chat(params.get("chat_id"))
    size = _uploaded(world, params, "photo", PHOTO_BYTES, ".jpg")
    photo = [{**size, "width": 90, "height": 60}]
    return _with_file(world, chat, params, {"photo": photo})


def send_document(world: World, params: Params) -> Json:
    chat = world.writable_chat(params.get("chat_id"))
    document = _uploaded(world, params, "document", FILE_BYTES, "")
    return _with_file(world, chat, params, {"document": document})


def send_voice(world: World, params: Params) -> Json:
    chat = world.writable_chat(params.get("chat_id"))
    voice = _uploaded(world, params, "voice", FILE_BYTES, ".oga")
    return _with_file(world, chat, params, {"voice": {**voice, "duration": 0, "mime_type": "audio/ogg"}})


def send_chat_action(world: World, params: Params) -> bool:
    world.writable_chat(params.get("chat_id")).actions.append(str(params.get("action")))
    return True


def edit_message_text(world: World, params: Params) -> Json:
    chat, message = _own_message(world, params)
    text = str(params.get("text") or "")
    _length(text, TEXT_LIMIT, "message is too long")
    markup = _extras(chat, params)
    if message.get("text") == text and message.get("reply_markup") == markup.get("reply_markup"):
        raise ApiError(400, "Bad Request: message is not modified: specified new message content is the same")
    message.pop("reply_markup", None)
    message.update({"text": text, "edit_date": int(world.clock()), **markup})
    return message


def edit_message_reply_markup(world: World, params: Params) -> Json:
    chat, message = _own_message(world, params)
    message.pop("reply_markup", None)
    message.update(_extras(chat, params))
    return message


def answer_callback_query(world: World, params: Params) -> bool:
    query = str(params.get("callback_query_id"))
    asked_at = world.callbacks.get(query)
    if asked_at is None or world.clock() - asked_at > CALLBACK_SECONDS:
        raise ApiError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    _length(str(params.get("text") or ""), 200, "MESSAGE_TOO_LONG")
    world.callback_answers[query] = {
        "text": params.get("text") or "",
        "show_alert": _true(params.get("show_alert")),
    }
    return True


def get_file(world: World, params: Params) -> Json:
    file_id = str(params.get("file_id"))
    if file_id not in world.files:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    stored = world.files[file_id]
    if len(stored.data) > world.file_limit:
        raise ApiError(400, "Bad Request: file is too big")
    stored.linked_at = world.clock()
    return {
        "file_id": file_id,
        "file_unique_id": file_id[-6:],
        "file_size": len(stored.data),
        "file_path": stored.path,
    }


def set_my_commands(world: World, params: Params) -> bool:
    world.commands = _json(params.get("commands")) or []
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands


METHODS: dict[str, Method] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendvoice": send_voice,
    "sendchataction": send_chat_action,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    **forums.METHODS,
}
"""All but `getUpdates`, which waits and stands in `server.py`."""


def _allow(world: World, params: Params) -> None:
    """A list once given stays until another one is given; an empty list means the default kinds."""
    if params.get("allowed_updates") is not None:
        world.allowed = tuple(_json(params["allowed_updates"]) or DEFAULT_UPDATES)


def _own_message(world: World, params: Params) -> tuple[Chat, Json]:
    chat = world.writable_chat(params.get("chat_id"))
    message = chat.messages.get(int(params.get("message_id") or 0))
    if message is None:
        raise ApiError(400, "Bad Request: message to edit not found")
    if message["from"]["id"] != world.bot["id"]:
        raise ApiError(400, "Bad Request: message can't be edited")
    return chat, message


def _extras(chat: Chat, params: Params) -> Json:
    """The keyboard, checked, and what is replied to."""
    extras: Json = {}
    markup = _json(params.get("reply_markup"))
    if markup and markup.get("inline_keyboard"):
        for row in markup["inline_keyboard"]:
            for button in row:
                _button(button)
        extras["reply_markup"] = markup
    reply = _json(params.get("reply_parameters"))
    if reply and reply.get("message_id") in chat.messages:
        extras["reply_to_message"] = chat.messages[reply["message_id"]]
    elif reply and not reply.get("allow_sending_without_reply"):
        raise ApiError(400, "Bad Request: message to be replied not found")
    return extras


def _with_file(world: World, chat: Chat, params: Params, content: Json) -> Json:
    thread = forums.in_thread(chat, params)
    return world.add_message(
        chat, world.bot, {**content, **_caption(params), **_extras(chat, params), **thread}
    )


def _button(button: Json) -> None:
    if not button.get("text"):
        raise ApiError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    if not 1 <= len(button.get("callback_data", "x").encode()) <= CALLBACK_BYTES:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")


def _caption(params: Params) -> Json:
    caption = str(params.get("caption") or "")
    _length(caption, CAPTION_LIMIT, "message caption is too long")
    return {"caption": caption} if caption else {}


def _uploaded(world: World, params: Params, name: str, limit: int, suffix: str) -> Json:
    """The file of a multipart upload (maybe under `attach://`), or one already known by its id."""
    value = params.get(name)
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.get(value.removeprefix("attach://"))
    if isinstance(value, bytes):
        if len(value) > limit:
            raise ApiError(413, "Request Entity Too Large")
        return world.keep_file(value, name, suffix)
    if isinstance(value, str) and value in world.files:
        return {"file_id": value, "file_unique_id": value[-6:], "file_size": len(world.files[value].data)}
    raise ApiError(400, f"Bad Request: there is no {name} in the request")


def _length(text: str, limit: int, complaint: str) -> None:
    """Telegram counts UTF-16 units."""
    if len(text.encode("utf-16-le")) // 2 > limit:
        raise ApiError(400, f"Bad Request: {complaint}")


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _true(value: Any) -> bool:
    return str(value).lower() in ("true", "1")
