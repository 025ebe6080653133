// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  // Exclusivity is proved by the debug build's tests; its run-time checks cost the hot path a tenth.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let package = Package(
  name: "nadi",
  products: [.executable(name: "nadi", targets: ["nadi"])],
  traits: [
    // Not by default: it compiles BoringSSL, some 400 files.
    .trait(name: "TLS", description: "HTTPS, so that other machines may be let in.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ],
  targets: [
    // The allocator of the whole process: records are allocated on one thread and freed on another.
    .target(
      name: "CRdKafka",
      linkerSettings: [.linkedLibrary("rdkafka"), .linkedLibrary("jemalloc", .when(platforms: [.linux]))]),
    .target(
      name: "CSimdjson", cxxSettings: [.unsafeFlags(["-O3", "-DNDEBUG"])],
      linkerSettings: [.linkedLibrary("simdjson")]),
    .target(
      name: "CAllocator", linkerSettings: [.linkedLibrary("jemalloc", .when(platforms: [.linux]))]),
    .target(name: "Core", swiftSettings: strict),
    .target(
      name: "Formats", dependencies: ["Core", "CSimdjson"], exclude: ["Schemas"], swiftSettings: strict),
    .target(
      name: "Catalogue", dependencies: ["Core", "Formats", .product(name: "Yams", package: "Yams")],
      resources: [.embedInCode("Schemas/configuration.schema.json")], swiftSettings: strict),
    .target(name: "Kafka", dependencies: ["CRdKafka"], swiftSettings: strict),
    .target(name: "Simulator", swiftSettings: strict),
    .target(
      name: "Service",
      dependencies: [
        "Core", "Formats", "Catalogue", "Kafka", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .target(
      name: "Web",
      dependencies: [
        "Service", .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird", condition: .when(traits: ["TLS"])),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TLS"])),
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: strict),
    .target(
      name: "Bench",
      dependencies: ["Core", "Formats", "Catalogue", "Kafka", "Service", "CSimdjson", "CAllocator"],
      swiftSettings: strict),
    .executableTarget(
      name: "nadi",
      dependencies: [
        "Service", "Simulator", "Web", "Bench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),
    .testTarget(
      name: "CoreTests", dependencies: ["Core"], exclude: ["Time/calendar_oracle.py"], swiftSettings: strict),
    .testTarget(name: "FormatsTests", dependencies: ["Formats"], swiftSettings: strict),
    .testTarget(
      name: "CatalogueTests", dependencies: ["Catalogue"], exclude: ["good", "bad"], swiftSettings: strict),
    .testTarget(name: "KafkaTests", dependencies: ["Kafka"], swiftSettings: strict),
    .testTarget(name: "SimulatorTests", dependencies: ["Simulator"], swiftSettings: strict),
    .testTarget(
      name: "WebTests", dependencies: ["Web", .product(name: "NIOHTTP1", package: "swift-nio")],
      swiftSettings: strict),
    .testTarget(name: "BenchTests", dependencies: ["Bench"], swiftSettings: strict),
    .testTarget(name: "OpsTests", dependencies: ["Service"], swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["Service", .product(name: "Logging", package: "swift-log")], swiftSettings: strict),
    .testTarget(
      name: "ServiceTests", dependencies: ["Service", "Simulator"], exclude: ["Scripts/cases"],
      swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)

// libFuzzer brings its own `main`, so this target exists only for `deploy/fuzz`.
if Context.environment["NADI_FUZZ"] != nil {
  package.products.append(.executable(name: "nadi-fuzz", targets: ["Fuzz"]))
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: ["Core", "Formats", "Catalogue", "Service"], path: "Tests/Fuzz",
      exclude: ["corpus"], swiftSettings: strict))
}
