import Testing
import UnrollCore
import UnrollData
import UnrollLayers

@testable import UnrollStudy

/// What a study says about mistakes: one sentence with the line and, where there is one, the nearest name.
@Suite struct StudyComplaintTests {
  @Test(
    arguments: [
      ("backends: [rnn]\nseds: 3", 4, "a study: unknown key \"seds\"; did you mean \"seeds\"?"),
      ("backends: [rnn, lstn]", 3, "unknown backend \"lstn\"; did you mean \"lstm\"?"),
      (
        "backends:\n  - rnn\n  - {backend: gru, resett: after}", 5,
        "backend gru: unknown key \"resett\"; did you mean \"reset\"?"
      ),
      ("backends:\n  - {backend: gru, reset: befor}", 4, "unknown value of reset \"befor\"; did you mean \"before\"?"),
      ("backends: [rnn]\nbackend: {layer: 2}", 4, "backend rnn: unknown key \"layer\"; did you mean \"layers\"?"),
      ("backends: [rnn]\nmodel: {embeding: 2}", 4, "model: unknown key \"embeding\"; did you mean \"embedding\"?"),
      (
        "backends: [rnn]\ntraining:\n  epochs: 3\n  lerning_rate: 2", 6,
        "training: unknown key \"lerning_rate\"; did you mean \"learning_rate\"?"
      ),
      (
        "backends: [rnn]\ntraining: {select: acuracy}", 4,
        "training.select: unknown metric \"acuracy\"; did you mean \"accuracy\"?"
      ),
      ("backends: [rnn]\nmodel: {head: {head: softmax, tied: true}}", 3, "tied: only a language model that reads"),
      ("backends: [rnn]\ntraining: {epochs: 0}", 4, "epochs must be 1…100000, not 0"),
      ("backends: [rnn]\ntraining: {epochs: many}", 4, "epochs must be a whole number, not \"many\""),
      (
        "backends: [rnn]\ntraining: {nesterov: true}", 4,
        "training: nesterov has no effect here, it needs optimiser: sgd and a momentum above zero; leave it out, or"
      ),
      ("backends: [rnn, gru]\nbackend: {forget_bias: 2}", 4, "backend rnn: unknown key \"forget_bias\""),
      (
        "backends: [gru, lstm]\nbackend: {dropout: [0, 0.3]}", 4,
        "backend gru: dropout has no effect here, it needs layers: 2 or more, or residual: prenorm; leave it out, or"
      ),
      (
        "backends: [gru, {backend: lstm, input_init: pytorch, forget_bias: 2}]", 3,
        "backend lstm: forget_bias has no effect here, it needs input_init: glorot and chrono: 0; leave it out, or set that"
      ),
      (
        "backends:\n  - {backend: stack, of: [gru, {backend: lstm, input_init: pytorch, forget_bias: 2}]}", 4,
        "backend lstm: forget_bias has no effect here"
      ),
      (
        "backends: [rnn]\ntraining: {optimiser: adamw}", 4,
        "training: optimiser: adamw without a weight_decay above zero is adam; set one, or use adam"
      ),
      (
        "backends: [rnn]\nmodel: {inputs: [capitals], embedding: 9}", 4,
        "model: embedding has no effect here, it needs inputs: words; leave it out"
      ),
      ("backends: [rnn]\nmodel: {inputs: [words, leters]}", 4, "unknown input \"leters\""),
      ("backends: [rnn]\nmodel: {head: [softmax, {haed: crf}]}", 4, "a head needs its name: {head: NAME, …}"),
      ("backends: [rnn]\ntraining: {chunk: 9}", 4, "training: chunk has no effect here, it needs running text;"),
      ("backends: [rnn]\nbackend: {merge: sum}", 4, "backend rnn: merge has no effect here, it needs direction: bi"),
      (
        "backends: [{backend: stack, of: [transformer, averaging], initial_state: learned}]", 3,
        "backend stack: it has no first state to learn; use initial_state: empty"
      ),
      (
        "backends: [rnn]\nwidth: 65536\nbackend: {layers: 64}", 3,
        "backend rnn: "
      ),
      (
        "backends: [rnn]\nparameters: 1e15", 3,
        "backend rnn: 1000000000000000 parameters would take 18189.9 TiB of memory"
      ),
      (
        "backends: [rnn]\ntraining: {epochs: [1, 2, 3, 4], batch: [1, 2, 3, 4, 5], clip: [1, 2, 3, 4, 5]}\nseeds: 1001",
        1,
        "the lists of this study make 100100 cells, and 100000 are the most; shorten some, or make several studies"
      ),
      ("backends: [{backend: ssm, dt_min: 1.5}]", 3, "backend ssm: dt_min 1.5 is larger than dt_max 1.0"),
      (
        "backends: [{backend: transformer, heads: 5}]", 3,
        "backend transformer: 5 heads do not divide width 64; use a width that is a multiple of 5, or other heads"
      ),
      (
        "backends: [{backend: convolution, layers: 20}]", 3,
        "backend convolution: layer 17 with kernel_size 3 looks further back than 65536 steps; use fewer layers or"
      ),
      ("backends: []", 1, "a study needs backends: a list of names"),
      ("backends: [{reset: after}]", 3, "a backend needs its name: {backend: lstm, …}"),
      ("backends: [rnn, rnn]", 3, "two backends are called \"rnn\"; give one of them another name"),
      (
        "backends: [gru, {backend: gru, name: again}]", 3,
        "\"tags / gru / seed 1\" and \"tags / again / seed 1\" have the same settings; leave one out"
      ),
      ("backends: [rnn]\nwidth: 5\nparameters: 900", 4, "width and parameters exclude each other; leave one out"),
      (
        "backends: [{backend: rnn, width: 5}]\nparameters: 900", 3,
        "width and parameters exclude each other; leave one out"
      ),
      (
        "backends: [rnn]\nbackend: {width: 5}\nparameters: 900", 4,
        "width and parameters exclude each other; leave one out"
      ),
      (
        "backends: [rnn]\nmodel: {embedding: [4, 5]}\ncompare:\n  - embeding", 6,
        "unknown option with a list \"embeding\"; did you mean \"embedding\"? (known: embedding)"
      ),
      (
        "backends: [rnn]\nmodel: {embedding: [4, 5]}\ncompare: backend.embedding", 5,
        "unknown option with a list \"backend.embedding\"; did you mean \"model.embedding\"?"
      ),
      (
        "backends: [{backend: [rnn, lstm]}]\ncompare: backend", 4,
        "compare names options that have a list, and in this study none has; leave it out"
      ),
      (
        "backends: [rnn, {backend: lstm, layers: [1, 2]}]", 1,
        "on tags backends have different numbers of candidates, and who tries more finds a better one by chance: rnn has 1, lstm has 2; give each"
      ),
      ("backends: [rnn, lstm]\nuneven: It is.", 4, "uneven has no effect here: the backends of a task have as many"),
      (
        "backends: [rnn, {backend: rnn, layers: [2, 3]}]", 3,
        "two cells are called \"tags / rnn\"; give one of them another name"
      ),
      ("backends: [rnn]\nstate_floats: 5\nmultiply_adds: 9", 4, "state_floats and multiply_adds exclude each other;"),
      ("backends: [{backend: rnn, width: 5}]\nstate_floats: 9", 3, "width and state_floats exclude each other;"),
      (
        "backends:\n  - {backend: gru, direction: bidirectional}\nstate_floats: 9", 4,
        "backend gru needs the whole sequence and has no state to budget; use multiply_adds or parameters"
      ),
      ("backends: [rnn]\nparameters: 0", 4, "parameters must be above zero"),
      ("backends: [rnn]\nwidth: 0", 4, "width must be 1…65536"),
      (
        "backends: [rnn]\nmargin: {point: 1}", 4,
        "unknown key of margin \"point\"; did you mean \"points\"? (known: points, percent)"
      ),
      ("backends: [rnn]\nmargin: {percent: 101}", 4, "margin.percent must be 0…100"),
      ("backends: [rnn]\nbackends: [gru]", 3, "the key \"backends\" stands twice in one table; keep one"),
    ])
  func sentences(rest: String, line: Int, sentence: String) {
    #expect(StudyText.complaint(StudyText.data + rest).hasPrefix("s.yaml:\(line): \(sentence)"))
    #expect(!StudyText.complaint(StudyText.data + rest).contains("\n"))
  }

