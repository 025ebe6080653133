/// When something happened and when its record arrives.
struct Stamp: Sendable {
  let occurredAt: Int64
  let arrivalAt: Int64
  let isLate: Bool
}
