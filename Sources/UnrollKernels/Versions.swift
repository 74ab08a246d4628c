import CUnroll

/// Versions of the libraries below, for the records.
public enum Versions {
  public static var libraries: [String: String] {
    [
      "openblas": String(cString: un_blas_config()).trimmed, "gsl": String(cString: un_gsl_version()).trimmed,
      "fftw": String(cString: un_fftw_version()).trimmed,
    ]
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