  @Test(
    arguments: [
      ("tasks: []", 1, "a study needs tasks: a list of data sets"),
      (
        "tasks: [{data: {name: copying, train_items: 100000000}}]", 1,
        "generated data: 100000800 sequences of 28 tokens would"
      ),
      (
        "tasks: [{data: {name: adding, length: 1000000}}]", 1,
        "generated data: 2800 sequences of 1000000 tokens would take"
      ),
      (
        "tasks: [{data: {name: copying, items: 1, repeats: [true, false]}}]", 1,
        "data: repeats has no effect here, it needs items: 2 or more; leave it out, or set that"
      ),
      (
        "tasks: [{data: {format: label-first, train: a, unit: character, tokeniser: words}}]", 1,
        "data: tokeniser has no effect here, it needs unit: word"
      ),
      ("{}", 1, "a study needs tasks: a list of data sets"),
      (
        "tasks: [{data: {format: text, train: a}, model: {embedding: 8, head: {head: softmax, tied: true}}}]", 2,
        "tied: embeddings of width 8 cannot be the weights for rows of width 64; set embedding: 64"
      ),
      (
        "parameters: 9000\ntasks: [{data: {format: text, train: a}, model: {head: {head: softmax, tied: true}}}]", 3,
        "tied: rows must be as wide as the embeddings, and parameters solves their width; set width instead"
      ),
      ("tasks: [wordnet-tekst]", 1, "unknown data set \"wordnet-tekst\"; did you mean \"wordnet-text\"?"),
      ("tasks:\n  - {dat: cmu-stress}", 2, "a task: unknown key \"dat\"; did you mean \"data\"?"),
      ("tasks:\n  - {name: x}", 2, "a task needs data"),
      ("tasks:\n  - data: {format: column, train: a}", 2, "unknown format \"column\"; did you mean \"columns\"?"),
      ("tasks:\n  - data: {format: columns}", 2, "data: train is missing"),
      (
        "tasks:\n  - data: {format: columns, train: a, uint: word}", 2,
        "data in the format columns: unknown key \"uint\""
      ),
      (
        "tasks:\n  - {data: cmu-stress, training: {epoch: 3}}", 2,
        "training: unknown key \"epoch\"; did you mean \"epochs\"?"
      ),
      ("tasks: [cmu-stress, cmu-stress]", 1, "two tasks are called \"cmu-stress\""),
      (
        "tasks:\n  - {data: cmu-stress,\n     task: multi-label}", 3,
        "the task multi-label is made for series data, and this data is tagged: leave it out, or set task: tagging"
      ),
      (
        "tasks:\n  - {data: narma, task: regresion}", 2, "unknown task \"regresion\"; did you mean \"regression\"?"
      ),
      (
        "tasks:\n  - data: narma\n    model: {head: softmax}", 3,
        "the head softmax answers with classes, and regression asks for numbers; set head: squared-error"
      ),
      (
        "tasks:\n  - data: narma\n    model:\n      inputs: [words]", 4,
        "the input words reads words, and the steps of this data are numbers; leave it out"
      ),
      (
        "tasks:\n  - data: adding\n    model: {head: bernoulli}", 3,
        "the head bernoulli answers with many yes or no, and classification asks for classes; set head: softmax"
      ),
      (
        "tasks:\n  - data: narma\n    model: {embedding: 3}", 3,
        "model: embedding has no effect here, it needs inputs: words; leave it out, or set that"
      ),
    ])
  func tasks(head: String, line: Int, sentence: String) {
    let complaint = StudyText.complaint(head + (head == "{}" ? "" : "\nbackends: [rnn]"))
    #expect(complaint.hasPrefix("s.yaml:\(line): \(sentence)"), "\(complaint)")
  }

