/// What the bytes of libFuzzer are given to; `NADI_FUZZ_TARGET` says which.
enum FuzzTarget: String, CaseIterable {
  /// The event decoder and the core behind it, under the built-in catalogue.
  case event
  /// The same through a mapping of every kind of member; key, headers and value come from the bytes.
  case mapping
  /// A snapshot file, and a state as `Ledger` reads it.
  case snapshot
  /// A configuration file.
  case configuration
}
