import CLibrary
import UnrollCore
import UnrollKernels

extension SelectiveScan {
  var algorithms: [Algorithm] { [Algorithm("recurrence", SelectiveRecurrence(scan: self)), Algorithm("scan", self)] }
}

/// A selective scan as its equations stand, one step after the other in double precision: what the scan is held against.
struct SelectiveRecurrence: SequenceLayer {
  let scan: SelectiveScan

  var inputWidth: Int { scan.inputWidth }
  var outputWidth: Int { scan.outputWidth }
  var slots: [StateSlot] { scan.slots }
  var multiplyAdds: Int { scan.multiplyAdds }

  func forward(_ u: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (size, rank) = (scan.stateSize, scan.rank)
    let (projected, _) = scan.projection.forward(u, pass)
    let (time, _) = scan.time.forward(projected.columns(0..<rank), pass)
    let (logA, d) = (pass.value(scan.logA), pass.value(scan.d))
    let final = pass.arena.zeros(pass.steps.sequences, scan.channels * size)
    if let state { Kernels.copy(state[0], to: final) }
    let y = pass.arena.matrix(u.rows, scan.channels)
    for b in 0..<pass.steps.sequences {
      var x = final.rows(b..<b + 1).array.map(Double.init)
      for t in 0..<Int(pass.steps.lengths[b]) {
        let row = Int(pass.steps.offset[t]) + b
        for h in 0..<scan.channels {
          let (input, raw) = (Double(u[row, h]), Double(time[row, h]))
          let delta = max(raw, 0) + log1p(exp(-abs(raw)))
          var sum = Double(d[0, h]) * input
          for n in 0..<size {
            let decay = exp(-delta * exp(Double(logA[h, n])))
            x[h * size + n] = decay * x[h * size + n] + delta * Double(projected[row, rank + n]) * input
            sum += Double(projected[row, rank + size + n]) * x[h * size + n]
          }
          y[row, h] = Float(sum)
        }
      }
      final.rows(b..<b + 1).assign(x.map(Float.init))
    }
    return (
      SequenceOutput(rows: y, state: [final], pass),
      { _ in preconditionFailure("the plain recurrence is for comparison; training runs the scan") }
    )
  }
}
