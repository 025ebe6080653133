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

  /// The identities of everything that is kept.
  public var keptIdentities: Set<UInt64> { Set(keptMeasures.map(\.identity)) }

  /// What is kept: the identity of each measure in each window and scope, in order, with the one of former snapshots.
  var keptMeasures: [(identity: UInt64, former: UInt64)] {
    var keys: [(UInt64, UInt64)] = []
    for (number, group) in groups.enumerated() {
      for measure in 0..<group.measures.count {
        for window in 0..<group.windows.count {
          for scope in 0..<group.scopes.count {
            let (window, scope) = (Int(group.windows[window].window), Int(group.scopes[scope].scope))
            keys.append(
              (
                keptIdentity(group: number, measure: measure, window: window, scope: scope),
                formerIdentity(group: number, measure: measure, window: window, scope: scope)
              ))
          }
        }
      }
    }
    return keys
  }
}
