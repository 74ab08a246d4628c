import UnrollLayers

/// Dropout, wherever the form can have it.
extension Contract {
  private static func dropping(_ form: Form) throws -> Form {
    Form(form.name, try form.settings.dropping(0.4), form.reading)
  }

  /// With the mask held by its seed, gradients are those of a smooth function.
  static func dropoutGradient(_ form: Form) throws -> Measurement? {
    var worst = try everyGradient(dropping(form))
    if let zoned = try form.settings.zoning(0.3), let error = try everyGradient(Form(form.name, zoned, form.reading)) {
      worst?.take(error.value, "zoneout, " + error.place)
    }
    return worst
  }

  static func dropoutRepeats(_ form: Form) throws -> Measurement? {
    let form = try dropping(form)
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    return Measurement(value: differences(model.run(batch, dropoutSeed: 5).all, model.run(batch, dropoutSeed: 5).all))
  }

  static func dropoutVaries(_ form: Form) throws -> Measurement? {
    let form = try dropping(form)
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    return Measurement(value: distance(model.run(batch, dropoutSeed: 5).rows, model.run(batch, dropoutSeed: 6).rows))
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
