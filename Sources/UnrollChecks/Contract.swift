import UnrollCore
import UnrollLayers

/// What every backend must keep, measured: one battery over `Backends.all`, run by `unroll check` and by the tests.
///
/// A check is a function from a form (a backend with settings and a reading) to a figure, which must stay within the check's
/// limit. A new check is one line in `checks`; a new backend needs nothing here, since its forms come from its option table.
public enum Contract {
  /// A backend with settings, as some task reads it.
  public struct Form: Sendable {
    /// What differs from the plain form.
    public let name: String
    /// The backend with its options and those of the stack around it.
    public let settings: BackendSettings
    /// Which output of the backend the checks read.
    public let reading: Reading

    /// A form of your own, beside those of `forms(of:)`.
    ///
    /// - Parameters:
    ///   - name: tells it from others in a result.
    ///   - settings: the backend; small widths, since differences are taken through every parameter.
    ///   - reading: what a task would read of it.
    public init(_ name: String, _ settings: BackendSettings, _ reading: Reading) {
      self.name = name
      self.settings = settings
      self.reading = reading
    }
  }

  /// What one check measured.
  public struct Figure: Codable, Sendable {
    /// Which check it is, in the words of `unroll check`.
    public let check: String
    /// The worst value seen; not a number counts as infinite.
    public let worst: Double
    /// What `worst` may be at most, or with `atLeast` must be.
    public let limit: Double
    /// The figure must reach the limit instead of staying below it.
    public let atLeast: Bool
    /// Where the worst value was: a parameter, a slot, a step.
    public let place: String

    /// Within the limit.
    public var passes: Bool { atLeast ? worst >= limit : worst <= limit }

    /// How much of the limit is used up: above 1 it fails.
    public var strain: Double {
      let (part, whole) = atLeast ? (limit, worst) : (worst, limit)
      return part == 0 ? 0 : part / whole
    }
  }

  /// All figures of one form.
  public struct Result: Codable, Sendable {
    /// The backend's name in a study.
    public let backend: String
    /// What differs from the plain form.
    public let form: String
    /// What was read of the backend: a `Reading`.
    public let reading: String
    /// One of every check that has a meaning for the form.
    public let figures: [Figure]

    /// Whether all figures are within their limits.
    public var passes: Bool { figures.allSatisfy(\.passes) }
  }

  /// Every check that has a meaning for this form.
  ///
  /// - Throws: `InputError` for a form whose settings cannot be built.
  public static func run(_ form: Form) throws -> Result {
    let figures = try checks.compactMap { try $0.figure(form) }
    return Result(backend: form.settings.name, form: form.name, reading: form.reading.rawValue, figures: figures)
  }

  static let checks: [Check] = [
    Check("gradient of the parameters", 5e-3) { try parameterGradient($0) },
    Check("gradient of the input", 5e-3) { try inputGradient($0) },
    Check("gradient of the initial state", 5e-3) { try stateGradient($0) },
    Check("gradient of the final state", 5e-3) { try finalStateGradient($0) },
    Check("gradient, no initial state", 5e-3) { try stateless($0) },
    Check("gradient, length one", 5e-3) { try everyGradient($0, lengths: [1, 1, 1]) },
    Check("gradient, batch one", 5e-3) { try everyGradient($0, lengths: [6]) },
    Check("parts of the gradient add up", 2e-5) { try partsAddUp($0) },
    Check("no state = empty state", 0) { try noStateIsEmptyState($0) },
    Check("ragged batch = one at a time", 2e-5) { try raggedIsOneAtATime($0) },
    Check("whole = step by step", 2e-5) { try wholeIsStepByStep($0) },
    Check("whole = in two chunks", 2e-5) { try wholeIsInChunks($0) },
    Check("gradient of the whole = in two chunks", 2e-5) { try gradientInChunks($0) },
    Check("causality", 1e-6) { try leakFromFuture($0) },
    // In a residual stack the last token reaches the first output by a narrow way: 4e-5 in both directions of `mamba`.
    Check("uses the future, as declared", 1e-5, atLeast: true) { try useOfFuture($0) },
    Check("evaluation = training", 1e-6) { try evaluationIsTraining($0) },
    Check("same seed, same bits", 0) { try sameSeedSameBits($0) },
    Check("threads, same bits", 0) { try threadsSameBits($0) },
    Check("save, load, same bits", 0) { try saveLoadSameBits($0) },
    Check("declared sizes = buffers", 0) { try declaredSizes($0) },
    Check("arguments stay", 0) { try argumentsStay($0) },
    Check("memory grows only at first", 0) { try memoryGrowth($0) },
    Check("values that are not finite", 0) { try notFinite($0) },
    Check("dropout: gradient", 5e-3) { try dropoutGradient($0) },
    Check("dropout: same seed, same mask", 0) { try dropoutRepeats($0) },
    Check("dropout: other seed, other mask", 1e-3, atLeast: true) { try dropoutVaries($0) },
    Check("dropout: none in evaluation", 0) { try dropoutEnds($0) },
    Check("convolution = recurrence = scan", 2e-5) { try algorithmsAgree($0) },
  ]
}

extension Contract {
  /// A figure and where it was found.
  struct Measurement {
    var value: Double
    var place = ""

    /// Keeps the larger value; not a number is larger than all.
    mutating func take(_ other: Double, _ where: @autoclosure () -> String) {
      if other > value || other.isNaN { (value, place) = (other.isNaN ? .infinity : other, `where`()) }
    }
  }

  struct Check: Sendable {
    let name: String
    let limit: Double
    let atLeast: Bool
    private let measure: @Sendable (Form) throws -> Measurement?

    init(
      _ name: String, _ limit: Double, atLeast: Bool = false,
      _ measure: @escaping @Sendable (Form) throws -> Measurement?
    ) {
      self.name = name
      self.limit = limit
      self.atLeast = atLeast
      self.measure = measure
    }

    /// What is not a number counts as the worst that there is; nil where the check has no meaning.
    func figure(_ form: Form) throws -> Figure? {
      try measure(form).map { measured in
        let refused = atLeast ? 0 : Double.greatestFiniteMagnitude
        return Figure(
          check: name, worst: measured.value.isFinite ? measured.value : refused, limit: limit, atLeast: atLeast,
          place: measured.place)
      }
    }
  }

  /// max|a − b| / max(max|b|, 1e−3); infinite where the counts differ or something is not a number.
  static func distance(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    let scale = max(b.map { Double(abs($0)) }.max() ?? 0, 1e-3)
    let largest = zip(a, b).map { $0 == $1 ? 0 : abs(Double($0) - Double($1)) }.max() ?? 0
    return zip(a, b).contains { ($0 - $1).isNaN && $0 != $1 } ? .infinity : largest / scale
  }

  /// How many values differ in a bit.
  static func differences(_ a: [Float], _ b: [Float]) -> Double {
    a.count == b.count ? Double(zip(a, b).count { $0.bitPattern != $1.bitPattern }) : .infinity
  }
}
