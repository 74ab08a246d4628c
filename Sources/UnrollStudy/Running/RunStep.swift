/// What is to be done of a run next.
public enum RunStep: Equatable, Sendable {
  /// It is made, up to so many epochs, or to its end.
  case run(until: Int?)
  /// It waits for others of its search.
  case wait
  case nothing
}

extension [RunRequest] {
  /// What is to be done of each, by what runs have left: a function of that alone, so that all runners of a study agree.
  ///
  /// The candidates of a task and backend that compete are trained to a rung, all of them, before any goes on.
  ///
  /// - Parameter known: records by identity, without those of runs that are to be tried again.
  public func steps(_ known: [String: RunRecord]) -> [RunStep] {
    let searches = Dictionary(grouping: filter { $0.cell.cell.search != nil }, by: \.cell.row).mapValues { runs in
      let records = runs.compactMap { known[$0.identity]?.named(as: $0.cell) }
      return records.isEmpty ? nil : Selection(records)
    }
    return map { request in
      let record = known[request.identity]
      guard let search = request.cell.cell.search else {
        return record?.hasReached(.max) ?? false ? .nothing : .run(until: nil)
      }
      let selection = searches[request.cell.row] ?? nil
      let candidate = selection?.candidates.first { $0.name == request.cell.cell.candidate }
      let rung = selection == nil ? search.rungs[0] : selection?.rung
      guard let record, candidate?.stopped == nil else { return record == nil ? .run(until: rung) : .nothing }
      if !record.hasReached(rung ?? .max) { return .run(until: rung) }
      return record.status == .stopped ? .wait : .nothing
    }
  }
}
