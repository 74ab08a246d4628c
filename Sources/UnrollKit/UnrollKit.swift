/// All of Unroll under one name: `import UnrollKit`.
@_exported import UnrollChecks
@_exported import UnrollCore
@_exported import UnrollData
@_exported import UnrollKernels
@_exported import UnrollLayers
@_exported import UnrollStatistics
@_exported import UnrollStudy
@_exported import UnrollSystem
@_exported import UnrollTraining
