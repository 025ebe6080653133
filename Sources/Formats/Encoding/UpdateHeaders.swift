/// Headers of an update record, after the CloudEvents Kafka binding in binary mode.
public enum UpdateHeaders {
  public static let specificationVersionName: StaticString = "ce_specversion"
  public static let specificationVersion: StaticString = "1.0"
  public static let typeName: StaticString = "ce_type"
  public static let type: StaticString = "io.nadi.metric.updated.v1"
  /// The value is `UpdateEncoder.source`.
  public static let sourceName: StaticString = "ce_source"
  /// The value is `UpdateEncoder.identifier`.
  public static let identifierName: StaticString = "ce_id"
  /// The value is `UpdateEncoder.time`.
  public static let timeName: StaticString = "ce_time"
  public static let contentTypeName: StaticString = "content-type"
  public static let contentType: StaticString = "application/json"
}
