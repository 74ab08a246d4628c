/// The program's version, as records and `--version` show it.
public enum Version {
  public static let text = "0.1.0"
}
