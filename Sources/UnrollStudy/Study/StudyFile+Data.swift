import UnrollData

extension StudyFile {
  /// The data sets of the tasks, each once.
  public var data: [DataRequest] {
    points.map(\.request).reduce(into: []) { found, request in
      if !found.contains(where: { $0.resolved == request.resolved }) { found.append(request) }
    }
  }
}
