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

RAREST = 20
"""Words that jieba's own texts held less often are left out (three in four): 350,000 of them take 80 MB."""
LONGEST = 4000
"""Characters that are cut into words; nothing reads the words beyond."""


@lru_cache(maxsize=1)
def words_pipeline() -> Language:
    """spaCy's Chinese with jieba's words; jieba reads its dictionary here."""
    jieba.setLogLevel(logging.WARNING)
    _read_common_words()
    language = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    language("热身")
    return language


def _read_common_words() -> None:
    # As jieba.Tokenizer.gen_pfdict does, with the rare words left out: each word, and 0 for what begins one.
    counts: dict[str, int] = {}
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count = line.decode("utf-8").split(" ")[:2]
            if int(count) >= RAREST:
                counts[word] = int(count)
                for end in range(1, len(word)):
                    counts.setdefault(word[:end], 0)
    jieba.dt.FREQ, jieba.dt.total, jieba.dt.initialized = counts, sum(counts.values()), True


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
