/// What state the metrics rest on, to be compared with that of another catalogue.
extension Catalogue {
  /// One window and scope of a metric, with the identities of the measures that are kept for it.
  public struct KeptPlace: Sendable, Equatable {
    public let window: String
    public let scope: String
    public let identities: Set<UInt64>
  }

  /// Where a metric has numbers, and what each of them rests on.
  public func keptPlaces(ofMetric index: Int) -> [KeptPlace] {
    let metric = metrics[index]
    let allWindow = windows.firstIndex { $0.isAll } ?? -1
    var places: [KeptPlace] = []
    for window in windows.indices where metric.windows[window] {
      for scope in scopes.indices where metric.scopes[scope] {
        var identities: Set<UInt64> = []
        for program in [metric.formula, metric.sample] {
          for position in 0..<program.count where program[position].group >= 0 {
            let group = Int(program[position].group)
            identities.insert(
              keptIdentity(
                group: group, measure: Int(program[position].measure),
                window: groups[group].isLevel ? allWindow : window, scope: scope))
          }
        }
        places.append(
          KeptPlace(window: windows[window].name, scope: scopes[scope].name, identities: identities))
      }
    }
    return places
  }

  /// The identities of everything that is kept for any metric.
  public var keptIdentities: Set<UInt64> {
    metrics.indices.reduce(into: []) { all, metric in
      for place in keptPlaces(ofMetric: metric) { all.formUnion(place.identities) }
    }
  }
}
