import Foundation
import Testing
import Vocabulary

@testable import Providers

@Suite("The price book")
struct PriceBookTests {
  @Test("has at least sixty models, each once, of all the large vendors and of hosts of open ones")
  func size() {
    let rows = PriceBook.rows
    #expect(rows.count >= 60)
    #expect(Set(rows.map(\.name)).count == rows.count)
    let providers = Set(rows.map(\.provider))
    #expect(
      providers.isSuperset(of: [
        "openai", "anthropic", "google", "mistral", "azure", "bedrock", "groq", "together",
        "fireworks", "deepinfra",
      ]))
  }

  @Test("is plausible: cached is cheaper than fresh, writing dearer, batch half, long dearer")
  func plausible() {
    for row in PriceBook.rows {
      let sheet = row.card.sheet
      #expect(sheet.input > .zero && sheet.output >= sheet.input, "\(row.name)")
      #expect(sheet.cachedInput <= sheet.input && sheet.cacheWrite >= sheet.input, "\(row.name)")
      for service in row.card.services {
        let ratio =
          Double(service.input.femtodollars) / Double(sheet.input.femtodollars)
        let bounds = service.tier == .priority ? 1.2...3.0 : 0.2...1.0
        #expect(bounds.contains(ratio), "\(row.name) \(service.tier): \(ratio)")
      }
      for tier in row.card.tiers {
        #expect(
          tier.sheet.input >= sheet.input && Int(tier.above) <= row.contextWindow, "\(row.name)")
      }
      #expect(row.contextWindow >= 8_000 && row.outputCap >= 1_000, "\(row.name)")
      #expect((0.5...2).contains(row.tokenFactor) && !row.capabilities.isEmpty, "\(row.name)")
    }
  }

  /// The price map in the shared folder: that of the environment, or `shared` beside a folder above.
  private static func map(from file: String = #filePath) throws -> String {
    var folders = [ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"]].compactMap { $0 }
    var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      folders.append(folder.appendingPathComponent("shared").path)
    }
    let path = "/data/providers/litellm_price_curves.csv"
    let there = folders.first { FileManager.default.isReadableFile(atPath: $0 + path) }
    let shared = try #require(there, "no shared data: set GATEWAY_LAB_SHARED")
    return try String(contentsOfFile: shared + path, encoding: .utf8)
  }

  @Test("says of each model what the price map says, to the femtodollar")
  func exact() throws {
    let text = try Self.map()
    let lines = text.split(whereSeparator: \.isNewline)
    let names = try #require(lines.first).split(separator: ",").map(String.init)
    var map: [String: [String: String]] = [:]
    for line in lines.dropFirst() {
      let cells = Self.cells(line)
      map[cells[0]] = Dictionary(uniqueKeysWithValues: zip(names, cells).filter { $1 != "" })
    }
    for row in PriceBook.rows {
      let there = try #require(map[row.key], "\(row.key)")
      func cost(_ column: String) -> Int64? {
        there[column].flatMap { Decimal(string: $0) }.map {
          NSDecimalNumber(decimal: $0 * 1_000_000_000_000_000).int64Value
        }
      }
      let sheet = row.card.sheet
      let input = cost("input_cost_per_token") ?? 0
      #expect(sheet.input.femtodollars == input, "\(row.name)")
      #expect(sheet.output.femtodollars == cost("output_cost_per_token"), "\(row.name)")
      #expect(
        sheet.cachedInput.femtodollars == cost("cache_read_input_token_cost") ?? input,
        "\(row.name)")
      // A write at price 0 in the map is one without a charge of its own.
      let write = cost("cache_creation_input_token_cost") ?? 0
      #expect(sheet.cacheWrite.femtodollars == (write == 0 ? input : write), "\(row.name)")
      #expect(
        row.card.writeForAnHour?.femtodollars
          == cost("cache_creation_input_token_cost_above_1hr"), "\(row.name)")
      for (tier, suffix) in [
        (ServiceTier.batch, "batches"), (.flex, "flex"), (.priority, "priority"),
      ] {
        let rates = row.card.services.first { $0.tier == tier }
        let input = cost("input_cost_per_token_\(suffix)")
        let output = cost("output_cost_per_token_\(suffix)")
        // A tier of which the map has only one of the two is left out.
        let isWhole = input != nil && output != nil
        #expect(rates?.input.femtodollars == (isWhole ? input : nil), "\(row.name)")
        #expect(rates?.output.femtodollars == (isWhole ? output : nil), "\(row.name)")
      }
      for above in [128, 200, 272] {
        let tier = row.card.tiers.first { $0.above == UInt32(above) * 1000 }
        #expect(
          tier?.sheet.input.femtodollars == cost("input_cost_per_token_above_\(above)k_tokens"),
          "\(row.name)")
        #expect(
          tier?.sheet.output.femtodollars == cost("output_cost_per_token_above_\(above)k_tokens"),
          "\(row.name)")
      }
      #expect(row.contextWindow == there["max_input_tokens"].flatMap(Double.init).map { Int($0) })
      #expect(row.outputCap == there["max_output_tokens"].flatMap(Double.init).map { Int($0) })
    }
  }

  /// The cells of a line, of which some stand between quotation marks.
  private static func cells(_ line: Substring) -> [String] {
    var cells = [""]
    var isQuoted = false
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: cells.append("")
      default: cells[cells.count - 1].append(character)
      }
    }
    return cells
  }
}
