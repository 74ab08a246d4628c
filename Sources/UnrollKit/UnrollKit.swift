/// All of Unroll under one name: `import UnrollKit`.
@_exported import UnrollCore
@_exported import UnrollData
@_exported import UnrollKernels
@_exported import UnrollLayers
@_exported import UnrollStudy
@_exported import UnrollTraining
