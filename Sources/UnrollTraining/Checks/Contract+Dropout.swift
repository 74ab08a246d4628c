import UnrollLayers

/// Dropout, wherever the form can have it.
extension Contract {
  private static func dropping(_ form: Form) throws -> Form? {
    try form.settings.dropping(0.4).map { Form(form.name, $0, form.reading) }
  }

  /// With the mask held by its seed, gradients are those of a smooth function.
  static func dropoutGradient(_ form: Form) throws -> Measurement? {
    try dropping(form).flatMap { try everyGradient($0) }
  }

  static func dropoutRepeats(_ form: Form) throws -> Measurement? {
    guard let form = try dropping(form) else { return nil }
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    return Measurement(value: differences(model.run(batch, dropoutSeed: 5).all, model.run(batch, dropoutSeed: 5).all))
  }

  static func dropoutVaries(_ form: Form) throws -> Measurement? {
    guard let form = try dropping(form) else { return nil }
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    return Measurement(value: distance(model.run(batch, dropoutSeed: 5).rows, model.run(batch, dropoutSeed: 6).rows))
  }

  /// In evaluation a model with dropout is the model without.
  static func dropoutEnds(_ form: Form) throws -> Measurement? {
    guard let dropping = try dropping(form) else { return nil }
    let (with, without) = (try ContractModel(dropping), try ContractModel(form))
    let batch = ContractBatch(with.layer)
    return Measurement(
      value: differences(with.run(batch, mode: .evaluation).all, without.run(batch, mode: .evaluation).all))
  }
}