  /// Said without making a single value.
  @Test(arguments: Backends.all.map { $0.name })
  func modelsThatDoNotFit(name: String) {
    let layers = name == "convolution" ? 15 : 64
    let complaint = StudyText.complaint(
      StudyText.data
        + "backends: [{backend: \(name), layers: \(layers), width: 65536}]\nmodel: {embedding: 65536}\nseeds: 1")
    #expect(complaint.hasPrefix("s.yaml:3: backend \(name): ") && complaint.contains(" parameters would take "))
    #expect(complaint.hasSuffix(" are free here; use a smaller width, or fewer layers"), "\(complaint)")
  }

  @Test func everythingThatIsWrongWithAFile() {
    let complaint = StudyText.complaint(
      """
      tasks: [{data: {name: adding, length: x}}, {data: {format: columns, train: a.txt}, training: {epoch: 3}}]
      backends: [lstm, nix, {backend: gru, width: x}]
      model:
      training: {epochs: 0, batch: 1e1, shards: TRUE}
      sedes: 3
      """)
    let starts = [
      "1: length must", "1: training: unknown key \"epoch\"", "2: unknown backend", "2: width must", "4: epochs must",
      "4: shards must", "5: a study: unknown key \"sedes\"",
    ]
    let lines = complaint.split(separator: "\n")
    #expect(lines.count == starts.count, "\(complaint)")
    for (line, start) in zip(lines, starts) { #expect(line.hasPrefix("s.yaml:\(start)"), "\(line)") }
  }

  @Test func languageModelsMustNotSeeTheFuture() {
    let text = """
      tasks:
        - data: {format: text, train: a.txt}
      backends: [rnn, {backend: lstm, direction: bidirectional}]
      """
    #expect(
      StudyText.complaint(text)
        == "s.yaml:3: backend lstm: a bidirectional model would see the tokens that it has to predict; use direction: forward"
    )
  }
}

