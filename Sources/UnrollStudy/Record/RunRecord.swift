import UnrollCore
import UnrollData
import UnrollLayers
import UnrollSystem
import UnrollTraining

/// Everything a reader needs to trust one number: what one run (one cell of a grid with one seed) leaves behind.
///
/// Written once, atomically, at the end of the run. Reports are pure functions of these.
public struct RunRecord: Codable, Equatable, Sendable {
  /// How a run ended.
  public enum Status: String, Codable, Sendable {
    /// With scores.
    case finished
    /// A loss, a gradient or an output was no number any more.
    case diverged
    /// Before it had anything to score: an error, or the process died.
    case failed
    /// After a rung of its search, without a test score; where the search lets it, it goes on.
    case stopped
  }

  /// Candidates that compete as they train, a task's and backend's own.
  public struct Search: Codable, Equatable, Hashable, Sendable {
    /// Epochs after which some stop, and at last all epochs.
    public var rungs: [Int]
    /// How many runs compete: candidates times seeds.
    public var runs: Int
  }

  /// Where the run stands in its study.
  public struct Cell: Codable, Equatable, Hashable, Sendable {
    /// The task's name within the study, for example `wordnet-supersense`.
    public var task: String
    /// The kind of task: `tagging`, `classification`, `language-modelling`.
    public var kind: String
    /// The backend with the options that this study compares, for example `lstm` or `lstm layers=2`.
    public var backend: String
    /// Of initial values, order and dropout.
    public var seed: Int
    /// Which of several settings it is, of which development chooses one, for example `learning_rate=0.003 dropout=0.2`; absent where
    /// there is one.
    public var candidate: String? = nil
    /// What it takes part in; absent where every candidate trains to the end.
    public var search: Search? = nil

    /// The backend with its candidate.
    public var title: String { ([backend] + [candidate].compactMap(\.self)).joined(separator: " ") }

    private enum CodingKeys: String, CodingKey {
      case task, backend, seed, candidate, search
      // What records have called it from the first on.
      case kind = "harness"
    }
  }

  /// Where the study lists the cell, so that a report can keep the study's order instead of sorting names.
  public struct Order: Codable, Equatable, Sendable {
    /// Its number among the study's tasks, from 0.
    public var task: Int
    /// Its place among the study's backends and their compared options, from 0.
    public var backend: Int
  }

  /// Why a run left no scores.
  public struct Failure: Codable, Equatable, Sendable {
    /// One sentence.
    public var message: String
    /// The step at which it happened, and the first tensor that was not finite.
    public var step: Int?
    /// `loss`, `gradient of NAME` or a parameter's name; nil where nothing diverged.
    public var tensor: String?
    /// The split on which it was seen, where that was an evaluation.
    public var split: Split? = nil
  }

  /// What a model took: size, speed, memory.
  public struct Cost: Codable, Equatable, Sendable {
    /// Numbers that training changes; frozen vectors are none of them.
    public var parameters: Int
    /// What the study asked for, when it set a budget: of one quantity at most.
    public var parameterBudget: Int? = nil
    /// Floats of state that were asked for.
    public var stateBudget: Int? = nil
    /// Multiply-adds a token that were asked for.
    public var multiplyAddsBudget: Int? = nil
    /// The width that was used (solved from the budget, or given).
    public var width: Int
    /// Floats carried from step to step for one sequence; for a backend that reads the whole sequence at once, nil.
    public var stateFloats: Int?
    /// Of a token in a long sequence, forward.
    public var multiplyAddsPerToken: Int
    /// Over the time of training alone, without evaluation; 0 where there was no step.
    public var trainingTokensPerSecond: Double
    /// On the test split, batch by batch.
    public var inferenceTokensPerSecond: Double
    /// Microseconds of a step of one sequence, token by token; absent from earlier records, and where a model needs the whole sequence.
    public var stepMicroseconds: Double? = nil
    /// Peak resident memory of the run's process in MiB.
    public var peakMemory: Double
    /// Seconds of the run from data to scores.
    public var seconds: Double

    /// The one of the three that is not nil.
    public var budget: Budget? {
      get {
        let amounts = [parameterBudget, stateBudget, multiplyAddsBudget]
        return zip(Budget.Quantity.allCases, amounts).lazy.compactMap { quantity, amount in
          amount.map { Budget(quantity, $0) }
        }.first
      }
      set {
        func amount(_ quantity: Budget.Quantity) -> Int? { newValue?.quantity == quantity ? newValue?.amount : nil }
        (parameterBudget, stateBudget) = (amount(.parameters), amount(.stateFloats))
        multiplyAddsBudget = amount(.multiplyAdds)
      }
    }

    /// How much of a quantity the model has.
    func amount(of quantity: Budget.Quantity) -> Int {
      switch quantity {
      case .parameters: parameters
      case .stateFloats: stateFloats ?? 0
      case .multiplyAdds: multiplyAddsPerToken
      }
    }
  }

