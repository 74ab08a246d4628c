import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollTraining

// A short training of every backend on every task with two threads, then a stream: what the sanitizers watch (scripts/sanitize).

func generated(_ name: String, length: Int = 6) throws -> EncodedData {
  let options = try Setting(
    yaml: "{name: \(name), length: \(length), train_items: 24, development_items: 6, test_items: 6}", file: "options")
  return try EncodedData(DataRequest(options).load(DataLocation(roots: [])))
}

func text() throws -> EncodedData {
  let words = (0..<400).map { "w\($0 * $0 % 13)" }
  let splits = Splits(train: words, development: Array(words[..<60]), test: Array(words[..<60]))
  return try EncodedData(
    LoadedData(
      name: "text", version: "1", licence: "", source: "", digest: "", labels: LabelSet([]), corpus: .text(splits)))
}

func pairs() throws -> EncodedData {
  let items = (0..<30).map { n in
    let words = (0..<n % 7 + 3).map { "w\($0 * n % 5)" }
    return LabelledText(words: words, label: n % 2 == 0 ? "a" : "b", boundary: n % (words.count - 2) + 2)
  }
  let splits = Splits(train: items, development: Array(items[..<6]), test: Array(items[..<6]))
  return try EncodedData(
    LoadedData(
      name: "pairs", version: "1", licence: "", source: "", digest: "", labels: LabelSet(["a", "b"]),
      corpus: .labelled(splits)))
}

func train(
  _ backend: any BackendOptions.Type, _ task: some Task, _ data: EncodedData, _ encoding: PairEncoding = .independent
) throws {
  var settings = BackendSettings(backend.miniature)
  (settings.stack.width, settings.stack.layers, settings.stack.dropout) = (4 * settings.options.widthStep, 2, 0.2)
  var options = ModelOptions()
  (options.embedding, options.pairEncoding) = (5, encoding)
  let (reading, random) = (type(of: task).reading, RandomSource(seed: 1))
  let known = NetworkData(data.vocabulary, outputs: task.classes, labels: data.labels)
  let recipe = NetworkRecipe(options, settings, reading, known)
  let network = try type(of: task).network(recipe, ParameterBuilder(random: random))
  var training = TrainingOptions()
  (training.epochs, training.batch, training.shards, training.chunk) = (1, 6, 3, 8)
  let outcome = try Trainer(network, task, training, random: random, threads: 2).train()
  guard outcome.divergence == nil else { throw InputError("\(backend.name) broke") }
  if !type(of: task).readsPairs, network.stateFloats != nil { try network.stream(sequences: 2).step([0, 1]) }
  print(backend.name, type(of: task).name, outcome.scores[.test] ?? [:])
}

func trainAll() throws {
  let (copying, adding, running) = (try generated("copying"), try generated("adding"), try text())
  for backend in Backends.all {
    try train(backend, Tagging(copying, characters: false), copying)
    try train(backend, Classification(adding, characters: false), adding)
    try train(backend, LanguageModelling(running, characters: false), running)
  }
  let two = try pairs()
  for encoding in PairEncoding.allCases {
    for backend in [LSTMOptions.self, TransformerOptions.self] as [any BackendOptions.Type] {
      try train(backend, try Entailment(two, characters: false), two, encoding)
    }
  }
  // Long enough to be convolved by transforms.
  let long = try generated("copying", length: 150)
  for backend in [SSMOptions.self, S4DOptions.self] as [any BackendOptions.Type] {
    try train(backend, Tagging(long, characters: false), long)
  }
}

// A sanitizer sees beyond a matrix only where the next one does not begin.
try Arena.$lending.withValue(.apart) { try trainAll() }
