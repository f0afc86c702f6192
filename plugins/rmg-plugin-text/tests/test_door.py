import rmg_plugin_text


def test_the_pack_offers_every_text_grader_of_the_catalogue():
    assert set(rmg_plugin_text.rmg_graders()) == {
        *("exact_match", "contains", "contains_all", "contains_any", "starts_with", "ends_with"),
        *("regex", "number_match", "token_f1", "squad_f1", "squad_em", "list_f1", "set_jaccard"),
        *("word_overlap", "char_overlap", "edit_similarity", "jaro_winkler", "token_sort_ratio"),
        *("partial_ratio", "bleu", "sentence_bleu", "gleu", "chrf", "ter", "meteor", "rouge1"),
        *("rouge2", "rouge3", "rouge4", "rouge5", "rougeL", "rougeLsum", "cosine_tfidf"),
        *("jaccard_ngrams", "wer", "cer", "length_between", "length_penalty", "soft_overlong"),
        *("cosine_length", "repetition_penalty", "distinct_n", "readability", "language_is"),
        *("privacy_leak", "embedding_similarity"),
    }
