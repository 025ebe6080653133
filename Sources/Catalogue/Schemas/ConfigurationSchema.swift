/// The JSON Schema of the configuration file.
public enum ConfigurationSchema {
  public static var json: [UInt8] { PackageResources.configuration_schema_json }
}
