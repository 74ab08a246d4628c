import UnrollKernels

extension LinearRecurrentUnit {
  func stream(_ u: Matrix, _ pass: Pass) -> SequenceStream {
    let (arena, count, real, imaginary) = (pass.arena, u.rows, 0..<size, size..<2 * size)
    let minusImaginary = arena.copy(pass.value(outputImaginary))
    Kernels.scale(minusImaginary, by: -1)
    let inputs = [pass.value(inputReal), pass.value(inputImaginary)].map { PackedWeights($0, transposed: true, arena) }
    let outputs = [pass.value(outputReal), minusImaginary].map { PackedWeights($0, transposed: true, arena) }
    let system = LRUSystem(poles(pass.value))
    let (v, x, y) = (arena.matrix(count, 2 * size), arena.matrix(count, 2 * size), arena.matrix(count, outputWidth))
    let skip = arena.matrix(count, outputWidth)
    Kernels.fillRows(skip, with: pass.value(self.skip))
    return SequenceStream(u, y, [StreamSlot(slots[0], in: x, pass)], pass) {
      Kernels.multiply(u, inputs[0], into: v.columns(real))
      Kernels.multiply(u, inputs[1], into: v.columns(imaginary))
      Kernels.linearStep(system, v, state: x)
      Kernels.multiplyElements(skip, u, into: y)
      Kernels.multiply(x.columns(real), outputs[0], adding: true, into: y)
      Kernels.multiply(x.columns(imaginary), outputs[1], adding: true, into: y)
    }
  }
}
