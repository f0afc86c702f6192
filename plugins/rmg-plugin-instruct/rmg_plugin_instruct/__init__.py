"""The pack `instruct`: the verifiable instructions of IFEval, alone and by prompt."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "capital_word_frequency": "rmg_plugin_instruct.casing:CapitalWordFrequency",
        "constrained_response": "rmg_plugin_instruct.formats:ConstrainedResponse",
        "end_checker": "rmg_plugin_instruct.wording:EndChecker",
        "english_capital": "rmg_plugin_instruct.casing:EnglishCapital",
        "english_lowercase": "rmg_plugin_instruct.casing:EnglishLowercase",
        "forbidden_words": "rmg_plugin_instruct.keywords:ForbiddenWords",
        "ifeval_loose": "rmg_plugin_instruct.ifeval:ifeval_loose",
        "ifeval_strict": "rmg_plugin_instruct.ifeval:ifeval_strict",
        "json_format": "rmg_plugin_instruct.formats:JsonFormat",
        "keyword_existence": "rmg_plugin_instruct.keywords:KeywordExistence",
        "keyword_frequency": "rmg_plugin_instruct.keywords:KeywordFrequency",
        "letter_frequency": "rmg_plugin_instruct.keywords:LetterFrequency",
        "multiple_sections": "rmg_plugin_instruct.formats:MultipleSections",
        "no_comma": "rmg_plugin_instruct.wording:NoComma",
        "nth_paragraph_first_word": "rmg_plugin_instruct.lengths:NthParagraphFirstWord",
        "number_bullet_lists": "rmg_plugin_instruct.formats:NumberBulletLists",
        "number_highlighted_sections": "rmg_plugin_instruct.formats:NumberHighlightedSections",
        "number_paragraphs": "rmg_plugin_instruct.lengths:NumberParagraphs",
        "number_placeholders": "rmg_plugin_instruct.formats:NumberPlaceholders",
        "number_sentences": "rmg_plugin_instruct.lengths:NumberSentences",
        "number_words": "rmg_plugin_instruct.lengths:NumberWords",
        "postscript": "rmg_plugin_instruct.wording:Postscript",
        "quotation": "rmg_plugin_instruct.wording:Quotation",
        "repeat_prompt": "rmg_plugin_instruct.wording:RepeatPrompt",
        "response_language": "rmg_plugin_instruct.language:ResponseLanguage",
        "title": "rmg_plugin_instruct.formats:Title",
        "two_responses": "rmg_plugin_instruct.wording:TwoResponses",
    }
