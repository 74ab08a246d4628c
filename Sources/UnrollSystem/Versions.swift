import CUnroll

/// What the last digits of results hang on, for the records: versions of the libraries below, and the processor's instructions.
public enum Versions {
  /// Name to version: `openblas`, `gsl`, `fftw`, and under `instructions` the widest that our own loops use here.
  public static var libraries: [String: String] {
    [
      "openblas": String(cString: un_blas_config()).trimmed, "gsl": String(cString: un_gsl_version()).trimmed,
      "fftw": String(cString: un_fftw_version()).trimmed,
      "instructions": instructions,
    ]
  }

  /// The widest that are used: `AVX-512`, `AVX2` or `plain`.
  public static var instructions: String { String(cString: un_instructions()) }
}

extension String {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
