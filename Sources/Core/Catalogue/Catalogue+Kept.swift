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
            // A number is made of what its window keeps and what the panes do.
            let place = groups[group].isLevel ? allWindow : window
            for kept in [place] + windows[place].panes {
              identities.insert(
                keptIdentity(
                  KeptMeasure(
                    group: group, measure: Int(program[position].measure), window: kept, scope: scope)))
            }
          }
        }
        places.append(
          KeptPlace(window: windows[window].name, scope: scopes[scope].name, identities: identities))
      }
    }
    return places
  }

  /// The identities of everything that is kept.
  public var keptIdentities: Set<UInt64> { Set(keptMeasures.map { keptIdentity($0) }) }

  /// Each measure in each window and scope that is kept, in order.
  var keptMeasures: [KeptMeasure] {
    var places: [KeptMeasure] = []
    for (number, group) in groups.enumerated() {
      for measure in 0..<group.measures.count {
        for window in 0..<group.windows.count {
          for scope in 0..<group.scopes.count {
            places.append(
              KeptMeasure(
                group: number, measure: measure, window: Int(group.windows[window].window),
                scope: Int(group.scopes[scope].scope)))
          }
        }
      }
    }
    return places
  }
}

/// A measure in one window and scope, by their positions.
struct KeptMeasure: BitwiseCopyable {
  let group: Int
  let measure: Int
  var window: Int
  let scope: Int
}
