import UnrollLayers
import UnrollTraining

/// Dropout, wherever the form can have it.
extension Contract {
  private static func dropping(_ form: Form) throws -> Form {
    Form(form.name, try form.settings.dropping(0.3), form.reading)
  }

  /// Gradients under masks that a seed holds, so that differences can be taken; with zoneout as well where the form may have it.
  ///
  /// What a mask leaves may lie at the kink of a ReLU, or be a row of next to nothing that is normalised.
  static func dropoutGradient(_ form: Form) throws -> Measurement? {
    let forms =
      try [dropping(form)] + (form.settings.withZoneout(0.3).map { [Form(form.name, $0, form.reading)] } ?? [])
    var worst = Measurement(value: 0)
    for form in forms {
      let error = try betterOfTwo { try everyGradient(form, seed: $0) }
      worst.take(error.value, error.place)
    }
    return worst
  }

  static func dropoutRepeats(_ form: Form) throws -> Measurement? {
    let form = try dropping(form)
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    return Measurement(value: differences(model.run(batch, dropoutSeed: 5).all, model.run(batch, dropoutSeed: 5).all))
  }

  /// The least change by another seed, over all kinds of dropout that the form has, each alone.
  static func dropoutVaries(_ form: Form) throws -> Measurement? {
    var least = Measurement(value: .infinity)
    for (key, settings) in try form.settings.droppingEach(0.3) {
      let model = try ContractModel(Form(form.name, settings, form.reading))
      let batch = ContractBatch(model.layer)
      let change = distance(model.run(batch, dropoutSeed: 5).rows, model.run(batch, dropoutSeed: 6).rows)
      if change < least.value { least = Measurement(value: change, place: key) }
    }
    return least
  }

  /// In evaluation a model with dropout is the model without.
  static func dropoutEnds(_ form: Form) throws -> Measurement? {
    let dropping = try dropping(form)
    let (with, without) = (try ContractModel(dropping), try ContractModel(form))
    let batch = ContractBatch(with.layer)
    return Measurement(
      value: differences(with.run(batch, mode: .evaluation).all, without.run(batch, mode: .evaluation).all))
  }
}
