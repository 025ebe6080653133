import Catalogue
import Core

/// Taking another configuration at a commit boundary: all of it, or nothing.
extension RunService {
  /// Takes the configuration that somebody asked for, if so; right behind a commit, or while there is no state.
  func reloadIfDue(_ publisher: Publisher) {
    guard let reloader, reloader.isDue else { return }
    reloader.handle(from: configuration) { next, _ in try take(next, publisher) }
  }

  private func take(_ next: Configuration, _ publisher: Publisher) throws {
    let nextCatalogue = try Core.Catalogue(next.catalogue)
    // Nothing below this line fails, so that a refused configuration leaves no trace.
    let adapted = try tenure.map { try $0.adapted(to: next, catalogue: nextCatalogue) }
    let adaptedStandby = try standby.map { try $0.adapted(to: next, catalogue: nextCatalogue) }
    configuration = next
    catalogue = nextCatalogue
    (tenure, standby) = (adapted, adaptedStandby)
    publisher.use(nextCatalogue)
    snapshots.intervalMillis = next.state.snapshotIntervalMillis
    // What is new is counted from here on, and after a crash it must not be counted from an older snapshot on.
    if let engine { snapshots.takeAnyway(engine.ledger) }
    onReload?(next)
  }
}