  /// Data set facts, as the report's provenance shows them.
  public struct DataSummary: Codable, Equatable, Sendable {
    /// Of the set, or what the study calls its own files.
    public var name: String
    /// Empty for a study's own files.
    public var version: String
    /// In the words of the data's publisher; may be empty.
    public var licence: String
    /// Hexadecimal SHA-256 of options and files; empty where they could not be read.
    public var digest: String
    /// Sequences (or tokens, for running text) per split.
    public var sizes: [Split: Int]
    /// Tokens V; of pairs those of the sources.
    public var vocabulary: Int
    /// Classes K, or columns of numbers where those are asked for; 0 where nothing was read.
    public var classes: Int
    /// What a reader should know about how the data were read and split; absent when there is nothing.
    public var remarks: [String]? = nil
    /// Share of tokens per split that are `<unk>`, of pairs those of the sources; absent from records made before it was counted.
    public var unknownShares: [Split: Double]? = nil
    /// Tokens of the targets of pairs; absent of all else.
    public var targetVocabulary: Int? = nil
    /// Share of the targets' tokens per split that are `<unk>`; absent of all but pairs.
    public var unknownTargetShares: [Split: Double]? = nil
  }

  /// Parameters that the optimiser treats alike, and how many they are.
  public struct Group: Equatable, Sendable {
    /// Learning-rate factor and weight decay.
    public var treatment: ParameterGroup
    /// How many numbers it has.
    public var count: Int
  }

  /// The layout that it was written in, up to `currentFormat`.
  public var format: Int
  /// The study's name: that of its file.
  public var study: String
  /// What the study asks.
  public var question: String
  /// Its place: task, backend, candidate, seed.
  public var cell: Cell
  /// Absent: the report sorts by name.
  public var order: Order? = nil
  /// Digest of the resolved settings and of the data: the run's identity.
  public var identity: String
  /// Whether it has scores.
  public var status: Status
  /// Nil of a finished run.
  public var failure: Failure?
  /// Every resolved setting: `backend`, `task`, `data`, `training`, `model`, `seed`.
  public var settings: Value
  /// What it was trained and judged on.
  public var data: DataSummary
  /// The first is the primary metric.
  public var metrics: [Metric]
  /// Losses and development scores, evaluation by evaluation.
  public var curve: [CurvePoint]
  /// The epoch whose weights were kept.
  public var bestEpoch: Double?
  /// Split to metric name to value. Training scores stand for a fixed sample.
  public var scores: [Split: [String: Double]]
  /// The baseline's name (`most frequent label`, `unigram`) and its test scores.
  public var baseline: String
  /// Of the test split, by metric.
  public var baselineScores: [String: Double]
  /// Size, speed and memory.
  public var cost: Cost
  /// Parameters by how the optimiser treats them.
  public var groups: [Group]
  /// Processor, libraries and build.
  public var environment: Machine.Environment
  /// What the layers reported of themselves after training (`discretisation error`); absent where they report nothing.
  public var measurements: [String: Double]? = nil
  /// What gradients do before training and with the weights that were kept, on development; absent where nobody asked.
  public var diagnosis: TrainingDiagnosis? = nil
  /// How the weights that were kept did on every test item; absent from records of format 1, and where nothing was scored.
  public var items: ItemScores? = nil
  /// Which classes were taken for which on the test split; absent where classes have no names of their own, as items are.
  public var confusion: Confusion? = nil
  /// Spans of the test split that were there, predicted, and both, by type; absent where labels are no spans.
  public var spans: SpanCounts? = nil
  /// How sure the model was beside how often it was right on the test split; absent where a head does not say.
  public var calibration: Calibration? = nil
  /// Scores by what the targets of the test split are like; absent where all are alike.
  public var breakdowns: [Breakdown]? = nil
}

extension RunRecord {
  /// The layout of this struct; raise it when an older program could not read a record, or would lose a part of it when it writes it
  /// again. A record keeps the format that it was written in. Format 2 came with `items`, 3 with their `parts`, 4 with `confusion`,
  /// `calibration`, `breakdowns`, `stepMicroseconds`, `diagnosis`, candidates and searches.
  public static let currentFormat = 4

  /// What gradients did in a network, and do.
  public struct TrainingDiagnosis: Codable, Equatable, Sendable {
    /// With the first values.
    public var before: Diagnosis
    /// Absent where training broke.
    public var after: Diagnosis?
    /// Norms since the last evaluation, where training broke.
    public var broken: GradientNorms? = nil
  }
}

extension RunRecord.Search {
  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: CodingKeys.self)
    (rungs, runs) = (try table.decode([Int].self, forKey: .rungs), try table.decode(Int.self, forKey: .runs))
    let limit = 1_000_000
    guard rungs.count > 1, zip([0] + rungs, rungs + [limit]).allSatisfy(<), (1...limit).contains(runs) else {
      throw DecodingError.dataCorruptedError(forKey: .rungs, in: table, debugDescription: "no search")
    }
  }
}

/// In a record count and treatment are one table.
extension RunRecord.Group: Codable {
  private enum Key: CodingKey { case count }

  public init(from decoder: any Decoder) throws {
    treatment = try ParameterGroup(from: decoder)
    count = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .count)
  }

  public func encode(to encoder: any Encoder) throws {
    try treatment.encode(to: encoder)
    var table = encoder.container(keyedBy: Key.self)
    try table.encode(count, forKey: .count)
  }
}
