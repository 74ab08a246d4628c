extension Machine {
  /// What a measurement was made on, as a record keeps it.
  public struct Environment: Codable, Equatable, Sendable {
    /// The processor's model, in its maker's words.
    public var cpu: String
    /// Operating system and its version.
    public var system: String
    /// Library name to version: openblas, gsl, swift.
    public var libraries: [String: String]
    /// Of Unroll.
    public var version: String
    /// Of the checkout that the program was built in; ` + changes` where its sources are not those of the commit.
    public var commit: String
    /// Tells one build of the program from another. Like the next two, absent in records of before it was recorded.
    public var build: String? = nil
    /// Runs that the study allowed at the same time.
    public var jobs: Int? = nil
    /// The machine's load average over the last minute of the run: processes that ran or wanted to.
    public var load: Double? = nil

    package init(
      cpu: String, system: String, libraries: [String: String], version: String, commit: String, build: String? = nil
    ) {
      (self.cpu, self.system, self.libraries) = (cpu, system, libraries)
      (self.version, self.commit, self.build) = (version, commit, build)
    }
  }
}
