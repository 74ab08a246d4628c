// Trains a classifier of spoken commands on sentences that are made here, keeps it in a file, and uses it from there:
//
//     swift run -c release Commands [FILE]
import UnrollKit

let path = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "commands.safetensors"

// Data: sentences with labels, split by three.
let words = [
  "light": ["lamp", "light", "bulb"], "sound": ["music", "radio", "song"], "heat": ["heating", "oven", "stove"],
]
let openings = ["please turn the", "could you switch the", "turn that", "now the", "i want the"]
let endings = ["on", "off", "down a bit", "on again please", "off in the kitchen"]
let sentences = words.sorted { $0.key < $1.key }.flatMap { label, nouns in
  openings.flatMap { opening in
    nouns.flatMap { noun in
      endings.map {
        LabelledText(words: "\(opening) \(noun) \($0)".split(separator: " ").map(String.init), label: label)
      }
    }
  }
}
func every(_ rest: Int) -> [LabelledText] { sentences.indices.filter { $0 % 5 == rest }.map { sentences[$0] } }
let splits = Splits(train: every(0) + every(1) + every(2), development: every(3), test: every(4))
let data = try EncodedData(
  LoadedData(
    name: "commands", version: "", licence: "", source: "", digest: "", labels: LabelSet(sentences.map(\.label)),
    corpus: .labelled(splits)))

// Training.
let task = Classification(data, characters: false)
let recipe = NetworkRecipe(
  ModelOptions(), try BackendSettings("gru", []), Classification.reading,
  NetworkData(data.vocabulary, outputs: task.classes, labels: data.labels))
let random = RandomSource(seed: 1)
let network = try SequenceNetwork(recipe, random: random)
var training = TrainingOptions()
training.epochs = 20
let outcome = try Trainer(network, task, training, random: random).train()
print("accuracy:", outcome.scores[.test]?["accuracy"] ?? 0)

// Keeping.
var model = ModelFile(network, recipe, Classification.self, tokeniser: Tokeniser(rule: .words, lowercase: true))
model.metrics = task.metrics
model.scores = outcome.scores
try model.write(to: path)

// Use, without the data.
let kept = try ModelFile(contentsOf: path)
let said = try Predictor(kept).predict("Could you turn the radio off, please?")
print("label:", said.labels?.first ?? "none", "of", said.tokens.count, "tokens")

// Word by word, as they come: the state is carried, and no step asks for memory.
let stream = try kept.network().stream(sequences: 1)
for word in ["turn", "the", "lamp", "on"] {
  let scores = stream.step([kept.data.vocabulary!.id(word)]).array
  let best = scores.indices.max { scores[$0] < scores[$1] }!
  print("after \"\(word)\":", kept.data.labels[Int32(best)])
}
