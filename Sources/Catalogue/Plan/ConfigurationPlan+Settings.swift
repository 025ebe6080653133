import Core

extension ConfigurationPlan {
  /// The settings that differ, apart from metrics, in the order of the file.
  static func settings(from old: Configuration, to new: Configuration) -> [SettingChange] {
    var changes: [SettingChange] = []
    func compare(_ path: String, _ isSame: Bool, isReloadable: Bool) {
      if !isSame { changes.append(SettingChange(path: path, isReloadable: isReloadable)) }
    }
    compare("kafka", old.kafka == new.kafka, isReloadable: false)
    compare("input.topics", old.input == new.input, isReloadable: false)
    compare("output", old.output == new.output, isReloadable: false)
    compare("state.directory", old.state.directory == new.state.directory, isReloadable: false)
    compare(
      "state.snapshot_interval", old.state.snapshotIntervalMillis == new.state.snapshotIntervalMillis,
      isReloadable: true)
    compare(
      "state.snapshots_kept", old.state.snapshotsKept == new.state.snapshotsKept, isReloadable: false)
    compare("http", old.http == new.http, isReloadable: false)
    compare("emit.interval", old.emit == new.emit, isReloadable: true)
    compare("workers", old.workers == new.workers, isReloadable: true)
    compare("limits", old.limits == new.limits, isReloadable: true)
    compare("mappings", old.mappings == new.mappings, isReloadable: true)
    let (before, after) = (old.catalogue, new.catalogue)
    compare("catalogue.zone", before.zone == after.zone, isReloadable: true)
    compare("catalogue.entities", before.entities == after.entities, isReloadable: true)
    compare("catalogue.scopes", before.scopes == after.scopes, isReloadable: true)
    changes += windows(from: before.windows, to: after.windows)
    compare("catalogue.disorder", before.disorderMillis == after.disorderMillis, isReloadable: true)
    compare(
      "catalogue.future_skew", before.futureSkewMillis == after.futureSkewMillis, isReloadable: true)
    compare(
      "catalogue.duplicate_horizon", before.duplicateHorizonMillis == after.duplicateHorizonMillis,
      isReloadable: true)
    compare(
      "catalogue.row_retention", before.rowRetentionMillis == after.rowRetentionMillis, isReloadable: true)
    compare("catalogue.zones", before.scopeZones == after.scopeZones, isReloadable: true)
    compare("catalogue.roster", before.roster == after.roster, isReloadable: true)
    compare("catalogue.tombstones", before.hasTombstones == after.hasTombstones, isReloadable: true)
    compare(
      "limits.dimension_values", before.maximumDimensionValues == after.maximumDimensionValues,
      isReloadable: true)
    return changes
  }

  /// The members of windows that differ, and the list of windows itself when it does.
  private static func windows(
    from old: [WindowDefinition], to new: [WindowDefinition]
  ) -> [SettingChange] {
    var paths = old.map(\.name) == new.map(\.name) ? [] : ["catalogue.windows"]
    for window in new {
      guard let before = old.first(where: { $0.name == window.name }) else { continue }
      let path = "catalogue.windows.\(window.name)"
      if before.kind != window.kind { paths.append(path) }
      if before.graceMillis != window.graceMillis { paths.append("\(path).grace") }
      if before.retentionMillis != window.retentionMillis { paths.append("\(path).retention") }
    }
    return paths.map { SettingChange(path: $0, isReloadable: true) }
  }
}
