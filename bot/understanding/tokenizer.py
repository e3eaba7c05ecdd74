"""Rasa component: words of Chinese text, cut by jieba inside spaCy's blank Chinese, on normalised text."""

import logging
from functools import lru_cache
from typing import Any

import jieba
import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language

from bot.language import normalise

LONGEST = 4000
"""Characters that are cut into words; nothing reads the words beyond."""


@lru_cache(maxsize=1)
def words_pipeline() -> Language:
    """spaCy's Chinese with jieba's words; jieba reads its dictionary here."""
    jieba.setLogLevel(logging.WARNING)
    language = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    language("热身")
    return language


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ChineseTokenizer(Tokenizer):
    """Tokens keep their places in the text as it was written."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What Rasa's tokenizers have by default."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that must be there."""
        return ["spacy", "jieba"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Cut one text; white space is no token."""
        text = message.get(attribute)
        cut = words_pipeline()(normalise(text[:LONGEST]))
        return [
            Token(text[word.idx : word.idx + len(word.text)], word.idx) for word in cut if word.text.strip()
        ]
