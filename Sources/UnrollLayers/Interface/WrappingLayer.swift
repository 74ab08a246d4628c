import UnrollKernels

/// A layer around another: like it in all that it does not say itself. Its rows' last steps are its summary, unless it says otherwise.
protocol WrappingLayer: SequenceLayer {
  var inner: any SequenceLayer { get }
  /// What is carried beside the inner layer's state, behind which it stands.
  var ownSlots: [StateSlot] { get }
}

extension WrappingLayer {
  var inputWidth: Int { inner.inputWidth }
  var outputWidth: Int { inner.outputWidth }
  var ownSlots: [StateSlot] { [] }
  var slots: [StateSlot] { inner.slots + ownSlots }
  var isCausal: Bool { inner.isCausal }
  var multiplyAdds: Int { inner.multiplyAdds }
  var innerLayers: [any SequenceLayer] { [inner] }

  /// A state's matrices, or their gradients, of the inner layer, and those of `ownSlots`.
  func split(_ state: [Matrix]?) -> (inner: [Matrix]?, own: [Matrix]?) {
    let parts = state?.split(at: inner.slots.count)
    return (parts?.first, parts?.rest)
  }
}
