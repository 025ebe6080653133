import Foundation
import Testing

@testable import Web

/// That `nadi config show` has what its help promises.
struct ConfigurationReportTests {
  @Test func reportHasSettingsAndCatalogue() throws {
    var configuration = TestServer.configuration()
    configuration.kafka.membership = .dynamic
    (configuration.output.partitions, configuration.output.replication) = (7, 3)
    let text = try ConfigurationReport.json(configuration)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect((report["kafka"] as? [String: Any])?["membership"] as? String == "dynamic")
    let topics = try #require(report["topics"] as? [String: Any])
    #expect(topics["partitions"] as? Int == 7)
    #expect(topics["replication"] as? Int == 3)
    let catalogue = try #require(report["catalogue"] as? [String: Any])
    #expect(catalogue["zone"] as? String == configuration.catalogue.zone.name)
    #expect((catalogue["metrics"] as? [Any])?.count == configuration.catalogue.metrics.count)
  }
}
