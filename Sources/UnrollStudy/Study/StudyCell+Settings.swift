import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

extension StudyCell {
  /// The cell of resolved settings: the way back from `resolved`, by the tables that read a study.
  ///
  /// Versions are not read: whoever has the settings compares them with `resolved`, which has those of this program.
  /// - Parameters:
  ///   - file: where the settings stand, for complaints.
  ///   - source: where the study asks for files of its own.
  init(
    settings: Value, file: String, source: Setting?, study: String, question: String, cell: RunRecord.Cell,
    order: RunRecord.Order
  ) throws {
    let read = ResolvedSettings(settings, file: file)
    let request = try read.request(source)
    let task = try read.task(request.kind)
    let model = try read.model(for: task, numbers: request.isOfNumbers)
    let (training, (backend, budget)) = (try read.training(request.kind), try read.backend())
    guard cell.seed >= 0 else { throw InputError("seed must be 0 or more, not \(cell.seed)", file: file) }
    var cell = cell
    cell.kind = task.name
    self.init(
      study: study, question: question, cell: cell, shift: 0, order: order,
      size: budget.map(ModelSize.budget) ?? .width(backend.stack.width), request: request, task: task,
      backend: backend, model: model, training: training, source: source ?? request.setting)
  }
}