/// Inputs and heads that do not fit a task are said before anything is trained.
@Suite struct ModelFitTests {
  @Test(
    arguments: [
      ("adding", "{head: crf}", "the head crf does not answer what classification asks; leave head out"),
      (
        "names-by-language", "{inputs: [words, characters]}",
        "the input characters reads how words are written, and the tokens of names-by-language are characters; leave it out"
      ),
    ])
  func sentences(data: String, model: String, sentence: String) throws {
    let text = "tasks: [\(data)]\nbackends:\n  - gru\nmodel: \(model)\n"
    let error = #expect(throws: InputError.self) { try StudyText.study(text) }
    #expect(error?.description == "s.yaml:3: \(sentence)")
  }

  /// A list of lists of inputs is a grid, named by what it varies; each cell survives its JSON.
  @Test func gridsOfInputsAndHeads() throws {
    let text = """
      tasks: [copying]
      backends: [gru]
      model: {inputs: [[words], [words, {input: characters, backend: {backend: convolution, width: 8}}, capitals]], head: [softmax, crf]}
      seeds: [1]
      """
    let requests = try StudyText.study(text).requests(DataLocation(roots: []))
    #expect(
      requests.map(\.cell.cell.title) == [
        "gru inputs=words head=softmax", "gru inputs=words head=crf",
        "gru inputs=words+characters+capitals head=softmax",
        "gru inputs=words+characters+capitals head=crf",
      ])
    #expect(Set(requests.map(\.identity)).count == 4)
    for request in requests {
      let again = try RunRequest(json: try request.json(), file: "cell.json")
      #expect(again.cell.resolved == request.cell.resolved)
    }
    let plain = "tasks: [copying]\nbackends: [gru]\nseeds: [1]\n"
    let before = try StudyText.study(plain).requests(DataLocation(roots: []))
    #expect(before[0].identity == requests[0].identity, "what was always so says nothing")
  }

  /// Where a task says what its network is, the study's grid does not vary there.
  @Test func aTaskWithInputsOfItsOwn() throws {
    let text = """
      tasks: [{data: copying, model: {inputs: [words, capitals]}}]
      backends: [gru]
      model: {inputs: [[words], [words, characters]], head: [softmax, crf]}
      seeds: [1]
      """
    #expect(
      try StudyText.study(text).cells().map(\.cell.title) == [
        "gru inputs=words+capitals head=softmax", "gru inputs=words+capitals head=crf",
      ])
  }
}
