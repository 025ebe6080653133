/// Which currencies the simulated organisation sells in.
public enum SimulatedCurrencies: Sendable, Equatable {
  /// One ISO 4217 code for every amount.
  case single(String)
  /// MYR, SGD, IDR, THB and VND by region, in turn, with daily `rate` records into MYR.
  case byRegion
}
