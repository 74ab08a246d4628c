import Testing
import UnrollCore
import UnrollKernels
import UnrollLayers

@testable import UnrollChecks
@testable import UnrollTraining

/// Options say when they have no effect. Here every option of every table is changed in many settings: the bits stay the same
/// exactly where the table says so.
@Suite struct IdleOptionTests {
  @Test(arguments: Backends.all.map { $0.name })
  func ofBackends(_ name: String) throws {
    let type = try Backends.named(name)
    var plain = BackendSettings(type.miniature)
    plain.stack.width = 12
    let options = IdleOptionTests.options(StackOptions()) + plain.options.ownOptions
    // Each option by itself, and the two that make room for others.
    let contexts =
      [[]] + options.flatMap { option in option.others.map { [(option.name, $0)] } }
      + [[("input_dropout", "0.3"), ("layers", "2")], [("dropout", "0.3"), ("layers", "2")]]
    var (compared, idle) = (0, Set<String>())
    for context in contexts {
      guard let before = try? bits(plain, context) else { continue }
      for option in options where !context.contains(where: { $0.0 == option.name }) {
        for value in option.others {
          let changes = context + [(option.name, value)]
          guard let after = try? bits(plain, changes) else { continue }
          let isIdle = try settings(plain, changes).idle(entries([(option.name, value)])).count == 1
          #expect((after == before) == isIdle, "\(name), \(context): \(option.name)=\(value)")
          compared += 1
          if isIdle { idle.insert(option.name) }
        }
      }
    }
    #expect(compared > 50 && idle.isSuperset(of: ["merge", "variational"]))
  }

  @Test func ofTraining() throws {
    // A quarter of a second would be enough for all of it.
    let options = IdleOptionTests.options(TrainingOptions()).map { option in
      option.name == "seconds" ? Option(name: option.name, others: ["1e-9"]) : option
    }
    let contexts =
      [[], [("momentum", "0.5"), ("optimiser", "sgd")], [("weight_decay", "0.25"), ("optimiser", "adamw")]]
      + options.filter { ["optimiser", "schedule"].contains($0.name) }.flatMap { o in o.others.map { [(o.name, $0)] } }
    var idle: Set<String> = []
    for context in contexts {
      guard let before = try? trained(context) else { continue }
      for option in options where !context.contains(where: { $0.0 == option.name }) {
        for value in option.others {
          let changes = context + [(option.name, value)]
          var training = TrainingOptions()
          training.kind = .tagged
          guard (try? training.apply(entries(changes), "training")) != nil else { continue }
          let isIdle = training.idle(entries([(option.name, value)])).count == 1
          #expect((try trained(changes) == before) == isIdle, "\(context): \(option.name)=\(value)")
          if isIdle { idle.insert(option.name) }
        }
      }
    }
    #expect(idle == Set(TrainingOptions.described.filter { $0.needs != nil }.map(\.name)), "each has been seen")
    var text = TrainingOptions()
    text.kind = .text
    #expect(text.idle(entries([("chunk", "7")])).isEmpty)
  }

  /// A name with values other than the default.
  fileprivate struct Option {
    let name: String
    let others: [String]
  }

  private func entries(_ changes: [(String, String)]) -> [Setting.Entry] {
    changes.map { Setting.Entry(key: $0, line: 1, value: Setting(.scalar($1), file: "test", line: 1)) }
  }

  private func settings(_ plain: BackendSettings, _ changes: [(String, String)]) throws -> BackendSettings {
    var settings = plain
    try settings.apply(entries(changes))
    return settings
  }

  /// Everything that a model shows of itself: parameters with their groups, outputs and gradients in training.
  private func bits(_ plain: BackendSettings, _ changes: [(String, String)]) throws -> [UInt32] {
    let form = Contract.Form("", try settings(plain, changes), .summary)
    let model = try ContractModel(form)
    let groups = model.parameters.groups.map { Float($0.learningRateFactor) }
    let values = model.parameters.values.row.array + model.run(ContractBatch(model.layer)).all + groups
    return values.map(\.bitPattern)
  }

  /// What a short training of falling scores leaves: weights, where it looked, and what it recorded of gradients.
  private func trained(_ changes: [(String, String)]) throws -> [Float] {
    var options = TrainingOptions()
    (options.epochs, options.batch, options.clip) = (4, 8, 0.01)
    try options.apply(entries(changes), "training")
    let data = try Small.tagged(Small.sentences(30), development: Small.sentences(5, seed: 8))
    let task = SpyTask(data, script: (0..<40).map { 0.9 - 0.01 * Double($0) })
    let model = try Small.model(data, task, try Small.backend("gru", width: 5), dropout: 0.2)
    var weights: [Float] = []
    let trainer = Trainer(model, task, options, random: RandomSource(seed: 1)) {
      point in
      weights += model.weights + [Float(point.step), Float(point.learningRate), Float(point.gradients?.steps ?? 0)]
    }
    _ = try trainer.train()
    return weights
  }

  /// Every option with its other choices, or another number that it may be.
  fileprivate static func options<O: Options>(_ plain: O) -> [Option] {
    O.table.compactMap { key in
      guard let present = plain.resolved[key.name] else { return nil }
      var values = key.choices.filter { $0 != present.description }
      if key.choices.isEmpty {
        let numbers: [String] =
          switch present {
          case .integer(let value): [2 * value, value + 2, value - 1].map(String.init)
          case .number(let value): [value == 0 ? 0.25 : value * 0.5, value * 1.0005, 0.25].map { "\($0)" }
          default: []
          }
        values = Array(
          numbers.filter { number in
            var trial = plain
            let entry = Setting.Entry(key: key.name, line: 1, value: Setting(.scalar(number), file: "test", line: 1))
            return number != present.description && (try? trial.apply([entry], "test")) != nil
          }.prefix(1))
      }
      return values.isEmpty ? nil : Option(name: key.name, others: values)
    }
  }
}

extension BackendOptions {
  fileprivate var ownOptions: [IdleOptionTests.Option] { IdleOptionTests.options(self) }
}
