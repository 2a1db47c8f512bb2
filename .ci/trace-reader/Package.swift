// swift-tools-version: 6.1
// The trace reader alone, to be measured: .ci/steps links the four rooms beside it.

import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "trace-reader",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "Vocabulary", swiftSettings: strict),
    .target(name: "Settings", dependencies: ["Vocabulary"], swiftSettings: strict),
    .target(name: "Chance", dependencies: ["Vocabulary", "Settings"], swiftSettings: strict),
    .target(
      name: "Traffic", dependencies: ["Vocabulary", "Settings", "Chance"], swiftSettings: strict),
    .executableTarget(
      name: "trace-reader", dependencies: ["Traffic"], exclude: ["Package.swift"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
