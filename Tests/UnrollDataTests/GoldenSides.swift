/// The sides of the first forty lines of `SplitTests`, from another implementation of SHA-256: a change here silently
/// changes every published split.
enum GoldenSides {
  static let development = [10, 13, 29].map { "text number \($0)" }
  static let test = [1, 5, 12, 15, 24, 26, 39].map { "text number \($0)" }
}
