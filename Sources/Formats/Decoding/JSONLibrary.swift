import CSimdjson

/// Facts about the JSON library in use.
public enum JSONLibrary {
  /// The version of simdjson that the program was built with, such as "3.1.0".
  public static var version: String { String(cString: nadi_json_library_version()) }
}
