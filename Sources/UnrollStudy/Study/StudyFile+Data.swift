import UnrollData

extension StudyFile {
  /// The data sets of the tasks, each once; of folds the first.
  public var data: [DataRequest] {
    points.map { $0.runs(seeds)[0].request }.reduce(into: []) { found, request in
      if !found.contains(where: { $0.resolved == request.resolved }) { found.append(request) }
    }
  }
}
