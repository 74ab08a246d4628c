/// The program's version, as records and `--version` show it.
public enum Version {
  /// Three numbers, as `unroll --version` prints them.
  public static let text = "0.1.0"
}
