// swift-tools-version: 6.1
// Gateway Lab needs the Swift toolchain alone: no package dependencies in the default build.

import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The rooms of the house and who may import whom (the table of the design; a test reads the
/// `import` lines and compares them with this list, because SwiftPM checks it on clean builds only).
let rooms: [(name: String, imports: [String])] = [
  ("Vocabulary", []),
  ("Settings", ["Vocabulary"]),
  ("Chance", ["Vocabulary", "Settings"]),
  ("GatewayCore", ["Vocabulary", "Settings", "Chance"]),
  ("Providers", ["Vocabulary", "Settings", "Chance"]),
  ("Traffic", ["Vocabulary", "Settings", "Chance"]),
  ("Engine", ["Vocabulary", "Settings", "Chance", "GatewayCore", "Providers", "Traffic"]),
  ("Measures", ["Vocabulary"]),
  ("Statistics", ["Vocabulary", "Chance"]),
  (
    "Scenarios",
    [
      "Vocabulary", "Settings", "Chance", "GatewayCore", "Providers", "Traffic", "Engine",
      "Measures", "Statistics",
    ]
  ),
  (
    "Laboratory",
    [
      "Vocabulary", "Settings", "Chance", "GatewayCore", "Providers", "Traffic", "Engine",
      "Measures", "Statistics", "Scenarios",
    ]
  ),
  ("Reports", ["Vocabulary", "Measures", "Statistics"]),
  (
    "Commands",
    [
      "Vocabulary", "Settings", "Chance", "GatewayCore", "Providers", "Traffic", "Engine",
      "Measures", "Statistics", "Scenarios", "Laboratory", "Reports",
    ]
  ),
  ("Notebooks", ["Commands"]),
]

/// Rooms whose tests compare with committed text in `Tests/…/Snapshots`, which is no source.
let roomsWithSnapshots = ["Commands", "Reports"]

/// Rooms that a room's tests need beyond what the room itself may import.
let testImports = ["GatewayCore": ["Depth"], "Engine": ["Measures", "Depth"]]

let package = Package(
  name: "gateway-lab",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "gateway-lab", targets: ["gateway-lab"]),
    .library(name: "GatewayCore", targets: ["GatewayCore"]),
  ],
  targets: rooms.map { room in
    .target(
      name: room.name, dependencies: room.imports.map { .init(stringLiteral: $0) },
      swiftSettings: strict)
  }
    + rooms.map { room in
      .testTarget(
        name: room.name + "Tests",
        dependencies: (room.imports + [room.name] + testImports[room.name, default: []])
          .map { .init(stringLiteral: $0) },
        exclude: roomsWithSnapshots.contains(room.name) ? ["Snapshots"] : [],
        swiftSettings: strict)
    } + [
      // What the tests of several rooms share: how deep a run goes.
      .target(name: "Depth", path: "Tests/Depth", swiftSettings: strict),
      .executableTarget(
        name: "gateway-lab", dependencies: ["Commands", "Notebooks"], swiftSettings: strict),
      .testTarget(name: "RepositoryTests", swiftSettings: strict),
    ],
  swiftLanguageModes: [.v6]
)
