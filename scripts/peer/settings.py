"""Which settings of a study the PyTorch side implements.

A setting that stands in no table here, or has a value that it must not have, ends the run: ignored in silence, it would
make two different models look comparable.
"""

# Read by training.py, models.py or reading.py, whatever their value.
USED = {
    "data": {"development_percent", "subsample", "subsample_held_out", "test_percent"},
    "model": {
        "embedding", "embedding_dropout", "embedding_init", "minimum_count", "output_dropout", "vocabulary_limit", "word_dropout"},
    "training": {"batch", "beta1", "beta2", "chunk", "clip", "epochs", "epsilon", "learning_rate"},
    "backend": {"dt_max", "dt_min", "ssm_learning_rate", "state", "time_steps", "width"},
}
# Without meaning as long as the settings of ONLY have their values: of other optimisers and schedules, of words in a text of
# characters, of cuts of a batch that change only the order of sums, and versions of what is the same in all of them.
IDLE = {
    "data": {"line_token", "tokeniser", "unit", "version"},
    "training": {"alpha", "momentum", "nesterov", "plateau_factor", "plateau_patience", "shards"},
    "backend": {"version"},
}
# Written for these values alone.
ONLY = {
    "data": {
        "name": ["cmu-stress", "wordnet-supersense", "wordnet-text"], "duplicates": ["together"], "max_length": [0],
        "unseen_labels": ["error"]},
    "training": {
        "evaluations": [1], "optimiser": ["adam"], "patience": [0], "schedule": ["constant", "cosine"], "warmup": [0],
        "weight_decay": [0]},
    "backend": {
        "backend": ["rnn", "lstm", "gru", "attention-rnn", "ssm"], "activation": ["tanh"], "block_dropout": [0],
        "cell": ["rnn", "lstm", "gru"], "direction": ["forward", "bidirectional"], "dropout": [0], "forget_bias": [1],
        "input_init": ["glorot"], "layers": [1], "merge": ["concat"], "recurrent_init": ["orthogonal"], "reset": ["after"]},
}
# As reading.py takes its data apart.
OF_DATA = {
    "cmu-stress": {"lowercase": False},
    "wordnet-supersense": {"lowercase": True, "tokeniser": "words", "unit": "word"},
    "wordnet-text": {"lowercase": True, "unit": "character"},
}


def check(settings):
    """Ends the program with one sentence when some setting is not implemented."""
    for part in ("data", "model", "training", "backend"):
        allowed = ONLY.get(part, {})
        if part == "data":
            allowed = allowed | {key: [value] for key, value in OF_DATA.get(settings["data"]["name"], {}).items()}
        # Which data and which backend they are first: their other settings are unknown only because these are.
        for key, value in sorted(settings[part].items(), key=lambda item: item[0] not in ("name", "backend")):
            if key in allowed:
                if value not in allowed[key]:
                    words = " or ".join(str(one) for one in allowed[key])
                    raise SystemExit(f"{part}.{key} is {value} in the record, but the PyTorch side is written only for {words}")
            elif key not in USED[part] | IDLE.get(part, set()):
                raise SystemExit(f"{part}.{key} is a setting that the PyTorch side does not implement; leave it out of the study")
