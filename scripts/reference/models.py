"""Model files beside PyTorch: what Unroll writes, torch.nn reads, and what PyTorch makes, Unroll reads.

    scripts/reference/models.py [PROGRAM]     # PROGRAM: a built unroll; default .build/release/unroll

For rnn, lstm and gru, in one and in both directions, in one and in two layers, as tagger and as classifier: trains a small model with
`unroll train`, opens its file with safetensors, loads its tensors strictly into torch.nn (names and layouts are PyTorch's), and holds
the probabilities of `unroll predict --json` against PyTorch's (1e-5). Then the way back: random weights of PyTorch in such a file, read by
`unroll predict`. Writes the case that the tests read: Tests/UnrollTrainingTests/Cases/torch-model.safetensors and .json.

What differs from a state dict of PyTorch: names begin with where a tensor stands (embedding., backend., head.); what torch.nn has no module
for (peepholes, the other cells) has names of our own. Nothing is transposed, and gates stand in PyTorch's order.
Needs torch, numpy and safetensors.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import torch
from safetensors import safe_open
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../.build/release/unroll"))
CASES = os.path.join(HERE, "../../Tests/UnrollTrainingTests/Cases")
MODULES = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
WORDS = [f"w{n}" for n in range(12)]
TEXTS = ["w1 w2 w3 w4 w5", "w7", "w3 unseen w11 w0 w0 w2 w9 w1", "w5 w5"]
WIDTH, EMBEDDING = 5, 6


def unroll(*arguments, text=None):
    """Standard output of the program; it must end well."""
    ended = subprocess.run([PROGRAM, *arguments], input=text, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def write_data(folder):
    source = random.Random(7)
    sentences = [[source.choice(WORDS) for _ in range(source.randint(1, 7))] for _ in range(120)]
    with open(os.path.join(folder, "tags.txt"), "w") as file:
        for sentence in sentences:
            file.writelines(f"{word}\tt{int(word[1:]) % 3}\n" for word in sentence)
            file.write("\n")
    with open(os.path.join(folder, "texts.txt"), "w") as file:
        file.writelines(f"l{int(sentence[0][1:]) % 3} {' '.join(sentence)}\n" for sentence in sentences)


def train(folder, task, backend, direction, layers):
    path = os.path.join(folder, f"{task}-{backend}-{direction}-{layers}.safetensors")
    data = {"tagging": ("columns", "tags.txt"), "classification": ("label-first", "texts.txt")}[task]
    unroll(
        "train", "--backend", backend, "--output", path,
        *(part for setting in [
            f"data.format={data[0]}", f"data.train={os.path.join(folder, data[1])}", f"width={WIDTH}",
            f"model.embedding={EMBEDDING}", f"backend.layers={layers}", f"backend.direction={direction}",
            "training.epochs=2",
        ] for part in ("--set", setting)))
    return path


def opened(path):
    with safe_open(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()


def parts(tensors):
    """State dicts by where their tensors stand."""
    found = {}
    for name, tensor in tensors.items():
        owner, own = name.split(".", 1)
        found.setdefault(owner, {})[own] = tensor
    return found


def probabilities(tensors, metadata, backend, direction, layers, text):
    """[T, K] of a tagger, [1, K] of a classifier, by torch.nn alone."""
    state, tables = parts(tensors), json.loads(metadata["data"])
    embedding = torch.nn.Embedding(*state["embedding"]["weight"].shape)
    module = MODULES[backend](EMBEDDING, WIDTH, num_layers=layers, bidirectional=direction == "bidirectional")
    head = torch.nn.Linear(state["head"]["weight"].shape[1], state["head"]["weight"].shape[0])
    for layer, own in [(embedding, "embedding"), (module, "backend"), (head, "head")]:
        layer.load_state_dict(state[own], strict=True)
    ids = {token: index for index, token in enumerate(tables["vocabulary"]["tokens"])}
    tokens = torch.tensor([ids.get(word, 0) for word in text.split()])
    with torch.no_grad():
        output, final = module(embedding(tokens))
        if metadata["task"] == "classification":
            final = final[0] if isinstance(final, tuple) else final
            ends = final[-2:] if direction == "bidirectional" else final[-1:]
            output = ends.reshape(1, -1)
        return torch.softmax(head(output), 1)


def difference(path, backend, direction, layers):
    """The largest difference of a probability between both programs; labels must agree."""
    tensors, metadata = opened(path)
    labels = json.loads(metadata["data"])["labels"]
    worst = 0.0
    for text, line in zip(TEXTS, unroll("predict", path, "--json", text="\n".join(TEXTS)).splitlines()):
        said, ours = json.loads(line), probabilities(tensors, metadata, backend, direction, layers, text)
        best = ours.argmax(1)
        assert said["labels"] == [labels[index] for index in best], (path, text)
        theirs = torch.tensor(said["probabilities"])
        worst = max(worst, (ours[torch.arange(len(best)), best] - theirs).abs().max().item())
        if "distribution" in said:
            theirs = torch.tensor([said["distribution"][label] for label in labels])
            worst = max(worst, (ours[0] - theirs).abs().max().item())
    return worst


def with_weights_of_pytorch(path, target):
    """The same model with other tensors: normal ones, made here."""
    tensors, metadata = opened(path)
    generator = torch.Generator().manual_seed(3)
    save_file({key: torch.randn(value.shape, generator=generator) for key, value in sorted(tensors.items())}, target, metadata)


def write_case(path, backend, direction, layers):
    """What the tests read: a model whose weights PyTorch made, and what PyTorch says of some texts."""
    os.makedirs(CASES, exist_ok=True)
    tensors, metadata = opened(path)
    origin = json.loads(metadata["origin"])
    origin.pop("study", None)
    settings = json.loads(metadata["settings"])
    settings["data"]["train"] = "tags.txt"
    metadata = {**metadata, "origin": json.dumps(origin), "settings": json.dumps(settings)}
    save_file(tensors, os.path.join(CASES, "torch-model.safetensors"), metadata)
    said = []
    for text in TEXTS:
        values = probabilities(tensors, metadata, backend, direction, layers, text)
        labels = json.loads(metadata["data"])["labels"]
        said.append({
            "text": text, "labels": [labels[index] for index in values.argmax(1)],
            "probabilities": [round(value, 7) for value in values.max(1).values.tolist()]})
    with open(os.path.join(CASES, "torch-model.json"), "w") as file:
        json.dump(said, file, indent=1)
        file.write("\n")


def main():
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        write_data(folder)
        for task in ["tagging", "classification"]:
            for backend in MODULES:
                for direction in ["forward", "bidirectional"]:
                    for layers in [1, 2]:
                        path = train(folder, task, backend, direction, layers)
                        back = os.path.join(folder, "back.safetensors")
                        with_weights_of_pytorch(path, back)
                        there, again = difference(path, backend, direction, layers), difference(back, backend, direction, layers)
                        print(f"{task:15} {backend:5} {direction:14} {layers}  Unroll's weights {there:.1e}  PyTorch's {again:.1e}")
                        worst = max(worst, there, again)
                        if (task, backend, direction, layers) == ("tagging", "lstm", "bidirectional", 2):
                            write_case(back, backend, direction, layers)
    print(f"largest difference of a probability: {worst:.1e}")
    assert worst < 1e-5, "more than 1e-5"


if __name__ == "__main__":
    main()
