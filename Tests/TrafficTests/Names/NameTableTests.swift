import Testing

@testable import Traffic

@Suite("A table of names")
struct NameTableTests {
  @Test("gives ids in the order of declaration, several to a group")
  func order() throws {
    var table = NameTable(kind: "team", limit: 100, isOpen: true, reserved: "none")
    try table.declare("kyc")
    try table.declare("others", count: 40, skew: 1.1)
    try table.declare("legal")
    #expect(table.count == 43)
    #expect((0..<43).compactMap { table.name(of: $0) }.count == 43)
    #expect(table.name(of: 0) == "none" && table.name(of: 1) == "kyc")
    #expect(table.name(of: 2) == "others/1" && table.name(of: 41) == "others/40")
    #expect(table.name(of: 42) == "legal" && table.name(of: 43) == nil)
    #expect(table.group(named: "others")?.first == 2)
    #expect(try table.intern("kyc").first == 1)
  }

  @Test("refuses a name twice and more ids than there are")
  func refuses() throws {
    var table = NameTable(kind: "tag", limit: 3, isOpen: true)
    try table.declare("a")
    #expect(throws: TrafficError.declaredTwice(kind: "tag", name: "a")) { try table.declare("a") }
    #expect(throws: TrafficError.tooMany(kind: "tag", limit: 3, name: "b")) {
      try table.declare("b", count: 3)
    }
    #expect(try table.declare("b", count: 2).first == 1)
  }
}
